"""One person, some part of the work, or the whole system: what changed between two times, found step by step.

The order is fixed: what lies in a sort of effort or buyer first, then what groups of people have in common, then what
all have in common, and single people last. Each cause that is found is taken out before the next is looked for. So a
rep whose buyers changed is not taken for a rep who changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from answerback.stats.alias import one_partition, overlap
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.between import spread, unlike_groups
from answerback.stats.contrast import SCREEN, Contrasts, Dimension, contrasts, dimension, widen
from answerback.stats.meta import Pooled, pool
from answerback.stats.multiplicity import adjusted
from answerback.stats.own_shifts import Fit, fitted, size_of
from answerback.stats.people_apart import people_apart
from answerback.stats.standard import expected_log_odds
from answerback.stats.summed import Efforts, Summed, summed
from answerback.stats.two_times import FEWEST_REPS, Cause, Name, Where, changes, enough, over_dispersion

DRILL_RATE = 0.05
"""Of the levels that are named, at most this share may be there by chance."""
GROUP_LEVEL = 0.01
SYSTEM_LEVEL = 0.01
MOST_CAUSES = 4
FEWEST_GROUPS = 3
LEAST_SHIFT = 0.1
"""A common shift of the log odds below this is no finding, however sure it is."""
_FEWEST_WEEKS = 6
_ONE_LEVEL = 0.02
"""A dimension of which less than this share of the information lies within reps is the reps' own, like their team."""


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
        efforts: what was compared, put together.
        usual: the log odds that were to be expected of each of its rows, causes not taken out.
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
    efforts: Summed
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
    everything = summed(efforts)
    own, apart_dimensions = _of_people(everything)
    dimensions = {name: dimension(own, level) for name, level in own.dimensions.items()}
    learn = np.where(own.now, 0.0, 1.0)
    offset = usual = expected_log_odds(list(own.dimensions.values()), own.success, own.exposure, learn)
    causes: list[Cause] = []
    least_p, tested, moved = 1.0, 0, np.zeros(own.reps)
    while True:
        fit = fitted(own, offset)
        phi = over_dispersion(own, fit)
        effects, variances = changes(own, fit, phi)
        effects = effects - moved
        if len(causes) == MOST_CAUSES:
            break
        cause, least, number = _next_level(own, fit, dimensions, first, looks, causes)
        tested = max(tested, number)
        least_p = min(least, least_p) if cause is None else least_p
        if cause is None:
            cause, least, number = _next_group(own, fit, effects, variances, looks, causes, seed)
            tested += number if not causes else 0
            least_p = min(least, least_p) if cause is None else least_p
        if cause is None:
            break
        if cause.where is Where.LEVEL:
            cause, offset = _level_taken_out(own, cause, offset)
        else:
            moved = moved + np.where(own.groups[cause.name.dimension] == cause.name.level, cause.effect, 0.0)
        causes.append(replace(cause, aliases=_aliases(own, everything.dimensions, cause)))
    people = people_apart(own, fit, moved, effects, variances, phi, looks)
    system = people.system
    if system is not None:
        extra = _weekly(own, fit, phi) + _of_causes(own, fit, tuple(causes))
        system = _of_all(effects, variances, ~people.apart, extra, looks)
    return Separated(
        causes=tuple(causes),
        system=system,
        shifts=effects,
        variances=variances,
        apart=people.apart,
        z=people.z,
        p_value=people.p_value,
        exposure=people.exposure,
        efforts=everything,
        usual=usual,
        least_p=least_p,
        tested=tested,
        unseparable=apart_dimensions,
        over_dispersion=phi,
    )


def _of_people(efforts: Summed) -> tuple[Summed, tuple[str, ...]]:
    """Dimensions of which each rep has one level only become the reps' own; of dimensions that are one, one is kept."""
    dimensions: dict[str, IntArray] = {}
    groups, moved, rep = dict(efforts.groups), [], efforts.rep
    for name, level in efforts.dimensions.items():
        levels = int(level.max(initial=-1)) + 1
        if levels < 2 or any(one_partition(level, other) for other in dimensions.values()):
            continue
        place = rep * (levels + 1) + level + 1
        table = np.bincount(place, efforts.exposure, efforts.reps * (levels + 1)).reshape(efforts.reps, levels + 1)[
            :, 1:
        ]
        if table.sum() > 0.0 and 1.0 - table.max(axis=1).sum() / table.sum() < _ONE_LEVEL:
            moved.append(name)
            groups.setdefault(name, np.where(table.sum(axis=1) > 0.0, table.argmax(axis=1), -1))
        else:
            dimensions[name] = level
    return replace(efforts, dimensions=dimensions, groups=groups), tuple(moved)


def _of_all(effects: FloatArray, variances: FloatArray, stays: BoolArray, extra: float, looks: int) -> Pooled:
    """What is common to all who do not stand apart."""
    chosen = np.isfinite(effects) & stays
    found = pool(effects[chosen], variances[chosen], extra_variance=extra, at_least_chance=True)
    return replace(found, p_value=min(1.0, found.p_value * looks))


def _level_taken_out(efforts: Summed, cause: Cause, offset: FloatArray) -> tuple[Cause, FloatArray]:
    """The cause with its size beside all that was found before, and what is to be expected once it is known."""
    chosen = efforts.dimensions[cause.name.dimension] == cause.name.level
    size = size_of(efforts, offset, chosen, start=cause.effect)
    return replace(cause, effect=size), offset + np.where(chosen & efforts.now, size, 0.0)


