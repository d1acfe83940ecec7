"""Which channels of which reps were loaded for which time.

A row of `coverage` without a rep is about everybody, one without a channel about every channel. Stretches that overlap
count once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from answerback.analysis.reader import Reader
from answerback.stats.arrays import FloatArray, IntArray

SIDES = ("email", "calendar")
"""Mail and calendar: where most of what a buyer does is recorded."""
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Span = tuple[float, float]
_Spans = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Cover:
    """What was loaded: for each rep who has rows of their own, and for everybody else (0), by channel.

    Stretches are in seconds since 1970, in order, and do not touch; `sums[n]` is how long the first n of them are.
    """

    spans: Mapping[tuple[int, str], _Spans]

    def share(self, rep_key: int, channel: str, start: datetime, end: datetime) -> float:
        """How much of a stretch of time was loaded of a channel of a rep, 0 to 1; 0 of a stretch without length."""
        first, last = start.timestamp(), end.timestamp()
        found = self._of(rep_key, channel)
        if found is None or last <= first:
            return 0.0
        before = _until(found, np.array([first, last]))
        return float(before[1] - before[0]) / (last - first)

    def of_sides(self, rep_key: IntArray, start: FloatArray, end: FloatArray) -> FloatArray:
        """The same of mail and calendar together, in columns; instants in seconds since 1970."""
        found = np.zeros(len(rep_key))
        reps, place_of = np.unique(rep_key, return_inverse=True)
        order, ends = np.argsort(place_of, kind="stable"), np.cumsum(np.bincount(place_of, minlength=len(reps)))
        for rep, begin, stop in zip(reps.tolist(), [0, *ends.tolist()], ends.tolist(), strict=False):
            rows = order[begin:stop]
            first, last = start[rows], end[rows]
            for channel in SIDES:
                if (spans := self._of(rep, channel)) is not None:
                    loaded = _until(spans, last) - _until(spans, first)
                    found[rows] += np.where(last > first, loaded / np.maximum(last - first, 1.0), 0.0)
        return found / len(SIDES)

    def _of(self, rep_key: int, channel: str) -> _Spans | None:
        return self.spans.get((rep_key, channel)) or self.spans.get((0, channel))


def _until(found: _Spans, at: FloatArray) -> FloatArray:
    """How many seconds before an instant were loaded."""
    starts, ends, sums = found
    place = np.searchsorted(starts, at, side="right")
    still = np.where(place > 0, np.maximum(ends[place - 1] - at, 0.0), 0.0)
    return np.asarray(sums[place] - still, np.float64)


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


def _in_columns(joined: list[Span]) -> _Spans:
    sums = [0.0]
    for start, end in joined:
        sums.append(sums[-1] + end - start)
    return np.array([start for start, _ in joined]), np.array([end for _, end in joined]), np.array(sums)
