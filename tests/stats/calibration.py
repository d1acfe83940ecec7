"""How often the intervals of `answerback.stats` hold the truth, measured on made-up teams whose rates are known.

`python -m tests.stats.calibration` prints the tables of docs/understand/rates.md; the tests hold the same functions to
bounds that follow from the simulation's own error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng
from scipy.special import ndtr

from answerback.domain.answers import Rate
from answerback.stats.arrays import FloatArray
from answerback.stats.intervals import jeffreys, wilson
from answerback.stats.lag import LagCurve, Observed, lag_curve, matured_exposure
from answerback.stats.prior import log_beta_binomial
from answerback.stats.rate import judge, shrunk_rates
from answerback.stats.special import beta_quantile, logistic, normal_quantile

REPS = 40
EXTREME = 4
SETTINGS = ((4.0, 16.0, 5), (4.0, 16.0, 20), (4.0, 16.0, 60), (1.0, 9.0, 20))
"""Beta(a, b) that the reps' true rates are drawn from, and efforts per rep."""

EFFORTS_A_WEEK = 20
WAITING_DAYS = 60
MEDIAN_DAYS, LOG_SPREAD = 2.0, 1.3
"""Answers take log-normal times with this median, cut at the waiting time."""
HISTORY_DAYS = 180


@dataclass(frozen=True, slots=True)
class Estimate:
    """One method's answer for one team, shape (reps,) each."""

    rate: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Score:
    """What one method did over all teams, each figure with the standard error that the number of teams leaves it.

    `coverage`: share of intervals that hold the truth; `extreme`: the same for the 4 reps of 40 whose true rate is
    farthest from the mean; `width`; `rmse` and `bias` of the rate.
    """

    coverage: tuple[float, float]
    width: tuple[float, float]
    rmse: tuple[float, float]
    bias: tuple[float, float]
    extreme: tuple[float, float]


def score(teams: Iterable[tuple[FloatArray, Estimate]], centre: float) -> Score:
    """Figures over teams of (true rates, estimate); `centre` is the mean of the true rates' distribution."""
    rows = []
    for truth, estimate in teams:
        hit = (estimate.low <= truth) & (truth <= estimate.high)
        error = estimate.rate - truth
        far = np.argsort(-np.abs(truth - centre))[:EXTREME]
        width = (estimate.high - estimate.low).mean()
        rows.append((hit.mean(), width, (error**2).mean(), error.mean(), hit[far].mean()))
    table = np.array(rows)
    mean, se = table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(rows))
    rmse = float(np.sqrt(mean[2]))
    pairs = [(float(m), float(e)) for m, e in zip(mean, se, strict=True)]
    return Score(pairs[0], pairs[1], (rmse, pairs[2][1] / (2.0 * rmse)), pairs[3], pairs[4])


# -------------------------------------------------------------------------------------------- teams with all answers in

Method = Callable[[FloatArray, FloatArray], Estimate]


def wald(s: FloatArray, m: FloatArray) -> Estimate:
    """The textbook interval, for contrast."""
    rate = s / m
    half = normal_quantile(0.975) * np.sqrt(rate * (1.0 - rate) / m)
    return Estimate(rate, rate - half, rate + half)


def by_wilson(s: FloatArray, m: FloatArray) -> Estimate:
    interval = wilson(s, m)
    return Estimate(s / m, interval.low, interval.high)


def by_jeffreys(s: FloatArray, m: FloatArray) -> Estimate:
    interval = jeffreys(s, m)
    return Estimate((s + 0.5) / (m + 1.0), interval.low, interval.high)


def by_peers(s: FloatArray, m: FloatArray) -> Estimate:
    rates = shrunk_rates(s, m)
    return Estimate(rates.rate, rates.low, rates.high)


def from_beta(a: float, b: float) -> Method:
    """The posterior under a known Beta(a, b): with the true one, the best that any method can do."""

    def method(s: FloatArray, m: FloatArray) -> Estimate:
        after, other = a + s, b + m - s
        return Estimate(after / (after + other), beta_quantile(after, other, 0.025), beta_quantile(after, other, 0.975))

    return method


