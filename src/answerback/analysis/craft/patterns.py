"""All patterns of a snapshot at once: one read of the outcomes, one of ended deals."""

from __future__ import annotations

from dataclasses import dataclass

from answerback.analysis.craft.cells import cells_of, priors, read_counts, weeks_of
from answerback.analysis.craft.endings import Repeat, repeats
from answerback.analysis.craft.plays import Groove, Rut, Strong, Works, rose_and_held, ruts, strengths, what_works
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Craft:
    """The whole answer; lists of reps hold also what is not named, each row says."""

    touches: int
    works: tuple[Works, ...]
    strengths: tuple[Strong, ...]
    ruts: tuple[Rut, ...]
    grooves: tuple[Groove, ...]
    repeats: tuple[Repeat, ...] | CannotTell


def craft_of(reader: Reader, scope: Scope) -> Craft:
    """What the last year says of each rep's craft, by proof alone, as far as the scope goes.

    What works, and the bounds on wrong names, are of everybody whoever asks: one's own page and the team's agree.
    """
    counts = read_counts(reader, scope)
    cells = cells_of(counts)
    known = priors(cells)
    return Craft(
        touches=int(cells.n.sum()),
        works=what_works(cells, known),
        strengths=strengths(cells, known, scope),
        ruts=ruts(cells, known, scope),
        grooves=rose_and_held(weeks_of(counts), scope),
        repeats=repeats(reader, scope),
    )
