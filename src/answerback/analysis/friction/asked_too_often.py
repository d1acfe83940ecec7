"""Where buyers are asked too often, whose touches those are, and which sequences make more buyers forbid than answer.

A falling curve is never held against anybody: cold leads fall as pestered buyers do. What counts is harm, buyers who
forbid further mail or complain, compared at like touches: after `MANY` or more within fourteen days against fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from answerback.analysis.friction.touches import ANSWERED, FORBADE, REFUSED, Touches, read_touches
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.harm import Harm, harm
from answerback.stats.multiplicity import adjusted, benjamini_hochberg
from answerback.stats.special import binomial_share
from answerback.stats.touch_curve import Departure, TouchCounts, departure, touch_counts

MANY = 4
"""So many touches in fourteen days are "many": two a week, none of them answered."""
PACES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10**6))
FEWEST_PEERS = 5
LEAST_RUNS = 20
"""A rep with fewer runs of touches is compared with nobody."""
MOST_FALSE = 0.05
"""Of the reps named, the share that may be wrong, on average."""
_LEAST_SHARE = 0.01
_SEED = 5
_LEAST_SEQUENCE = 200
FEWEST_HARMED = 3
"""Buyers who forbade further mail, before a rep is named."""
_LEVEL = 0.05
_SHOWN_KEYS = 20


@dataclass(frozen=True, slots=True)
class PaceRow:
    """Touches by how many came in the fourteen days up to them, and what buyers did next."""

    low: int
    high: int
    touches: int
    answered: int
    refused: int
    forbade: int


@dataclass(frozen=True, slots=True)
class TooOften:
    """One rep's touches of buyers who kept silent.

    Attributes:
        rep_key: Whose.
        runs, often_runs: Runs of touches, and those with `MANY` or more within fourteen days.
        usual_share: The share of such runs that three quarters of the other reps stay below.
        p_pace: How likely so many such runs are at that share.
        touches, forbade: Touches that were one of many, and buyers who then forbade further mail or complained.
        expected: How many would have, had they done so as often as after few touches.
        harm: The ratio to what others' buyers did after few touches; or why it cannot be told.
        sure: The false discovery rate at which the rep is named, for harm.
        named: Whether both hold: touches beyond what the team does, and harm among them.
        play: The kind of touch that most of these touches are.
        effort_keys, action_keys: The newest of the touches that harmed, and the acts.
        since: Seconds since 1970 of the first run of many.
    """

    rep_key: int
    runs: int
    often_runs: int
    usual_share: float
    p_pace: float
    touches: int
    forbade: int
    expected: float
    harm: Harm | CannotTell
    sure: float
    named: bool
    play: str
    effort_keys: tuple[int, ...]
    action_keys: tuple[int, ...]
    since: int


@dataclass(frozen=True, slots=True)
class SequenceFriction:
    """An automatic sequence: from touch `from_touch` on, more buyers forbid further mail than answer."""

    play: str
    longest: int
    from_touch: int
    touches: int
    answered: int
    forbade: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Friction:
    """The whole answer.

    `curve` says whether later touches are answered less than differing buyers explain. `forbade` and `refused` compare
    many touches with few, everybody's; `forbade_by_others` without the reps who are named.
    """

    touches: int
    runs: int
    one_in: int
    counts: TouchCounts
    curve: Departure | CannotTell
    paces: tuple[PaceRow, ...]
    forbade: Harm | CannotTell
    refused: Harm | CannotTell
    forbade_by_others: Harm | CannotTell
    reps: tuple[TooOften, ...]
    reps_compared: int
    sequences: tuple[SequenceFriction, ...]


def friction_of(reader: Reader, scope: Scope) -> Friction:
    """Where buyers were asked too often in the year up to the reader's instant.

    Everybody's touches are looked at, since a buyer feels them all; reps are listed as far as the scope goes.
    """
    touches = read_touches(reader, scope)
    counted = curve_counts(touches)
    strata = _strata(touches)
    reps = _reps(touches, strata)
    named = np.isin(touches.rep, [each.rep_key for each in reps if each.named])
    everyone = np.ones(len(touches.rep), dtype=np.bool_)
    may_see = {each.rep_key for each in scope.stretches}
    return Friction(
        touches=len(touches.rep),
        runs=len(np.unique(touches.run)),
        one_in=touches.one_in,
        counts=counted,
        curve=departure(counted, rng=default_rng(_SEED)),
        paces=_paces(touches),
        forbade=_compared(touches, strata, FORBADE, everyone),
        refused=_compared(touches, strata, REFUSED, everyone),
        forbade_by_others=_compared(touches, strata, FORBADE, ~named),
        reps=tuple(each for each in reps if scope.everybody or each.rep_key in may_see),
        reps_compared=len(reps),
        sequences=_sequences(touches),
    )


def curve_counts(touches: Touches) -> TouchCounts:
    """Runs by touch number, and those whose touch is proved to have been answered.

    A run that an act ended that nothing proves to be an answer is cut before that touch: what came of it is unknown.
    So are runs whose last touch still waits, and touches whose answer could not have been recorded.
    """
    if not len(touches.run):
        return touch_counts([], [])
    begin = np.flatnonzero(np.r_[True, touches.run[1:] != touches.run[:-1]])
    last = np.r_[begin[1:], len(touches.run)] - 1
    group = np.repeat(np.arange(len(begin)), last - begin + 1)
    never = np.int64(1 << 40)
    answered, unseen = np.full(len(begin), never), np.full(len(begin), never)
    np.minimum.at(answered, group[touches.proved], touches.number[touches.proved])
    np.minimum.at(unseen, group[~touches.visible], touches.number[~touches.visible])
    settled = touches.waited[last] & (touches.result[last] == 0)
    tried = np.minimum(np.where(settled, touches.number[last], touches.number[last] - 1), unseen - 1)
    won = answered < unseen
    length = np.where(won, answered, tried)
    kept = touches.started[begin] & (length >= 1)
    return touch_counts(length[kept], won[kept])


def _strata(touches: Touches) -> NDArray[np.int64]:
    """Like touches: how far into the run (1, 2 or 3, later), channel and step."""
    far = np.searchsorted([2, 4], touches.number, side="right")
    like = sorted({(each.kind, each.step or "") for each in touches.plays})
    place = np.array([like.index((each.kind, each.step or "")) for each in touches.plays] or [0], np.int64)
    return np.asarray(place[touches.play] * 3 + far, np.int64) if len(touches.play) else np.empty(0, np.int64)


def _tally(strata: NDArray[np.int64], chosen: NDArray[np.bool_], size: int) -> NDArray[np.float64]:
    return np.bincount(strata[chosen], minlength=size).astype(np.float64)


def _compared(
    touches: Touches, strata: NDArray[np.int64], result: int, among: NDArray[np.bool_], own: int | None = None
) -> Harm | CannotTell:
    """After many touches against after few; the many of one rep against everybody else's few where `own` is named."""
    size = int(strata.max()) + 1 if strata.size else 1
    settled = touches.waited & among
    many, few = settled & (touches.pace >= MANY), settled & (touches.pace < MANY)
    if own is not None:
        many, few = many & (touches.rep == own), few & (touches.rep != own)
    hit = touches.result == result
    return harm(
        _tally(strata, many & hit, size),
        _tally(strata, many, size),
        _tally(strata, few & hit, size),
        _tally(strata, few, size),
    )


