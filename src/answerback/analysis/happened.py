"""What touches moved before something happened to a sort of buyers, and what they move since."""

from __future__ import annotations

from datetime import timedelta

from answerback.analysis.diagnose.answer import Happening
from answerback.analysis.lessons.touches import placed_sql
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.stats.compare import Compared, shares

WEEKS = 15
"""So many weeks on each side."""


def since_then(reader: Reader, scope: Scope, happening: Happening) -> Compared | None:
    """The share of touches that moved a buyer of the sort it touched, after beside before; None where there were none.

    It is asked of what touched a segment, or everybody: of other parts nothing is said here.
    """
    name, _, value = happening.scope.partition("=")
    if name not in ("segment", "all"):
        return None
    day = sql_instant(midnight(happening.starts))
    among = f"segment = {sql_text(value)}" if name == "segment" else "true"
    first = reader.as_of - timedelta(days=7 * 2 * WEEKS)
    row = reader.query(f"""
        with {placed_sql(reader, scope, first)}
        select count(*) filter (occurred_at < {day}) as n0, count(*) filter (occurred_at < {day} and moved) as s0,
               count(*) filter (occurred_at >= {day}) as n1, count(*) filter (occurred_at >= {day} and moved) as s1
        from touch where {among}""").to_pylist()[0]
    return shares((row["s0"], row["n0"]), (row["s1"], row["n1"])) if row["n0"] and row["n1"] else None
