"""The practice company does what its parameters say: rates, shares, times and effects, within binomial error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest, kstest

from answerback.domain.errors import UsageError
from answerback.simulate.assemble import Story, simulate
from answerback.simulate.dirt import dirtied
from answerback.simulate.facts import SYSTEMS
from answerback.simulate.model import Model
from answerback.simulate.parameters import (
    BASE,
    DAY,
    KIND_NAMES,
    STEP_NAMES,
    WEEK,
    Effect,
    Habits,
    Kind,
    Parameters,
    Step,
)
from answerback.simulate.replies import ACTS
from answerback.simulate.results import quarter_result
from answerback.simulate.scenarios import SCENARIOS, planned
from answerback.simulate.truth import truth_tables
from answerback.simulate.worktime import Worktime

UNLIKELY = 1e-4
"""A check that is right fails as often: there are some hundred."""
MANY = Parameters(reps=40, managers=4, weeks=40, seed=11)


@pytest.fixture(scope="module")
def story() -> Story:
    """A large company with nothing planted."""
    return simulate(MANY)


@pytest.fixture(scope="module")
def events(story: Story) -> dict[str, Any]:
    """Its efforts."""
    return moved(story)


def moved(story: Story) -> dict[str, Any]:
    """Of each effort that a system recorded: who, when, what, its probability and whether it moved its buyer."""
    efforts, truth = story.facts.tables["effort"], truth_tables(story)["effort"]
    seen = np.isin(efforts["system"].to_pylist(), ["mail", "dialler", "calendar", "esign"])
    ripe = efforts["at"].to_numpy() < story.facts.end - 35 * DAY
    columns = {
        "seller": efforts["seller"].to_numpy(), "at": efforts["at"].to_numpy(), "chance": story.chance,
        "kind": np.array(efforts["kind"].to_pylist()), "step": np.array(efforts["step"].to_pylist()),
        "moved": truth["moved"].to_numpy(), "proactive": ~truth["reactive"].to_numpy(),
        "hand": np.array(efforts["origin"].to_pylist()) == "hand",
    }  # fmt: skip
    return {name: values[seen & ripe] for name, values in columns.items()}


def agrees(successes: int, n: int, p: float) -> bool:
    """Whether so many successes of n are believable for a probability."""
    return float(binomtest(successes, n, p).pvalue) > UNLIKELY


@pytest.mark.parametrize(("kind", "step"), list(BASE))
def test_efforts_move_buyers_as_often_as_their_probabilities_say(
    events: dict[str, Any], kind: Kind, step: Step
) -> None:  # fmt: skip
    which = (events["kind"] == KIND_NAMES[kind]) & (events["step"] == STEP_NAMES[step])
    assert which.sum() > 300
    # The efforts differ in their probabilities: their sum is compared, in its own standard error.
    chance, hits = events["chance"][which], int(events["moved"][which].sum())
    error = np.sqrt((chance * (1 - chance)).sum())
    assert abs(hits - chance.sum()) < 4 * error, (hits, chance.sum(), error)


def test_a_stated_share_of_replies_refuses_politely(story: Story) -> None:
    acts = story.facts.tables["action"].to_pydict()
    caused = [kind for kind, cause in zip(acts["kind"], acts["cause"], strict=True) if cause is not None]
    by_mail = ("replied", "asked", "introduced", "requested_offer", "unsubscribed")
    mails = sum(kind in by_mail for kind in caused)
    refusing = sum(
        kind in by_mail and cause is not None and (stance == "retreat" or kind == "unsubscribed")
        for kind, cause, stance in zip(acts["kind"], acts["cause"], acts["stance"], strict=True)
    )
    assert agrees(refusing, mails, MANY.refusal_share)


def test_a_stated_share_of_replies_names_nothing(story: Story) -> None:
    acts = story.facts.tables["action"].to_pydict()
    rows = [(answers, cause) for kind, answers, cause, system in
            zip(acts["kind"], acts["answers"], acts["cause"], acts["system"], strict=True)
            if kind in ("replied", "asked") and cause is not None and system == "mail"]  # fmt: skip
    assert agrees(sum(answers is None for answers, _ in rows), len(rows), MANY.missing_references)
    assert all(answers in (None, cause) for answers, cause in rows)


def test_answers_take_as_long_as_stated_before_they_wait_for_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = replace(MANY, reps=20, managers=2, seed=5)
    monkeypatch.setattr(Worktime, "waking", lambda _self, at, _zone, _rng: at)
    told = Model(parameters).tell()
    acts = told.acts
    efforts = told.efforts
    by_mail = np.isin(acts["kind"], [ACTS.index("replied"), ACTS.index("asked")]) & (acts["cause"] >= 0)
    lag = acts["at"][by_mail] - efforts["at"][acts["cause"][by_mail]] - 120
    known = np.log(lag[lag < 9 * DAY] / DAY)
    assert abs(np.median(lag) / DAY - parameters.lag_days) < 0.05
    assert kstest(known, "norm", (np.log(parameters.lag_days), parameters.lag_spread)).statistic < 0.03


def test_what_buyers_do_unasked_has_no_cause_and_the_stated_rate() -> None:
    # With heat the same for all, acts are a plain Poisson count over the days on which pursuits were live.
    parameters = replace(MANY, reps=30, managers=3, heat_spread=1e-9, spontaneous_per_week=0.05, seed=8)
    model, exposure = Model(parameters), 0

    def live() -> Any:
        nonlocal exposure
        found = np.flatnonzero(~model.pursuits.ended)
        return found

    unasked = model._unasked

    def counted(day: int) -> None:
        nonlocal exposure
        account = model.pursuits.account[live()]
        exposure += int(model.worktime.workdays[model.buyers.zone[account], day].sum())
        unasked(day)

    model._unasked = counted  # type: ignore[method-assign]
    told = model.tell()
    spontaneous = int((told.acts["cause"] < 0).sum())
    assert abs(spontaneous - exposure * 0.05 / 5) < 4 * np.sqrt(exposure * 0.05 / 5)


def test_efforts_are_made_in_working_hours_of_who_makes_them(story: Story) -> None:
    model = Model(MANY)
    efforts = story.facts.tables["effort"]
    zone = model.staffing.zone[efforts["seller"].to_numpy()]
    at = efforts["at"].to_numpy()
    day = model.worktime.day_of(at)
    local = (at + model.worktime.offsets[zone, day] - model.worktime.start) % DAY
    assert ((local >= 9 * 3600) & (local < 17 * 3600 + 1800)).all()
    local_day = (at + model.worktime.offsets[zone, day] - model.worktime.start) // DAY
    assert model.worktime.workdays[zone, local_day].all()


@pytest.mark.parametrize("pace", [20, 100])
def test_the_new_hire_falls_and_rises_as_planted(pace: int) -> None:
    plan = planned(replace(Parameters(seed=3), efforts_per_week=float(pace)), ["new-hire"])
    events = moved(simulate(plan.parameters))
    old, new = plan.planted[0].sellers[0], plan.planted[1].sellers[0]
    counted = events["proactive"] & events["hand"]
    start = Model(plan.parameters).worktime.start
    joined = plan.parameters.joins[new]
    fell, better = plan.planted[1].first_day, plan.planted[2].first_day
    for seller, first, end, rate in (
        (old, 0, plan.days, 0.5), (new, joined, fell, 0.10), (new, fell, plan.planted[1].end_day, 0.03),
        (new, better, plan.days, 0.30),
    ):  # fmt: skip
        during = counted & (events["seller"] == seller)
        during &= (events["at"] >= start + first * DAY) & (events["at"] < start + end * DAY)
        during &= events["kind"] != "visit"
        assert during.sum() > pace / 2
        assert agrees(int(events["moved"][during].sum()), int(during.sum()), rate)
    assert not (events["seller"][events["at"] < start + joined * DAY] == new).any()


def test_a_planted_effect_multiplies_the_odds_of_whom_it_touches_and_of_nobody_else() -> None:
    changed = Effect(0, 10**6, odds=0.4, segments=frozenset({"middle"}))
    story = simulate(replace(MANY, reps=20, managers=2, effects=(changed,), skill_spread=1e-9, sequence_share=0.0))
    segment = dict(
        zip(*(story.facts.tables["account"][name].to_pylist() for name in ("account", "segment")), strict=True)
    )
    efforts = story.facts.tables["effort"].to_pydict()
    odds: dict[bool, set[float]] = {True: set(), False: set()}
    for account, kind, step, answers, p in zip(
        efforts["account"], efforts["kind"], efforts["step"], efforts["answers"], story.chance, strict=True
    ):
        if (kind, step, answers) == ("email", "approach", None):
            odds[segment[account] == "middle"].add(round(p / (1 - p), 6))
    (touched,), (others,) = odds[True], odds[False]
    assert touched / others == pytest.approx(0.4, rel=1e-4)


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_every_scenario_can_be_told_also_by_a_model_of_another_kind(scenario: str) -> None:
    small = Parameters(weeks=16, seed=2)
    for misspecified in (False, True):
        plan = planned(small, [scenario], misspecified=misspecified)
        told = simulate(plan.parameters)
        assert told.facts.tables["action"].num_rows > 500
        assert {each.scenario for each in plan.planted} == (set() if scenario == "calm" else {scenario})


def test_scenarios_that_are_combined_take_different_reps() -> None:
    plan = planned(Parameters(), ["new-hire", "one-of-many", "dropped", "claims", "pester", "repeat"])
    touched = [seller for each in plan.planted for seller in dict.fromkeys(each.sellers)]
    assert len(set(touched)) == len(plan.taken) == 10
    with pytest.raises(UsageError, match="needs 2 reps"):
        planned(Parameters(reps=1), ["dropped"])
    with pytest.raises(UsageError, match="no scenario called 'lazy'"):
        planned(Parameters(), ["lazy"])


def told_with(*scenarios: str, **changes: Any) -> tuple[Any, Story]:
    plan = planned(replace(Parameters(reps=24, managers=2, weeks=40, seed=6), **changes), scenarios)
    return plan, simulate(plan.parameters)


def test_the_tool_scenario_hides_mails_and_changes_no_buyer() -> None:
    plan, story = told_with("tool")
    _, calm = told_with("calm")
    acts, before = story.facts.tables["action"], calm.facts.tables["action"]
    hidden = [row for row in acts.to_pylist() if row["system"] == "none" and row["kind"] in ("replied", "asked")]
    assert len(hidden) > 20
    start = story.facts.start
    sellers = dict(zip(*(story.facts.tables["effort"][name].to_pylist() for name in ("effort", "seller")), strict=True))
    for row in hidden:
        assert start + plan.change * DAY <= row["at"] < start + (plan.change + 6 * WEEK) * DAY
        assert row["cause"] is None or sellers[row["cause"]] in plan.planted[0].sellers
    early = [row for row in acts.to_pylist() if row["at"] < start + plan.change * DAY]
    assert early == before.to_pylist()[: len(early)]


def unanswered(facts: Any, sellers: set[int]) -> float:
    efforts, acts = facts.rows("effort"), facts.rows("action")
    answered = {row["answers"] for row in efforts if row["answers"] is not None}
    of = {row["effort"]: row["seller"] for row in efforts}
    asked = [row for row in acts if row["kind"] == "asked" and of.get(row["cause"]) in sellers]
    return sum(row["action"] not in answered for row in asked) / len(asked)


def stage_changes(facts: Any, sellers: set[int]) -> float:
    changes = [row for row in facts.rows("deal_change") if row["seller"] in sellers and row["new"] == "Negotiation"]
    return len(changes) / len(sellers)


def forbidden(facts: Any, sellers: set[int]) -> float:
    efforts = facts.rows("effort")
    seller = {row["contact"]: row["seller"] for row in efforts}
    harmed = [row for row in facts.rows("action") if row["kind"] in ("unsubscribed", "complained")]
    return sum(seller.get(row["contact"]) in sellers for row in harmed) / len(sellers)


def amounts(facts: Any, sellers: set[int]) -> float:
    return float(np.median([row["amount_minor"] for row in facts.rows("deal") if row["seller"] in sellers]))


@pytest.mark.parametrize(
    ("scenario", "measure"),
    [
        ("dropped", unanswered),
        ("claims", stage_changes),
        ("pester", forbidden),
        ("risk", amounts),
    ],
)
def test_a_habit_shows_in_those_who_have_it(scenario: str, measure: Any) -> None:
    plan, story = told_with(scenario)
    theirs = set(plan.planted[0].sellers)
    others = set(range(24)) - theirs
    assert measure(story.facts, theirs) > 1.8 * measure(story.facts, others)


def test_the_worst_are_coached_and_do_not_change() -> None:
    plan, story = told_with("regression")
    _, calm = told_with("calm")
    talks = [row for row in story.facts.rows("conversation") if row["kind"] == "training"]
    assert len(talks) == 3 * ((plan.parameters.weeks - 1) // 8)
    assert story.facts.tables["action"].equals(calm.facts.tables["action"])


def test_the_same_seed_tells_the_same_story() -> None:
    small = Parameters(weeks=12, seed=9)
    one, two, other = simulate(small), simulate(small), simulate(replace(small, seed=10))
    assert all(one.facts.tables[name].equals(two.facts.tables[name]) for name in one.facts.tables)
    assert not one.facts.tables["action"].equals(other.facts.tables["action"])


def test_the_crm_tells_each_deal_in_its_order(story: Story) -> None:
    created = {row["deal"]: row["created_at"] for row in story.facts.rows("deal")}
    stage: dict[int, str | None] = dict.fromkeys(created)
    for row in story.facts.rows("deal_change"):
        assert row["at"] >= created[row["deal"]]
        if row["field"] == "stage":
            assert row["old"] == stage[row["deal"]]
            assert stage[row["deal"]] not in ("Closed Won", "Closed Lost")
            stage[row["deal"]] = row["new"]


def test_nobody_is_introduced_twice_or_by_themselves(story: Story) -> None:
    brought = [(row["brings"], row["contact"]) for row in story.facts.rows("action") if row["kind"] == "introduced"]
    assert len(brought) > 100
    assert len({new for new, _ in brought}) == len(brought)
    assert all(new != by for new, by in brought)


def test_events_are_in_order_name_what_exists_and_follow_what_they_answer(story: Story) -> None:
    efforts, acts = story.facts.tables["effort"].to_pydict(), story.facts.tables["action"].to_pydict()
    assert efforts["at"] == sorted(efforts["at"])
    assert acts["at"] == sorted(acts["at"])
    for at, cause, system in zip(acts["at"], acts["cause"], acts["system"], strict=True):
        # Who types a call in gives one time for it and its answer.
        assert cause is None or efforts["at"][cause] < at + (system == "crm")
    for at, answers in zip(efforts["at"], efforts["answers"], strict=True):
        assert answers is None or acts["at"][answers] < at
    assert set(efforts["system"]) | set(acts["system"]) <= set(SYSTEMS)
    known = set(story.facts.tables["contact"]["contact"].to_pylist())
    assert set(efforts["contact"]) | set(acts["contact"]) <= known


def test_harm_is_caused_by_the_touch_that_was_too_many() -> None:
    _, story = told_with("pester")
    harmed = [row for row in story.facts.rows("action") if row["kind"] in ("unsubscribed", "complained")]
    assert len(harmed) > 50
    assert all(row["cause"] is not None for row in harmed)


def test_silent_buyers_are_given_up_after_so_many_touches(story: Story) -> None:
    answered = {row["contact"] for row in story.facts.rows("action")}
    rows = [row for row in story.facts.rows("effort") if row["contact"] not in answered and row["step"] == "approach"]
    touches = np.unique([row["contact"] for row in rows], return_counts=True)[1]
    assert touches.max() == MANY.habits_of(0).most_touches


def test_nobody_works_on_holiday_and_who_asked_is_answered_afterwards(story: Story) -> None:
    away = {(row["seller"], row["from"], row["to"]) for row in story.facts.rows("absence")}
    assert len(away) > 30
    by: dict[int, list[int]] = {}
    for row in story.facts.rows("effort"):
        by.setdefault(row["seller"], []).append(row["at"])
    for seller, since, until in away:
        # Days begin at midnight UTC here, an hour or more apart from the seller's own.
        assert not any(since + DAY // 2 <= at < until - DAY // 2 for at in by[seller])


@pytest.mark.parametrize("seed", range(1, 6))
def test_wasted_potential_hides_behind_a_number_that_is_hit(seed: int) -> None:
    plan = planned(Parameters(seed=seed), ["wasted"])
    story = simulate(plan.parameters)
    result = quarter_result(story.facts)
    assert result.won_minor >= result.target_minor
    events = moved(story)
    turn = story.facts.start + plan.change * DAY
    before = events["at"] < turn
    assert events["moved"][~before].mean() < events["moved"][before].mean() - 0.04


def test_dirt_is_told_and_changes_no_buyer() -> None:
    clean = simulate(Parameters(seed=5, weeks=20))
    dirty, done = dirtied(clean)
    assert set(done) >= {"clock_of", "no_mail_archived", "changed_team", "changed_name", "mails_in_two_systems"}
    for name in ("effort", "action"):
        was, is_ = (each.facts.tables[name].drop_columns(["at", "system"]) for each in (clean, dirty))
        assert was.equals(is_)
    moved_rep = [row for row in dirty.facts.rows("seller") if row["email"] == done["changed_team"]]
    managers = {row["seller"]: row["team"] for row in dirty.facts.rows("seller") if row["role"] == "manager"}
    assert [managers[row["manager"]] for row in moved_rep] == [row["team"] for row in moved_rep]
    assert len({row["team"] for row in moved_rep}) == 2


def test_the_truth_says_which_acts_were_let_lie_and_which_stages_were_claimed() -> None:
    (one,), habits = (3,), Habits(efforts_per_week=20, drop_rate=0.4, claim_rate=0.3)
    told = simulate(replace(MANY, reps=10, weeks=30, habits={one: habits}))
    tables = truth_tables(told)
    acts, changes = told.facts.tables["action"], told.facts.tables["deal_change"]
    owner = dict(enumerate(told.facts.tables["deal"]["seller"].to_pylist()))
    answered = set(told.facts.tables["effort"]["answers"].to_pylist())
    lies = np.flatnonzero(tables["action"]["dropped"].to_numpy())
    assert not answered & set(lies.tolist())
    asking = np.isin(acts["kind"].to_pylist(), ["replied", "asked", "introduced", "inquired"])
    assert asking[lies].all()
    claimed = changes.filter(tables["deal_change"]["claimed"])
    assert set(claimed["field"].to_pylist()) == {"stage"}
    of_one = np.array([owner[each] == one for each in claimed["deal"].to_pylist()])
    share = np.mean([seller == one for seller in owner.values()])
    assert of_one.mean() > 2 * share  # at fifteen times the rate of the others, and no more than three stages a deal
