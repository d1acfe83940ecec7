"""Patterns of one's own craft on small teams: counts by plain loops, a planted repeat and rut, a calm team, scopes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from answerback.analysis.craft import craft_of, findings
from answerback.analysis.craft.cells import cells_of, priors, read_counts, weeks_of
from answerback.analysis.craft.endings import MOST_WRONG, how_sure, read_chains
from answerback.analysis.craft.plays import ruts, strengths
from answerback.analysis.reader import Reader
from answerback.domain.findings import FindingKind
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from calibration.craft import team_cells
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
END = START + timedelta(days=200)
PLAYBOOK = """
version = 1
[[stage]]
name = "Talk"
step = "discover"
[[stage]]
name = "Priced"
step = "offer"
[[stage]]
name = "Won"
outcome = "won"
[[stage]]
name = "Lost"
outcome = "lost"
"""


def books(seed: int, *, planted: bool, obstacles: bool = True) -> dict[str, list[Row]]:
    """Ten reps with thirty deals each; with `planted` r0 loses nearly all of them at the offer, to the price."""
    rng = Random(seed)
    tables: dict[str, list[Row]] = {
        "rep": [{"rep_id": f"r{number}"} for number in range(10)], "deal": [], "deal_change": [], "obstacle": []
    }  # fmt: skip
    for rep in range(10):
        for number in range(30):
            deal, at = f"d{rep}-{number}", START + timedelta(days=5 * number, seconds=rng.randrange(9999))
            unlucky = planted and rep == 0 and rng.random() < 0.85
            how = "offer" if unlucky else rng.choice(("offer", "discover", "won", "won"))
            tables["deal"].append({"deal_id": deal, "owner_id": f"r{rep}", "created_at": text(at)})
            stages = ("Talk", "Lost") if how == "discover" else ("Talk", "Priced", "Won" if how == "won" else "Lost")
            for place, stage in enumerate(stages):
                change = {"deal_change_id": f"{deal}{stage}", "deal_id": deal, "field": "stage", "new": stage}
                tables["deal_change"].append(change | {"occurred_at": text(at + timedelta(days=place))})
            if how == "offer" and obstacles:
                kind = (
                    "price" if rep == 0 and rng.random() < 0.8 else rng.choice(("timing", "competitor", "integration"))
                )
                said = {"deal_id": deal, "kind": kind, "said_by": "buyer", "occurred_at": text(at + timedelta(days=3))}
                tables["obstacle"].append({"obstacle_id": f"o{deal}"} | said)
    return tables


@pytest.fixture(scope="module")
def losing(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def] # a reader
    workspace = workspace_of(tmp_path_factory.mktemp("losing"), books(1, planted=True), PLAYBOOK)
    with looking(workspace, END) as reader:
        yield reader


def test_chains_end_at_the_step_that_they_had_reached(losing: Reader) -> None:
    tables = books(1, planted=True)
    stages: dict[str, list[str]] = {}
    for row in tables["deal_change"]:
        stages.setdefault(row["deal_id"], []).append(row["new"])
    step = {"Talk": "discover", "Priced": "offer"}
    expected = Counter((each[-1].lower(), step[each[-2]]) for each in stages.values())
    chains = read_chains(losing)
    assert Counter(chains.endings[each] for each in chains.ending.tolist()) == expected


def test_the_same_ending_is_named_with_its_cause(losing: Reader) -> None:
    (found,) = findings(losing, OWNER)
    assert found.kind is FindingKind.REPEAT
    assert found.subject.key == rep_keys(losing)["r0"]
    assert found.where == {"step": "offer", "ending": "lost"}
    assert found.details["cause"] == "price"
    assert found.settle == ()
    assert found.size is not None
    assert found.size.low > 0


def test_without_obstacles_the_cause_is_unknown_and_it_is_said_what_to_record(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, books(1, planted=True, obstacles=False), PLAYBOOK)
    with looking(workspace, END) as reader:
        (found,) = findings(reader, OWNER)
        assert [(each.reason, each.names) for each in found.settle] == [(Refused.NO_RECORDS, ("obstacle",))]
        assert (found.details["cause"], found.next_step) == ("unknown", "say_what_they_say")


def test_a_calm_team_has_three_of_five_and_no_finding(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, books(2, planted=False), PLAYBOOK), END) as reader:
        answer = craft_of(reader, OWNER)
        assert not isinstance(answer.repeats, CannotTell)
        assert answer.repeats, "some are asked about"
        assert findings(reader, OWNER, answer) == ()


def test_a_look_back_knows_nothing_later(losing: Reader) -> None:
    from dataclasses import replace

    earlier = replace(losing, as_of=START + timedelta(days=40))
    assert max(read_chains(earlier).day) <= (START + timedelta(days=40)).date()
    assert len(read_chains(earlier).deal) < len(read_chains(losing).deal)


def test_few_chains_are_refused(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, {"rep": [{"rep_id": "r0"}]}, PLAYBOOK)) as reader:
        answer = craft_of(reader, OWNER)
        assert isinstance(answer.repeats, CannotTell)
        assert answer.repeats.reason is Refused.TOO_FEW_CHAINS
        assert (answer.touches, answer.works, answer.strengths, answer.ruts, answer.grooves) == (0, (), (), (), ())
        assert findings(reader, OWNER, answer) == ()


def test_a_scope_has_its_own_figures_alone(losing: Reader) -> None:
    keys = rep_keys(losing)
    answer = craft_of(losing, scope_of(losing, "r0"))
    everybody = craft_of(losing, OWNER)
    assert not isinstance(answer.repeats, CannotTell)
    assert not isinstance(everybody.repeats, CannotTell)
    assert {each.rep_key for each in answer.repeats} == {keys["r0"]}
    assert set(answer.repeats) <= set(everybody.repeats)


def test_cells_and_weeks_count_the_same_touches_as_plain_loops(reader: Reader) -> None:
    rows = reader.query(
        f"""select rep_key, proved_at <= {reader.instant} as proved, occurred_at, waiting_seconds, seen_seconds,
               evidence, origin, reactive, contested from outcome"""
    ).to_pylist()
    as_of = reader.as_of.replace(tzinfo=None)
    counted = [
        row for row in rows
        if row["evidence"] == "captured" and row["origin"] == "hand" and not row["reactive"] and not row["contested"]
        and row["seen_seconds"] is not None and row["occurred_at"] <= as_of
        and min((as_of - row["occurred_at"]).total_seconds(), row["seen_seconds"]) >= row["waiting_seconds"]
    ]  # fmt: skip
    counts = read_counts(reader, OWNER)
    cells, weeks = cells_of(counts), weeks_of(counts)
    assert cells.n.sum() == weeks.n.sum() == len(counted)
    assert cells.s.sum() == weeks.s.sum() == sum(bool(row["proved"]) for row in counted)
    by_rep = Counter(row["rep_key"] for row in counted)
    assert {rep: int(cells.n[cells.rep == rep].sum()) for rep in by_rep} == by_rep


def test_a_rut_is_named_and_a_team_whose_channels_are_alike_has_none() -> None:
    everybody = Scope("test", everybody=True)
    found = wrong = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        cells, _ = team_cells(rng, spread=0.2, planted=True)
        found += any(each.named and each.rep_key == 0 for each in ruts(cells, priors(cells), everybody))
        calm, _ = team_cells(rng, spread=0.0, alike=True)
        known = priors(calm)
        wrong += sum(each.named for each in ruts(calm, known, everybody))
        wrong += sum(each.named for each in strengths(calm, known, everybody))
    assert found >= 3, "found in about 6 of 10 (docs/methods/craft.md)"
    assert wrong <= 1


def test_losing_at_a_step_for_one_reason_stands_out_where_the_step_alone_does_not() -> None:
    table = np.full((12, 3), 10.0)
    table[0] = (7, 15, 8)
    last = np.zeros((12, 3), np.int64)
    last[:, 1], last[:, 2] = 3, 2
    caused = np.zeros((12, 3, 4))
    caused[:, 1] = 1.0
    caused[0, 1] = (12, 0, 0, 0)
    caused_last = np.zeros_like(caused)
    caused_last[0, 1, 0] = 2.0
    lost = np.array([1, 2])
    assert how_sure(table, last, lost)[0][0, 1] > MOST_WRONG
    sure = how_sure(table, last, lost, caused_last, caused)[0]
    assert sure[0, 1] < 0.01
    assert (sure[1:] > MOST_WRONG).all()
