"""Which two times are compared: the time in question and its baseline, as stretches of whole weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from answerback.analysis.diagnose.answer import Happening, Period
from answerback.analysis.diagnose.counted import WEEK, utc
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight

BASELINE_WEEKS = 26
NOW_WEEKS = (4, 8, 16)
"""Where nobody says since when: these beginnings are tried, and every error rate is divided by their number."""
FEWEST_BASELINE_WEEKS = 8
_FEWEST_NOW_WEEKS = 2
_MOST_HAPPENINGS = 3


@dataclass(frozen=True, slots=True)
class Window:
    """Weeks counted from a start: baseline from `first` to `turn`, the time in question from `turn` on."""

    first: int
    turn: int
    happenings: tuple[Happening, ...] = ()
    """Those that begin about then."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The whole stretch that is read, and the windows in it."""

    start: datetime
    end: datetime
    windows: tuple[Window, ...]

    def period(self, window: Window) -> Period:
        """A window in days."""
        first, turn = (self.start + WEEK * at for at in (window.first, window.turn))
        return Period(first.date(), turn.date(), self.end.date())


def windows_of(
    reader: Reader, happenings: tuple[Happening, ...], *, since: datetime | None, until: datetime | None
) -> Windows | None:  # fmt: skip
    """The windows for a question; None where there are no efforts to look at.

    Without `until` they end with the week of the last effort (Monday, UTC), without `since` several beginnings are
    tried: the last 4, 8 and 16 weeks, and those at which something is known to have happened.
    """
    row = reader.query(f"""
        select min(occurred_at) as first, max(occurred_at) as last from outcome
        where occurred_at <= {reader.instant}""").to_pylist()[0]
    if row["first"] is None:
        return None
    oldest = utc(row["first"])
    end = _monday_after(utc(row["last"]))
    if until is not None:
        end = min(end, utc(until))
    weeks = [NOW_WEEKS[0]] if since is not None else [*NOW_WEEKS]
    if since is not None:
        turn = utc(since)
        if turn >= end:
            return None
        start = turn - WEEK * BASELINE_WEEKS
        near = _about(happenings, turn)
        return Windows(start, end, (Window(0, BASELINE_WEEKS, near),)) if oldest < turn else None
    total = BASELINE_WEEKS + max(weeks)
    start = end - WEEK * total
    turns = {total - each for each in weeks}
    for each in _recent(happenings, start, end):
        at = round((midnight(each.starts) - start) / WEEK)
        if BASELINE_WEEKS // 2 <= at <= total - _FEWEST_NOW_WEEKS and not any(abs(at - turn) <= 1 for turn in turns):
            turns.add(at)
    found = []
    for turn_week in sorted(turns, reverse=True):
        first = max(0, turn_week - BASELINE_WEEKS)
        turn = start + WEEK * turn_week
        if turn - max(oldest, start + WEEK * first) >= WEEK * FEWEST_BASELINE_WEEKS - timedelta(days=3):
            found.append(Window(first, turn_week, _about(happenings, turn)))
    return Windows(start, end, tuple(found))


def _monday_after(at: datetime) -> datetime:
    return datetime.combine(at.date() + timedelta(days=7 - at.weekday()), time(), UTC)


def _about(happenings: tuple[Happening, ...], turn: datetime) -> tuple[Happening, ...]:
    """What began about then: not more than two weeks earlier or later."""
    return tuple(each for each in happenings if abs((each.starts - turn.date()).days) <= 14)


def _recent(happenings: tuple[Happening, ...], start: datetime, end: datetime) -> tuple[Happening, ...]:
    inside = [each for each in happenings if start.date() <= each.starts < end.date()]
    return tuple(sorted(inside, key=lambda each: each.starts, reverse=True)[:_MOST_HAPPENINGS])


def happenings_known(reader: Reader) -> tuple[Happening, ...]:
    """What is known to have happened until then, in order."""
    if "happening" not in reader.snapshot.relations:
        return ()
    rows = reader.query(f"""
        select starts_at, ends_at, coalesce(scope, 'all') as scope, text from happening
        where starts_at <= {reader.instant} order by starts_at, happening_key""").to_pylist()
    return tuple(Happening(row["starts_at"].date(), row["ends_at"].date(), row["scope"], row["text"]) for row in rows)
