"""Which kind of touch works for buyers like these, where somebody is strongest, who is in a rut, and whose rate rose.

All of it is observed, not tried: reps choose whom they touch how. Nobody is compared with fewer than five peers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.craft.cells import FEWEST_PEERS, LEAST_GROUP, Cells, Group, Weeks, of_scope, said
from answerback.analysis.detect.weekly import monday
from answerback.domain.scope import Scope
from answerback.stats.groove import grooves
from answerback.stats.multiplicity import adjusted
from answerback.stats.prior import PeerPrior
from answerback.stats.standing import Standing, exceeds, listed, standing

MOST_WRONG = 0.05
"""Of the ruts and strengths named, the share that may be wrong, on average."""
GROOVES_WRONG = 0.1
LEAST_TOUCHES = 20
LEAST_SAME = 30
"""Touches of one kind, before it can be a rut."""
SHARE_OF_SAME = 0.5
SHARE_BEYOND = 0.1
"""In a rut at least half of the touches are of one kind, and a tenth more than peers'."""
WORTH = 0.03
"""The least difference of two kinds of touch that is worth a word."""


@dataclass(frozen=True, slots=True)
class Works:
    """One kind of touch to buyers like these, everybody's: the rate of an average rep, and how far reps differ."""

    group: Group
    reps: int
    touches: int
    answers: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Strong:
    """A rep's kind of touch to buyers like these whose rate is above the peers'."""

    rep_key: int
    group: Group
    touches: int
    answers: int
    rate: float
    low: float
    high: float
    peers: float
    probability: float
    named: bool


@dataclass(frozen=True, slots=True)
class Rut:
    """One kind of touch again and again, to buyers whom another kind moves; by how much, and how sure."""

    rep_key: int
    group: Group
    other: Group
    touches: int
    answers: int
    share: float
    peers_share: float
    rate: float
    peers: float
    other_rate: float
    low: float
    high: float
    probability: float
    named: bool


@dataclass(frozen=True, slots=True)
class Groove:
    """A rep's kind of touch whose rate rose in a week and held."""

    rep_key: int
    play: str
    since: date
    before: float
    after: float
    low: float
    high: float
    touches: int
    answers: int
    sure: float
    named: bool


def what_works(cells: Cells, known: dict[int, PeerPrior]) -> tuple[Works, ...]:
    """Every kind of touch with enough reps, best first within a step and sort of buyers."""
    found = []
    for number, prior in known.items():
        rows = cells.rows(number)
        low, high = _mean_between(prior)
        touches, answers = int(cells.n[rows].sum()), int(cells.s[rows].sum())
        reps = int(np.sum(cells.n[rows] > 0))
        found.append(Works(cells.groups[number], reps, touches, answers, prior.mean, low, high))
    order = sorted(found, key=lambda each: (each.group.step, each.group.segment, -each.rate, each.group.play))
    return tuple(order)


def _mean_between(prior: PeerPrior) -> tuple[float, float]:
    """The 95 % interval of the group's mean: quantiles of the grid's weights."""
    mean = prior.a / (prior.a + prior.b)
    order = np.argsort(mean)
    below = np.cumsum(prior.weight[order])
    places = np.minimum(np.searchsorted(below, (0.025, 0.975)), len(mean) - 1)
    low, high = mean[order][places]
    return float(low), float(high)


