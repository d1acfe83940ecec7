"""How long the watch over changes takes: many streams over two years, both directions, all sizes of change.

`python -m benchmarks detecting` makes up streams of 20 efforts a week whose answers have come in, and watches them as a
workspace does: the state of a week, then the next. Then the same where the efforts of the two newest weeks still wait,
on five days of each, and are weighed anew every week. Then a whole company from its counts on: a thousand reps with
twelve kinds of touch over a year, baselines and lag curves included.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from answerback.analysis.detect.measures import watch_measures
from answerback.analysis.detect.replaying import replay
from answerback.analysis.detect.standing import standings
from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Answers, Cells, Efforts, Stream
from answerback.stats.detect import Direction, evidence, log_ratio, settle, weights
from answerback.stats.open_weeks import log_ratios
from benchmarks.rows import Row

SECONDS, WEEKS = 10.0, 104
OPEN_SECONDS, COMPANY_SECONDS, REPS = 20.0, 8.0, 1000
"""The budget."""
CHUNK = 8192
"""Streams looked at together, so that their state stays in the processor's cache."""
_WAITING = (14, 14, 14, 7, 14, 30, 14, 14, 7, 14, 30, 60)
"""Days that each kind of touch waits for its answer."""


def main(arguments: list[str]) -> list[Row]:
    """Times both, and one week's update."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks detecting", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--streams", type=int, default=200_000)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--open-streams", type=int, default=200_000)
    parser.add_argument("--reps", type=int, default=1000)
    given = parser.parse_args(arguments)
    whole = settled(given.streams, given.weeks)
    waiting = still_open(given.open_streams, given.weeks)
    whole_company = company(given.reps, 52)
    many = given.open_streams == 200_000 and given.weeks == WEEKS
    budget = given.streams == 200_000 and given.weeks == WEEKS
    return [
        Row(
            f"watching {given.streams:,} streams for {given.weeks} weeks, falls and rises",
            f"{whole:.1f} s",
            budget="10 s" if budget else "",
            met=whole <= SECONDS if budget else None,
        ),
        Row(f"one week of these {given.streams:,} streams", f"{whole / given.weeks:.3f} s"),
        Row(
            f"{given.open_streams:,} streams, two weeks open, {given.weeks} weeks",
            f"{waiting:.1f} s",
            budget=f"{OPEN_SECONDS:.0f} s" if many else "",
            met=waiting <= OPEN_SECONDS if many else None,
        ),
        Row(
            f"a company of {given.reps:,} reps with 12 kinds of touch, 52 weeks",
            f"{whole_company:.1f} s",
            budget=f"{COMPANY_SECONDS:.0f} s" if given.reps == REPS else "",
            met=whole_company <= COMPANY_SECONDS if given.reps == REPS else None,
        ),
    ]


def settled(streams: int, weeks: int) -> float:
    """Processor seconds for streams whose answers are in."""
    rng = default_rng(1)
    answered = rng.binomial(20, 0.2, (weeks, CHUNK)).astype(np.float64)
    rate = rng.beta(4, 16, CHUNK)
    began = time.process_time()
    for start in range(0, streams, CHUNK):
        size = min(CHUNK, streams - start)
        for side in Direction:
            weight = weights(rate[:size], direction=side)
            state = np.zeros((size, len(side.factors)))
            for week in range(weeks):
                s = answered[week, :size]
                state = settle(state, log_ratio(s, 20.0 - s, weight))
    return time.process_time() - began


def still_open(streams: int, weeks: int) -> float:
    """Processor seconds where the efforts of the last two weeks are weighed anew every week, by day."""
    total = 0.0
    for start in range(0, streams, CHUNK):
        size = min(CHUNK, streams - start)
        rng = default_rng(2)
        pairs = 3 * size
        of = np.repeat(np.arange(pairs), 5)[5 * size :]
        share = np.tile(np.linspace(0.3, 0.98, 5), 2 * size)
        answered = rng.binomial(4, 0.2, of.size).astype(np.float64)
        moved = np.bincount(of, answered, pairs) + rng.binomial(20, 0.2, pairs) * (np.arange(pairs) < size)
        n = np.full(pairs, 20.0)
        rate = np.tile(np.clip(rng.beta(4, 16, size), 0.01, 0.9), 3)
        began = time.process_time()
        for side in Direction:
            state = np.zeros((size, len(side.factors)))
            waits = {"of": of, "still": 4.0 - answered, "share_in": share}
            for _ in range(weeks):
                ratios = log_ratios(n, moved, rate, **waits, factors=side.factors).reshape(3, size, -1)
                evidence(state, ratios)
                state = settle(state, ratios[0])
        total += time.process_time() - began
    return total


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
