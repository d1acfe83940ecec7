"""Which channels of which reps were loaded for which time.

A row of `coverage` without a rep is about everybody, one without a channel about every channel. Stretches that overlap
count once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from answerback.analysis.reader import Reader

SIDES = ("email", "calendar")
"""Mail and calendar: where most of what a buyer does is recorded."""
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cover:
    """What was loaded: for each rep who has rows of their own, and for everybody else (0), by channel.

    Stretches are in seconds since 1970, in order, and do not touch; `sums[n]` is how long the first n of them are.
    """

    spans: Mapping[tuple[int, str], tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]]

    def share(self, rep_key: int, channel: str, start: datetime, end: datetime) -> float:
        """How much of a stretch of time was loaded of a channel of a rep, 0 to 1; 0 of a stretch without length."""
        first, last = start.timestamp(), end.timestamp()
        found = self.spans.get((rep_key, channel)) or self.spans.get((0, channel))
        if found is None or last <= first:
            return 0.0
        return (_until(found, last) - _until(found, first)) / (last - first)

    def of_sides(self, rep_key: int, start: datetime, end: datetime) -> float:
        """The same of mail and calendar together."""
        return sum(self.share(rep_key, each, start, end) for each in SIDES) / len(SIDES)


def _until(found: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]], at: float) -> float:
    """How many seconds before an instant were loaded."""
    starts, ends, sums = found
    place = bisect_right(starts, at)
    return sums[place] - (max(ends[place - 1] - at, 0.0) if place else 0.0)


def read_cover(reader: Reader, channels: Iterable[str] = SIDES) -> Cover:
    """What was loaded, of these channels."""
    rows = reader.query("select rep_key, channel, starts_at, ends_at from coverage").to_pylist()
    told = [(row["rep_key"] or 0, row["channel"], (_second(row["starts_at"], _FIRST), _second(row["ends_at"], _LAST)))
            for row in rows]  # fmt: skip
    reps = {0, *(rep for rep, _, _ in told)}
    spans = {}
    for channel in channels:
        fitting = [(rep, span) for rep, of, span in told if of is None or of == channel]
        shared = [span for rep, span in fitting if not rep]
        own: dict[int, list[Span]] = {}
        for rep, span in fitting:
            own.setdefault(rep, []).append(span)
        for rep in reps:
            joined = _joined([*shared, *(own.get(rep, ()) if rep else ())])
            if joined:
                spans[rep, channel] = _in_columns(joined)
    return Cover(spans)


def _second(at: datetime | None, otherwise: datetime) -> float:
    return (otherwise if at is None else at.replace(tzinfo=UTC)).timestamp()


def _joined(spans: list[Span]) -> list[Span]:
    """The stretches in order, those that overlap or touch made one.

    >>> _joined([(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (9.0, 9.0)])
    [(0.0, 3.0), (5.0, 6.0)]
    """
    joined: list[Span] = []
    for start, end in sorted(each for each in spans if each[0] < each[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _in_columns(joined: list[Span]) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    sums = [0.0]
    for start, end in joined:
        sums.append(sums[-1] + end - start)
    return tuple(start for start, _ in joined), tuple(end for _, end in joined), tuple(sums)
