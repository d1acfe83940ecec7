"""The people and companies that a load of mail names, gathered to be handed over once each.

A person appears in a thousand mails under three spellings of their name. The spelling of the latest mail is kept, and
the record says from when it is (`version_at`), so that loading a mailbox in parts, or in another order, ends with the
same name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from answerback.domain.reading import Also, Record, Value
from answerback.sources.addresses import account_id_of, registrable_domain

MOST_PEOPLE: Final = 200_000
"""People held at a time; of more, those so far are handed over early."""
_AT_ONCE: Final = 1000
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The version of a record that knows no name: any that does replaces it."""

_Named = tuple[datetime, str]


class People:
    """Contacts, accounts and reps seen so far."""

    def __init__(self, rep_names: dict[str, str]) -> None:
        self._rep_names = rep_names
        self._outside: dict[str, _Named] = {}
        self._reps: dict[str, _Named] = {}

    def outside(self, address: str, name: str, at: datetime) -> None:
        """A buyer's person was on a mail of that instant."""
        _later(self._outside, address, name, at)

    def rep(self, rep_id: str, name: str, at: datetime) -> None:
        """A seller was on a mail of that instant."""
        _later(self._reps, rep_id, name, at)

    @property
    def full(self) -> bool:
        """Whether it is time to `release`."""
        return len(self._outside) + len(self._reps) >= MOST_PEOPLE

    def release(self) -> Iterator[Also]:
        """Everybody seen so far, as records; then none of them is held any more."""
        records: list[Record] = []
        companies: set[str] = set()
        for address, (at, name) in self._outside.items():
            account = account_id_of(address)
            named: dict[str, Value] = {"version_at": at}
            if name:
                named["name"] = name
            records.append(Record("contact", {"source_id": address, "account_id": account, "email": address, **named}))
            if account == address:
                records.append(Record("account", {"source_id": address, **named}))
            elif account not in companies:
                companies.add(account)
                fields: dict[str, Value] = {
                    "source_id": account,
                    "domain": registrable_domain(account),
                    "version_at": _NEVER,
                }
                records.append(Record("account", fields))
        for rep, (at, seen) in self._reps.items():
            name = self._rep_names.get(rep) or seen
            named = {"name": name, "version_at": at} if name else {"version_at": at}
            records.append(Record("rep", {"source_id": rep, "email": rep, **named}))
        self._outside.clear()
        self._reps.clear()
        for start in range(0, len(records), _AT_ONCE):
            yield Also(tuple(records[start : start + _AT_ONCE]))


def _later(known: dict[str, _Named], address: str, name: str, at: datetime) -> None:
    # The later mail counts; between two of the same second the greater name, so that order of reading does not matter.
    found = (at, name) if name else (_NEVER, "")
    held = known.get(address)
    if held is None or found > held:
        known[address] = found
