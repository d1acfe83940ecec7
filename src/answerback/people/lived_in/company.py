"""A made-up company as those see it who look back on it: its records, its people, its days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Model

from answerback.analysis.reader import Reader
from answerback.analysis.roster import Roster
from answerback.domain.scope import Scope
from answerback.people.learning.models import Commitment, Lesson
from answerback.people.models import Person, Role
from answerback.workspace.access import owner_scope
from answerback.workspace.home import Home

_FRIDAY = 4


@dataclass(frozen=True)
class Company:
    """A made-up company.

    Attributes:
        home: Its workspace.
        reader: Of its newest snapshot, looking from the end of its records.
        roster: Who is in it.
        zone: Its time zone.
    """

    home: Home
    reader: Reader
    roster: Roster
    zone: ZoneInfo

    @property
    def scope(self) -> Scope:
        """Everybody's rows: nobody in it is real."""
        return owner_scope("made-up company")

    @property
    def now(self) -> datetime:
        """The end of its records, which pages take for now."""
        return self.reader.as_of

    @property
    def today(self) -> date:
        """The day of that."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def people(self) -> dict[int, Person]:
        """Who has an account and is in the records, by key, in the order of their names."""
        found = Person.objects.exclude(rep_id="").prefetch_related("appointments").order_by("name", "pk")
        return {key: each for each in found if (key := self.roster.key_of(each.rep_id)) is not None}

    def those(self, role: Role) -> dict[int, Person]:
        """Those who have a role, by key, in the order of their names."""
        return {key: each for key, each in self.people.items() if role in each.roles_on(self.today)}

    def manager_of(self, key: int) -> Person | None:
        """Whom somebody reports to."""
        above = self.roster.members[key].manager_key
        return self.people.get(above) if above is not None else None

    def earlier(self, at: datetime) -> Reader:
        """The same records as they were known at an earlier instant."""
        return replace(self.reader, as_of=at)

    def weeks_ago(self, weeks: float, hour: int = 9) -> datetime:
        """An hour of a working day about so many weeks before the end."""
        return self.working(self.today - timedelta(days=round(7 * weeks)), 0, hour)

    def working(self, day: date, days: int, hour: int, minute: int = 0) -> datetime:
        """An hour of the working day that comes so many days after a day, or of the first one from then on."""
        at = day + timedelta(days=days)
        while at.weekday() > _FRIDAY:
            at += timedelta(days=1)
        return datetime.combine(at, time(hour, minute), self.zone).astimezone(UTC)

    def day_of(self, at: datetime) -> date:
        """On which day of the company an instant was."""
        return at.astimezone(self.zone).date()


def how_many_before(row: Lesson | Commitment) -> int:
    """How many of its kind were written before a row: unlike its key, the same wherever a company is made again."""
    return type(row).objects.filter(pk__lt=row.pk).count()


def dated(rows: Iterable[Model], **at: datetime) -> None:
    """Dates what was written to when it would have been: such columns take the moment of writing else."""
    for row in rows:
        for name, moment in at.items():
            setattr(row, name, moment)
        row.save(update_fields=list(at))
