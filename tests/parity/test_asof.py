"""The form that stands in for `asof join` where an engine has none: the same rows, ties included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import pyarrow as pa
import pytest

from answerback.engine.dialect import DUCKDB, SPARK, translated
from answerback.engine.duckdb import DuckDB, engine
from answerback.engine.protocol import Engine
from tests.link.world import day
from tests.parity.both import made_on_both


@pytest.fixture(scope="module")
def engines(spark: Engine) -> Iterator[tuple[DuckDB, Engine]]:
    """Askers and what they look for: few keys, few instants, so that they meet; some keys and instants are unknown."""
    random = Random(11)
    keys = (1, 2, -3, None)
    instants = [*(day(0) + timedelta(seconds=number) for number in range(12)), None]
    asks = [(n, random.choice(keys), random.choice(keys), random.choice(instants)) for n in range(300)]
    tells = {(random.choice(keys), random.choice(keys), random.choice(instants)): n for n in range(60)}
    said = [(n, *place, random.choice(("x", None))) for place, n in tells.items()]
    columns = [("ask_key", pa.int64()), ("one", pa.int64()), ("two", pa.int64()), ("asked_at", pa.timestamp("us"))]
    others = [("told_key", pa.int64()), ("one", pa.int64()), ("two", pa.int64()), ("told_at", pa.timestamp("us"))]
    with engine() as duck:
        for each in (duck, spark):
            each.put("ask", _table(columns, asks))
            each.put("told", _table([*others, ("text", pa.string())], said))
        yield duck, spark
    for name in ("ask", "told", "answer_here"):
        spark.drop(name)


def _table(columns: list[tuple[str, pa.DataType]], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    values = zip(*rows, strict=True)
    arrays = [pa.array(list(column), kind) for column, (_, kind) in zip(values, columns, strict=True)]
    return pa.table(arrays, schema=pa.schema(columns))


@pytest.mark.parametrize(
    "comparison",
    [
        "ask.asked_at >= told.told_at",
        "ask.asked_at > told.told_at",
        "ask.asked_at <= told.told_at",
        "ask.asked_at < told.told_at",
        "told.told_at <= ask.asked_at",
        "told.told_at > ask.asked_at",
    ],
)
def test_every_comparison(comparison: str, engines: tuple[DuckDB, Engine]) -> None:
    both = made_on_both(
        *engines,
        "answer_here",
        f"""select ask.ask_key, told.told_key, told.text, told.told_at
            from ask asof join told on told.one = ask.one and ask.two = told.two and {comparison}""",
    )
    assert both.differences() == []
    assert both.usual.num_rows > 50
    assert both.usual["text"].null_count, "a row without a text is found, and not the one before it"


def test_with_conditions_and_a_choice_on_top(engines: tuple[DuckDB, Engine]) -> None:
    both = made_on_both(
        *engines,
        "answer_here",
        """with early as (select one, two, told_at, told_key from told where told_key < 40)
           select ask.one, early.told_key, epoch(ask.asked_at) - epoch(early.told_at) <= 3 as soon
           from (select ask_key, one, two, asked_at from ask where two < 2) as ask
           asof join early on early.one = ask.one and early.two = ask.two and ask.asked_at >= early.told_at
           where early.two = 1
           qualify row_number() over (partition by ask.one order by early.told_at desc, ask.ask_key) = 1""",
    )
    assert both.usual.num_rows >= 2
    assert both.differences() == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select a.x from a asof left join b on a.k = b.k and a.t >= b.t", "drops what finds nothing"),
        ("select a.x from a join c on c.k = a.k asof join b on a.k = b.k and a.t >= b.t", "the only join"),
        ("select a.x from a asof join b on a.t >= b.t", "takes equalities"),
        ("select a.x from a asof join b on a.k = b.k", "exactly one comparison"),
        ("select a.x from a asof join b on a.k = b.k and a.t >= b.t and a.u >= b.u", "exactly one comparison"),
        ("select a.x from a asof join b on a.k = 1 and a.t >= b.t", "a.k = 1 does not compare"),
        ("select a.x from a asof join b on a.k = a.j and a.t >= b.t", "a.k = a.j does not compare"),
        ("select x from a asof join b on a.k = b.k and a.t >= b.t", "x does not say whose"),
        ("select a.* from a asof join b on a.k = b.k and a.t >= b.t", "one by one"),
        ("select a.x from a asof join b on a.k = b.k or a.t >= b.t", "does not compare"),
    ],
)
def test_what_has_no_form_is_told(sql: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        translated(sql, SPARK)
    assert translated(sql, DUCKDB) == sql
