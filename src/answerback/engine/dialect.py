"""How engines differ in what they read: as data, one `Dialect` each, and one function that translates by it.

Relations are written in DuckDB's dialect. sqlglot knows most of what another engine spells otherwise; a `Dialect` adds
what it does not: functions, and the form of `asof join` (each row with the latest row before it). What no form is known
for raises ValueError; nothing is translated into what gives other rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import sqlglot
from sqlglot import exp

from answerback.domain.log import ColumnType


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What differs from DuckDB."""

    name: str
    """The dialect as sqlglot calls it."""
    types: Mapping[ColumnType, str]
    """Our column types as the engine writes them."""
    functions: Mapping[type[exp.Func], str]
    """Functions that need another spelling than sqlglot's; the blanks are its arguments as sqlglot calls them."""
    filters_in_windows: bool = True
    """Whether `count(*) filter (where …) over (…)` is known."""
    frames_around_ranks: bool = True
    """Whether `row_number()` and its like, which no frame changes, may stand in a window that has one."""
    latest_before: str = ""
    """The form of `asof join`; empty: the engine has it. See `_in_form` for its blanks."""


LAST_FOUND = """
select {asker}, {found} from (
    select {asker}, asks,
           last_value({found}) ignore nulls over (
               partition by {keys} order by turn {direction}, asks {ties}
               rows between unbounded preceding and current row
           ) as {found}
    from (
        select {asker_keys}, {asker_turn} as turn, true as asks, struct({asker_columns}) as {asker}, null as {found}
        from {asker_rows} where {asker_known}
        union all
        select {found_keys}, {found_turn} as turn, false as asks, null as {asker}, struct({found_columns}) as {found}
        from {found_rows} where {found_known}
    ) as both_sides
) as in_turn
where asks and {found} is not null
"""
"""Both sides in one sort and one pass, each asker taking along what was found last: linear, however full one key is.

The rows of either side become one column that bears the side's name, so that `effort.occurred_at` still means what it
meant. Keys without a value meet nothing, as in any join, and are left out before the sort.
"""

DUCKDB = Dialect(
    name="duckdb",
    types=MappingProxyType({each: each.value for each in ColumnType}),
    functions=MappingProxyType({}),
)

SPARK = Dialect(
    name="spark",
    types=MappingProxyType(
        {
            ColumnType.BIGINT: "bigint",
            ColumnType.VARCHAR: "string",
            ColumnType.TIMESTAMP: "timestamp_ntz",
            ColumnType.BOOLEAN: "boolean",
        }
    ),
    functions=MappingProxyType(
        {
            exp.TimeToUnix: "cast(unix_timestamp({this}) as double)",
            exp.TimestampTrunc: "cast(date_trunc('{unit}', {this}) as timestamp_ntz)",
        }
    ),
    filters_in_windows=False,
    frames_around_ranks=False,
    latest_before=LAST_FOUND,
)


@lru_cache(maxsize=512)
def translated(sql: str, into: Dialect) -> str:
    """A query in the words of an engine. Raises ValueError for a form that it has no words for.

    >>> translated("select count(*) as n from effort where occurred_at >= timestamp '2026-01-01 00:00:00'", SPARK)
    "SELECT COUNT(*) AS n FROM effort WHERE occurred_at >= CAST('2026-01-01 00:00:00' AS TIMESTAMP_NTZ)"
    """
    if into is DUCKDB:
        return sql
    tree = sqlglot.parse_one(sql, read=DUCKDB.name)
    if into.latest_before:
        for select in reversed(list(tree.find_all(exp.Select))):  # inner ones first
            _without_asof(select, into)
    if not into.filters_in_windows:
        for window in list(tree.find_all(exp.Window)):
            _without_filter(window)
    if not into.frames_around_ranks:
        for select in tree.find_all(exp.Select):
            _without_frames(select)
    for function in reversed(list(tree.find_all(*into.functions))):
        arguments = {name: each.sql(into.name) for name, each in function.args.items() if isinstance(each, exp.Expr)}
        function.replace(sqlglot.parse_one(into.functions[type(function)].format(**arguments), read=into.name))
    return tree.sql(into.name, comments=False)


def _without_filter(window: exp.Window) -> None:
    """`count(*) filter (where x) over w` as `count(case when x then 1 end) over w`, and other aggregates alike."""
    if not isinstance(window.this, exp.Filter):
        return
    function, condition = window.this.this, window.this.expression.this
    counted = exp.Literal.number(1) if isinstance(function.this, exp.Star) else function.this
    function.set("this", exp.Case().when(condition, counted))
    window.set("this", function)


def _without_frames(select: exp.Select) -> None:
    """Ranks over a named window with a frame get that window without it."""
    for named in select.args.get("windows") or []:
        for window in list(select.find_all(exp.Window)):
            if window.alias == named.name and isinstance(window.this, _RANKS) and named.args.get("spec"):
                own = named.copy()
                own.set("spec", None)
                own.set("this", window.this)
                own.set("alias", None)
                window.replace(own)


