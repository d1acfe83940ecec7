"""Are the targets such that good reps could hit them; and if so, is it rate, effort or mix that is missing?

What is judged is the period that the data end in, at the efforts, rates and wins of the last half year; what was missed
is the last period that is over. Work is taken to bring as much next quarter as it did in the last two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator, default_rng

from answerback.analysis.potential.books import (
    METRICS,
    MONEY,
    MOVED,
    Deals,
    Period,
    Target,
    cannot_add,
    day_number,
)
from answerback.analysis.potential.weeks import Floats, Ints, Weeks, may_see
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.prior import peer_prior
from answerback.stats.quota import SURE, Hits, Reach, Shortfall, draw_efforts, draw_moments, hits, shortfall
from answerback.stats.special import logistic
from answerback.stats.yields import draw_rates, draw_yields, yield_prior

LOOK_BACK_WEEKS = 26
LEAST_WEEKS = 4
"""Who has worked less is too new for a forecast."""
IDLE_WEEKS = 4
"""Who made no touch for so long is not held to a target."""
LEAST_WINS = 20
FEWEST_REPS = 5
_MOST_DRAWS, _FEWEST_DRAWS, _CELLS = 1_000, 200, 200_000


@dataclass(frozen=True, slots=True)
class RepQuota:
    """One rep's target: `chance` is P(hit), `at_good_rate` that at the rate of the team's upper quarter."""

    rep_key: int
    target: int
    expected: float
    chance: float
    at_good_rate: float
    efforts_per_week: float
    reached_before: float | None
    """What was reached in the last period that is over, where there was a target."""
    target_before: int | None


@dataclass(frozen=True, slots=True)
class Quota:
    """The answer. `reps` are those that may be seen; all else is of everybody with a target."""

    metric: str
    currency: str
    """Empty where no money is counted."""
    period: Period
    before: Period | None
    reps: tuple[RepQuota, ...]
    held: int
    """How many reps are held to a target."""
    likely: int
    """How many of them have P(hit) of one half or more; `likely_at_good_rate`, how many would at a good rate."""
    likely_at_good_rate: int
    sure: float
    out_of_reach: bool | CannotTell
    reached: float | None
    """What all with a target reached in the last period that is over, and `wanted` their targets."""
    wanted: float | None
    missed: Shortfall | None
    """Of who missed it: because of the targets, of efforts, mix, rate, wins, value, luck."""
    too_new: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known of those held to a target, shape (reps,) each: of the half year up to the end of the data."""

    place: Ints
    """Their number among `Weeks.reps`."""
    per_week: Floats
    key: Ints
    variance: Floats
    weeks: Floats
    success: Floats
    exposure: Floats
    usual: Floats
    """The rate that their mix of touches would usually have."""
    wins: Floats
    scale: Floats
    scale_error: Floats


def quota_realism(
    weeks: Weeks, deals: Deals, targets: Sequence[Target], scope: Scope, *, until: date, currency: str, seed: int = 1
) -> Quota | CannotTell:
    """Whether targets can be reached, and what is missing.

    Args:
        weeks: everybody's efforts and proved answers.
        deals: the deals that have ended.
        targets: of reps.
        scope: whose rows may be shown.
        until: the day after the last of which data are known.
        currency: of the organisation.
        seed: same seed, same draws.
    """
    chosen = _judged(targets, until)
    if isinstance(chosen, CannotTell):
        return chosen
    metric, period, wanted = chosen
    if metric in MONEY and deals.no_rate:
        return cannot_add(deals.no_rate)
    known, too_new = _known(weeks, deals, wanted, until)
    if known.place.size < FEWEST_REPS:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(known.place.size), need=float(FEWEST_REPS))
    if metric not in MOVED and known.wins.sum() < LEAST_WINS:
        return CannotTell(Refused.TOO_FEW_DEALS, have=float(known.wins.sum()), need=float(LEAST_WINS))
    rng = default_rng(seed)
    recent = _recent_worth(deals, until) if metric in MONEY else None
    reach = _reach(known, metric, recent, period, rng)
    target = np.array([wanted[int(weeks.reps[place])] for place in known.place], np.float64)
    found = hits(reach, target)
    last = _last_like(targets, metric, period, until)
    past = _before(weeks, deals, last, metric, known.place) if last else None
    missed = _missed(known, reach, past) if past is not None else None
    rows = _rows(known, reach, found, target, past)
    rows = tuple(each for each in rows if may_see(scope, each.rep_key))
    return Quota(
        metric=metric,
        currency=currency if metric in MONEY else "",
        period=period,
        before=past.period if past is not None else None,
        reps=rows,
        held=int(known.place.size),
        likely=int((found.chance >= 0.5).sum()),
        likely_at_good_rate=int((found.at_good_rate >= 0.5).sum()),
        sure=found.sure,
        out_of_reach=_verdict(found),
        reached=float(np.nansum(past.reached)) if past is not None else None,
        wanted=float(np.nansum(past.target)) if past is not None else None,
        missed=missed,
        too_new=too_new,
    )


