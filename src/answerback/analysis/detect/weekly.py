"""Efforts and their answers by rep, kind of touch and week, as they were known on any day.

The counts are read once (`detect.reading`); everything here is arithmetic on their columns: no further SQL for another
day. **As of a day** means at its start (UTC): an effort made d days before has been watched for d - 1 whole days, since
the hour at which it was made is not in the counts; answers count where they came within these whole days, and so fit
what the lag curve says should be in by then. Lag curves, too, are learnt from what was known on that day alone: looking
back never sees what came later. Contests, merges of people and coverage are as they are known today.

A **stream** is a rep's efforts of one kind. Efforts whose answer could not have been recorded are in no rate
(`unseen`), nor are efforts that somebody typed in (`claimed`); both are counted beside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.states import DAY_SECONDS
from answerback.domain.answers import NotEnoughData, Reason
from answerback.stats.arrays import weighted_count
from answerback.stats.lag import MIN_MATURED_ANSWERS, LagCurve, Observed, lag_curve

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

EPOCH = date(1970, 1, 1)
FIRST_MONDAY = 4
"""1970-01-05, as a day number: weeks begin on Mondays, UTC."""
WEEK = 7
CURVE_DAYS = 180
"""Lag curves are learnt from efforts of so many days, besides those still waiting."""
BASES = ("proved", "contact", "any")
LEVELS = ("play", "play_wide", "play_channel")


def day_number(at: date | datetime) -> int:
    """Days since 1970-01-01 (UTC) of a day, or of the day that an aware instant falls on.

    >>> day_number(date(1970, 1, 5))
    4
    """
    if isinstance(at, datetime):
        return int(at.timestamp() // DAY_SECONDS)
    return (at - EPOCH).days


def week_of(day: int | Ints) -> int | Ints:
    """The number of the week that holds a day: week 0 begins on Monday 1970-01-05.

    >>> week_of(4), week_of(10), week_of(11)
    (0, 0, 1)
    """
    return (day - FIRST_MONDAY) // WEEK


def monday(week: int) -> date:
    """The first day of a week.

    >>> monday(0).isoformat()
    '1970-01-05'
    """
    return date.fromordinal(EPOCH.toordinal() + FIRST_MONDAY + WEEK * int(week))


@dataclass(frozen=True, slots=True)
class Stream:
    """A rep's efforts of one kind, and the coarser kinds that this belongs to."""

    rep_key: int
    play: str
    play_wide: str
    play_channel: str
    waiting_days: int


