"""What the log and a snapshot hold, row by row, with the sources' own ids: efforts, actions, links and the rest.

Within a narrow scope there are only rows about the people in it; what is about the data as a whole is the owner's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.analysis.disputes import contests, in_view
from answerback.analysis.lags import play_lags
from answerback.analysis.reader import Reader, ids_sql
from answerback.analysis.states import DAY_SECONDS, state_sql
from answerback.domain.answers import NotEnoughData
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope, Stretch
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.workspace.home import Home
from answerback.workspace.log import BATCH, Batch, files_of


@dataclass(frozen=True, slots=True)
class Listing:
    """Something that `show` can list."""

    name: str
    meaning: str
    rows: Callable[[Reader, Scope], pa.Table]


def show(reader: Reader, scope: Scope, what: str) -> pa.Table:
    """The rows of one listing. Raises UsageError that names the listings there are."""
    for each in LISTINGS:
        if each.name == what:
            return each.rows(reader, scope)
    known = ", ".join(each.name for each in LISTINGS)
    raise UsageError(f"there is nothing called {what!r} to show", next_step=f"show one of on-base, {known}")


@dataclass(frozen=True, slots=True)
class Log:
    """The log without a snapshot: what was loaded, and how it ended."""

    home: Home
    batches: tuple[Batch, ...]


OF_THE_LOG = ("rejects", "batches")
"""Listings of the log itself: there before anything was built."""


def show_log(log: Log, what: str) -> pa.Table:
    """The rows of a listing of the log."""
    return batch_table(log) if what == "batches" else _ordered_rejects(log)


def efforts(reader: Reader, scope: Scope, only: str = "true", *, contested: bool = False) -> pa.Table:
    """Every effort with its play; `only` is an SQL condition on `effort`, with `contested` those in dispute as well."""
    return reader.query(f"""
        select event.id as effort_id, rep.id as rep_id, account.id as account_id, contact.id as contact_id,
               deal.id as deal_id, effort.occurred_at, effort.kind, effort.subkind, effort.purpose, effort.origin,
               effort.evidence, play.play, play.step, play.reactive, play.registration, effort.contested, effort.source
        from effort
        join effort_play as play using (effort_key)
        left join {ids_sql("'event'")} as event on event.key = effort.effort_key
        left join {ids_sql("'rep'")} as rep on rep.key = effort.rep_key
        left join {ids_sql("'account'")} as account on account.key = effort.account_key
        left join {ids_sql("'contact'")} as contact on contact.key = effort.contact_key
        left join {ids_sql("'deal'")} as deal on deal.key = effort.deal_key
        where effort.occurred_at <= {reader.instant} and {within(scope, "effort.rep_key", "effort.occurred_at")}
          and {only} and {_view(scope, "effort.contested", contested=contested)}
        order by effort.occurred_at, effort_id, effort.effort_key""")


def actions(reader: Reader, scope: Scope, only: str = "true", *, contested: bool = False) -> pa.Table:
    """Every buyer action and the effort it answers; `only` is an SQL condition on `action`."""
    return reader.query(f"""
        select event.id as action_id, account.id as account_id, contact.id as contact_id, deal.id as deal_id,
               action.occurred_at, action.kind, action.subkind, action.stance, action.evidence, action.counts,
               action.contested, linked.id as effort_id, action.source
        from buyer_action as action
        left join link using (action_key)
        left join effort
          on effort.effort_key = link.effort_key and {_view(scope, "effort.contested", contested=contested)}
        left join {ids_sql("'event'")} as event on event.key = action.action_key
        left join {ids_sql("'event'")} as linked on linked.key = effort.effort_key
        left join {ids_sql("'account'")} as account on account.key = action.account_key
        left join {ids_sql("'contact'")} as contact on contact.key = action.contact_key
        left join {ids_sql("'deal'")} as deal on deal.key = action.deal_key
        where action.occurred_at <= {reader.instant} and {_linked_scope(scope)} and {only}
          and {_view(scope, "action.contested", contested=contested)}
        order by action.occurred_at, action_id, action.action_key""")


def _view(scope: Scope, flag: str, *, contested: bool, rep: str = "effort.rep_key") -> str:
    return "true" if contested else in_view(scope, flag, rep)


def _linked_scope(scope: Scope) -> str:
    """Acts that answer an effort within the scope; all acts where the scope is everybody."""
    return "true" if scope.everybody else within(scope, "effort.rep_key", "effort.occurred_at")


def links(reader: Reader, scope: Scope, only: str = "true", *, contested: bool = False) -> pa.Table:
    """Which action answers which effort, on what basis; `only` is an SQL condition on `link`."""
    return reader.query(f"""
        select action.id as action_id, event.id as effort_id, link.basis, link.grade, link.lag_seconds
        from link
        join effort using (effort_key)
        join buyer_action using (action_key)
        left join {ids_sql("'event'")} as action on action.key = link.action_key
        left join {ids_sql("'event'")} as event on event.key = link.effort_key
        where buyer_action.occurred_at <= {reader.instant}
          and {within(scope, "effort.rep_key", "effort.occurred_at")} and {only}
          and {_view(scope, "(effort.contested or buyer_action.contested)", contested=contested)}
        order by action_id, effort_id, link.action_key""")


def outcomes(reader: Reader, scope: Scope, only: str = "true", *, contested: bool = False) -> pa.Table:
    """What came of every effort; `only` is an SQL condition on `outcome`."""
    return reader.query(f"""
        with stated as (
            select *, {state_sql(reader.instant)} as state, {state_sql(reader.instant, proved=True)} as proved_state
            from outcome
            where occurred_at <= {reader.instant} and {within(scope, "rep_key", "occurred_at")} and {only}
              and {_view(scope, "contested", contested=contested, rep="rep_key")}
        ),
        told as (
            select *,
                   case when on_base_at <= {reader.instant} then on_base_at
                        when other_at <= {reader.instant} then other_at end as answered_at,
                   case when on_base_at <= {reader.instant} then on_base_action_key
                        when other_at <= {reader.instant} then other_action_key end as action_key
            from stated
        )
        select event.id as effort_id, rep.id as rep_id, account.id as account_id, told.play, told.occurred_at,
               told.reactive, told.state, told.answered_at, action.id as action_id,
               told.proved_state = 'on_base' as proved, told.origin, told.evidence, told.contested
        from told
        left join {ids_sql("'event'")} as event on event.key = told.effort_key
        left join {ids_sql("'event'")} as action on action.key = told.action_key
        left join {ids_sql("'rep'")} as rep on rep.key = told.rep_key
        left join {ids_sql("'account'")} as account on account.key = told.account_key
        order by told.occurred_at, effort_id, told.effort_key""")


def _deals(reader: Reader, scope: Scope) -> pa.Table:
    """Counted by deal, not by touch: a deal that got two offers and returned one counts once, a late return counts too.

    Only touches whose answer could have been recorded are counted.
    """
    rows = reader.query(f"""
        with moved as (
            select link.effort_key, min(action.occurred_at) as moved_at
            from link
            join buyer_action as action using (action_key)
            join outcome using (effort_key)
            join playbook_answer as answer on answer.play_id = outcome.play_id and answer.kind = action.kind
            where answer.in_aim and action.stance <> 'retreat' and action.evidence = 'captured'
              and action.occurred_at <= {reader.instant}
              and {in_view(scope, "action.contested", "outcome.rep_key")}
            group by link.effort_key
        )
        select playbook_play.name as play, outcome.deal_key,
               epoch(min(moved.moved_at)) - epoch(min(outcome.occurred_at)) as seconds
        from outcome join playbook_play using (play_id) left join moved using (effort_key)
        where outcome.deal_key is not null and outcome.seen_seconds is not null and outcome.evidence = 'captured'
          and outcome.occurred_at <= {reader.instant} and {in_view(scope, "outcome.contested", "outcome.rep_key")}
          and {within(scope, "outcome.rep_key", "outcome.occurred_at")}
        group by playbook_play.name, outcome.deal_key
        order by play""")
    found: dict[str, list[float]] = {}
    for play, seconds in zip(rows["play"].to_pylist(), rows["seconds"].to_pylist(), strict=True):
        found.setdefault(play, []).append(np.nan if seconds is None else seconds)
    told = []
    for play, values in found.items():
        days = np.array(values) / DAY_SECONDS
        moved = days[~np.isnan(days)]
        row: dict[str, object] = {
            "play": play,
            "deals": len(days),
            "moved_forward": len(moved),
            "share": len(moved) / len(days),
        }
        if len(moved):
            row |= {f"p{q}_days": float(np.percentile(moved, q)) for q in _QUARTILES}
        told.append(row)
    schema = pa.schema(
        [("play", pa.string()), ("deals", pa.int64()), ("moved_forward", pa.int64()), ("share", pa.float64())]
        + [(f"p{q}_days", pa.float64()) for q in _QUARTILES]
    )
    return pa.Table.from_pylist(told, schema=schema)


_QUARTILES = (25, 50, 75)


def _lags(reader: Reader, scope: Scope) -> pa.Table:
    rows = []
    for play, lag in sorted(play_lags(reader, scope).items()):
        row: dict[str, object] = {"play": play, "waiting_days": lag.waiting_days, "taken_from": lag.taken_from}
        if isinstance(lag.curve, NotEnoughData):
            row |= {"answers": int(lag.curve.have), "reason": str(lag.curve.reason)}
        else:
            row |= {"answers": int(lag.curve.matured_answers), "reason": None}
            row |= {f"p{round(share * 100)}_days": age for share, age in lag.curve.quantiles.items()}
        rows.append(row)
    schema = pa.schema(
        [("play", pa.string()), ("waiting_days", pa.int64()), ("taken_from", pa.string()), ("answers", pa.int64())]
        + [(f"p{share}_days", pa.float64()) for share in (25, 50, 75, 95)]
        + [("reason", pa.string())]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _coverage(reader: Reader, scope: Scope) -> pa.Table:
    # Nobody's own rows are about everybody, so whoever may see anybody may see them; of a rep's own every part of the
    # stretch that may be seen.
    own = " or ".join(_overlap_sql(each) for each in scope.stretches) or "false"
    everyone = "true" if scope.everybody else f"coverage.rep_key is null or {own}"
    return reader.query(f"""
        select rep.id as rep_id, coverage.channel, coverage.starts_at as "from", coverage.ends_at as "to",
               coverage.source
        from coverage
        left join {ids_sql("'rep'")} as rep on rep.key = coverage.rep_key
        where {everyone}
        order by rep_id nulls first, coverage.channel nulls first, coverage.starts_at, coverage.ends_at""")


def _overlap_sql(stretch: Stretch) -> str:
    """Coverage of this rep that touches the stretch."""
    terms = [f"coverage.rep_key = {int(stretch.rep_key)}"]
    if stretch.start is not None:
        terms.append(f"(coverage.ends_at is null or coverage.ends_at > {sql_instant(stretch.start)})")
    if stretch.end is not None:
        terms.append(f"(coverage.starts_at is null or coverage.starts_at < {sql_instant(stretch.end)})")
    return f"({' and '.join(terms)})"


def _bases(reader: Reader, scope: Scope) -> pa.Table:
    return reader.query(f"""
        with seen as (
            select action.kind, coalesce(link.basis, 'none') as basis
            from buyer_action as action
            left join link using (action_key)
            left join effort using (effort_key)
            where action.counts and action.occurred_at <= {reader.instant} and {_linked_scope(scope)}
              and {in_view(scope, "action.contested", "effort.rep_key")}
        )
        select kind, basis, count(*) as actions from seen group by kind, basis order by kind, basis""")


def _reactive(reader: Reader, scope: Scope) -> pa.Table:
    return reader.query(f"""
        select effort.kind as channel, count(*) as efforts,
               count(*) filter (token.effort_key is not null) as with_token,
               count(*) filter (play.reactive) as reactive
        from effort
        join effort_play as play using (effort_key)
        left join (select distinct effort_key from effort_token) as token using (effort_key)
        where effort.occurred_at <= {reader.instant} and {within(scope, "effort.rep_key", "effort.occurred_at")}
          and {in_view(scope, "effort.contested", "effort.rep_key")}
        group by effort.kind order by effort.kind""")


def _doubtful(reader: Reader, scope: Scope) -> pa.Table:
    return reader.query(f"""
        select doubtful.space as kind, one.id as id, other.id as other_id, doubtful.why
        from doubtful
        left join {ids_sql("'account', 'contact', 'rep', 'deal'")} as one on one.key = doubtful.key
        left join {ids_sql("'account', 'contact', 'rep', 'deal'")} as other on other.key = doubtful.other_key
        where {str(scope.everybody).lower()}
        order by kind, id, other_id""")


def _rejects(reader: Reader, scope: Scope) -> pa.Table:
    """Places in files, never content; then what was noticed of files as a whole."""
    if not scope.everybody:
        return _REJECTS.empty_table()
    return _ordered_rejects(reader)


def _ordered_rejects(log: Log | Reader) -> pa.Table:
    return pa.concat_tables([reject_table(log), note_table(log)]).sort_by(
        [("batch_id", "ascending"), ("file", "ascending"), ("at", "ascending")]
    )


def reject_table(log: Log | Reader) -> pa.Table:
    """What could not be read, of every batch."""
    parts = [_REJECTS.empty_table()]
    single = {batch.folder: batch.batch_id for batch in log.batches if batch.together == 1}
    for file in files_of(log.home, log.batches, "rejects.parquet"):
        table = pq.read_table(file.path, filters=pc.field(BATCH).isin(file.only) if file.only else None)
        name = single.get(file.path.parent.name)
        batches = table[BATCH] if name is None else pa.repeat(pa.scalar(name), table.num_rows)
        parts.append(table.select(_REJECTS.names[1:]).add_column(0, "batch_id", batches).cast(_REJECTS))
    return pa.concat_tables(parts)


def note_table(log: Log | Reader) -> pa.Table:
    """What was noticed of the files of every batch without anything being lost; `at` is 0."""
    rows = [
        {
            "batch_id": batch.batch_id,
            "file": each.file,
            "at": 0,
            "field": each.field,
            "reason": each.reason,
            "hint": each.hint,
        }
        for batch in log.batches
        for each in batch.notes
    ]
    return pa.Table.from_pylist(rows, schema=_REJECTS)


_REJECTS = pa.schema(
    [
        (name, pa.int64() if name == "at" else pa.string())
        for name in ("batch_id", "file", "at", "field", "reason", "hint")
    ]
)


def _batches(reader: Reader, scope: Scope) -> pa.Table:
    """The batches that the snapshot was built from; within a narrow scope none."""
    return batch_table(reader) if scope.everybody else batch_table(Log(reader.home, ()))


def batch_table(log: Log | Reader) -> pa.Table:
    """One row per batch, in order of loading."""
    rows = [
        {
            "batch_id": each.batch_id,
            "source": each.source,
            "kind": each.source_kind,
            "path": each.path,
            "loaded_at": each.loaded_at,
            "exported_at": each.exported_at,
            "read": each.read,
            "kept": each.kept,
            "non_events": sum(each.non_events.values()),
            "rejects": each.rejects,
            "records": sum(each.records.values()),
        }
        for each in sorted(log.batches, key=lambda batch: (batch.loaded_at, batch.batch_id))
    ]
    whole = ("read", "kept", "non_events", "rejects", "records")
    instants = ("loaded_at", "exported_at")
    names = ("batch_id", "source", "kind", "path", *instants, *whole)
    types = {name: pa.int64() for name in whole} | dict.fromkeys(instants, pa.timestamp("us", "UTC"))
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, types.get(name, pa.string())) for name in names]))


LISTINGS = (
    Listing("efforts", "every effort with its play", efforts),
    Listing("actions", "every buyer action and the effort it answers", actions),
    Listing("links", "which action answers which effort, on what basis", links),
    Listing("outcomes", "what came of every effort", outcomes),
    Listing(
        "deals",
        "per play: deals touched, those that moved forward, and days from first touch to first such act",
        _deals,
    ),
    Listing("lags", "how long answers take, per play", _lags),
    Listing("coverage", "which channels of whom were loaded for which days", _coverage),
    Listing("bases", "how many acts of each kind are linked on each basis, or on none", _bases),
    Listing(
        "reactive", "per channel: efforts, those that name what they answer, those known to be reactive", _reactive
    ),
    Listing("doubtful", "records that may be of one company and were not merged", _doubtful),
    Listing("contests", "records in dispute (contested), and those settled as wrong (void)", contests),
    Listing("rejects", "what could not be read: place, field and reason", _rejects),
    Listing("batches", "what was loaded, and how every item of it ended", _batches),
)
