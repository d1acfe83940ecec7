"""`answerback practice draw` of two ways and `practice way`: lots anybody can draw again, refusals."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal

REPS = tuple(f"r{number}" for number in range(4))
COMPANIES = ("acme", "bolt", "crane", "dune")
NAMED = [word for rep in REPS for word in ("--rep", rep)]
WAYS = ["--way", "long subject", "--way", "short subject"]
PER_ACCOUNT = ["practice", "draw", "--design", "per-account", *WAYS]
SWITCHBACK = ["practice", "draw", "--design", "switchback", "--weeks", "8", *WAYS]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four reps with a touch each, built once."""
    place = tmp_path_factory.mktemp("four")
    folder = place / "crm"
    folder.mkdir()
    (folder / "rep.csv").write_text("rep_id,name\n" + "".join(f"{rep},{rep.upper()}\n" for rep in REPS))
    made = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%dT09:00:00Z")
    rows = "".join(f"e{rep},{rep},{to},{made},email,message:{rep}@x\n" for rep, to in zip(REPS, COMPANIES, strict=True))
    (folder / "effort.csv").write_text("effort_id,rep_id,account_id,occurred_at,kind,reference\n" + rows)
    terminal = Terminal(place / "home")
    for words in (["init", "--no-ask"], ["load", str(folder)], ["build"]):
        assert terminal(*words).code == 0
    return terminal.home


@pytest.fixture
def four(built: Path, tmp_path: Path) -> Terminal:
    """A copy to write to."""
    return Terminal(Path(shutil.copytree(built, tmp_path / "home")))


def way(said: str) -> str:
    """The way that a lot gives, by hand."""
    return "short subject" if int(hashlib.sha256(said.encode()).hexdigest()[0], 16) < 8 else "long subject"


def next_monday() -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


def test_companies_are_dealt_and_the_same_before_and_after_a_build(four: Terminal) -> None:
    said = four(*PER_ACCOUNT, "--rep", "r0", "--seed", "42")
    assert said.code == 0, said.err
    assert "'short subject' against 'long subject' (the usual way)" in said.text
    assert "printf '42:acme' | sha256sum" in said.text
    assert "no answer would come of it" in said.text
    for _ in range(2):
        rows = four.rows("practice", "way", "acme", "bolt", "newco")
        assert [row["way"] for row in rows] == [way(f"42:{each}") for each in ("acme", "bolt", "newco")]
        assert [row["known"] for row in rows] == [True, True, False]
        assert four("build").code == 0
    told = four.rows("lift", "--of", "practice")
    assert [(row["about"], row["design"], row["days_done"], row["reason"]) for row in told] == [
        ("trial", "per-account", 0, "not_over")
    ]
    assert "begins on" in four("lift", "--of", "practice").text


def test_the_whole_list_is_to_be_had(four: Terminal) -> None:
    assert four(*PER_ACCOUNT, *NAMED, "--seed", "7").code == 0
    listed = list(csv.DictReader(io.StringIO(four("--format", "csv", "practice", "way").text)))
    assert {row["company"]: row["way"] for row in listed} == {each: way(f"7:{each}") for each in COMPANIES}
    own = four.rows("practice", "way", "--rep", "r2")
    assert [row["company"] for row in own] == ["crane"]
    assert four("practice", "way", "acme").text.count(f"acme: {way('7:acme')}.") == 1


def test_weeks_are_switched_and_told_for_each_rep(four: Terminal) -> None:
    drawn = four("--format", "json", *SWITCHBACK, *NAMED, "--seed", "5")
    assert drawn.code == 0, drawn.err
    first = next_monday().date()
    for rep in REPS:
        own = [row for row in drawn.rows if row["rep"] == rep]
        assert [row["week"] for row in own] == [str(first + timedelta(weeks=week)) for week in range(8)]
        coins = {week: way(f"5:{rep}:{first + timedelta(weeks=week)}") for week in (0, 2, 3, 4, 5, 6)}
        expected = [coins[max(at for at in coins if at <= week)] for week in range(8)]
        assert [row["way"] for row in own] == expected
    told = four("practice", "way", "--rep", "r1", "--as-of", str(next_monday().date() + timedelta(days=1)))
    assert f"r1 this week: {way(f'5:r1:{first}')}." in told.text
    assert four.rows("practice", "way") == drawn.rows


def test_a_change_of_mind_is_kept_and_the_ways_with_it(four: Terminal) -> None:
    name = four.rows(*PER_ACCOUNT, *NAMED, "--seed", "3")[0]["draw"]
    four("build")
    assert four("practice", "change", name, "--weeks", "12").code == 0
    four("build")
    told = four.rows("lift", "--of", "practice")
    assert [(row["weeks"], row["new_way"], row["usual_way"]) for row in told] == [(6, "short subject", "long subject")]
    assert four.rows("sql", "select count(*) as n from practice") == [{"n": 8}]


def test_without_a_trial_that_is_said(four: Terminal) -> None:
    said = four("practice", "way")
    assert said.code == 0
    assert "No trial of two ways is on" in said.text
    assert four.rows("practice", "way") == []
    assert four("practice", "way", "--draw", "none").code == Exit.NOT_FOUND


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["practice", "draw", "--design", "dance", *NAMED], "there is no design 'dance'"),
        (["practice", "draw", *WAYS, *NAMED], "the design starts does not take --way"),
        ([*PER_ACCOUNT, *NAMED, "--later-weeks", "3"], "does not take --later-weeks"),
        ([*PER_ACCOUNT, *NAMED, "--wash-out", "1"], "does not take --wash-out"),
        (["practice", "draw", "--design", "per-account", "--way", "one", *NAMED], "compares two ways"),
        (["practice", "draw", "--design", "per-account", "--way", "a", "--way", "a", *NAMED], "compares two ways"),
        (["practice", "draw", "--design", "per-account", "--way", "a", "--way", "b" * 41, *NAMED], "41 letters"),
        ([*PER_ACCOUNT, *NAMED, "--shown-by", "template:x"], "something of its own"),
        ([*PER_ACCOUNT, *NAMED, "--shown-by", "colour:x", "--shown-by", "template:y"], "recorded with 'colour:x'"),
        ([*PER_ACCOUNT, *NAMED, "--metric", "revenue"], "nothing measures"),
        ([*PER_ACCOUNT, *NAMED, "--play", "dance"], "no kind of touch"),
        ([*PER_ACCOUNT, *NAMED, "--starts", "2026-03-02"], "has begun"),
        ([*PER_ACCOUNT, *NAMED, "--rep", "nobody"], "no rep 'nobody'"),
        ([*SWITCHBACK, "--rep", "r0"], "too few to switch weeks"),
        ([*SWITCHBACK, *NAMED, "--wash-out", "3"], "8 weeks are too few for a wash-out of 3"),
        (["practice", "way", "--rep", "nobody"], "no rep 'nobody'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(built: Path, words: list[str], said: str) -> None:
    refused = Terminal(built)(*words)
    assert refused.code != 0
    assert said in refused.err
    assert not list((built / "journal").glob("*.jsonl"))
