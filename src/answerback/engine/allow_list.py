"""Which SQL a relation may be written in, so that its rows are the same on every engine, in every order, on every day.

Three lists (functions, forms of joining, forms that only some engines have) and the traps that are known to give other
rows elsewhere without a word. `breaches` holds a text against them; `tests/sql` holds every relation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

import sqlglot
from sqlglot import exp

FUNCTIONS: MappingProxyType[type[exp.Func], str] = MappingProxyType(
    {
        exp.And: "and",
        exp.Or: "or",
        exp.Case: "case",
        exp.If: "when",
        exp.Cast: "cast",
        exp.Coalesce: "coalesce",
        exp.Nullif: "nullif",
        exp.Exists: "exists",
        exp.TimeToUnix: "epoch",
        exp.Floor: "floor",
        exp.Count: "count",
        exp.Min: "min",
        exp.Max: "max",
        exp.Sum: "sum",
        exp.LogicalAnd: "bool_and",
        exp.LogicalOr: "bool_or",
        exp.RowNumber: "row_number",
        exp.DenseRank: "dense_rank",
        exp.FirstValue: "first_value",
        exp.Lag: "lag",
        exp.Lead: "lead",
    }
)
"""Functions that mean the same everywhere, as the parser knows them and as they are written: those that some file uses.

