"""Who is who in a practice company: sellers in teams, buying companies in territories, their people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.names import TITLES, address, chosen, company_name, person_name
from answerback.simulate.parameters import DAY, LEAD_SOURCES, SEGMENTS, Parameters
from answerback.simulate.worktime import REGIONS, ZONES

Ints = NDArray[np.int64]

CONTACTS = 4
"""People of a company whom the company's sellers can know: account n has the contacts 4n to 4n + 3."""
CURRENCIES = ("EUR", "EUR", "USD")
"""By region."""
_SEGMENT_SHARES = (0.45, 0.35, 0.20)
_SIZES = {"small": "1-50", "middle": "51-500", "large": "501+"}
_LEVELS = ("manager", "staff", "executive", "staff")
"""Of a company's contacts in their order."""


@dataclass(frozen=True, slots=True)
class Buyers:
    """All buying companies, as columns; each of shape (accounts,)."""

    seat: Ints
    """The rep in whose territory the company lies, as it was at the start."""
    zone: Ints
    segment: Ints
    """Index into SEGMENTS."""

    @property
    def count(self) -> int:
        """How many companies there are."""
        return len(self.seat)


def team_of(rep: int, parameters: Parameters) -> int:
    """The manager's place, 0 to managers - 1, of a rep."""
    return rep * parameters.managers // max(parameters.reps, 1)


def zone_of(seller: int, parameters: Parameters) -> int:
    """The zone in which a seller sits; a manager and the leader sit in the first."""
    seat = parameters.seats.get(seller, seller)
    return (seat * len(ZONES)) // parameters.reps if seat < parameters.reps else 0


def territories(parameters: Parameters) -> Ints:
    """The reps with a territory of their own: all but those who took one over."""
    return np.array([rep for rep in range(parameters.reps) if rep not in parameters.seats], dtype=np.int64)


def some_buyers(parameters: Parameters, accounts: int, rng: np.random.Generator) -> Buyers:
    """Companies dealt out to the territories in turn; all of a territory in the zone of its rep."""
    seats = territories(parameters)
    seat = seats[np.arange(accounts) % len(seats)]
    zones = np.array([zone_of(rep, parameters) for rep in range(parameters.reps)], dtype=np.int64)
    segment = rng.choice(len(SEGMENTS), accounts, p=_SEGMENT_SHARES)
    return Buyers(seat, zones[seat], segment.astype(np.int64))


def seller_columns(parameters: Parameters, start: int) -> dict[str, list[Any]]:
    """The sellers as facts: reps, then managers, then the leader."""
    reps, leader = parameters.reps, parameters.sellers - 1
    rows: list[dict[str, Any]] = []
    names = [person_name(seller + 31 * parameters.seed) for seller in range(parameters.sellers)]
    for seller, name in enumerate(names):
        place = team_of(seller, parameters) if seller < reps else seller - reps
        boss = None if seller == leader else leader if seller >= reps else reps + place
        joined = parameters.joins.get(seller)
        rows.append(
            {
                "seller": seller,
                "name": name,
                "email": address(name, parameters.domain, names[:seller].count(name)),
                "manager": boss,
                "team": None if seller == leader else f"Team {_TEAMS[place % len(_TEAMS)]}",
                "role": "rep" if seller < reps else "manager" if seller < leader else "leader",
                "segment": None,
                "region": REGIONS[zone_of(seller, parameters)],
                "time_zone": ZONES[zone_of(seller, parameters)],
                "tenure_start": start + joined * DAY if joined is not None else start - (400 + 97 * seller) * DAY,
                "valid_from": None,
                "valid_to": None,
            }
        )
    return {column: [row[column] for row in rows] for column in rows[0]}


_TEAMS = ("Nord", "Süd", "West", "Ost", "Mitte")


def account_domains(parameters: Parameters, accounts: Ints) -> list[str]:
    """The domains of the companies of these numbers."""
    return [company_name(int(each) + parameters.seed * 13)[1] for each in accounts]


def account_columns(parameters: Parameters, buyers: Buyers, used: Ints, sources: Ints) -> dict[str, Any]:
    """The companies of these numbers as facts; `sources` by account, index into LEAD_SOURCES."""
    known = [company_name(int(each) + parameters.seed * 13) for each in used]
    return {
        "account": used,
        "name": [each[0] for each in known],
        "domain": [each[1] for each in known],
        "industry": [each[2] for each in known],
        "size_band": [_SIZES[SEGMENTS[each]] for each in buyers.segment[used]],
        "region": [REGIONS[each] for each in buyers.zone[used]],
        "segment": [SEGMENTS[each] for each in buyers.segment[used]],
        "time_zone": [ZONES[each] for each in buyers.zone[used]],
        "lead_source": [LEAD_SOURCES[each] for each in sources[used]],
    }


def contact_columns(
    parameters: Parameters, used: Ints, account: Ints, known_from: Ints, rng: np.random.Generator
) -> dict[str, Any]:
    """The people of these numbers and companies as facts; `known_from` in seconds, 0 for always."""
    place = used % CONTACTS
    domains = {int(each): company_name(int(each) + parameters.seed * 13)[1] for each in np.unique(account)}
    names = [person_name(int(each) * 3 + 977 * parameters.seed + 5) for each in used]
    seen: dict[tuple[str, int], int] = {}
    emails = []
    for name, company in zip(names, account.tolist(), strict=True):
        again = seen.get((name, company), 0)
        seen[name, company] = again + 1
        emails.append(address(name, domains[company], again))
    levels = [_LEVELS[each] for each in place]
    titles = [chosen(rng, TITLES[level], 1)[0] for level in levels]
    return {
        "contact": used,
        "account": account,
        "name": names,
        "email": emails,
        "title": titles,
        "level": levels,
        "known_from": [int(each) or None for each in known_from],
    }
