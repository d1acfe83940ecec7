"""The outcomes of few reps, looked up and judged once: a page about one person must not cost what everybody's costs.

Outcomes lie by rep and time. An engine asks the directory of every file for each question, and to plan a question takes
it longer than to go through some thousand rows. So the rows of a scope are looked up, `analysis.states` says of each
what came of it, and what is counted among them is counted here, with the engine's own results to the row.
Whatever needs more than the outcomes themselves is asked of the engine, over the same few rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.dimensions import KEYED, PERIODS, periods_of
from answerback.analysis.reader import Reader, keys_of
from answerback.analysis.states import DAY_SECONDS, age_days_of, observed_of, states_of
from answerback.domain.periods import PeriodKind
from answerback.domain.scope import Scope, naive
from answerback.engine.lookup import During
from answerback.stats.arrays import BoolArray

FEW = 40
"""The rows of so many reps are looked up; of more, the engine is asked."""
PLAIN = {"rep": "rep_key"} | {
    name: name
    for name in (
        "team", "role", "play", "play_wide", "play_channel", "step", "tenure_band", "source", "kind", "purpose",
        "origin", "evidence", "reactive",
    )
}  # fmt: skip
"""Dimensions that are columns of the outcome, and which."""
_NAME = "outcome_of_few"
_FAR = naive(datetime(9999, 1, 1, tzinfo=UTC))
_JUDGED_BY = (
    "occurred_at", "waiting_seconds", "seen_seconds", "on_base_at", "proved_at", "other_at", "other_proved_at"
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Few:
    """The outcomes of a scope.

    Attributes:
        whole: All of them.
        judged: Each with `state`, `proved_state`, `full_wait`, `age_days`, `due`, `proved_due` and `answered_by`, as of
            the reader's instant; those that were made by then, contested ones among them.
    """

    whole: pa.Table
    judged: pa.Table
    _reader: Reader
    _open: ExitStack
    _asked: list[str] = field(default_factory=list)

    @property
    def relation(self) -> str:
        """The name of a relation with these outcomes, for the engine: it gets them when they are asked for."""
        if not self._asked:
            self._open.enter_context(self._reader.duck.beside(_NAME, self.whole))
            self._asked.append(_NAME)
        return _NAME


@contextmanager
def few_of(reader: Reader, scope: Scope) -> Iterator[Few | None]:
    """The outcomes within a scope of few reps, for a while; None for a scope of many."""
    keys = {each.rep_key for each in scope.stretches}
    if scope.everybody or not 0 < len(keys) <= FEW:
        yield None
        return
    table = reader.table("outcome", "rep_key", keys, (), _during(scope)).combine_chunks()
    table = table.filter(pa.array(_within(scope, table)))
    with ExitStack() as stack:
        yield Few(table, _judged(table, reader.as_of), reader, stack)


def recorded_until(few: Few, reader: Reader) -> datetime | None:
    """Until when answers to them were recorded, by the coverage of whoever made them; None without such an end."""
    spans = reader.once(("coverage spans",), lambda: _spans(reader))
    seen = few.whole.filter(pc.is_valid(few.whole["seen_seconds"]))
    last = seen.group_by(["rep_key", "play_id"], use_threads=False).aggregate([("occurred_at", "max")])
    ends = [
        end
        for row in last.to_pylist()
        for start, end in (spans.get(row["rep_key"]) or spans.get(None, {})).get(row["play_id"], ())
        if start <= row["occurred_at_max"] < end
    ]
    return max(ends, default=None)


def _spans(reader: Reader) -> dict[int | None, dict[Any, list[tuple[datetime, datetime]]]]:
    """Stretches of coverage by rep (None: of whoever has none of their own) and play."""
    found: dict[int | None, dict[Any, list[tuple[datetime, datetime]]]] = {}
    for row in reader.query("select rep_key, play_id, starts_at, ends_at from coverage_span").to_pylist():
        found.setdefault(row["rep_key"], {}).setdefault(row["play_id"], []).append((row["starts_at"], row["ends_at"]))
    return found


def rows_where(
    few: Few, reader: Reader, names: Iterable[str], where: Mapping[str, str], own: int | None
) -> pa.Table | None:
    """The rows that a figure by some dimensions counts (`analysis.counting`): made by hand and captured, in view.

    Args:
        few: Of the scope that is asked for.
        reader: Of the same snapshot.
        names: All dimensions of the question: who names origin or evidence is shown all of either.
        where: Dimension and value.
        own: The key of the rep who looks, whose contested rows are in view.

    Returns None where the outcomes themselves do not say it.
    """
    judged = few.judged
    if any(name not in PLAIN for name in where):
        return None
    keep = pc.invert(judged["contested"])
    if own is not None:
        keep = pc.or_(keep, pc.equal(judged["rep_key"], own))
    wanted = {"evidence": "captured", "origin": "hand"}
    for name, value in (dict(where) | {each: text for each, text in wanted.items() if each not in names}).items():
        keep = pc.and_(keep, _equals(reader, judged[PLAIN[name]], name, value))
    return judged.filter(pc.fill_null(keep, fill_value=False))


def dimension_of(rows: pa.Table, reader: Reader, name: str) -> pa.ChunkedArray | pa.Array | None:
    """The value of a dimension in each row; None where the outcomes do not say it."""
    if name in PLAIN:
        return rows[PLAIN[name]]
    if name not in PERIODS:
        return None
    periods = periods_of(reader, PeriodKind(name))
    starts = periods["starts_at"].to_numpy()
    place = np.searchsorted(starts, rows["occurred_at"].to_numpy().astype(starts.dtype), side="right") - 1
    return periods["label"].take(pa.array(place, mask=place < 0))


def _equals(reader: Reader, column: pa.ChunkedArray, name: str, value: str) -> pa.ChunkedArray:
    if not value:
        return pc.is_null(column)
    if name in KEYED:
        return pc.is_in(column, value_set=pa.array(keys_of(reader, KEYED[name], value), pa.int64()))
    return pc.equal(pc.cast(column, pa.string()), value)


def _judged(table: pa.Table, as_of: datetime) -> pa.Table:
    """The rows that were made by then, each with what came of it."""
    rows = {name: table[name].to_numpy() for name in _JUDGED_BY}
    age, observed = age_days_of(rows, as_of), observed_of(rows, as_of)
    full = observed >= rows["waiting_seconds"]
    due = age * DAY_SECONDS
    moved, proved = (
        (rows[name] - rows["occurred_at"]) / np.timedelta64(1, "s") <= due for name in ("on_base_at", "proved_at")
    )
    now = np.datetime64(naive(as_of), "s")
    by = pc.if_else(
        pa.array(rows["on_base_at"] <= now),
        table["on_base_action_key"],
        pc.if_else(pa.array(rows["other_at"] <= now), table["other_action_key"], pa.scalar(None, pa.int64())),
    )
    told: dict[str, Any] = {
        "full_wait": full,
        "age_days": age,
        "state": states_of(rows, as_of),
        "proved_state": states_of(rows, as_of, proved=True),
        "due": full | moved,
        "proved_due": full | proved,
        "answered_by": by,
    }
    for name, values in told.items():
        table = table.append_column(name, values if isinstance(values, pa.ChunkedArray) else pa.array(values))
    return table.filter(pa.array(rows["occurred_at"] <= now))


def _within(scope: Scope, rows: pa.Table) -> BoolArray:
    """Which rows are in the scope: the same as `engine.scoped.within` in SQL."""
    rep, at = rows["rep_key"].to_numpy(), rows["occurred_at"].to_numpy().astype("datetime64[us]")
    found = np.zeros(len(rep), np.bool_)
    for each in scope.stretches:
        held = rep == each.rep_key
        if each.start is not None:
            held &= at >= np.datetime64(naive(each.start), "us")
        if each.end is not None:
            held &= at < np.datetime64(naive(each.end), "us")
        found |= held
    return found


def _during(scope: Scope) -> During | None:
    """From the first beginning of a stretch to the last end; None where one has no beginning."""
    starts = [naive(each.start) for each in scope.stretches if each.start is not None]
    ends = [naive(each.end) for each in scope.stretches if each.end is not None]
    if len(starts) < len(scope.stretches):
        return None
    return During("occurred_at", min(starts), max(*starts, *ends) if len(ends) == len(starts) else _FAR)
