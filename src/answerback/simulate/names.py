"""Invented names: people, companies, titles. Any likeness is chance; domains end in `.example`, which nobody owns."""

from __future__ import annotations

import unicodedata

import numpy as np

FIRST = (
    "Anna", "Bram", "Carla", "Dario", "Elif", "Femke", "Georg", "Hana", "Ivo", "Jana", "Kofi", "Lena", "Marek",
    "Nadia", "Oskar", "Petra", "Quentin", "Rosa", "Sven", "Tessa", "Uwe", "Vera", "Wim", "Xenia", "Yusuf", "Zoe",
    "Aisha", "Björn", "Chloé", "Dorte", "Emre", "Fatima", "Gwen", "Hugo", "Inês", "Jonas", "Karin", "Luca", "Maja",
    "Nils", "Olga", "Pablo", "Ruth", "Søren", "Tomas", "Ulla", "Viktor", "Wanda", "Yara", "Zoltan", "Amir", "Britt",
    "Cyril", "Daphne", "Ewa", "Fynn", "Greta", "Henk", "Ilse", "Joris",
)  # fmt: skip
LAST = (
    "Adler", "Bakker", "Costa", "Dekker", "Eriksen", "Fischer", "Graf", "Hansen", "Ilic", "Jansen", "Keller", "Lind",
    "Moreau", "Novak", "Olsen", "Peeters", "Quist", "Ricci", "Schmidt", "Thorne", "Urban", "Vogel", "Weber",
    "Yilmaz", "Zeman", "Aalto", "Berg", "Côté", "Duarte", "Engel", "Farkas", "Goossens", "Holm", "Ivanova",
    "Jørgensen", "Kovacs", "Laurent", "Meyer", "Nagy", "Otto", "Pavlov", "Rossi", "Sato", "Takala", "Uribe", "Varga",
    "Winkler", "Young", "Zhou", "Amsel", "Brandt", "Cruz", "Dahl", "Esposito", "Fuchs", "Gallo", "Haas", "Iversen",
    "Jung", "Krämer",
)  # fmt: skip
_WHAT = (
    "Alder", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Garnet", "Harbour", "Indigo", "Juniper", "Kestrel",
    "Lumen", "Maple", "Nimbus", "Opal", "Pine", "Quarry", "River", "Saffron", "Tidal", "Umber", "Vale", "Willow",
    "Yarrow", "Zenith", "Amber", "Beacon", "Cobalt", "Delta", "Elm", "Falcon", "Granite", "Hazel", "Iron", "Jade",
    "Krill", "Larch", "Meadow", "North", "Oak", "Pebble", "Quill", "Ridge", "Stone", "Thistle", "Union", "Violet",
    "West",
)  # fmt: skip
_DOES = (
    ("Pumps", "Machinery"), ("Foods", "Food"), ("Rail", "Transport"), ("Logistics", "Transport"), ("Health", "Health"),
    ("Energy", "Energy"), ("Optics", "Electronics"), ("Textiles", "Consumer goods"), ("Paper", "Materials"),
    ("Systems", "Software"), ("Chemicals", "Materials"), ("Retail", "Retail"), ("Marine", "Transport"),
    ("Bank", "Finance"), ("Insurance", "Finance"), ("Robotics", "Machinery"), ("Packaging", "Materials"),
    ("Labs", "Health"), ("Print", "Media"), ("Tools", "Machinery"), ("Data", "Software"), ("Brewing", "Food"),
    ("Steel", "Materials"), ("Glass", "Materials"), ("Motors", "Machinery"), ("Travel", "Services"),
)  # fmt: skip
TITLES = {
    "executive": ("Chief Operating Officer", "Managing Director", "VP Operations", "Chief Financial Officer"),
    "manager": ("Head of Purchasing", "Operations Manager", "IT Manager", "Plant Manager"),
    "staff": ("Buyer", "Process Engineer", "Project Lead", "Analyst"),
}
PRODUCTS = ("Flow", "Flow Plus", "Insight")
"""What the practice company sells."""


def company_name(number: int) -> tuple[str, str, str]:
    """The name, domain and industry of a buying company: each number another one.

    >>> company_name(0), company_name(5000)[0]
    (('Alder Pumps', 'alderpumps.example', 'Machinery'), 'Indigo Paper 5')
    """
    what, rest = number % len(_WHAT), number // len(_WHAT)
    does, again = (rest + what) % len(_DOES), rest // len(_DOES)
    name, industry = _DOES[does]
    suffix = f" {again + 1}" if again else ""
    said = f"{_WHAT[what]} {name}{suffix}"
    return said, f"{plain(said).replace(' ', '')}.example", industry


def person_name(number: int) -> str:
    """A person's name: the same number, the same name; people share names as they do in life.

    >>> person_name(3)
    'Henk Côté'
    """
    first, last = (number * 7919) % len(FIRST), (number * 104_729 + number // len(FIRST)) % len(LAST)
    return f"{FIRST[first]} {LAST[last]}"


def address(name: str, domain: str, again: int = 0) -> str:
    """A mail address from a name; `again` tells namesakes in one company apart.

    >>> address("Søren Côté", "x.example"), address("Anna Berg", "x.example", 1)
    ('soren.cote@x.example', 'anna.berg2@x.example')
    """
    return f"{plain(name).replace(' ', '.')}{again + 1 if again else ''}@{domain}"


def plain(text: str) -> str:
    """Text in small letters without marks: fit for an address."""
    text = text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss")
    folded = unicodedata.normalize("NFKD", text)
    return "".join(each for each in folded if not unicodedata.combining(each)).lower()


def chosen(
    rng: np.random.Generator, among: tuple[str, ...], size: int, p: tuple[float, ...] | None = None
) -> list[str]:
    """Some of a few words, drawn with these probabilities."""
    return [among[each] for each in rng.choice(len(among), size, p=p)]
