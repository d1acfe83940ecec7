"""The rows of a diagnosis: one for each effort, in numbers alone.

What an effort and its buyer are is told in words once for each combination of them, and a row holds its number: words
of their own would take many times the room of all else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.dimensions import KEYED, OF_ACCOUNTS, grouping
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader, keys_sql
from answerback.analysis.states import DAY_SECONDS, age_days_sql, observed_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within
from answerback.stats.standard import together

_OF_TOUCHES = ("step", "kind", "play", "segment", "region")
_KEY = "coalesce(outcome.account_key, outcome.contact_key, outcome.effort_key)"
_REP, _TOUCH, _ACCOUNT, _GROUP, _BUYER, _WORD = (
    f"_diagnosed_{each}" for each in ("rep", "touch", "account", "group", "buyer", "word")
)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Columns of efforts, and what their numbers stand for.

    Attributes:
        rep_keys: in order; `rep` is a place among them.
        columns: rep and buyer (numbers in order of their keys), week, seen, full_wait, age, waiting (days), proved, lag
            (whole hours, -1 without an answer), sort; shape (n,) each.
        words: of each dimension, by sort; null where nothing is known.
    """

    rep_keys: NDArray[np.int64]
    columns: dict[str, NDArray[Any]]
    words: dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: `counts` says in SQL which outcomes are, `own` are own dimensions and whose they are."""

    reader: Reader
    start: datetime
    where: Mapping[str, str]
    own: Mapping[str, str]
    counts: str


def read_rows(
    reader: Reader, scope: Scope, *, start: datetime, end: datetime, where: Mapping[str, str]
) -> Rows:  # fmt: skip
    """The efforts made from `start` until `end`, the second excluded, in no order.

    Raises UsageError for a dimension in `where` that does not exist.
    """
    own = {each.name: each.of for each in reader.playbook.dimension if each.of != "rep"}
    seen = within(scope, "outcome.rep_key", "outcome.occurred_at")
    counts = f"""outcome.occurred_at >= {sql_instant(start)} and outcome.occurred_at < {sql_instant(end)}
      and outcome.occurred_at <= {reader.instant} and outcome.rep_key is not null
      and outcome.evidence = 'captured' and outcome.origin = 'hand' and ({seen})
      and {in_view(scope, "outcome.contested", "outcome.rep_key")}"""
    asked = _Asked(reader, start, where, own, counts)
    with _numbers(asked) as told:
        table = reader.query(_sql(asked))
    columns = {name: table[name].to_numpy() for name in table.column_names}
    del table
    columns |= {name: columns[name].astype(np.bool_) for name in ("seen", "full_wait")}
    parts = {name: columns.pop(name) for name in ("touch", "account", *own)}
    columns["sort"] = together(list(parts.values()), columns["rep"].size)
    first = np.zeros(int(columns["sort"].max(initial=-1)) + 1, dtype=np.int64)
    first[columns["sort"]] = np.arange(columns["rep"].size)
    return Rows(told.rep_keys, columns, _words(told, {name: part[first] for name, part in parts.items()}))


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What numbers stand for."""

    rep_keys: NDArray[np.int64]
    touches: pa.Table
    accounts: pa.Table
    values: dict[str, pa.Table]


def _words(told: _Numbers, numbers: Mapping[str, NDArray[Any]]) -> dict[str, pa.Array]:
    """The words of each dimension by sort: what is known of a company goes before what is known of the effort."""

    def of(table: pa.Table, name: str, number: NDArray[Any]) -> pa.Array:
        words = pa.concat_arrays([*table[name].chunks, pa.array([], table[name].type)])
        return words.take(pa.array(number, mask=number < 0)).cast(pa.string())

    words = {name: of(told.touches, name, numbers["touch"]) for name in _OF_TOUCHES}
    for name in OF_ACCOUNTS:
        known = of(told.accounts, name, numbers["account"])
        words[name] = pc.coalesce(known, words[name]) if name in words else known
    return words | {name: of(table, "value", numbers[name]) for name, table in told.values.items()}


@contextmanager
def _numbers(asked: _Asked) -> Iterator[_Numbers]:
    """Numbers for reps, touches, companies and own words, as relations for a while."""
    reader = asked.reader
    listed = ", ".join(_OF_TOUCHES)
    reader.duck.make(_GROUP, _groups_sql(asked))
    made = reader.query(f"select rep_key, {listed} from {_GROUP} where key is null")
    rep_keys = np.unique(made["rep_key"].to_numpy())
    touches = made.group_by(list(_OF_TOUCHES)).aggregate([])
    accounts = reader.query(f"select distinct {', '.join(OF_ACCOUNTS)} from account")
    values = {
        name: reader.query(f"select distinct value from attribute where {_stated(name, of)} and value is not null")
        for name, of in asked.own.items()
    }
    relations = {_REP: pa.table({"rep_key": rep_keys}), _TOUCH: touches, _ACCOUNT: accounts}
    relations |= {f"{_WORD}_{at}": table for at, table in enumerate(values.values())}
    for name, table in relations.items():
        reader.duck.put(name, table.append_column("number", pa.array(range(table.num_rows), pa.int32())))
    reader.duck.make(_BUYER, _buyers_sql())
    try:
        yield _Numbers(rep_keys, touches, accounts, values)
    finally:
        for name in (*relations, _GROUP, _BUYER):
            reader.duck.drop(name)


