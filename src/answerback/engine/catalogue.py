"""The relations: one `.sql` file each, what its header promises, and which others it reads.

A header is the comment on top: a sentence that says what one row is, and lines of facts such as

    -- key: action_key · unit: month · look-forward: none · kept: no
    -- look-back: linkable_effort (the longest waiting time)
    -- follows: deal_stage (step by deal_key = effort.deal_key since occurred_at)
    -- narrows: current_effort (effort_key in same_event.event_key)

From these an incremental build knows what to make again; `engine.reaches` says what each fact means. What a relation
reads is taken from its text, so there is no order to keep by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from types import MappingProxyType

import sqlglot
from sqlglot import exp

from answerback.engine.reaches import Follow, Narrow, Reach, follows_from, narrows_from, reaches_from

UNITS = ("month", "whole")
PLACED_INPUTS = ("current_effort", "current_buyer_action", "current_reference", "current_participant")
"""Inputs that are cut into blocks of months: events, and what belongs to an event in the month of that event."""
_FACT = re.compile(r"^\s*(key|unit|look-back|look-forward|follows|narrows|kept|order|rows in a group):\s*(.+?)\s*$")
_NEEDED = frozenset({"key", "unit", "look-back", "look-forward", "kept"})


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation as its file declares it."""

    name: str
    sql: str
    meaning: str
    key: tuple[str, ...]
    unit: str
    look_back: Mapping[str, Reach]
    """By input: how far back it reads that, beyond the block of months being made."""
    look_forward: Mapping[str, Reach]
    follows: Mapping[str, Follow]
    """By input that is not cut by month: where its changes show. Not named: in all blocks."""
    narrows: Mapping[str, Narrow]
    """By input that is cut by month, for a relation that is not: the rows that matter to it."""
    kept: bool
    order: tuple[str, ...]
    """How its files are sorted: the way in which it is read; empty where it is always read whole."""
    rows_in_group: int
    """For relations in which few rows are looked up: how many are read to have one; 0: as is usual."""
    reads: frozenset[str]

    @property
    def monthly(self) -> bool:
        """Whether it is cut into blocks of months."""
        return self.unit == "month"


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
    said = header_facts(text)
    if missing := _NEEDED - said.keys():
        raise ValueError(f"{name}.sql: its header does not say {', '.join(sorted(missing))}")
    if said["unit"] not in UNITS:
        raise ValueError(f"{name}.sql: unit is one of {', '.join(UNITS)}")
    try:
        return Relation(
            name=name,
            sql=text,
            meaning=" ".join(line for line in _header(text) if not any(_FACT.match(part) for part in line.split("·"))),
            key=_words(said["key"]),
            unit=said["unit"],
            look_back=MappingProxyType(reaches_from(said["look-back"])),
            look_forward=MappingProxyType(reaches_from(said["look-forward"])),
            follows=MappingProxyType(follows_from(said.get("follows", "none"))),
            narrows=MappingProxyType(narrows_from(said.get("narrows", "none"))),
            kept=said["kept"] == "yes",
            order=_words(said.get("order", said["key"])) if said.get("order") != "none" else (),
            rows_in_group=int(said.get("rows in a group", "0")),
            reads=tables_read(text),
        )
    except ValueError as error:
        raise ValueError(f"{name}.sql: {error}") from error


def header_facts(text: str) -> dict[str, str]:
    """What a header says, by fact; one that is said on several lines as one list."""
    facts: dict[str, list[str]] = {}
    for line in _header(text):
        for part in line.split("·"):
            if (found := _FACT.match(part)) is not None:
                facts.setdefault(found[1], []).append(found[2])
    return {fact: ", ".join(each) for fact, each in facts.items()}


def _header(text: str) -> list[str]:
    return [line[2:].strip() for line in text.splitlines() if line.startswith("--")]


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
    check_headers(found)
    return in_order(found)


@cache
def columns_read(name: str) -> frozenset[str]:
    """Every column that relations by month name where they read this input: no other needs to be there.

    >>> "occurred_at" in columns_read("current_effort"), "version_at" in columns_read("current_effort")
    (True, False)
    """
    found: set[str] = set()
    for relation in catalogue():
        if relation.monthly and name in relation.reads:
            found |= {each.name for each in sqlglot.parse_one(relation.sql, read="duckdb").find_all(exp.Column)}
    return frozenset(found)


def in_order(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """The relations, each after those it reads, by name where the order is free. Raises CycleError."""
    by_name = {each.name: each for each in relations}
    sorter = TopologicalSorter({name: sorted(each.reads & by_name.keys()) for name, each in sorted(by_name.items())})
    return tuple(by_name[name] for name in sorter.static_order())


def passes(relations: Iterable[Relation]) -> list[list[Relation]]:
    """Relations by month in passes over the blocks: what looks forward waits until later blocks have been made."""
    ordered = in_order(each for each in relations if each.monthly)
    number: dict[str, int] = {}
    for relation in ordered:
        waits = [number[name] + (name in relation.look_forward) for name in relation.reads if name in number]
        number[relation.name] = max(waits, default=0)
    for relation in reversed(ordered):  # what is not kept is made when it is wanted
        readers = [number[each.name] for each in ordered if relation.name in each.reads]
        if readers and not relation.kept:
            number[relation.name] = min(readers)
    return [[each for each in ordered if number[each.name] == n] for n in sorted(set(number.values()))]


def check_headers(relations: Iterable[Relation]) -> None:
    """Raises ValueError where headers do not fit together: no build could follow them."""
    by_name = {each.name: each for each in relations}
    monthly = {name for name, each in by_name.items() if each.monthly} | set(PLACED_INPUTS)
    number = {each.name: n for n, group in enumerate(passes(by_name.values())) for each in group}
    for name, relation in by_name.items():
        facts = {**relation.look_back, **relation.look_forward, **relation.follows, **relation.narrows}
        if strange := facts.keys() - relation.reads:
            raise ValueError(f"{name}.sql: its header speaks of {min(strange)}, which it does not read")
        if relation.monthly:
            wrong = [each for each in (*relation.look_back, *relation.look_forward) if each not in monthly]
            wrong += [each for each in relation.follows if each in monthly]
            fleeting = [each for each in relation.reads & by_name.keys() & monthly if not by_name[each].kept]
            wrong += [each for each in fleeting if number[each] != number[name] or each in facts]
        else:
            wrong = [each for each in relation.reads & monthly if each not in relation.narrows]
            wrong += [each for each in relation.narrows if each not in PLACED_INPUTS]
        if wrong:
            raise ValueError(f"{name}.sql: cannot be built in blocks, because of how it reads {wrong[0]}")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))
