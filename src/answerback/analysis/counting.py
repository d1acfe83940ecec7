"""How many efforts of each cell ended how: the SQL behind a figure, and its rows as columns of counts.

One pass over the outcomes gives, per cell, play, peer group and age in days, what came of the efforts. `on_base` makes
rates of it, `explain` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.dimensions import KEYED, grouping
from answerback.analysis.disputes import in_view
from answerback.analysis.few import Few, dimension_of, rows_where
from answerback.analysis.reader import Reader, keys_sql
from answerback.analysis.states import DAY_SECONDS, age_days_sql, observed_sql, state_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text
from answerback.engine.scoped import within

PEER = ("segment", "tenure_band")
"""What a rep's peers share with them, looked up where a question is by rep."""
STATES = ("on_base", "answered", "unanswered", "open", "unseen")
Key = tuple[object, ...]
"""What makes a cell: one value for each dimension, people and companies by key."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which efforts are counted, and in which cells."""

    reader: Reader
    scope: Scope
    by: tuple[str, ...]
    where: Mapping[str, str]
    contested: bool = False
    """Not what the figures count, but what they leave out because it is contested."""
    few: Few | None = None
    """The outcomes in the scope, where they are few: what is asked is then counted among these."""


@dataclass(slots=True)
class Counts:
    """Columns of counts: one row per cell, play and age."""

    cell: NDArray[np.int64]
    play: list[str]
    peer: list[tuple[object, object]]
    age: NDArray[np.int64]
    full: NDArray[np.bool_]
    """Observed for the whole waiting time."""
    n: NDArray[np.int64]
    state: dict[str, NDArray[np.int64]]
    due: NDArray[np.int64]
    """On base within the whole days of the age."""
    proved: NDArray[np.int64]
    proved_due: NDArray[np.int64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]


def selected_sql(asked: Question, level: str = "play") -> str:
    """The query for the efforts that figures count: one row each with its cell, state, age and answering act."""
    names = tuple(dict.fromkeys([*asked.by, *asked.where]))
    needed = tuple(dict.fromkeys([*names, *(PEER if "rep" in asked.by else ())]))
    group = grouping(asked.reader, needed)
    columns = dict(zip(needed, group.columns, strict=True))
    if "play" in columns:
        columns["play"] = f"outcome.{level}"
    seen = within(asked.scope, "outcome.rep_key", "outcome.occurred_at")
    conditions = ["outcome.occurred_at <= as_of", f"({seen})"]
    view = in_view(asked.scope, "outcome.contested", "outcome.rep_key")
    conditions.append(f"not {view}" if asked.contested else view)
    conditions += [_equals(name, columns[name], value) for name, value in sorted(asked.where.items())]
    if "evidence" not in names:
        conditions.append("outcome.evidence = 'captured'")
    if "origin" not in names:
        conditions.append("outcome.origin = 'hand'")
    dims = "".join(f"{columns[name]} as dim_{number}, " for number, name in enumerate(asked.by))
    peers = ", ".join(f"{columns.get(name, 'cast(null as varchar)')} as peer_{name}" for name in PEER)
    full = f"coalesce({observed_sql('as_of')} >= waiting_seconds, false)"
    due = f"{age_days_sql('as_of')} * {DAY_SECONDS}"
    joins = f"\n    {group.joins}" if group.joins else ""
    condition = "\n      and ".join(conditions)
    return f"""\
    select {dims}outcome.effort_key, outcome.play, outcome.occurred_at,
           {peers}, {full} as full_wait,
           {age_days_sql("as_of")} as age_days,
           {state_sql("as_of")} as state,
           {state_sql("as_of", proved=True)} as proved_state,
           {full} or epoch(on_base_at) - epoch(occurred_at) <= {due} as due,
           {full} or epoch(proved_at) - epoch(occurred_at) <= {due} as proved_due,
           case when on_base_at <= as_of then on_base_action_key
                when other_at <= as_of then other_action_key end as action_key
    from {_from(asked)} cross join (select {asked.reader.instant} as as_of) as clock{joins}
    where {condition}"""


def counts_sql(asked: Question, level: str = "play") -> str:
    """The query behind the figures: one row per cell, play, peer group and age in days."""
    return f"""\
with effort_state as (
{selected_sql(asked, level)}
)
select {"".join(f"dim_{number}, " for number in range(len(asked.by)))}play as own_play, peer_segment, peer_tenure_band,
       age_days, full_wait, count(*) as efforts,
       {", ".join(f"count(*) filter (state = '{each}') as state_{each}" for each in STATES)},
       count(*) filter (state = 'on_base' and due) as due,
       count(*) filter (proved_state = 'on_base') as proved,
       count(*) filter (proved_state = 'on_base' and proved_due) as proved_due,
       epoch(min(occurred_at)) as first, epoch(max(occurred_at)) as last
from effort_state
group by all
order by all"""