def _stated(name: str, of: str) -> str:
    return f"subject_kind = {sql_text(of)} and name = {sql_text(name)}"


def _groups_sql(asked: _Asked) -> str:
    """One row per rep and kind of touch, and one per buyer who was touched, whose `key` it has: all in one pass."""
    listed = ", ".join(_OF_TOUCHES)
    return f"""\
select rep_key, {listed}, key, max(account_key) as account_key
from (
    select rep_key, {listed}, account_key, {_KEY} as key from outcome where {asked.counts}
) as touched
group by grouping sets ((rep_key, {listed}), (key))"""


def _buyers_sql() -> str:
    """One row per buyer who was touched: a number in order of keys, and what kind of company it is."""
    return f"""\
select buyer.key, buyer.number, coalesce(known.number, -1) as account
from (
    select key, account_key, cast(row_number() over (order by key) - 1 as integer) as number
    from {_GROUP} where key is not null
) as buyer
left join account on account.account_key = buyer.account_key
left join {_ACCOUNT} as known on {_same(OF_ACCOUNTS, "known", "account")}"""


def _same(names: tuple[str, ...], one: str, other: str) -> str:
    return " and ".join(f"{one}.{name} is not distinct from {other}.{name}" for name in names)


def _sql(asked: _Asked) -> str:
    reader, instant = asked.reader, asked.reader.instant
    once = [name for name, of in asked.own.items() if _stated_once(reader, name, of)]
    group = grouping(reader, tuple(dict.fromkeys([*(name for name in asked.own if name not in once), *asked.where])))
    columns = dict(zip(group.names, group.columns, strict=True))
    limits = " and ".join(_equals(name, columns[name], value) for name, value in sorted(asked.where.items()))
    joins, own = [group.joins], []
    for at, (name, of) in enumerate(asked.own.items()):
        word = f"{_WORD}_{at}"
        joins.append(
            _attribute_join(f"stated_{at}", name, of, word)
            if name in once
            else f"left join {word} as stated_{at} on stated_{at}.value = {columns[name]}"
        )
        own.append(f', coalesce(stated_{at}.number, -1) as "{name}"')
    full = f"coalesce({observed_sql(instant)} >= waiting_seconds, false)"
    age = age_days_sql(instant)
    lag = "epoch(proved_at) - epoch(occurred_at)"
    lines = "\n".join(each for each in joins if each)
    return f"""\
select rep.number as rep, buyer.number as buyer, touch.number as touch, buyer.account,
       cast(floor((epoch(occurred_at) - epoch({sql_instant(asked.start)})) / 604800) as integer) as week,
       seen_seconds is not null as seen, {full} as full_wait, cast(coalesce({age}, 0) as integer) as age,
       cast(ceil(waiting_seconds / {DAY_SECONDS}e0) as integer) as waiting,
       cast(coalesce(proved_at <= {instant} and ({full} or {lag} <= {age} * {DAY_SECONDS}), false)
            as integer) as proved,
       cast(case when proved_at <= {instant} then floor(({lag}) / 3600) else -1 end as integer) as lag{"".join(own)}
from (select * from outcome where {asked.counts}) as outcome
join {_REP} as rep on rep.rep_key = outcome.rep_key
join {_BUYER} as buyer on buyer.key = {_KEY}
join {_TOUCH} as touch on {_same(_OF_TOUCHES, "touch", "outcome")}
{lines}
{f"where {limits}" if limits else ""}"""


def _stated_once(reader: Reader, name: str, of: str) -> bool:
    sql = f"select count(*) = count(distinct subject_key) from attribute where {_stated(name, of)}"
    return bool(reader.query(sql).column(0)[0].as_py())


def _attribute_join(alias: str, name: str, of: str, word: str) -> str:
    """What was known at the time of the effort, where it was stated once: no choice among several."""
    key = "effort_key" if of == "event" else f"{of}_key"
    return f"""left join (
    select subject_key, number, starts_at, ends_at from attribute
    join {word} as word on word.value = attribute.value where {_stated(name, of)}
) as {alias} on {alias}.subject_key = outcome.{key}
 and outcome.occurred_at >= {alias}.starts_at and outcome.occurred_at < {alias}.ends_at"""


def _equals(name: str, column: str, value: str) -> str:
    if not value:
        return f"{column} is null"
    if name in KEYED:
        return f"{column} in ({keys_sql(KEYED[name], value)})"
    return f"cast({column} as varchar) = {sql_text(value)}"
