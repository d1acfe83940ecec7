"""Efforts of made-up reps week by week, and when their answers come in: what a detector that watches along would see.

Every week brings each stream the same number of efforts, spread evenly over its seven days. Each is answered with the
rate that the stream has in that week, after a log-normal time. A look is taken at the end of each week, while answers
are still on their way; what it gives is the evidence of `answerback.stats.detect`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, frozen
from answerback.stats.detect import Direction, evidence, settle, weights
from answerback.stats.special import normal_share

DAYS = 7
LOG_SPREAD = 1.3
"""Of the log-normal times of answers: the slowest sixth takes more than 3.7 times the median."""
LAST_ANSWER_MEDIANS = 30.0
LONGEST_DAYS = 182.0
"""Answers come within 30 times the median (0.4 % of a log-normal lies beyond), and within half a year."""


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """How many efforts a week brings, by day, and how fast they are answered.

    `efforts`: by day of the week, shape (7,). `share_in`: F at the end of the week that is so many weeks later (0: the
    week itself), by day, shape (weeks, 7); in the last of these weeks all answers are in.
    """

    efforts: IntArray
    share_in: FloatArray


def answering(efforts_a_week: int, lag_days: float) -> Answering:
    """Efforts spread evenly over the week, made at noon; half of the answers take longer than `lag_days`.

    Args:
        efforts_a_week: >= 1.
        lag_days: the median time of answers in days, >= 0; with 0 every answer is there at once.

    >>> answering(20, 2.0).efforts, answering(20, 2.0).share_in[0].round(2)
    (array([2, 3, 3, 3, 3, 3, 3]), array([0.82, 0.79, 0.74, 0.67, 0.57, 0.41, 0.14]))
    """
    ends = efforts_a_week * np.arange(DAYS + 1) // DAYS
    efforts = np.diff(ends).astype(np.int64)
    last = min(LAST_ANSWER_MEDIANS * lag_days, LONGEST_DAYS)
    weeks = math.ceil(last / DAYS) + 1
    age = DAYS * np.arange(weeks)[:, None] + (DAYS - 0.5 - np.arange(DAYS))
    efforts.setflags(write=False)
    if lag_days == 0.0:
        return Answering(efforts, frozen(np.ones_like(age)))
    share, whole = (normal_share(np.log(each / lag_days) / LOG_SPREAD) for each in (age, last))
    return Answering(efforts, frozen(np.where(age >= last, 1.0, share / whole)))


class Watch:
    """Streams under watch: `week` brings the next week of efforts and answers and gives the evidence at its end.

    `rate` holds the true rates of the week to come, shape (streams,), and may be changed between weeks.
    """

    def __init__(
        self,
        answers: Answering,
        rate: FloatArray,
        expected: FloatArray,
        direction: Direction,
        *,
        believed: FloatArray | None = None,
    ) -> None:
        """Starts without evidence.

        Args:
            answers: efforts and times of answers, the same for all streams.
            rate: true rates, shape (streams,).
            expected: the rates that count as unchanged, shape (streams,).
            direction: what is watched for.
            believed: the shares of answers in that the detector goes by, where these are not the true ones; shape of
                `answers.share_in`.
        """
        self.rate = rate
        self._efforts = answers.efforts
        share_in = answers.share_in if believed is None else believed
        weight = weights(expected[:, None, None], share_in, direction=direction)
        self._of_none = np.einsum("d,sadf->asf", answers.efforts.astype(np.float64), weight.unanswered)
        self._of_answer = np.ascontiguousarray(np.einsum("sadf->asfd", weight.answered - weight.unanswered))
        before = np.vstack([np.zeros((1, DAYS)), answers.share_in[:-1]])
        still_out = 1.0 - before
        due = np.divide(answers.share_in - before, still_out, out=np.ones_like(before), where=still_out > 0.0)
        self._due = np.clip(due, 0.0, 1.0)
        ages = answers.share_in.shape[0]
        self._answered = np.zeros((ages, rate.size, DAYS), dtype=np.int64)
        self._to_come = np.zeros_like(self._answered)
        self._started = np.zeros((ages, rate.size))
        self._settled = np.zeros((rate.size, len(direction.factors)))
        self._weeks = 0

    def week(self, rng: Generator) -> FloatArray:
        """One more week; the evidence of every stream at its end, shape (streams,)."""
        streams = self.rate.size
        for cells in (self._answered, self._to_come, self._started):
            cells[1:] = cells[:-1].copy()
        self._answered[0], self._started[0] = 0, 1.0
        self._to_come[0] = rng.binomial(self._efforts, self.rate[:, None], size=(streams, DAYS))
        waiting = np.nonzero(self._to_come)
        new = rng.binomial(self._to_come[waiting], self._due[waiting[0], waiting[2]])
        self._answered[waiting] += new
        self._to_come[waiting] -= new
        self._weeks += 1
        open_weeks = min(self._weeks, self._started.shape[0])
        ratio = self._ratio(open_weeks)
        started = self._started[:open_weeks][::-1]
        found = evidence(self._settled, ratio, started)
        if open_weeks == self._started.shape[0]:
            self._settled = settle(self._settled, ratio[0], started[0])
        return found

    def restart(self, which: BoolArray) -> None:
        """Forgets the evidence of these streams, as after an alarm that was looked into."""
        self._settled[which] = 0.0
        self._started[:, which] = 0.0

    def _ratio(self, open_weeks: int) -> FloatArray:
        """The log likelihood ratios of the weeks still open, the oldest first."""
        answered = self._answered[:open_weeks, ..., None].astype(np.float64)
        ratio = self._of_none[:open_weeks] + np.matmul(self._of_answer[:open_weeks], answered)[..., 0]
        return np.asarray(ratio[::-1])
