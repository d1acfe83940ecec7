"""How long the watch over changes takes: many streams over two years, both directions, all sizes of change.

`python -m benchmarks detecting` makes up streams of 20 efforts a week whose answers have come in, and watches them as a
workspace does, week by week: evidence for five sizes of a fall and of a rise at three points of the rate before, what
is learnt of that rate, points laid anew every fourth week, streams on watch, alarms (which begin anew) and the strict
list. Then the same evidence where the efforts of the two newest weeks still wait, on five days of each, and are weighed
anew every week. Then a whole company from its counts on: a thousand reps with twelve kinds of touch over a year,
baselines and lag curves included. Streams are timed by the clock on two threads, the company by the processor's.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import ANCHOR_WEEKS
from answerback.analysis.detect.measures import watch_measures
from answerback.analysis.detect.replaying import replay
from answerback.analysis.detect.standing import standings
from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Answers, Cells, Efforts, Stream
from answerback.stats.alarms import alarm_level, e_bh, hazard_from
from answerback.stats.detect import WATCH, Direction, evidence, settle
from answerback.stats.open_weeks import log_ratios, unchanged_likelihood
from answerback.stats.settled_weeks import SettledWeeks
from answerback.stats.special import logistic
from answerback.stats.usual_rate import NODES, UsualRate, lay_anew
from benchmarks.rows import Row

SECONDS, WEEKS = 10.0, 104
OPEN_STREAMS, OPEN_SECONDS, COMPANY_SECONDS, REPS = 13_000, 20.0, 8.0, 1000
"""The budget."""
THREADS = 2
CHUNK = 2048
"""Streams looked at together, so that their state stays in the processor's cache."""
_WAITING = (14, 14, 14, 7, 14, 30, 14, 14, 7, 14, 30, 60)
"""Days that each kind of touch waits for its answer."""


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of the processor, all threads together."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Took:
        """Both as they are."""
        return cls(time.perf_counter(), time.process_time())

    def until_now(self) -> Took:
        """What went by since."""
        return Took(time.perf_counter() - self.clock, time.process_time() - self.processor)


def main(arguments: list[str]) -> list[Row]:
    """Times both, and one week's update."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks detecting", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--streams", type=int, default=200_000)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--open-streams", type=int, default=OPEN_STREAMS)
    parser.add_argument("--reps", type=int, default=1000)
    given = parser.parse_args(arguments)
    whole = settled(given.streams, given.weeks)
    waiting = still_open(given.open_streams, given.weeks)
    whole_company = company(given.reps, 52)
    many = given.open_streams == OPEN_STREAMS and given.weeks == WEEKS
    budget = given.streams == 200_000 and given.weeks == WEEKS
    return [
        Row(
            f"watching {given.streams:,} streams for {given.weeks} weeks, falls and rises",
            f"{whole.clock:.1f} s ({whole.processor:.1f} s of the processor)",
            budget="10 s" if budget else "",
            met=whole.clock <= SECONDS if budget else None,
        ),
        Row(f"one week of these {given.streams:,} streams", f"{whole.clock / given.weeks:.3f} s"),
        Row(
            f"{given.open_streams:,} streams, two weeks open, {given.weeks} weeks",
            f"{waiting.clock:.1f} s ({waiting.processor:.1f} s of the processor)",
            budget=f"{OPEN_SECONDS:.0f} s" if many else "",
            met=waiting.clock <= OPEN_SECONDS if many else None,
        ),
        Row(
            f"a company of {given.reps:,} reps with 12 kinds of touch, 52 weeks",
            f"{whole_company:.1f} s",
            budget=f"{COMPANY_SECONDS:.0f} s" if given.reps == REPS else "",
            met=whole_company <= COMPANY_SECONDS if given.reps == REPS else None,
        ),
    ]


def settled(streams: int, weeks: int) -> Took:
    """For streams whose answers are in; a hundredth of them falls to .3 times the odds half way."""
    rng = default_rng(1)
    rate = rng.beta(4, 16, streams)
    fallen = np.where(rng.random(streams) < 0.01, 0.3 * rate / (1.0 - 0.7 * rate), rate)
    before = rng.binomial(160, rate)
    seen = [rng.binomial(20, rate if week < weeks // 2 else fallen).astype(np.float64) for week in range(weeks)]
    began = Took.now()
    watch = SettledWeeks(UsualRate.beta(before + 4.0, 176.0 - before), threads=THREADS)
    since, alarms = np.zeros(streams), 0
    on_watch = {side: np.zeros(streams, np.bool_) for side in Direction}
    for week, answered in enumerate(seen):
        level = alarm_level(hazard_from(alarms, float(week * streams)))
        found = watch.week(answered, 20.0)
        listed = np.zeros(streams, np.bool_)
        for side, r in found.items():
            on_watch[side] = (r >= WATCH) | (on_watch[side] & (r >= WATCH / 2.0))
            e_bh(r, week + 1.0 - since)
            listed |= r >= level
        watch.begin_anew(listed)
        since[listed] = week + 1.0
        alarms += int(listed.sum())
    return began.until_now()


def still_open(streams: int, weeks: int) -> Took:
    """Where the efforts of the last two weeks are weighed anew every week, by day."""
    sizes = [min(CHUNK, streams - start) for start in range(0, streams, CHUNK)]
    with ThreadPoolExecutor(THREADS) as pool:
        began = Took.now()
        list(pool.map(lambda size: _open_chunk(size, weeks), sizes))
        return began.until_now()


def _open_chunk(size: int, weeks: int) -> None:
    rng = default_rng(2)
    pairs = 3 * size
    of = np.repeat(np.arange(pairs), 5)[5 * size :]
    share = np.tile(np.linspace(0.3, 0.98, 5), 2 * size)
    answered = rng.binomial(4, 0.2, of.size).astype(np.float64)
    moved = np.bincount(of, answered, pairs) + rng.binomial(20, 0.2, pairs) * (np.arange(pairs) < size)
    n = np.full(pairs, 20.0)
    before = rng.binomial(160, rng.beta(4, 16, size))
    usual = UsualRate.beta(before + 4.0, 176.0 - before)
    points = NODES.size
    states = {side: np.zeros((points, len(side.factors), size)).transpose(2, 0, 1) for side in Direction}
    waits = {"of": of, "still": 4.0 - answered, "share_in": share}
    for week in range(weeks):
        if week and week % ANCHOR_WEEKS == 0:
            states = dict(zip(states, lay_anew(usual, tuple(states.values())), strict=True))
        rate = np.tile(logistic(usual.odds()), (3, 1))
        unchanged = unchanged_likelihood(n, moved, rate, **waits).reshape(3, size, points)
        weight = usual.weight(unchanged.sum(axis=0))
        for side in Direction:
            ratios = log_ratios(n, moved, rate, **waits, factors=side.factors).reshape(3, size, points, -1)
            states[side] = settle(states[side], ratios[0])
            (evidence(states[side], ratios[1:]) * weight).sum(axis=1)
        usual.learn(unchanged[0])


def company(reps: int, weeks: int) -> float:
    """Processor seconds for a whole company's replay, its measures, and where everybody stands."""
    cells = cells_of_company(reps, weeks=weeks)
    began = time.process_time()
    found = replay(cells)
    watch_measures(cells)
    standings(cells, found, found.last_week)
    return time.process_time() - began