_RANKS = (exp.RowNumber, exp.DenseRank, exp.Lag, exp.Lead)


def _without_asof(select: exp.Select, into: Dialect) -> None:
    """Takes the place of what a SELECT reads where that is an `asof join`."""
    joins = select.args.get("joins") or []
    if not any((join.method or "").lower() == "asof" for join in joins):
        return
    [join, *others] = joins
    source = select.args["from_"]
    if others or join.side or not isinstance(join.args.get("on"), exp.Expression):
        raise ValueError("asof join: it is the only join of its SELECT, drops what finds nothing, and says `on`")
    sides = (source.this, join.this)
    names = (sides[0].alias_or_name, sides[1].alias_or_name)
    on: exp.Expression = join.args["on"]
    comparisons = [_comparison(each, names) for each in (on.flatten() if isinstance(on, exp.And) else [on])]
    inner = sqlglot.parse_one(_in_form(into, sides, comparisons, _columns_read(select, names)), read=into.name)
    assert isinstance(inner, exp.Select)  # noqa: S101 - a form is a SELECT
    select.set("joins", [])
    source.set("this", inner.subquery("in_turn"))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Part of the condition of an `asof join`, the asking side written first."""

    kind: type[exp.Expr]
    columns: tuple[exp.Column, exp.Column]


def _comparison(condition: exp.Expr, names: tuple[str, str]) -> _Comparison:
    first, second = condition.args.get("this"), condition.args.get("expression")
    if type(condition) in _MIRRORED and isinstance(first, exp.Column) and isinstance(second, exp.Column):
        if (first.table, second.table) == names:
            return _Comparison(type(condition), (first, second))
        if (second.table, first.table) == names:
            return _Comparison(_MIRRORED[type(condition)], (second, first))
    raise ValueError(f"asof join: {condition.sql(DUCKDB.name)} does not compare a column of one side with the other's")


_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.GTE: exp.LTE,
    exp.GT: exp.LT,
    exp.LTE: exp.GTE,
    exp.LT: exp.GT,
}
"""Comparisons that an `asof join` may have, and each with its sides exchanged."""

_WALK: dict[type[exp.Expr], tuple[str, str]] = {
    exp.GTE: ("asc", "asc"),
    exp.GT: ("asc", "desc"),
    exp.LTE: ("desc", "asc"),
    exp.LT: ("desc", "desc"),
}
"""By comparison, which way time runs, and whether an asker comes after what is of its own instant (asc) or before."""


def _columns_read(select: exp.Select, names: tuple[str, str]) -> dict[str, list[str]]:
    """By side, the columns that the rest of the SELECT reads of it."""
    read: dict[str, dict[str, None]] = {name: {} for name in names}
    for part, held in select.args.items():
        if part in {"from_", "joins", "with_"}:
            continue
        for column in _columns(held if isinstance(held, list) else [held]):
            if not column.table:
                raise ValueError(f"asof join: {column.sql(DUCKDB.name)} does not say whose column it is")
            if column.table in read:
                read[column.table][column.name] = None
    return {name: list(found) for name, found in read.items()}


def _columns(parts: list[object]) -> Iterator[exp.Column]:
    for part in parts:
        if isinstance(part, exp.Expression):
            if part.find(exp.Star):
                raise ValueError("asof join: name its columns one by one")
            yield from part.find_all(exp.Column)


def _in_form(
    into: Dialect,
    sides: tuple[exp.Expression, exp.Expression],
    comparisons: list[_Comparison],
    columns: dict[str, list[str]],
) -> str:
    """The form with its blanks filled: what each side is called, its rows, keys, turn (time) and columns."""
    equal = [each.columns for each in comparisons if each.kind is exp.EQ]
    times = [each for each in comparisons if each.kind is not exp.EQ]
    if not equal or len(times) != 1:
        raise ValueError("asof join: it takes equalities and exactly one comparison of times")
    direction, ties = _WALK[times[0].kind]
    blanks = {"keys": ", ".join(f"key_{number}" for number in range(len(equal))), "direction": direction, "ties": ties}
    for side, which in enumerate(("asker", "found")):
        name = sides[side].alias_or_name
        keys = [pair[side].sql(into.name) for pair in equal]
        turn = times[0].columns[side].sql(into.name)
        blanks |= {
            which: name,
            f"{which}_rows": sides[side].sql(into.name),
            f"{which}_keys": ", ".join(f"{key} as key_{number}" for number, key in enumerate(keys)),
            f"{which}_turn": turn,
            f"{which}_columns": ", ".join(f"{name}.{column}" for column in columns[name]) or turn,
            f"{which}_known": " and ".join(f"{each} is not null" for each in dict.fromkeys([*keys, turn])),
        }
    return into.latest_before.format(**blanks)
