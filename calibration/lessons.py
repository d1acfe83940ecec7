"""How often lessons are right, looked at every week for a year: tables of docs/methods/lessons.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.random import Generator, default_rng

from answerback.analysis.lessons.evidence import State, judged
from answerback.analysis.lessons.lots import Dealt
from answerback.analysis.lessons.touches import Claim, Held
from answerback.analysis.lift.plan import BY_COMPANY, Design, Way
from answerback.analysis.lift.plan import Plan as Fixed
from answerback.simulate.facts import Facts
from answerback.simulate.parameters import DAY, KIND_NAMES
from answerback.simulate.scenarios import Plan
from answerback.stats.advice import Advised, Touched
from calibration.tables import Table
from calibration.worlds.company import More

WEEKS = 52
COMPANIES_A_REP = 40
_CLAIM = Claim("1", datetime(2026, 1, 5, tzinfo=UTC), play="call", instead_of="email", author_key=0)


@dataclass(frozen=True)
class World:
    """A team that uses a lesson or not.

    Attributes:
        effect: What the advised kind brings, in share of buyers moved.
        reps: How many they are.
        a_week: Touches of both kinds a rep and week, at the place of the lesson.
        rate: Of the other kind.
        spread: How far reps differ in rate, and in how often they use it: standard deviations of log odds.
        hang: How far companies differ: the standard deviation of log odds.
        chosen: How much more often it is used with buyers who would move anyway: log odds of use for one of heat.
    """

    effect: float = 0.0
    reps: int = 12
    a_week: float = 2.0
    rate: float = 0.25
    spread: float = 0.3
    hang: float = 0.5
    chosen: float = 0.0


@dataclass(frozen=True)
class Looks:
    """One year of a lesson: its state at each week's end, and whether some interval missed the truth."""

    states: tuple[State, ...]
    missed: bool


def year(world: World, rng: Generator) -> Looks:
    """A lesson looked at every week."""
    reps, companies = world.reps, world.reps * COMPANIES_A_REP
    own, taste = rng.normal(0.0, world.spread, (2, reps))
    heat = rng.normal(0.0, world.hang, companies)
    size = rng.poisson(world.a_week * WEEKS * reps)
    rep, week = rng.integers(0, reps, size), np.sort(rng.integers(0, WEEKS, size))
    company = rep * COMPANIES_A_REP + rng.integers(0, COMPANIES_A_REP, size)
    used = rng.random(size) < _share(taste[rep] + world.chosen * heat[company])
    usual = _share(np.log(world.rate / (1.0 - world.rate)) + own[rep] + heat[company])
    moved = rng.random(size) < np.clip(usual + world.effect * used, 0.0, 1.0)
    whole = Held(rep, Touched(rep, company, used, np.ones(size), moved.astype(float)))
    states, missed = [], False
    for end in range(1, WEEKS + 1):
        told = judged(_CLAIM, whole.of(week < end), Dealt())
        states.append(told.state)
        if isinstance(told.found, Advised):
            missed |= not told.found.low <= world.effect <= told.found.high
    return Looks(tuple(states), missed)


def _share(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


_USUAL = World()
_WORLDS: tuple[tuple[str, World], ...] = (
    ("no effect", _USUAL),
    ("no effect, 5 reps", replace(_USUAL, reps=5)),
    ("no effect, one touch a week", replace(_USUAL, a_week=1.0)),
    ("no effect, buyers move seldom (8 %)", replace(_USUAL, rate=0.08)),
    ("no effect, companies very unlike (1.0)", replace(_USUAL, hang=1.0)),
    ("no effect, used with warmer buyers", replace(_USUAL, chosen=0.5)),
    ("+5 points", replace(_USUAL, effect=0.05)),
    ("+5 points, 6 touches a week", replace(_USUAL, effect=0.05, a_week=6.0)),
    ("+10 points", replace(_USUAL, effect=0.10)),
    ("+10 points, 5 reps", replace(_USUAL, effect=0.10, reps=5)),
    ("+20 points, 5 reps, one touch a week", replace(_USUAL, effect=0.20, reps=5, a_week=1.0)),
    ("-5 points", replace(_USUAL, effect=-0.05)),
)


def measure(*, quick: bool) -> list[Table]:
    """One table: a year of weekly looks."""
    runs = 10 if quick else 40
    rows = []
    for place, (name, world) in enumerate(_WORLDS):
        rng = default_rng((81, place))
        found = [year(world, rng) for _ in range(runs)]
        ever = [set(each.states) for each in found]
        called = [not each.isdisjoint({State.SUPPORTED, State.CONFIRMED}) for each in ever]
        confirmed = [State.CONFIRMED in each for each in ever]
        rejected = [State.REJECTED in each for each in ever]
        missed = [each.missed for each in found]
        rows.append((name, *(f"{np.mean(each):.3f}" for each in (called, confirmed, rejected, missed))))
    error = np.sqrt(0.05 * 0.95 / runs)
    return [
        Table(
            "year",
            ("team and truth", "ever supported", "ever confirmed", "ever rejected", "some interval missed the truth"),
            rows,
            f"{runs} years each, a look at the end of every week. Unless it says otherwise: {_USUAL.reps} reps,"
            f" {_USUAL.a_week:g} touches a rep and week at the lesson's place, {COMPANIES_A_REP} companies a rep, the"
            f" other kind moves {_USUAL.rate:.0%}; reps and companies differ. Standard error at 0.05: {error:.3f}.",
        )
    ]


def practised_rows(plan: Plan, facts: Facts) -> More:
    """The practice that a world's lots are drawn by, as each rep's record of it: fixed three days before it begins."""
    by_lots = plan.parameters.practised
    if by_lots is None:
        return ()
    new, usual = (KIND_NAMES[each] for each in (by_lots.new, by_lots.usual))
    said = Fixed("on_base", 0, by_lots.draw, by_lots.seed, Design.PER_ACCOUNT, Way(usual), Way(new))
    fixed, starts, ends = (
        datetime.fromtimestamp(facts.start + day * DAY, UTC).isoformat()
        for day in (by_lots.first_day - 3, by_lots.first_day, by_lots.end_day)
    )
    return (
        (
            "practice",
            [
                {
                    "practice_id": f"{by_lots.draw}-{row['email']}", "rep_id": row["email"], "metric": said.text,
                    "arm": BY_COMPANY, "frozen_at": fixed, "from": starts, "to": ends,
                }
                for row in facts.rows("seller")
                if row["role"] == "rep"
            ],
        ),
    )  # fmt: skip
