"""`answerback balls`, `explain ball`, and what people say of balls: the answer first, rows for machines."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from tests.analysis.team import Row, write_tables
from tests.cli.terminal import Terminal

PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied"]
aim = ["replied"]
seen_on = ["email"]
[[policy]]
name = "buyer waits"
after = ["asked", "replied"]
within_hours = 48
working_time = false
"""
LOOK = ("--as-of", "2199-01-01")


def tables() -> dict[str, list[Row]]:
    """Forty mails that were answered at once, forty that never were; and two questions to ann."""
    mails, acts = [], []
    for number in range(80):
        of = {"account_id": f"a{number}", "contact_id": f"c{number}", "deal_id": f"d{number}"}
        at = f"2026-03-{1 + number % 20:02}T09:00:00Z"
        mails.append({"effort_id": f"m{number}", "rep_id": "ann", "occurred_at": at, "kind": "email", **of})
        if number % 2:
            replied = at.replace("T09", "T11")
            acts.append({"action_id": f"r{number}", "occurred_at": replied, "kind": "replied", **of})
            thanks = {"effort_id": f"t{number}", "rep_id": "ann", "occurred_at": at.replace("T09", "T12")}
            mails.append({**thanks, "kind": "email", **of})
            back = {"action_id": f"s{number}", "occurred_at": at.replace("T09", "T13"), "kind": "declined"}
            acts.append({**back, **of})
    for name in ("q1", "q2"):
        asked = {"action_id": name, "occurred_at": "2026-04-01T09:00:00Z", "kind": "asked"}
        acts.append({**asked, "deal_id": name, "account_id": name, "contact_id": name})
    owned = [{"deal_id": name, "account_id": name, "owner_id": "ann"} for name in ("q1", "q2")]
    return {"effort": mails, "buyer_action": acts, "deal": owned}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """For reading only."""
    folder = tmp_path_factory.mktemp("asked")
    terminal = Terminal(folder / "home")
    assert terminal("init", "--no-ask").code == 0
    (terminal.home / "playbook.toml").write_text(PLAYBOOK, encoding="utf-8")
    assert terminal("load", write_tables(folder / "crm", tables()), "--source", "crm").code == 0
    assert terminal("build").code == 0
    return terminal


@pytest.fixture
def asked(built: Terminal, tmp_path: Path) -> Terminal:
    """The test's own."""
    return Terminal(Path(shutil.copytree(built.home, tmp_path / "home")))


def waiting(terminal: Terminal, *words: str) -> list[str]:
    return sorted(row["event_id"] for row in terminal.rows("balls", "--as-of", "2026-04-20", *words))


def test_balls_said_and_opened_and_decided(asked: Terminal) -> None:
    said = asked("balls", "--as-of", "2026-04-20")
    assert said.text.splitlines()[0] == "2 buyers wait for an answer, 2 of them longer than the playbook gives."
    assert "How the policies were kept" in said.text
    assert waiting(asked) == waiting(asked, "--for", "ann") == ["q1", "q2"]
    assert "ann" in asked("balls", "--by", "rep", "--as-of", "2026-04-20").text
    opened = asked("explain", "ball", "q1", "--as-of", "2026-04-20")
    assert "ann's turn: they owned the deal in the CRM." in opened.text
    assert asked("explain", "ball", "m0").code == Exit.NOT_FOUND
    assert asked("decide", "not_a_ball", "q1", "--of", "event", "--reason", "said_no").code == 0
    assert asked("decide", "wait_until", "q2", "--of", "deal", "--until", "2199-06-01").code == 0
    assert asked("build").code == 0
    assert asked.rows("balls", *LOOK) == []
    assert "1 ball that somebody decided to wait with." in asked("balls", *LOOK).text
    assert asked("decide", "undo", "q2", "--of", "deal").code == 0
    assert asked("build").code == 0
    assert "1 ball older than 60 days" in asked("balls", *LOOK).text


def test_quiet_stories_are_counted_and_closed_in_bulk(asked: Terminal) -> None:
    look = ("--as-of", "2026-06-01")
    told = asked("balls", "--gone-quiet", *look)
    assert told.text.startswith("Of 40 open stories that wait for a buyer, 40 went quiet"), told.text
    assert {row["quiet"] for row in asked.rows("balls", "--gone-quiet", "--for", "ann", *look)} == {True}
    closed = asked("decide", "close_quiet", "ann", "--until", "2026-03-11", "--reason", "known", *look)
    assert closed.text.startswith("20 chains are closed"), closed.err
    assert asked("build").code == 0
    words = asked.rows("sql", "select kind, count(*) as n from ball_word group by kind")
    assert words == [{"kind": "not_a_ball", "n": 20}]
    assert len(asked.rows("balls", "--gone-quiet", "--as-of", "2199-01-01")) == 20


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["decide", "not_a_ball", "nobody"], Exit.NOT_FOUND),
        (["decide", "not_a_ball", "q1"], Exit.USAGE),  # an event and a deal
        (["decide", "not_a_ball", "m0", "--until", "2026-05-01"], Exit.USAGE),
        (["decide", "wait_until", "m0"], Exit.USAGE),
        (["decide", "undo", "m0", "--reason", "known"], Exit.USAGE),
        (["decide", "not_a_ball", "m0", "--reason", "same_person"], Exit.USAGE),
        (["decide", "close_quiet", "ann"], Exit.USAGE),
        (["decide", "close_quiet", "nobody", "--until", "2026-05-01"], Exit.NOT_FOUND),
        (["balls", "--for", "nobody"], Exit.NOT_FOUND),
        (["balls", "--by", "week"], Exit.USAGE),
        (["balls", "--juggling", "--gone-quiet"], Exit.USAGE),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_one_sentence(built: Terminal, words: list[str], code: Exit) -> None:
    ran = built(*words)
    assert (ran.code, ran.out) == (code, b""), ran.err
    assert "Traceback" not in ran.err


def test_nothing_loaded_is_said_and_is_no_mistake(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    for words in (["balls"], ["balls", "--gone-quiet"], ["balls", "--juggling"]):
        ran = fresh(*words)
        assert ran.code == 0, (words, ran.err)
        assert ran.text.splitlines()[0].startswith(("No ", "Cannot tell")), ran.text
        assert fresh.rows(*words) == []
