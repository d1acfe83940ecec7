"""Who is who in mails and calendars: people with the name, address and clock that they had at an instant."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from answerback.simulate.exports.places import seat_of
from answerback.simulate.facts import Facts
from answerback.simulate.names import PRODUCTS

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\s]+")
_SELLER_TITLES = {"rep": "Account Executive", "manager": "Sales Manager", "leader": "VP Sales"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as their mail program shows them."""

    name: str
    address: str
    zone: ZoneInfo
    title: str
    company: str
    phone: str = ""

    @property
    def first_name(self) -> str:
        """What they are called in a greeting."""
        return self.name.split(" ")[0].strip("\"',.;()") or self.name

    @property
    def host(self) -> str:
        """The domain of their address."""
        return self.address.rpartition("@")[2]

    def local(self, at: int) -> datetime:
        """An instant (seconds since 1970) at their clock."""
        return datetime.fromtimestamp(at, self.zone)


class AddressBook:
    """The people and companies of some facts."""

    def __init__(self, facts: Facts) -> None:
        self._sellers: dict[int, tuple[list[float], list[Person]]] = defaultdict(lambda: ([], []))
        rows = sorted(facts.rows("seller"), key=lambda row: _since(row["valid_from"]))
        self.mailbox_owners = tuple(dict.fromkeys(row["seller"] for row in rows if row["role"] in ("rep", "manager")))
        """The sellers who have a mailbox and a calendar that are exported."""
        for row in rows:
            title = _SELLER_TITLES.get(row["role"] or "", "Account Executive")
            since, people = self._sellers[row["seller"]]
            since.append(_since(row["valid_from"]))
            people.append(Person(one_line(row["name"]), row["email"], zone_of(row["time_zone"]), title, facts.company))
        self._products = {row["deal"]: row["product_line"] for row in facts.rows("deal")}
        self._accounts = {row["account"]: row for row in facts.rows("account")}
        self._contacts: dict[int, Person] = {}
        self._staff: dict[int, list[int]] = defaultdict(list)
        for row in facts.rows("contact"):
            account = self._accounts[row["account"]]
            company = one_line(account["name"])
            zone = zone_of(account["time_zone"])
            phone = seat_of(row["account"], account["time_zone"]).telephone(row["contact"])
            name, title = one_line(row["name"]), one_line(row["title"] or "")
            self._contacts[row["contact"]] = Person(name, row["email"], zone, title, company, phone)
            self._staff[row["account"]].append(row["contact"])

    def seller(self, number: int, at: int) -> Person:
        """A seller as they were at an instant; before their first row as they were first."""
        since, people = self._sellers[number]
        return people[max(bisect_right(since, at) - 1, 0)]

    def mailbox_name(self, number: int) -> str:
        """The address under which a seller's mailbox and calendar were exported: the one that they had last."""
        return self._sellers[number][1][-1].address.replace("/", "_")

    def contact(self, number: int) -> Person:
        """A buyer's person."""
        return self._contacts[number]

    def company(self, account: int) -> str:
        """A buying company's name."""
        return one_line(self._accounts[account]["name"])

    def domain(self, account: int) -> str:
        """A buying company's domain."""
        return str(self._accounts[account]["domain"])

    def product(self, account: int, deal: int | None) -> str:
        """What is talked about with a company: the deal's product; before there is a deal, always the same one."""
        return self._products.get(deal) or PRODUCTS[account % len(PRODUCTS)]

    def colleague(self, account: int, besides: int) -> Person | None:
        """The first other person known at a company."""
        others = [each for each in self._staff[account] if each != besides]
        return self._contacts[others[0]] if others else None


@cache
def zone_of(name: str | None) -> ZoneInfo:
    """A time zone by its name; UTC where none is stated."""
    return ZoneInfo(name or "UTC")


def one_line(text: str) -> str:
    r"""A name without line breaks and other marks that would end a header or a property.

    >>> one_line("Ann\r\nBcc: all@x.example")
    'Ann Bcc: all@x.example'
    """
    return _UNPRINTABLE.sub(" ", text).strip()


def recorded_spans(facts: Facts, system: str) -> dict[int, list[tuple[int, int]]]:
    """By seller, from when to when a system was recording; whoever is missing was recorded all the time."""
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in facts.rows("coverage"):
        if row["system"] == system:
            spans[row["seller"]].append(
                (facts.start if row["from"] is None else row["from"], facts.end if row["to"] is None else row["to"])
            )
    return dict(spans)


def _since(valid_from: Any) -> float:
    return float("-inf") if valid_from is None else float(valid_from)
