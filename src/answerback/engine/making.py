"""Makes the relations of a build, holding each no longer than it is needed.

A relation that is kept goes into its file as soon as it is made, straight from its query if no other relation reads it.
What nobody reads any more is let go at once, so that memory holds a few relations and not all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from answerback.engine.catalogue import Relation
from answerback.engine.duckdb import DuckDB


def make_relations(
    duck: DuckDB,
    relations: Sequence[Relation],
    folder: Path,
    *,
    inputs: Collection[str] = (),
    checks: Mapping[str, frozenset[str]] = MappingProxyType({}),
    on_relation: Callable[[str], None] = lambda _: None,
    on_check: Callable[[str], None] = lambda _: None,
) -> dict[str, Path]:
    """Makes relations in their order; by name, the Parquet files of those that are kept.

    Args:
        duck: Holds whatever the relations read besides one another.
        relations: Each after those it reads.
        folder: Where the files go, `<name>.parquet`.
        inputs: What the engine holds already and may let go once nobody reads it any more.
        checks: By name, what each check reads. It is due when the last of it is made.
        on_relation: Told of each relation before it is made.
        on_check: Told of each check that is due. What it raises ends the making.
    """
    inner = {name for relation in relations for name in relation.reads}
    gone, due = last_uses(relations, checks), due_checks(relations, checks)
    files: dict[str, Path] = {}
    for relation in relations:
        on_relation(relation.name)
        if relation.kept and relation.name not in inner:
            duck.view(relation.name, relation.sql)
            [files[relation.name]] = duck.write(relation.name, folder / relation.name, relation.order)
            duck.over_file(relation.name, files[relation.name])
        else:
            duck.make(relation.name, relation.sql)
            if relation.kept:
                [files[relation.name]] = duck.write(relation.name, folder / relation.name, relation.order)
        for check in due[relation.name]:
            on_check(check)
        for name in gone[relation.name]:
            if name in files or name in inputs or name in gone:
                duck.drop(name)
            if name in files:
                duck.over_file(name, files[name])
    return files


def last_uses(relations: Sequence[Relation], checks: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """By relation, what nobody reads once it is made and checked."""
    made = [relation.name for relation in relations]
    last = {name: relation.name for relation in relations for name in relation.reads}
    for check, at in _due(relations, checks).items():
        for name in checks[check]:
            last[name] = max(last.get(name, made[0]), at, key=made.index)
    found: dict[str, list[str]] = {name: [] for name in made}
    for name, reader in sorted(last.items()):
        found[reader].append(name)
    return found


def due_checks(relations: Sequence[Relation], checks: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """By relation, the checks that can be made once it is there."""
    found: dict[str, list[str]] = {relation.name: [] for relation in relations}
    for check, at in _due(relations, checks).items():
        found[at].append(check)
    return found


def _due(relations: Sequence[Relation], checks: Mapping[str, frozenset[str]]) -> dict[str, str]:
    made = [relation.name for relation in relations]
    return {check: max((name for name in reads if name in made), key=made.index) for check, reads in checks.items()}
