"""Public holidays of countries and their regions, by code: "DE", or "DE-BW" with a region's own days.

The only module that knows the library they come from. It is imported where a code is looked up and not before: it is
slow to begin with, and most playbooks state no holidays.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from answerback.domain.toml_mistakes import nearest

NONE = "none"
"""Said of who keeps no public holidays, where others do."""
_CODE = re.compile(r"([A-Z]{2})(?:-(\S(?:.*\S)?))?")


def holidays_code(value: object) -> object:
    """A code as it should be written; whether there is such a place is told by `mistake_in`.

    >>> holidays_code("de-bw"), holidays_code("none"), holidays_code("")
    ('DE-BW', 'none', '')
    """
    if not isinstance(value, str) or value == "":
        return value
    if value.strip().casefold() == NONE:
        return NONE
    country, dash, region = value.strip().partition("-")
    code = f"{country.upper()}{dash}{region.upper() if len(region) <= 3 else region}"
    if not _CODE.fullmatch(code):
        raise ValueError(f"is '{value}', which is no country or region such as DE, DE-BW or US-NY")
    return code


@cache
def mistake_in(code: str) -> str:
    """What is wrong with a code, as the second half of a sentence; nothing where its holidays are known.

    >>> mistake_in("DE-BW")
    ''
    >>> mistake_in("GB-XX")
    "is 'GB-XX', a region whose holidays are not known. Known: GB, GB-ENG, GB-NIR, GB-SCT, GB-WLS"
    """
    if code == NONE:
        return ""
    import holidays

    countries = holidays.list_supported_countries()
    country, _, region = code.partition("-")
    if country not in countries:
        return f"is '{code}', a country whose holidays are not known{nearest(country, countries)}"
    try:
        holidays.country_holidays(country, subdiv=region or None)
    except NotImplementedError:
        known = ", ".join([country, *(f"{country}-{each}" for each in countries[country])])
        return f"is '{code}', a region whose holidays are not known. Known: {known}"
    return ""


@cache
def holidays_in(code: str, year: int) -> frozenset[date]:
    """The public holidays of a year, with the days on which they are kept where they fall on a weekend.

    Those that hang on the sight of the moon are the library's estimates.

    Raises KeyError where the holidays of the country or region are not known.

    >>> sorted(holidays_in("DE-BW", 2026))[:3]
    [datetime.date(2026, 1, 1), datetime.date(2026, 1, 6), datetime.date(2026, 4, 3)]
    """
    if mistake_in(code):
        raise KeyError(code)
    if code == NONE:
        return frozenset()
    import holidays

    country, _, region = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