def _paces(touches: Touches) -> tuple[PaceRow, ...]:
    rows = []
    for low, high in PACES:
        inside = touches.waited & (touches.pace >= low) & (touches.pace <= high)
        by = np.bincount(touches.result[inside], minlength=4)
        rows.append(PaceRow(low, high, int(inside.sum()), int(by[ANSWERED]), int(by[REFUSED]), int(by[FORBADE])))
    return tuple(rows)


def _reps(touches: Touches, strata: NDArray[np.int64]) -> tuple[TooOften, ...]:
    """Every rep with enough runs, and who is named. Touches that sequences made are theirs, not the rep's."""
    by_hand = np.array([each.by_hand for each in touches.plays] or [True])[touches.play]
    reps, who = np.unique(touches.rep[by_hand], return_inverse=True)
    if not len(reps):
        return ()
    pair, often = np.unique(who * np.int64(1 << 32) + touches.run[by_hand], return_inverse=True)
    many = np.bincount(often, touches.pace[by_hand] >= MANY, len(pair)) > 0
    owner = pair >> 32
    runs, often_runs = np.bincount(owner, minlength=len(reps)), np.bincount(owner, many, len(reps)).astype(np.int64)
    enough = np.flatnonzero(runs >= LEAST_RUNS)
    if len(enough) < FEWEST_PEERS:
        return ()
    share = often_runs[enough] / runs[enough]
    usual = np.maximum(_others_quantile(share), _LEAST_SHARE)
    p_pace = np.clip(1.0 - binomial_share(often_runs[enough] - 1, runs[enough], usual), 0.0, 1.0)
    beyond = benjamini_hochberg(p_pace, rate=_LEVEL)
    told = _tallied(touches, strata, reps[enough])
    ratios: dict[int, Harm | CannotTell] = {
        n: _compared(touches, strata, FORBADE, by_hand, own=int(reps[enough[n]]))
        for n in np.flatnonzero(beyond).tolist()
    }
    tested = {n: each.p_value for n, each in ratios.items() if isinstance(each, Harm)}
    sure = dict(zip(tested, adjusted(list(tested.values())).tolist(), strict=True)) if tested else {}
    return tuple(
        TooOften(
            rep_key=int(reps[place]),
            runs=int(runs[place]),
            often_runs=int(often_runs[place]),
            usual_share=float(usual[n]),
            p_pace=float(p_pace[n]),
            touches=int(told[n, 0]),
            forbade=int(told[n, 1]),
            expected=float(told[n, 2]),
            harm=ratios.get(n, CannotTell(Refused.NOTHING_STANDS_OUT, have=float(p_pace[n]), need=_LEVEL)),
            sure=sure.get(n, 1.0),
            named=bool(sure.get(n, 1.0) <= MOST_FALSE and told[n, 1] >= FEWEST_HARMED),
            **_evidence(touches, int(reps[place])) if beyond[n] else _NO_EVIDENCE,
        )
        for n, place in enumerate(enough.tolist())
    )


