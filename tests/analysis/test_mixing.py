"""A change of a rate taken apart: what it names does not hang on the order in which numbers are added."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.analysis.diagnose.mixing import decomposed
from answerback.stats.arrays import IntArray
from answerback.stats.summed import Efforts, summed

NAMES = {"region": ("north", "south"), "segment": ("large", "small")}
RATE = np.array([0.3, 0.1])


def moved(seed: int, *, turned: bool) -> Efforts:
    """Efforts that went from one kind of buyer to the other; region and segment are one."""
    rng = default_rng(seed)
    now = np.arange(900) >= 600
    level: IntArray = (rng.random(900) < np.where(now, 0.7, 0.4)).astype(np.int64)
    success = (rng.random(900) < RATE[level]).astype(np.float64)
    order = np.arange(900)[::-1] if turned else np.arange(900)
    return Efforts(
        rep=rng.integers(0, 5, 900)[order],
        account=rng.integers(0, 90, 900)[order],
        now=now[order],
        success=success[order],
        exposure=rng.uniform(0.2, 1.0, 900)[order],
        week=np.zeros(900, np.int64),
        dimensions={"segment": level[order], "region": 1 - level[order]},
        groups={},
    )


@pytest.mark.parametrize("turned", [False, True])
def test_of_what_moved_alike_the_first_by_name_is_told(turned: bool) -> None:
    for seed in range(20):
        whole = summed(moved(seed, turned=turned))
        found = decomposed(whole, NAMES, usual=np.log(RATE / (1.0 - RATE))[whole.dimensions["segment"]])
        assert found is not None
        assert [(part.dimension, part.most) for part in found.parts] == [("region", "north"), ("segment", "large")]
        assert found.parts[0].change < -0.02
        assert found.parts[1].change == pytest.approx(0.0)
