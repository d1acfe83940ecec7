"""Writes docs/lookup/sql.md from `engine.allow_list` and `engine.dialect`: which SQL a relation may be written in.

Run it after a change there; a test fails until the page is current.
"""

from __future__ import annotations

from pathlib import Path

import sqlglot
from sqlglot import exp

from answerback.engine.allow_list import ENGINE_FORMS, FUNCTIONS, INSTEAD, JOINS, TAKEN_NAMES
from answerback.engine.catalogue import catalogue
from answerback.engine.dialect import DUCKDB, SPARK

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lookup" / "sql.md"

INTRODUCTION = """\
# SQL of the relations

<!-- Written by scripts/write_sql_docs.py from answerback.engine.allow_list and .dialect: change them, then run it. -->

Relations are written once, in DuckDB's SQL, and run on [DuckDB and on Spark](../do/build-on-spark.md). So they keep to
what gives the same rows on both, whatever the order of work. A file in `src/answerback/sql` that uses anything else
fails a test. This is about the product's own files: `answerback sql` takes whatever DuckDB takes.

## Functions

Each has a test of its own that asks both engines over awkward rows: nothing, ties, the least and greatest numbers,
signs of many scripts, instants of 1900 and 2200. Forms such as `qualify` are tested alike.

| function | used by | on Spark |
|---|---|---|
"""

FORMS = """\
## Joins

{joins}. Conditions stand after `on`, with the name of the side before each column; `using` is not used.

## Forms of one engine

A form that one engine alone has is allowed where it is worth it. The others get a form of the same meaning, which is
kept as data and tested for each comparison, with ties and without matches.

{forms}

## What to write instead

| not | because |
|---|---|
{instead}

## Further rules

- Columns have one of these types: {types}. Cast where an engine would choose another, such as `cast(null as bigint)`.
- No division and no decimals: SQL counts, Python judges. Sums are cast to `bigint`.
- Every choice among rows (`row_number`, `first_value`, `lag`, …) has an order that ends in a key. `first_value` states
  its frame.
- No `limit`, no parameter, no clock, nothing random. Settings and the present time come in as relations.
- These words name no column, because some engine keeps them for itself: {taken}.
- SQL is written in lower case. One query a file.
"""


def page() -> str:
    """The whole page."""
    trees = {each.name: sqlglot.parse_one(each.sql, read=DUCKDB.name) for each in catalogue()}
    rows = []
    for kind, name in sorted(FUNCTIONS.items(), key=lambda each: each[1]):
        using = [relation for relation, tree in sorted(trees.items()) if tree.find(kind)]
        shown = ", ".join(f"`{each}`" for each in using[:3]) + (f" and {len(using) - 3} more" if len(using) > 3 else "")
        rows.append(f"| `{name}` | {shown} | {spelling(kind)} |\n")
    forms = FORMS.format(
        joins=", ".join(f"`{f'{each} join'.strip()}`" for each in sorted(JOINS)),
        forms="\n".join(f"- `{form}`: {why}." for form, why in sorted(ENGINE_FORMS.items())),
        instead="\n".join(f"| `{name}` | {why} |" for name, why in sorted(INSTEAD.items())),
        types=", ".join(f"`{ours}` (on Spark `{theirs}`)" for ours, theirs in SPARK.types.items()),
        taken=", ".join(f"`{word}`" for word in sorted(TAKEN_NAMES)),
    )
    return INTRODUCTION + "".join(rows) + "\n" + forms


def spelling(kind: type[exp.Func]) -> str:
    """How a function is written on Spark, if that is not how it is written here."""
    if kind not in SPARK.functions:
        return "the same"
    return f"`{SPARK.functions[kind].format(this='…', unit='…')}`"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
