"""Each function on the allow-list gives the same on both engines: one test for each, over rows that are awkward for it.

The cases are taken from the list itself; a function without an example fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pytest
from sqlglot import exp

from answerback.engine.allow_list import FUNCTIONS, breaches
from answerback.engine.duckdb import DuckDB, engine
from answerback.engine.protocol import Engine
from tests.parity.awkward import GREATEST, LEAST, TEXTS
from tests.parity.both import made_on_both

FRAME = "rows between unbounded preceding and unbounded following"
RUNNING = "rows between unbounded preceding and current row"

EXAMPLES: dict[type[exp.Func], str] = {
    exp.And: "select row_key, yes and other as value from t",
    exp.Or: "select row_key, yes or other as value from t",
    exp.Case: "select row_key, case when yes then 'yes' when not other then 'neither' end as value from t",
    exp.If: "select row_key, case when number > 0 then text end as value from t",
    exp.Cast: "select cast(row_key as bigint) as value, cast(number as varchar) as text,"
    " cast(null as timestamp) as none, cast('2026-02-28 23:59:59' as timestamp) as instant from t",
    exp.Coalesce: "select row_key, coalesce(text, other_text, 'none') as value, coalesce(number, row_key) as n from t",
    exp.Nullif: "select row_key, nullif(text, '') as value, nullif(number, 0) as n from t",
    exp.Exists: "select row_key from t where not exists (select 1 from t as u where u.number = t.row_key)",
    exp.TimeToUnix: "select row_key, cast(epoch(instant) as bigint) as value, epoch(instant) as seconds,"
    " epoch(instant) - epoch(later) <= 3600 as soon from t",
    exp.Floor: "select row_key, cast(floor(epoch(instant) / 86400) as bigint) as day,"
    " cast(floor((epoch(later) - epoch(instant)) / 86400) as bigint) as days,"
    " cast(floor(row_key / 7) as bigint) as whole from t",
    exp.Count: "select yes, count(*) as n, count(text) as texts, count(distinct text) as different from t group by yes",
    exp.Min: "select yes, min(number) as n, min(text) as s, min(instant) as i from t group by yes",
    exp.Max: "select yes, max(number) as n, max(text) as s, max(instant) as i from t group by yes",
    exp.Sum: "select row_key, cast(sum(case when yes then 1 else -1 end) over (partition by text order by row_key"
    f" {RUNNING}) as bigint) as value from t",
    exp.LogicalAnd: "select text, bool_and(yes) as value from t group by text",
    exp.LogicalOr: "select text, bool_or(yes) as value, bool_or(yes and not other) as narrow from t group by text",
    exp.RowNumber: "select row_key, cast(row_number() over (partition by yes order by text, number desc, row_key)"
    " as bigint) as value from t",
    exp.DenseRank: "select row_key, cast(dense_rank() over (order by text, number, row_key) as bigint) as value from t",
    exp.FirstValue: "select row_key, first_value(text ignore nulls) over w as value, first_value(number) over w as n"
    f" from t window w as (partition by yes order by instant desc, row_key {FRAME})",
    exp.Lag: "select row_key, lag(number) over (partition by yes order by instant, row_key) as value from t",
    exp.Lead: "select row_key, lead(text) over (partition by yes order by instant, row_key) as value from t",
}
"""A query over `t` for each function; its rows are compared."""

FORMS = {
    "qualify": "select text, number from t qualify row_number() over (partition by text order by number, row_key) = 1",
    "semi join": "select row_key from t semi join u on u.number = t.number",
    "anti join": "select row_key from t anti join u on u.number = t.number",
    "cross join": "select t.row_key, u.number from t cross join u",
    "left join": "select t.row_key, u.number from t left join u on u.number = t.number and t.yes",
    "is not distinct from": "select t.row_key, u.number from t join u on u.number is not distinct from t.number",
    "filter in a window": "select row_key, count(*) filter (where yes) over (partition by text order by row_key"
    f" {RUNNING}) as n from t",
    "union": "select text, yes from t union select text, other from t",
    "with recursive": "with recursive chain as (select row_key, number from t where number = 1 union all"
    " select t.row_key, t.number from chain join t on t.number = chain.number + 1) select row_key, number from chain",
    "ranks over a window with a frame": "select row_key, first_value(text) over w as value from t"
    f" window w as (partition by yes order by text, row_key {FRAME}) qualify row_number() over w = 1",
    "date_trunc": "select row_key, date_trunc('month', instant) as value,"
    " epoch(date_trunc('month', later)) <= epoch(instant) as soon from t",
    "least and greatest": "select row_key, least(number, row_key) as low, greatest(instant, later) as high from t",
    "abs and numbers from queries": "select abs((select count(*) from t) - (select count(*) from u)) + cast(count(*) as"
    " bigint) as n from t join u using (number)",
    "texts put together": "select row_key, text || ' / ' || other_text as value from t",
    "names that are numbers": "select row_key as number, count(*) as place from t group by row_key having count(*) = 1",
}


@pytest.fixture(scope="module")
def engines(spark: Engine) -> Iterator[tuple[DuckDB, Engine]]:
    """Both engines, with a table of what is awkward: nulls, limits, ties, signs, instants long ago and far on."""
    numbers = (LEAST, -1, 0, 1, 2, 3, GREATEST, None)
    instants = (datetime(1900, 1, 1), datetime(2024, 2, 29, 23, 59, 59), datetime(2200, 1, 1), None)  # noqa: DTZ001
    size = 96
    table = pa.table(
        {
            "row_key": pa.array(range(-size // 2, size // 2), pa.int64()),
            "number": pa.array([numbers[n % len(numbers)] for n in range(size)], pa.int64()),
            "text": pa.array([(*TEXTS, None)[n % (len(TEXTS) + 1)] for n in range(size)], pa.string()),
            "other_text": pa.array([(*TEXTS, None)[n % 5 - 3] for n in range(size)], pa.string()),
            "yes": pa.array([(True, False, None)[n % 3] for n in range(size)]),
            "other": pa.array([(True, True, False, None)[n % 4] for n in range(size)]),
            "instant": pa.array([instants[n % 4] for n in range(size)], pa.timestamp("us")),
            "later": pa.array([instants[n % 3] for n in range(size)], pa.timestamp("us")),
        }
    )
    few = pa.table({"number": pa.array([1, 1, None, LEAST, 7], pa.int64())})
    with engine() as duck:
        for each in (duck, spark):
            each.put("t", table)
            each.put("u", few)
        yield duck, spark
    for name in ("t", "u", "answer_here"):
        spark.drop(name)


@pytest.mark.parametrize("function", FUNCTIONS, ids=FUNCTIONS.get)
def test_a_function_means_the_same(function: type[exp.Func], engines: tuple[DuckDB, Engine]) -> None:
    assert function in EXAMPLES, f"{FUNCTIONS[function]} is on the list without an example of it here"
    sql = EXAMPLES[function]
    assert breaches(sql) == []
    both = made_on_both(*engines, "answer_here", sql)
    assert both.differences() == []
    assert both.usual.num_rows > 0
    columns = [
        column for name, column in zip(both.usual.column_names, both.usual.columns, strict=True) if name != "row_key"
    ]
    assert not columns or any(len(column.unique()) > 1 for column in columns), "rows that are all alike prove little"


def test_no_example_is_left_over() -> None:
    assert set(EXAMPLES) == set(FUNCTIONS)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_means_the_same(form: str, engines: tuple[DuckDB, Engine]) -> None:
    both = made_on_both(*engines, "answer_here", FORMS[form])
    assert both.differences() == []
    assert both.usual.num_rows > 0
