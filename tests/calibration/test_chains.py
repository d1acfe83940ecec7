"""Balls and stages of a small practice company are told as they truly are, and the counts of that can also be bad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from answerback.analysis.court.balls import balls
from answerback.simulate.assemble import assemble
from answerback.simulate.model import Model
from answerback.simulate.scenarios import planned
from calibration.chains.running import counted, run
from calibration.chains.scoring import Matched, Row, ball_counts, scored
from calibration.chains.telling import tables
from calibration.chains.truth import NEVER, Acts, Touches, Truth, next_in_pursuit, truth_of
from calibration.tables import PAGES
from calibration.worlds.asking import EVERYBODY
from calibration.worlds.company import World, company, world_of
from calibration.worlds.running import Case

SMALL = company(1, reps=6, managers=1, weeks=15)
CASE = Case("dropped", 1, False)


@dataclass(frozen=True)
class Told:
    """A company, what is true of it, and what was counted."""

    world: World
    truth: Truth
    counts: Row


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    plan = planned(SMALL, ["dropped"])
    model = Model(plan.parameters).tell()
    story = assemble(model)
    with world_of(plan, story.facts) as world:
        truth = truth_of(model, story, story.facts, world.told.playbook.stage)
        matched = Matched(world, truth, balls(world.reader, EVERYBODY))
        waits = next(place for place, each in enumerate(matched.found.policies) if each.name == "buyer waits")
        policy = matched.found.policies[waits]
        changed = {
            "as it was": truth,
            "always touched": replace(truth, touches=_touched_at_once(truth)),
            "always somebody else's": replace(truth, acts=replace(truth.acts, seller=(truth.acts.seller + 1) % 6)),
        }
        counts = {name: ball_counts(replace(matched, truth=each), waits, policy) for name, each in changed.items()}
        yield Told(world, truth, counts | {"all": scored(world, truth)})


def _touched_at_once(truth: Truth) -> Touches:
    acts = truth.acts
    return Touches(acts.at, acts.pursuit, pa.array(["email"] * len(acts.at)), np.ones(len(acts.at), np.bool_))


def test_what_was_let_lie_is_found_and_nothing_else_is_called_missed(told: Told) -> None:
    counts = told.counts["as it was"]
    assert counts["missed"] >= 15
    assert counts["found"] >= 0.8 * counts["missed"]
    assert counts["right"] >= 0.8 * counts["told"]
    assert counts["right_rep"] >= 0.8 * counts["right"]


def test_counts_are_bad_where_the_truth_is_another(told: Told) -> None:
    touched, others = told.counts["always touched"], told.counts["always somebody else's"]
    assert (touched["missed"], touched["right"]) == (0, 0)
    assert touched["in_time"] == touched["told"] == told.counts["as it was"]["told"]
    assert (others["found"], others["right_rep"]) == (0, 0)


def test_planted_reps_miss_more_than_others(told: Told) -> None:
    reps = told.counts["all"]["reps"]
    planted, others = (reps[who]["missed"] / reps[who]["held"] for who in ("planted", "others"))
    assert planted > 2 * others


def test_typed_in_stages_are_those_that_were_claimed(told: Told) -> None:
    stages = told.counts["all"]["stages"]
    assert stages["open"] == stages["told_open"] > 20
    assert stages["told"] == stages["told_unproved"]
    # Of a deal that is older than what is loaded nobody says that its stage is typed in.
    assert stages["strictly_claimed"] + stages["strictly_unchecked"] == stages["claimed"] >= 2


def test_the_first_of_some_instants_in_a_pursuit_is_found_as_by_hand() -> None:
    rng = np.random.default_rng(4)
    at, pursuit = rng.integers(0, 30, 60), rng.integers(0, 6, 60)
    none = np.zeros(60, np.bool_)
    acts = Acts(at, pursuit, pa.array([""] * 60), at, none, none, none)
    later, where = rng.integers(0, 30, 25), rng.integers(0, 5, 25)
    expected = [
        min((t for t, w in zip(later, where, strict=True) if w == own and t >= since), default=NEVER)
        for since, own in zip(at, pursuit, strict=True)
    ]
    assert next_in_pursuit(acts, where, later).tolist() == expected
    assert set(next_in_pursuit(acts, where[:0], later[:0]).tolist()) == {NEVER}


def test_what_was_counted_is_kept_and_told(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Case] = []
    told_lines: list[str] = []

    def count(case: Case, _shape: object) -> Row:
        asked.append(case)
        counts: Row = told.counts["all"]
        return counts

    monkeypatch.setattr("calibration.chains.running.counts_of", count)
    for _ in range(2):
        run([CASE, Case("pester", 1, True)], tmp_path / "chains.jsonl", tell=told_lines.append)
    assert len(asked) == 2
    page = (PAGES / "chains.md").read_text(encoding="utf-8")
    for table in tables(counted(tmp_path / "chains.jsonl")):
        assert f"<!-- calibrated: {table.name} -->" in page
        assert {len(row) for row in table.rows} == {len(table.header)}
