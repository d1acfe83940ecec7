"""The page of the SQL that relations are written in is current and has all of the list."""

from __future__ import annotations

from answerback.engine.allow_list import ENGINE_FORMS, FUNCTIONS, INSTEAD
from scripts.write_sql_docs import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write_sql_docs.py"


def test_all_of_the_list_is_on_it() -> None:
    text = page()
    assert [name for name in (*FUNCTIONS.values(), *ENGINE_FORMS, *INSTEAD) if f"`{name}`" not in text] == []
