"""The counts of a snapshot's efforts and answers, read once for everybody who asks, from whatever day.

Rows are ordered by day, so what an earlier day knows of them is their beginning: who looks from another day, or asks
for another area, reads nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.weekly import BASES, LEVELS, Answers, Cells, Efforts, Ints, Stream
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.analysis.states import DAY_SECONDS
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.engine.scoped import within


def read_cells(reader: Reader, scope: Scope, *, basis: str = "proved", level: str = "play") -> Cells:
    """The counts of a scope, by rep and kind of touch (`level`: play, play_wide or play_channel).

    Efforts of sequences and contested ones are left out; what a viewer contests stays in their own view.

    Raises UsageError for a basis or level that does not exist.
    """
    if basis not in BASES or level not in LEVELS:
        raise UsageError(f"there is no basis {basis!r}, or no level {level!r}", next_step=f"take one of {BASES}")
    instant = f"make_timestamp(effort_day * {DAY_SECONDS * 1_000_000})"
    view = f"{in_view(scope, 'contested', 'rep_key')} and {within(scope, 'rep_key', instant)}"
    day, of = int(reader.as_of.timestamp() // DAY_SECONDS), ("weekly", basis, level, view)
    return reader.once((*of, day), lambda: reader.once(of, lambda: _whole(reader, view, basis, level)).until(day))


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """All counts of a snapshot; `began` is the first day of each kind of touch, whoever made it."""

    cells: Cells
    began: Ints

    def until(self, day: int) -> Cells:
        """What a day's start knows: rows are ordered by day, so it is their beginning."""
        whole = self.cells
        made, moved, pooled = _first(whole.efforts, day), _first(whole.answers, day), _first(whole.pooled, day)
        there = np.bincount(made.stream, minlength=len(whole.streams)) > 0
        known = self.began < day
        return Cells(
            tuple(each for each, yes in zip(whole.streams, there.tolist(), strict=True) if yes),
            replace(made, stream=_renumbered(made.stream, there)),
            replace(moved, stream=_renumbered(moved.stream, there)),
            whole.basis,
            day,
            replace(pooled, stream=_renumbered(pooled.stream, known)),
            tuple(each for each, yes in zip(whole.kinds, known.tolist(), strict=True) if yes),
        )


_Rows = TypeVar("_Rows", Efforts, Answers)


def _first(rows: _Rows, day: int) -> _Rows:
    end = int(np.searchsorted(rows.day, day))
    return type(rows)(*(getattr(rows, each.name)[:end] for each in fields(rows)))


def _renumbered(stream: Ints, kept: NDArray[np.bool_]) -> Ints:
    """Numbers among those kept."""
    if kept.all():
        return stream
    return np.asarray((np.cumsum(kept, dtype=np.int32) - 1)[stream], np.int32)


def _whole(reader: Reader, view: str, basis: str, level: str) -> _Whole:
    """Every count of a snapshot, whenever it was made."""
    mine = f"rep_key is not null and origin = 'hand' and {view}"
    streams, _ = _streams(reader, mine, level)
    where = {(each.rep_key, each.play, each.waiting_days): number for number, each in enumerate(streams)}
    seen = "coalesce(seen_days, -1) as seen"
    efforts = _read(
        reader,
        f"select rep_key, {level} as play, waiting_seconds, effort_day, {seen}, evidence = 'claimed' as claimed, n"
        f" from effort_count where {mine}",
        where,
    )
    coarse = "" if level == "play" else f"join (select distinct play, {level} as wide from effort_count) using (play)"
    name = "play" if level == "play" else "wide"
    columns = f"{name} as play, waiting_seconds, effort_day, seen_days as seen, lag_days as lag"
    moved = f"from answer_count {coarse} where basis = '{basis}' and evidence = 'captured'"
    own = f"{moved} and rep_key is not null and origin = 'hand' and {view}"
    answers = _read(reader, f"select rep_key, {columns}, n {own}", where)
    kinds, began = _streams(reader, "true", level, people=False)
    kind_of = {(0, each.play, each.waiting_days): number for number, each in enumerate(kinds)}
    everybody = f"select cast(0 as bigint) as rep_key, {columns}, cast(sum(n) as bigint) as n {moved} and not contested"
    pooled = _read(reader, f"{everybody} group by all", kind_of)
    cells = Cells(
        streams,
        Efforts(**efforts),  # type: ignore[arg-type] # one column is of booleans
        Answers(**answers),
        basis,
        int(efforts["day"][-1]) + 1 if efforts["day"].size else 0,
        Answers(**pooled),
        kinds,
    )
    return _Whole(cells, began)


