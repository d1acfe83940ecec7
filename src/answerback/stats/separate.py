"""One person, some part of the work, or the whole system: what changed between two times, found step by step.

The order is fixed: what lies in a sort of effort or buyer first, then what groups of people have in common, then what
all have in common, and single people last. Each cause that is found is taken out before the next is looked for. So a
rep whose buyers changed is not taken for a rep who changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, auto

import numpy as np

from answerback.stats.alias import one_partition, overlap
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.between import spread, unlike_groups
from answerback.stats.contrast import Contrasts, Fit, contrasts, fitted, size_of
from answerback.stats.meta import MOST_SPREAD, Pooled, common_shift, pool
from answerback.stats.multiplicity import adjusted, benjamini_hochberg
from answerback.stats.special import logistic, normal_share
from answerback.stats.standard import expected_log_odds

DRILL_RATE = 0.05
"""Of the levels that are named, at most this share may be there by chance."""
GROUP_LEVEL = 0.01
SYSTEM_LEVEL = 0.01
USUAL_SPREAD = 0.02
"""Reps change a little by themselves: a variance of the log odds that is always allowed for (sd .14)."""
PERSON_RATE = 0.1
"""Of the people who are said to stand apart, at most this share may be there by chance."""
MOST_CAUSES = 4
FEWEST_REPS = 5
FEWEST_GROUPS = 3
LEAST_NOW_PERSON, LEAST_BEFORE_PERSON = 80.0, 40.0
"""Matured efforts of somebody of whom anything is said: now, and before."""
LEAST_SHIFT = 0.1
"""A common shift of the log odds below this is no finding, however sure it is."""
_FEWEST_WEEKS = 6
_HALF = 0.25
"""The information of the half success and half failure that are added."""
_ONE_LEVEL = 0.02
"""A dimension of which less than this share of the information lies within reps is the reps' own, like their team."""


class Where(StrEnum):
    """What sort of cause it is."""

    LEVEL = auto()
    """A sort of effort or buyer, compared within reps."""
    GROUP = auto()
    """People who have a manager, a cohort or a region in common, compared between reps."""


@dataclass(frozen=True, slots=True)
class Name:
    """A level of a dimension."""

    dimension: str
    level: int


