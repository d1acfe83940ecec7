"""What a rep tried that is unusual: for a deal or a touch of the last year, against everything earlier.

Large, or high, is what fewer than one in ten of the earlier ones were: chance alone brings at most about one in ten. So
the number of attempts stands beside how many were looked at.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from itertools import groupby
from types import MappingProxyType
from typing import TypeVar

WINDOW = timedelta(days=365)
"""Attempts of the last year."""
LEAST_EARLIER, LEAST_OF_ALL = 10, 50
"""Nobody is held against fewer earlier deals or persons of their own, or against fewer of everybody's."""
ONE_IN = 10

LEVELS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("staff", "specialist", "assistant", "individual"), 1)
    | dict.fromkeys(("lead", "manager", "head"), 2)
    | {"director": 3}
    | dict.fromkeys(("vp", "vice president", "svp"), 4)
    | dict.fromkeys(("executive", "c-level", "chief", "owner", "board"), 5)
)
"""How high a level of title is; others are not known."""


class Tried(StrEnum):
    """What was tried."""

    NEW_MARKET = auto()
    """The first touch of a market in which nobody was touched, or acted, for a year."""
    LARGER = auto()
    """A deal larger than nine in ten of the rep's own earlier ones."""
    LARGE = auto()
    """A deal larger than nine in ten of everybody's of the year before."""
    HIGHER = auto()
    """A first touch of a person whose level is above nine in ten of those whom the rep had touched first."""
    NEW_LINE = auto()
    """The first deal of a rep in a line of products, after others."""


OF_DEALS = (Tried.LARGER, Tried.LARGE, Tried.NEW_LINE)
"""Attempts that are a deal; the others are a touch."""


class Came(StrEnum):
    """What came of it."""

    WORKED = auto()
    """Won, or the buyer moved forward."""
    NOT = auto()
    OPEN = auto()
    """Still open, too early, or no answer could have been seen."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as it was opened: when, by whom, what for, for how much (None: not known), and what came of it."""

    key: int
    at: datetime
    rep_key: int
    product_line: str
    worth: int | None
    came: Came


@dataclass(frozen=True, slots=True)
class First:
    """The first touch of a person by a rep, how high the person's level is (0: not known), and what came of it."""

    key: int
    at: datetime
    rep_key: int
    height: int
    came: Came


_Dated = TypeVar("_Dated", Deal, First)


@dataclass(frozen=True, slots=True)
class Look:
    """One deal or touch that was looked at, and whether it is an attempt; `key` is the deal's or the effort's."""

    tried: Tried
    rep_key: int
    key: int
    at: datetime
    came: Came
    is_attempt: bool


def of_deals(deals: Iterable[Deal], since: datetime) -> list[Look]:
    """Every deal since an instant that can be held against enough earlier ones; deals at one instant know no other."""
    own: defaultdict[int, list[int]] = defaultdict(list)
    lines: defaultdict[int, list[str]] = defaultdict(list)
    everybody: list[int] = []
    leaving: deque[tuple[datetime, int]] = deque()
    looks: list[Look] = []
    for at, group in _by_instant(deals):
        while leaving and leaving[0][0] <= at - WINDOW:
            _, worth = leaving.popleft()
            del everybody[bisect_left(everybody, worth)]
        for each in group:
            if each.at > since:
                looks += _looks_at(each, own[each.rep_key], lines[each.rep_key], everybody)
        for each in group:
            if each.product_line:
                lines[each.rep_key].append(each.product_line)
            if each.worth is not None:
                insort(own[each.rep_key], each.worth)
                insort(everybody, each.worth)
                leaving.append((at, each.worth))
    return looks


def _looks_at(deal: Deal, own: Sequence[int], lines: Sequence[str], everybody: Sequence[int]) -> Iterable[Look]:
    def look(tried: Tried, is_attempt: bool) -> Look:
        return Look(tried, deal.rep_key, deal.key, deal.at, deal.came, is_attempt)

    if deal.worth is not None:
        if len(own) >= LEAST_EARLIER:
            yield look(Tried.LARGER, seldom_reached(own, deal.worth))
        if len(everybody) >= LEAST_OF_ALL:
            yield look(Tried.LARGE, seldom_reached(everybody, deal.worth))
    if deal.product_line and len(lines) >= LEAST_EARLIER:
        yield look(Tried.NEW_LINE, deal.product_line not in lines)


def of_persons(firsts: Iterable[First], since: datetime) -> list[Look]:
    """Every first touch of a person since an instant, by a rep who had touched enough others before."""
    own: defaultdict[int, list[int]] = defaultdict(list)
    looks: list[Look] = []
    for _, group in _by_instant(each for each in firsts if each.height):
        for each in group:
            if each.at > since and len(own[each.rep_key]) >= LEAST_EARLIER:
                high = seldom_reached(own[each.rep_key], each.height)
                looks.append(Look(Tried.HIGHER, each.rep_key, each.key, each.at, each.came, high))
        for each in group:
            insort(own[each.rep_key], each.height)
    return looks


def seldom_reached(earlier: Sequence[int], value: int) -> bool:
    """Whether fewer than one in ten of the earlier ones, in order of size, were as large.

    >>> seldom_reached([1] * 9 + [5], 5), seldom_reached([1] * 9 + [5], 6), seldom_reached([1] * 19 + [5], 5)
    (False, True, True)
    """
    return (len(earlier) - bisect_left(earlier, value)) * ONE_IN < len(earlier)


def _by_instant(rows: Iterable[_Dated]) -> Iterable[tuple[datetime, list[_Dated]]]:
    """Rows in order of time, those of one instant together."""
    ordered = sorted(rows, key=lambda each: (each.at, each.key))
    for at, group in groupby(ordered, key=lambda each: each.at):
        yield at, list(group)
