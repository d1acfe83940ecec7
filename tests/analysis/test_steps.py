"""Time to the next step: spells of chains against plain loops, whose curve is taken, what is told and what is not."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from answerback.analysis.steps import Asked, explain_step, quiet_ages, steps_of
from answerback.analysis.steps.curves import StepKey
from answerback.analysis.steps.spells import End, spells_sql
from answerback.api import Workspace
from answerback.domain.errors import NotFoundError, UsageError
from tests.analysis.asking import OWNER, looking, scope_of, workspace_of
from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, tzinfo=UTC)
AS_OF = START + timedelta(days=300)
PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "declined"]
aim = ["replied"]
waiting_days = 14
seen_on = ["email"]
[[play]]
name = "call"
kind = "call"
answered_by = ["answered_call"]
aim = ["answered_call"]
waiting_days = 14
seen_on = ["call"]
"""
Event = tuple[datetime, str, str]
"""When, whose it was, and what: email, call, replied, declined."""


def drawn(
    seed: int, deals: int
) -> tuple[dict[str, list[Row]], dict[str, list[Event]], dict[str, tuple[str, datetime]]]:
    """Deals with mails, replies and refusals, some of them ended; tables, and the same by deal."""
    rng = random.Random(seed)
    tables: dict[str, list[Row]] = {
        name: [] for name in ("rep", "account", "deal", "deal_change", "coverage", "effort", "buyer_action")
    }
    tables["rep"].append({"rep_id": "ann", "name": "Ann", "team": "north"})
    span = {"from": text(START - timedelta(days=1)), "to": text(START + timedelta(days=250))}
    tables["coverage"].append({"rep_id": "ann", "channel": "email", **span})
    story: dict[str, list[Event]] = {}
    ended: dict[str, tuple[str, datetime]] = {}
    for number in range(deals):
        deal, account = f"deal{number}", f"account{number}"
        segment = ("small", "large")[number % 2]
        tables["account"].append(
            {"account_id": account, "name": account, "domain": f"a{number}.example", "segment": segment}
        )
        opened = START + timedelta(hours=rng.randrange(24 * 200))
        tables["deal"].append({"deal_id": deal, "account_id": account, "owner_id": "ann", "created_at": text(opened)})
        at, story[deal] = opened, []
        for place in range(rng.randrange(1, 9)):
            at += timedelta(hours=rng.choice([0, 1, 5, 30, 200]))
            what = rng.choice(["email", "email", "call", "replied", "replied", "declined"])
            row: Row = {
                "account_id": account,
                "deal_id": deal,
                "occurred_at": text(at),
                "kind": what,
                "evidence": "captured",
            }
            name = f"{deal}-{place}"
            if what in ("email", "call"):
                tables["effort"].append(row | {"effort_id": name, "rep_id": "ann", "origin": "hand"})
                story[deal].append((at, "seller", what))
            else:
                tables["buyer_action"].append(row | {"action_id": name})
                story[deal].append((at, "buyer", what))
        if rng.random() < 0.5:
            how, when = rng.choice(["won", "lost"]), at + timedelta(hours=rng.choice([-20, 0, 50, 900]))
            when = max(when, opened)
            ended[deal] = (how, when)
            tables["deal_change"].append(
                {
                    "deal_id": deal,
                    "occurred_at": text(when),
                    "field": "outcome",
                    "new": how,
                    "source_id": f"end{number}",
                }
            )
    return tables, story, ended