def _verdict(found: Hits) -> bool | CannotTell:
    if found.out_of_reach and found.sure >= SURE:
        return True
    if not found.out_of_reach and found.sure <= 1.0 - SURE:
        return False
    doubt = 1.0 - found.sure if found.out_of_reach else found.sure
    return CannotTell(Refused.NOTHING_STANDS_OUT, have=doubt, need=1.0 - SURE)


def _judged(targets: Sequence[Target], until: date) -> tuple[str, Period, dict[int, int]] | CannotTell:
    """What is counted, the period that the data end in (else the last one), and the targets by rep."""
    known = [each for each in targets if each.metric in METRICS]
    if not known:
        names = tuple(sorted({each.metric for each in targets})) or ("target",)
        return CannotTell(Refused.NO_RECORDS, names=names)
    last_day = until - timedelta(days=1)
    now = [each for each in known if each.period.start <= last_day < each.period.end]
    over = [each for each in known if each.period.end <= until]
    pool = now or over or known
    groups: dict[tuple[str, Period], dict[int, int]] = {}
    for each in pool:
        groups.setdefault((each.metric, each.period), {})[each.rep_key] = each.value
    metric, period = min(
        groups, key=lambda key: (-len(groups[key]), -key[1].end.toordinal(), -key[1].weeks, METRICS.index(key[0]))
    )
    return metric, period, groups[metric, period]


def _known(weeks: Weeks, deals: Deals, wanted: dict[int, int], until: date) -> tuple[_Known, int]:
    """Who is held to a target, and what is known of them; and how many are too new for a forecast."""
    end = max(weeks.week_of(until), 1)
    """Whole weeks only: the one that the data end in may be half."""
    recent = (weeks.week < end) & (weeks.week >= end - LOOK_BACK_WEEKS)
    grid = np.zeros((weeks.reps.size, LOOK_BACK_WEEKS))
    np.add.at(grid, (weeks.rep[recent], weeks.week[recent] - (end - LOOK_BACK_WEEKS)), weeks.efforts[recent])
    first = np.where(grid.any(axis=1), (grid > 0).argmax(axis=1), LOOK_BACK_WEEKS)
    here = LOOK_BACK_WEEKS - first
    held = np.array([int(key) in wanted for key in weeks.reps], np.bool_)
    working = grid[:, -IDLE_WEEKS:].any(axis=1)
    place = np.flatnonzero(held & working & (here >= LEAST_WEEKS))
    began = np.arange(LOOK_BACK_WEEKS)[None, :] >= first[:, None]
    mean = (grid * began).sum(axis=1) / np.maximum(here, 1)
    variance = (((grid - mean[:, None]) * began) ** 2).sum(axis=1) / np.maximum(here - 1, 1)
    usual = logistic(weeks.usual(recent, with_rep=False)) * weeks.exposure
    exposure = weeks.by_rep(weeks.exposure, recent)
    due = np.divide(weeks.by_rep(usual, recent), exposure, out=np.zeros_like(exposure), where=exposure > 0.0)
    wins, scale, error = _winning(weeks, deals, until)
    known = _Known(
        place=place.astype(np.int64),
        key=weeks.reps[place],
        per_week=mean[place],
        variance=variance[place],
        weeks=here[place].astype(np.float64),
        success=weeks.by_rep(weeks.success, recent)[place],
        exposure=exposure[place],
        usual=due[place],
        wins=wins[place],
        scale=scale[place],
        scale_error=error[place],
    )
    return known, int((held & working & (here < LEAST_WEEKS)).sum())


