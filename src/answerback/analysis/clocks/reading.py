"""What is known of the reps' clocks: the playbook, `attribute` records of reps, their absences.

Where a rep is at an instant is said by an attribute that holds then (`time_zone`, `holidays`; of several the one that
began last), else by the playbook's `[[rep]]`, else by the organisation. Hours are those of the `[[rep]]`, else the
organisation's. A zone or code that nobody knows counts as not stated, and is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from answerback.analysis.clocks.book import NOBODY, Assumption, ClockBook, Stay, Taken, absences
from answerback.analysis.clocks.calendars import Calendar
from answerback.analysis.reader import Reader
from answerback.domain.playbook import Organisation, Playbook, Seller, Shift
from answerback.domain.public_holidays import holidays_code, mistake_in
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

ZONE: Final = "time_zone"
HOLIDAYS: Final = "holidays"
_ALWAYS: Final = (-2_208_988_800, 7_258_118_400)
"""1900 and 2200: since when and until when something holds of which neither is said."""
_TAKEN: Final = {
    ZONE: (Taken.ZONE_NOT_STATED, Taken.ZONE_UNKNOWN),
    HOLIDAYS: (Taken.HOLIDAYS_NOT_STATED, Taken.HOLIDAYS_UNKNOWN),
}
_NOTHING_SAID: Final = Seller(email="nobody@seller.example")


@dataclass(frozen=True, slots=True)
class Stated:
    """What an attribute says of a rep from an instant to another, the second excluded; seconds since 1970."""

    name: str
    value: str
    since: int
    until: int


def clock_book(reader: Reader, scope: Scope) -> ClockBook:
    """The clocks of the reps within a scope; anybody else goes by the organisation's.

    The reader must know names where the playbook says something of a `[[rep]]`: they are found by their addresses.

    Raises WorkspaceError where the snapshot was made before absences were a relation.
    """
    attributes: dict[int, list[Stated]] = defaultdict(list)
    for row in reader.query(_attributes_sql(scope)).to_pylist():
        attributes[row["rep_key"]].append(Stated(row["name"], row["value"], row["since"], row["until"]))
    away: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in reader.query(_absences_sql(scope)).to_pylist():
        away[row["rep_key"]].append((row["since"], row["until"]))
    sellers = _sellers(reader, scope)
    reps = reader.query(f"select distinct rep_key from rep where {_of(scope, 'rep_key')}")["rep_key"].to_pylist()
    return book_of(
        reader.playbook.organisation,
        sorted({*reps, *attributes, *sellers}),
        sellers=sellers,
        attributes=attributes,
        away=away,
    )


def book_of(
    organisation: Organisation,
    reps: Sequence[int],
    *,
    sellers: Mapping[int, Seller],
    attributes: Mapping[int, Sequence[Stated]],
    away: Mapping[int, list[tuple[int, int]]],
) -> ClockBook:
    """A book of what was gathered.

    Args:
        organisation: Its hours, zone and holidays.
        reps: The keys of all reps whom the book is to know.
        sellers: By rep, what the playbook says of them.
        attributes: By rep, what was loaded.
        away: By rep, absences from an instant to another.

    >>> book = book_of(Organisation(), [7], sellers={}, attributes={7: [Stated("time_zone", "Mars", 0, 9)]}, away={})
    >>> book.stays, [(each.taken.value, each.said) for each in book.assumed]
    ({}, [('zone_unknown', 'Mars'), ('holidays_not_stated', '')])
    """
    assumed: list[Assumption] = []
    own = {ZONE: organisation.time_zone, HOLIDAYS: _known(HOLIDAYS, organisation.holidays) or ""}
    if organisation.holidays and not own[HOLIDAYS]:
        assumed.append(Assumption(NOBODY, Taken.HOLIDAYS_UNKNOWN, organisation.holidays))
    calendar = Calendar(organisation.working_hours, own[ZONE], own[HOLIDAYS])
    stays: dict[int, tuple[Stay, ...]] = {}
    for rep in reps:
        seller = sellers.get(rep, _NOTHING_SAID)
        said = {ZONE: seller.time_zone, HOLIDAYS: seller.holidays}
        usual = {name: _known(name, said[name]) or own[name] for name in _TAKEN}
        stated = attributes.get(rep, ())
        assumed += _assumed(rep, said, stated)
        hours = seller.working_hours or calendar.hours
        found = _stays(hours, usual, [each for each in stated if _known(each.name, each.value)])
        if any(stay.calendar != calendar for stay in found):
            stays[rep] = found
    return ClockBook(calendar, stays, {rep: absences(each) for rep, each in away.items()}, tuple(assumed))


def _stays(hours: tuple[Shift, ...], usual: Mapping[str, str], stated: Sequence[Stated]) -> tuple[Stay, ...]:
    """Where a rep is, from each instant at which something begins or ceases to hold."""
    edges = sorted({*_ALWAYS, *(edge for each in stated for edge in (each.since, each.until))})
    found: list[Stay] = []
    for since, until in pairwise(edges):
        here = dict(usual)
        for each in sorted(stated, key=lambda each: each.since):
            if each.since <= since < each.until:
                here[each.name] = _known(each.name, each.value) or ""
        calendar = Calendar(hours, here[ZONE], here[HOLIDAYS])
        if found and found[-1].calendar == calendar:
            found[-1] = Stay(found[-1].since, until, calendar)
        else:
            found.append(Stay(since, until, calendar))
    return tuple(found)


def _assumed(rep: int, said: Mapping[str, str], stated: Sequence[Stated]) -> list[Assumption]:
    found = []
    for name, (missing, unknown) in _TAKEN.items():
        values = [value for value in (said[name], *(each.value for each in stated if each.name == name)) if value]
        wrong = [value for value in dict.fromkeys(values) if not _known(name, value)]
        found += [Assumption(rep, unknown, value) for value in wrong]
        if not values:
            found.append(Assumption(rep, missing))
    return found


@cache
def _known(name: str, value: str) -> str:
    """A zone or a code of holidays as it should be written; nothing where nobody knows it."""
    try:
        if name == ZONE:
            return ZoneInfo(value).key if value else ""
        code = str(holidays_code(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return code if code and not mistake_in(code) else ""


def _attributes_sql(scope: Scope) -> str:
    return f"""select subject_key as rep_key, name, value, cast(epoch(starts_at) as bigint) as since,
               cast(epoch(ends_at) as bigint) as until
        from attribute
        where subject_kind = 'rep' and name in ('{ZONE}', '{HOLIDAYS}') and value is not null
          and {_of(scope, "subject_key")}"""


def _absences_sql(scope: Scope) -> str:
    return f"""select rep_key, cast(epoch(starts_at) as bigint) as since, cast(epoch(ends_at) as bigint) as until
        from absence where {_of(scope, "rep_key")}"""


def _of(scope: Scope, rep: str) -> str:
    """A condition on a column of reps, whenever it was: where somebody is does not end with the right to see it."""
    if scope.everybody:
        return "true"
    keys = sorted({each.rep_key for each in scope.stretches})
    return f"{rep} in ({', '.join(map(str, keys))})" if keys else "false"


def _sellers(reader: Reader, scope: Scope) -> dict[int, Seller]:
    """By rep, what the playbook says of where they are and when they work."""
    by_address = _by_address(reader.playbook)
    if not by_address:
        return {}
    words = ", ".join(sql_text(each) for each in by_address)
    rows = reader.query(f"""
        with named as (
            select key as rep_key, lower(id) as address from ids where space = 'rep' and lower(id) in ({words})
            union
            select rep_key, lower(email) from names_rep where lower(email) in ({words})
        )
        select coalesce(same.canonical_key, named.rep_key) as rep_key, min(named.address) as address
        from named left join same_as as same on same.key = named.rep_key
        where {_of(scope, "coalesce(same.canonical_key, named.rep_key)")}
        group by 1""").to_pylist()
    return {row["rep_key"]: by_address[row["address"]] for row in rows}


def _by_address(playbook: Playbook) -> dict[str, Seller]:
    return {
        address.lower(): each
        for each in playbook.rep
        if each.time_zone or each.holidays or each.working_hours
        for address in (each.email, *each.aliases)
    }
