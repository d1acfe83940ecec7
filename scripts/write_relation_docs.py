"""Writes docs/lookup/relations.md from the headers of `answerback.sql`: what one row of each is, and its columns.

Run it after a change there; a test fails until the page is current.
"""

from __future__ import annotations

from pathlib import Path

from answerback.domain.log import ColumnType, log_columns
from answerback.domain.playbook_file import default_playbook
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import Relation, catalogue, header_facts
from answerback.engine.duckdb import DuckDB, engine
from answerback.engine.settings import playbook_relations
from answerback.workspace.identity import DOUBTFUL, SAME_AS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lookup" / "relations.md"

INTRODUCTION = """\
# Relations

<!-- Written by scripts/write_relation_docs.py from the headers of src/answerback/sql: change them, then run it. -->

What a snapshot holds, and what you can ask in SQL:

```sh
answerback sql "select basis, count(*) as links from link group by basis"
```

The same files open in any DuckDB shell: start it in the workspace's folder and `.read snapshots/000001.views.sql`.
Keys are 64-bit numbers; `answerback sql --names` adds the relation `ids(key, space, source, id)` and the names.
Instants are UTC. Relations hold instants and never states: what is *too early* today is not stored.

Steps on the way, which no snapshot keeps, are listed at the end. `order` is how a relation is sorted in its files,
`unit` what is made again at a time when data changes: the whole relation, or the months in which a change shows. Where
changes show is what `look-back`, `look-forward`, `follows` and `narrows` say:
[how a build knows what to make again](../understand/builds.md).
"""


def page() -> str:
    """The whole page."""
    columns = columns_of()
    kept = [each for each in catalogue() if each.kept]
    passing = [each for each in catalogue() if not each.kept]
    parts = [INTRODUCTION, *(section(each, columns[each.name]) for each in sorted(kept, key=lambda each: each.name))]
    parts.append("## Steps on the way\n\n| relation | one row is |\n|---|---|\n" + "".join(map(row, passing)))
    return "\n".join(parts)


def section(relation: Relation, columns: dict[str, str]) -> str:
    """One relation."""
    listed = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
    facts = "".join(f"- {fact}: {said}\n" for fact, said in header_facts(relation.sql).items() if fact != "kept")
    return f"## `{relation.name}`\n\n{relation.meaning}\n\n{facts}\n{listed}\n"


def row(relation: Relation) -> str:
    """One step on the way."""
    return f"| `{relation.name}` | {relation.meaning} |\n"


def columns_of() -> dict[str, dict[str, str]]:
    """The columns of every relation, from building all of them on nothing."""
    with engine() as duck:
        for name, record in RECORDS.items():
            duck.over_files(f"current_{name}", [], log_columns(record))
        for name, table in playbook_relations(default_playbook()).items():
            duck.put(name, table)
        duck.put("same_as", SAME_AS.empty_table())
        duck.put("doubtful", DOUBTFUL.empty_table())
        for relation in catalogue():
            duck.make(relation.name, relation.sql)
        return {relation.name: described(duck, relation.name) for relation in catalogue()}


def described(duck: DuckDB, name: str) -> dict[str, str]:
    """Names and types of a relation's columns."""
    rows = duck.query(f"select column_name, column_type from (describe {name})").to_pylist()  # noqa: S608 - our name
    return {each["column_name"]: str(ColumnType(each["column_type"].lower())) for each in rows}


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
