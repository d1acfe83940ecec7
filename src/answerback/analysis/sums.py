"""Sums that name nobody: which cells may be shown beside one another so that nobody can be worked out from them.

Every sum that is shown has at least five people behind it, or nobody. A cell with fewer is put together with others;
and because who knows the whole can take away what is shown, what is put together must have five behind it, too: else
the next smallest cell joins (complementary suppression). What comes out is a partition, each part of which is large
enough; so is whatever can be added up or taken away from it, for that is made of whole parts.

This holds for one partition of one whole. Two partitions of the same whole, shown side by side, may give away more, so
pages show one, by dimensions that are fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 5
"""People behind a sum."""

Key = TypeVar("Key", bound=Hashable)
People = Collection[int]
"""Keys of those behind a figure."""


@dataclass(frozen=True, slots=True)
class Parted(Generic[Key]):
    """Cells that are shown alone, and those that are shown as one. Both empty: nothing may be shown."""

    alone: tuple[Key, ...]
    others: tuple[Key, ...]

    @property
    def parts(self) -> tuple[tuple[Key, ...], ...]:
        """The cells of each part, what was put together last."""
        return (*((key,) for key in self.alone), *((self.others,) if self.others else ()))


def enough(people: Sequence[People], least: int = LEAST) -> bool:
    """Whether each figure has so many behind it, or nobody.

    >>> enough([{1, 2, 3, 4, 5}, set()]), enough([{1, 2, 3, 4, 5}, {1}])
    (True, False)
    """
    return all(not each or len(set(each)) >= least for each in people)


def parted(cells: Mapping[Key, Sequence[People]], least: int = LEAST) -> Parted[Key]:
    """Cells put together until every part may be shown, small ones first.

    Args:
        cells: By cell, who is behind each of its figures; every cell has as many figures.
        least: So many people a figure needs, where it has any.

    >>> five, one = {1, 2, 3, 4, 5}, {6}
    >>> parted({"a": [five], "b": [five], "c": [one]})
    Parted(alone=('b',), others=('a', 'c'))
    >>> parted({"a": [one]}).parts
    ()
    """
    order = sorted(cells, key=lambda key: (min(map(len, cells[key]), default=0), str(key)))
    merged = [key for key in order if not enough(cells[key], least)]
    rest = [key for key in order if key not in merged]
    while merged and rest and not enough(_together([cells[key] for key in merged]), least):
        merged.append(rest.pop(0))
    if merged and not enough(_together([cells[key] for key in merged]), least):
        return Parted((), ())
    return Parted(tuple(key for key in cells if key not in merged), tuple(key for key in cells if key in merged))


def in_runs(cells: Sequence[People], least: int = LEAST) -> tuple[tuple[int, ...], ...]:
    """Places in a sequence, such as weeks, put together with their neighbours until each run may be shown.

    Nobody behind a place leaves it as it is. Empty where all together are too few.

    >>> five = {1, 2, 3, 4, 5}
    >>> in_runs([five, {1, 2}, {3, 4, 5}, five, {2}])
    ((0,), (1, 2), (3, 4))
    """
    return runs_of([[each] for each in cells], least)


def runs_of(cells: Sequence[Sequence[People]], least: int = LEAST) -> tuple[tuple[int, ...], ...]:
    """The same where each place has several figures, such as a part and the rest: each must have enough behind it.

    >>> five = {1, 2, 3, 4, 5}
    >>> runs_of([[five, five], [five, {1}], [five, set()], [five, {2, 3, 4, 5}]])
    ((0,), (1, 2, 3))
    """
    runs: list[tuple[int, ...]] = []
    open_: list[int] = []
    for place in range(len(cells)):
        open_.append(place)
        if enough(_together([cells[each] for each in open_]), least):
            runs.append(tuple(open_))
            open_ = []
    while open_ and runs:
        open_ = [*runs.pop(), *open_]
        if enough(_together([cells[each] for each in open_]), least):
            runs.append(tuple(open_))
            open_ = []
    return () if open_ else tuple(runs)


def _together(cells: Sequence[Sequence[People]]) -> list[set[int]]:
    """Who is behind each figure of several cells as one."""
    return [set().union(*figure) for figure in zip(*cells, strict=True)]
