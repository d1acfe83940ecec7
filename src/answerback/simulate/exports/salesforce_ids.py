"""Record ids as Salesforce gives them out: 15 characters in which case matters, and three that spell the case out."""

from __future__ import annotations

from functools import cache, lru_cache
from types import MappingProxyType

from answerback.simulate.exports.sheets import drawn

PREFIXES = MappingProxyType(
    {
        "Account": "001",
        "Contact": "003",
        "User": "005",
        "Opportunity": "006",
        "OpportunityHistory": "008",
        "UserRole": "00E",
        "Lead": "00Q",
        "Task": "00T",
        "Event": "00U",
        "OpportunityFieldHistory": "017",
        "EmailMessage": "02s",
        "Case": "500",
    }
)
"""The three characters that every id of an object begins with."""
_POD = "5g0000"
"""The server on which the practice company's records were made, and the digits in reserve."""
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 6
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@lru_cache(maxsize=1 << 16)
def record_id(thing: str, number: int, seed: int) -> str:
    """The id of an object's record. Records of one object count up from a place that depends on the seed.

    >>> record_id("Opportunity", 12, 7)[:9], len(record_id("Opportunity", 12, 7))
    ('0065g0000', 18)
    """
    left = _first(thing, seed) + number
    digits = ""
    for _ in range(_LENGTH):
        left, digit = divmod(left, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return with_check(f"{PREFIXES[thing]}{_POD}{digits}")


@cache
def _first(thing: str, seed: int) -> int:
    """The place from which records of one object count up."""
    return drawn(len(_DIGITS) ** _LENGTH // 2, "first id", thing, seed)


def with_check(short: str) -> str:
    """An id of 15 characters with the three that keep it apart where case is lost.

    Each says of five characters which are capitals: the first is worth 1, the second 2, and so on to 16.

    >>> with_check("0015500000Xyy06")
    '0015500000Xyy06AAB'
    """
    fives = (short[at : at + 5] for at in range(0, 15, 5))
    return short + "".join(_CHECKS[sum(each.isupper() << place for place, each in enumerate(five))] for five in fives)