def by_plain_loops(
    story: dict[str, list[Event]], ended: dict[str, tuple[str, datetime]], as_of: datetime
) -> Counter[tuple[str, int, int]]:
    """Step by step: who of the other side comes next, or what ends it, or until when it was watched."""
    found: Counter[tuple[str, int, int]] = Counter()
    seen_until = min(as_of, START + timedelta(days=250))
    for deal, events in story.items():
        # At one instant the seller's step comes first; of one side the order does not matter here.
        ordered = sorted((each for each in events if each[0] <= as_of), key=lambda each: (each[0], each[1] != "seller"))
        for place, (at, side, what) in enumerate(ordered):
            if what in ("declined", "call") or at >= START + timedelta(days=250):
                continue  # a refusal waits for nothing, an answer to a call could not be recorded
            moments = [(seen_until, 2, End.OPEN)]
            later = [each for each in ordered[place + 1 :] if each[1] != side]
            if later and later[0][0] <= seen_until:
                moments.append((later[0][0], 0, End.REFUSED if _refuses(later) else End.NEXT))
            how, when = ended.get(deal, ("", AS_OF + timedelta(days=999)))
            if at < when <= seen_until:
                moments.append((when, 1, End.LOST if how == "lost" else End.OTHER))
            until, _, end = min(moments)
            found[what, int((until - at).total_seconds()), int(end)] += 1
    return found


def _refuses(later: list[Event]) -> bool:
    return later[0][2] == "declined"


