"""How soon a change of a rate would be seen in a team like yours, how often missed, and with how many false alarms.

A rehearsal plays the detector of `answerback.stats.detect` on made-up reps: a baseline from which the rate that counts
as unchanged is estimated, months of watching in which nothing happens, then the change, answers coming in as slowly as
said. Beside what was seen stands the limit that no method can beat (`answerback.stats.limit`).

What is not known of a real team is assumed, and said: reps' rates differ as those of peers do (`PEERS_STRENGTH`), the
times of answers are known and stay as they are, and every answer is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng

from answerback.domain.errors import UsageError
from answerback.simulate.answering import Answering, Watch, answering
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.detect import LEAST_BASELINE, WATCH, Direction, expected_rate
from answerback.stats.limit import least_mean_delay

STREAMS = 2000
"""Changes simulated, and reps simulated without a change."""
TEAMS = 200
"""Baselines are estimated anew for so many made-up teams, fewer where teams are large."""
PEERS_STRENGTH = 20.0
"""Reps' own rates are drawn from a Beta distribution of this size: at a mean of 10 %, nine of ten lie in 2 to 23 %."""
QUIET_WEEKS = 26
"""The change comes after so many weeks of watching, in which a false alarm is looked into and forgotten."""
YEAR_WEEKS = 52
MARKS = (1, 2, 4, 8, 13, 26, 52)
"""Weeks for which the share seen by then is told."""
MULTIPLES = (1, 2, 5)
"""More efforts a week that are tried: 20, 40, 100."""
_RESAMPLES = 200
_NEVER = np.inf
_NONE_SEEN = 1.5
"""Of n of which none showed it, 3 / n at most would in truth (95 %): two standard errors of 1.5 / n."""

_MOST = {"reps": 1_000, "efforts_per_week": 1_000, "weeks": 520, "baseline_weeks": 520, "lag_days": 14.0}
_LEAST = {"reps": 1, "efforts_per_week": 1, "weeks": 1, "baseline_weeks": 1, "lag_days": 0.0}
_RATES = (0.001, 0.999)
_LEAST_ODDS_CHANGE = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to rehearse.

    `reps` in the team; `efforts_per_week` of each; the rates `before` and `after`; `weeks` that one would wait for the
    change to show; the median time of an answer, `lag_days`; `baseline_weeks` from which the rate before is known
    (None: it is known exactly, and all reps are alike).

    Raises:
        UsageError: something is out of its range, or the rates are too near each other.

    >>> Plan(reps=8, efforts_per_week=20, before=0.1, after=0.1)
    Traceback (most recent call last):
    answerback.domain.errors.UsageError: the rate does not change...
    """

    reps: int
    efforts_per_week: int
    before: float
    after: float
    weeks: int = 52
    lag_days: float = 2.0
    baseline_weeks: int | None = 20

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value, most = getattr(self, name), _MOST[name]
            if value is not None and not least <= value <= most:
                raise UsageError(
                    f"{name.replace('_', ' ')} cannot be {value:,}", next_step=f"give {least:g} to {most:,g}"
                )
        for rate in (self.before, self.after):
            if not _RATES[0] <= rate <= _RATES[1]:
                raise UsageError(
                    f"a rate cannot be {rate:g}", next_step="give shares such as 0.10, from 0.001 to 0.999"
                )
        if self.before == self.after:
            raise UsageError(f"the rate does not change: {self.before:g}", next_step="give two different rates")
        if not self.odds_change >= _LEAST_ODDS_CHANGE:
            raise UsageError(
                f"from {self.before:g} to {self.after:g} is too small a change to be told from chance within years",
                next_step="give two rates further apart",
            )
        if self.baseline_weeks is not None and self.baseline_weeks * self.efforts_per_week < LEAST_BASELINE:
            raise UsageError(
                f"a baseline of {self.baseline_weeks * self.efforts_per_week} efforts is too short for any alarm",
                next_step=f"give baseline weeks with {LEAST_BASELINE:g} efforts or more",
            )

    @property
    def direction(self) -> Direction:
        """Whether it falls or rises."""
        return Direction.between(self.before, self.after)

    @property
    def odds_change(self) -> float:
        """By what the odds change, 1 or more either way.

        >>> round(Plan(reps=8, efforts_per_week=20, before=0.5, after=0.2).odds_change, 6)
        4.0
        """
        ratio = self.after * (1.0 - self.before) / (self.before * (1.0 - self.after))
        return max(ratio, 1.0 / ratio)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated figure and its standard error; no value where it lies beyond the weeks that were watched.

    The error of a median is 0 where other draws would have given the same whole week.
    """

    value: float | None
    error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the detector does with so many efforts a week of each rep.

    In weeks from the change to the alarm: `median`, `mean` (a change that was missed counts with all weeks watched, so
    it is a lower bound then) and `ninety`, by which 9 of 10 are seen. `within`: the share seen by each of some weeks.
    `missed`: the share not seen in the weeks watched. `false_alarms`: of one rep in a year. `limit`: the least mean of
    any method that raises one false alarm in two years at most, for a change at the worst moment.
    """

    efforts_per_week: int
    median: Estimate
    mean: Estimate
    ninety: Estimate
    within: Mapping[int, Estimate]
    missed: Estimate
    false_alarms: Estimate
    limit: float


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The answer: first for the plan's own efforts a week, then for more of them."""

    plan: Plan
    seen: tuple[Seen, ...]
    streams: int

    @property
    def own(self) -> Seen:
        """For the plan as it is."""
        return self.seen[0]

    def team_false_alarms(self, seen: Seen) -> Estimate:
        """False alarms of the whole team in a year."""
        each = seen.false_alarms
        if each.value is None or each.error is None:
            return each
        return Estimate(each.value * self.plan.reps, each.error * self.plan.reps)