@dataclass(frozen=True, slots=True, eq=False)
class Efforts:
    """Hand-made efforts: one row per stream, day and `seen` (whole days seen; -1: not at all), ordered by day.

    `stream`, `day`, `seen`, `n` are parallel; `claimed` says that they were typed in.
    """

    stream: Ints
    day: Ints
    seen: Ints
    n: Ints
    claimed: NDArray[np.bool_]

    def rows(self, which: NDArray[Any] | slice) -> Efforts:
        """Some rows, in the same order."""
        return Efforts(self.stream[which], self.day[which], self.seen[which], self.n[which], self.claimed[which])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Captured, hand-made efforts that moved forward: parallel columns, ordered by day; `lag` in whole days."""

    stream: Ints
    day: Ints
    seen: Ints
    lag: Ints
    n: Ints

    def rows(self, which: NDArray[Any] | slice) -> Answers:
        """Some rows, in the same order."""
        return Answers(self.stream[which], self.day[which], self.seen[which], self.lag[which], self.n[which])


@dataclass(frozen=True, slots=True, eq=False)
class Lags:
    """How much of the answers is in by each age, for each kind of touch: `share[curve_of[stream], age]`.

    Where nothing is known of a kind of touch its share is 0 until the waiting time is over: young efforts then say
    nothing. `answers` is on how many answers each curve rests (0: none).
    """

    curve_of: Ints
    share: Floats
    answers: Floats
    curves: tuple[LagCurve | NotEnoughData, ...]

    def at(self, stream: Ints, age: Ints) -> Floats:
        """F for efforts of streams, by their age in whole days."""
        most = self.share.shape[1] - 1
        return np.asarray(self.share[self.curve_of[stream], np.clip(age, 0, most)])

    def of(self, streams: NDArray[np.int64]) -> Lags:
        """The same for some streams alone."""
        return Lags(self.curve_of[streams], self.share, self.answers, self.curves)


@dataclass(frozen=True, slots=True, eq=False)
class Weekly:
    """Counts by week and stream, shape (weeks, streams), as known on one day; `weeks` are week numbers.

    `efforts` seen and captured, young ones included; `answered` of them so far, within whole days of their age;
    `matured` the efforts, each weighted by the share of its answers due by now; `settled` those that have waited in
    full. Beside them `unseen` (captured) and `claimed`.
    """

    weeks: NDArray[np.int64]
    streams: tuple[Stream, ...]
    efforts: Floats
    answered: Floats
    matured: Floats
    settled: Floats
    unseen: Floats
    claimed: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """All that is known of a scope's efforts by day."""

    streams: tuple[Stream, ...]
    efforts: Efforts
    answers: Answers
    basis: str
    as_of_day: int
    """The day from which the data were read: nothing later is in them."""
    pooled: Answers
    """Everybody's answers, from which lag curves are learnt: how soon buyers answer is no fact about a person."""
    kinds: tuple[Stream, ...]
    """The kinds of touch that `pooled` speaks of by number; their `rep_key` is 0."""
    _curves: dict[int, Lags] = field(default_factory=dict)
    _waiting: list[Ints] = field(default_factory=list)
    _by_stream: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)

    @property
    def waiting(self) -> Ints:
        """The waiting time of each stream, in days."""
        if not self._waiting:
            self._waiting.append(np.array([each.waiting_days for each in self.streams], np.int32))
        return self._waiting[0]

    def weeks(self) -> range:
        """The weeks from the first effort to the last full one."""
        if not self.efforts.day.size:
            return range(0)
        return range(int(week_of(int(self.efforts.day[0]))), int(week_of(self.as_of_day)))

    def lags(self, day: int) -> Lags:
        """Lag curves as one could know them at the start of a day; worked out once for each day asked for."""
        if day not in self._curves:
            self._curves[day] = _lags(self, day)
        return self._curves[day]

    def of(self, streams: NDArray[np.int64]) -> Cells:
        """The counts of some streams alone, numbered in the order given; what all share stays."""

        def chosen(rows: Efforts | Answers) -> tuple[NDArray[np.int64], Ints]:
            name = type(rows).__name__
            if name not in self._by_stream:
                ends = np.cumsum(np.bincount(rows.stream, minlength=len(self.streams)))
                self._by_stream[name] = (np.argsort(rows.stream, kind="stable"), np.concatenate([[0], ends]))
            order, begins = self._by_stream[name]
            found = np.concatenate([order[begins[each] : begins[each + 1]] for each in streams.tolist()])
            number = np.repeat(np.arange(streams.size, dtype=np.int32), begins[streams + 1] - begins[streams])
            by_day = np.argsort(found, kind="stable")
            return found[by_day], number[by_day]

        made, moved = self.efforts, self.answers
        (rows, stream), (acts, of) = chosen(made), chosen(moved)
        return Cells(
            tuple(self.streams[each] for each in streams.tolist()),
            Efforts(stream, made.day[rows], made.seen[rows], made.n[rows], made.claimed[rows]),
            Answers(of, moved.day[acts], moved.seen[acts], moved.lag[acts], moved.n[acts]),
            self.basis,
            self.as_of_day,
            self.pooled,
            self.kinds,
        )

    def weekly(self, as_of: date | datetime, lags: Lags | None = None, *, last: int | None = None) -> Weekly:
        """Counts by week as they were known at the start of a day; `last` keeps to so many weeks before it.

        The week that this day falls in is left out unless it is over.
        """
        day = min(day_number(as_of), self.as_of_day)
        known = lags or self.lags(day)
        end = int(week_of(day))
        begin = self.weeks().start if len(self.weeks()) else end
        begin = min(max(begin, end - last) if last is not None else begin, end)
        return _weekly(self, day, known, begin, end)