def _next_level(  # noqa: PLR0917 - what the step before it worked out
    efforts: Summed,
    fit: Fit,
    dimensions: Mapping[str, Dimension],
    first: tuple[Name, ...],
    looks: int,
    causes: list[Cause],
) -> tuple[Cause | None, float, int]:
    """The level that stands out most, where one does; else the least p-value after correction.

    Errors from companies and reps only make p-values larger: they are worked out for levels that stand out without.
    """
    found = contrasts(efforts, fit, dimensions)
    taken = {each.name for each in causes}
    for name in first:  # what is known to have happened, each at its own rate
        known = found.get(name.dimension)
        if known is None or name in taken or name.level >= known.p_value.size or not known.tested[name.level]:
            continue
        widen(efforts, fit, dimensions, {name.dimension: known})
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
    raw, corrected = _corrected(found, names, looks)
    likely = raw[corrected <= DRILL_RATE]
    if likely.size:
        widen(efforts, fit, dimensions, found, below=min(SCREEN, float(np.nextafter(likely.max(), 1.0))))
        raw, corrected = _corrected(found, names, looks)
    if corrected.min() > DRILL_RATE:
        widen(efforts, fit, dimensions, found)
        return None, float(_corrected(found, names, looks)[1].min()), len(names)
    far = np.array(
        [abs(found[each.dimension].effect[each.level] / found[each.dimension].error[each.level]) for each in names]
    )
    best = int(np.argmax(np.where(corrected <= DRILL_RATE, far, -1.0)))
    chosen = _of_two(efforts, fit, names[best], found)
    return _cause(chosen, found[chosen.dimension], float(corrected[best])), float(corrected[best]), len(names)


def _corrected(found: Mapping[str, Contrasts], names: list[Name], looks: int) -> tuple[FloatArray, FloatArray]:
    """The p-values of these levels, and those held against all that was looked at."""
    raw = np.array([found[each.dimension].p_value[each.level] for each in names])
    return raw, np.minimum(adjusted(raw) * looks, 1.0)


def _cause(name: Name, found: Contrasts, p_value: float) -> Cause:
    at = name.level
    return Cause(Where.LEVEL, name, float(found.effect[at]), float(found.error[at]), p_value)


def _of_two(efforts: Summed, fit: Fit, name: Name, found: Mapping[str, Contrasts]) -> Name:
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
    efforts: Summed,
    fit: Fit,
    effects: FloatArray,
    variances: FloatArray,
    looks: int,
    causes: list[Cause],
    seed: int,
) -> tuple[Cause | None, float, int]:
    """The group that changed most unlike the others, where one did; it needs as many efforts as a person does."""
    known, exposure = np.isfinite(effects), fit.shift.exposure.reshape(efforts.reps, 2)
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
        and enough(exposure[efforts.groups[names[each.dimension]] == each.level].sum(axis=0))
    ]
    if not left:
        return None, 1.0, 0
    best = left[0]
    p_value = min(1.0, best.p_value * looks)
    if p_value > GROUP_LEVEL:
        return None, p_value, len(found)
    return Cause(Where.GROUP, Name(names[best.dimension], best.level), best.effect, best.error, p_value), p_value, 0


def _aliases(efforts: Summed, dimensions: Mapping[str, IntArray], cause: Cause) -> tuple[Name, ...]:
    """Other levels and groups that are the same efforts of the later time."""
    present = np.flatnonzero(efforts.now & (efforts.exposure > 0.0))
    rep, weight = efforts.rep[present], efforts.exposure[present]
    everything = {name: level[present] for name, level in dimensions.items()} | {
        name: group[rep] for name, group in efforts.groups.items() if name not in dimensions
    }
    chosen = everything[cause.name.dimension] == cause.name.level
    return tuple(
        Name(name, int(level))
        for name, levels in everything.items()
        if name != cause.name.dimension
        for level in np.flatnonzero(overlap(chosen, levels, weight) >= 0.95)
    )


def _of_causes(efforts: Summed, fit: Fit, causes: tuple[Cause, ...]) -> float:
    """The variance that the causes' own errors bring into what is left: what was taken out is known only so well."""
    weight = np.where(efforts.now, fit.weight, 0.0)
    found = 0.0
    for cause in causes:
        level = efforts.dimensions.get(cause.name.dimension)
        if cause.where is Where.GROUP or level is None:
            level = efforts.groups[cause.name.dimension][efforts.rep]
        found += (cause.error * float(weight[level == cause.name.level].sum() / weight.sum())) ** 2
    return found


def _weekly(efforts: Summed, fit: Fit, phi: float) -> float:
    """The variance that weeks which are good or bad for everybody bring into the common shift."""
    now = efforts.now[efforts.row]
    if now.all():
        return 0.0
    row, week = efforts.row[~now], efforts.week[~now]
    weeks = int(efforts.week.max()) + 1
    rate = fit.rate[row]
    expected = efforts.effort_exposure[~now] * rate
    weight = np.bincount(week, expected * (1.0 - rate), weeks)
    left = np.bincount(week, efforts.effort_success[~now] - expected, weeks)
    used = weight > 0.05 * weight.max()
    present = int(np.count_nonzero(np.bincount(efforts.week[now])))
    if used.sum() < _FEWEST_WEEKS or not present:
        return 0.0
    between = spread(left[used] / weight[used], phi / weight[used])
    return between * (1.0 / present + 1.0 / float(used.sum()))
