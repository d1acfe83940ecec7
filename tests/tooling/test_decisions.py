"""Decision records have one form, so that a reader knows where to look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name != "index.md")
PARTS = ["Context", "Decision", "Consequences", "What enforces it"]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_title_and_four_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == PARTS


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_decision_is_one_sentence_in_bold(path: Path) -> None:
    _, _, rest = path.read_text(encoding="utf-8").partition("## Decision\n")
    assert re.match(r"\n\*\*[^*]+\.\*\*\n", rest)


def test_the_list_has_every_record_in_order() -> None:
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\d{4})\]\((.+?)\) \|", index, flags=re.MULTILINE) == [
        (path.name[:4], path.name) for path in RECORDS
    ]


def test_numbers_are_given_once() -> None:
    numbers = [path.name[:4] for path in RECORDS]
    assert len(set(numbers)) == len(numbers)
