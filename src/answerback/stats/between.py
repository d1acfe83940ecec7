"""Groups of people who changed unlike the others: a manager's team, those who came in one quarter.

What a group has in common is judged by its members, not by their efforts: ten people with a hundred efforts each are
ten, not a thousand. Members are dealt to the groups anew, so that one member who stands far out makes no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray

DRAWS = 999
FEWEST_IN_GROUP = 3
"""Members in a group that is compared, and outside it."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group beside all others: its place, how much more its members changed, the error of that, and the p-value.

    `p_value` is for all groups of all dimensions at once.
    """

    dimension: int
    level: int
    effect: float
    error: float
    p_value: float
    members: int


def unlike_groups(
    groupings: Sequence[IntArray], effects: FloatArray, variances: FloatArray, *, draws: int = DRAWS, seed: int = 1
) -> list[Group]:  # fmt: skip
    """How unlike all others the members of each group changed, the most unlike first.

    Method: difference of weighted means in standard errors; its p-value is the share of deals of the members to the
    groups in which any group of any dimension was as unlike (max-T, Westfall, Young 1993).

    Args:
        groupings: for each dimension the group of each member, from 0, -1 where there is none; shape (k,) each.
        effects: what each member changed by, shape (k,).
        variances: of these, above 0, shape (k,).
        draws: deals.
        seed: of the deals.

    Returns:
        The groups with three members or more and three or more outside.

    >>> of = np.arange(20) // 5
    >>> found = unlike_groups([of], np.where(of == 2, -1.0, 0.0) + np.linspace(-0.1, 0.1, 20), np.full(20, 0.04))
    >>> found[0].level, found[0].p_value
    (2, 0.001)
    """
    places = [
        (number, int(level))
        for number, group in enumerate(groupings)
        for level in np.unique(group[group >= 0])
        if FEWEST_IN_GROUP <= (group == level).sum() <= group.size - FEWEST_IN_GROUP
    ]
    if not places:
        return []
    inside = np.stack([groupings[number] == level for number, level in places], axis=1).astype(np.float64)
    weight = 1.0 / (variances + spread(effects, variances))
    difference, error = _compared(effects[None], weight[None], inside)
    seen = np.abs(difference / error)[0]
    rng = np.random.default_rng(seed)
    # In an order of their own: the answer does not depend on that in which members are handed in.
    order = np.lexsort((variances, effects))
    dealt = rng.permuted(np.broadcast_to(order, (draws, order.size)), axis=1)
    own = np.empty_like(dealt)
    own[:, order] = dealt
    again, its_error = _compared(effects[own], weight[own], inside)
    largest = np.sort(np.abs(again / its_error).max(axis=1))
    p_value = (draws - np.searchsorted(largest, seen - 1e-12, side="left") + 1) / (draws + 1)
    return [
        Group(
            places[at][0],
            places[at][1],
            float(difference[0, at]),
            float(error[0, at]),
            float(p_value[at]),
            int(inside[:, at].sum()),
        )
        for at in np.argsort(-seen, kind="stable")
    ]


def spread(effects: FloatArray, variances: FloatArray) -> float:
    """How much members differ beyond their own errors (DerSimonian, Laird 1986)."""
    w = 1.0 / variances
    mean = (w * effects).sum() / w.sum()
    scale = w.sum() - (w * w).sum() / w.sum()
    return max(0.0, float(((w * (effects - mean) ** 2).sum() - (effects.size - 1)) / scale)) if scale > 0.0 else 0.0


def _compared(effects: FloatArray, weight: FloatArray, inside: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Differences of weighted means, members inside less members outside, and their errors; shape (deals, groups)."""
    own, whole = weight @ inside, weight.sum(axis=1, keepdims=True)
    own_sum, whole_sum = (weight * effects) @ inside, (weight * effects).sum(axis=1, keepdims=True)
    rest = whole - own
    return own_sum / own - (whole_sum - own_sum) / rest, np.sqrt(1.0 / own + 1.0 / rest)
