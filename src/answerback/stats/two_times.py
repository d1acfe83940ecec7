"""What may be the cause of a change between two times, and each rep's change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.own_shifts import Fit
from answerback.stats.summed import Summed

FEWEST_REPS = 5
LEAST_NOW_PERSON, LEAST_BEFORE_PERSON = 80.0, 40.0
"""Matured efforts of somebody of whom anything is said: now, and before."""
_HALF = 0.25
"""The information of the half success and half failure that are added."""


class Where(StrEnum):
    """What sort of cause it is."""

    LEVEL = auto()
    """A sort of effort or buyer, compared within reps."""
    GROUP = auto()
    """People who have a manager, a cohort or a region in common, compared between reps."""


@dataclass(frozen=True, slots=True)
class Name:
    """A level of a dimension."""

    dimension: str
    level: int


@dataclass(frozen=True, slots=True)
class Cause:
    """A level or group that changed unlike the others: by how much (log odds), how sure, and what else it may be.

    `aliases` are other names for the same efforts: which of them is the cause cannot be told from these data.
    """

    where: Where
    name: Name
    effect: float
    error: float
    p_value: float
    """After correction for everything that was looked at."""
    aliases: tuple[Name, ...] = ()


def enough(exposure: FloatArray) -> BoolArray:
    """Whether something may be said of a person with so many matured efforts before and now; shape (..., 2)."""
    return np.asarray((exposure[..., 1] >= LEAST_NOW_PERSON) & (exposure[..., 0] >= LEAST_BEFORE_PERSON))


def over_dispersion(efforts: Summed, fit: Fit) -> float:
    """How many times larger the residuals of companies are than if each answer were for itself; at least 1."""
    accounts = int(efforts.account.max(initial=-1)) + 1
    sums = np.bincount(efforts.account * 2 + efforts.pair_cell % 2, fit.pair_residual, accounts * 2)
    whole = float(fit.cell_weight.sum())
    mean = whole / max(efforts.row.size, 1)
    left = max(whole - np.count_nonzero(fit.cell_weight) * mean, 1e-9)
    return max(1.0, float((sums**2).sum()) / left) if accounts > 20 else 1.0


def changes(efforts: Summed, fit: Fit, phi: float) -> tuple[FloatArray, FloatArray]:
    """Each rep's change and its variance.

    The variance is taken where the rep would stand in both times without a change of their own. At the rates as they
    came out, whoever had good luck would weigh more than who had bad luck, and the mean would be drawn upward.
    """
    reps = efforts.reps
    shift, information = fit.shift.shift.reshape(reps, 2), fit.shift.information.reshape(reps, 2)
    there = (fit.shift.exposure.reshape(reps, 2) > 0.0).all(axis=1)
    change = shift[:, 1] - shift[:, 0]
    if not there.any():
        return np.full(reps, np.nan), np.full(reps, np.nan)
    for _ in range(2):
        middle = float(np.average(change[there], weights=1.0 / (1.0 / information[there]).sum(axis=1)))
        level = (information * (shift - np.array([0.0, middle]))).sum(axis=1) / information.sum(axis=1)
        _, held = fit.odds.expected((level[:, None] + np.array([0.0, middle])).ravel())
        information = held.reshape(reps, 2) + _HALF
    return np.where(there, change, np.nan), np.where(there, phi * (1.0 / information).sum(axis=1), np.nan)
