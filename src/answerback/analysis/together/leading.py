"""Managers by the same light as everybody: their own touches and who waits on them, as one sum over at least five."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from answerback.analysis.court.balls import State, balls
from answerback.analysis.findings.audience import read_staff
from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope

LOOKED_AT = timedelta(weeks=13)


@dataclass(frozen=True, slots=True)
class Leading:
    """The managers together: how many, their own touches, those that moved a buyer, and who waits on them now."""

    managers: int
    touches: int
    moved: int
    waiting: int
    too_long: int


def managers_together(reader: Reader, scope: Scope, least: int) -> Leading | CannotTell:
    """What the managers' own mirrors say as one; refused where there are fewer than `least`.

    Somebody who made no touch of their own in the time looked at is no contributor.
    """
    staff = read_staff(reader).managers
    scope = _only(scope, staff)
    at_work = reader.query(
        f"select distinct rep_key from outcome where occurred_at <= {reader.instant} and rep_key in"
        f" ({', '.join(map(str, sorted(staff))) or '0'})"
    )["rep_key"].to_pylist()
    if len(at_work) < least:
        return CannotTell(Refused.TOO_FEW_MANAGERS, have=float(len(at_work)), need=float(least))
    cells = on_base(reader, scope, by=()).cells
    found = balls(reader, scope, since=reader.as_of - LOOKED_AT)
    return Leading(
        managers=len(at_work),
        touches=sum(each.efforts for each in cells),
        moved=sum(each.proved for each in cells),
        waiting=int(found.where(State.WAITING, State.DROPPED).sum()),
        too_long=int(found.where(State.DROPPED).sum()),
    )


def _only(scope: Scope, keys: frozenset[int]) -> Scope:
    """The part of a scope that is about these people."""
    stretches = tuple(each for key in sorted(keys) for each in scope.only(key).stretches)
    return replace(scope, everybody=False, stretches=stretches)
