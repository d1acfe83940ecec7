"""What in a text tells whom it is about, although no name is to stand there: names, addresses, days and amounts.

It finds what is written as one usually writes it. Whoever shares a text still reads it once more: no list of names
knows a nickname.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    "aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_AFTER = r"(?:€|\$|£|eur(?:os?)?\b|usd\b|gbp\b|chf\b|dollars?\b|pounds?\b)"
_PATTERNS = tuple(
    re.compile(each, re.IGNORECASE)
    for each in (
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        r"\b(?:https?://|www\.)\S+",
        r"\b\d{4}-\d{2}-\d{2}\b",
        r"\b\d{1,2}[./]\s?\d{1,2}[./]\s?(?:\d{2,4})?",
        rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?:{_MONTHS})\b",
        rf"\b(?:{_MONTHS})\s+\d{{1,4}}\b",
        r"[€$£¥]\s?\d[\d.,' ]*\s?(?:k|m|bn)?\b",
        rf"\b\d[\d.,' ]*(?:k|m|mio\.?|million|thousand)?\s?{_AFTER}",
        r"\b\d+(?:[.,]\d+)?k\b",
        r"\b\d{1,3}(?:[.,' ]\d{3})+\b",
        r"\b\d{4,}\b",
    )
)
_FORMS = frozenset(
    ("gmbh", "inc", "ltd", "llc", "plc", "corp", "corporation", "company", "group", "holding", "the", "and")
)
"""Parts of companies' names that name none."""
_LEAST_LETTERS = 3


def telltales(text: str, names: Iterable[str]) -> list[str]:
    """What in a text names somebody, a day or an amount, in the order of the text.

    Args:
        text: What is to stand without names.
        names: Names and ids of persons, companies and deals; a single word of one counts where it begins with a
            capital letter in the text too.

    >>> telltales("We told Kofi on 3 May that 40k was too much for acme.", ["Kofi Novak", "ACME GmbH"])
    ['Kofi', '3 May', '40k', 'acme']
    >>> telltales("We sent the offer before the need was clear, in 2 weeks.", ["Will Clear", "Need More AG"])
    []
    """
    found: dict[tuple[int, int], str] = {}
    for pattern in (*_PATTERNS, *_named(names)):
        for each in pattern.finditer(text):
            found.setdefault(each.span(), each.group().strip())
    kept: list[tuple[int, str]] = []
    end = 0
    for (start, stop), said in sorted(found.items(), key=lambda item: (item[0][0], -item[0][1])):
        if start >= end:
            kept.append((start, said))
            end = stop
    return list(dict.fromkeys(said for _, said in kept))


def _named(names: Iterable[str]) -> list[re.Pattern[str]]:
    """Patterns for whole names in whatever case, and for their words with a capital letter; the longest first."""
    whole: set[str] = set()
    words: set[str] = set()
    for name in names:
        parts = [each for each in re.split(r"[^\w]+", name) if each]
        telling = [each for each in parts if len(each) >= _LEAST_LETTERS and each.lower() not in _FORMS]
        if not telling:
            continue
        whole.add(name.strip())
        if len(telling) == 1 and len(parts) > 1:
            whole.add(telling[0])
        words.update(each for each in telling if each[0].isupper())
    patterns = []
    if whole:
        patterns.append(re.compile(rf"(?<!\w)(?:{_any_of(whole)})(?!\w)", re.IGNORECASE))
    if words:
        patterns.append(re.compile(rf"(?<!\w)(?:{_any_of(words)})(?!\w)"))
    return patterns


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(texts, key=lambda each: (-len(each), each)))