def strengths(cells: Cells, known: dict[int, PeerPrior], scope: Scope) -> tuple[Strong, ...]:
    """Of each rep the kind of touch that is most surely above the peers', and whether it is named.

    Looked at is each kind of touch to each sort of buyers, and to all of them. The bound on wrong names is kept over
    all of these and all reps, whoever is asking; and the 95 % interval must leave out what peers move.
    """
    cells, known = _with_all_segments(cells, known)
    own, chance, spread = [], [], []
    for number, prior in known.items():
        rows = cells.rows(number)
        stand = standing(cells.s[rows], cells.n[rows], prior)
        own.append(np.arange(rows.start, rows.stop))
        chance.append(np.where(cells.n[rows] >= LEAST_TOUCHES, stand.above(prior.mean), 0.0))
        spread.append(np.stack([stand.a, stand.b]))
    if not own:
        return ()
    row, probability, shape = np.concatenate(own), np.concatenate(chance), np.concatenate(spread, axis=1)
    named = listed(probability, rate=MOST_WRONG)
    order = np.lexsort((row, -probability, cells.rep[row]))
    best = order[np.r_[True, cells.rep[row[order]][1:] != cells.rep[row[order]][:-1]]]
    best = best[of_scope(scope, cells.rep[row[best]]) & (probability[best] > 0)]
    stand = Standing(shape[0, best], shape[1, best])
    low, high = stand.interval()
    return tuple(
        Strong(
            rep_key=int(cells.rep[row[each]]),
            group=cells.groups[cells.group[row[each]]],
            touches=int(cells.n[row[each]]),
            answers=int(cells.s[row[each]]),
            rate=float(stand.mean[place]),
            low=float(low[place]),
            high=float(high[place]),
            peers=known[int(cells.group[row[each]])].mean,
            probability=float(probability[each]),
            named=bool(named[each]) and bool(low[place] > known[int(cells.group[row[each]])].mean),
        )
        for place, each in enumerate(best.tolist())
    )


def _with_all_segments(cells: Cells, known: dict[int, PeerPrior]) -> tuple[Cells, dict[int, PeerPrior]]:
    """The same cells, and those of each kind of touch to all sorts of buyers, where there are several."""
    sorts: dict[tuple[str, str, str, str], list[int]] = {}
    for number, each in enumerate(cells.groups):
        sorts.setdefault((each.play, each.kind, each.purpose, each.step), []).append(number)
    groups, parts, known = list(cells.groups), [], dict(known)
    for place, several in sorts.items():
        if len(several) < 2:
            continue
        rows = np.flatnonzero(np.isin(cells.group, several))
        reps, who = np.unique(cells.rep[rows], return_inverse=True)
        n, s = (np.bincount(who, each[rows], len(reps)).astype(np.float64) for each in (cells.n, cells.s))
        if len(reps) >= FEWEST_PEERS and n.sum() >= LEAST_GROUP:
            known[len(groups)] = said(s, n)
        parts.append((reps, np.full(len(reps), len(groups), np.int64), n, s))
        groups.append(Group(*place, segment=""))
    if not parts:
        return cells, known
    rep, group, n, s = (
        np.concatenate([first, *(part[column] for part in parts)])
        for column, first in enumerate((cells.rep, cells.group, cells.n, cells.s))
    )
    return Cells(tuple(groups), rep, group, n, s), known


def ruts(cells: Cells, known: dict[int, PeerPrior], scope: Scope) -> tuple[Rut, ...]:
    """Reps who go on with one kind of touch that moves fewer of these buyers than peers' do, while another works.

    Looked at is every rep's main kind of touch for one purpose, step and sort of buyers. Three things must hold: it is
    used more than peers use it; its rate is below the peers' own for it; and another kind's rate for these buyers, the
    rep's few tries of it counted, is higher by `WORTH`. The last two are probabilities, and both must be true.
    """
    found: list[Rut] = []
    for together in _choices(cells, known):
        found += _ruts_among(cells, known, together)
    if not found:
        return ()
    named = listed([each.probability for each in found], rate=MOST_WRONG)
    told = [_with(each, bool(yes)) for each, yes in zip(found, named, strict=True)]
    seen = of_scope(scope, [each.rep_key for each in told])
    return tuple(each for each, yes in zip(told, seen, strict=True) if yes)


def _with(rut: Rut, named: bool) -> Rut:
    values = {name: getattr(rut, name) for name in Rut.__slots__}
    return Rut(**values | {"named": named})


def _choices(cells: Cells, known: dict[int, PeerPrior]) -> list[list[int]]:
    """Groups that serve one purpose at one step for buyers alike, where there are two or more."""
    sets: dict[tuple[str, str, str], list[int]] = {}
    for number in known:
        each = cells.groups[number]
        sets.setdefault((each.purpose, each.step, each.segment), []).append(number)
    return [each for each in sets.values() if len(each) > 1]


