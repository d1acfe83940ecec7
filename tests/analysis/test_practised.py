"""One rep's own practice: what works is found; a useless one after a bad time is not credited though the rate rises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from answerback.analysis.lift.given import Gift
from answerback.analysis.lift.practised import (
    Answer,
    Outcome,
    Practised,
    outcome,
    own_kinds,
    pooled_draw,
    practices_judged,
)
from answerback.analysis.lift.weeks import RepWeeks
from answerback.analysis.reader import Reader
from answerback.domain.refusals import Refused
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.lifting import END, LOTS_IN, NOW, REPS, at, tables
from tests.analysis.team import Row, text

MONDAY = date(2026, 1, 5)
REPS_THERE, WEEKS, STARTS, LASTS = 24, 26, 14, 6
PLAN = Practised(0, "", MONDAY + timedelta(weeks=STARTS), MONDAY + timedelta(weeks=STARTS + LASTS))
WORLDS = 200


def world(seed: int, *, rise: float = 0.0, touches: int = 8) -> RepWeeks:
    """Reps of unlike ability whose true rates never change, but for the first one's while practising."""
    rng = np.random.default_rng(seed)
    ability = rng.beta(6, 24, REPS_THERE)
    rates = np.repeat(ability[:, None], WEEKS, axis=1)
    rates[0, STARTS : STARTS + LASTS] += rise
    exposure = np.full((REPS_THERE, WEEKS), float(touches))
    success = rng.binomial(touches, rates).astype(float)
    return RepWeeks(np.arange(REPS_THERE), MONDAY, WEEKS, success, exposure, exposure * success.sum() / exposure.sum())


def after_the_worst(weeks: RepWeeks) -> tuple[Practised, Outcome]:
    """Whoever had the worst weeks takes up a practice: as people do."""
    before = weeks.stretch(STARTS - 12, 12)
    worst = int(np.argmin(before.success / before.exposure))
    plan = replace(PLAN, rep_key=worst)
    return plan, outcome(weeks, plan, [])


def test_a_useless_practice_after_a_bad_time_is_not_credited_although_the_rate_rises() -> None:
    found = [after_the_worst(world(seed))[1] for seed in range(WORLDS)]
    rises = [each.alone.change.rise for each in found if each.alone is not None]
    assert len(rises) == WORLDS
    assert np.mean(rises) > 0.02  # who compares before with after would be glad
    credited = sum(each.answer is Answer.WORKED for each in found)
    assert credited <= WORLDS * 0.025 + 2 * np.sqrt(WORLDS * 0.025)
    assert any(each.refused is not None and each.refused.reason is Refused.WITHIN_REBOUND for each in found)


def test_a_practice_that_works_is_found_and_its_effect_lies_within_its_interval() -> None:
    found = [outcome(world(seed, rise=0.25), PLAN, []) for seed in range(100)]
    assert sum(each.answer is Answer.WORKED for each in found) >= 75
    within = [each.alone.change.low < 0.25 < each.alone.change.high for each in found if each.alone is not None]
    assert np.mean(within) >= 0.85


def test_one_that_brings_next_to_nothing_is_told_so_where_there_are_many_touches() -> None:
    found = [outcome(world(seed, touches=400), PLAN, []).answer for seed in range(20)]
    assert found.count(Answer.DID_NOT) >= 15
    assert Answer.WORKED not in found[:10]


def test_what_cannot_be_told_says_how_many_more_touches_would_tell() -> None:
    found = outcome(world(1, rise=0.08), PLAN, [])
    assert found.answer is Answer.CANNOT_TELL
    assert found.more is None or found.more >= 1
    told = [each.more for seed in range(60) if (each := outcome(world(seed, rise=0.1), PLAN, [])).refused is not None]
    assert any(each is not None for each in told)
    assert None in told  # the weeks before leave so much open that no touch now settles it


def test_it_is_not_judged_before_its_end_nor_without_a_past() -> None:
    weeks = world(1)
    early = outcome(replace(weeks, done=STARTS + 2, _known={}), PLAN, [])
    assert early.refused is not None
    assert (early.refused.reason, early.refused.have, early.refused.need) == (Refused.NOT_OVER, 14.0, 42.0)
    assert early.alone is None
    nobody = outcome(weeks, replace(PLAN, rep_key=99), [])
    assert nobody.refused is not None
    assert nobody.refused.reason is Refused.BASELINE_TOO_SHORT
    silent = np.array(weeks.exposure)
    silent[0, STARTS : STARTS + LASTS] = 1.0
    few = outcome(replace(weeks, exposure=silent, success=weeks.success * 0, _known={}), PLAN, [])
    assert few.refused is not None
    assert (few.refused.reason, few.more) == (Refused.TOO_FEW_EFFORTS_NOW, 4)


