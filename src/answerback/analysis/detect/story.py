"""One rep's touches week by week, with all that explains why they were raised or not: the rows behind a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from answerback.analysis.detect.changes import Changes, changes
from answerback.analysis.detect.raised import Raised
from answerback.analysis.detect.standing import Standing
from answerback.analysis.detect.weekly import Floats, monday
from answerback.analysis.reader import Reader, keys_of
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.scope import Scope
from answerback.stats.alarms import cusum_path, runs
from answerback.stats.detect import Direction, log_ratio, weights
from answerback.stats.intervals import jeffreys

SHOWN_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Week:
    """One week: touches seen, those that moved a buyer so far, how many answers are due, and what was known then."""

    first_day: date
    efforts: int
    answered: int
    matured: float
    rate: float | None
    low: float | None
    high: float | None
    """Exact 95 % limits of the rate of this week alone (Jeffreys)."""
    fall: float
    rise: float
    """The evidence at the end of the week."""
    run: int
    """Weeks in a row above (more than 0) or below the usual rate."""
    unseen: int
    claimed: int
    cusum: float = 0.0
    """Page's cumulative sum for one size of change: it climbs from where a change began."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that is known to have happened."""

    starts: date
    ends: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """Why something was raised, or what would have to be seen."""

    rep: str
    play: str
    standing: Standing
    weeks: tuple[Week, ...]
    raised: tuple[Raised, ...]
    """Alarms and watches of these touches, in order."""
    usual: float | None
    happened: tuple[Happened, ...]
    last_day: date
    direction: Direction = Direction.FALL
    """Of the last alarm, and of `Week.cusum`."""


def tell_change(reader: Reader, scope: Scope, where: Mapping[str, str]) -> Story:
    """The story of one rep's touches; `where` names the rep, and a kind of touch unless all are meant.

    Raises UsageError where no rep is named, NotFoundError where there is none, or no such touches.
    """
    if "rep" not in where or where.keys() - {"rep", "play"}:
        raise UsageError("a change is one rep's", where="explain change", next_step="write rep=… and perhaps play=…")
    keys = set(keys_of(reader, "rep", where["rep"]))
    if where["rep"].lstrip("-").isdigit():
        keys.add(int(where["rep"]))
    found = changes(reader, scope, follow=keys)
    play = where.get("play", "")
    own = next((each for each in found.standings if each.rep_key in keys and each.play == play), None)
    if own is None:
        raise NotFoundError(
            f"there are no touches of {where['rep']!r}" + (f" called {play!r}" if play else ""),
            where="explain change",
            next_step="answerback changes lists them",
        )
    raised = tuple(each for each in found.replay.raised if (each.rep_key, each.play) == (own.rep_key, own.play))
    alarm = next((each for each in reversed(raised) if each.alarm), None)
    direction = Direction.FALL if alarm is None else alarm.direction
    return Story(
        rep=where["rep"],
        play=play,
        standing=own,
        weeks=_weeks(found, own, direction, own.usual if alarm is None else alarm.expected),
        raised=raised,
        usual=own.usual,
        happened=_happened(reader, monday(found.week - SHOWN_WEEKS + 1)),
        last_day=monday(found.week + 1) - timedelta(days=1),
        direction=direction,
    )


def _weeks(found: Changes, own: Standing, direction: Direction, expected: float | None) -> tuple[Week, ...]:
    family = found.replay.by_play if own.play else found.replay.together
    if family is None:
        return ()
    cells = found.cells
    streams = np.array(
        [each.rep_key == own.rep_key and (not own.play or each.play == own.play) for each in cells.streams]
    )
    known = cells.weekly(monday(found.week + 1), family.lags, last=SHOWN_WEEKS)
    names = ("efforts", "answered", "matured", "unseen", "claimed")
    n, s, m, unseen, claimed = (getattr(known, name)[:, streams].sum(axis=1) for name in names)
    limits = jeffreys(s, np.maximum(m, s))
    climb = _cusum(s, m, direction, expected)
    rate = np.divide(s, m, out=np.full(m.size, np.nan), where=m > 0.0)
    run = runs(rate, own.usual if own.usual is not None else float("nan"))
    place = next(
        number
        for number, (key, play) in enumerate(zip(family.rep_keys.tolist(), family.plays, strict=True))
        if (key, play) == (own.rep_key, own.play)
    )
    at = known.weeks - found.replay.first_week
    fall, rise = (family.paths[side][at, place] for side in (Direction.FALL, Direction.RISE))
    return tuple(
        Week(
            first_day=monday(int(week)),
            efforts=int(n[row]),
            answered=int(s[row]),
            matured=round(float(m[row]), 2),
            rate=min(float(rate[row]), 1.0) if m[row] > 0.0 else None,
            low=float(limits.low[row]) if m[row] > 0.0 else None,
            high=float(limits.high[row]) if m[row] > 0.0 else None,
            fall=float(fall[row]),
            rise=float(rise[row]),
            run=int(run[row]),
            unseen=int(unseen[row]),
            claimed=int(claimed[row]),
            cusum=float(climb[row]),
        )
        for row, week in enumerate(known.weeks)
    )


def _cusum(answered: Floats, matured: Floats, direction: Direction, expected: float | None) -> Floats:
    """Page's sum of weeks against one size of change, the middle one; touches count as far as their answers are due."""
    if expected is None:
        return np.zeros(matured.size)
    weight = weights(min(max(expected, 1e-6), 1.0 - 1e-6), direction=direction)
    ratio = log_ratio(answered, np.maximum(matured - answered, 0.0), weight)
    return cusum_path(ratio[:, len(direction.factors) // 2])


def _happened(reader: Reader, since: date) -> tuple[Happened, ...]:
    """What is known to have happened meanwhile, to whomever."""
    if "happening" not in reader.snapshot.relations:
        return ()
    table = reader.query("select * from happening")
    rows = table.to_pylist()
    told = [
        Happened(
            row["starts_at"].date(), row["ends_at"].date() if row.get("ends_at") else None, str(row.get("text") or "")
        )
        for row in rows
        if row.get("starts_at") is not None
    ]
    return tuple(sorted((each for each in told if (each.ends or each.starts) >= since), key=lambda each: each.starts))
