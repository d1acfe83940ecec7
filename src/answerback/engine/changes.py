"""Which rows differ between two states of a relation, and in which blocks of months they show."""

from __future__ import annotations

from collections.abc import Sequence

from answerback.engine.blocks import Blocks
from answerback.engine.literals import sql_instant
from answerback.engine.protocol import Engine
from answerback.engine.reaches import Follow


def keep_difference(engine: Engine, name: str, *, new: str, old: str, columns: Sequence[str] = ("*",)) -> int:
    """Makes relation `name` of the rows that only one of two relations has; how many.

    >>> from answerback.engine.duckdb import engine as duckdb
    >>> with duckdb() as duck:
    ...     _ = duck.make("is_now", "select 1 as n union all select 2")
    ...     _ = duck.make("was", "select 2 as n union all select 3")
    ...     keep_difference(duck, "changed", new="is_now", old="was")
    2
    """
    said = ", ".join(columns)
    return engine.make(name, _difference(f"select {said} from {new}", f"select {said} from {old}"))


def keep_touched(engine: Engine, name: str, changed: str, follow: Follow) -> int:
    """Makes relation `name(key, since)` of the keys of changed rows, and since when each matters; how many."""
    since = f"min({follow.since})" if follow.since else "cast(null as timestamp)"
    keys = " union all ".join(
        f"select {key} as key{f', {follow.since}' if follow.since else ''} from {changed} where {key} is not null"
        for key in follow.keys
    )
    return engine.make(name, f"select key, {since} as since from ({keys}) as named group by key")


def blocks_with(engine: Engine, rows: str, touched: str, follow: Follow) -> set[int]:
    """The blocks of the rows of `rows(block, …)` that have a touched key."""
    late = " and rows_.occurred_at >= touched.since" if follow.since else ""
    found = " union ".join(
        f"select distinct rows_.block from {rows} as rows_ "
        f"semi join {touched} as touched on touched.key = rows_.{match}{late}"
        for match in follow.matches
    )
    return set(engine.query(found).column(0).to_pylist())


def blocks_during(engine: Engine, *, new: str, old: str, follow: Follow, blocks: Blocks, reaching: int) -> set[int]:
    """The blocks for which two states of a relation hold different rows, as far as each block can see.

    A row that holds from one instant to another is cut to what a block sees: a stretch that has grown since only shows
    where it has grown.
    """
    columns = engine.query(f"select * from {new} limit 0").column_names
    columns = [name for name in columns if name not in {follow.starts, follow.ends}]
    found = set()
    for block in range(len(blocks)):
        start, end = blocks.seen(block, reaching)
        cuts = (_cut(relation, columns, follow, sql_instant(start), sql_instant(end)) for relation in (new, old))
        if engine.query(f"select count(*) as n from ({_difference(*cuts)}) as differing").column(0)[0].as_py():
            found.add(block)
    return found


def _difference(new: str, old: str) -> str:
    """The rows that only one of two queries gives."""
    return f"({new} except {old}) union all ({old} except {new})"


def _cut(relation: str, columns: Sequence[str], follow: Follow, start: str, end: str) -> str:
    cut_from, cut_to = f"greatest({follow.starts}, {start}) as cut_from", f"least({follow.ends}, {end}) as cut_to"
    known = f"{follow.starts} < {end} and {follow.ends} > {start}"
    return f"select {', '.join(columns)}, {cut_from}, {cut_to} from {relation} where {known}"
