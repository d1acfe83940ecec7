"""Which touches a finding names: one question for all findings, because each costs a look at every effort."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from answerback.analysis.detect.raised import Raised
from answerback.analysis.detect.weekly import monday
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.detect import Direction

SHOWN = 20
"""Touches that a finding names."""


def efforts_since(reader: Reader, scope: Scope, raised: Sequence[Raised], basis: str) -> list[tuple[int, ...]]:
    """Of each alarm some touches since the change, the newest first.

    Of a fall those without an answer, of a rise those with one.
    """
    if not raised:
        return []
    day = pa.timestamp("us")
    asked = {
        "number": pa.array(range(len(raised)), pa.int64()),
        "rep_key": pa.array([each.rep_key for each in raised], pa.int64()),
        "play": pa.array([each.play or None for each in raised], pa.string()),
        "begins": pa.array([monday(each.since) for each in raised], pa.date32()).cast(day),
        "ends": pa.array([each.raised_on for each in raised], pa.date32()).cast(day),
        "moved": pa.array([each.direction is Direction.RISE for each in raised], pa.bool_()),
    }
    reader.duck.put("_raised", pa.table(asked))
    answered = "contact_at" if basis == "contact" else "proved_at"
    rows = reader.query(f"""
        select _raised.number, effort_key
        from outcome join _raised on _raised.rep_key = outcome.rep_key
         and occurred_at >= _raised.begins and occurred_at < _raised.ends
        where (_raised.play is null or _raised.play = outcome.play) and ({answered} is not null) = _raised.moved
          and evidence = 'captured' and origin = 'hand' and not contested and seen_seconds is not null
          and {within(scope, "outcome.rep_key", "occurred_at")}
        qualify row_number() over (partition by _raised.number order by occurred_at desc, effort_key) <= {SHOWN}
        order by _raised.number, occurred_at desc, effort_key""")
    reader.duck.drop("_raised")
    found: list[list[int]] = [[] for _ in raised]
    for number, key in zip(rows["number"].to_pylist(), rows["effort_key"].to_pylist(), strict=True):
        found[number].append(key)
    return [tuple(keys) for keys in found]
