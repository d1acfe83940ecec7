"""Blocks of months: the pieces in which events, and all that follows from them, are kept and made again.

A block begins with a month and lasts until the next one begins; the first reaches back for good, the last forward.
Where there is much, a block is a month; where there is little, one block holds years, so that a small workspace has few
files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

EVENTS_IN_BLOCK = 1_000_000
"""What a block should hold at most, if a month is not more already."""
# Instants are naive here, and in UTC, as relations hold them.
_EARLIEST, _LATEST = datetime(1, 1, 1), datetime(9999, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Blocks:
    """Where blocks begin: months, ascending."""

    starts: tuple[datetime, ...]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def labels(self) -> tuple[str, ...]:
        """How files are labelled: the first month of each block.

        >>> Blocks((datetime(2026, 1, 1), datetime(2026, 4, 1))).labels
        ('2026-01', '2026-04')
        """
        return tuple(f"{start:%Y-%m}" for start in self.starts)

    def span(self, block: int) -> tuple[datetime, datetime]:
        """From when to when, the end excluded; the first begins, and the last ends, when time does."""
        start = self.starts[block] if block else _EARLIEST
        return start, self.starts[block + 1] if block + 1 < len(self) else _LATEST

    def seen(self, block: int, reaching: int) -> tuple[datetime, datetime]:
        """The same, and as many seconds more as its rows look ahead."""
        start, end = self.span(block)
        return start, _moved(end, reaching)

    def of(self, instant: datetime) -> int:
        """The block that an instant falls into."""
        return max((n for n, start in enumerate(self.starts) if start <= instant), default=0)

    def shown_in(self, block: int, *, later: int = 0, earlier: int = 0) -> set[int]:
        """Blocks in which a change in one block shows, to readers that many seconds later or earlier.

        >>> quarter = Blocks((datetime(2026, 1, 1), datetime(2026, 2, 1), datetime(2026, 3, 1)))
        >>> quarter.shown_in(1, later=86_400), quarter.shown_in(1, earlier=86_400)
        ({1, 2}, {0, 1})
        """
        start, end = self.span(block)
        first = self.of(_moved(start, -earlier))
        last = self.of(_moved(end, later - 1))
        return set(range(first, last + 1))

    def unlike(self, other: Blocks) -> set[int]:
        """The blocks that the other does not have, from start to end."""
        known = {(label, other.span(n)) for n, label in enumerate(other.labels)}
        return {n for n, label in enumerate(self.labels) if (label, self.span(n)) not in known}


def cut(months: Mapping[datetime, int], size: int, keep: Iterable[datetime] = ()) -> Blocks:
    """Months with their numbers of events into blocks of at most `size`, each of at least one month.

    With `keep`, blocks begin where they did, and only the last one is cut: all others hold what they always held.

    >>> year = {datetime(2026, month, 1): 10 for month in (1, 2, 3, 5)}
    >>> cut(year, 20).labels
    ('2026-01', '2026-03')
    >>> cut({**year, datetime(2026, 6, 1): 10}, 20, keep=cut(year, 20).starts).labels
    ('2026-01', '2026-03', '2026-06')
    """
    starts = list(keep)
    last = starts[-1] if starts else None
    events = 0
    for month, count in sorted(months.items()):
        if last is not None and month < last:
            continue
        if not starts or (events and events + count > size):
            if month not in starts:
                starts.append(month)
            events = 0
        events += count
    return Blocks(tuple(starts) or (datetime(2000, 1, 1),))  # noqa: DTZ001


def _moved(instant: datetime, seconds: int) -> datetime:
    if instant in (_EARLIEST, _LATEST):
        return instant
    return instant + timedelta(seconds=seconds)
