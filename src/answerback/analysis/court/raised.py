"""Findings about balls: who misses clearly more than others, policies that hardly anybody keeps, slow routing.

A rep is named only where the others keep the policy: where most are late, it lies in the policy, the staffing or the
routing, and the finding names nobody. Routing goes to operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from answerback.analysis.court.balls import HELD, MISSED, NOBODY, Balls, State, balls
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.reader import Reader
from answerback.domain.findings import (
    EXPIRES_DAYS,
    Evidence,
    Finding,
    FindingKind,
    Measure,
    Role,
    Size,
    Subject,
    SureBy,
    Verdict,
)
from answerback.domain.scope import Scope
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.harm import Harm, harm, harm_p_value
from answerback.stats.intervals import jeffreys
from answerback.stats.multiplicity import adjusted

LOOKED_AT = timedelta(weeks=13)
"""Balls that came in so long before are looked at."""
LEVEL = 0.01
"""For a rep, after correction for all reps."""
CLEARLY = 1.25
"""The low end of a rep's ratio to the others must be above this."""
FEWEST = 20
"""Balls of one policy, or of one rep."""
MOST = 0.5
"""A policy that is missed more often than this is nobody's alone."""
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A rep who misses clearly more than the others with the same policies."""

    rep_key: int
    balls: int
    missed: int
    ratio: Harm
    p_value: float
    """Corrected for all reps."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """What stands out among the balls of the last quarter; all of it compares, so only for who sees everybody."""
    if not scope.everybody:
        return ()
    found = balls(reader, scope, since=reader.as_of - LOOKED_AT)
    today = reader.as_of.astimezone(UTC).date()
    policed = found.policy != _service(found)
    systemic = _systemic(found, policed)
    rows = policed & ~np.isin(found.policy, [place for place, _, _ in systemic])
    said = [_of_rep(each, found, rows, today) for each in named(found, rows)]
    said += [_of_policy(found, *each, today) for each in systemic]
    return (*said, *_routing(found, policed, today))


def _service(found: Balls) -> int:
    return found.names.index(SERVICE)


def _systemic(found: Balls, policed: BoolArray) -> list[tuple[int, int, int]]:
    """Policies that most balls miss, whoever has them: place, balls, missed ones.

    The rep with the most missed balls is left out of the share: a policy is not everybody's for what one of them does.
    """
    told = []
    for place in range(len(found.policies)):
        own = policed & (found.policy == place) & found.where(*HELD) & (found.rep_key != NOBODY)
        missed = own & found.where(*MISSED)
        if not missed.any():
            continue
        reps, number = np.unique(found.rep_key[missed], return_counts=True)
        others = own & (found.rep_key != reps[np.argmax(number)])
        n, k = int(others.sum()), int((others & missed).sum())
        if n >= FEWEST and float(jeffreys(k, n).low) > MOST:
            told.append((place, int(own.sum()), int(missed.sum())))
    return told


def named(found: Balls, rows: BoolArray) -> list[Named]:
    """The reps among these rows who miss clearly more than the others with the same policies."""
    rows = rows & found.where(*HELD) & (found.rep_key != NOBODY)
    reps, number = np.unique(found.rep_key[rows], return_inverse=True)
    shape = (len(reps), len(found.names))
    balls_ = _table(number, found.policy[rows], np.ones(len(number)), shape)
    missed = _table(number, found.policy[rows], found.where(*MISSED)[rows], shape)
    all_balls, all_missed = balls_.sum(axis=0), missed.sum(axis=0)

    def counted(rep: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        return missed[rep], balls_[rep], all_missed - missed[rep], all_balls - balls_[rep]

    asked = [int(rep) for rep in np.flatnonzero(balls_.sum(axis=1) >= FEWEST)]
    tested = [(rep, p_value) for rep in asked if isinstance(p_value := harm_p_value(*counted(rep)), float)]
    if not tested:
        return []
    corrected = adjusted([p_value for _, p_value in tested])
    told = []
    for (rep, _), p_value in zip(tested, corrected, strict=True):
        if p_value > LEVEL:
            continue
        ratio = harm(*counted(rep))
        if isinstance(ratio, Harm) and ratio.low >= CLEARLY:
            told.append(Named(int(reps[rep]), int(balls_[rep].sum()), int(missed[rep].sum()), ratio, float(p_value)))
    return told


def _table(rep: np.ndarray, policy: np.ndarray, weight: np.ndarray, shape: tuple[int, int]) -> FloatArray:
    summed = np.bincount(rep * shape[1] + policy, weights=weight.astype(np.float64), minlength=shape[0] * shape[1])
    return np.asarray(summed.reshape(shape), dtype=np.float64)


def _of_rep(each: Named, found: Balls, rows: BoolArray, today: date) -> Finding:
    own = rows & (found.rep_key == each.rep_key) & found.where(*MISSED)
    newest = found.event_key[own][::-1][:_SHOWN]
    share = each.missed / each.balls
    # What would have been missed of these balls, had the others had them.
    usual = each.ratio.expected_few / each.ratio.trials_many
    return Finding(
        kind=FindingKind.BALLS,
        subject=Subject("rep", key=each.rep_key),
        measure=Measure.MISSED,
        verdict=Verdict.INDIVIDUAL,
        direction="rise",
        since=datetime.fromtimestamp(int(found.since[own].min()), UTC).date(),
        raised_on=today,
        size=Size(usual, share, each.ratio.ratio, each.ratio.low, each.ratio.high, "ratio"),
        sure_by=SureBy.P_VALUE,
        sure=each.p_value,
        evidence=Evidence(efforts=each.balls, answers=each.missed, action_keys=tuple(int(key) for key in newest)),
        next_step="answer_the_open_ones",
        expires=today + timedelta(days=EXPIRES_DAYS),
        details={"open_now": int((own & found.where(State.DROPPED)).sum())},
    )


def _of_policy(found: Balls, place: int, number: int, missed: int, today: date) -> Finding:
    interval = jeffreys(missed, number)
    return Finding(
        kind=FindingKind.BALLS,
        subject=Subject("policy", name=found.policies[place].name),
        measure=Measure.MISSED,
        verdict=Verdict.SYSTEMIC,
        raised_on=today,
        size=Size(None, None, missed / number, float(interval.low), float(interval.high)),
        sure_by=SureBy.INTERVAL,
        evidence=Evidence(efforts=number, answers=missed),
        first_for=Role.LEADER,
        next_step="look_at_policy_and_staff",
    )


def _routing(found: Balls, policed: BoolArray, today: date) -> list[Finding]:
    """Policies whose balls wait longer to be given to somebody than they may wait for an answer."""
    told = []
    for place, policy in enumerate(found.policies):
        own = policed & (found.policy == place)
        waits = np.where(found.where(State.UNASSIGNED), found.as_of, found.runs_from) - found.since
        waits = np.where(found.told_at > found.since, waits, np.where(found.where(State.UNASSIGNED), waits, 0))
        slow = own & (waits > policy.within_seconds)
        number, late = int(own.sum()), int(slow.sum())
        if number < FEWEST or float(jeffreys(late, number).low) <= 1 / 4:
            continue
        interval = jeffreys(late, number)
        told.append(
            Finding(
                kind=FindingKind.BALLS,
                subject=Subject("policy", name=policy.name),
                measure=Measure.MISSED,
                where={"from": "routing"},
                raised_on=today,
                size=Size(None, None, late / number, float(interval.low), float(interval.high)),
                sure_by=SureBy.INTERVAL,
                evidence=Evidence(efforts=number, answers=late),
                first_for=Role.OPERATIONS,
                next_step="look_at_routing",
            )
        )
    return told
