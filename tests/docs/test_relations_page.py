"""The page of relations is current and has every relation."""

from __future__ import annotations

from answerback.engine.catalogue import catalogue
from scripts.write_relation_docs import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write_relation_docs.py"


def test_every_relation_says_what_one_row_is() -> None:
    text = page()
    for relation in catalogue():
        assert f"`{relation.name}`" in text
        assert relation.meaning.startswith("One row per "), relation.name