def _others_quantile(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each, the value that three quarters of the others stay below: of sorted shares, each left out in turn."""
    order = np.argsort(share, kind="stable")
    ranked = share[order]
    at = 0.75 * (len(share) - 2)
    low, part = int(at), at - int(at)
    place = np.arange(len(share))
    one, two = ranked[low + (place <= low)], ranked[low + 1 + (place <= low + 1)] if len(share) > 2 else ranked[-1:]
    result = np.empty_like(share)
    result[order] = one + part * (two - one)
    return result


class _Evidence(TypedDict):
    play: str
    effort_keys: tuple[int, ...]
    action_keys: tuple[int, ...]
    since: int


_NO_EVIDENCE: _Evidence = {"play": "", "effort_keys": (), "action_keys": (), "since": 0}


def _own_many(touches: Touches) -> NDArray[np.bool_]:
    """Touches made by hand that were one of many, and of which it is known what came."""
    by_hand = np.array([each.by_hand for each in touches.plays] or [True])[touches.play]
    return np.asarray(by_hand & touches.waited & (touches.pace >= MANY))


def _tallied(touches: Touches, strata: NDArray[np.int64], reps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Per rep: touches that were one of many, buyers who then forbade more, and how many would have after few."""
    size = int(strata.max()) + 1
    few = touches.waited & (touches.pace < MANY)
    base = _tally(strata, few & (touches.result == FORBADE), size) / np.maximum(_tally(strata, few, size), 1.0)
    own = np.flatnonzero(_own_many(touches) & np.isin(touches.rep, reps))
    who = np.searchsorted(reps, touches.rep[own])
    hit = (touches.result[own] == FORBADE).astype(np.float64)
    parts = [np.bincount(who, weight, len(reps)) for weight in (np.ones(len(own)), hit, base[strata[own]])]
    return np.stack(parts, axis=1)


def _evidence(touches: Touches, rep: int) -> _Evidence:
    """What opens the figure of one rep: the touches that harmed, the newest first, and the acts."""
    own = np.flatnonzero(_own_many(touches) & (touches.rep == rep))
    hurt = own[touches.result[own] == FORBADE]
    hurt = hurt[np.argsort(-touches.at[hurt], kind="stable")][:_SHOWN_KEYS]
    most = np.bincount(touches.play[own], minlength=1).argmax()
    return {
        "play": touches.plays[int(most)].play if len(own) else "",
        "effort_keys": tuple(touches.effort[hurt].tolist()),
        "action_keys": tuple(touches.act[hurt].tolist()),
        "since": int(touches.at[own].min()) if len(own) else 0,
    }


def _sequences(touches: Touches) -> tuple[SequenceFriction, ...]:
    """Sequences of which more buyers forbid mail than answer, from some touch on; tested at every touch number."""
    found = []
    automatic = [n for n, each in enumerate(touches.plays) if each.sequence]
    for play in automatic:
        own = touches.waited & (touches.play == play)
        most = int(touches.number[own].max(initial=0))
        for start in range(1, most + 1):
            tail = own & (touches.number >= start)
            forbade = int(np.sum(tail & (touches.result == FORBADE)))
            answered = int(np.sum(tail & ((touches.result == ANSWERED) | touches.proved)))
            if tail.sum() < _LEAST_SEQUENCE or not forbade:
                continue
            p = 1.0 - float(binomial_share(forbade - 1, forbade + answered, 0.5))
            if p <= _LEVEL / (len(automatic) * most):
                found.append(
                    SequenceFriction(touches.plays[play].play, most, start, int(tail.sum()), answered, forbade, p)
                )
                break
    return tuple(found)
