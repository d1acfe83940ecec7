"""The candidate causes of a systemic fall in words: what the records say of each, and what would settle it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from answerback.analysis.causes.weighing import Sign, Weighed
from answerback.present.refusals import percent, refusal_text
from answerback.stats.compare import Compared

OF: Mapping[Sign, str] = MappingProxyType(
    {
        Sign.PRICE_NAMED: "price",
        Sign.RIVAL_NAMED: "offering",
        Sign.UNPROMPTED: "market",
        Sign.TALKS: "coaching",
        Sign.TRAININGS: "training",
        Sign.NEW_PEOPLE: "hiring",
        Sign.NEW_BUYERS: "strategy",
    }
)
"""Of which cause each comparison speaks."""
TESTS: Mapping[str, str] = MappingProxyType(
    {
        "strategy": "Deal new companies to two lists by lot, the old sort and the new, and compare them.",
        "market": "Ask ten buyers who fell silent what changed on their side; compare with a region untouched.",
        "offering": "Ask the last ten who chose another what the other had; show the offer of before to half, by lot.",
        "price": "Offer the former price to a half of new companies, drawn by lot, for six weeks.",
        "training": "Let lots decide who is trained now and who in six weeks, and compare the two.",
        "tools": "Work half of the weeks with the tool of before, by lot, and compare the weeks.",
        "support": "Promise one team an answer from colleagues within a day for four weeks, and compare.",
        "coaching": "Let lots decide with whom the weekly talk begins now and with whom in six weeks.",
        "expectations": "Hold the targets against what good reps reach with buyers like these.",
        "hiring": "Compare those who came last with those who came before, at the same weeks after their start.",
    }
)
"""What would settle each, to begin with; whoever owns a cause writes their own."""
FOR, AGAINST, OPEN = "for", "against", "open"
_TOLERATED = 0.10
"""A share that rose by surely less speaks against the cause."""
_TOLERATED_RATIO = 0.25
_WHOLE_FROM = 10.0
"""What happens so often a week is told without a fraction."""
_FALL = frozenset({Sign.UNPROMPTED, Sign.TALKS, Sign.TRAININGS})
"""Of these less is what would be a cause; of the others more."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the records say of a cause: for it, against it, or neither."""

    cause: str
    stance: str
    text: str


def said_of(weighed: Weighed, *, today: date) -> Said:
    """A comparison in words, and what it speaks for.

    >>> from answerback.stats.compare import shares
    >>> counts = ((20.0, 100.0), (45.0, 100.0))
    >>> told = said_of(Weighed(Sign.PRICE_NAMED, shares(*counts), counts), today=date(2026, 11, 2))
    >>> told.stance, told.text
    ('for', 'Of what buyers said stood in the way, the price was 45 % since (45 of 100), 20 % before (20 of 100).')
    """
    cause = OF[weighed.sign]
    if weighed.compared is None:
        reason = refusal_text(weighed.refused, today=today) if weighed.refused is not None else ""
        return Said(cause, OPEN, reason)
    return Said(cause, _stance(weighed.sign, weighed.compared), _text(weighed))


def _stance(sign: Sign, compared: Compared) -> str:
    if sign is Sign.NEW_BUYERS:
        if compared.sure and abs(compared.change) >= _TOLERATED / 2:
            return FOR
        return AGAINST if max(abs(compared.low), abs(compared.high)) < _TOLERATED else OPEN
    low, high = (-compared.high, -compared.low) if sign in _FALL else (compared.low, compared.high)
    if low > 0.0:
        return FOR
    return AGAINST if high < (_TOLERATED_RATIO if sign in _FALL else _TOLERATED) else OPEN


def _text(weighed: Weighed) -> str:
    (before, of_before), (since, of_since) = weighed.counts
    share = (
        f"{percent(since / of_since)} since ({since:,.0f} of {of_since:,.0f}), "
        f"{percent(before / of_before)} before ({before:,.0f} of {of_before:,.0f})"
    )
    match weighed.sign:
        case Sign.PRICE_NAMED:
            return f"Of what buyers said stood in the way, the price was {share}."
        case Sign.RIVAL_NAMED:
            return f"Of what buyers said stood in the way, a competitor or what the offer lacks was {share}."
        case Sign.UNPROMPTED:
            return f"Buyers came of themselves {_weekly(weighed)}."
        case Sign.TALKS:
            return f"Coaching talks took place {_weekly(weighed)}."
        case Sign.TRAININGS:
            return f"Trainings took place {_weekly(weighed)}."
        case Sign.NEW_PEOPLE:
            return f"Of all touches, those by reps who are here for less than half a year were {share}."
        case Sign.NEW_BUYERS:
            return f"Of all touches, those to the segment {weighed.name} were {share}; no other's share changed more."


def _weekly(weighed: Weighed) -> str:
    (before, weeks_before), (since, weeks_since) = weighed.counts
    return f"{_often(since / weeks_since)} times a week since, {_often(before / weeks_before)} times a week before"


def _often(times: float) -> str:
    return f"{times:,.0f}" if times >= _WHOLE_FROM else f"{times:.1f}"
