"""A build that makes only what changed gives, row for row, what one build of everything gives."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from answerback.domain.playbook import Keep, Playbook
from answerback.engine.catalogue import catalogue
from answerback.engine.duckdb import Limits
from answerback.workspace.build import Built, build
from answerback.workspace.home import Home, create_home
from answerback.workspace.snapshots import read_snapshot
from tests.workspace.world import FULL_EFFORT, NOW, Line, Row, act, effort, ignore, kept, relations, take
from tests.workspace.year import PLAYBOOKS, RENAMED, UNSEEN, USUAL, YOUNG, Dice, part

SEEDS = range(int(os.environ.get("ANSWERBACK_WORLDS", "8")))
Load = tuple[str, list[Line]]


def fresh(folder: Path) -> Home:
    """A workspace with the secret that all have: their keys can be compared."""
    root = folder / "home"
    root.mkdir(parents=True)
    (root / "secret").write_bytes(bytes(range(32)))
    return create_home(root)


def make(home: Home, playbook: Playbook = USUAL, *, afresh: bool = False, events_in_block: int = 1) -> Built:
    return build(
        home,
        playbook,
        now=NOW,
        limits=Limits(threads=1),
        on_step=ignore,
        afresh=afresh,
        events_in_block=events_in_block,
    )


def loads(seed: int) -> list[Load]:
    """Loads of two sources, small and large; now and then one that states everything."""
    dice = Dice(seed)
    made = []
    for number in range(dice.pick(2, 3, 4)):
        lines = part(dice, dice.pick(3, 12, 40) if number else dice.pick(40, 90))
        made.append(
            (dice.pick("crm", "crm", "mailbox"), lines + ([FULL_EFFORT] if dice.pick(*[False] * 7, True) else []))
        )
    return made


def assert_equal(found: dict[str, list[Row]], wanted: dict[str, list[Row]]) -> None:
    assert found.keys() == wanted.keys()
    for name, rows in wanted.items():
        assert (name, sorted(set(found[name]) ^ set(rows), key=repr)) == (name, [])
        assert found[name] == rows, name


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_grew_is_what_one_build_gives(seed: int, tmp_path: Path) -> None:
    dice = Dice(seed)
    growing, whole = fresh(tmp_path / "growing"), fresh(tmp_path / "whole")
    playbook, built = USUAL, None
    for name, lines in loads(seed):
        playbook = dice.pick(*PLAYBOOKS)
        for home in (growing, whole):
            take(home, lines, name=name, ids_of=name)
        built = make(growing, playbook)
    assert built is not None
    assert_equal(relations(growing, built), relations(whole, make(whole, playbook, events_in_block=1_000_000)))


def half_a_year(folder: Path, *more: Line) -> Home:
    """An effort and its answer each month, built in blocks of one month."""
    home = fresh(folder)
    lines = [effort(f"e{month}", occurred_at=f"2026-0{month}-10T09:00:00Z") for month in range(1, 7)]
    lines += [act(f"b{month}", occurred_at=f"2026-0{month}-12T09:00:00Z") for month in range(1, 7)]
    take(home, [*lines, kept("coverage", source_id="v", channel="email"), *more])
    return home


def remade(before: Built, after: Built) -> dict[str, set[str]]:
    """By relation, the blocks whose files another build does not share."""
    known = {(name, part.block, part.path) for name, of in before.snapshot.relations.items() for part in of.parts}
    found: dict[str, set[str]] = {}
    for name, of in after.snapshot.relations.items():
        if new := {part.block for part in of.parts if (name, part.block, part.path) not in known}:
            found[name] = new
    return found


@pytest.mark.parametrize(
    ("playbook", "dependents"),
    [
        (YOUNG, {"playbook_tenure", "outcome"}),
        (UNSEEN, {"playbook_seen", "coverage_span", "outcome", "effort_count", "answer_count"}),
        (RENAMED, {"playbook_stage"}),
    ],
)
def test_a_changed_setting_makes_only_what_depends_on_it(
    playbook: Playbook, dependents: set[str], tmp_path: Path
) -> None:
    """A stage that no deal is in has no dependents but itself."""
    home = half_a_year(tmp_path, kept("rep", source_id="r1", tenure_start="2025-12-20"))
    before = make(home)
    assert remade(before, make(home, playbook)).keys() == dependents


def test_a_day_makes_again_what_it_shows_in(tmp_path: Path) -> None:
    home = half_a_year(tmp_path)
    before = make(home)
    assert before.snapshot.blocks == tuple(f"2026-0{month}" for month in range(1, 7))
    take(
        home, [act("late", occurred_at="2026-06-01T08:00:00Z", account_id="a9"), effort("e7", occurred_at="2026-06-20")]
    )
    found = remade(before, make(home))
    assert found["effort"] == found["buyer_action"] == found["effort_play"] == {"2026-06"}
    assert found["outcome"] <= {"2026-05", "2026-06"}, "efforts of May may wait for an answer in June"
    assert set().union(*found.values()) <= {"", "2026-05", "2026-06"}


def test_a_late_answer_makes_the_month_of_its_effort_again(tmp_path: Path) -> None:
    """The effort of May is answered in June, by a reference, an account nobody else has to do with."""
    sent = effort("sent", occurred_at="2026-05-30T09:00:00Z", account_id="a5", reference="message:m")
    home = half_a_year(tmp_path, sent)
    before = make(home)
    take(home, [act("came", occurred_at="2026-06-02T09:00:00Z", account_id="a6", refers_to="message:m")])
    found = remade(before, make(home))
    assert found["outcome"] == {"2026-05"}
    assert found["link"] == {"2026-06"}


def test_an_effort_that_comes_late_is_linked_to_acts_of_any_later_month(tmp_path: Path) -> None:
    came = act("came", occurred_at="2026-05-30T09:00:00Z", account_id="a6", refers_to="message:m")
    home = half_a_year(tmp_path, came)
    before = make(home)
    take(home, [effort("sent", occurred_at="2026-01-20T09:00:00Z", account_id="a5", reference="message:m")])
    after = make(home)
    assert remade(before, after)["link"] == {"2026-05"}
    assert after.snapshot.relations["link"].rows == before.snapshot.relations["link"].rows + 1


def test_a_header_that_keeps_something_back_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as above, where headers do not say that links look back for good."""
    silent = tuple(replace(each, look_back=MappingProxyType({})) for each in catalogue())
    home = half_a_year(
        tmp_path, act("came", occurred_at="2026-05-30T09:00:00Z", refers_to="message:m", account_id="a6")
    )
    monkeypatch.setattr("answerback.workspace.assembly.catalogue", lambda: silent)
    before = make(home)
    take(home, [effort("sent", occurred_at="2026-01-20T09:00:00Z", account_id="a5", reference="message:m")])
    grown = make(home).snapshot.relations["link"].rows
    monkeypatch.undo()
    assert grown == before.snapshot.relations["link"].rows
    assert make(home, afresh=True).snapshot.relations["link"].rows > grown


