"""Bands of company size from a number of employees, the same for every CRM."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.crm import values
from answerback.sources.crm.expressions import Expr
from answerback.sources.crm.frame import Frame, plain

BANDS: Final = ((1000, "1000+"), (250, "250-999"), (50, "50-249"), (10, "10-49"), (1, "1-9"))
"""Fewest employees of a band, largest first: the limits of the EU's definition of small companies, and 1000."""


def size_band(*names: str) -> Expr:
    """The band of the first of these columns that holds a number; what is none is left out, being no one's key."""

    def of(frame: Frame) -> Any:
        count, _ = values.numbers(pc.coalesce(*(frame.text(plain(name)) for name in names)))
        band = pa.nulls(len(frame), pa.string())
        for fewest, name in reversed(BANDS):
            band = pc.if_else(pc.fill_null(pc.greater_equal(count, fewest), False), name, band)
        return band

    return Expr(of)