def _from(asked: Question) -> str:
    return "outcome" if asked.few is None else f"{asked.few.relation} as outcome"


def outcomes(asked: Question) -> str:
    """The relation that has the outcomes a question is about."""
    return "outcome" if asked.few is None else asked.few.relation


def chosen_few(asked: Question) -> pa.Table | None:
    """The few efforts that a question counts, judged; None where the engine must be asked."""
    if asked.few is None or asked.contested:
        return None
    return rows_where(asked.few, asked.reader, {*asked.by, *asked.where}, asked.where, asked.scope.viewer_key)


def _few_counts(asked: Question, level: str) -> pa.Table | None:
    """What `counts_sql` asks for, from few efforts; None where these do not say it."""
    rows = chosen_few(asked) if "rep" not in asked.by else None  # peers are told apart by what their accounts are, too
    if rows is None:
        return None
    dims = [dimension_of(rows, asked.reader, level if name == "play" else name) for name in asked.by]
    if any(each is None for each in dims):
        return None
    cells = {f"dim_{number}": each for number, each in enumerate(dims)} | {"own_play": rows["play"]}
    cells |= {"age_days": rows["age_days"], "full_wait": rows["full_wait"]}
    moved, proved = (pc.equal(rows[name], "on_base") for name in ("state", "proved_state"))
    counted = {f"state_{each}": pc.equal(rows["state"], each) for each in STATES} | {
        "due": pc.and_(moved, pc.fill_null(rows["due"], fill_value=False)),
        "proved": proved,
        "proved_due": pc.and_(proved, pc.fill_null(rows["proved_due"], fill_value=False)),
    }
    at = pc.divide(pc.cast(rows["occurred_at"], pa.int64()), 1_000_000)
    table = pa.table(
        cells
        | {name: pc.cast(pc.fill_null(each, fill_value=False), pa.int64()) for name, each in counted.items()}
        | {"at": at, "efforts": pa.array(np.ones(rows.num_rows, np.int64))}
    )
    sums = [(name, "sum") for name in (*counted, "efforts")]
    grouped = table.group_by(list(cells), use_threads=False).aggregate([*sums, ("at", "min"), ("at", "max")])
    grouped = grouped.sort_by([(name, "ascending") for name in cells])
    named = {"at_min": "first", "at_max": "last"} | {f"{name}_sum": name for name, _ in sums}
    grouped = grouped.rename_columns([named.get(each, each) for each in grouped.column_names])
    for name in PEER:
        grouped = grouped.append_column(f"peer_{name}", pa.nulls(grouped.num_rows, pa.string()))
    return grouped


def _equals(name: str, column: str, value: str) -> str:
    if not value:
        return f"{column} is null"
    if name in KEYED:
        return f"{column} in ({keys_sql(KEYED[name], value)})"
    return f"cast({column} as varchar) = {sql_text(value)}"


def read_counts(asked: Question, level: str = "play") -> tuple[list[Key], Counts]:
    """The cells there are, and the counts of each."""
    table = _few_counts(asked, level)
    if table is None:
        table = asked.reader.query(counts_sql(asked, level))
    dims = [table[f"dim_{number}"].to_pylist() for number in range(len(asked.by))]
    rows: list[Key] = list(zip(*dims, strict=True)) if dims else [()] * table.num_rows
    order: dict[Key, int] = {}
    cell = np.array([order.setdefault(key, len(order)) for key in rows], np.int64)
    number = {
        name: table[name].to_numpy() for name in table.column_names if name.startswith(("state_", "due", "proved"))
    }
    counts = Counts(
        cell=cell,
        play=table["own_play"].to_pylist(),
        peer=list(zip(table["peer_segment"].to_pylist(), table["peer_tenure_band"].to_pylist(), strict=True)),
        age=np.nan_to_num(table["age_days"].to_numpy().astype(np.float64)).astype(np.int64),
        full=table["full_wait"].to_numpy(),
        n=table["efforts"].to_numpy(),
        state={each: number[f"state_{each}"] for each in STATES},
        due=number["due"],
        proved=number["proved"],
        proved_due=number["proved_due"],
        first=table["first"].to_numpy().astype(np.float64),
        last=table["last"].to_numpy().astype(np.float64),
    )
    return list(order), counts
