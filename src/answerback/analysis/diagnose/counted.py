"""The efforts of a diagnosis as whole columns: one query, one row for each effort whose answer could have been seen.

Counted is what a rate of a person counts: made by hand, recorded, not contested, moved forward by proof. A young effort
weighs as much as the share of its answers that should be in by now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.diagnose.maturity import curves
from answerback.analysis.dimensions import KEYED, grouping
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader, keys_sql
from answerback.analysis.states import DAY_SECONDS, age_days_sql, observed_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within
from answerback.stats.arrays import BoolArray, FloatArray, IntArray

OF_EFFORTS = ("segment", "size_band", "region", "industry", "step", "kind", "play")
"""Dimensions of efforts and buyers; what buyers differ in comes first, and where two are one, the first is named."""
OF_REPS = ("manager", "team", "cohort", "rep_region", "role")
"""Dimensions of people."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Columns of efforts, shape (n,), and what their numbers stand for.

    Attributes:
        start: the first instant; weeks are counted from it.
        weeks: how many.
        rep, account: place in `rep_keys`, and a number for each company.
        week: of the effort.
        success: moved forward by proof, as far as its age reaches.
        exposure: the share of its answers that should be in by now.
        lag_hours: whole hours until the proved answer, -1 without one.
        age_days: whole days in which an answer could be seen, at most the waiting time.
        waiting_days: whole days.
        levels: the level of each effort by dimension, -1 where nothing is known.
        names: what the levels are called.
        groups: the group of each rep by dimension of people, -1 where nothing is known.
        group_names: what the groups are called; managers by key.
        unseen: efforts by week whose answer could not have been seen, and all; shape (weeks, 2).
    """

    start: datetime
    weeks: int
    rep_keys: tuple[int, ...]
    rep: IntArray
    account: IntArray
    week: IntArray
    success: FloatArray
    exposure: FloatArray
    lag_hours: IntArray
    age_days: IntArray
    waiting_days: IntArray
    levels: Mapping[str, IntArray]
    names: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, IntArray]
    group_names: Mapping[str, tuple[object, ...]]
    unseen: IntArray


def read_efforts(
    reader: Reader, scope: Scope, *, start: datetime, end: datetime, where: Mapping[str, str]
) -> Counted:  # fmt: skip
    """The efforts made from `start` until `end`, the second excluded.

    Raises UsageError for a dimension in `where` that does not exist.
    """
    own = {each.name: each.of for each in reader.playbook.dimension}
    dimensions = (*OF_EFFORTS, *(name for name, of in own.items() if of != "rep"))
    rows = reader.query(_sql(reader, scope, start=start, end=end, where=where, dimensions=dimensions))
    weeks = max(1, -(-round((end - start).total_seconds()) // round(WEEK.total_seconds())))
    number = {name: rows[name].to_numpy() for name in ("week", "proved", "lag", "age", "waiting")}
    seen = rows["seen"].to_numpy(zero_copy_only=False).astype(np.bool_)
    week = np.clip(number["week"], 0, weeks - 1).astype(np.int64)
    unseen = np.stack([np.bincount(week[~seen], minlength=weeks), np.bincount(week, minlength=weeks)], axis=1)
    rows = rows.filter(pa.array(seen))
    rep_keys, rep = np.unique(rows["rep_key"].to_numpy(), return_inverse=True)
    _, account = np.unique(rows["account_key"].to_numpy(), return_inverse=True)
    coded = {name: _coded(rows[f"dim_{at}"]) for at, name in enumerate(dimensions)}
    full = rows["full_wait"].to_numpy(zero_copy_only=False).astype(np.bool_)
    age = number["age"][seen].astype(np.int64)
    exposure = _exposure(reader, coded["play"], age, full)
    groups, group_names = _groups(reader, rep_keys, end, [name for name, of in own.items() if of == "rep"])
    return Counted(
        start=start,
        weeks=weeks,
        rep_keys=tuple(int(key) for key in rep_keys),
        rep=rep.reshape(-1).astype(np.int64),
        account=account.reshape(-1).astype(np.int64),
        week=week[seen],
        success=np.where(exposure > 0.0, number["proved"][seen], 0).astype(np.float64),
        exposure=exposure,
        lag_hours=np.where(np.isnan(lag := number["lag"][seen].astype(np.float64)), -1, lag).astype(np.int64),
        age_days=age,
        waiting_days=number["waiting"][seen].astype(np.int64),
        levels={name: level for name, (level, _) in coded.items()},
        names={name: names for name, (_, names) in coded.items()},
        groups=groups,
        group_names=group_names,
        unseen=unseen.astype(np.int64),
    )


def _sql(
    reader: Reader,
    scope: Scope,
    *,
    start: datetime,
    end: datetime,
    where: Mapping[str, str],
    dimensions: tuple[str, ...],
) -> str:
    own = {each.name: each.of for each in reader.playbook.dimension if _stated_once(reader, each.name, each.of)}
    needed = tuple(dict.fromkeys([*(name for name in dimensions if name not in own), *where]))
    group = grouping(reader, needed)
    columns = dict(zip(needed, group.columns, strict=True))
    joins = [group.joins]
    for at, name in enumerate(name for name in dimensions if name in own):
        joins.append(_attribute_join(f"stated_{at}", name, own[name]))
        columns.setdefault(name, f"stated_{at}.value")
    instant = reader.instant
    dims = ", ".join(f"{columns[name]} as dim_{at}" for at, name in enumerate(dimensions))
    limits = " and ".join(_equals(name, columns[name], value) for name, value in sorted(where.items()))
    seen = within(scope, "outcome.rep_key", "outcome.occurred_at")
    full = f"coalesce({observed_sql(instant)} >= waiting_seconds, false)"
    age = age_days_sql(instant)
    lag = "epoch(proved_at) - epoch(occurred_at)"
    lines = "\n".join(each for each in joins if each)
    return f"""\
