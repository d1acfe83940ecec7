"""What practices by lots say of a lesson: the proof that a comparison is not.

Where lots deal companies two ways, all touches at the lesson's place toward companies that were dealt the new way are
held against those toward the others, whichever way they were made in the end: whoever goes the way that suits them
cannot bend the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, auto
from functools import cached_property

import numpy as np

from answerback.analysis.lessons.touches import Claim, Held, held_against
from answerback.analysis.lift.answers import lifts
from answerback.analysis.lift.practices import Lottery, Version, versions
from answerback.analysis.lift.trial_touches import names_of
from answerback.analysis.lift.trials import Trial, trials_of
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.stats.advice import WORTH, Advised, TooLittle, advised


class Lots(StrEnum):
    """What all of them together say."""

    NOTHING = auto()
    """There are none, or they cannot tell yet, or they disagree."""
    FOR = auto()
    AGAINST = auto()


@dataclass(frozen=True, slots=True)
class Dealt:
    """What lots say: the word of all draws, and by how much, of the one that dealt companies last."""

    word: Lots = Lots.NOTHING
    found: Advised | TooLittle | None = None


@dataclass(frozen=True)
class Draws:
    """The practices by lots of everybody, read when a lesson first asks, and once."""

    reader: Reader
    scope: Scope

    def on(self, claim: Claim) -> Dealt:
        """What those say that put a lesson to the test: companies dealt two ways, people who start now or later."""
        if not claim.draws:
            return Dealt()
        dealt = [
            advised(_by_lot(self.reader, self.scope, claim, each).touched)
            for each in trials_of(self._fixed)
            if each.draw in claim.draws and each.by_company and _fair(each, claim, self.reader.as_of)
        ]
        said = {_of_companies(each) for each in dealt}
        if any(each.plan.draw in claim.draws and each.arm in ("now", "later") for each in self._fixed):
            said |= {_of_starts(each) for each in self._drawn if each.draw in claim.draws}
        return Dealt(_together(said), dealt[-1] if dealt else None)

    @cached_property
    def _fixed(self) -> list[Version]:
        return versions(self.reader, self.scope)

    @cached_property
    def _drawn(self) -> Sequence[Lottery]:
        return lifts(self.reader, self.scope, "practice").draws


def _together(said: Iterable[Lots]) -> Lots:
    told = set(said) - {Lots.NOTHING}
    return told.pop() if len(told) == 1 else Lots.NOTHING


def _fair(trial: Trial, claim: Claim, as_of: datetime) -> bool:
    """Whether all was fixed before the first day, lots were drawn once, and it has begun, after the lesson was said."""
    starts = midnight(trial.starts)
    return trial.frozen_on <= trial.starts and not trial.drawn_again and claim.stated_at <= starts < as_of


def _by_lot(reader: Reader, scope: Scope, claim: Claim, trial: Trial) -> Held:
    """The touches at the lesson's place in the days of a trial, by those who take part; used: dealt the new way."""
    during = replace(claim, stated_at=midnight(trial.starts))
    held = held_against(reader, scope, during, until=midnight(trial.ends))
    held = held.of(np.isin(held.rep, trial.reps))
    names = names_of(reader, held.touched.company)
    new = np.array([trial.is_new(names.get(each, "")) for each in held.touched.company.tolist()], np.bool_)
    return Held(held.rep, replace(held.touched, used=new))


def _of_companies(found: Advised | TooLittle) -> Lots:
    if isinstance(found, TooLittle):
        return Lots.NOTHING
    if found.low > 0.0:
        return Lots.FOR
    return Lots.AGAINST if found.high < WORTH else Lots.NOTHING


def _of_starts(found: Lottery) -> Lots:
    if found.refused is not None or found.drawn is None:
        return Lots.NOTHING
    return Lots.FOR if found.helped else Lots.AGAINST
