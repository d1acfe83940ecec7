"""What each column of a table means, how sure that is, and why: from its name and from what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from answerback.sources.inspect.content import Content
from answerback.sources.inspect.vocabulary import NAMES, likeness

_LEAST: Final = 0.3
_TIMES: Final = frozenset({"time", "opened", "closed", "changed"})
_NUMBERS: Final = frozenset({"amount", "duration"})
_LISTS: Final = frozenset(
    {"kind", "lifecycle", "direction", "result", "stage", "currency", "team", "industry", "region"}
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One reading of one column."""

    column: str
    meaning: str
    sure: float
    why: str


def certain(column: str, record: str, name: str) -> Meaning:
    """The meaning of a column that is called exactly like a field of a record."""
    return Meaning(column, name, 1.0, f"it is called like the {name} of our {record}")


def meanings(contents: Mapping[str, Content]) -> dict[str, Meaning]:
    """The meaning of each column that has one; every meaning goes to the column that is surest of it.

    >>> some = Content(filled=9, distinct=9, rows=9, form="iso", zoned=True)
    >>> meanings({"when": some, "colour": Content(filled=9, distinct=3, rows=9)})
    {'when': Meaning(column='when', meaning='time', sure=0.95, why='its name; its values are times (iso)')}
    """
    possible = [
        found for column, content in contents.items() for name in NAMES if (found := _judged(column, name, content))
    ]
    possible.sort(key=lambda each: (-each.sure, list(contents).index(each.column)))
    taken: dict[str, Meaning] = {}
    given: set[str] = set()
    for each in possible:
        if each.column not in taken and each.meaning not in given:
            taken[each.column] = each
            given.add(each.meaning)
    return {column: taken[column] for column in contents if column in taken}


def _judged(column: str, meaning: str, content: Content) -> Meaning | None:
    named = likeness(column, meaning)
    held, why = _held(meaning, content)
    if held is None or (not named and held < _LEAST):
        return None
    sure = max(0.85 * named, 0.5 * held) + 0.1 * min(named, held) if named else 0.6 * held
    reasons = (["its name"] if named == 1 else ["part of its name"] if named else []) + ([why] if why and held else [])
    found = Meaning(column, meaning, round(min(sure, 0.99), 2), "; ".join(reasons))
    return found if found.sure >= _LEAST else None


def _held(meaning: str, content: Content) -> tuple[float | None, str]:
    """How far the values speak for a meaning (0: not at all, None: they forbid it), and what they show."""
    if not content.filled:
        return 0.0, ""
    if meaning in _TIMES:
        shown = f"its values are times ({content.form})"
        return (1.0 if meaning == "time" else 0.5, shown) if content.form else (None, "")
    if content.form:
        return None, ""
    if meaning in _NUMBERS:
        return (0.2, "its values are numbers") if content.decimal else (None, "")
    if meaning == "email":
        return (1.0, "its values are e-mail addresses") if content.emails else (None, "")
    if meaning in {"message", "answers"}:
        return (
            (0.8 if meaning == "message" else 0.3, "its values are message ids") if content.message_ids else (None, "")
        )
    return _held_words(meaning, content)


def _held_words(meaning: str, content: Content) -> tuple[float | None, str]:
    if meaning == "currency":
        return (0.7, "its values are three capital letters") if content.currency_codes else (None, "")
    if meaning in _LISTS:
        return (0.2, f"it holds {content.distinct} different words") if content.words else (None, "")
    if content.prefix:
        return (1.0, "its values are Salesforce ids of this sort") if content.prefix == meaning else (None, "")
    if meaning == "id":
        return (0.5, "every row has its own value") if content.unique else (None, "")
    if meaning in {"deal", "account", "contact", "name", "rep"} and not content.emails:
        return 0.1, "" if meaning == "name" else f"it holds {content.distinct} different values"
    return 0.0, ""
