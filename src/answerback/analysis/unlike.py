"""Which group changed unlike the others between two stretches of time, and what shuffling makes of it.

Counted are the efforts of the on-base rate that could be seen for their whole waiting time. It names one group of a
dimension, the most unlike, and says how often companies dealt out to the groups at random would have shown one as
unlike. That others changed in the same way, or that a group changed because of whom it met, is not looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.counting import Question, selected_sql
from answerback.analysis.dimensions import KEYED
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.stats.shuffle import hands_of, largest_of, unlike_the_rest

LEAST_EFFORTS = 40
"""In each stretch: a group with fewer is left out."""
WRONG_LISTS = 0.05
"""In so many of the lists of all dimensions together, chance alone would name something."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Efforts and answers of some, before and after."""

    efforts_before: int
    on_base_before: int
    efforts_after: int
    on_base_after: int

    @property
    def before(self) -> float:
        """The rate before; 0 without efforts."""
        return self.on_base_before / max(self.efforts_before, 1)

    @property
    def after(self) -> float:
        """The rate after; 0 without efforts."""
        return self.on_base_after / max(self.efforts_after, 1)


@dataclass(frozen=True, slots=True)
class Unlike:
    """The group of a dimension that changed most unlike the others.

    Attributes:
        dimension: Which dimension.
        group: Which group.
        own, others: What it and the rest did before and after.
        as_large: The share of shuffles in which some group was as unlike the rest.
        groups: How many groups there were with enough efforts.
    """

    dimension: str
    group: str
    own: Changed
    others: Changed
    as_large: float
    groups: int


def beyond_chance(found: Sequence[Unlike]) -> list[Unlike]:
    """Those that chance alone would hardly have made, all dimensions together (Bonferroni 1936)."""
    return [each for each in found if each.as_large * len(found) <= WRONG_LISTS]


def most_unlike(
    reader: Reader, scope: Scope, dimensions: Sequence[str], *, turn: date, since: date
) -> list[Unlike]:  # fmt: skip
    """Of each dimension with two groups or more, the group that changed most unlike the others on a day.

    Args:
        reader: The snapshot.
        scope: Who may be looked at.
        dimensions: Such as rep, team, region, size_band, lead_source.
        turn: The first day (UTC) that is "after".
        since: The day before which efforts are left out.
    """
    found = []
    for dimension in dimensions:
        units = _units(reader, scope, dimension, turn, since)
        if len(units.names) < 2:
            continue
        said = unlike_the_rest(units.which, units.counts[:, :2], units.counts[:, 2:])
        top = int(np.argmax(np.abs(said.unlike)))
        own, others = (_changed(units.counts[(units.which == top) == same]) for same in (True, False))
        name = units.names[top]
        if dimension in KEYED:
            name = id_of(reader, KEYED[dimension]).get(int(name), name)
        found.append(Unlike(dimension, name, own, others, float(said.as_large[top]), len(units.names)))
    return found


@dataclass(frozen=True, slots=True)
class Dealt:
    """What the groups of a dimension would have been, had their companies been dealt out to them by chance.

    Attributes:
        groups: By name, what each would have done before and after; the deal of the last number.
        top: The group that is most unlike the others in that deal.
        as_unlike: In how many of the deals some group is as unlike as the most unlike one really was.
        deals: How many deals were made.
    """

    groups: Mapping[str, Changed]
    top: str
    as_unlike: int
    deals: int


def dealt(reader: Reader, scope: Scope, dimension: str, *, turn: date, since: date, deals: int) -> Dealt | None:
    """Deals the companies out to the groups so many times; the same number gives the same deals.

    Returns:
        None where there are fewer than two groups with enough efforts.
    """
    units = _units(reader, scope, dimension, turn, since)
    if len(units.names) < 2:
        return None
    efforts, answers = units.counts[:, :2], units.counts[:, 2:]
    real = float(np.abs(unlike_the_rest(units.which, efforts, answers, draws=1).unlike).max())
    hands = list(hands_of(units.which, deals))
    sizes = [largest_of(hand, efforts, answers) for hand in hands]
    last = hands[-1]
    groups = {name: _changed(units.counts[last == number]) for number, name in enumerate(units.names)}
    return Dealt(groups, units.names[sizes[-1][0]], sum(size >= real for _, size in sizes), deals)


@dataclass(frozen=True, slots=True)
class _Units:
    """Companies with enough efforts in their group: its number, and what they did before and after."""

    names: list[str]
    which: NDArray[np.int64]
    counts: NDArray[np.int64]


def _units(reader: Reader, scope: Scope, dimension: str, turn: date, since: date) -> _Units:
    rows = reader.query(_counts_sql(Question(reader, scope, (dimension, "account"), {}), turn, since))
    group = rows["name"].to_pylist()
    counts = np.stack([rows[name].to_numpy() for name in ("n_before", "n_after", "s_before", "s_after")], axis=1)
    known = _large_enough(group, counts)
    which = np.array([known.get(each, -1) for each in group], dtype=np.int64)
    return _Units(list(known), which[which >= 0], counts[which >= 0])


def _counts_sql(asked: Question, turn: date, since: date) -> str:
    """By group and company: efforts seen in full and those on base, before and after."""
    after = f"occurred_at >= timestamp '{turn} 00:00:00'"
    return f"""\
with effort_state as (
{selected_sql(asked)}
)
select cast(dim_0 as varchar) as name, dim_1 as account_key,
       count(*) filter (not {after}) as n_before, count(*) filter ({after}) as n_after,
       count(*) filter (not {after} and state = 'on_base') as s_before,
       count(*) filter ({after} and state = 'on_base') as s_after
from effort_state
where full_wait and dim_0 is not null and occurred_at >= timestamp '{since} 00:00:00'
group by all
order by all"""


def _large_enough(group: Sequence[str], counts: NDArray[np.int64]) -> dict[str, int]:
    """The groups with enough efforts in both stretches, numbered in their order."""
    sums: dict[str, NDArray[np.int64]] = {}
    for name, row in zip(group, counts, strict=True):
        sums[name] = sums.get(name, 0) + row[:2]
    kept = sorted(name for name, both in sums.items() if both.min() >= LEAST_EFFORTS)
    return {name: number for number, name in enumerate(kept)}


def _changed(counts: NDArray[np.int64]) -> Changed:
    n_before, n_after, s_before, s_after = (int(each) for each in counts.sum(axis=0))
    return Changed(n_before, s_before, n_after, s_after)
