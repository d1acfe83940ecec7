"""How much of each channel of each rep was loaded, week by week; and rejects in groups. Of systems, not of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.trust.cover import Cover

WEEKS = 26
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Strip:
    """One channel of one rep: the share of each week that was loaded, 0 to 1, the latest last."""

    channel: str
    weeks: tuple[float, ...]

    @property
    def share(self) -> float:
        """Of all weeks together."""
        return sum(self.weeks) / len(self.weeks)


def week_ends(as_of: datetime) -> tuple[datetime, ...]:
    """The ends of the last weeks, the latest being now: so the last one is whole, whatever the day.

    >>> from datetime import UTC
    >>> [f"{each:%d.%m.}" for each in week_ends(datetime(2026, 3, 4, tzinfo=UTC))[-2:]]
    ['25.02.', '04.03.']
    """
    return tuple(as_of - WEEK * number for number in reversed(range(WEEKS)))


def strips(cover: Cover, rep_key: int, channels: Sequence[str], as_of: datetime) -> tuple[Strip, ...]:
    """The channels of a rep of which anything was loaded in these weeks."""
    ends = week_ends(as_of)
    found = (
        Strip(channel, tuple(cover.share(rep_key, channel, end - WEEK, end) for end in ends)) for channel in channels
    )
    return tuple(each for each in found if any(each.weeks))


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """Rejects of one file for one reason in one field."""

    file: str
    field: str
    reason: str
    hint: str
    rows: int


def reject_groups(rejects: pa.Table) -> list[RejectGroup]:
    """The groups, the most frequent first."""
    grouped = rejects.group_by(["file", "field", "reason"]).aggregate([("at", "count"), ("hint", "min")])
    found = [
        RejectGroup(row["file"], row["field"] or "", row["reason"], row["hint_min"] or "", row["at_count"])
        for row in grouped.to_pylist()
    ]
    return sorted(found, key=lambda each: (-each.rows, each.file, each.reason, each.field))


def rejects_of(rejects: pa.Table, file: str, field: str, reason: str) -> pa.Table:
    """The places of one group, in order."""
    same_field = pc.equal(pc.fill_null(rejects["field"], ""), field)
    fits = pc.and_(pc.and_(pc.equal(rejects["file"], file), pc.equal(rejects["reason"], reason)), same_field)
    return rejects.filter(fits).sort_by("at")
