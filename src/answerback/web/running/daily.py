"""Once a day at a time of the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Daily:
    """A time of the day, by a zone's clock."""

    at: time
    zone: ZoneInfo

    def due(self, now: datetime, last: datetime | None) -> bool:
        """Whether that time has come since something was last done; if it never was, whether it has come today.

        >>> five = Daily(time(5), ZoneInfo("Europe/Berlin"))
        >>> five.due(datetime(2026, 3, 2, 4, 30, tzinfo=UTC), datetime(2026, 3, 1, 4, 0, tzinfo=UTC))
        True
        >>> five.due(datetime(2026, 3, 2, 3, 30, tzinfo=UTC), None)
        False
        """
        today = datetime.combine(now.astimezone(self.zone).date(), self.at, self.zone).astimezone(UTC)
        return now >= today and (last is None or last < today)