def _recent(deals: Deals, until: date) -> np.ndarray:
    last = day_number(until)
    return np.asarray(deals.won & (deals.day < last) & (deals.day >= last - 7 * LOOK_BACK_WEEKS))


def _recent_worth(deals: Deals, until: date) -> Floats:
    worth = deals.worth[_recent(deals, until)]
    return np.asarray(worth[np.isfinite(worth)], np.float64)


def _winning(weeks: Weeks, deals: Deals, until: date) -> tuple[Floats, Floats, Floats]:
    """By rep: wins, what a win is worth against the team's, and the error of that on the log scale.

    Method: means of log values drawn toward the team's, by how much reps differ more than chance would have them
    (DerSimonian, Laird 1986).
    """
    rows = _recent(deals, until)
    place = np.minimum(np.searchsorted(weeks.reps, deals.owner[rows]), max(weeks.reps.size - 1, 0))
    own = weeks.reps[place] == deals.owner[rows]
    place, worth = place[own], deals.worth[rows][own]
    size = weeks.reps.size
    wins = np.bincount(place, minlength=size).astype(np.float64)
    good = np.isfinite(worth) & (worth > 0.0)
    if good.sum() < 2:
        return wins, np.ones(size), np.zeros(size)
    logs, place = np.log(worth[good]), place[good]
    n = np.bincount(place, minlength=size).astype(np.float64)
    off = np.bincount(place, logs - logs.mean(), size) / np.maximum(n, 1.0)
    error = logs.var(ddof=1) / np.maximum(n, 1.0)
    known = n > 0
    weight = np.where(known, 1.0 / error, 0.0)
    spread = max(float(weight.sum() - (weight**2).sum() / weight.sum()), 1e-9)
    between = max(0.0, (float((weight * off**2).sum()) - (known.sum() - 1)) / spread)
    pull = np.where(known, between / (between + error), 0.0)
    scale_error = np.sqrt(np.where(known, between * (1.0 - pull), between))
    return wins, np.exp(pull * off), scale_error