select outcome.rep_key, coalesce(outcome.account_key, outcome.contact_key, outcome.effort_key) as account_key,
       cast(floor((epoch(occurred_at) - epoch({sql_instant(start)})) / 604800) as integer) as week,
       seen_seconds is not null as seen, {full} as full_wait, cast(coalesce({age}, 0) as integer) as age,
       cast(ceil(waiting_seconds / {DAY_SECONDS}e0) as integer) as waiting,
       cast(coalesce(proved_at <= {instant} and ({full} or {lag} <= {age} * {DAY_SECONDS}), false)
            as integer) as proved,
       cast(case when proved_at <= {instant} then floor(({lag}) / 3600) end as integer) as lag, {dims}
from (
    select * from outcome
    where outcome.occurred_at >= {sql_instant(start)} and outcome.occurred_at < {sql_instant(end)}
      and outcome.occurred_at <= {instant} and outcome.rep_key is not null
      and outcome.evidence = 'captured' and outcome.origin = 'hand' and ({seen})
      and {in_view(scope, "outcome.contested", "outcome.rep_key")}
) as outcome
{lines}
{f"where {limits}" if limits else ""}
order by outcome.rep_key, outcome.occurred_at, outcome.effort_key"""


def _stated_once(reader: Reader, name: str, of: str) -> bool:
    stated = f"subject_kind = {sql_text(of)} and name = {sql_text(name)}"
    sql = f"select count(*) = count(distinct subject_key) from attribute where {stated}"
    return bool(reader.query(sql).column(0)[0].as_py())


def _attribute_join(alias: str, name: str, of: str) -> str:
    """What was known at the time of the effort, where it was stated once: no choice among several."""
    key = "effort_key" if of == "event" else f"{of}_key"
    return f"""left join (
    select subject_key, value, starts_at, ends_at from attribute
    where subject_kind = {sql_text(of)} and name = {sql_text(name)}
) as {alias} on {alias}.subject_key = outcome.{key}
 and outcome.occurred_at >= {alias}.starts_at and outcome.occurred_at < {alias}.ends_at"""


def _equals(name: str, column: str, value: str) -> str:
    if not value:
        return f"{column} is null"
    if name in KEYED:
        return f"{column} in ({keys_sql(KEYED[name], value)})"
    return f"cast({column} as varchar) = {sql_text(value)}"


def _coded(column: pa.ChunkedArray) -> tuple[IntArray, tuple[str, ...]]:
    """Levels in order of their names, so that the numbers do not depend on the order of rows."""
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    whole = pc.dictionary_encode(text.combine_chunks())
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    names = [str(each) for each in whole.dictionary.to_pylist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.full(len(names) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(names))
    code = pc.fill_null(whole.indices, len(names)).to_numpy(zero_copy_only=False)
    return place[code], tuple(names[at] for at in order)


def _exposure(
    reader: Reader, play: tuple[IntArray, tuple[str, ...]], age: IntArray, full: BoolArray
) -> FloatArray:  # fmt: skip
    share = full.astype(np.float64)
    if full.all():
        return share
    found = curves(reader)
    for at in np.unique(play[0][~full]):
        curve = found.get(play[1][at])
        if curve is not None:
            rows = np.flatnonzero(~full & (play[0] == at))
            share[rows] = curve.at(age[rows])
    return share


def _groups(
    reader: Reader, rep_keys: NDArray[np.int64], end: datetime, attributes: list[str]
) -> tuple[dict[str, IntArray], dict[str, tuple[object, ...]]]:
    """What is known of each rep at the end of the time in question."""
    at = sql_instant(min(end, reader.as_of) - timedelta(seconds=1))
    rows = reader.query(f"""
        select rep_key, manager_key as manager, team, region as rep_region, role,
               case when tenure_start is not null
                    then cast(year(tenure_start) as varchar) || 'Q' || cast(quarter(tenure_start) as varchar)
                    end as cohort
        from rep where {at} >= valid_from and {at} < valid_to""").to_pylist()
    known = {row["rep_key"]: row for row in rows}
    for name in attributes:
        for row in reader.query(f"""
            select subject_key, value from attribute
            where subject_kind = 'rep' and name = {sql_text(name)} and {at} >= starts_at and {at} < ends_at
            order by subject_key, starts_at""").to_pylist():
            known.setdefault(row["subject_key"], {})[name] = row["value"]
    groups, names = {}, {}
    for name in (*OF_REPS, *attributes):
        values = [known.get(int(key), {}).get(name) for key in rep_keys]
        order = sorted({each for each in values if each is not None}, key=str)
        place = {each: number for number, each in enumerate(order)}
        groups[name] = np.array([-1 if each is None else place[each] for each in values], dtype=np.int64)
        names[name] = tuple(order)
    return groups, names


def utc(at: datetime) -> datetime:
    """Aware, in UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
