"""Every command and every line of Python that README.md and docs/do/from-csv.md show is run here, as it stands.

Only what nobody else has (a mailbox, exports) is put in place first, under the names that the page uses. `make` targets
are looked up, not run: they run everything, this test included.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.terminal import answerback
from tests.sources.tables.workbook import cell, write_workbook

ROOT = Path(__file__).resolve().parents[2]
README, FROM_CSV = ROOT / "README.md", ROOT / "docs" / "do" / "from-csv.md"
ME, BUYER, OTHER, THIRD = "ann@acme.example", "bea@buyer.example", "cy@other.example", "di@third.example"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """All of them, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(language, text) for language, text in found]


def commands(page: Path) -> Iterator[list[str]]:
    """The words of every line of shell."""
    for block in blocks(page):
        if block.language == "sh":
            for line in block.text.splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    yield words


def run_all(page: Path) -> list[str]:
    """Runs every `answerback` line, and returns the lines that ran."""
    ran = []
    for words in commands(page):
        if words[0] == "make":
            continue
        if words[1:2] == ["serve"]:  # it serves until it is told to stop; tests/web/test_serving.py runs it
            assert answerback(*words[1:], "--help").code == 0
            ran.append(" ".join(words))
            continue
        assert words[0] == "answerback", words
        given = [
            word.replace("~", str(Path.home())).replace("ACTION", "b2").replace("DEAL", "a0") for word in words[1:]
        ]
        done = answerback(*given, "--quiet")
        assert done.code == 0, (words, done.err)
        assert done.err == "" or "Mapping written" in done.err
        assert done.out or "--write" in words
        ran.append(" ".join(words))
    return ran


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as working folder and home, without a workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ANSWERBACK_HOME", raising=False)
    return tmp_path


def mail(number: int, sender: str, to: str, answers: int = 0) -> str:
    """One mail of an mbox."""
    day = f"{number:02} Mar 2026 09:00:00 +0000"
    reply = f"In-Reply-To: <{answers}@x.example>\n" if answers else ""
    head = f"From: {sender}\nTo: {to}\nDate: {day}\nMessage-ID: <{number}@x.example>\n{reply}"
    return f"From {sender} Mon Mar  2 09:00:00 2026\n{head}Subject: offer\n\nText\n\n"


INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:1@acme.example
DTSTAMP:20260302T090000Z
DTSTART:20260310T090000Z
DTEND:20260310T100000Z
ORGANIZER:mailto:ann@acme.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:bea@buyer.example
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.slow
def test_the_readme(here: Path) -> None:
    box = "".join([mail(2, ME, BUYER), mail(3, BUYER, ME, answers=2), mail(4, ME, OTHER), mail(5, ME, THIRD)])
    (here / "Mail").mkdir()
    (here / "Mail" / "Sent-and-Inbox.mbox").write_text(box, encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "small_team", here / "crm-export")
    for name in ("mailboxes", "calendars"):
        (here / name).mkdir()
    (here / "mailboxes" / "ann.mbox").write_text(box, encoding="utf-8")
    (here / "calendars" / "ann.ics").write_text(INVITATION.replace("\n", "\r\n"), encoding="utf-8")
    # What the questions of `init` would be answered with: here nobody sits at a terminal.
    assert answerback("init", "--own-domain", "acme.example", "--outside", "all").code == 0
    ran = run_all(README)
    assert len(ran) >= 11


def test_the_python_of_the_readme(here: Path) -> None:
    (here / "examples").mkdir()
    shutil.copytree(ROOT / "examples" / "small_team", here / "examples" / "small_team")
    (block,) = [each for each in blocks(README) if each.language == "python"]
    names: dict[str, object] = {}
    exec(compile(block.text, "README.md", "exec"), names)  # noqa: S102 - our own page
    from answerback import Workspace

    workspace = names["workspace"]
    assert isinstance(workspace, Workspace)
    assert workspace.on_base(by=["rep", "week"]).to_arrow().num_rows > 10


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wanted = {words[1] for page in (README, FROM_CSV) for words in commands(page) if words[0] == "make"}
    assert {"demo", "test"} <= wanted
    for target in wanted:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_from_csv(here: Path) -> None:
    (tables,) = [each.text for each in blocks(FROM_CSV) if each.language == "text"]
    folder = here / "my-folder"
    folder.mkdir()
    for part in tables.strip().split("\n\n"):
        name, content = part.split("\n", 1)
        (folder / name).write_text(content + "\n", encoding="utf-8")
    rows = [["Call ID", "Agent", "Company", "Started At", "Channel"]]
    rows += [[f"c{n}", "ann", f"acme{n % 3}", f"2026-03-{n + 1:02} 09:00", "call"] for n in range(20)]
    sheet = {
        number: [cell(f"{column}{number}", value) for column, value in zip("ABCDE", row, strict=True)]
        for number, row in enumerate(rows, 1)
    }
    write_workbook(here / "calls.xlsx", sheet)
    ran = run_all(FROM_CSV)
    assert len(ran) == len([words for words in commands(FROM_CSV) if words[0] == "answerback"]) >= 7
    (figure,) = answerback("show", "on-base", "--by", "rep", "--format", "json", "--quiet").rows
    assert (figure["rep"], figure["efforts"], figure["on_base"]) == ("ann", 1, 1)
    (link,) = answerback("show", "links", "--format", "json", "--quiet").rows
    assert (link["action_id"], link["effort_id"], link["basis"]) == ("b1", "e1", "reference")


def test_files_that_the_pages_name_exist() -> None:
    for page in (README, FROM_CSV):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
        for named in re.findall(r"`((?:examples|docs)/[\w/.-]+)`", page.read_text(encoding="utf-8")):
            assert (ROOT / named).exists(), f"{page.name}: {named}"