def _ruts_among(cells: Cells, known: dict[int, PeerPrior], together: list[int]) -> list[Rut]:
    reps = np.unique(np.concatenate([cells.rep[cells.rows(each)] for each in together]))
    n, s = np.zeros((len(together), len(reps))), np.zeros((len(together), len(reps)))
    for place, number in enumerate(together):
        rows = cells.rows(number)
        at = np.searchsorted(reps, cells.rep[rows])
        n[place, at], s[place, at] = cells.n[rows], cells.s[rows]
    stands = [standing(s[place], n[place], known[number]) for place, number in enumerate(together)]
    share = n / np.maximum(n.sum(axis=0), 1.0)
    usual = n.sum(axis=1) / n.sum()
    main = n.argmax(axis=0)
    found = []
    for one in range(len(together)):
        often = (main == one) & (n[one] >= LEAST_SAME) & (share[one] >= max(SHARE_OF_SAME, usual[one] + SHARE_BEYOND))
        who = np.flatnonzero(often)
        if not len(who):
            continue
        below = 1.0 - stands[one].above(known[together[one]].mean)[who]
        better = np.stack([_better(stands, other, one, who) for other in range(len(together))])
        pick = better.argmax(axis=0)
        sure = np.clip(below + better[pick, np.arange(len(who))] - 1.0, 0.0, 1.0)
        for place, rep in enumerate(who.tolist()):
            other = int(pick[place])
            mine, theirs = _one(stands[one], rep), _one(stands[other], rep)
            half = 1.96 * float(np.hypot(mine[1], theirs[1]))
            change = theirs[0] - mine[0]
            found.append(
                Rut(
                    rep_key=int(reps[rep]),
                    group=cells.groups[together[one]],
                    other=cells.groups[together[other]],
                    touches=int(n[one, rep]),
                    answers=int(s[one, rep]),
                    share=float(share[one, rep]),
                    peers_share=float(usual[one]),
                    rate=mine[0],
                    peers=known[together[one]].mean,
                    other_rate=theirs[0],
                    low=change - half,
                    high=change + half,
                    probability=float(sure[place]),
                    named=False,
                )
            )
    return found


def _better(stands: list[Standing], other: int, one: int, who: NDArray[np.int64]) -> NDArray[np.float64]:
    if other == one:
        return np.zeros(len(who))
    return exceeds(_some(stands[other], who), _some(stands[one], who), by=WORTH)


def _some(stand: Standing, who: NDArray[np.int64]) -> Standing:
    return Standing(stand.a[who], stand.b[who])


def _one(stand: Standing, rep: int) -> tuple[float, float]:
    """Mean and standard deviation."""
    a, b = float(stand.a[rep]), float(stand.b[rep])
    mean = a / (a + b)
    return mean, (mean * (1 - mean) / (a + b + 1)) ** 0.5


def rose_and_held(weeks: Weeks, scope: Scope) -> tuple[Groove, ...]:
    """Rates that rose, and whether each held and is named: over all reps and kinds of touch, whoever is asking."""
    if not len(weeks.rep):
        return ()
    found = grooves(weeks.s, weeks.n, weeks.stream)
    tried = found.week >= 0
    if not tried.any():
        return ()
    sure = np.ones(len(weeks.rep))
    sure[tried] = adjusted(found.p_value[tried])
    seen = of_scope(scope, weeks.rep)
    after = np.arange(weeks.n.shape[1]) >= found.week[weeks.stream, None]
    touches, answers = (np.bincount(weeks.stream, (each * after).sum(axis=1)) for each in (weeks.n, weeks.s))
    return tuple(
        Groove(
            rep_key=int(weeks.rep[each]),
            play=weeks.play[each],
            since=monday(weeks.first_week + int(found.week[each])),
            before=float(found.before[each]),
            after=float(found.after[each]),
            low=float(found.low[each]),
            high=float(found.high[each]),
            touches=int(touches[each]),
            answers=int(answers[each]),
            sure=float(sure[each]),
            named=bool(sure[each] <= GROOVES_WRONG and found.held[each]),
        )
        for each in np.flatnonzero(tried & seen & (found.p_value < 0.1)).tolist()
    )
