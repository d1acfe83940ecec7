"""What the values of a column are, whatever it is called: times and how they are written, addresses, numbers, words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.mapping.values import Times, decimals, instants

FORMS: Final = (
    "iso",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%m/%d/%Y %I:%M %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
)
"""Ways to write a time, tried in this order."""
MOST_WORDS: Final = 60
"""Different values of which a column may have to be a closed list."""
_NEARLY_ALL: Final = 0.95
_EMAIL: Final = r"^<?[^@\s]+@[^@\s]+\.[^@\s]+>?$"
_MESSAGE_ID: Final = r"^<[^<>\s]+@[^<>\s]+>"
_PREFIXES: Final = {"001": "account", "003": "contact", "005": "rep", "006": "deal", "00T": "id", "00U": "id"}


@dataclass(frozen=True, slots=True)
class Content:
    """What a sample of a column's values shows."""

    filled: int
    distinct: int
    rows: int
    form: str = ""
    """How its times are written, where they are times."""
    also: str = ""
    """Another form that fits just as well."""
    zoned: bool = False
    """Whether its times state their zone."""
    emails: bool = False
    message_ids: bool = False
    decimal: str = ""
    """The decimal sign, where the values are numbers."""
    currency_codes: bool = False
    prefix: str = ""
    """What a Salesforce id of this kind is of."""
    words: tuple[tuple[str, int], ...] = ()
    """The values and how often, most frequent first, where they may be a closed list."""

    @property
    def unique(self) -> bool:
        """Whether every row has its own value."""
        return self.filled == self.distinct == self.rows and self.rows > 1


def content_of(values: pa.StringArray) -> Content:
    """What a column holds, from some of its values; empty ones are null."""
    some = values.drop_null()
    counted = pc.value_counts(some)
    distinct = len(counted)
    if not len(some):
        return Content(0, 0, len(values))
    forms = _forms(some)
    return Content(
        filled=len(some),
        distinct=distinct,
        rows=len(values),
        form=forms[0] if forms else "",
        also=forms[1] if len(forms) > 1 else "",
        zoned=bool(forms) and _share(some, r"([Zz]|[+-]\d\d:?\d\d)$") >= _NEARLY_ALL and forms[0] == "iso",
        emails=_share(some, _EMAIL) >= _NEARLY_ALL,
        message_ids=_share(some, _MESSAGE_ID) >= _NEARLY_ALL,
        decimal=_decimal(some),
        currency_codes=_share(some, "^[A-Z]{3}$") >= _NEARLY_ALL,
        prefix=_prefix(some),
        words=_words(counted) if distinct <= MOST_WORDS and distinct < len(values) else (),
    )


def _share(values: pa.StringArray, pattern: str) -> float:
    return float(pc.mean(pc.match_substring_regex(values, pattern)).as_py())


def _forms(values: pa.StringArray) -> list[str]:
    if _share(values, r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}") < _NEARLY_ALL:
        return []
    found = []
    for form in FORMS:
        read = instants(values, Times("UTC", (form,)))
        if 1 - read.bad.mean() >= _NEARLY_ALL:
            found.append(form)
    return found


def _decimal(values: pa.StringArray) -> str:
    shares = {sign: 1 - decimals(values, sign).null_count / len(values) for sign in (".", ",")}
    best = max(shares, key=lambda sign: shares[sign])
    return best if shares[best] >= _NEARLY_ALL else ""


def _prefix(values: pa.StringArray) -> str:
    if _share(values, r"^[A-Za-z0-9]{15}([A-Z0-5]{3})?$") < 1:
        return ""
    starts = Counter(text[:3] for text in values.to_pylist())
    start, count = starts.most_common(1)[0]
    return _PREFIXES.get(start, "") if count == len(values) and re.match(r"0", start) else ""


def _words(counted: pa.StructArray) -> tuple[tuple[str, int], ...]:
    pairs = [(each["values"], each["counts"]) for each in counted.to_pylist()]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
