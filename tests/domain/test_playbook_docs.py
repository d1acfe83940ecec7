"""What the documentation says of the playbook is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from answerback.domain.errors import PlaybookError
from answerback.domain.playbook_file import QUESTIONS, default_text, playbook_from
from scripts.write_playbook_docs import PAGE, page

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "do" / "write-a-playbook.md"


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [text for spoken, text in found if spoken == language]


def test_the_page_of_all_settings_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write_playbook_docs.py"


def test_every_setting_has_a_meaning_and_a_kind() -> None:
    rows = re.findall(r"^\| `\w+` \|(.*)\|(.*)\|(.*)\|$", page(), flags=re.MULTILINE)
    assert len(rows) > 60
    assert all(cell.strip() for row in rows for cell in row)


def test_the_guides_examples_are_playbooks() -> None:
    examples = blocks("toml")
    assert len(examples) == 4
    for example in examples:
        playbook_from(example)


def test_the_guides_error_is_the_one_that_is_shown() -> None:
    shown = next(block for block in blocks("") if block.startswith("playbook.toml:"))
    wrong = {
        14: '[organisation]\ntime_zone = "Europe/Belin"',
        71: '[[play]]\nname="x"\nanswered_by=[]\naim=[]\nkind="emial"',
    }
    text = ""
    for line, setting in wrong.items():
        text += "\n" * (line - 1 - text.count("\n") - setting.count("\n")) + setting
    with pytest.raises(PlaybookError) as refused:
        playbook_from(text)
    assert str(refused.value) + "\n" == shown


def test_the_guide_and_the_file_name_what_init_asks() -> None:
    for question in QUESTIONS:
        name = question.key.rpartition(".")[2]
        assert f"\n{name} = " in default_text()
    for choice in QUESTIONS[2].choices or {}:
        assert f"`{choice}`" in GUIDE.read_text(encoding="utf-8")


def test_pages_that_the_default_file_names_exist() -> None:
    named = re.findall(r"docs/[\w/-]+\.md", default_text())
    assert named
    assert all((ROOT / page).is_file() for page in named)