@dataclass(frozen=True, slots=True, eq=False)
class Efforts:
    """What is compared: efforts (or sums of equal ones) of two times; arrays of shape (n,).

    Attributes:
        rep, account: from 0.
        now: whether it belongs to the later time.
        success, exposure: real.
        week: of the effort, from 0; what moves all reps for a week only is no change.
        dimensions: the level of each effort, from 0, -1 where it has none, by name.
        groups: the group of each rep, from 0, -1 where there is none, by name; shape (reps,).
    """

    rep: IntArray
    account: IntArray
    now: BoolArray
    success: FloatArray
    exposure: FloatArray
    week: IntArray
    dimensions: Mapping[str, IntArray]
    groups: Mapping[str, IntArray]

    @property
    def reps(self) -> int:
        """How many reps."""
        return int(self.rep.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class Cause:
    """A level or group that changed unlike the others: by how much (log odds), how sure, and what else it may be.

    `aliases` are other names for the same efforts: which of them is the cause cannot be told from these data.
    """

    where: Where
    name: Name
    effect: float
    error: float
    p_value: float
    """After correction for everything that was looked at."""
    aliases: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Separated:
    """What was found.

    Attributes:
        causes: the largest first, each after the ones before it were taken out.
        system: what is common to all reps but those who stand apart, causes taken out.
        shifts: each rep's change of log odds, causes taken out, and its variance; nan where there are no data.
        apart: which reps stand apart.
        z, p_value: how far, and the chance of it; 0 and 1 for those without enough behind them.
        exposure: of each rep, before and now; shape (reps, 2).
        usual: the log odds that were to be expected of each effort, causes not taken out.
        least_p: the least p-value after correction among all that was not found.
        tested: how many levels and groups were looked at.
        unseparable: dimensions of which each rep has one level only.
        over_dispersion: how much more the answers of one company hang together than by chance.
    """

    causes: tuple[Cause, ...]
    system: Pooled | None
    shifts: FloatArray
    variances: FloatArray
    apart: BoolArray
    z: FloatArray
    p_value: FloatArray
    exposure: FloatArray
    usual: FloatArray
    least_p: float
    tested: int
    unseparable: tuple[str, ...]
    over_dispersion: float

    @property
    def system_changed(self) -> bool:
        """Whether what is common to all changed."""
        found = self.system
        return found is not None and found.p_value <= SYSTEM_LEVEL and abs(found.mean) >= LEAST_SHIFT


def separate(efforts: Efforts, *, looks: int = 1, first: tuple[Name, ...] = (), seed: int = 1) -> Separated:
    """Finds what changed, causes before people.

    Method: within-rep contrasts of levels, Benjamini-Hochberg over all of them, step-down; max-T between groups of
    reps; DerSimonian-Laird with Hartung-Knapp for what is common, and outlying reps by Benjamini-Hochberg, three
    rounds.

    Args:
        efforts: what is compared.
        looks: how many pairs of times are compared in the same question: every error rate is divided by it.
        first: levels tested before all others, each at its own rate: what is known to have happened.
        seed: of the deals between groups.
    """
    own, apart_dimensions = _of_people(efforts)
    usual = expected_log_odds(
        list(own.dimensions.values()), own.success, own.exposure, np.where(own.now, 0.0, 1.0)
    )  # fmt: skip
    offset = usual.copy()
    causes: list[Cause] = []
    moved = np.zeros(own.reps)
    least_p, tested = 1.0, 0
    while True:
        fit = _fit(own, offset)
        phi = _over_dispersion(fit)
        effects, variances = _changes(own, fit, offset, phi)
        effects = effects - moved
        cause, least, number = _next_level(own, fit, first, looks, causes)
        tested = max(tested, number)
        least_p = min(least, least_p) if cause is None else least_p
        if cause is None:
            exposure = fit.shift.exposure.reshape(own.reps, 2)
            cause, least, number = _next_group(own, effects, variances, exposure, looks, causes, seed)
            tested += number if not causes else 0
            least_p = min(least, least_p) if cause is None else least_p
        if cause is None or len(causes) == MOST_CAUSES:
            break
        if cause.where is Where.LEVEL:
            chosen = own.dimensions[cause.name.dimension] == cause.name.level
            parts = (own.rep, own.now, own.account)
            size = size_of(
                offset, chosen, start=cause.effect, parts=parts, success=own.success, exposure=own.exposure
            )  # fmt: skip
            cause = replace(cause, effect=size)
            offset = offset + np.where(chosen & own.now, size, 0.0)
        else:
            moved = moved + np.where(own.groups[cause.name.dimension] == cause.name.level, cause.effect, 0.0)
        causes.append(replace(cause, aliases=_aliases(own, efforts.dimensions, cause)))
    people = _people(own, fit, offset, moved, effects, variances, phi, looks)
    system = people.system
    if system is not None:
        extra = _weekly(own, fit, phi) + _of_causes(own, fit, tuple(causes))
        staying = np.isfinite(effects) & ~people.apart
        system = pool(effects[staying], variances[staying], extra_variance=extra, at_least_chance=True)
        system = replace(system, p_value=min(1.0, system.p_value * looks))
    return Separated(
        causes=tuple(causes),
        system=system,
        shifts=effects,
        variances=variances,
        apart=people.apart,
        z=people.z,
        p_value=people.p_value,
        exposure=people.exposure,
        usual=usual,
        least_p=least_p,
        tested=tested,
        unseparable=apart_dimensions,
        over_dispersion=phi,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    system: Pooled | None
    apart: BoolArray
    z: FloatArray
    p_value: FloatArray
    exposure: FloatArray


def _of_people(efforts: Efforts) -> tuple[Efforts, tuple[str, ...]]:
    """Dimensions of which each rep has one level only become the reps' own; of dimensions that are one, one is kept."""
    dimensions: dict[str, IntArray] = {}
    groups, moved = dict(efforts.groups), []
    for name, level in efforts.dimensions.items():
        levels = int(level.max(initial=-1)) + 1
        if levels < 2 or any(one_partition(level, other) for other in dimensions.values()):
            continue
        table = np.bincount(
            efforts.rep[level >= 0] * levels + level[level >= 0],
            efforts.exposure[level >= 0],
            efforts.reps * levels,
        ).reshape(efforts.reps, levels)
        if table.sum() > 0.0 and 1.0 - table.max(axis=1).sum() / table.sum() < _ONE_LEVEL:
            moved.append(name)
            groups.setdefault(name, np.where(table.sum(axis=1) > 0.0, table.argmax(axis=1), -1))
        else:
            dimensions[name] = level
    return replace(efforts, dimensions=dimensions, groups=groups), tuple(moved)


def _fit(efforts: Efforts, offset: FloatArray) -> Fit:
    return fitted(offset, efforts.rep, efforts.now, efforts.account, efforts.success, efforts.exposure)


def _over_dispersion(fit: Fit) -> float:
    """How many times larger the residuals of companies are than if each answer were for itself; at least 1."""
    accounts = int(fit.account.max(initial=-1)) + 1
    total, squares, whole = 0.0, 0.0, 0.0
    for time in (0, 1):
        chosen = fit.now == time
        sums = np.bincount(fit.account[chosen], fit.residual[chosen], accounts)
        squares += float((sums**2).sum())
        whole += float(fit.weight[chosen].sum())
        total += float((np.bincount(fit.rep[chosen], fit.weight[chosen], fit.reps) > 0.0).sum())
    mean = fit.weight.sum() / max(fit.weight.size, 1)
    left = max(whole - total * mean, 1e-9)
    return max(1.0, squares / left) if accounts > 20 else 1.0


def _changes(efforts: Efforts, fit: Fit, offset: FloatArray, phi: float) -> tuple[FloatArray, FloatArray]:
    """Each rep's change and its variance.

    The variance is taken where the rep would stand in both times without a change of their own. At the rates as they
    came out, whoever had good luck would weigh more than who had bad luck, and the mean would be drawn upward.
    """
    reps = efforts.reps
    shift, information = fit.shift.shift.reshape(reps, 2), fit.shift.information.reshape(reps, 2)
    there = (fit.shift.exposure.reshape(reps, 2) > 0.0).all(axis=1)
    change = shift[:, 1] - shift[:, 0]
    if not there.any():
        return np.full(reps, np.nan), np.full(reps, np.nan)
    for _ in range(2):
        middle = float(np.average(change[there], weights=1.0 / (1.0 / information[there]).sum(axis=1)))
        level = (information * (shift - np.array([0.0, middle]))).sum(axis=1) / information.sum(axis=1)
        p = logistic(offset + level[efforts.rep] + np.where(efforts.now, middle, 0.0))
        held = np.bincount(fit.cell, efforts.exposure * p * (1.0 - p), 2 * reps).reshape(reps, 2)
        information = np.asarray(held + _HALF, dtype=np.float64)
    return np.where(there, change, np.nan), np.where(there, phi * (1.0 / information).sum(axis=1), np.nan)


def _next_level(
    efforts: Efforts, fit: Fit, first: tuple[Name, ...], looks: int, causes: list[Cause]
) -> tuple[Cause | None, float, int]:
    """The level that stands out most, where one does; else the least p-value after correction."""
    found = {name: contrasts(fit, level) for name, level in efforts.dimensions.items()}
    taken = {each.name for each in causes}
    for name in first:  # what is known to have happened, each at its own rate
        known = found.get(name.dimension)
        if known is None or name in taken or name.level >= known.p_value.size or not known.tested[name.level]:
            continue
        p_value = min(1.0, float(known.p_value[name.level]) * len(first) * looks)
        if p_value <= DRILL_RATE:
            return _cause(name, known, p_value), p_value, 0
    names = [
        Name(dimension, int(level))
        for dimension, each in found.items()
        for level in np.flatnonzero(each.tested)
        if Name(dimension, int(level)) not in taken
    ]
    if not names:
        return None, 1.0, 0
    raw = np.array([found[each.dimension].p_value[each.level] for each in names])
    corrected = np.minimum(adjusted(raw) * looks, 1.0)
    if corrected.min() > DRILL_RATE:
        return None, float(corrected.min()), len(names)
    far = np.array(
        [abs(found[each.dimension].effect[each.level] / found[each.dimension].error[each.level]) for each in names]
    )
    best = int(np.argmax(np.where(corrected <= DRILL_RATE, far, -1.0)))
    chosen = _of_two(efforts, fit, names[best], found)
    return _cause(chosen, found[chosen.dimension], float(corrected[best])), float(corrected[best]), len(names)


def _cause(name: Name, found: Contrasts, p_value: float) -> Cause:
    at = name.level
    return Cause(Where.LEVEL, name, float(found.effect[at]), float(found.error[at]), p_value)


def _of_two(efforts: Efforts, fit: Fit, name: Name, found: Mapping[str, Contrasts]) -> Name:
    """Of a dimension with two levels, that which itself moved farther: held against each other they look the same."""
    tested = np.flatnonzero(found[name.dimension].tested)
    level = efforts.dimensions[name.dimension]
    if tested.size != 2 or np.unique(level[level >= 0]).size != 2:
        return name
    shift, information = (each.reshape(efforts.reps, 2) for each in (fit.shift.shift, fit.shift.information))
    middle = float(np.average(shift[:, 1] - shift[:, 0], weights=1.0 / (1.0 / information).sum(axis=1)))
    weight = np.bincount(level[level >= 0], np.where(efforts.now, fit.weight, 0.0)[level >= 0])
    share = weight[tested] / max(weight[tested].sum(), 1e-12)
    gap = float(found[name.dimension].effect[tested[1]])
    own = middle + np.array([-share[1], share[0]]) * gap
    return Name(name.dimension, int(tested[int(np.argmax(np.abs(own)))]))


def _next_group(  # noqa: PLR0917 - what the step before it worked out
    efforts: Efforts,
    effects: FloatArray,
    variances: FloatArray,
    exposure: FloatArray,
    looks: int,
    causes: list[Cause],
    seed: int,
) -> tuple[Cause | None, float, int]:
    """The group that changed most unlike the others, where one did; it needs as many efforts as a person does."""
    known = np.isfinite(effects)
    names = [
        name for name, group in efforts.groups.items() if np.unique(group[known & (group >= 0)]).size >= FEWEST_GROUPS
    ]
    if known.sum() < FEWEST_REPS or not names:
        return None, 1.0, 0
    groupings = [efforts.groups[name][known] for name in names]
    found = unlike_groups(groupings, effects[known], variances[known], seed=seed)
    taken = {each.name for each in causes}
    left = [
        each
        for each in found
        if Name(names[each.dimension], each.level) not in taken
        and _enough(exposure[efforts.groups[names[each.dimension]] == each.level].sum(axis=0))
    ]
    if not left:
        return None, 1.0, 0
    best = left[0]
    p_value = min(1.0, best.p_value * looks)
    if p_value > GROUP_LEVEL:
        return None, p_value, len(found)
    return Cause(Where.GROUP, Name(names[best.dimension], best.level), best.effect, best.error, p_value), p_value, 0


def _enough(exposure: FloatArray) -> BoolArray:
    """Whether something may be said of a person with so many matured efforts before and now; shape (..., 2)."""
    return np.asarray((exposure[..., 1] >= LEAST_NOW_PERSON) & (exposure[..., 0] >= LEAST_BEFORE_PERSON))


def _aliases(efforts: Efforts, dimensions: Mapping[str, IntArray], cause: Cause) -> tuple[Name, ...]:
    """Other levels and groups that are the same efforts of the later time."""
    everything = dict(dimensions) | {
        name: group[efforts.rep] for name, group in efforts.groups.items() if name not in dimensions
    }
    chosen = everything[cause.name.dimension] == cause.name.level
    present = efforts.now & (efforts.exposure > 0.0)
    weight = np.where(present, efforts.exposure, 0.0)
    return tuple(
        Name(name, int(level))
        for name, levels in everything.items()
        if name != cause.name.dimension
        for level in np.flatnonzero(overlap(chosen, levels, weight) >= 0.95)
    )


def _people(  # noqa: PLR0917 - what the steps before it worked out
    efforts: Efforts,
    fit: Fit,
    offset: FloatArray,
    moved: FloatArray,
    effects: FloatArray,
    variances: FloatArray,
    phi: float,
    looks: int,
) -> _People:
    """What all have in common, and who stands apart from it, by both of two measures of the distance."""
    exposure = fit.shift.exposure.reshape(efforts.reps, 2)
    z, p_value = np.zeros(efforts.reps), np.ones(efforts.reps)
    apart = np.zeros(efforts.reps, dtype=np.bool_)
    system = None
    known = np.isfinite(effects)
    if known.sum() >= FEWEST_REPS:
        enough = _enough(exposure)
        common = common_shift(
            effects[known],
            variances[known],
            may_flag=enough[known],
            rate=PERSON_RATE / looks,
            least_spread=USUAL_SPREAD,
        )
        middle = common.pooled.mean + moved
        own_spread = min(max(common.pooled.tau_squared, USUAL_SPREAD), MOST_SPREAD) + common.pooled.error**2
        by_count = _signed_root(efforts, fit, offset, middle, phi, own_spread)
        z[known] = np.where(enough[known], _nearer(common.z, by_count[known]), 0.0)
        p_value = 2.0 * normal_share(-np.abs(z))
        apart[enough & known] = benjamini_hochberg(p_value[enough & known], rate=PERSON_RATE / looks)
        if (known & ~apart).sum() < FEWEST_REPS - 1:
            apart[:] = False
        system = common.pooled
    return _People(system, apart, z, p_value, exposure)


def _x_log(x: FloatArray, ratio: FloatArray) -> FloatArray:
    """X log(ratio), 0 where x is 0."""
    return np.where(x > 0.0, x * np.log(np.where(x > 0.0, ratio, 1.0)), 0.0)


def _nearer(one: FloatArray, other: FloatArray) -> FloatArray:
    """Of two distances the smaller one; 0 where they do not point the same way."""
    return np.where(one * other > 0.0, np.sign(one) * np.minimum(np.abs(one), np.abs(other)), 0.0)


def _signed_root(  # noqa: PLR0917 - what the steps before it worked out
    efforts: Efforts, fit: Fit, offset: FloatArray, middle: FloatArray, phi: float, spread_of_reps: float
) -> FloatArray:  # fmt: skip
    """How far the successes now lie from what each rep's own baseline and the common change let expect.

    The signed root of the likelihood ratio, which the normal distribution fits at small counts, too, where log odds
    stray far by chance (McCullagh, Nelder 1989, section 2.4); scaled for what the expectation itself does not know.
    """
    reps = efforts.reps
    shift, information = fit.shift.shift.reshape(reps, 2), fit.shift.information.reshape(reps, 2)
    expected_odds = offset + (shift[:, 0] + middle)[efforts.rep]
    p = logistic(expected_odds)
    now = np.where(efforts.now, efforts.exposure, 0.0)
    expected, inside = (np.bincount(efforts.rep, now * each, reps) for each in (p, p * (1.0 - p)))
    m = np.maximum(np.bincount(efforts.rep, now, reps), 1e-9)
    s = np.minimum(np.bincount(efforts.rep, np.where(efforts.now, efforts.success, 0.0), reps), m)
    expected = np.clip(expected, 1e-9, m * (1.0 - 1e-9))
    deviance = _x_log(s, s / expected) + _x_log(m - s, (m - s) / (m - expected))
    root = np.sign(s - expected) * np.sqrt(np.maximum(2.0 * deviance, 0.0))
    unknown = phi / information[:, 0] + spread_of_reps
    return np.asarray(root / np.sqrt(phi + np.maximum(inside, 1e-9) * unknown))


def _of_causes(efforts: Efforts, fit: Fit, causes: tuple[Cause, ...]) -> float:
    """The variance that the causes' own errors bring into what is left: what was taken out is known only so well."""
    weight = np.where(efforts.now, fit.weight, 0.0)
    found = 0.0
    for cause in causes:
        level = efforts.dimensions.get(cause.name.dimension)
        if cause.where is Where.GROUP or level is None:
            level = efforts.groups[cause.name.dimension][efforts.rep]
        found += (cause.error * float(weight[level == cause.name.level].sum() / weight.sum())) ** 2
    return found


def _weekly(efforts: Efforts, fit: Fit, phi: float) -> float:
    """The variance that weeks which are good or bad for everybody bring into the common shift."""
    before = fit.now == 0
    if not before.any():
        return 0.0
    weeks = int(efforts.week.max()) + 1
    weight = np.bincount(efforts.week[before], fit.weight[before], weeks)
    left = np.bincount(efforts.week[before], fit.residual[before], weeks)
    used = weight > 0.05 * weight.max()
    present = int(np.unique(efforts.week[~before]).size)
    if used.sum() < _FEWEST_WEEKS or not present:
        return 0.0
    between = spread(left[used] / weight[used], phi / weight[used])
    return between * (1.0 / present + 1.0 / float(used.sum()))
