"""The shape of a CRM's table: which objects it exports, and which records a row of each becomes.

A `Dialect` is data. `check_dialect` holds it against `domain.records`, so that a table that names a field that does not
exist fails its test and not a user's load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from answerback.domain.records import CARRIED, RECORDS, TOKEN_FIELDS
from answerback.sources.crm.expressions import Expr
from answerback.sources.crm.frame import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rows for which `when` holds become a record of this type."""

    record: str
    fields: Mapping[str, Expr]
    when: Expr | None = None
    each: Expr | None = None
    """One further record for each part of a cell; such records never decide whether their row is kept."""
    once: bool = False
    """One record for each part of a reading is enough: all that it says follows from the part."""
    channel: str = ""
    """What these records could be seen on."""
    proves: bool = False
    """Such a record, captured, proves that the buyer's side of the channel was recorded at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row says of itself."""

    key: Expr
    """Its id."""
    version: Expr
    """When it was last modified."""
    deleted: Expr
    """Whether it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One kind of row that the CRM exports."""

    name: str
    names: tuple[str, ...] = ()
    """Further names of its files."""
    signatures: tuple[tuple[str, ...], ...]
    """Columns that only this object has: one of these groups must be in the header."""
    row: Row
    rules: tuple[Rule, ...] = ()
    aside: tuple[tuple[str, Expr], ...] = ()
    """Kinds of row that are understood and are no record, the first that holds."""
    otherwise: str = "not_used"
    """The kind of a row for which no rule holds."""
    moment: Expr | None = None
    """When a row's activity took place. One instant for a whole file was put in place of the real ones."""
    order: tuple[Expr, Expr] | None = None
    """Rows are read together and put in order by group and instant, for `before_in_group`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the product's screens call a column, by plain label: its internal plain name."""

    def file_names(self) -> frozenset[str]:
        """The plain names of its files."""
        return frozenset(plain(each) for each in (self.name, *self.names))


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOf:
    """A column of one object by another of its columns, read before everything else."""

    object: str
    key: Expr
    value: Expr
    when: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """All that is particular to one CRM."""

    name: str
    objects: tuple[Object, ...]
    lookups: Mapping[str, LookupOf]
    sellers: tuple[str, Expr, Expr] | None = None
    """The object that lists our own people, their address and their id."""
    companies: LookupOf | None = None
    """The object that lists the buyers' companies: their id by their domain."""
    needs_sellers: bool = False
    """Whether nothing can be told without knowing who our people are."""
    dropped_prefix: str
    """What may stand before a file's name, a pattern on plain names."""
    dropped_suffix: str
    column_prefix: str = ""
    """What may stand before a column's name, a pattern on plain names."""
    by_columns: bool = False
    """Whether a file of any name is what its columns say: exports are named after views there."""
    labelled_in_own_zone: bool = False
    """Whether files with screen labels hold times in the organisation's own zone."""
    next_step: str = ""
    """What to do where nothing of the dialect is found."""

    def object(self, name: str) -> Object:
        """The object of that name."""
        return next(each for each in self.objects if each.name == name)


def check_dialect(dialect: Dialect) -> list[str]:
    """Everything in a dialect's table that `domain.records` does not know; empty where all is well."""
    wrong: list[str] = []
    for each in dialect.objects:
        for rule in each.rules:
            record = RECORDS.get(rule.record)
            if record is None:
                wrong.append(f"{each.name}: no record type {rule.record}")
                continue
            allowed = {*record.index, *CARRIED, *(TOKEN_FIELDS if record.tokens else ())}
            wrong += [f"{each.name}: {rule.record} has no {name}" for name in rule.fields if name not in allowed]
            needed = {name for name, one in record.index.items() if one.required}
            wrong += [f"{each.name}: {rule.record} lacks {name}" for name in sorted(needed - set(rule.fields))]
    known = {each.name for each in dialect.objects}
    wrong += [
        f"a lookup in {one.object}, which is no object" for one in dialect.lookups.values() if one.object not in known
    ]
    return wrong
