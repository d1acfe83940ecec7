"""Columns of instants as numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from answerback.stats.arrays import IntArray

_MICROSECONDS = 1_000_000


def seconds_of(instants: pa.ChunkedArray) -> IntArray:
    """Whole seconds since 1970 of a column of instants, none of them null.

    >>> from datetime import datetime
    >>> seconds_of(pa.chunked_array([[datetime(1970, 1, 1, 0, 1), datetime(1969, 12, 31, 23, 59, 59)]]))
    array([60, -1])
    """
    return np.asarray(instants.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy() // _MICROSECONDS, np.int64)
