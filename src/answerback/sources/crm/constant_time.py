"""Files in which one instant was put in place of every activity's own time: masked samples, careless migrations.

Such times are no evidence of anything, so the file's activities are rejected rather than loaded at a false time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow.compute as pc

from answerback.domain.reading import Item, Place, Reject
from answerback.sources.crm.frame import Frame
from answerback.sources.crm.rules import Object
from answerback.sources.crm.translate import set_aside

FEWEST_ROWS: Final = 5
"""Activities with a time of day: five that share one second, and no other time in the file, are no accident."""
FEWEST_ROWS_OF_A_DAY: Final = 21
"""Activities with a day alone may well all be of one day."""


def is_constant(each: Object, frames: Iterable[Frame]) -> bool:
    """Whether all activities of a file share one instant. Reads on only until a second one is seen."""
    if each.moment is None:
        return False
    seen: datetime | None = None
    rows = 0
    for frame in frames:
        times = each.moment.of(frame)
        bounds = pc.min_max(times).as_py()
        if bounds["min"] is None:
            continue
        if bounds["min"] != bounds["max"] or (seen is not None and bounds["min"] != seen):
            return False
        seen = bounds["min"]
        rows += len(times) - times.null_count
    if seen is None:
        return False
    return rows >= (FEWEST_ROWS if seen.second or seen.minute else FEWEST_ROWS_OF_A_DAY)


def rejected(each: Object, frame: Frame, file: str, hint: str) -> Iterator[Item]:
    """Every row that is not set aside, as a reject."""
    aside, left = set_aside(each, frame)
    yield from aside
    for row in np.nonzero(left)[0]:
        yield Reject(Place(file, frame.numbers[row].as_py()), "constant_time", "occurred_at", hint)
