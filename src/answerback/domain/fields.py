"""What a record type is made of: fields, their types, and what a workspace must know of each.

`domain.records` lists the record types themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class FieldType(StrEnum):
    """How a value is written in the log."""

    REF = "ref"
    """The id of another record (or of a token): a string at the doors, a 64-bit key inside."""
    TEXT = "text"
    """Plain text that names no person."""
    PERSONAL = "personal"
    """Text that may name a person or company: kept apart, readable by the owner only."""
    INSTANT = "instant"
    """A point in time, UTC, whole seconds."""
    INTEGER = "integer"
    CHOICE = "choice"
    """One word of a closed list."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record type."""

    name: str
    type: FieldType
    meaning: str
    required: bool = False
    refers_to: str = ""
    """For a reference: the id space (`rep`, `account`, `contact`, `deal`, `event`, `token`, …)."""
    matched: bool = False
    """For personal text: identity is decided on it, so a keyed hash of it is kept beside the keys."""
    choices: tuple[str, ...] = ()
    default: str | None = None

    @property
    def column(self) -> str:
        """The field's column in the log: a key instead of an id, and no word that SQL keeps for itself.

        >>> Field("rep_id", FieldType.REF, "").column, Field("from", FieldType.INSTANT, "").column
        ('rep_key', 'starts_at')
        """
        if self.type is FieldType.REF:
            return f"{self.name.removesuffix('_id')}_key"
        if self.type is FieldType.PERSONAL:
            return f"{self.name}_key"
        return {"from": "starts_at", "to": "ends_at", "by": "promised_by"}.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record: its fields, the id space of its own id, and the other names under which its id is accepted."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    space: str
    id_names: tuple[str, ...] = ()
    tokens: bool = False
    """Whether a row may carry `reference`, `refers_to` and `about`: space-separated tokens."""
    versioned_by: str = ""
    """A field that tells one version of the same person from another (a rep who changes team keeps their id)."""
    index: MappingProxyType[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", MappingProxyType({each.name: each for each in self.fields}))


def ref(space: str, meaning: str, *, name: str = "", required: bool = False) -> Field:
    """A field that names a record by its id."""
    return Field(name or f"{space}_id", FieldType.REF, meaning, required=required, refers_to=space)


def text(name: str, meaning: str, *, required: bool = False, default: str | None = None) -> Field:
    """A field of text."""
    return Field(name, FieldType.TEXT, meaning, required=required, default=default)


def personal(name: str, meaning: str, *, matched: bool = False) -> Field:
    """A field that may name somebody: its strings are kept apart."""
    return Field(name, FieldType.PERSONAL, meaning, matched=matched)


def instant(name: str, meaning: str, *, required: bool = False) -> Field:
    """A field that holds an instant."""
    return Field(name, FieldType.INSTANT, meaning, required=required)


def integer(name: str, meaning: str, *, required: bool = False) -> Field:
    """A field of whole numbers."""
    return Field(name, FieldType.INTEGER, meaning, required=required)


def choice(name: str, choices: type[StrEnum], meaning: str, *, required: bool = False, default: str = "") -> Field:
    """A field with one of a closed list."""
    allowed = tuple(str(choice) for choice in choices)
    return Field(name, FieldType.CHOICE, meaning, required=required, choices=allowed, default=default or None)
