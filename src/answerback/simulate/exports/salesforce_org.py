"""The practice company's CRM as a whole: the ids of its records, its times, and the columns that every object has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from answerback.simulate.exports.directory import Directory, Row
from answerback.simulate.exports.salesforce_ids import record_id
from answerback.simulate.exports.sheets import drawn
from answerback.simulate.parameters import DAY

MACHINE = 1_000_000
"""The number of the user whom the CRM calls "Automated Process": it writes what a web form brings."""
_THURSDAY, _FRIDAY = 3, 4
"""Days of the week from Monday, 0. The first day of 1970 was a Thursday."""
_EVERYBODY_WORKS = 13 * 3600
"""Seconds of a day (UTC) from when on, for four hours, people work in Europe and in America."""


@dataclass(frozen=True)
class Org:
    """A Salesforce organisation that holds a directory's people."""

    book: Directory

    @property
    def seed(self) -> int:
        """What the facts were drawn from."""
        return self.book.facts.seed

    def id(self, thing: str, number: int | None) -> str:
        """The id of a record by its number among the facts; empty for none."""
        return "" if number is None else record_id(thing, number, self.seed)

    @cached_property
    def teams(self) -> list[str]:
        """The roles that people of the organisation have, each once."""
        return sorted({row["team"] for row in self.book.facts.rows("seller") if row["team"]})

    @cached_property
    def owners(self) -> dict[int, int]:
        """By account, the number of the seller whose it is at the end."""
        found: dict[int, int] = {}
        for row in sorted(self.book.facts.rows("assignment"), key=lambda row: row["from"] or 0):
            found[row["account"]] = row["seller"]
        for account in self.book.accounts.keys() - found.keys():
            known = self.book.who_knows(account, self.book.facts.end)
            found[account] = int(known["seller"]) if known else min(self.book.sellers)
        return found

    @cached_property
    def left(self) -> dict[int, int]:
        """Sellers who are no longer there, and since when: nothing has recorded them since."""
        found: dict[int, int] = {}
        for row in self.book.facts.rows("coverage"):
            until = self.book.facts.end if row["to"] is None else row["to"]
            found[row["seller"]] = max(until, found.get(row["seller"], until))
        return {seller: until for seller, until in found.items() if until < self.book.facts.end}

    @cached_property
    def made(self) -> dict[int, int]:
        """By account, when it was entered: before anything happened with it, and while people work on either shore."""
        found = {}
        for account in self.book.accounts:
            day = self.book.first_seen(account) // DAY - 1 - drawn(21, "entered on", account, self.seed)
            day -= max((day + _THURSDAY) % 7 - _FRIDAY, 0)
            found[account] = day * DAY + _EVERYBODY_WORKS + drawn(4 * 3600, "entered at", account, self.seed)
        return found

    def after(self, what: str, number: int) -> int:
        """How many seconds after it happened somebody typed something in: a minute to a quarter of an hour."""
        return 60 + drawn(840, "typed", what, number, self.seed)

    def stamps(self, created: int, by: int, changed: int | None = None, changed_by: int | None = None) -> Row:
        """The columns that say when a record was made and last changed, and by whom (numbers of sellers)."""
        changed = max(created, min(created if changed is None else changed, self.book.facts.end))
        by_id = self.id("User", by)
        return {
            "CreatedDate": api_time(created),
            "CreatedById": by_id,
            "LastModifiedDate": api_time(changed),
            "LastModifiedById": by_id if changed_by is None else self.id("User", changed_by),
            "SystemModstamp": api_time(changed),
            "IsDeleted": False,
        }


def api_time(at: int | None) -> str:
    """An instant as the API writes it.

    >>> api_time(1_767_600_005)
    '2026-01-05T08:00:05.000+0000'
    """
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def two_names(name: str | None) -> tuple[str, str]:
    """First and last name. A CRM demands a last name, so a single word is one.

    >>> two_names("Anna von Berg"), two_names("Anna"), two_names(None)
    (('Anna', 'von Berg'), ('', 'Anna'), ('', ''))
    """
    first, _, last = (name or "").partition(" ")
    return (first, last) if last else ("", first)
