"""Other things that change: touches a working day, how soon answers come, what cannot be seen, what is typed in.

Each is watched by rep and week with the promise of `answerback.stats.detect`, and with weeks that vary more than chance
has them (`answerback.stats.tempered`). A working day is a day on which the rep touched anybody: holidays and absences
are none, and a week without any touch says nothing. So a rep who stops altogether is not found here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import BASELINE_WEEKS, NEWEST_WEEKS
from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, Floats, Ints, monday, week_of
from answerback.domain.findings import Measure
from answerback.stats.alarms import HAZARD, alarm_level, posterior
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import LEAST_BASELINE, WATCH, Direction, settle
from answerback.stats.intervals import jeffreys
from answerback.stats.special import normal_quantile
from answerback.stats.tempered import FEWEST_WEEKS, count_ratio, dispersion, share_ratio

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """A rep whose measure changed: in the week in which that was raised."""

    rep_key: int
    measure: Measure
    direction: Direction
    alarm: bool
    week: int
    since: int
    evidence: float
    sure: float
    episode: int
    before: float
    after: float
    """Before (the careful value) and since, in the measure's own unit."""
    n: int
    """Touches (or, for the speed of answers, answers; for touches a day, days) since."""

    @property
    def raised_on(self) -> date:
        """The day on which it was raised."""
        return monday(self.week + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One measure by week and rep: what is counted of how much; shape (weeks, reps)."""

    measure: Measure
    seen: Floats
    of: Floats
    rep_keys: tuple[int, ...]
    first_week: int


def series(cells: Cells) -> tuple[Series, ...]:
    """Every measure's counts, up to the last full week that has touches."""
    if not cells.streams or not cells.efforts.day.size:
        return ()
    made = cells.efforts
    keys, rep_of = np.unique([each.rep_key for each in cells.streams], return_inverse=True)
    begin, end = cells.weeks().start, min(int(week_of(int(made.day[-1]))) + 1, cells.weeks().stop)
    shape = (max(end - begin, 0), keys.size)

    def table(day: Ints, stream: Ints, weight: NDArray[Any]) -> Floats:
        week = np.asarray(week_of(day), np.int64) - begin
        inside = (week >= 0) & (week < shape[0])
        place = week[inside] * shape[1] + rep_of[stream[inside]]
        return weighted_count(place, np.asarray(weight, np.float64)[inside], shape[0] * shape[1]).reshape(shape)

    every = table(made.day, made.stream, made.n)
    captured = table(made.day, made.stream, made.n * ~made.claimed)
    active = np.zeros((shape[0] * WEEK, keys.size), np.bool_)
    day = made.day - (begin * WEEK + FIRST_MONDAY)
    inside = (day >= 0) & (day < shape[0] * WEEK)
    active[day[inside], rep_of[made.stream[inside]]] = True
    days = active.reshape(shape[0], WEEK, keys.size).sum(axis=1, dtype=np.float64)
    quick, answered = _soon(cells, table)
    rep_keys = tuple(keys.tolist())
    return (
        Series(Measure.EFFORTS, every, days, rep_keys, begin),
        Series(
            Measure.UNSEEN,
            table(made.day, made.stream, made.n * (~made.claimed & (made.seen < 0))),
            captured,
            rep_keys,
            begin,
        ),
        Series(Measure.CLAIMED, table(made.day, made.stream, made.n * made.claimed), every, rep_keys, begin),
        Series(Measure.LAG, quick, answered, rep_keys, begin),
    )


def _soon(cells: Cells, table: Callable[[Ints, Ints, NDArray[Any]], Floats]) -> tuple[Floats, Floats]:
    """Answers to efforts that have waited in full, and those of them within the usual median of their kind of touch."""
    moved = cells.answers
    lags = cells.lags(cells.as_of_day)
    median = np.argmax(lags.share >= _HALF, axis=1)[lags.curve_of] if cells.streams else np.zeros(0, np.int64)
    full = np.minimum(cells.as_of_day - moved.day - 1, moved.seen) >= cells.waiting[moved.stream]
    soon = full & (moved.lag < median[moved.stream])
    return table(moved.day, moved.stream, moved.n * soon), table(moved.day, moved.stream, moved.n * full)


def watch_measures(cells: Cells, *, hazard: float = HAZARD) -> tuple[Moved, ...]:
    """Every alarm and watch of every measure, in order of weeks."""
    found = [one for each in series(cells) for side in Direction for one in _watch(each, side, hazard)]
    return tuple(sorted(found, key=lambda one: (one.week, one.measure, one.rep_key, one.direction)))


def _watch(of: Series, side: Direction, hazard: float) -> list[Moved]:
    weeks, reps = of.seen.shape
    state = np.zeros((reps, len(side.factors)))
    begins, valid = np.zeros(reps, np.int64), np.zeros(reps, np.int64)
    ratios = np.zeros((weeks, reps, len(side.factors)))
    used = np.full((weeks, reps), np.nan)
    on_watch, episode, level = np.zeros(reps, np.bool_), np.zeros(reps, np.int64), alarm_level(hazard)
    found: list[Moved] = []
    since = 0
    for week in range(weeks):
        rate, over = _baseline(of, week, begins, side)
        known = ~np.isnan(rate) & (of.of[week] > 0.0)
        used[week] = rate
        ratios[week][known] = _ratio(of, week, known, rate=rate, over=over, side=side)
        state = settle(state, ratios[week], (known & (week >= valid)).astype(np.float64))
        r = state.mean(axis=1)
        for rep in np.flatnonzero(r >= WATCH).tolist():
            alarm = bool(r[rep] >= level)
            if alarm or not on_watch[rep]:
                episode[rep] += alarm
                first = max(int(valid[rep]), int(np.flatnonzero(~np.isnan(used[:, rep]))[0]))
                since = first + _start(ratios[first : week + 1, rep])
                one = _moved(of, rep, side, (since, week), r=float(r[rep]), hazard=hazard, before=used[since])
                found.append(replace(one, episode=int(episode[rep]) + (not alarm)))
            if alarm:
                state[rep], valid[rep], begins[rep] = 0.0, week + 1, since
        on_watch = (r >= WATCH) & (r < level) | on_watch & (r >= WATCH / 2.0) & (r < level)
    return found


def _start(path: Floats) -> int:
    since = np.cumsum(path[::-1], axis=0)[::-1]
    return int(np.argmax(np.exp(since - since.max()).sum(axis=1)))


def _baseline(of: Series, week: int, begins: NDArray[np.int64], side: Direction) -> tuple[Floats, Floats]:
    """The careful value that counts as unchanged in a week, and the over-dispersion; NaN without a baseline."""
    rows = slice(max(week - BASELINE_WEEKS, 0), max(week - NEWEST_WEEKS, 0))
    own = np.arange(rows.start, rows.stop)[:, None] >= begins[None, :]
    seen, base = of.seen[rows] * own, of.of[rows] * own
    total, weight = seen.sum(axis=0), base.sum(axis=0)
    mean = np.divide(total, weight, out=np.zeros(weight.size), where=weight > 0.0)
    enough = ((base > 0.0).sum(axis=0) >= FEWEST_WEEKS) & (
        weight >= (LEAST_BASELINE if of.measure is not Measure.EFFORTS else 1.0)
    )
    if of.measure is Measure.EFFORTS:
        over = dispersion(seen, base * mean, base * mean)
        error = np.sqrt(over * mean / np.maximum(weight, 1.0))
        careful = mean + (-1.0 if side is Direction.FALL else 1.0) * normal_quantile(0.75) * error
        return np.where(enough & (mean > 0.0), np.maximum(careful, mean / 2.0), np.nan), over
    middle = np.clip((total + 0.5) / (weight + 1.0), 1e-6, 1.0 - 1e-6)
    over = dispersion(seen, base * middle, base * middle * (1.0 - middle))
    limits = jeffreys(total / over, weight / over, coverage=_HALF)
    careful = limits.low if side is Direction.FALL else limits.high
    return np.where(enough, np.clip(careful, 1e-4, 1.0 - 1e-4), np.nan), over


def _ratio(of: Series, week: int, known: NDArray[np.bool_], *, rate: Floats, over: Floats, side: Direction) -> Floats:
    seen, base, p, phi = of.seen[week][known], of.of[week][known], rate[known], over[known]
    if of.measure is Measure.EFFORTS:
        return count_ratio(seen, base * p, phi, side)
    return share_ratio(np.minimum(seen, base), base, p, phi, side)


def _moved(
    of: Series, rep: int, side: Direction, span: tuple[int, int], *, r: float, hazard: float, before: Floats
) -> Moved:
    since, week = span
    seen, base = of.seen[since : week + 1, rep].sum(), of.of[since : week + 1, rep].sum()
    return Moved(
        rep_key=of.rep_keys[rep],
        measure=of.measure,
        direction=side,
        alarm=r >= alarm_level(hazard),
        week=of.first_week + week,
        since=of.first_week + since,
        evidence=r,
        sure=float(posterior(r, hazard)),
        episode=0,
        before=float(before[rep]),
        after=float(seen / base) if base else 0.0,
        n=int(base),
    )
