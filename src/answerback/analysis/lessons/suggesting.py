"""Claims that the data suggest: where one kind of touch moves more buyers than another, within each rep.

A suggestion is no finding on anybody and no lesson yet: it says where to look. Whoever takes it up states it as a
lesson, and only what comes afterwards speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.analysis.lessons.touches import Claim, placed_sql
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.stats.advice import WORTH, Advised, Touched, advised
from answerback.stats.multiplicity import adjusted

DAYS = 364
MOST_WRONG = 0.05
"""Of the claims that are suggested, the share that may be wrong, on average."""
LEAST_PEOPLE = 5
"""So many people have used each of the two kinds there: the figures are nobody's own."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A kind of touch, instead of which one, where, and what was seen of it in the last year.

    Attributes:
        claim: As a lesson would say it; it has no number yet.
        found: The difference, within reps.
        people: Who made both kinds there.
        sure: The false discovery rate at which it is named.
    """

    claim: Claim
    found: Advised
    people: int
    sure: float


def suggestions(reader: Reader, scope: Scope) -> tuple[Suggestion, ...]:
    """Where one channel moves more buyers than another, one of the two the most usual there; the clearest first.

    Args:
        reader: The snapshot.
        scope: Everybody: what works is not asked of one person.
    """
    rows = reader.query(f"""
        with {placed_sql(reader, scope, reader.as_of - timedelta(days=DAYS))}
        select rep_key, company_key, step, segment, obstacle, play_channel, count(*) as n,
               count(*) filter (moved) as s
        from touch where step <> '' or obstacle <> ''
        group by all order by all""")
    looked_at = list(_compared(_Rows.of(rows), reader))
    if not looked_at:
        return ()
    sure = adjusted([each.found.p_value for each in looked_at])
    told = [
        replace(each, sure=float(level))
        for each, level in zip(looked_at, sure, strict=True)
        if level <= MOST_WRONG and each.found.difference >= WORTH
    ]
    told.sort(key=lambda each: (each.sure, -each.found.difference, each.claim.step, each.claim.obstacle))
    return tuple(_narrowest(told))


def _narrowest(told: list[Suggestion]) -> Iterator[Suggestion]:
    """Of one advice for one step and obstacle the clearest: for all sorts of buyers, or for one sort."""
    seen: set[tuple[str, str, str]] = set()
    for each in told:
        about = (each.claim.play, each.claim.step, each.claim.obstacle)
        if about not in seen:
            seen.add(about)
            yield each


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    rep: NDArray[np.int64]
    company: NDArray[np.int64]
    step: NDArray[np.object_]
    segment: NDArray[np.object_]
    obstacle: NDArray[np.object_]
    play: NDArray[np.object_]
    n: NDArray[np.float64]
    s: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pa.Table) -> _Rows:
        numbers = (rows[name].to_numpy().astype(np.int64) for name in ("rep_key", "company_key"))
        names = (np.array(rows[name].to_pylist(), object) for name in ("step", "segment", "obstacle", "play_channel"))
        sums = (rows[name].to_numpy().astype(np.float64) for name in ("n", "s"))
        return cls(*numbers, *names, *sums)


def _compared(rows: _Rows, reader: Reader) -> Iterator[Suggestion]:
    """Every comparison that has enough: at each step and after each obstacle, for all buyers and for each sort."""
    for step in sorted(set(rows.step.tolist())):
        for obstacle in sorted(set(rows.obstacle[rows.step == step].tolist())):
            there = (rows.step == step) & (rows.obstacle == obstacle)
            for segment in ("", *sorted(set(rows.segment[there].tolist()) - {""})):
                where = Claim("", reader.as_of, step=step, segment=segment, obstacle=obstacle)
                yield from _at(rows, there & (rows.segment == segment) if segment else there, where)


def _at(rows: _Rows, there: NDArray[np.bool_], where: Claim) -> Iterator[Suggestion]:
    kinds, which = np.unique(rows.play[there], return_inverse=True)
    if len(kinds) < 2:
        return
    usual = int(np.bincount(which, rows.n[there]).argmax())
    for kind in range(len(kinds)):
        if kind == usual:
            continue
        chosen = np.flatnonzero(there)[(which == kind) | (which == usual)]
        used = rows.play[chosen] == kinds[kind]
        people = [set(rows.rep[chosen][used == side].tolist()) for side in (True, False)]
        both = len(people[0] & people[1])
        touched = Touched(rows.rep[chosen], rows.company[chosen], used, rows.n[chosen], rows.s[chosen])
        found, advises = advised(touched), (kind, usual)
        if isinstance(found, Advised) and found.difference < 0.0:  # the usual one is the better one
            found, advises = advised(replace(touched, used=~used)), (usual, kind)
        if both >= LEAST_PEOPLE and isinstance(found, Advised):
            play, instead_of = (str(kinds[each]) for each in advises)
            yield Suggestion(replace(where, play=play, instead_of=instead_of), found, both, 1.0)
