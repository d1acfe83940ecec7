"""Columns of amounts in the organisation's one currency, each by the playbook's rate of its day."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.analysis.instants import seconds_of
from answerback.analysis.reader import Reader
from answerback.domain.money import Missing, Rates, times
from answerback.stats.arrays import IntArray


class Exchange:
    """Amounts in the organisation's currency; what has no rate is noted once for each currency."""

    def __init__(self, reader: Reader) -> None:
        """By the rates of the reader's playbook."""
        self._rates, self._own = Rates.of(reader.playbook), reader.playbook.organisation.currency
        self._zone = ZoneInfo(reader.playbook.organisation.time_zone)
        self.missing: dict[Missing, None] = {}

    def worth(
        self, amount: list[int | None], currency: list[str | None], at: pa.ChunkedArray
    ) -> NDArray[np.float64]:  # fmt: skip
        """What each amount is worth; NaN where there is none, or no rate."""
        found = np.full(len(amount), np.nan)
        foreign: dict[str, list[int]] = {}
        for place, (one, of) in enumerate(zip(amount, currency, strict=True)):
            if one is not None and (of or self._own) == self._own:
                found[place] = one
            elif one is not None:
                foreign.setdefault(of or self._own, []).append(place)
        second = seconds_of(at)
        for of, places in foreign.items():
            found[places] = self._converted([amount[place] or 0 for place in places], of, second[places])
        return found

    def _converted(
        self, amounts: list[int], currency: str, second: IntArray
    ) -> NDArray[np.float64]:  # fmt: skip
        """Amounts of one currency at instants in seconds since 1970, each by the last rate that holds from its day."""
        dated = self._rates.by_currency.get(currency, ())
        factors = [self._rates.factor(currency, self._own, day) for day, _ in dated]
        begins = [datetime.combine(day, time(), self._zone).timestamp() for day, _ in dated]
        rate = np.searchsorted(begins, second, side="right") - 1
        if (rate < 0).any() and all(each.currency != currency for each in self.missing):
            first = datetime.fromtimestamp(float(second[np.argmax(rate < 0)]), self._zone)
            self.missing[Missing(currency, first.date())] = None
        worth = [
            np.nan if place < 0 or isinstance(factor := factors[place], Missing) else float(times(one, factor))
            for one, place in zip(amounts, rate.tolist(), strict=True)
        ]
        return np.array(worth, np.float64)
