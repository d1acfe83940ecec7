"""What a rep tried that is unusual: for a deal or a touch of the last year, against everything earlier.

Large, or high, is what fewer than one in ten of the earlier ones were: chance alone brings at most about one in ten. So
the number of attempts stands beside how many were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from types import MappingProxyType

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.at_least import at_least

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


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """Deals as they were opened, in columns of one length.

    Attributes:
        key: Which.
        at: When, in seconds since 1970.
        rep_key: By whom.
        line: The number of its line of products; negative where that is not known.
        worth: For how much; NaN where that is not known.
        came: What came of it.
    """

    key: IntArray
    at: IntArray
    rep_key: IntArray
    line: IntArray
    worth: FloatArray
    came: Sequence[Came]


@dataclass(frozen=True, slots=True, eq=False)
class Firsts:
    """First touches of persons by reps, in columns of one length: `height` is the person's level, 0 where not known."""

    key: IntArray
    at: IntArray
    rep_key: IntArray
    height: IntArray
    came: Sequence[Came]


@dataclass(frozen=True, slots=True)
class Look:
    """One deal or touch that was looked at, and whether it is an attempt; `key` is the deal's or the effort's."""

    tried: Tried
    rep_key: int
    key: int
    at: datetime
    came: Came
    is_attempt: bool


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What could be held against enough earlier ones: their places in the columns, and which of them are attempts."""

    place: IntArray
    is_attempt: BoolArray


def of_deals(deals: Deals, since: datetime) -> list[Look]:
    """Every deal since an instant that can be held against enough earlier ones; deals at one instant know no other."""
    return [
        *_looks(Tried.LARGER, deals, _larger(deals, since)),
        *_looks(Tried.LARGE, deals, large(deals, since)),
        *_looks(Tried.NEW_LINE, deals, _new_line(deals, since)),
    ]


def of_persons(firsts: Firsts, since: datetime) -> list[Look]:
    """Every first touch of a person since an instant, by a rep who had touched enough others before."""
    order = _by_rep(firsts, firsts.height > 0)
    start, stop = _own_earlier(firsts, order)
    return _looks(
        Tried.HIGHER,
        firsts,
        _held(firsts, order, firsts.height, start=start, stop=stop, least=LEAST_EARLIER, since=since),
    )


def large(deals: Deals, since: datetime) -> Held:
    """Deals since an instant against everybody's of the year before."""
    order = np.lexsort((deals.key, deals.at))
    order = order[~np.isnan(deals.worth[order])]
    at = deals.at[order]
    start = np.searchsorted(at, at - int(WINDOW.total_seconds()), side="right")
    return _held(deals, order, deals.worth, start=start, stop=np.searchsorted(at, at), least=LEAST_OF_ALL, since=since)


def _larger(deals: Deals, since: datetime) -> Held:
    order = _by_rep(deals, ~np.isnan(deals.worth))
    start, stop = _own_earlier(deals, order)
    return _held(deals, order, deals.worth, start=start, stop=stop, least=LEAST_EARLIER, since=since)


def _new_line(deals: Deals, since: datetime) -> Held:
    order = _by_rep(deals, deals.line >= 0)
    start, stop = _own_earlier(deals, order)
    at, line = deals.at[order], deals.line[order]
    _, rep = np.unique(deals.rep_key[order], return_inverse=True)
    # Rows are in order of time, so where a rep's line occurs first is when it was first opened.
    _, first, which = np.unique(rep * (line.max(initial=0) + 1) + line, return_index=True, return_inverse=True)
    asked = (at > since.timestamp()) & (stop - start >= LEAST_EARLIER)
    return Held(order[asked], (at == at[first][which])[asked])


def _held(
    rows: Deals | Firsts,
    order: IntArray,
    values: IntArray | FloatArray,
    *,
    start: IntArray,
    stop: IntArray,
    least: int,
    since: datetime,
) -> Held:
    """Each value against those from `start` to `stop` in order: an attempt is as large as fewer than one in ten."""
    earlier, value = stop - start, values[order]
    asked = (rows.at[order] > since.timestamp()) & (earlier >= least)
    as_large = at_least(value, value[asked], start[asked], stop[asked])
    return Held(order[asked], as_large * ONE_IN < earlier[asked])


def _by_rep(rows: Deals | Firsts, known: BoolArray) -> IntArray:
    """The places of those that are known: each rep's together, in order of time."""
    order = np.lexsort((rows.key, rows.at, rows.rep_key))
    return np.asarray(order[known[order]], np.int64)


def _own_earlier(rows: Deals | Firsts, order: IntArray) -> tuple[IntArray, IntArray]:
    """From where to where the rep's own earlier ones stand in this order, of each."""
    rep, at, place = rows.rep_key[order], rows.at[order], np.arange(len(order))
    of_rep, of_instant = np.zeros_like(place), np.zeros_like(place)
    changes = rep[1:] != rep[:-1]
    of_rep[1:] = np.where(changes, place[1:], 0)
    of_instant[1:] = np.where(changes | (at[1:] != at[:-1]), place[1:], 0)
    return np.maximum.accumulate(of_rep), np.maximum.accumulate(of_instant)


def _looks(tried: Tried, rows: Deals | Firsts, held: Held) -> list[Look]:
    columns = (rows.rep_key[held.place], rows.key[held.place], rows.at[held.place], held.place, held.is_attempt)
    return [
        Look(tried, rep, key, datetime.fromtimestamp(at, UTC), rows.came[place], is_attempt)
        for rep, key, at, place, is_attempt in zip(*(each.tolist() for each in columns), strict=True)
    ]
