"""Events in dispute: whose view they are part of, how many a view leaves out, and what they are.

A rep may contest the record of any event. Until that is settled it stays in the rep's own view and in nobody else's:
not in a figure, not in a list. One named by its id is opened for whoever may see it, else nobody could settle it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.scope import Scope
from answerback.engine.scoped import within


def in_view(scope: Scope, contested: str, rep: str) -> str:
    """A condition: an event that nobody contests, or the viewer's own; on its flag, and a column of rep keys.

    >>> in_view(Scope("team", everybody=True), "contested", "rep_key")
    '(not contested)'
    >>> in_view(Scope("mirror", viewer_key=7), "contested", "rep_key")
    '(not contested or rep_key = 7)'
    """
    own = f" or {rep} = {int(scope.viewer_key)}" if scope.viewer_key is not None else ""
    return f"(not {contested}{own})"


def sees(scope: Scope, row: Mapping[str, Any]) -> bool:
    """The same of one row with `contested` and `rep_key`.

    >>> sees(Scope("mirror", viewer_key=7), {"contested": True, "rep_key": 7})
    True
    """
    return row["contested"] is False or (scope.viewer_key is not None and row["rep_key"] == scope.viewer_key)


_LISTED = MappingProxyType(
    {
        "efforts": ("effort", "effort.contested", "effort"),
        "outcomes": ("outcome", "outcome.contested", "outcome"),
        "actions": (
            "buyer_action as action left join link using (action_key) left join effort using (effort_key)",
            "action.contested",
            "action",
        ),
        "links": (
            "link join effort using (effort_key) join buyer_action as action using (action_key)",
            "(effort.contested or action.contested)",
            "action",
        ),
    }
)
"""By listing: what it lists, the flag of its rows, and which of its relations says when."""


def left_out(reader: Reader, scope: Scope, what: str) -> int:
    """How many rows a listing leaves out because they are contested; 0 for listings of anything but events."""
    if what not in _LISTED or not reader.snapshot.relations["contest"].rows:
        return 0
    rows, contested, dated = _LISTED[what]
    made = "outcome" if what == "outcomes" else "effort"
    seen = "true" if scope.everybody else within(scope, f"{made}.rep_key", f"{made}.occurred_at")
    sql = f"""select count(*) as n from {rows}
        where {contested} and {in_view(scope, contested, f"{made}.rep_key")} is not true
          and {dated}.occurred_at <= {reader.instant} and {seen}"""
    return int(reader.query(sql).column(0)[0].as_py())


_NONE = pa.table(
    {name: pa.array([], pa.string()) for name in ("event_id", "event_type", "state")}
    | {"since": pa.array([], pa.timestamp("us")), "rep_id": pa.array([], pa.string())}
)


def contests(reader: Reader, scope: Scope) -> pa.Table:
    """Events contested and not settled (`contested`), and those settled as wrong (`void`); within a scope one's own."""
    if not reader.snapshot.relations["contest"].rows:  # as nearly always: no id need be looked for
        return _NONE
    own = "false" if scope.viewer_key is None else f"told.rep_key = {int(scope.viewer_key)}"
    return reader.query(f"""
        with told as (
            select contest.event_key, contest.event_type, contest.state, contest.since,
                   coalesce(contest.rep_key, effort.rep_key) as rep_key
            from contest
            left join link on link.action_key = contest.event_key and contest.event_type = 'buyer_action'
            left join effort on effort.effort_key = link.effort_key
        )
        select event.id as event_id, told.event_type, told.state, told.since, rep.id as rep_id
        from told
        left join {ids_sql("'event'")} as event on event.key = told.event_key
        left join {ids_sql("'rep'")} as rep on rep.key = told.rep_key
        where told.since <= {reader.instant} and ({"true" if scope.everybody else own})
        order by told.since, event_id, told.event_type, told.event_key""")
