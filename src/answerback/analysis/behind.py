"""The touches behind a figure, a page of them at a time: to whom each went, what came of it, the act that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.counting import STATES, Question, selected_sql
from answerback.analysis.own import BUYER_COLUMNS, names_sql
from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

FAR = 200_000
"""So many touches are given away at once at most."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Touches that a figure counts, the latest first."""

    counts: Mapping[str, int]
    """How many there are by state, all of them."""
    rows: pa.Table
    """Those asked for: effort_id, occurred_at, play, state, contact_id, account_id, contact_name, account_name,
    action_id, act, subkind, answered_at, lag_seconds, grade."""

    @property
    def total(self) -> int:
        """All touches, whatever came of them."""
        return sum(self.counts.values())


def touches_behind(
    reader: Reader, scope: Scope, where: Mapping[str, str], *, state: str = "", skip: int = 0, most: int = FAR
) -> Behind:
    """The touches that an on-base figure counts within a scope.

    Args:
        reader: Of the snapshot.
        scope: Whose touches, over which time.
        where: Dimension and value, as of `on_base`.
        state: Only those of one state; empty for all.
        skip: How many of the latest to pass over.
        most: How many rows at most.
    """
    chosen = selected_sql(Question(reader, scope, (), where))
    counted = {
        row["state"]: row["n"]
        for row in reader.query(f"select state, count(*) as n from ({chosen}) group by state").to_pylist()
    }
    only = f"where chosen.state = {sql_text(state)}" if state else ""
    rows = reader.query(f"""
        with shown as (
            select chosen.*, effort.contact_key, effort.account_key
            from ({chosen}) as chosen join effort using (effort_key)
            {only}
            order by chosen.occurred_at desc, chosen.effort_key
            limit {int(most)} offset {int(skip)}
        )
        select event.id as effort_id, shown.occurred_at, shown.play, shown.state, {BUYER_COLUMNS},
               action.id as action_id, act.kind as act, act.subkind, act.occurred_at as answered_at, link.lag_seconds,
               link.grade
        from shown
        {names_sql("shown")}
        left join buyer_action as act on act.action_key = shown.action_key
        left join link on link.action_key = shown.action_key
        left join {ids_sql("'event'")} as event on event.key = shown.effort_key
        left join {ids_sql("'event'")} as action on action.key = shown.action_key
        order by shown.occurred_at desc, shown.effort_key""")
    return Behind({name: counted.get(name, 0) for name in STATES}, rows)


def aware(at: datetime | None) -> datetime | None:
    """An instant of a row, in UTC."""
    return at.replace(tzinfo=UTC) if at is not None else None
