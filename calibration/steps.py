"""How often chains that still move are flagged as quiet, by rule; how often curves and their intervals are right."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, default_rng

from answerback.stats.incidence import band, spells_of
from answerback.stats.still_comes import Watched, movers_quantile, quiet_age, still_comes, watched
from answerback.stats.survival import log_rank
from calibration.tables import Table

_MEDIANS = (1.0, 3.0, 10.0, 30.0)
_EVER = 0.6
_PUBLISHED = (
    ("fixed 7 days", ".02 .20 .63 .92", ".445", "7 7 7 7"),
    ("fixed 30 days", ".00 .01 .13 .50", ".160", "30 30 30 30"),
    ("each step's own 90 % point", ".10 .10 .10 .10", ".099", "3.6 10.8 36 108"),
    ("next step less probable than .2", ".17 .16 .16 .17", ".165", "2.6 7.9 26 79"),
)


def measure(*, quick: bool) -> list[Table]:
    """Four tables: rules for a quiet chain, intervals, watching too briefly, the log-rank test."""
    return [
        _rules(quick=quick),
        _intervals(40 if quick else 400),
        _plateau(20 if quick else 200),
        _ranks(50 if quick else 500),
    ]


def history(rng: Generator, size: int, median: float, *, until: float, refuse: float = 0.0) -> Watched:
    """Spells of which six of ten move, at log-normal times, begun evenly over a time that has just ended."""
    comes = np.where(rng.random(size) < _EVER, median * np.exp(rng.standard_normal(size)), np.inf)
    ends = np.where(rng.random(size) < refuse, 2 * median * np.exp(rng.standard_normal(size)), np.inf)
    seen = rng.uniform(0.0, until, size)
    age = np.minimum(np.minimum(comes, ends), seen)
    end = np.where(comes <= np.minimum(ends, seen), 1, np.where(ends <= seen, 2, 0))
    return watched(spells_of(np.zeros(size, int), age, end, np.ones(size), ends=2))


def _rules(*, quick: bool) -> Table:
    rng = default_rng(1)
    live = [median * np.exp(rng.standard_normal(200_000)) for median in _MEDIANS]
    learned = [history(rng, 2_000 if quick else 20_000, median, until=100 * median) for median in _MEDIANS]
    small = [
        [history(default_rng(seed), 200, median, until=60 * median) for seed in range(5 if quick else 50)]
        for median in _MEDIANS
    ]
    own = [float(movers_quantile(each, 0.9).age[0]) for each in learned]
    quiet = [float(quiet_age(each, 0.2).age[0]) for each in learned]
    few = [float(np.mean([quiet_age(each, 0.2).age[0] for each in group])) for group in small]
    few_false = [
        float(np.mean([np.mean(of_live > quiet_age(each, 0.2).age[0]) for each in group]))
        for of_live, group in zip(live, small, strict=True)
    ]
    rows = []
    for (name, false, overall, days), ages in zip(_PUBLISHED, ([7.0] * 4, [30.0] * 4, own, quiet), strict=True):
        wrong = [float(np.mean(of_live > age)) for of_live, age in zip(live, ages, strict=True)]
        rows.append((name, false, _shares(wrong), overall, f"{np.mean(wrong):.3f}", days, _days(ages)))
    rows.append(
        ("the same, learned from 200 spells", "", _shares(few_false), "", f"{np.mean(few_false):.3f}", "", _days(few))
    )
    header = ("rule", "false, expected", "false", "overall, expected", "overall", "days, expected", "days")
    return Table(
        "rules",
        header,
        rows,
        "Four steps with medians of 1, 3, 10 and 30 days, log-normal (sigma 1), of which six of ten ever move. False:"
        " the share of chains that would still move and are flagged, for each step. Days: until a dead one is flagged.",
    )


def _shares(values: list[float]) -> str:
    return " ".join(f"{each:.2f}".removeprefix("0") for each in values)


def _days(values: list[float]) -> str:
    return " ".join(f"{each:.2g}" if each < 10 else f"{each:.0f}" for each in values)


def _intervals(sets: int) -> Table:
    rows = []
    truth = _EVER * 0.5 / (_EVER * 0.5 + 1 - _EVER)
    for size in (60, 200, 1000):
        held = []
        for seed in range(sets):
            of = history(default_rng(1000 * size + seed), size, 3.0, until=200.0)
            low, high = band(of.curves, 0, of.until[0])
            told, middle, quiet = still_comes(of, 0, 3.0), movers_quantile(of, 0.5), quiet_age(of, 0.2)
            falls = 3.0 * np.exp(0.9674)
            held.append(
                (
                    low <= _EVER <= high,
                    told.low <= truth <= told.high,
                    middle.low[0] <= 3.0 <= middle.high[0],
                    quiet.low[0] <= falls <= quiet.high[0],
                    of.usable[0],
                )
            )
        rows.append((str(size), *(f"{each:.2f}" for each in np.mean(np.array(held, float), axis=0))))
    header = ("spells", "ever moves", "still comes, at the median", "median", "quiet age", "curve used")
    error = np.sqrt(0.0475 / sets)
    note = f"Share of {sets} sets whose 95 % interval holds the truth; standard error at 0.95: {error:.3f}."
    return Table("intervals", header, rows, note)


def _plateau(sets: int) -> Table:
    rows = []
    for times in (2.0, 4.0, 8.0, 16.0, 40.0):
        found = [history(default_rng(seed), 500, 10.0, until=10.0 * times) for seed in range(sets)]
        used = np.array([bool(each.usable[0]) for each in found])
        ever = np.array([float(each.ever[0]) for each in found])
        shown = f"{ever[used].mean():.2f}" if used.any() else "–"
        rows.append((f"{times:g}", f"{used.mean():.2f}", f"{ever.mean():.2f}", shown))
    header = ("watched for so many medians", "curve used", "mean share, used or not", "mean share where used")
    return Table("plateau", header, rows, f"Six of ten ever move; {sets} sets of 500 spells each.")


def _ranks(sets: int) -> Table:
    rows = []
    for slower in (1.0, 1.3, 2.0):
        said = 0
        for seed in range(sets):
            rng = default_rng(seed)
            ages, ends = [], []
            for times in (1.0, slower):
                comes = np.where(rng.random(150) < _EVER, 5.0 * times * np.exp(rng.standard_normal(150)), np.inf)
                seen = rng.uniform(0.0, 90.0, 150)
                ages.append(np.minimum(comes, seen))
                ends.append(comes <= seen)
            told = log_rank(np.repeat([0, 1], 150), np.concatenate(ages), np.concatenate(ends), np.ones(300))
            said += told.p_value < 0.05
        rows.append((f"{slower:g}", f"{said / sets:.3f}"))
    return Table(
        "ranks",
        ("one group so many times slower", "said to differ"),
        rows,
        f"{sets} sets of 150 spells each; level 5 %.",
    )
