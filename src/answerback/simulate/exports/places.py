"""Where companies sit, as address books have it: countries, towns and telephone numbers that nobody owns.

Numbers are from ranges kept free for stories (Germany: Bundesnetzagentur; United Kingdom: Ofcom; North America:
555-01xx), or have an area code that no country gives out.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from answerback.simulate.exports.sheets import drawn


@dataclass(frozen=True, slots=True)
class Town:
    """A town as an address book knows it; in its forms `#` stands for a digit."""

    name: str
    postcode: str
    number: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country with some of its towns; in a street, `#` is the number of the house."""

    name: str
    streets: tuple[str, ...]
    towns: tuple[Town, ...]


_ELSEWHERE = Country("", ("",), (Town("", "", "+999 20 ### ####"),))
COUNTRIES = MappingProxyType(
    {
        "Europe/Berlin": Country(
            "Germany",
            ("Bahnhofstraße #", "Hafenstraße #", "Am Markt #", "Gartenweg #", "Mühlenstraße #", "Industriestraße #"),
            (
                Town("Berlin", "10###", "+49 30 23125 ###"),
                Town("Frankfurt am Main", "603##", "+49 69 90009 ###"),
                Town("Hamburg", "20###", "+49 40 66969 ###"),
                Town("Köln", "506##", "+49 221 4710 ###"),
                Town("München", "803##", "+49 89 99998 ###"),
            ),
        ),
        "Europe/Lisbon": Country(
            "Portugal",
            ("Rua da Igreja #", "Rua do Porto #", "Avenida da República #", "Rua das Flores #", "Largo da Estação #"),
            (
                Town("Lisboa", "1###-###", "+351 200 555 ###"),
                Town("Porto", "4###-###", "+351 200 556 ###"),
                Town("Braga", "47##-###", "+351 200 557 ###"),
                Town("Coimbra", "30##-###", "+351 200 558 ###"),
            ),
        ),
        "Europe/London": Country(
            "United Kingdom",
            ("# Church Street", "# Station Road", "# Mill Lane", "# High Street"),
            (Town("London", "EC# #AA", "+44 20 7946 0###"), Town("Leeds", "LS# #AB", "+44 113 496 0###")),
        ),
        "America/New_York": Country(
            "United States",
            ("# Main Street", "# Harbor Avenue", "# Market Street", "# Orchard Road", "# Foundry Lane"),
            (
                Town("New York", "100##", "+1 212 555 01##"),
                Town("Boston", "021##", "+1 617 555 01##"),
                Town("Hartford", "061##", "+1 860 555 01##"),
                Town("Newark", "071##", "+1 973 555 01##"),
                Town("Philadelphia", "191##", "+1 215 555 01##"),
                Town("Baltimore", "212##", "+1 410 555 01##"),
                Town("Atlanta", "303##", "+1 404 555 01##"),
                Town("Charlotte", "282##", "+1 704 555 01##"),
            ),
        ),
    }
)
"""By time zone."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one company sits."""

    country: str
    town: str
    street: str
    postcode: str
    _number: str
    _company: int

    def telephone(self, contact: int | None = None) -> str:
        """The company's number, or that of a person at it."""
        return _filled(self._number, "telephone", self._company, contact)


def seat_of(account: int, zone: str | None) -> Seat:
    """Where the company of that number sits; nowhere but behind an impossible telephone where its zone is not listed.

    >>> seat = seat_of(3, "America/New_York")
    >>> seat.country, seat.telephone()[:3], seat.telephone(8) == seat.telephone(8)
    ('United States', '+1 ', True)
    >>> seat_of(3, None).town
    ''
    """
    country = COUNTRIES.get(zone or "", _ELSEWHERE)
    town = country.towns[drawn(len(country.towns), "town", account)]
    street = country.streets[drawn(len(country.streets), "street", account)]
    house = str(1 + drawn(120, "house", account))
    postcode = _filled(town.postcode, "postcode", account)
    return Seat(country.name, town.name, street.replace("#", house), postcode, town.number, account)


def _filled(form: str, *of: object) -> str:
    """A form with digits in place of its `#`."""
    return "".join(str(drawn(10, place, *of)) if sign == "#" else sign for place, sign in enumerate(form))