def _days_sql() -> str:
    return f"greatest(1, cast(ceil(waiting_seconds / {DAY_SECONDS}) as bigint))"


def _streams(reader: Reader, where: str, level: str, *, people: bool = True) -> tuple[tuple[Stream, ...], Ints]:
    """The streams of some counts, and the first day of each."""
    rep = "rep_key" if people else "cast(0 as bigint)"
    table = reader.query(f"""
        select {rep} as rep_key, {level} as play, min(play_wide) as play_wide, min(play_channel) as play_channel,
               {_days_sql()} as waiting_days, cast(min(effort_day) as integer) as began
        from effort_count where {where} group by all order by all""")
    columns = [table[name].to_pylist() for name in ("rep_key", "play", "play_wide", "play_channel", "waiting_days")]
    return tuple(map(Stream, *columns)), table["began"].to_numpy().astype(np.int32)


def _read(reader: Reader, sql: str, where: dict[tuple[int, str, int], int]) -> dict[str, NDArray[np.int32]]:
    """Parallel columns of a query, ordered by day, with the number of each row's stream; equal rows are added up."""
    import pyarrow as pa

    rep_key, play, days = zip(*where, strict=True) if where else ((), (), ())
    names = {"rep_key": pa.array(rep_key, pa.int64()), "play": pa.array(play, pa.string())}
    names |= {"waiting_days": pa.array(days, pa.int64()), "number": pa.array(list(where.values()), pa.int64())}
    reader.duck.put("stream_number", pa.table(names))
    by = "claimed" if "claimed" in sql else "lag"
    table = reader.query(f"""
        select cast(number as integer) as stream, cast(effort_day as integer) as day, cast(seen as integer) as seen,
               cast({by} as integer) as {by}, cast(n as integer) as n
        from ({sql}) as counted
        join stream_number as s on s.rep_key = counted.rep_key and s.play = counted.play
         and s.waiting_days = {_days_sql()}""")
    reader.duck.drop("stream_number")
    found = _by_day({name: table[name].to_numpy() for name in table.column_names}, by)
    return found | ({"claimed": found["claimed"].astype(np.bool_)} if by == "claimed" else {})


def _by_day(rows: dict[str, Ints], last: str) -> dict[str, Ints]:
    """Rows in order of day, stream, time seen and one more column, those that are equal in them put together.

    They are sorted by one number in which all four stand side by side: a database takes ten times as long.

    >>> one, two = np.array([1, 1], np.int32), np.array([3, 3], np.int32)
    >>> _by_day({"day": two, "stream": one, "seen": -one, "lag": one, "n": one}, "lag")["n"]
    array([2], dtype=int32)
    """
    if not rows["n"].size:
        return rows
    key = np.zeros(rows["n"].size, np.int64)
    for name in ("day", "stream", "seen", last):
        column = rows[name]
        least = int(column.min())
        key = key * (int(column.max()) - least + 1) + (column - least)
    order = np.argsort(key)
    ordered = key[order]
    first = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    found = {name: column[order[first]] for name, column in rows.items() if name != "n"}
    return found | {"n": np.add.reduceat(rows["n"][order], first, dtype=np.int32)}
