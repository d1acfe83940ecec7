"""The one place where a text that is not ours enters SQL, attacked."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.engine.duckdb import engine
from answerback.engine.literals import sql_instant, sql_text

SOURCE = Path(__file__).resolve().parents[2] / "src" / "answerback"
HOSTILE = (
    "'",
    "''",
    "\\'",
    "'; drop table t; --",
    "\0",
    "\0'\0",
    "a\0b",
    "\n",
    "\\",
    "$$",
    "/*",
    "--",
    "?",
    "$1",
    "é€😀",
)


def test_a_text_comes_back_as_it_went_in() -> None:
    with engine() as duck:
        for value in HOSTILE:
            assert duck.query(f"select {sql_text(value)} as v").to_pylist() == [{"v": value}]


def test_any_text_comes_back_as_it_went_in() -> None:
    with engine() as duck:

        @settings(max_examples=200)
        @given(st.text(st.characters(exclude_categories=["Cs"])), st.text(alphabet="'\0;-\\\"\n\U0001f600a"))
        def holds(one: str, other: str) -> None:
            found = duck.query(f"select {sql_text(one)} as one, {sql_text(other)} as other, 1 as whole").to_pylist()
            assert found == [{"one": one, "other": other, "whole": 1}]

        holds()


def test_half_a_character_is_spelled_out_as_in_the_log() -> None:
    assert sql_text("ren\udce9") == "'ren\\udce9'"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "2026-03-01 09:00:00"),
        (datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2))), "2026-03-01 07:00:00"),
        (datetime(2026, 3, 1, 9, 0, 0, 999_999), "2026-03-01 09:00:00"),  # noqa: DTZ001 - naive is UTC, as in relations
        (datetime(1900, 1, 1, tzinfo=UTC), "1900-01-01 00:00:00"),
    ],
)
def test_an_instant_is_written_in_utc_and_whole_seconds(at: datetime, written: str) -> None:
    assert sql_instant(at) == f"timestamp '{written}'"


def test_nobody_else_quotes() -> None:
    """No other module doubles quote marks by itself."""
    quoting = [
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "replace"
        and [each.value for each in node.args if isinstance(each, ast.Constant)] == ["'", "''"]
    ]
    assert set(quoting) == {"engine/literals.py"}