def test_a_contested_event_shows_in_its_month_alone(tmp_path: Path) -> None:
    home = half_a_year(tmp_path)
    before = make(home)
    word = {"subject_kind": "event", "subject_id": "e2", "kind": "void", "occurred_at": "2026-06-01T00:00:00Z"}
    take(home, [kept("decision", **word)])
    after = make(home)
    assert remade(before, after)["effort"] == {"2026-02"}
    take(home, [kept("decision", **(word | {"kind": "upheld", "occurred_at": "2026-06-02T00:00:00Z"}))])
    again = make(home)
    assert remade(after, again)["effort"] == {"2026-02"}
    assert relations(home, again)["effort"] == relations(home, before)["effort"]


def test_a_deal_makes_the_chains_of_its_account_again_from_its_start(tmp_path: Path) -> None:
    """Before, and on other accounts, no event can be its."""
    home = half_a_year(tmp_path, effort("other", occurred_at="2026-07-10T09:00:00Z", account_id="a8"))
    before = make(home)
    take(home, [kept("deal", source_id="d9", account_id="a1", created_at="2026-04-05T00:00:00Z")])
    after = make(home)
    assert remade(before, after)["chain_event"] == {"2026-04", "2026-05", "2026-06"}
    take(home, [kept("deal_change", deal_id="d9", occurred_at="2026-06-01T00:00:00Z", field="outcome", new="lost")])
    assert remade(after, make(home))["chain_event"] == {"2026-06"}


def test_a_block_that_grows_beyond_its_size_is_cut(tmp_path: Path) -> None:
    home = half_a_year(tmp_path)
    assert make(home, events_in_block=4).snapshot.blocks == ("2026-01", "2026-03", "2026-05")
    take(home, [effort(f"n{number}", occurred_at="2026-07-01T09:00:00Z") for number in range(3)])
    grown = make(home, events_in_block=4)
    assert grown.snapshot.blocks == ("2026-01", "2026-03", "2026-05", "2026-07")
    assert_equal(relations(home, grown), relations(home, make(home, afresh=True)))


def test_a_lost_file_is_made_again_with_all_others(tmp_path: Path) -> None:
    home = half_a_year(tmp_path)
    before = make(home)
    rows = relations(home, before)
    (home.root / before.snapshot.relations["effort"].parts[2].path).write_bytes(b"short")
    take(home, [])
    after = make(home)
    assert_equal(relations(home, after), rows)


def test_a_year_of_days_leaves_few_files(tmp_path: Path) -> None:
    """Snapshots go by policy and take the files with them that no other lists."""
    home = half_a_year(tmp_path)
    playbook = USUAL.model_copy(update={"keep": Keep(last=2, daily=2, monthly=2)})
    for day in range(12):
        take(home, [effort(f"d{day}", occurred_at=f"2026-06-{day + 11}T09:00:00Z")])
        build(
            home, playbook, now=datetime.now(UTC) + timedelta(days=day + 1), limits=Limits(threads=1), on_step=ignore,
            events_in_block=1,
        )  # fmt: skip
    snapshots = list(home.snapshots.glob("*.json"))
    assert len(snapshots) <= 6
    newest = {part.path for part in read_snapshot(home).parts()}
    assert len(list(home.pool.iterdir())) <= len(newest) + 20 * len(snapshots)
