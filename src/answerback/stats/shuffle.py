"""Which group changed unlike the others, held against chance by shuffling: a negative control that anybody can follow.

Each unit (a company, say) belongs to a group and has efforts and answers in two periods. How unlike the rest a group
changed is the difference of its change in log odds and that of all others, in binomial standard errors. Then the units
are dealt out to the groups anew, many times, as if no group were different; the largest difference of each deal is what
chance alone makes of so many groups at once (the max-T permutation test of Westfall & Young 1993).

Units are dealt, never single efforts: the answers of one company hang together, and shuffling efforts one by one would
take that for a difference between groups. Only the most unlike group is to be named: where one changed much, the others
are unlike a rest that holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, IntArray

DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Shuffled:
    """What shuffling says.

    Attributes:
        unlike: How unlike the rest each group changed, in binomial standard errors; shape (g,).
        as_large: Of all deals, the share whose largest group changed as unlike the rest as this one; shape (g,).
            A p-value for all groups together.
        largest: The largest of each deal, in order; shape (draws,).
    """

    unlike: FloatArray
    as_large: FloatArray
    largest: FloatArray


def unlike_the_rest(
    group: ArrayLike, efforts: ArrayLike, answers: ArrayLike, *, draws: int = DRAWS, seed: int = 1
) -> Shuffled:  # fmt: skip
    """How unlike the others each group changed from the first period to the second.

    Args:
        group: The group of each unit, numbers from 0 to g - 1; shape (u,). g is 2 or more.
        efforts: Efforts by unit and period, shape (u, 2).
        answers: Those that were answered, no more than efforts.
        draws: Deals.
        seed: Of the deals: the same seed, the same answer.

    Raises:
        ValueError: The shapes are not these, or there are more answers than efforts.

    >>> group, efforts = np.arange(90) % 3, np.full((90, 2), 20)
    >>> answers = np.where((group == 1)[:, None], [6, 2], [6, 6])
    >>> found = unlike_the_rest(group, efforts, answers)
    >>> int(np.argmax(np.abs(found.unlike))), bool(found.as_large[1] < 0.01)
    (1, True)
    """
    of, n, s = (np.asarray(each, dtype=np.int64) for each in (group, efforts, answers))
    groups = int(of.max(initial=-1)) + 1
    if of.ndim != 1 or n.shape != (len(of), 2) or s.shape != n.shape or groups < 2:
        raise ValueError(f"group, efforts and answers have the shapes {of.shape}, {n.shape} and {s.shape}")
    if (s > n).any() or (s < 0).any() or (of < 0).any():
        raise ValueError("answers are from 0 to efforts, and groups from 0")
    # In an order of their own: the answer does not depend on that in which units are handed in.
    order = np.lexsort((*s.T, *n.T, of))
    of, n, s = of[order], n[order], s[order]
    unlike = _unlike(_by_group(of, n, groups), _by_group(of, s, groups))
    rng = np.random.default_rng(seed)
    largest = np.empty(draws)
    for draw in range(draws):
        dealt = rng.permutation(of)
        largest[draw] = np.abs(_unlike(_by_group(dealt, n, groups), _by_group(dealt, s, groups))).max()
    largest.sort()
    # The data themselves are one of the deals that could have been.
    as_large = (draws - np.searchsorted(largest, np.abs(unlike), side="left") + 1) / (draws + 1)
    return Shuffled(unlike, as_large, largest)


def hands_of(group: ArrayLike, deals: int, *, seed: int = 1) -> Iterator[IntArray]:
    """The groups of the units as dealt out by chance, one deal after the other: the same seed, the same deals.

    >>> [hand.tolist() for hand in hands_of([0, 0, 1, 1], 2)] == [hand.tolist() for hand in hands_of([0, 0, 1, 1], 2)]
    True
    """
    of, rng = np.asarray(group, dtype=np.int64), np.random.default_rng(seed)
    for _ in range(deals):
        yield rng.permutation(of)


def largest_of(group: ArrayLike, efforts: ArrayLike, answers: ArrayLike) -> tuple[int, float]:
    """The group that changed most unlike the others, and how much, in binomial standard errors.

    Groups, efforts and answers are those of `unlike_the_rest`.

    >>> group, efforts = np.arange(90) % 3, np.full((90, 2), 20)
    >>> largest_of(group, efforts, np.where((group == 1)[:, None], [6, 2], [6, 6]))[0]
    1
    """
    of, n, s = (np.asarray(each, dtype=np.int64) for each in (group, efforts, answers))
    groups = int(of.max()) + 1
    size = np.abs(_unlike(_by_group(of, n, groups), _by_group(of, s, groups)))
    return int(np.argmax(size)), float(size.max())


def _by_group(group: IntArray, counts: IntArray, groups: int) -> FloatArray:
    """Sums by group and period, shape (g, 2)."""
    return np.stack([np.bincount(group, counts[:, period], groups) for period in range(2)], axis=1)


def _unlike(n: FloatArray, s: FloatArray) -> FloatArray:
    change, variance = _change(n, s)
    rest_change, rest_variance = _change(n.sum(axis=0) - n, s.sum(axis=0) - s)
    found: FloatArray = (change - rest_change) / np.sqrt(variance + rest_variance)
    return found


def _change(n: FloatArray, s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The change in log odds and its variance (Haldane 1956: half an answer more on each side)."""
    yes, no = s + 0.5, n - s + 0.5
    odds = np.log(yes / no)
    return odds[:, 1] - odds[:, 0], (1 / yes + 1 / no).sum(axis=1)
