"""What practices by lots say of a lesson: the proof that a comparison is not."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum, auto

from answerback.analysis.lift.answers import lifts
from answerback.analysis.lift.practices import Lottery
from answerback.analysis.lift.trials import Tried
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope


class Lots(StrEnum):
    """What all of them together say."""

    NOTHING = auto()
    """There are none, or they cannot tell yet, or they disagree."""
    FOR = auto()
    AGAINST = auto()


def lots_on(reader: Reader, scope: Scope, draws: Sequence[str]) -> Lots:
    """What these draws say: starts by lot, and two ways dealt by lot."""
    if not draws:
        return Lots.NOTHING
    found = lifts(reader, scope, "practice")
    said = {_of_trial(each) for each in found.trials if each.trial.draw in draws}
    said |= {_of_lottery(each) for each in found.draws if each.draw in draws}
    said.discard(Lots.NOTHING)
    return said.pop() if len(said) == 1 else Lots.NOTHING


def _of_trial(found: Tried) -> Lots:
    if found.refused is not None or found.measured is None:
        return Lots.NOTHING
    return Lots.FOR if found.better else Lots.AGAINST


def _of_lottery(found: Lottery) -> Lots:
    if found.refused is not None or found.drawn is None:
        return Lots.NOTHING
    return Lots.FOR if found.helped else Lots.AGAINST