def cells_of_company(reps: int, *, kinds: int = 12, weeks: int = 52, touches: int = 20) -> Cells:
    """Counts of reps who make so many touches a week of some kinds, the first twice as often as the second.

    A twentieth of the reps fall to .3 times their rate in the last third.
    """
    rng = default_rng(1)
    waiting = np.resize(_WAITING, kinds).astype(np.int32)
    often = 1.0 / np.arange(1, kinds + 1)
    total = reps * weeks * touches
    rep, kind = rng.integers(0, reps, total), rng.choice(kinds, total, p=often / often.sum())
    week = rng.integers(0, weeks, total)
    day = FIRST_MONDAY + WEEK * (week + 2800) + rng.integers(0, 5, total)
    rate = rng.beta(6, 24, (reps, kinds))[rep, kind] * np.where(
        (rng.random(reps) < 0.05)[rep] & (week >= weeks * 2 // 3), 0.3, 1.0
    )
    moved = np.flatnonzero(rng.random(total) < rate)
    lag = np.minimum((rng.exponential(0.15, moved.size) * waiting[kind[moved]]).astype(int), waiting[kind[moved]] - 1)
    columns, n = np.unique([day, rep * kinds + kind], axis=1, return_counts=True)
    acts, n_acts = np.unique([day[moved], (rep * kinds + kind)[moved], lag], axis=1, return_counts=True)
    pooled, n_pooled = np.unique([day[moved], kind[moved], lag], axis=1, return_counts=True)

    def answers(rows: NDArray[np.int64], number: NDArray[np.int64]) -> Answers:
        at, stream, after = rows.astype(np.int32)
        return Answers(stream, at, waiting[stream % kinds], after, number.astype(np.int32))

    def stream(rep_key: int, number: int) -> Stream:
        return Stream(rep_key, f"kind {number}", f"wide {number % 4}", f"by {number % 3}", int(waiting[number]))

    at, of = columns.astype(np.int32)
    return Cells(
        tuple(stream(one + 1, number) for one in range(reps) for number in range(kinds)),
        Efforts(of, at, waiting[of % kinds], n.astype(np.int32), np.zeros(of.size, np.bool_)),
        answers(acts, n_acts),
        "proved",
        (int(at.max()) - FIRST_MONDAY) // WEEK * WEEK + FIRST_MONDAY + WEEK,
        answers(pooled, n_pooled),
        tuple(stream(0, number) for number in range(kinds)),
    )
