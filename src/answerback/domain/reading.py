"""What a source is: something that reads other systems' files and hands over records, one item at a time.

A source translates; it does not interpret. Whatever it reads ends in exactly one of three ways: it was kept as records,
it was a known non-event, or it was rejected with a reason. So `read = kept + non-events + rejects` holds for every
load, and nothing is lost without a count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from answerback.domain.playbook import Playbook

Value = str | int | bool | datetime | None
"""A field's value as a source hands it over: text as it stands, or typed. Instants are aware, or ISO 8601 text."""


class ArrowStream(Protocol):
    """Any table that speaks the Arrow PyCapsule interface (a pyarrow Table or RecordBatch, a Polars frame, …)."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read: the file (relative to what was loaded) and the row, message or byte in it."""

    file: str
    at: int
    """1-based: the data row, message or event; 0 where the whole file is meant."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its type's name and its fields by the names of `domain.records`.

    `fields` may also hold `source_id` (the record's own id), `version_at`, `deleted`, and for events the token columns
    `reference`, `refers_to`, `about` (space-separated). A record without an id is told apart by its content.
    """

    type: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Kept:
    """One item was read and became these records. All of them enter the log, or (one being invalid) none."""

    place: Place
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Many items of one record type as columns: each row is one item that becomes one record.

    Columns are named after the record's fields (and `source_id`, `version_at`, `deleted`, token columns); text or
    typed.
    """

    type: str
    columns: ArrowStream
    file: str
    first_row: int = 1
    rows: ArrowStream | None = None
    """One int64 column: the place of each row, where rows were filtered out; else they count up from `first_row`."""
    counted: bool = True
    """False where these rows are further records of items that another table already counts."""


@dataclass(frozen=True, slots=True)
class NonEvent:
    """Items that were understood and are no record: an automatic reply, a filtered row. Counted by kind."""

    kind: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Reject:
    """An item that could not be understood: kept by place, field and reason; never its content."""

    place: Place
    reason: str
    """A short code of `docs/lookup/rejects.md`, such as `bad_time`, `missing`, `not_allowed`, `truncated`."""
    field: str = ""
    hint: str = ""
    """What was expected, in words; never what was found."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a whole file, such as a column that was not used. It is no item and counts nowhere."""

    file: str
    reason: str
    """A short code of `docs/lookup/rejects.md`: `unknown_column`, `not_a_record`, `not_in_mapping`, …"""
    field: str = ""
    hint: str = ""
    """What would help, in words; never what was found."""


@dataclass(frozen=True, slots=True)
class Also:
    """Records that come with the reading and are no item of their own: coverage, a company seen in an address."""

    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class FullExtract:
    """The reading held every record of this type that the source has: what is absent is gone as of `exported_at`."""

    type: str
    exported_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading has come, in bytes of input."""

    done: int
    total: int


Item = Kept | Table | NonEvent | Reject | Note | Also | FullExtract | Progress


@dataclass(frozen=True, slots=True)
class Recognition:
    """How sure a source is that a path is for it (0: not at all, 1: certain), and why, in a few words."""

    sure: float
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source is told about a load."""

    playbook: Playbook
    exported_at: datetime
    """When the files were exported: their newest modification time unless the user said otherwise."""
    knows: Callable[[str, str], bool] = lambda _field, _text: False
    """`knows("email", address)` and `knows("domain", registrable_domain)`: whether a contact or account has it."""
    mapping: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    """Options of this source given on the command line as `--set name=value`, checked by the source."""


class Source(Protocol):
    """A connector. `read` streams: it never holds a whole file, and every error names file, row and field."""

    name: ClassVar[str]
    meaning: ClassVar[str]
    """One line for `answerback load --help`."""

    def recognise(self, path: Path) -> Recognition:
        """Whether this path looks like one of ours; reads at most a few kilobytes."""
        ...

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Everything in the path, item by item. Raises SourceError where nothing of it can be read."""
        ...
