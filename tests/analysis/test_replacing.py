"""Replacing the lowest: by hand, and that luck alone promises nothing."""

from __future__ import annotations

import numpy as np
import pytest

from answerback.analysis.on_base import Cell
from answerback.analysis.replacing import replacing_lowest
from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.stats.rate import shrunk_rates


def cell(name: str, efforts: int, on_base: int, rate: float | None) -> Cell:
    known: Rate | NotEnoughData = NotEnoughData(Reason.TOO_FEW_EFFORTS, 1.0, 3.0)
    if rate is not None:
        known = Rate(
            rate=rate, low=0.0, high=1.0, raw=on_base / efforts, exposure=efforts, successes=on_base, prior_weight=0.1,
            jeffreys_low=0.0, jeffreys_high=1.0,
        )  # fmt: skip
    return Cell(
        keys={"rep": name}, efforts=efforts, on_base=on_base, answered=0, unanswered=efforts - on_base, still_open=0,
        unseen=0, proved=on_base, efforts_per_week=1.0, rate=known, proved_rate=known, matured=efforts,
    )  # fmt: skip


def test_what_average_reps_would_have_had_is_counted_from_the_shrunk_rates() -> None:
    cells = [cell("a", 100, 10, 0.15), cell("b", 100, 40, 0.35), cell("c", 100, 40, 0.35), cell("d", 100, 30, 0.30)]
    found = replacing_lowest(cells, 1)
    assert found is not None
    # On average 30 of 100; the lowest stands at 15 of 100 once bad luck is taken off.
    assert found.more == pytest.approx(15.0)
    assert found.on_base == 120
    assert found.share == pytest.approx(0.125)


def test_who_is_no_lower_than_average_brings_nothing() -> None:
    cells = [cell(str(number), 100, 30, 0.30) for number in range(6)]
    found = replacing_lowest(cells)
    assert found is not None
    assert found.more == pytest.approx(0.0)


def test_too_few_reps_with_a_rate_give_no_answer() -> None:
    cells = [cell(str(number), 100, 30, 0.30) for number in range(5)]
    assert replacing_lowest([*cells, cell("new", 2, 0, None)]) is None


def test_the_interval_holds_for_those_who_were_picked_as_the_lowest() -> None:
    """Who is lowest is so by bad luck, too: what replacing them truly brings lies in the interval 95 times of 100.

    Of raw rates the same would promise half as much again as there is.
    """
    rng = np.random.default_rng(3)
    inside, promised, raw, true = 0, 0.0, 0.0, 0.0
    runs, efforts = 200, 60
    for _ in range(runs):
        rates = rng.beta(8, 32, 30)
        hits = rng.binomial(efforts, rates)
        shrunk = shrunk_rates(hits, np.full(30, efforts))
        cells = [_known(str(number), int(s), efforts, shrunk.cell(number)) for number, s in enumerate(hits)]
        found = replacing_lowest(cells)
        assert found is not None
        lowest = np.argsort([each.rate.rate for each in cells if isinstance(each.rate, Rate)], kind="stable")[:3]
        brings = float((rates.mean() - rates[lowest]).sum() * efforts)
        inside += found.low <= brings <= found.high
        promised, true = promised + found.more, true + brings
        raw += float((hits.mean() / efforts - hits[lowest] / efforts).sum() * efforts)
    assert 0.90 * runs <= inside
    assert promised == pytest.approx(true, rel=0.08)
    assert raw > 1.25 * true


def _known(name: str, on_base: int, efforts: int, rate: Rate) -> Cell:
    return Cell(
        keys={"rep": name}, efforts=efforts, on_base=on_base, answered=0, unanswered=efforts - on_base, still_open=0,
        unseen=0, proved=on_base, efforts_per_week=1.0, rate=rate, proved_rate=rate, matured=float(efforts),
    )  # fmt: skip
