"""Streams of efforts whose answers come in and whose rates change once, watched by several methods at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from answerback.simulate.answering import Answering
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.detect import FALLS

QUIET, AFTER = 104, 78
"""Weeks before the change, and after it."""


@dataclass(frozen=True)
class Found:
    """Of each threshold: weeks between false alarms, and the delays; shape (thresholds,) and (thresholds, streams)."""

    between: FloatArray
    delays: FloatArray


Step = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""From the state before a week, its log ratios and whether it counts to the state after."""


def sr(state: FloatArray, ratio: FloatArray, counts: FloatArray) -> FloatArray:
    """Mixture e-SR."""
    return np.asarray(np.minimum((counts[..., None] + state) * np.exp(np.minimum(ratio, 600.0)), 1e300))


def cusum(state: FloatArray, ratio: FloatArray, counts: FloatArray) -> FloatArray:
    """Page's sum; its state stays at 0 or above, a week before a restart does not count."""
    return np.asarray(np.maximum(state, 0.0) + ratio * counts[..., None])


class Watching:
    """Streams whose answers come in, under several thresholds at once, each with its own restarts."""

    def __init__(
        self,
        answers: Answering,
        expected: FloatArray,
        factors: FloatArray,
        *,
        step: Step,
        thresholds: FloatArray,
        believed: FloatArray | None = None,
    ) -> None:
        share = answers.share_in if believed is None else believed
        p = expected[:, None, None, None]
        q = factors * p / (1.0 - p + factors * p)
        self.none = np.log1p(-q * share[None, :, :, None]) - np.log1p(-p * share[None, :, :, None])
        self.answer = np.log(q / p) - self.none
        self.efforts, self.step, self.thresholds = answers.efforts, step, thresholds
        streams, ages = expected.size, answers.share_in.shape[0]
        self.none = np.einsum("d,sadf->asf", self.efforts.astype(float), self.none)
        self.started = np.zeros((thresholds.size, ages, streams))
        self.state = np.zeros((thresholds.size, streams, factors.shape[-1]))

    def look(self, answered: FloatArray, seen: int) -> BoolArray:
        """Which alarm, by threshold, at the end of a week; `answered` by age, stream and day. Alarms begin anew."""
        self.started[:, 1:] = self.started[:, :-1].copy()
        self.started[:, 0] = 1.0
        ages = self.started.shape[1]
        ratio = self.none + np.einsum("asd,sadf->asf", answered, self.answer)
        mixed = self.state
        for age in reversed(range(min(seen, ages))):
            mixed = self.step(mixed, ratio[age], self.started[:, age])
            if age == ages - 1:
                self.state = mixed
        alarmed = mixed.mean(axis=-1) >= self.thresholds[:, None]
        self.state[alarmed] = 0.0
        self.started[np.broadcast_to(alarmed[:, None], self.started.shape)] = 0.0
        return np.asarray(alarmed)


def run(
    answers: Answering,
    rate: FloatArray,
    after: FloatArray,
    watches: list[Watching],
    rng: Generator,
    *,
    quiet: int = QUIET,
) -> list[Found]:
    """Quiet weeks, then the change; every watch sees the same answers."""
    before = np.vstack([np.zeros((1, 7)), answers.share_in[:-1]])
    out = 1.0 - before
    due = np.clip(np.divide(answers.share_in - before, out, out=np.ones_like(out), where=out > 0.0), 0.0, 1.0)
    ages, size = answers.share_in.shape[0], rate.size
    answered, waiting = np.zeros((ages, size, 7)), np.zeros((ages, size, 7), np.int64)
    alarms = [np.zeros(watch.thresholds.size) for watch in watches]
    delays = [np.full((watch.thresholds.size, size), float(AFTER + 1)) for watch in watches]
    for week in range(quiet + AFTER):
        answered[1:], waiting[1:] = answered[:-1].copy(), waiting[:-1].copy()
        answered[0] = 0
        waiting[0] = rng.binomial(answers.efforts, (rate if week < quiet else after)[:, None], (size, 7))
        where = np.nonzero(waiting)
        new = rng.binomial(waiting[where], due[where[0], where[2]])
        answered[where] += new
        waiting[where] -= new
        for number, watch in enumerate(watches):
            alarmed = watch.look(answered, week + 1)
            if week < quiet:
                alarms[number] += alarmed.sum(axis=1)
            else:
                first = alarmed & (delays[number] > AFTER)
                delays[number][first] = week - quiet + 1
    return [Found(size * quiet / np.maximum(count, 1.0), found) for count, found in zip(alarms, delays, strict=True)]


def at_rate(found: Found, between: float, figure: Callable[[FloatArray], float]) -> float:
    """A figure of the delays at the threshold with so many weeks between false alarms."""
    x = np.log(np.maximum.accumulate(found.between))
    values = [figure(each) for each in found.delays]
    return float(np.interp(np.log(between), x, values))


def ours(
    answers: Answering, expected: FloatArray, thresholds: FloatArray, believed: FloatArray | None = None
) -> Watching:
    """The mixture e-SR for falls."""
    return Watching(answers, expected, np.array(FALLS), step=sr, thresholds=thresholds, believed=believed)


def theirs(answers: Answering, rate: FloatArray, after: FloatArray, thresholds: FloatArray) -> Watching:
    """The CUSUM tuned to both true rates."""
    odds = (after / (1.0 - after)) / (rate / (1.0 - rate))
    return Watching(answers, rate, odds[:, None, None, None], step=cusum, thresholds=thresholds)
