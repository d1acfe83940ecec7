"""Sums that name nobody, held against somebody who adds and subtracts everything they are shown."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from answerback.analysis.sums import LEAST, enough, in_runs, parted

PEOPLE = st.frozensets(st.integers(0, 14), max_size=9)
CELLS = st.dictionaries(st.sampled_from("abcdefg"), st.lists(PEOPLE, min_size=2, max_size=2), max_size=7)


def all_unions(parts: list[frozenset[int]]) -> list[frozenset[int]]:
    """Who is behind whatever can be added up of these parts: each difference of two sums is such a one."""
    some = chain.from_iterable(combinations(parts, size) for size in range(1, len(parts) + 1))
    return [frozenset().union(*each) for each in some]


@given(CELLS)
def test_whatever_is_added_up_or_taken_away_has_five_people_behind_it(cells: dict[str, list[frozenset[int]]]) -> None:
    told = parted(cells)
    for figure in range(2):
        behind = [frozenset().union(*(cells[key][figure] for key in part)) for part in told.parts]
        assert all(not each or len(each) >= LEAST for each in all_unions(behind))


@given(CELLS)
def test_each_cell_is_in_one_part_or_nothing_is_shown_because_all_are_too_few(
    cells: dict[str, list[frozenset[int]]],
) -> None:
    told = parted(cells)
    shown = sorted(key for part in told.parts for key in part)
    if shown or not cells:
        assert shown == sorted(cells)
    else:
        assert not enough([frozenset().union(*(each[figure] for each in cells.values())) for figure in range(2)])


@given(CELLS)
def test_what_is_large_enough_stays_as_it_is(cells: dict[str, list[frozenset[int]]]) -> None:
    told = parted(cells)
    assert bool(told.others) == (bool(told.parts) and not all(enough(each) for each in cells.values()))
    assert set(told.alone) <= {key for key, each in cells.items() if enough(each)}


def test_one_small_cell_is_never_alone_behind_the_rest() -> None:
    five, two = {1, 2, 3, 4, 5}, {6, 7}
    told = parted({"large": [five | two], "middle": [five], "small": [two]})
    assert told.alone == ("large",)
    assert told.others == ("middle", "small")


@given(st.lists(PEOPLE, max_size=9))
def test_runs_hold_each_place_once_and_in_order_and_five_people_each(cells: list[frozenset[int]]) -> None:
    runs = in_runs(cells)
    behind = [frozenset().union(*(cells[place] for place in run)) for run in runs]
    assert all(enough([each]) for each in behind)
    if runs:
        assert [place for run in runs for place in run] == list(range(len(cells)))
    elif cells:
        assert not enough([frozenset().union(*cells)])
