"""Every relation keeps to SQL that means the same on every engine; and what does not keep to it is told."""

from __future__ import annotations

import pytest

from answerback.domain.records import RECORDS
from answerback.engine.allow_list import ENGINE_FORMS, FUNCTIONS, breaches
from answerback.engine.catalogue import Relation, catalogue
from answerback.engine.current import current_sql

FRAME = "rows between unbounded preceding and unbounded following"


@pytest.mark.parametrize("relation", catalogue(), ids=lambda relation: relation.name)
def test_a_relation_keeps_to_the_list(relation: Relation) -> None:
    assert breaches(relation.sql) == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select date_diff('day', a, b) as n from t", "date_diff: take epoch"),
        ("select datediff('day', a, b) as n from t", "date_diff: take epoch"),
        ("select percentile_cont(0.5e0) within group (order by a) as n from t", "percentile_cont: return counts"),
        ("select quantile_cont(a, 5e-1) as n from t", "percentile_cont: return counts"),
        ("select dayofweek(a) as n from t", "day_of_week: take floor"),
        ("select isodow(a) as n from t", "dayofweek_iso: take floor"),
        ("select extract(isodow from a) as n from t", "extract: not in the list"),
        ("select list(a order by b) as n from t", "array_agg: use row_number"),
        ("select max_by(a, b) as n from t", "arg_max: use row_number"),
        ("select now() as n from t", "now: the present time"),
        ("select random() as n from t", "rand: nothing random"),
        ("select shout(a) as n from t", "shout: not in the list"),
        ("select a / 2 as n from t", "division"),
        ("select a // 2 as n from t", "division"),
        ("select a * 3600.0 as n from t", "3600.0: a decimal"),
        ("select sum(a) as n from t", "sum: cast every sum"),
        ("select a from t asof left join s on s.k = t.k and t.a >= s.a", "asof left join: not in the list"),
        ("select cast(sum(a) as double) as n from t", "sum: cast every sum"),
        ("select sum(a) over (partition by b) as n from t", "sum: cast every sum"),
        ("select cast(a as decimal(18, 3)) as n from t", "decimal(18, 3): relations have"),
        ("select row_number() over (order by a) as n from t", "row_number: its order must end in a key"),
        ("select row_number() over () as n from t", "row_number: its order must end in a key"),
        ("select lag(a) over (order by b) as n from t", "lag: its order must end in a key"),
        ("select first_value(a) over w as n from t window w as (order by b)", "first_value: its order"),
        ("select first_value(a) over (order by b_key) as n from t", "first_value: state its frame"),
        ("select last_value(a) over (order by b_key) as n from t", "last_value: use first_value"),
        ("select a from t order by a limit 1", "limit: which rows stay"),
        ("select a from t where b = ?", "a parameter: settings"),
        ("select a from t where b = $b", "a parameter: settings"),
        ("select a as at from t", "at: a word that some engine keeps"),
        ("select a from t right join s on s.a = t.a", "right join: not in the list"),
        ("select a from t join s using (a)", "using: name both columns"),
        ("SELECT a from t", "SELECT: SQL is written in lower case"),
        ("select a from t; select b from t", "a relation is one query"),
        ("drop table t", "a relation is one query"),
    ],
)
def test_what_gives_other_rows_elsewhere_is_told(sql: str, told: str) -> None:
    assert any(breach.startswith(told) for breach in breaches(sql)), breaches(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(a as varchar) as n from t",
        "select a * 3600e0 as n from t",
        "select 'SHOUTED; limit 1' as n from t -- SHOUTED",
        "select lead(a) over (order by a) as n from t",
        f"select first_value(a ignore nulls) over w as n from t window w as (order by b, c_key {FRAME})",
        "select a from t asof join s on s.k = t.k and t.a >= s.a",
        "with recursive t as (select 1 as a union all select a + 1 from t where a < 9) select a from t",
    ],
)
def test_what_means_the_same_everywhere_passes(sql: str) -> None:
    assert breaches(sql) == []


def test_every_function_on_the_list_is_used() -> None:
    """A list that outgrows its use is no list."""
    import sqlglot

    used = {type(node) for each in catalogue() for node in sqlglot.parse_one(each.sql, read="duckdb").walk()}
    assert {name for kind, name in FUNCTIONS.items() if kind not in used} == set()


def test_forms_of_one_engine_are_in_use() -> None:
    texts = " ".join(each.sql for each in catalogue())
    assert all(form in texts for form in ENGINE_FORMS)


@pytest.mark.parametrize("extents", [False, True])
@pytest.mark.parametrize("record", RECORDS)
def test_current_versions_keep_to_the_list(record: str, *, extents: bool) -> None:
    """But for the order of versions, which `current` proves itself: equal contents may not be told apart."""
    found = breaches(current_sql(RECORDS[record], extents=extents))
    assert [each for each in found if "order must end in a key" not in each] == []
