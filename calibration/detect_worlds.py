"""Streams of efforts whose answers come in and whose rates change once, watched by several methods at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from answerback.simulate.answering import Answering
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.detect import FALLS, Direction, evidence, log_ratio, settle, weights
from answerback.stats.prior import peer_prior
from answerback.stats.rate import drawn
from answerback.stats.special import logistic
from answerback.stats.usual_rate import UsualRate, lay_anew

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


class Learning:
    """The mixture e-SR averaged over what the rate before may be: the product's, under several levels at once.

    Answers come in as in `Watching`; the oldest week is folded in, the points are laid anew every fourth week.
    """

    def __init__(self, answers: Answering, a: FloatArray, b: FloatArray, thresholds: FloatArray) -> None:
        self.efforts, self.share, self.thresholds = answers.efforts.astype(float), answers.share_in, thresholds
        self.usual = UsualRate.beta(a, b)
        ages, streams = self.share.shape[0], a.size
        self.started = np.zeros((thresholds.size, ages, streams))
        self.state = [np.zeros((streams, 3, len(FALLS))) for _ in thresholds]
        self.weeks = 0

    def look(self, answered: FloatArray, seen: int) -> BoolArray:
        """Which alarm, by threshold, at the end of a week; `answered` by age, stream and day."""
        if self.weeks % 4 == 0 and self.weeks:
            self.state = list(lay_anew(self.usual, tuple(self.state)))
        self.weeks += 1
        self.started[:, 1:] = self.started[:, :-1].copy()
        self.started[:, 0] = 1.0
        ages = min(seen, self.started.shape[1])
        odds = self.usual.odds()
        rate = logistic(odds)
        ratios, unchanged = [], []
        for age in reversed(range(ages)):
            s = answered[age][:, None, :]
            share = self.share[age]
            weight = weights(rate[..., None], share, direction=Direction.FALL)
            ratios.append(log_ratio(s, self.efforts - s, weight).sum(axis=2))
            none = np.log1p(-rate[..., None] * share)
            unchanged.append((s * np.log(rate)[..., None] + (self.efforts - s) * none).sum(axis=2))
        share_of = self.usual.weight(np.sum(unchanged, axis=0))
        found = np.zeros((self.thresholds.size, rate.shape[0]), bool)
        for number, level in enumerate(self.thresholds):
            begun = self.started[number, :ages][::-1][..., None]
            alarmed = (evidence(self.state[number], np.array(ratios), begun) * share_of).sum(axis=1) >= level
            if ages == self.started.shape[1]:
                self.state[number] = settle(self.state[number], ratios[0], begun[0])
            self.state[number][alarmed] = 0.0
            self.started[number][:, alarmed] = 0.0
            found[number] = alarmed
        if ages == self.started.shape[1]:
            self.usual.learn(unchanged[0])
        return found


def betas(seen: IntArray, exposure: float) -> tuple[FloatArray, FloatArray]:
    """Beta's a and b of every rep, drawn toward its team, teams one after the other."""
    found = []
    for each in seen:
        m = np.full(each.size, exposure)
        found.append(drawn(each, m, peer_prior(each, m))[1:])
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def run(
    answers: Answering,
    rate: FloatArray,
    after: FloatArray,
    watches: Sequence[Watching | Learning],
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
