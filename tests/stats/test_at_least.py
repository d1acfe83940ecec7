"""How many of a stretch are as large: by plain counting."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from answerback.stats.at_least import at_least


@given(
    values=st.lists(st.integers(-5, 5), max_size=40),
    asked=st.lists(st.tuples(st.integers(-7, 7), st.integers(0, 40), st.integers(0, 40)), max_size=20),
)
def test_as_counted_one_by_one(values: list[int], asked: list[tuple[int, int, int]]) -> None:
    stretches = [(floor, min(start, len(values)), min(stop, len(values))) for floor, start, stop in asked]
    floor, start, stop = np.array(stretches, np.int64).reshape(-1, 3).T
    found = at_least(np.array(values, np.float64), floor, start, stop)
    assert found.tolist() == [sum(each >= low for each in values[first:end]) for low, first, end in stretches]
