"""The sentences of the command line as a page says them: days and lengths of time in words, no commands to type."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_BRACKETS = re.compile(r"\s*\((?:see )?answerback [^)]*\)")
_CLAUSE = re.compile(r"[;,:] (?:see )?answerback [^.;]*")
_LEVEL = re.compile(r"\s*\(p = [^)]*\)")
_CHANCE = re.compile(r"How sure that [^:]+: p (=|<) ([0-9.]+)\.(?=\s|$)")
_PERCENT = re.compile(r"(?<=\d)%")
_LASTING = re.compile(r"(?<![\w.])(\d[\d,]*) (d|h|min|s)\b(?!\.\w)")
_RARE = 0.01
"""What chance does less often is told of a thousand."""
_UNITS = {"d": "day", "h": "hour", "min": "minute", "s": "second"}


def day_text(day: date) -> str:
    """A day in words.

    >>> day_text(date(2026, 7, 6))
    '6 July 2026'
    """
    return f"{day.day} {day:%B %Y}"


def spoken(text: str) -> str:
    """A sentence for a page.

    >>> spoken("Since 2026-07-06: 41 touches. How sure that it rose: p = 0.059.")
    'Since 6 July 2026: 41 touches. Chance alone does as much about 5.9 times in a hundred.'
    >>> spoken("How sure that it is no chance: p = 0.0034.")
    'Chance alone does as much about 3.4 times in a thousand.'
    >>> spoken("Load the calendar that is missing; answerback doctor says which.")
    'Load the calendar that is missing.'
    >>> spoken("No limit is to be seen (p = 0.77; below 0.01 it would be told).")
    'No limit is to be seen.'
    >>> spoken("Open the touches (answerback explain finding ID) and note what buyers said.")
    'Open the touches and note what buyers said.'
    >>> spoken("At this step the seller goes on in 82% of stories, in half of those within 4 h.")
    'At this step the seller goes on in 82 % of stories, in half of those within 4 hours.'
    """
    said = _LEVEL.sub("", _CLAUSE.sub("", _BRACKETS.sub("", text)))
    return lasting_text(_PERCENT.sub(" %", _DAY.sub(_in_words, _CHANCE.sub(_by_chance, said))))


def lasting_text(text: str) -> str:
    """Lengths of time with their units written out.

    >>> lasting_text("waiting 16 d, first answered after 1 h"), lasting_text("within 1 d 2 h of it")
    ('waiting 16 days, first answered after 1 hour', 'within 1 day 2 hours of it')
    """
    return _LASTING.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    return f"{found[1]} {_UNITS[found[2]]}{'' if found[1] == '1' else 's'}"


def _in_words(found: re.Match[str]) -> str:
    try:
        return day_text(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return found[0]


def _by_chance(found: re.Match[str]) -> str:
    share = float(found[2])
    at_most = f"less than once in {round(1 / share):,} times"
    if found[1] != "=":
        return f"Chance alone does as much {at_most}."
    often = f"{share * 100:.2g} times in a hundred" if share >= _RARE else f"{share * 1000:.2g} times in a thousand"
    return f"Chance alone does as much about {often}."