Another one may join them with an example in `tests/parity/test_functions.py`, which both engines must answer alike.
"""

INSTEAD: MappingProxyType[str, str] = MappingProxyType(
    {
        "date_diff": "take epoch(later) - epoch(earlier): it counts boundaries here and whole units elsewhere",
        "percentile_cont": "return counts and take percentiles in Python: it becomes an approximation elsewhere",
        "quantile_cont": "return counts and take percentiles in Python",
        "day_of_week": "take floor(epoch(t) / 86400) % 7 with a named offset: days are numbered differently elsewhere",
        "array_agg": "use row_number() and sort outside: the order is dropped elsewhere",
        "last_value": "use first_value over the opposite order: its usual frame ends at the current row",
        "arg_max": "use row_number(): which row it takes at a tie is not settled",
        "arg_min": "use row_number(): which row it takes at a tie is not settled",
        "dayofweek_iso": "take floor(epoch(t) / 86400) % 7 with a named offset",
        "now": "the present time comes in as a relation or as of an instant",
        "current_timestamp": "the present time comes in as a relation or as of an instant",
        "rand": "nothing random: the same input gives the same answer",
    }
)
"""What to write instead of functions that one might reach for."""

JOINS = frozenset({"", "left", "cross", "semi", "anti"})
"""Forms of joining that every engine has."""

ENGINE_FORMS: MappingProxyType[str, str] = MappingProxyType(
    {"asof join": "one sort and one pass; engines without it get a window over both sides, by `dialect`"}
)
"""Forms that only some engines have, and why they are worth it."""

TAKEN_NAMES = frozenset({"at", "date", "end", "from", "order", "start", "time", "timestamp", "to", "user", "year"})
"""Words that name a column nowhere: some engine keeps them for itself."""

_TYPES = frozenset({"BIGINT", "BOOLEAN", "TEXT", "TIMESTAMP", "TIMESTAMPNTZ", "VARCHAR"})
"""As the parser names them: a `timestamp` of DuckDB has no time zone, and its `varchar` is any text."""
_CHOOSING = (exp.RowNumber, exp.DenseRank, exp.FirstValue, exp.Lag, exp.Lead)
_NOT_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")


def breaches(sql: str) -> list[str]:
    """What a relation's text may not say, each with what to do instead.

    >>> breaches("select count(*) as n from effort")
    []
    >>> breaches("select date_diff('day', a, b) as days from effort")
    ['date_diff: take epoch(later) - epoch(earlier): it counts boundaries here and whole units elsewhere']
    """
    statements = sqlglot.parse(sql, read="duckdb")
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return ["a relation is one query and nothing else"]
    tree = statements[0]
    found = [*_upper_case(sql), *(breach for check in _CHECKS for breach in check(tree))]
    return list(dict.fromkeys(found))


def _upper_case(sql: str) -> Iterator[str]:
    for word in re.findall(r"\b[A-Z_]+\b", _NOT_CODE.sub("", sql)):
        yield f"{word}: SQL is written in lower case"


def _functions(tree: exp.Query) -> Iterator[str]:
    for node in tree.find_all(exp.Func):
        if type(node) not in FUNCTIONS:
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            name = name.lower().replace("datediff", "date_diff")
            yield f"{name}: {INSTEAD.get(name, 'not in the list of functions that mean the same on every engine')}"


def _joins(tree: exp.Query) -> Iterator[str]:
    for node in tree.find_all(exp.Join):
        how = (node.side or node.kind or "").lower()
        if how == "inner":
            how = ""
        if how not in JOINS or (node.method and (how or f"{node.method.lower()} join" not in ENGINE_FORMS)):
            yield f"{f'{node.method} {how}'.strip().lower()} join: not in the list of joins"
        if node.args.get("using") is not None:
            yield "using: name both columns, so that the reader sees whose they are"


def _numbers(tree: exp.Query) -> Iterator[str]:
    for node in tree.find_all(exp.Div, exp.IntDiv, exp.Mod):
        if not (type(node) is exp.Div and isinstance(node.parent, exp.Floor) and node.expression.is_int):
            yield "division: SQL counts, Python judges; return both numbers, or whole units by floor(x / 86400)"
    for number in tree.find_all(exp.Literal):
        if not number.is_string and "." in number.name and "e" not in number.name.lower():
            yield f"{number.name}: a decimal, rounded differently elsewhere; write it as a double, such as 3600e0"
    for total in tree.find_all(exp.Sum):
        outer = total.find_ancestor(exp.Cast, exp.Select)
        if not (isinstance(outer, exp.Cast) and outer.to.this is exp.DataType.Type.BIGINT):
            yield "sum: cast every sum to bigint; it is a huge integer here and lands in files as a double"


def _types(tree: exp.Query) -> Iterator[str]:
    for node in tree.find_all(exp.Cast):
        if node.to.this.name not in _TYPES:
            yield f"{node.to.sql().lower()}: relations have bigint, varchar, timestamp and boolean columns only"


def _choices(tree: exp.Query) -> Iterator[str]:
    """Every choice among rows has a total order that ends in a key."""
    named = {window.name: window for select in tree.find_all(exp.Select) for window in select.args.get("windows") or []}
    for node in tree.find_all(exp.Window):
        inner = node.this.this if isinstance(node.this, exp.IgnoreNulls) else node.this
        if not isinstance(inner, _CHOOSING):
            continue
        window = named.get(node.alias, node)
        order = window.args.get("order")
        last = order.expressions[-1].this if order else None
        chosen = inner.this if not isinstance(inner, exp.RowNumber | exp.DenseRank) else None
        if not (isinstance(last, exp.Column) and (last.name.endswith(("_key", "play_id")) or last == chosen)):
            yield f"{FUNCTIONS[type(inner)]}: its order must end in a key, or equals are told apart by chance"
        if isinstance(inner, exp.FirstValue) and window.args.get("spec") is None:
            yield "first_value: state its frame; the usual one differs between engines"


def _shape(tree: exp.Query) -> Iterator[str]:
    if list(tree.find_all(exp.Limit, exp.Fetch, exp.Offset)):
        yield "limit: which rows stay depends on the order of work; use row_number()"
    if list(tree.find_all(exp.Placeholder, exp.Parameter)):
        yield "a parameter: settings come in as relations"
    for node in tree.find_all(exp.Alias):
        if node.alias.lower() in TAKEN_NAMES:
            yield f"{node.alias}: a word that some engine keeps for itself; take another name"


_CHECKS: tuple[Callable[[exp.Query], Iterator[str]], ...] = (_functions, _joins, _numbers, _types, _choices, _shape)
