"""The self-controlled case series against published data, and what must hold whatever the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from answerback.stats.arrays import FloatArray
from answerback.stats.sccs import Risk, conditional_poisson, cut
from tests.stats.reference import reference

DATA, EXPECTED = reference("sccs")
AGES = (427.0, 488.0, 549.0, 610.0, 671.0)
CASES = {
    "oxford": ("oxford", ((15, 36),), (548.0,)),
    "oxford_without_age": ("oxford", ((15, 36),), ()),
    "itp_without_age": ("itp", ((0, 43),), ()),
    "itp": ("itp", ((0, 43),), AGES),
    "itp_in_three": ("itp", ((0, 15), (15, 29), (29, 43)), AGES),
}
PUBLISHED = {"oxford": [12.037], "itp_without_age": [4.5248], "itp": [3.2262], "itp_in_three": [1.3089, 5.9540, 2.6002]}
"""As SCCS 1.7 prints them."""


def fitted(rows: list[dict[str, Any]], risks: tuple[tuple[int, int], ...], ages: tuple[float, ...]) -> Risk:
    names, first = np.unique([row["case"] for row in rows], return_index=True)
    case = np.searchsorted(names, [row["case"] for row in rows])
    people = [rows[each] for each in first]
    observed = np.array([[row["first"], row["last"] + 1] for row in people], float)
    dose: FloatArray = np.array([row["dose"] for row in people], float)
    borders = [np.array([*(at + each for risk in risks for each in risk), *ages], float) for at in dose]
    told = cut(observed, case, np.array([row["event"] for row in rows], float), borders)
    since = told.begin - dose[told.case]
    columns = [(since >= low) & (since < high) for low, high in risks] + [told.begin >= age for age in ages]
    found = conditional_poisson(told.case, told.events, told.end - told.begin, np.stack(columns, 1).astype(float))
    assert found is not None
    return found


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_r_finds_in_published_data(name: str) -> None:
    data, risks, ages = CASES[name]
    found, said = fitted(DATA[data], risks, ages), EXPECTED[name]
    columns = len(risks)
    assert found.ratio[:columns] == pytest.approx(said["ratio"], rel=1e-5)
    low, high = found.interval
    assert low[:columns] == pytest.approx(said["low"], rel=1e-4)
    assert high[:columns] == pytest.approx(said["high"], rel=1e-4)


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_what_the_package_prints(name: str) -> None:
    data, risks, ages = CASES[name]
    assert fitted(DATA[data], risks, ages).ratio[: len(risks)] == pytest.approx(PUBLISHED[name], abs=6e-4)


def test_without_an_event_out_of_risk_there_is_no_answer() -> None:
    design = np.array([[1.0], [0.0]])
    assert conditional_poisson(np.zeros(2, np.int64), np.array([3, 0]), np.array([7.0, 7.0]), design) is None
