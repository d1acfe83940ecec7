"""What speaks for a lesson and what against it, and its state: worked out anew at every build, kept nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np

from answerback.analysis.lessons.lots import Dealt, Draws, Lots
from answerback.analysis.lessons.touches import Claim, Held, held_against_each, knows_uses
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.stats.advice import WORTH, Advised, TooLittle, Touched, advised, own_differences

LEAST_PEOPLE = 3
"""So many people beside the author, for a lesson to be confirmed without lots."""
LEAST_OWN = 10.0
"""Touches of each kind, before it is asked whether a lesson holds for somebody."""


class State(StrEnum):
    """How a lesson stands."""

    EMERGING = auto()
    """Too little is known to say anything."""
    SUPPORTED = auto()
    """Where it was used, more buyers moved than chance and the reps' differences explain."""
    CONFIRMED = auto()
    """It holds without its author and for three others at least; or a practice by lots showed it."""
    REJECTED = auto()
    """It brings less than is worth knowing, if anything."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of a lesson since it was said.

    Attributes:
        claim: Of which.
        state: How it stands.
        held: The counts behind it, by person and kind of touch.
        found: The comparison over everybody; or that there is too little.
        tried, holding: Of how many people beside the author it could be asked, and for how many it holds; where it is
            supported at least.
        dealt: What practices by lots say.
    """

    claim: Claim
    state: State
    held: Held
    found: Advised | TooLittle
    tried: int
    holding: int
    dealt: Dealt

    @property
    def lots(self) -> Lots:
        """The word of all practices by lots."""
        return self.dealt.word


def evidence(reader: Reader, scope: Scope, claim: Claim) -> Evidence | None:
    """What was seen of a lesson; None where the snapshot cannot know (an earlier version made it).

    Args:
        reader: The snapshot.
        scope: Everybody: whether a lesson holds is not one person's. Who shows rows of reps keeps to their scope.
        claim: What it says.
    """
    return evidence_of_each(reader, scope, [claim])[claim]


def evidence_of_each(reader: Reader, scope: Scope, claims: Collection[Claim]) -> dict[Claim, Evidence | None]:
    """The same for all lessons, whose touches are read together."""
    knows, draws = knows_uses(reader), Draws(reader, scope)
    found: dict[Claim, Evidence | None] = dict.fromkeys(claims)
    known = [each for each in found if each.by_kind or knows]
    for claim, held in zip(known, held_against_each(reader, scope, known), strict=True):
        found[claim] = judged(claim, held, draws.on(claim))
    return found


def not_yet(claim: Claim) -> Evidence:
    """The evidence of a lesson that nothing came after yet."""
    nothing = np.zeros(0)
    none = nothing.astype(np.int64)
    return judged(claim, Held(none, Touched(none, none, none.astype(np.bool_), nothing, nothing)), Dealt())


def judged(claim: Claim, held: Held, dealt: Dealt) -> Evidence:
    """The evidence from its counts."""
    found = advised(held.touched)
    if isinstance(found, TooLittle) or found.low <= 0.0:
        return Evidence(claim, _state(found, dealt.word), held.by_person(), found, 0, 0, dealt)
    others = held.without(claim.author_key)
    beside = advised(others.touched)
    own = own_differences(others.rep, others.touched, least=LEAST_OWN)
    holding = sum(each > 0.0 for each in own.values())
    alone = isinstance(beside, Advised) and beside.low > 0.0
    wide = alone and holding >= LEAST_PEOPLE and 2 * holding > len(own)
    return Evidence(claim, _state(found, dealt.word, wide=wide), held.by_person(), found, len(own), holding, dealt)


def _state(found: Advised | TooLittle, lots: Lots, *, wide: bool = False) -> State:
    """Lots come before what was merely observed. `wide`: whether it holds without its author, and for enough others."""
    if lots is not Lots.NOTHING:
        return State.CONFIRMED if lots is Lots.FOR else State.REJECTED
    if isinstance(found, TooLittle):
        return State.EMERGING
    if found.low > 0.0:
        return State.CONFIRMED if wide else State.SUPPORTED
    return State.REJECTED if found.high < WORTH else State.EMERGING
