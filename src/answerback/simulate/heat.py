"""How interested companies are by themselves: heat, which comes and goes and moves them to act unasked.

The logarithm of a company's heat is a stationary autoregression from week to week around minus half its variance, so
that heat is 1 on average: log h(w) = m (1 - r) + r log h(w - 1) + s sqrt(1 - r^2) e, with r `heat_memory`, s
`heat_spread`, m = -s^2 / 2. Heat changes how often buyers act by themselves, never how likely an effort moves them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.parameters import Parameters

_ROSE = 1.8
"""What counts as hot: so many times the average."""


class Heat:
    """The heat of all companies, this week."""

    def __init__(self, parameters: Parameters, accounts: int, rng: np.random.Generator) -> None:
        self._parameters, self._rng = parameters, rng
        spread = parameters.heat_spread
        self.now: NDArray[np.float64] = np.exp(rng.normal(-(spread**2) / 2, spread, accounts))

    def next_week(self) -> NDArray[np.bool_]:
        """Moves a week on; which companies have just become hot."""
        memory, spread = self._parameters.heat_memory, self._parameters.heat_spread
        middle = -(spread**2) / 2
        step = self._rng.normal(0, spread * np.sqrt(1 - memory**2), len(self.now))
        was, self.now = self.now, np.exp(middle + memory * (np.log(self.now) - middle) + step)
        rose: NDArray[np.bool_] = (self.now >= _ROSE) & (was < _ROSE)
        return rose

    def market(self, day: int) -> float:
        """What the whole market multiplies spontaneous acts with on a day."""
        known = self._parameters.spontaneous_from
        since = [each for each in known if each <= day]
        return known[max(since)] if since else 1.0