def rehearse(
    plan: Plan,
    *,
    seed: int,
    multiples: tuple[int, ...] = MULTIPLES,
    streams: int = STREAMS,
    on_step: Callable[[str, int, int], None] | None = None,
) -> Rehearsal:
    """Plays the plan, and the same with more efforts a week.

    Args:
        plan: what to rehearse.
        seed: same seed and same plan, same answer.
        multiples: the efforts a week of the plan are multiplied by these, 1 first.
        streams: changes simulated, and reps without one; the errors fall as its square root.
        on_step: told what is done, how much of how much.

    >>> plan = Plan(reps=4, efforts_per_week=20, before=0.5, after=0.1)
    >>> rehearse(plan, seed=1, multiples=(1,), streams=200).own.median.value
    2.0
    """
    found = []
    for done, multiple in enumerate(multiples):
        efforts = plan.efforts_per_week * multiple
        if on_step is not None:
            on_step(f"{efforts:,} a week", done, len(multiples))
        found.append(_seen(plan, efforts, streams, default_rng([seed, efforts])))
    return Rehearsal(plan, tuple(found), streams)


@dataclass(frozen=True, slots=True)
class _Teams:
    """Made-up teams: each rep's true rate and the one that counts as unchanged, shape (teams, reps).

    The first rep of each team is the one whose rate is the plan's and will change.
    """

    rate: FloatArray
    expected: FloatArray


def _seen(plan: Plan, efforts: int, streams: int, rng: Generator) -> Seen:
    teams = _teams(plan, efforts, streams, rng)
    answers = answering(efforts, plan.lag_days)
    delays = _delays(plan, answers, teams, streams, rng)
    alarms = _false_alarms(plan, answers, teams, streams, rng)
    again = rng.integers(delays.shape[0], size=(_RESAMPLES, delays.shape[0]))
    return Seen(
        efforts_per_week=efforts,
        median=_estimate(_quantile(0.5), delays, again),
        mean=_estimate(_mean, np.minimum(delays, plan.weeks), again),
        ninety=_estimate(_quantile(0.9), delays, again),
        within={week: _share(delays <= week, again) for week in MARKS if week <= plan.weeks},
        missed=_share(delays == _NEVER, again),
        false_alarms=_estimate(_mean, alarms, again),
        limit=least_mean_delay(plan.before, plan.after, false_alarm_efforts=WATCH * efforts) / efforts,
    )


