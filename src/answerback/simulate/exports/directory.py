"""Who is who for exports: the facts' people, companies and deals by number, and what events need to know of them.

Systems show a person as they are when they export: an event of a year ago bears the address of today. Mails alone keep
the address that they were sent from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from answerback.simulate.facts import Facts

Row = dict[str, Any]


@dataclass(frozen=True)
class Directory:
    """A practice company's address book as of its export."""

    facts: Facts
    sellers: dict[int, Row]
    """By number, as they are at the end."""
    versions: dict[int, list[Row]]
    """By number, as they were one after the other."""
    accounts: dict[int, Row]
    contacts: dict[int, Row]
    deals: dict[int, Row]

    @classmethod
    def of(cls, facts: Facts) -> Directory:
        """The directory of some facts. Raises ValueError where one of them names somebody whom they do not have."""
        versions: defaultdict[int, list[Row]] = defaultdict(list)
        for row in sorted(facts.rows("seller"), key=lambda row: row["valid_from"] or 0):
            versions[row["seller"]].append(row)
        sellers = {number: rows[-1] for number, rows in versions.items()}
        accounts, contacts, deals = (
            {row[name]: row for row in facts.rows(name)} for name in ("account", "contact", "deal")
        )
        book = cls(facts, sellers, dict(versions), accounts, contacts, deals)
        book._check()
        return book

    def _check(self) -> None:
        known = {"seller": self.sellers, "account": self.accounts, "contact": self.contacts, "deal": self.deals}
        for table in ("contact", "deal", "effort", "action", "case"):
            columns = self.facts.tables[table]
            for name in sorted(known.keys() & set(columns.column_names) - {table}):
                if strange := set(columns[name].unique().to_pylist()) - known[name].keys() - {None}:
                    raise ValueError(f"{table} names {name} {min(strange)}, whom the facts do not have")

    @cached_property
    def efforts(self) -> dict[int, Row]:
        """Every effort by its number."""
        return {row["effort"]: row for row in self.facts.rows("effort")}

    @cached_property
    def actions(self) -> dict[int, Row]:
        """Every buyer action by its number."""
        return {row["action"]: row for row in self.facts.rows("action")}

    @cached_property
    def changes(self) -> dict[int, list[Row]]:
        """By deal, what changed in it, in order of time."""
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for row in sorted(self.facts.rows("deal_change"), key=lambda row: int(row["at"])):
            found[row["deal"]].append(row)
        return dict(found)

    @cached_property
    def touched(self) -> dict[int, tuple[list[int], list[int]]]:
        """By account, when somebody did something toward it and who."""
        found: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for row in sorted(self.facts.rows("effort"), key=lambda row: (row["at"], row["effort"])):
            times, sellers = found[row["account"]]
            times.append(row["at"])
            sellers.append(row["seller"])
        return dict(found)

    def first_seen(self, account: int) -> int:
        """When anything happened with a company first; the end where nothing did."""
        times = self.touched.get(account, ([], []))[0]
        return min([*times[:1], self.facts.end, *self._opened.get(account, [])])

    @cached_property
    def _opened(self) -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for name, instant in (("deal", "created_at"), ("action", "at")):
            for row in self.facts.rows(name):
                found[row["account"]].append(row[instant])
        return found

    def who_knows(self, account: int, at: int, deal: int | None = None) -> Row | None:
        """Whom a company would turn to: the last seller who did something toward it; nobody where there is none.

        Before the first of them it is that one; where no seller ever did anything, the deal's owner.
        """
        times, sellers = self.touched.get(account, ([], []))
        if sellers:
            return self.sellers[sellers[max(bisect_right(times, at) - 1, 0)]]
        return self.sellers.get(self.deals[deal]["seller"]) if deal is not None else None

    def amount_at(self, deal: int, at: int) -> int | None:
        """What a deal was worth at an instant, in minor units of its currency."""
        changes = [row for row in self.changes.get(deal, []) if row["field"] == "amount"]
        before = [row["new"] for row in changes if row["at"] <= at]
        after = [row["old"] for row in changes if row["at"] > at]
        stated = before[-1] if before else after[0] if after else self.deals[deal]["amount_minor"]
        return None if stated is None else int(stated)