def plug_in(s: FloatArray, m: FloatArray) -> Estimate:
    """Empirical Bayes with one most likely Beta, for contrast: it takes the peers' spread for known."""
    mean = logistic(np.linspace(-4.5, 0.5, 71))[:, None]
    strength = np.exp(np.linspace(np.log(1.0), np.log(5000.0), 61))
    a, b = mean * strength, (1.0 - mean) * strength
    cells, number = np.unique(np.stack([s, m]), axis=1, return_counts=True)
    chance = sum(k * log_beta_binomial(*cell, a=a, b=b) for cell, k in zip(cells.T, number, strict=True))
    best = np.unravel_index(np.argmax(chance), a.shape)
    return from_beta(float(a[best]), float(b[best]))(s, m)


@dataclass(frozen=True, slots=True)
class Published:
    """What the rule of `judge` lets through: the share of rates, and how often their intervals hold the truth."""

    share: float
    coverage: float
    coverage_error: float


def published(a: float, b: float, efforts: int, *, teams: int, rng: Generator) -> Published:
    """The rule on teams of 40 whose rates are drawn from Beta(a, b), all answers in."""
    rows = []
    for _ in range(teams):
        truth = rng.beta(a, b, REPS)
        rates = shrunk_rates(rng.binomial(efforts, truth), np.full(REPS, efforts))
        hit = (rates.low <= truth) & (truth <= rates.high)
        shown = np.array([isinstance(judge(rates.cell(i), efforts=efforts, lag=None), Rate) for i in range(REPS)])
        rows.append((shown.sum(), (hit & shown).sum()))
    number, hits = np.array(rows, dtype=np.float64).T
    if number.sum() == 0.0:
        return Published(0.0, float("nan"), float("nan"))
    coverage = hits.sum() / number.sum()
    error = np.sqrt(((hits - coverage * number) ** 2).sum()) / number.sum()
    return Published(float(number.mean() / REPS), float(coverage), float(error))


def settled(method: Method, a: float, b: float, efforts: int, *, teams: int, rng: Generator) -> Score:
    """A method on teams of 40 whose rates are drawn from Beta(a, b), each rep with so many efforts, all answers in."""

    def one() -> tuple[FloatArray, Estimate]:
        truth = rng.beta(a, b, REPS)
        return truth, method(rng.binomial(efforts, truth).astype(np.float64), np.full(REPS, float(efforts)))

    return score((one() for _ in range(teams)), a / (a + b))


# --------------------------------------------------------------------------------------- teams whose answers still come


@dataclass(frozen=True, slots=True)
class Week:
    """Twenty efforts per rep of which the oldest is a week old: answers so far, ages in days (reps, efforts)."""

    truth: FloatArray
    successes: FloatArray
    ages: FloatArray


def share_answered(age_days: FloatArray) -> FloatArray:
    """The true lag curve, given an answer within the waiting time."""

    def log_normal(days: FloatArray) -> FloatArray:
        return np.asarray(ndtr(np.log(np.maximum(days, 1e-12) / MEDIAN_DAYS) / LOG_SPREAD), dtype=np.float64)

    return np.minimum(log_normal(age_days) / log_normal(np.array(float(WAITING_DAYS))), 1.0)


def lags(size: int | tuple[int, ...], rng: Generator) -> FloatArray:
    """Times that answers take, all within the waiting time."""
    drawn = rng.lognormal(np.log(MEDIAN_DAYS), LOG_SPREAD, size)
    while np.any(late := drawn > WAITING_DAYS):
        drawn[late] = rng.lognormal(np.log(MEDIAN_DAYS), LOG_SPREAD, int(late.sum()))
    return drawn


def this_week(rng: Generator) -> Week:
    truth = rng.beta(4.0, 16.0, REPS)
    ages = rng.uniform(0.0, 7.0, (REPS, EFFORTS_A_WEEK))
    ever = rng.random(ages.shape) < truth[:, None]
    return Week(truth, (ever & (lags(ages.shape, rng) <= ages)).sum(axis=1).astype(np.float64), ages)


