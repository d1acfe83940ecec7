"""Lessons in plain words: where one applies, how it stands, what was counted, and what that does not mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from answerback.analysis.lessons.evidence import Evidence, State
from answerback.analysis.lessons.lots import Lots
from answerback.analysis.lessons.suggesting import Suggestion
from answerback.analysis.lessons.touches import Claim
from answerback.present.plays import play_text
from answerback.stats.advice import Advised, TooLittle

STATES: Mapping[State, str] = MappingProxyType(
    {
        State.EMERGING: "emerging",
        State.SUPPORTED: "supported",
        State.CONFIRMED: "confirmed",
        State.REJECTED: "rejected",
    }
)
TONES: Mapping[State, str] = MappingProxyType(
    {State.EMERGING: "", State.SUPPORTED: "good", State.CONFIRMED: "good", State.REJECTED: "warn"}
)
_MEANS: Mapping[State, str] = MappingProxyType(
    {
        State.EMERGING: "Cannot tell yet.",
        State.SUPPORTED: "So far more buyers moved where it was used.",
        State.CONFIRMED: "More buyers move where it is used, and not only for the one who said it.",
        State.REJECTED: "What came after it was said does not bear it out.",
    }
)
_NOT_PROOF = "People choose when to use it, so this is a comparison and no proof. A practice by lots would be one."


@dataclass(frozen=True, slots=True)
class Counted:
    """Touches of one kind, and how many of them moved the buyer."""

    touches: int
    moved: int

    @property
    def text(self) -> str:
        """Acts first.

        >>> Counted(31, 12).text, Counted(1, 0).text, Counted(0, 0).text
        ('12 buyers moved after 31 touches', '0 buyers moved after 1 touch', 'no touch yet')
        """
        if not self.touches:
            return "no touch yet"
        buyers, touches = ("" if each == 1 else "s" for each in (self.moved, self.touches))
        return f"{self.moved:,} buyer{buyers} moved after {self.touches:,} touch{'es' if touches else ''}"


def where_text(claim: Claim) -> str:
    """Where a lesson applies.

    >>> from datetime import UTC, datetime
    >>> where_text(Claim("1", datetime(2026, 3, 2, tzinfo=UTC), step="offer", segment="small", obstacle="price"))
    'At the offer step, with small buyers, after the objection "price"'
    >>> where_text(Claim("1", datetime(2026, 3, 2, tzinfo=UTC)))
    'Everywhere'
    """
    said = [f"at the {_spaced(claim.step)} step"] if claim.step else []
    said += [f"with {_spaced(claim.segment)} buyers"] if claim.segment else []
    said += [f'after the objection "{_spaced(claim.obstacle)}"'] if claim.obstacle else []
    return _capital(", ".join(said)) if said else "Everywhere"


def kinds_text(claim: Claim) -> tuple[str, str]:
    """What the two kinds that are compared are called: with the lesson, and without it.

    >>> from datetime import UTC, datetime
    >>> kinds_text(Claim("1", datetime(2026, 3, 2, tzinfo=UTC), play="call", instead_of="email"))
    ('Call', 'Mail')
    >>> kinds_text(Claim("1", datetime(2026, 3, 2, tzinfo=UTC)))
    ('With the lesson', 'Without it')
    """
    if claim.by_kind:
        return play_text(claim.play), play_text(claim.instead_of)
    return "With the lesson", "Without it"


def means(found: Evidence) -> str:
    """What the state of a lesson means, in a sentence."""
    return _MEANS[found.state]


def because(found: Evidence) -> list[str]:
    """Why it stands so, what would settle it, and what it does not mean."""
    if found.lots is Lots.FOR:
        return ["A practice by lots showed it: where lots said so, more buyers moved.", *_by_lots(found)]
    if found.lots is Lots.AGAINST:
        return ["A practice by lots spoke against it.", *_by_lots(found)]
    if found.state is State.EMERGING:
        return [more_text(found), _NOT_PROOF]
    if found.state is State.REJECTED:
        return ["It brings less than five in a hundred buyers more, if any. It is no longer shown on deals."]
    told = [_NOT_PROOF]
    if found.state is State.CONFIRMED and found.tried:
        told.insert(0, f"It holds for {found.holding} of the {found.tried} others of whom it can be asked.")
    return told


def _by_lots(found: Evidence) -> list[str]:
    dealt = found.dealt.found
    return [f"By lots: {_lower(difference_text(dealt))}."] if isinstance(dealt, Advised) else []


def more_text(found: Evidence) -> str:
    """How much more it takes, in touches that have waited in full."""
    told = found.found
    if isinstance(told, TooLittle):
        lacks = [max(0, round(told.need - each)) for each in (told.used, told.other)]
        kinds = kinds_text(found.claim)
        said = [f"{_more(count)} ({kind.lower()})" for count, kind in zip(lacks, kinds, strict=True) if count]
        lead = "Counted are touches since it was said that have waited in full, by people who do both"
        return f"{lead}. It takes at least {' and '.join(said)}." if said else f"{lead}, with more companies."
    return f"It takes about {_more(told.more)} of the advised kind to tell a difference of five in a hundred."


def difference_text(found: Advised) -> str:
    """By how much more buyers move, with the interval that may be looked at as often as one likes.

    >>> difference_text(Advised(0.1, 0.02, 40, 0.03, 0.17, 0.01, 0.4, 0.3, (80, 90), 41, 0.5))
    'Of 100 buyers 10 more move (3 more to 17 more), within each person and step'
    """
    low, high = (_hundred(each) for each in (found.low, found.high))
    return f"Of 100 buyers {_hundred(found.difference)} move ({low} to {high}), within each person and step"


def suggestion_text(found: Suggestion) -> str:
    """A claim that the data suggest, as somebody would say it."""
    advised, usual = kinds_text(found.claim)
    return f"{where_text(found.claim)}: {_lower(advised)} instead of {_lower(usual)}"


def suggestion_counts(found: Suggestion) -> str:
    """What it rests on."""
    told = found.found
    return (
        f"{told.used * 100:.0f} % against {told.other * 100:.0f} % of buyers moved within each person,"
        f" {round(told.touches[0]):,} and {round(told.touches[1]):,} touches by {found.people} people in a year"
    )


def _hundred(share: float) -> str:
    count = round(share * 100)
    return "as many" if not count else f"{abs(count)} {'more' if count > 0 else 'fewer'}"


def _more(count: int) -> str:
    return f"{count:,} more touch{'' if count == 1 else 'es'}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
