"""`answerback lift` and `practice`: the answer first, lots that anybody can draw again, plans that are fixed."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal

REPS = tuple(f"r{number}" for number in range(8))
NAMED = [word for rep in REPS for word in ("--rep", rep)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight reps with a touch each, built once."""
    place = tmp_path_factory.mktemp("eight")
    folder = place / "crm"
    folder.mkdir()
    (folder / "rep.csv").write_text("rep_id,name\n" + "".join(f"{rep},{rep.upper()}\n" for rep in REPS))
    rows = "".join(f"e{rep},{rep},acme,2026-03-01T09:00:00Z,email,message:{rep}@x\n" for rep in REPS)
    (folder / "effort.csv").write_text("effort_id,rep_id,account_id,occurred_at,kind,reference\n" + rows)
    terminal = Terminal(place / "home")
    for words in (["init", "--no-ask"], ["load", str(folder)], ["build"]):
        assert terminal(*words).code == 0
    return terminal.home


@pytest.fixture
def eight(built: Path, tmp_path: Path) -> Terminal:
    """A copy to write to."""
    return Terminal(Path(shutil.copytree(built, tmp_path / "home")))


def next_monday() -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


def test_without_talks_lift_says_so(eight: Terminal) -> None:
    said = eight("lift")
    assert said.code == 0
    assert said.text.startswith("Cannot tell: no records of this kind were loaded: conversation.")
    assert eight("--format", "json", "lift").rows == []


def test_a_draw_is_written_down_and_told(eight: Terminal) -> None:
    drawn = eight("--format", "json", "practice", "draw", *NAMED, "--seed", "42")
    assert drawn.code == 0
    rows = drawn.rows
    order = sorted(REPS, key=lambda rep: hashlib.sha256(f"42:{rep}".encode()).hexdigest())
    assert [row["rep"] for row in rows] == order
    assert [row["arm"] for row in rows] == ["now"] * 4 + ["later"] * 4
    assert {row["starts"] for row in rows if row["arm"] == "now"} == {str(next_monday().date())}
    assert eight("build").code == 0
    told = eight("--format", "json", "lift", "--of", "practice").rows
    assert [(row["about"], row["now"], row["later"], row["seed"], row["answer"]) for row in told] == [
        ("draw", 4, 4, 42, "cannot_tell")
    ]
    assert told[0]["reason"] == "not_over"
    assert "0 of the 42 days" in eight("lift", "--of", "practice").text


def test_the_same_seed_draws_the_same_whoever_is_named_first(eight: Terminal) -> None:
    one = eight("--format", "json", "practice", "draw", *NAMED, "--seed", "1").rows
    backward = [word for rep in reversed(REPS) for word in ("--rep", rep)]
    other = eight("--format", "json", "practice", "draw", *backward, "--seed", "1").rows
    assert one == other
    fresh_seed = eight("--format", "json", "practice", "draw", *NAMED).rows
    assert isinstance(fresh_seed[0]["seed"], int)


def test_a_change_of_mind_is_kept_and_not_followed(eight: Terminal) -> None:
    name = eight("--format", "json", "practice", "draw", *NAMED, "--seed", "3").rows[0]["draw"]
    eight("build")
    changed = eight("practice", "change", name, "--weeks", "12")
    assert changed.code == 0
    assert "what is judged" in changed.text
    eight("build")
    told = eight("--format", "json", "lift", "--of", "practice").rows
    assert told[0]["weeks"] == 6
    kept = eight("--format", "json", "sql", "select count(*) as n from practice").rows
    assert kept == [{"n": 16}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rep", "r0", "--rep", "r1", "--rep", "r2"], "too few for lots"),
        (["--rep", "r0", "--rep", "r0", "--rep", "r1", "--rep", "r2"], "too few for lots"),
        ([*NAMED, "--rep", "nobody"], "no rep 'nobody'"),
        ([*NAMED, "--starts", "2026-03-02"], "has begun"),
        ([*NAMED, "--starts", "2036-03-05"], "no Monday"),
        ([*NAMED, "--metric", "revenue"], "nothing measures"),
        ([*NAMED, "--play", "dance"], "no kind of touch"),
        ([*NAMED, "--later-weeks", "7"], ""),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(eight: Terminal, words: list[str], said: str) -> None:
    refused = eight("practice", "draw", *words)
    assert refused.code != 0
    assert said in refused.err
    assert not list((eight.home / "journal").glob("*.jsonl"))


def test_a_draw_that_there_is_not_cannot_be_changed(eight: Terminal) -> None:
    assert eight("practice", "change", "none", "--weeks", "8").code == Exit.NOT_FOUND
    assert eight("practice", "change", "none").code == Exit.USAGE


def test_what_lift_does_not_know_is_refused(eight: Terminal) -> None:
    assert eight("lift", "--of", "weather").code == Exit.USAGE
    assert eight("lift", "--where", "team=north").code == Exit.USAGE