def _lags(cells: Cells, day: int) -> Lags:
    """For each kind of touch the curve of its own answers, else of the nearest coarser kind's with the same waiting."""
    pooled = cells.pooled
    young = pooled.day >= day - CURVE_DAYS - max((each.waiting_days for each in cells.kinds), default=0)
    rows = np.flatnonzero(young & (pooled.day < day))
    age = np.minimum(day - pooled.day[rows] - 1, pooled.seen[rows])
    kind, lag, n = pooled.stream[rows], pooled.lag[rows], pooled.n[rows]
    found: dict[tuple[str, str, int], LagCurve | NotEnoughData] = {}
    chosen: list[LagCurve | NotEnoughData] = []
    place: dict[tuple[str, int], int] = {}
    names = {level: np.array([getattr(each, level) for each in cells.kinds], object) for level in LEVELS}
    days = np.array([each.waiting_days for each in cells.kinds], np.int64)
    for each in cells.kinds:
        curve: LagCurve | NotEnoughData = NotEnoughData(Reason.LAG_UNKNOWN, have=0.0, need=float(MIN_MATURED_ANSWERS))
        for level in LEVELS:
            key = (level, getattr(each, level), each.waiting_days)
            if key not in found:
                same = (names[level] == key[1]) & (days == each.waiting_days)
                found[key] = _curve(age, lag, n, same[kind], each.waiting_days)
            curve = found[key]
            if isinstance(curve, LagCurve):
                break
        place[each.play, each.waiting_days] = len(chosen)
        chosen.append(curve)
    most = int(days.max()) if days.size else 1
    ages = np.arange(most + 1)
    share = np.array(
        [
            curve.at(ages) if isinstance(curve, LagCurve) else (ages >= each.waiting_days).astype(np.float64)
            for curve, each in zip(chosen, cells.kinds, strict=True)
        ]
    ).reshape(len(chosen), most + 1)
    return Lags(
        np.array([place[each.play, each.waiting_days] for each in cells.streams], np.int32),
        share,
        np.array([curve.answers if isinstance(curve, LagCurve) else 0.0 for curve in chosen]),
        tuple(chosen),
    )


def _curve(age: Ints, lag: Ints, n: Ints, chosen: NDArray[np.bool_], days: int) -> LagCurve | NotEnoughData:
    if not chosen.any():
        return NotEnoughData(Reason.LAG_UNKNOWN, have=0.0, need=float(MIN_MATURED_ANSWERS))
    own = np.minimum(age[chosen], days).astype(np.int64)
    ages = np.unique(own)
    observed = Observed(effort_day=ages, days=ages.astype(np.float64))
    return lag_curve(own, lag[chosen].astype(np.int64), n[chosen], observed=observed, horizon_days=days)


def _weekly(cells: Cells, day: int, lags: Lags, begin: int, end: int) -> Weekly:
    size, weeks = len(cells.streams), end - begin

    def summed(stream: Ints, made: Ints, weight: NDArray[Any]) -> Floats:
        place = (np.asarray(week_of(made), np.int64) - begin) * size + stream
        return weighted_count(place, np.asarray(weight, np.float64), weeks * size).reshape(weeks, size)

    first, last = begin * WEEK + FIRST_MONDAY, end * WEEK + FIRST_MONDAY
    efforts, answers, waiting = cells.efforts, cells.answers, cells.waiting
    rows = slice(*np.searchsorted(efforts.day, (first, last)))
    stream, made, n, seen = (
        efforts.stream[rows],
        efforts.day[rows],
        efforts.n[rows].astype(np.float64),
        efforts.seen[rows],
    )
    claimed = efforts.claimed[rows]
    counts = ~claimed & (seen >= 0)
    age = np.minimum(np.minimum(day - made - 1, seen), waiting[stream])
    own = slice(*np.searchsorted(answers.day, (first, last)))
    of, at = answers.stream[own], answers.day[own]
    due = answers.lag[own] < np.minimum(day - at - 1, answers.seen[own])
    known = lags.at(of, np.minimum(np.minimum(day - at - 1, answers.seen[own]), waiting[of])) > 0.0
    return Weekly(
        np.arange(begin, end),
        cells.streams,
        efforts=summed(stream, made, n * counts),
        answered=summed(of, at, answers.n[own] * (due & known)),
        matured=summed(stream, made, n * counts * lags.at(stream, age)),
        settled=summed(stream, made, n * counts * (age >= waiting[stream])),
        unseen=summed(stream, made, n * (~claimed & (seen < 0))),
        claimed=summed(stream, made, n * claimed),
    )
