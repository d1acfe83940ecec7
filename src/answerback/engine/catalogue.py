"""The relations: one `.sql` file each, what its header promises, and which others it reads.

A header is the comment on top: a sentence that says what one row is, and a line of

    -- key: effort_key · unit: month · look-back: the longest waiting time · look-forward: none · kept: yes

`unit` (month, account, whole) is what an incremental build would rebuild at a time. `kept: no` marks a step on the way
that no snapshot lists. What a relation reads is taken from its text, so there is no order to keep by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

import sqlglot
from sqlglot import exp

_FACT = re.compile(r"^\s*(key|unit|look-back|look-forward|kept|order):\s*(.+?)\s*$")
UNITS = ("month", "account", "whole")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation as its file declares it."""

    name: str
    sql: str
    meaning: str
    key: tuple[str, ...]
    unit: str
    look_back: str
    look_forward: str
    kept: bool
    order: tuple[str, ...]
    """How its files are sorted: the way in which it is read."""
    reads: frozenset[str]


def relation_from(name: str, text: str) -> Relation:
    r"""A relation from the text of its file. Raises ValueError where the header misses something.

    >>> one = relation_from(
    ...     "late",
    ...     "-- One row per late effort.\n-- key: effort_key · unit: month · look-back: none"
    ...     " · look-forward: none · kept: no\nselect effort_key from effort",
    ... )
    >>> one.key, one.kept, sorted(one.reads)
    (('effort_key',), False, ['effort'])
    """
    header = [line[2:].strip() for line in text.splitlines() if line.startswith("--")]
    facts = {
        found[1]: found[2] for line in header for part in line.split("·") if (found := _FACT.match(part)) is not None
    }
    missing = {"key", "unit", "look-back", "look-forward", "kept"} - facts.keys()
    if missing:
        raise ValueError(f"{name}.sql: its header does not say {', '.join(sorted(missing))}")
    if facts["unit"] not in UNITS:
        raise ValueError(f"{name}.sql: unit is one of {', '.join(UNITS)}")
    return Relation(
        name=name,
        sql=text,
        meaning=" ".join(line for line in header if not any(_FACT.match(part) for part in line.split("·"))),
        key=_words(facts["key"]),
        unit=facts["unit"],
        look_back=facts["look-back"],
        look_forward=facts["look-forward"],
        kept=facts["kept"] == "yes",
        order=_words(facts.get("order", facts["key"])),
        reads=tables_read(text),
    )


def tables_read(sql: str) -> frozenset[str]:
    """The relations that a query reads: its tables less the names that it defines itself.

    >>> sorted(tables_read("with a as (select * from b) select * from a join c using (x)"))
    ['b', 'c']
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    own = {each.alias_or_name for each in tree.find_all(exp.CTE)}
    return frozenset(table.name for table in tree.find_all(exp.Table)) - own


@cache
def catalogue() -> tuple[Relation, ...]:
    """Every relation that ships with the product, each after those it reads."""
    folder = files("answerback.sql")
    found = [
        relation_from(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]
    return in_order(found)


def in_order(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """The relations, each after those it reads, by name where the order is free. Raises CycleError."""
    by_name = {each.name: each for each in relations}
    sorter = TopologicalSorter({name: sorted(each.reads & by_name.keys()) for name, each in sorted(by_name.items())})
    return tuple(by_name[name] for name in sorter.static_order())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))
