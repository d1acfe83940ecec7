"""Which rows a rule is for, decided in whole columns.

What is empty fits no condition but `present = false` and `not`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from datetime import time as clock
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.mapping.binding import Columns
from answerback.sources.mapping.language import Chosen, Test
from answerback.sources.mapping.values import Times, decimals, instants

_BOUNDS = (("at_least", pc.greater_equal), ("above", pc.greater), ("at_most", pc.less_equal), ("below", pc.less))


def chosen(rule: Chosen, columns: Columns, times: Times) -> pa.BooleanArray:
    """Which rows the rule's `when` and `unless` choose."""
    rows = columns.rows
    mask = _any(rule.when, columns, times) if rule.when else pa.repeat(pa.scalar(True), rows)
    if rule.unless:
        mask = pc.and_not(mask, _any(rule.unless, columns, times))
    return mask


def _any(cases: tuple[dict[str, Test], ...], columns: Columns, times: Times) -> pa.BooleanArray:
    masks = [_all(case, columns, times) for case in cases]
    return reduce(pc.or_, masks)


def _all(case: dict[str, Test], columns: Columns, times: Times) -> pa.BooleanArray:
    mask = pa.repeat(pa.scalar(True), columns.rows)
    for name, test in case.items():
        for each in _tests(test, columns, name, times):
            mask = pc.and_(mask, each)
    return mask


def _tests(test: Test, columns: Columns, name: str, times: Times) -> list[pa.BooleanArray]:
    values = columns.text(name)
    masks = []
    if test.one_of is not None:
        masks.append(_among(values, test.one_of))
    if test.none_of is not None:
        masks.append(pc.invert(_among(values, test.none_of)))
    if test.present is not None:
        masks.append(values.is_valid() if test.present else values.is_null())
    if test.matches is not None:
        masks.append(pc.fill_null(pc.match_substring_regex(values, test.matches), False))
    for key, compare in _BOUNDS:
        bound = getattr(test, key)
        if bound is not None:
            masks.append(pc.fill_null(compare(*_comparable(bound, columns, name, times)), False))
    return masks


def _among(values: pa.StringArray, words: tuple[str, ...]) -> pa.BooleanArray:
    listed = pc.is_in(values, pa.array([word for word in words if word], pa.string()))
    return pc.or_(listed, values.is_null()) if "" in words else listed


def _comparable(
    bound: float | datetime | date, columns: Columns, name: str, times: Times
) -> tuple[pa.Array, pa.Scalar]:
    if isinstance(bound, float | int):
        numbers = decimals(columns.text(name), times.decimal)
        return pc.cast(numbers, pa.float64()), pa.scalar(float(bound))
    moment = bound if isinstance(bound, datetime) else datetime.combine(bound, clock())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=times.zone_info)
    return instants(columns.raw(name), times).values, pa.scalar(moment.astimezone(UTC), pa.timestamp("s", "UTC"))