def _estimate(figure: Callable[[FloatArray], FloatArray], of: FloatArray, again: IntArray) -> Estimate:
    """A figure of each row, and its spread over teams drawn again: the streams of one team share its baseline.

    `of` has the shape (teams, streams of each), `again` (resamples, teams) says which teams were drawn.
    """
    value = float(figure(of.reshape(1, -1))[0])
    if not np.isfinite(value):
        return Estimate(None, None)
    drawn = figure(of[again].reshape(again.shape[0], -1))
    return Estimate(value, float(drawn[np.isfinite(drawn)].std()))


def _share(true: BoolArray, again: IntArray) -> Estimate:
    """A share; where all or none are true, its error is not 0 but what the rule of three leaves: 3 of n at most."""
    found = _estimate(_mean, true.astype(np.float64), again)
    return Estimate(found.value, max(found.error or 0.0, _NONE_SEEN / true.size))


def _mean(of: FloatArray) -> FloatArray:
    return np.asarray(of.mean(axis=1))


def _quantile(share: float) -> Callable[[FloatArray], FloatArray]:
    return lambda of: np.asarray(np.quantile(of, share, axis=1, method="inverted_cdf"))


def _teams(plan: Plan, efforts: int, streams: int, rng: Generator) -> _Teams:
    """Teams with their baselines, all of whose answers are in."""
    count = max(20, min(TEAMS, 4 * streams // plan.reps))
    if plan.baseline_weeks is None:
        rate = np.full((count, plan.reps), plan.before)
        return _Teams(rate, rate)
    spread = plan.before * PEERS_STRENGTH, (1.0 - plan.before) * PEERS_STRENGTH
    rate = np.clip(rng.beta(*spread, size=(count, plan.reps)), *_RATES)
    rate[:, 0] = plan.before
    exposure = np.full(plan.reps, float(plan.baseline_weeks * efforts))
    baseline = rng.binomial(plan.baseline_weeks * efforts, rate)
    expected = [expected_rate(successes, exposure, direction=plan.direction) for successes in baseline]
    return _Teams(rate, np.array(expected))


def _delays(plan: Plan, answers: Answering, teams: _Teams, streams: int, rng: Generator) -> FloatArray:
    """Weeks from the change to the alarm, infinite where there is none in time; shape (teams, changes of each)."""
    each = -(-streams // teams.rate.shape[0])
    rate, expected = (np.repeat(of[:, 0], each) for of in (teams.rate, teams.expected))
    watch = Watch(answers, rate, expected, plan.direction)
    for _ in range(QUIET_WEEKS):
        watch.restart(watch.week(rng) >= WATCH)
    watch.rate = np.full_like(rate, plan.after)
    delays = np.full(rate.size, _NEVER)
    for week in range(1, plan.weeks + 1):
        delays[(watch.week(rng) >= WATCH) & (delays == _NEVER)] = week
        if delays.max() < _NEVER:
            break
    return delays.reshape(-1, each)


def _false_alarms(plan: Plan, answers: Answering, teams: _Teams, streams: int, rng: Generator) -> FloatArray:
    """False alarms in a year of reps whose rate does not change; shape (teams, reps looked at)."""
    count, reps = teams.rate.shape
    each = -(-streams // count)
    if each >= reps:  # the whole team, several times over
        looked_at = np.tile(np.arange(reps), round(each / reps))
    else:
        looked_at = rng.choice(reps, each, replace=False)
    rate, expected = (of[:, looked_at].reshape(-1) for of in (teams.rate, teams.expected))
    watch = Watch(answers, rate, expected, plan.direction)
    alarms = np.zeros(rate.size)
    for week in range(QUIET_WEEKS + YEAR_WEEKS):
        alarmed = watch.week(rng) >= WATCH
        watch.restart(alarmed)
        if week >= QUIET_WEEKS:
            alarms += alarmed
    return alarms.reshape(count, -1)
