"""Two ways of doing a thing, dealt to buyers by a number made of their id: what the one brings against the other.

The lot is the buyer's (account's or contact's), never the single touch's: a buyer who was dealt one way is dealt it
again, by everybody, on every machine, without a list to keep. Anybody can deal it by hand: `printf '42:acme' |
sha256sum`. So the buyer is also what is counted when it comes to how sure the answer is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import counts, same_shape
from answerback.stats.linear import Estimate, with_error
from answerback.stats.sequences import peeking_factor
from answerback.stats.special import normal_quantile

LEAST_UNITS = 20
"""Buyers on each side below which there is no answer."""
_RANGE = float(2**64)
_POWER = 0.8


def dealt(unit: str, seed: int | str, *, share: float = 0.5) -> bool:
    """Whether a unit gets the new way: the same answer for ever, and unrelated between seeds.

    The lot is the SHA-256 of `seed:unit`. With a share of one half its first character tells: 0 to 7 is the new way.

    Args:
        unit: The id of a buyer.
        seed: Of the trial.
        share: Of units that get the new way.

    >>> sum(dealt(f"a{number}", 42) for number in range(1000))
    516
    """
    digest = hashlib.sha256(f"{seed}:{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / _RANGE < share


@dataclass(frozen=True, slots=True)
class Compared:
    """The new way's rate less the old one's; shares from 0 to 1.

    Attributes:
        effect: The difference, its t interval good for one look at the planned end.
        low, high: An interval that is good for every look.
        new, old: The two rates.
        units: Buyers, new and old.
    """

    effect: Estimate
    low: float
    high: float
    new: float
    old: float
    units: tuple[int, int]


def compared(arm: ArrayLike, efforts: ArrayLike, answers: ArrayLike, *, done: float = 1.0) -> Compared | CannotTell:
    """The difference of two rates of efforts, each unit's efforts hanging together.

    Method: ratio of sums on each side; the variance from units' residuals (linearised: Cochran 1977, Sampling
    Techniques, section 6.3). The interval for every look is the normal mixture of `peeking_factor`.

    Args:
        arm: Whether a unit got the new way, shape (u,).
        efforts: Matured exposure of each unit, shape (u,); units without any are left out.
        answers: Answers of each unit, shape (u,).
        done: What part of the planned exposure there has been.

    Returns:
        `CannotTell` with fewer than 20 units on a side.

    Raises:
        ValueError: shapes do not fit, or a count is negative or not finite.

    >>> rng = np.random.default_rng(2)
    >>> arm = np.arange(400) % 2 == 0
    >>> found = compared(arm, np.full(400, 5), rng.binomial(5, np.where(arm, 0.3, 0.2)))
    >>> bool(found.effect.low > 0), bool(found.low < found.effect.low)
    (True, True)
    """
    n, s = counts(efforts, "efforts"), counts(answers, "answers")
    new = np.asarray(arm, dtype=bool)
    same_shape(efforts=n, answers=s, arm=new.astype(np.int64))
    rates, spreads, units = [], [], []
    for side in (new, ~new):
        chosen = side & (n > 0.0)
        units.append(int(chosen.sum()))
        if units[-1] < LEAST_UNITS:
            return CannotTell(Refused.TOO_FEW_COMPANIES, have=float(units[-1]), need=float(LEAST_UNITS))
        rate = s[chosen].sum() / n[chosen].sum()
        left = s[chosen] - rate * n[chosen]
        rates.append(float(rate))
        spreads.append(float((left**2).sum() / n[chosen].sum() ** 2 * units[-1] / (units[-1] - 1)))
    effect = with_error(rates[0] - rates[1], float(np.sqrt(sum(spreads))), min(units) - 1)
    half = float(peeking_factor(done, df=effect.df)) * effect.error
    return Compared(effect, effect.value - half, effect.value + half, rates[0], rates[1], (units[0], units[1]))


def units_to_show(found: Compared, worth: float) -> int:
    """How many units a side it takes, as these units vary, to see a difference in four of five cases; 0 if none vary.

    Args:
        found: What these units showed.
        worth: The difference to see, a share from 0 to 1, not 0.

    >>> rng = np.random.default_rng(2)
    >>> arm = np.arange(400) % 2 == 0
    >>> found = compared(arm, np.full(400, 5), rng.binomial(5, 0.2, 400))
    >>> isinstance(found, Compared) and units_to_show(found, 0.05)
    207
    """
    return int(np.ceil(min(found.units) * (found.effect.error / wanted_error(worth)) ** 2))


def wanted_error(worth: float) -> float:
    """The standard error with which a difference is seen in four of five cases at 95 %.

    >>> round(wanted_error(0.05), 4)
    0.0178
    """
    return worth / (normal_quantile(0.975) + normal_quantile(_POWER))