def test_who_began_with_something_else_is_nobody_to_learn_from_and_what_came_beside_is_said() -> None:
    gifts = [Gift(rep, PLAN.starts, "training") for rep in range(20)]
    found = outcome(world(1), PLAN, gifts)
    assert found.alone is not None
    assert found.alone.others == 0  # four are left, five are needed
    assert found.beside == ("training",)
    assert outcome(world(1), PLAN, []).beside == ()


OWN, USELESS, CHANGED, LATE = REPS[16], REPS[18], REPS[17], REPS[6]


def own(rep: str, week: int, **said: str) -> Row:
    row = {"practice_id": f"own-{rep}-{week}", "rep_id": rep, "metric": "on_base baseline=12w"}
    days = {"frozen_at": text(at(week - 0.5)), "from": text(at(week, 0)), "to": text(at(week + 6, 0))}
    return {**row, **days, **said}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    told = tables()
    answered = {each["refers_to"] for each in told["buyer_action"]}
    for each in told["effort"]:  # what this rep practises moves nearly everybody
        week = (datetime.fromisoformat(each["occurred_at"]) - at(0, 0)).days // 7
        if each["rep_id"] == OWN and 15 <= week < 21 and each["reference"] not in answered:
            made = datetime.fromisoformat(each["occurred_at"])
            told["buyer_action"].append(
                {"action_id": f"x-{each['effort_id']}", "account_id": each["account_id"]}
                | {"contact_id": each["contact_id"], "occurred_at": text(made + timedelta(hours=20))}
                | {"kind": "replied", "evidence": "captured", "refers_to": each["reference"]}
            )
    told["practice"] += [
        own(OWN, 15),
        own(USELESS, 15),
        own(CHANGED, 16),
        own(CHANGED, 16, practice_id="again", frozen_at=text(at(18)), to=text(at(40, 0))),
        own(LATE, 15, frozen_at=text(at(16))),
        own(REPS[19], 30),
    ]
    with looking(workspace_of(tmp_path_factory.mktemp("practised"), told), END) as found:
        yield found


def test_practices_of_the_log_are_judged_by_the_plan_that_was_fixed_first(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = practices_judged(reader, OWNER).own

    def of(rep: str, week: int) -> Outcome:
        return found[keys[rep], "", at(week, 0).date()]

    assert of(OWN, 15).answer is Answer.WORKED
    assert of(USELESS, 15).answer is not Answer.WORKED
    assert of(CHANGED, 16).alone is not None  # its first end has come; the later one has not
    late = of(LATE, 15).refused
    assert late is not None
    assert late.reason is Refused.NOT_FROZEN
    assert (keys[REPS[19]], "", at(30, 0).date()) not in found  # it goes on
    assert not any(key in {keys[rep] for rep in NOW} and start == at(LOTS_IN, 0).date() for key, _, start in found)


def test_only_the_scope_s_practices_are_judged(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = practices_judged(reader, scope_of(reader, OWN))
    assert {key for key, _, _ in found.own} == {keys[OWN]}
    assert found.draws == {}


def test_a_draw_is_told_where_enough_take_part_on_each_side(reader: Reader) -> None:
    found = practices_judged(reader, OWNER)
    told = pooled_draw(found, "good", least=4)
    assert told is not None
    assert told.helped
    assert pooled_draw(found, "good", least=6) is None
    assert pooled_draw(found, "no such draw", least=4) is None


def test_the_weeks_before_are_those_of_loops_over_the_records(reader: Reader) -> None:
    key = rep_keys(reader)[REPS[0]]
    every, mails, *others = own_kinds(reader, scope_of(reader, REPS[0]), key)
    data = tables()
    since = END - timedelta(weeks=12)
    made = [
        each
        for each in data["effort"]
        if each["rep_id"] == REPS[0] and datetime.fromisoformat(each["occurred_at"]) >= since
    ]
    answered = {each["refers_to"] for each in data["buyer_action"]}
    assert (every.play, every.touches) == ("", len(made))
    assert every.moved == sum(each["reference"] in answered for each in made)
    assert mails.touches == every.touches
    assert others == []
    assert own_kinds(reader, scope_of(reader, REPS[1]), key)[0].touches == 0  # of somebody else's rows there are none


def test_a_kind_of_touch_says_what_so_many_touches_could_show(reader: Reader) -> None:
    every, *_ = own_kinds(reader, OWNER, rep_keys(reader)[REPS[0]])
    few, many = every.least_rise(10), every.least_rise(100)
    assert few is not None
    assert many is not None
    assert 0.1 < many < few < 0.7
    assert reader.as_of.astimezone(UTC) == END
