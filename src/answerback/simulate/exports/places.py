"""Where companies sit, as address books have it: countries, towns and telephone numbers that nobody owns.

Numbers are from ranges kept free for stories (Germany: Bundesnetzagentur; United Kingdom: Ofcom; North America:
555-01xx), or have an area code that no country gives out.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from answerback.simulate.exports.sheets import drawn


@dataclass(frozen=True, slots=True)
class Place:
    """A country as an address book knows it."""

    country: str
    towns: tuple[str, ...]
    numbers: tuple[str, ...]
    """Telephone numbers; `#` stands for a digit."""
    postcode: str


_ELSEWHERE = Place("", (), ("+999 20 ### ####",), "#####")
PLACES = MappingProxyType(
    {
        "Europe/Berlin": Place(
            "Germany",
            ("Hamburg", "Köln", "Leipzig", "München", "Stuttgart", "Bremen", "Nürnberg", "Kassel"),
            ("+49 30 23125 ###", "+49 69 90009 ###", "+49 40 66969 ###", "+49 221 4710 ###", "+49 89 99998 ###"),
            "#####",
        ),
        "Europe/Lisbon": Place(
            "Portugal", ("Lisboa", "Porto", "Braga", "Coimbra", "Aveiro", "Setúbal"), ("+351 200 555 ###",), "####-###"
        ),
        "Europe/London": Place(
            "United Kingdom", ("London", "Leeds", "Bristol", "Glasgow"), ("+44 20 7946 0###", "+44 1632 960###"), ""
        ),
        "America/New_York": Place(
            "United States",
            ("Boston", "Hartford", "Newark", "Philadelphia", "Baltimore", "Atlanta", "Charlotte"),
            tuple(f"+1 {area} 555 01##" for area in (212, 646, 617, 860, 973, 215, 410, 404, 704, 203, 508, 919)),
            "#####",
        ),
    }
)
"""By time zone."""


def place_of(zone: str | None) -> Place:
    """What is known of a time zone's country; nothing but impossible telephone numbers of zones that are not listed."""
    return PLACES.get(zone or "", _ELSEWHERE)


def telephone(zone: str | None, whose: str, number: int) -> str:
    """The telephone number of somebody: `whose` and `number` say of whom.

    >>> telephone("America/New_York", "contact", 3)[:3]
    '+1 '
    """
    return filled(_one_of(place_of(zone).numbers, "range", whose, number), whose, number)


def town(zone: str | None, account: int) -> str:
    """The town of a company; empty where the zone is not listed."""
    towns = place_of(zone).towns
    return _one_of(towns, "town", account) if towns else ""


def filled(form: str, *of: object) -> str:
    """A form with digits in place of its `#`.

    >>> len(filled("##-#", "x"))
    4
    """
    return "".join(str(drawn(10, place, *of)) if sign == "#" else sign for place, sign in enumerate(form))


def _one_of(among: tuple[str, ...], *of: object) -> str:
    return among[drawn(len(among), *of)]