def _reach(known: _Known, metric: str, worth: Floats | None, period: Period, rng: Generator) -> Reach:
    reps = known.place.size
    draws = int(np.clip(_CELLS // reps, _FEWEST_DRAWS, _MOST_DRAWS))
    efforts = draw_efforts(known.per_week, known.variance, known.weeks, period.weeks, rng=rng, draws=draws)
    prior = peer_prior(known.success, known.exposure)
    rate = draw_rates(prior, known.success, known.exposure, rng=rng, draws=draws)
    if metric in MOVED:
        return Reach(efforts, rate)
    answered = np.maximum(known.success, 1e-9)
    win = draw_yields(yield_prior(known.wins, answered), known.wins, answered, rng=rng, draws=draws)
    if worth is None:
        return Reach(efforts, rate, win)
    scale = known.scale * np.exp(known.scale_error * rng.standard_normal((draws, reps)))
    return Reach(efforts, rate, win, scale, draw_moments(worth, rng=rng, draws=draws))


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """The last period that is over: by rep held to a target now, NaN for who had none then."""

    period: Period
    target: Floats
    reached: Floats
    efforts: Floats
    usual: Floats


def _last_like(targets: Sequence[Target], metric: str, period: Period, until: date) -> list[Target]:
    """The targets of the last period of this length that is over."""
    over = [each for each in targets if each.metric == metric and each.period.end <= until]
    alike = [each for each in over if abs(each.period.weeks - period.weeks) < 1.0]
    last = max((each.period.end for each in alike), default=None)
    return [each for each in alike if each.period.end == last]


def _before(weeks: Weeks, deals: Deals, targets: list[Target], metric: str, place: Ints) -> _Past:
    """What those held to a target now had to reach in the last period, and what they did."""
    last = targets[0].period
    wanted = {each.rep_key: each.value for each in targets if each.period == last}
    keys = weeks.reps[place]
    target = np.array([wanted.get(int(key), np.nan) for key in keys], np.float64)
    inside = (weeks.week >= weeks.week_of(last.start)) & (weeks.week < weeks.week_of(last.end))
    efforts = weeks.by_rep(weeks.efforts, inside)[place]
    exposure = weeks.by_rep(weeks.exposure, inside)[place]
    usual = weeks.by_rep(logistic(weeks.usual(np.ones_like(inside), with_rep=False)) * weeks.exposure, inside)[place]
    reached = _reached(weeks, deals, metric, last)[place]
    share = np.divide(usual, exposure, out=np.zeros_like(usual), where=exposure > 0.0)
    return _Past(last, target, np.where(np.isnan(target), np.nan, reached), efforts, share)


def _reached(weeks: Weeks, deals: Deals, metric: str, period: Period) -> Floats:
    """What each rep reached in a period, in the unit of the metric."""
    if metric in MOVED:
        inside = (weeks.week >= weeks.week_of(period.start)) & (weeks.week < weeks.week_of(period.end))
        return weeks.by_rep(weeks.success, inside)
    rows = deals.won & (deals.day >= day_number(period.start)) & (deals.day < day_number(period.end))
    place = np.minimum(np.searchsorted(weeks.reps, deals.owner[rows]), max(weeks.reps.size - 1, 0))
    own = weeks.reps[place] == deals.owner[rows]
    value = np.nan_to_num(deals.worth[rows]) if metric in MONEY else np.ones(int(rows.sum()))
    return np.bincount(place[own], value[own], weeks.reps.size).astype(np.float64)


def _missed(known: _Known, reach: Reach, past: _Past) -> Shortfall | None:
    """What was missing to who missed the last target, taken apart."""
    who = np.flatnonzero(past.reached < past.target)
    if not who.size or not known.exposure.sum():
        return None
    team_rate = known.success.sum() / known.exposure.sum()
    draws = reach.rate.shape[0]
    mix = np.broadcast_to(np.maximum(past.usual, 1e-9)[who] / team_rate, (draws, who.size))
    own = [np.broadcast_to(past.efforts[who], (draws, who.size)), mix, reach.rate[:, who] / mix]
    usual_rate = reach.rate.mean(axis=1, keepdims=True)
    others = [np.full((draws, 1), past.efforts.mean()), np.ones((draws, 1)), usual_rate]
    names = ["efforts", "mix", "rate"]
    if reach.win is not None:
        own, others = [*own, reach.win[:, who]], [*others, reach.win.mean(axis=1, keepdims=True)]
        names.append("wins")
    if reach.value is not None and reach.scale is not None:
        first = reach.value.first[:, None]
        own, others = [*own, reach.scale[:, who] * first], [*others, np.broadcast_to(first, (draws, 1))]
        names.append("value")
    others = [np.broadcast_to(each, (draws, who.size)) for each in others]
    return shortfall(own, others, names, target=past.target[who], reached=past.reached[who])


def _rows(
    known: _Known, reach: Reach, found: Hits, target: Floats, past: _Past | None
) -> tuple[RepQuota, ...]:  # fmt: skip
    expected = reach.result().mean(axis=0)
    none = np.full(target.shape, np.nan)
    before = none if past is None else past.target
    reached = none if past is None else past.reached
    return tuple(
        RepQuota(
            rep_key=int(key),
            target=int(target[number]),
            expected=float(expected[number]),
            chance=float(found.chance[number]),
            at_good_rate=float(found.at_good_rate[number]),
            efforts_per_week=float(known.per_week[number]),
            reached_before=None if np.isnan(before[number]) else float(reached[number]),
            target_before=None if np.isnan(before[number]) else int(before[number]),
        )
        for number, key in enumerate(known.key.tolist())
    )