def spells(workspace: Workspace, as_of: datetime) -> Counter[tuple[str, int, int]]:
    with looking(workspace, as_of) as reader:
        rows = reader.query(f"""
            select chain_event.step, seconds, ended from ({spells_sql(Asked(reader, OWNER))}) as spell
            join chain_event using (event_key)""").to_pylist()
    return Counter((row["step"].split(" (")[0], row["seconds"], row["ended"]) for row in rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_spells_are_what_plain_loops_find(tmp_path: Path, seed: int) -> None:
    tables, story, ended = drawn(seed, 60)
    # Of two acts at one instant of which one refuses either may be first, so these two ends are compared together.
    workspace = workspace_of(tmp_path, tables, PLAYBOOK)
    for as_of in (AS_OF, START + timedelta(days=120)):
        found, expected = spells(workspace, as_of), by_plain_loops(story, ended, as_of)
        assert sum(found.values()) > 60
        assert together(found) == together(expected)
        assert abs(refusals(found) - refusals(expected)) <= 6


def together(counted: Counter[tuple[str, int, int]]) -> Counter[tuple[str, int, int]]:
    merged: Counter[tuple[str, int, int]] = Counter()
    for (what, seconds, end), n in counted.items():
        merged[what, seconds, int(End.NEXT if end == End.REFUSED else end)] += n
    return merged


def refusals(counted: Counter[tuple[str, int, int]]) -> int:
    return sum(n for (_, _, end), n in counted.items() if end == End.REFUSED)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Mails of which 60 % are answered after two days, in a large segment; and a small one with few."""
    rng = random.Random(4)
    tables: dict[str, list[Row]] = {
        name: [] for name in ("rep", "account", "deal", "coverage", "effort", "buyer_action")
    }
    tables["rep"].append({"rep_id": "ann", "name": "Ann", "team": "north"})
    span = {"from": text(START - timedelta(days=1)), "to": text(START + timedelta(days=400))}
    tables["coverage"].append({"rep_id": "ann", "channel": "email", **span})
    for number in range(220):
        account, deal = f"account{number}", f"deal{number}"
        tables["account"].append(
            {
                "account_id": account,
                "name": account,
                "domain": f"a{number}.example",
                "segment": "rare" if number < 15 else "common",
            }
        )
        at = START + timedelta(hours=rng.randrange(24 * 150))
        row: Row = {"account_id": account, "deal_id": deal, "evidence": "captured"}
        tables["deal"].append({"deal_id": deal, "account_id": account, "owner_id": "ann", "created_at": text(at)})
        tables["effort"].append(
            row
            | {"effort_id": f"e{number}", "rep_id": "ann", "origin": "hand", "kind": "email", "occurred_at": text(at)}
        )
        if rng.random() < 0.6:
            when = at + timedelta(hours=48 * rng.lognormvariate(0, 0.5))
            tables["buyer_action"].append(
                row | {"action_id": f"a{number}", "kind": "replied", "occurred_at": text(when)}
            )
    return workspace_of(tmp_path_factory.mktemp("steady"), tables, PLAYBOOK)


def test_how_long_how_many_and_when_it_is_quiet(steady: Workspace) -> None:
    with looking(steady, AS_OF) as reader:
        (mail,) = [each for each in steps_of(Asked(reader, OWNER)).steps if each.key.value("step") == "email"]
    assert mail.spells == 220
    assert mail.moved + mail.open == 220
    assert mail.next_steps == (("replied", mail.moved),)
    assert mail.ever is not None
    assert mail.ever.low < 0.6 < mail.ever.high
    assert mail.median_hours is not None
    assert mail.median_hours.low <= 48 <= mail.median_hours.high + 1
    assert mail.quiet_hours is not None
    assert 48 < mail.quiet_hours.value < 48 * 4
    assert mail.chances[0].value > 0.5
    assert mail.chances[3].value < 0.1


def test_a_thin_group_takes_its_parents_curve_and_says_so(steady: Workspace) -> None:
    with looking(steady, AS_OF) as reader:
        told = {
            each.key.value("segment"): each
            for each in steps_of(Asked(reader, OWNER, ("side", "channel", "step", "segment"))).steps
            if each.key.value("side") == "seller"
        }
        curves = quiet_ages(reader, OWNER)
    assert told["common"].taken_from == told["common"].key
    assert told["rare"].spells == 15
    assert told["rare"].taken_from == StepKey(("side", "channel", "step"), ("seller", "email", "email"))
    names = ("side", "channel", "step", "segment")
    rare, unheard, never = (
        curves.place_of(StepKey(names, ("seller", "email", step, segment)))
        for step, segment in (("email", "rare"), ("email", "unheard of"), ("fax", "rare"))
    )
    assert rare == unheard == curves.places[told["rare"].taken_from]
    assert curves.keys[never] == StepKey(("side", "channel"), ("seller", "email")), "no such step: the channel's"
    assert curves.place_of(StepKey(names, ("nobody", "fax", "fax", "rare"))) == -1


def test_chances_in_bulk_are_those_one_by_one(steady: Workspace) -> None:
    with looking(steady, AS_OF) as reader:
        curves = quiet_ages(reader, OWNER)
    place = curves.place_of(StepKey(("side", "channel", "step", "segment"), ("seller", "email", "email", "common")))
    hours = np.array([1.0, 50.0, 500.0])
    bulk = curves.still_comes(np.array([place, -1, place]), hours)
    assert np.isnan(bulk.share[1])
    assert bulk.share[0] == curves.still_comes(place, 1.0).share
    assert bulk.share[2] == curves.still_comes(place, 500.0).share
    assert np.isnan(curves.quiet_hours([-1])).all()
    assert curves.quiet_hours([place])[0] > 48


def test_a_figure_opens_to_its_spells(steady: Workspace) -> None:
    with looking(steady, AS_OF) as reader:
        opened = explain_step(reader, OWNER, {"step": "email", "segment": "rare"})
        assert opened.rows.num_rows == opened.step.spells == 15
        assert set(opened.rows["chain_id"].to_pylist()) <= {f"deal{number}" for number in range(15)}
        assert reader.query(opened.sql).num_rows
        others = explain_step(reader, scope_of(reader), {"step": "email"})
        assert (others.step.spells, others.rows.num_rows) == (220, 0), "the curve is everybody's, the steps are not"
        with pytest.raises(NotFoundError):
            explain_step(reader, OWNER, {"step": "fax"})
        with pytest.raises(UsageError):
            explain_step(reader, OWNER, {"rep": "ann"})


def test_what_nobody_could_have_seen_is_not_said(tmp_path: Path) -> None:
    tables, _, _ = drawn(3, 20)
    elsewhere = [{**row, "channel": "calendar"} for row in tables["coverage"]]
    workspace = workspace_of(tmp_path, {**tables, "coverage": elsewhere}, PLAYBOOK)
    with looking(workspace, AS_OF) as reader:
        assert steps_of(Asked(reader, OWNER)).steps == ()
        curves = quiet_ages(reader, OWNER)
    assert curves.keys == ()
    assert np.isnan(curves.quiet_hours([-1])).all()
