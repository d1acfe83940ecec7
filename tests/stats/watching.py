"""Streams of weekly efforts whose answers are all in, watched for a change: run lengths of the mixture e-SR.

`python -m tests.stats.watching` prints the table of docs/understand/changes.md and times 200,000 streams. The tests
hold the same functions to bounds that follow from the simulation's own error.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng

from answerback.simulate.answering import Watch, answering
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.detect import WATCH, Direction, evidence_by_week, expected_rate, log_ratio, settle, weights

EFFORTS = 20
CHANGES = ((0.10, 0.03), (0.50, 0.35), (0.20, 0.10))
QUIET_WEEKS = 52
TWO_YEARS = 104
MISSED = np.inf


@dataclass(frozen=True)
class Measured:
    """A mean and its standard error."""

    value: float
    error: float

    @classmethod
    def of(cls, values: FloatArray) -> Measured:
        """The mean of independent values."""
        return cls(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))


# ------------------------------------------------------------------------------------------------------- all answers in


@dataclass
class Settled:
    """Streams at one rate, all of whose answers are in at the end of the week."""

    streams: int
    before: float
    efforts: int = EFFORTS

    def __post_init__(self) -> None:
        self.state = np.zeros((self.streams, 5))

    def week(self, rate: float, direction: Direction, rng: Generator) -> FloatArray:
        """One week at this rate."""
        answered = rng.binomial(self.efforts, rate, self.state.shape[0])
        weight = weights(self.before, direction=direction)
        self.state = settle(self.state, log_ratio(answered, self.efforts - answered, weight))
        return np.asarray(self.state.mean(axis=1))

    def keep(self, which: BoolArray) -> None:
        """Leaves the other streams out."""
        self.state = self.state[which]


def false_alarm_weeks(before: float, level: float, *, efforts: int, streams: int, rng: Generator) -> Measured:
    """Weeks until the first false alarm, from the start."""
    watch, done, week = Settled(streams, before, efforts), [], 0
    while watch.state.shape[0]:
        week += 1
        alarmed = watch.week(before, Direction.FALL, rng) >= level
        done += [week] * int(alarmed.sum())
        watch.keep(~alarmed)
    return Measured.of(np.array(done, dtype=np.float64))


def level_for(before: float, weeks: float, *, streams: int, seed: int) -> float:
    """The level at which false alarms come after so many weeks on average, by trial on one and the same chance."""
    low, high = weeks / 3, weeks
    for _ in range(6):
        level = float(np.sqrt(low * high))
        measured = false_alarm_weeks(before, level, efforts=EFFORTS, streams=streams, rng=default_rng(seed))
        low, high = (level, high) if measured.value < weeks else (low, level)
    return float(np.sqrt(low * high))


def delays(before: float, after: float, level: float, *, streams: int, rng: Generator) -> FloatArray:
    """Weeks from the change to the alarm, of streams that gave none in the quiet year before."""
    watch = Settled(streams, before)
    for _ in range(QUIET_WEEKS):
        watch.keep(watch.week(before, Direction.FALL, rng) < level)
    found = np.zeros(watch.state.shape[0])
    week = 0
    while not found.all():
        week += 1
        alarmed = watch.week(after, Direction.between(before, after), rng) >= level
        found[alarmed & (found == 0)] = week
    return found


# ------------------------------------------------------------------------------------------------- answers still coming


def lagged(
    before: float, after: float, *, lag_days: float, streams: int, rng: Generator, slower: float = 1.0
) -> tuple[Measured, FloatArray]:
    """Weeks between false alarms at `WATCH`, and weeks to see a change; half of the answers take over `lag_days`.

    Where they are `slower` than that by a factor, the detector does not know it.
    """
    rate = np.full(streams, before)
    answers = answering(EFFORTS, slower * lag_days)
    believed = np.ones_like(answers.share_in)
    known = answering(EFFORTS, lag_days).share_in
    believed[: known.shape[0]] = known
    watch = Watch(answers, rate, rate, Direction.FALL, believed=believed)
    alarms = np.zeros(streams)
    for week in range(4 * QUIET_WEEKS):
        alarmed = watch.week(rng) >= WATCH
        watch.restart(alarmed)
        alarms += alarmed if week >= QUIET_WEEKS else 0
    a_week = Measured.of(alarms / (3 * QUIET_WEEKS))
    watch.rate = np.full(streams, after)
    found = np.zeros(streams)
    week = 0
    while not found.all():
        week += 1
        found[(watch.week(rng) >= WATCH) & (found == 0)] = week
    return Measured(1.0 / a_week.value, a_week.error / a_week.value**2), found


# -------------------------------------------------------------------------------------------------- baselines estimated


@dataclass(frozen=True)
class Baselines:
    """What comes of estimated baselines: share of reps with a false alarm in a year, and the delays."""

    false_alarm: Measured
    delays: FloatArray


def estimated(baseline: int, expected: str, *, teams: int, rng: Generator) -> Baselines:
    """Teams of 40 whose rates are drawn from Beta(4, 16); the odds fall to 0.3 times what they were."""
    rate = rng.beta(4, 16, size=(teams, 40))
    seen = rng.binomial(baseline, rate)
    match expected:
        case "true":
            unchanged = rate
        case "own":
            unchanged = np.clip(seen / baseline, 0.005, 0.995)
        case _:
            exposure = np.full(40, float(baseline))
            unchanged = np.array([expected_rate(each, exposure, direction=Direction.FALL) for each in seen])
    weight = weights(unchanged.ravel(), direction=Direction.FALL)
    before = rate.ravel()
    after = 0.3 * before / (1 - before + 0.3 * before)
    share = []
    for true, weeks in ((before, 52), (after, TWO_YEARS)):
        answered = rng.binomial(EFFORTS, true, size=(weeks, true.size))
        share.append(evidence_by_week(answered, EFFORTS - answered, weight) >= WATCH)
    quiet, fallen = share
    first = np.where(fallen.any(axis=0), fallen.argmax(axis=0) + 1.0, MISSED)
    return Baselines(Measured.of(quiet.any(axis=0).reshape(teams, 40).mean(axis=1)), first)


# --------------------------------------------------------------------------------------------------------------- tables


def lines(streams: int, seed: int) -> Iterable[str]:
    """The tables, line by line."""
    yield "| | " + " | ".join(f"{p:.2f} to {q:.2f}" for p, q in CHANGES) + " |"
    yield "|---|---|---|---|"
    cells = []
    for before, after in CHANGES:
        level = level_for(before, 104, streams=streams, seed=seed)
        found = delays(before, after, level, streams=streams, rng=default_rng(seed + 1))
        cells.append(f"{np.median(found):.0f} ({found.mean():.2f}) at {level:.0f}")
    yield "| all answers in, one false alarm in 104 weeks | " + " | ".join(cells) + " |"
    for slower in (1.0, 1.5):
        cells = []
        for before, after in CHANGES:
            rng = default_rng(seed)
            between, found = lagged(before, after, lag_days=2.0, streams=streams, rng=rng, slower=slower)
            delay = f"{np.median(found):.0f} ({found.mean():.2f}), {np.quantile(found, 0.9):.0f}"
            cells.append(f"{delay}; {between.value:.0f} ± {between.error:.0f} weeks between false alarms")
        yield f"| half of the answers within 2 days x {slower}, level 104 | " + " | ".join(cells) + " |"
    yield ""
    yield "| baseline efforts | counts as unchanged | false alarm in a year | median | mean | missed in 2 years |"
    yield "|---|---|---|---|---|---|"
    for baseline in (40, 160, 400):
        for name in ("true", "own", "quantile"):
            got = estimated(baseline, name, teams=max(2, streams // 100), rng=default_rng(seed))
            yield (
                f"| {baseline} | {name} | {got.false_alarm.value:.3f} ± {got.false_alarm.error:.3f} | "
                f"{np.median(got.delays):.0f} | {np.minimum(got.delays, TWO_YEARS).mean():.1f} | "
                f"{(got.delays == MISSED).mean():.1%} |"
            )


def seconds(streams: int, weeks: int) -> float:
    """Time for so many streams and weeks, falls and rises."""
    rng = default_rng(1)
    answered = rng.binomial(EFFORTS, 0.1, size=(4, streams))
    rate = rng.beta(4, 36, streams)
    started = time.perf_counter()
    for direction in Direction:
        weight = weights(rate, direction=direction)
        state = np.zeros((streams, 5))
        for week in range(weeks):
            state = settle(state, log_ratio(answered[week % 4], EFFORTS - answered[week % 4], weight))
    return time.perf_counter() - started


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for line in lines(asked.streams, asked.seed):
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"\n200,000 streams, 104 weeks, falls and rises: {seconds(200_000, 104):.1f} s\n")


if __name__ == "__main__":
    main()
