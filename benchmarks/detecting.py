"""How long the watch over changes takes: many streams over two years, both directions, all sizes of change.

`python -m benchmarks detecting` makes up streams of 20 efforts a week whose answers have come in, and watches them as a
workspace does: the state of a week, then the next. Then fewer of them whose efforts of the three newest weeks still
wait, on five days of each, and are weighed anew every week.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.random import default_rng

from answerback.stats.detect import Direction, evidence, log_ratio, settle, weights
from answerback.stats.open_weeks import log_ratios
from benchmarks.rows import Row

SECONDS, WEEKS = 10.0, 104
"""The budget."""
CHUNK = 8192
"""Streams looked at together, so that their state stays in the processor's cache."""


def main(arguments: list[str]) -> list[Row]:
    """Times both, and one week's update."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks detecting", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--streams", type=int, default=200_000)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--open-streams", type=int, default=20_000)
    given = parser.parse_args(arguments)
    whole = settled(given.streams, given.weeks)
    waiting = still_open(given.open_streams, given.weeks)
    budget = given.streams == 200_000 and given.weeks == WEEKS
    return [
        Row(
            f"watching {given.streams:,} streams for {given.weeks} weeks, falls and rises",
            f"{whole:.1f} s",
            budget="10 s" if budget else "",
            met=whole <= SECONDS if budget else None,
        ),
        Row(f"one week of these {given.streams:,} streams", f"{whole / given.weeks:.3f} s"),
        Row(f"{given.open_streams:,} streams, three weeks open, {given.weeks} weeks", f"{waiting:.1f} s"),
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
    """Processor seconds where the efforts of the last three weeks are weighed anew every week, by day."""
    rng = default_rng(2)
    place = np.repeat(np.arange(3 * streams), 5)
    n = np.full(place.size, 4.0)
    share = np.tile(np.linspace(0.3, 1.0, 15).repeat(1), streams)[: place.size]
    answered = rng.binomial(4, 0.2 * share).astype(np.float64)
    rate = np.clip(rng.beta(4, 16, place.size), 0.01, 0.9)
    began = time.process_time()
    for side in Direction:
        state = np.zeros((streams, len(side.factors)))
        for _ in range(weeks):
            ratios = log_ratios(place, n, answered, share, rate, factors=side.factors, shape=(3, streams))
            evidence(state, ratios)
            state = settle(state, ratios[0])
    return time.process_time() - began