def history(answers: int, rng: Generator) -> tuple[FloatArray, FloatArray]:
    """Lags and ages of the answers seen so far among this many that come to the efforts of half a year."""
    age, lag = rng.uniform(0.0, HISTORY_DAYS, answers), lags(answers, rng)
    return lag[lag <= age], age[lag <= age]


def learnt_curve(answers: int, rng: Generator) -> LagCurve:
    """The lag curve from a history, in whole days as the product keeps it."""
    lag, age = history(answers, rng)
    effort_day = -np.ceil(age)
    observed = Observed.until(effort_day, end_day=0)
    curve = lag_curve(effort_day, np.floor(lag), np.ones_like(lag), observed=observed, horizon_days=WAITING_DAYS)
    assert isinstance(curve, LagCurve)
    return curve


def naive(week: Week, rng: Generator) -> Estimate:
    """Answers so far over efforts: every effort too young to be answered counts as a failure."""
    return by_wilson(week.successes, np.full(REPS, float(EFFORTS_A_WEEK)))


def matured(week: Week, rng: Generator) -> Estimate:
    return by_peers(week.successes, share_answered(week.ages).sum(axis=1))


def matured_alone(week: Week, rng: Generator) -> Estimate:
    return by_jeffreys(week.successes, share_answered(week.ages).sum(axis=1))


def matured_by_learnt_curve(week: Week, rng: Generator) -> Estimate:
    rep = np.repeat(np.arange(REPS), EFFORTS_A_WEEK)
    ages = week.ages.ravel()
    curve = learnt_curve(300, rng)
    return by_peers(week.successes, matured_exposure(curve, cell=rep, n=np.ones(rep.size), age_days=ages, cells=REPS))


def young(method: Callable[[Week, Generator], Estimate], *, teams: int, rng: Generator) -> Score:
    """A method on teams of 40 that look at this week's 20 efforts each."""

    def one() -> tuple[FloatArray, Estimate]:
        week = this_week(rng)
        return week.truth, method(week, rng)

    return score((one() for _ in range(teams)), 0.2)


# --------------------------------------------------------------------------------------------------------------- tables


def tables(teams: int, seed: int) -> Iterable[str]:
    methods: dict[str, Method] = {
        "Wald": wald,
        "Wilson": by_wilson,
        "Jeffreys": by_jeffreys,
        "one most likely prior": plug_in,
        "peers, on the grid": by_peers,
    }
    yield "| method | " + " | ".join(f"Beta({a:g},{b:g}), n={n}" for a, b, n in SETTINGS) + " |"
    yield "|---|" + "---|" * len(SETTINGS)
    for name in (*methods, "true prior known"):
        cells = []
        for a, b, n in SETTINGS:
            method = methods.get(name) or from_beta(a, b)
            result = settled(method, a, b, n, teams=teams, rng=default_rng(seed))
            cells.append(
                " / ".join(f"{x[0]:.3f}" for x in (result.coverage, result.width, result.rmse, result.extreme))
            )
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""
    yield "| method | bias | coverage | width | error |"
    yield "|---|---|---|---|---|"
    for name, young_method in (
        ("answers so far / efforts, Wilson", naive),
        ("answers so far / matured exposure, Jeffreys", matured_alone),
        ("matured exposure and peers", matured),
        ("the same, curve learnt from 300 answers", matured_by_learnt_curve),
    ):
        result = young(young_method, teams=teams, rng=default_rng(seed))
        yield (
            f"| {name} | {result.bias[0]:+.3f} | "
            + " | ".join(f"{x[0]:.3f}" for x in (result.coverage, result.width, result.rmse))
            + " |"
        )
    yield ""
    yield "| setting | rates published | coverage of these |"
    yield "|---|---|---|"
    for a, b, n in SETTINGS:
        shown = published(a, b, n, teams=teams, rng=default_rng(seed))
        coverage = f"{shown.coverage:.3f}" if shown.share else "none to cover"
        yield f"| Beta({a:g},{b:g}), n={n} | {shown.share:.0%} | {coverage} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the calibration of the rates.")
    parser.add_argument("--teams", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for line in tables(options.teams, options.seed):
        sys.stdout.write(line + "\n")
