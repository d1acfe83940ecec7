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
from answerback.analysis.diagnose.rows import read_rows
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.summed import in_order, without_gaps

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
        kind: a number for each combination of rep and levels, where it is known.
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
    kind: IntArray | None = None


def read_efforts(
    reader: Reader, scope: Scope, *, start: datetime, end: datetime, where: Mapping[str, str]
) -> Counted:  # fmt: skip
    """The efforts made from `start` until `end`, the second excluded, in order of reps and companies.

    Raises UsageError for a dimension in `where` that does not exist.
    """
    own = {each.name: each.of for each in reader.playbook.dimension}
    read = read_rows(reader, scope, start=start, end=end, where=where)
    rows = read.columns
    weeks = max(1, -(-round((end - start).total_seconds()) // round(WEEK.total_seconds())))
    week = np.clip(rows["week"], 0, weeks - 1)
    unseen = np.stack([np.bincount(week[~rows["seen"]], minlength=weeks), np.bincount(week, minlength=weeks)], axis=1)
    order = np.flatnonzero(rows["seen"])
    for names in (("sort",), ("rep", "buyer")):
        order = order[in_order(*(rows[name][order] for name in names))]
    rows = {name: column[order] for name, column in rows.items() if name != "seen"}
    (reps, rep), (_, account), (sorts, sort) = (without_gaps(rows[name]) for name in ("rep", "buyer", "sort"))
    _, kind = without_gaps(rep * sorts.size + sort)
    dimensions = (*OF_EFFORTS, *(name for name, of in own.items() if of != "rep"))
    coded = {name: _coded(read.words[name].take(pa.array(sorts))) for name in dimensions}
    play = (coded["play"][0][sort], coded["play"][1])
    age, full = rows["age"], rows["full_wait"]
    exposure = _exposure(reader, play, age, full)
    rep_keys = read.rep_keys[reps]
    groups, group_names = _groups(reader, rep_keys, end, [name for name, of in own.items() if of == "rep"])
    return Counted(
        start=start,
        weeks=weeks,
        rep_keys=tuple(rep_keys.tolist()),
        rep=rep,
        account=account,
        week=week[order],
        success=np.where(exposure > 0.0, rows["proved"], 0.0),
        exposure=exposure,
        lag_hours=rows["lag"],
        age_days=age,
        waiting_days=rows["waiting"],
        levels={name: level[sort] for name, (level, _) in coded.items()},
        names={name: names for name, (_, names) in coded.items()},
        groups=groups,
        group_names=group_names,
        unseen=unseen.astype(np.int64),
        kind=kind,
    )


def _coded(column: pa.Array) -> tuple[IntArray, tuple[str, ...]]:
    """Levels in order of their names, so that the numbers do not depend on the order of rows."""
    whole = pc.dictionary_encode(column)
    names = whole.dictionary.to_pylist()
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
