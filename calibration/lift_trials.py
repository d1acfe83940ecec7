"""How often trials of two ways are right, looked at every week and at the end: a table of docs/methods/lift.md."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from answerback.stats.ab import Compared, compared
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.linear import Estimate
from answerback.stats.switchback import Switched, switchback, switched
from calibration.tables import Table

WEEKS, COMPANIES, PER_COMPANY = 6, 120, 0.8
REPS, SWITCHED_WEEKS, A_WEEK = 10, 12, 20
WOBBLE = 0.35
"""By how much a rep's week moves around their own rate: the standard deviation in log odds."""

Look = tuple[Estimate, float, float]
"""An estimate, and its interval for every look."""


def by_company(effect: float, rng: Generator) -> Iterator[Look | None]:
    """Looks at the end of each week: companies of rates of their own, some touched often and some hardly."""
    new = rng.random(COMPANIES) < 0.5
    rate = np.clip(rng.beta(2, 8, COMPANIES) + effect * new, 0.0, 1.0)
    touched = rng.poisson(rng.gamma(2, PER_COMPANY / 2, COMPANIES)[:, None], (COMPANIES, WEEKS))
    answers = rng.binomial(touched, rate[:, None])
    for week in range(1, WEEKS + 1):
        made, won = (each[:, :week].sum(axis=1).astype(float) for each in (touched, answers))
        found = compared(new, made, won, done=week / WEEKS)
        yield (found.effect, found.low, found.high) if isinstance(found, Compared) else None


def by_week(effect: float, rng: Generator) -> Iterator[Look | None]:
    """Looks at the end of each week: reps of rates of their own; half of the effect in the week after a switch."""
    on = switched(REPS, SWITCHED_WEEKS, 1, rng)
    own = rng.beta(4, 16, (REPS, 1))
    felt = _felt(on)
    odds = np.log(own / (1 - own)) + rng.normal(0.0, WOBBLE, on.shape)
    made = rng.poisson(A_WEEK, on.shape).astype(float)
    won = rng.binomial(made.astype(np.int64), np.clip(1 / (1 + np.exp(-odds)) + effect * felt, 0.0, 1.0))
    before = rng.binomial(A_WEEK * 12, own[:, 0]) / (A_WEEK * 12)
    for week in range(1, SWITCHED_WEEKS + 1):
        beyond = won - made * before[:, None]
        found = switchback(beyond, on, carry_over=1, efforts=made, done=week, draws=1)
        yield (found.effect, found.low, found.high) if isinstance(found, Switched) else None


def _felt(on: BoolArray) -> FloatArray:
    before = np.concatenate([on[:, :1], on[:, :-1]], axis=1)
    return np.asarray((on.astype(float) + before) / 2)


def two_ways(runs: int, rng: Generator) -> Table:
    """Without an effect and with one: the end, and all looks together."""
    rows = []
    for name, looks, effects in (
        (f"{COMPANIES} companies, {WEEKS} weeks", by_company, (0.0, 0.1)),
        (f"{REPS} reps, {SWITCHED_WEEKS} weeks", by_week, (0.0, 0.1)),
    ):
        for effect in effects:
            bias, held, often, some, told, early = [], [], [], [], [], []
            for _ in range(runs):
                every = [look for look in looks(effect, rng) if look is not None]
                end, before = every[-1][0], every[:-1]
                bias.append(end.value - effect)
                held.append(end.low <= effect <= end.high)
                often.append(any(not look.low <= effect <= look.high for look, _, _ in every))
                missed = any(not low <= effect <= high for _, low, high in before)
                some.append(missed or not held[-1])
                early.append(any(low > 0.0 for _, low, _ in before))
                told.append(early[-1] or end.low > 0.0)
            shares = (np.mean(each) for each in (held, often, some, early, told))
            truth = f"{effect:+.2f}" if effect else "none"
            rows.append((name, truth, f"{np.mean(bias):+.3f}", *(f"{each:.3f}" for each in shares)))
    header = (
        "trial", "true effect", "bias", "coverage at the end", "usual interval: some look wrong",
        "as told: some look or the end wrong", "called better before the end", "called better in all",
    )  # fmt: skip
    note = (
        f"{runs:,} runs, a look every week. Companies are touched {PER_COMPANY} times a week on average; reps {A_WEEK}"
        " times, and in the week after a switch half of the effect is there."
    )
    return Table("two-ways", header, rows, note)
