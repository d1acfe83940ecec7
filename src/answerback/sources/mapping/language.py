"""The mapping language: which column of a foreign table means which field of which record.

This module is the shape of a mapping file (TOML) and reads it; `docs/lookup/mapping.md` explains it by example. A wrong
key or value is an error that names its line and what would be allowed. Names of columns can only be checked against a
file, which `binding` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from answerback.domain.errors import MappingError
from answerback.domain.fields import FieldType, RecordType
from answerback.domain.records import CARRIED, RECORDS, TOKEN_FIELDS, id_names
from answerback.domain.toml_lines import parse
from answerback.domain.toml_mistakes import Mistake, Mistakes, nearest, not_allowed
from answerback.sources.mapping.template import Template

EPOCHS: Final = ("epoch_seconds", "epoch_milliseconds", "excel_days")
"""Time formats that are numbers."""
OWN_ID: Final = "id"
_LARGEST: Final = 1 << 20


def _word(value: object) -> object:
    """A number or truth value of TOML as the text that a table would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _words(value: object) -> object:
    """One text, or a list of them."""
    if isinstance(value, list | tuple):
        return tuple(_word(each) for each in value)
    return (_word(value),) if isinstance(value, str | int | float) else value


def _tables(value: object) -> object:
    """One table, or a list of them."""
    return (value,) if isinstance(value, dict) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"is '{name}', which is no time zone. Write it as Europe/Amsterdam or UTC") from error
    return name


def _time_format(name: str) -> str:
    sample = datetime(2024, 11, 28, 13, 45, 6, tzinfo=UTC)
    if name in {"iso", *EPOCHS}:
        return name
    try:
        known = datetime.strptime(sample.strftime(name), name)  # noqa: DTZ007 - only whether the format holds a date
    except ValueError:
        known = None
    if known is None or "%" not in name or (known.month, known.day) != (11, 28):
        raise ValueError(f"is '{name}'. Write iso, {', '.join(EPOCHS)} or a form such as %d.%m.%Y %H:%M")
    return name


def _pattern(text: str) -> str:
    try:
        pc.match_substring_regex(pa.array([""]), text)
    except pa.ArrowInvalid as error:
        raise ValueError(f"is '{text}', which is no regular expression (RE2)") from error
    return text


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Zone = Annotated[str, AfterValidator(_zone)]
TimeFormats = Annotated[tuple[Annotated[str, AfterValidator(_time_format)], ...], BeforeValidator(_words)]
Bound = float | datetime | date
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", examples=["work_item_scheduled"])]


class _Part(BaseModel):
    """A table of the mapping: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Named(_Part):
    """What system the files come from, and whose ids they carry."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", examples=["dialler"])]
    ids_of: str = ""
    """The source whose ids of reps, accounts, contacts and deals these are; its own where empty."""


class Read(_Part):
    """How the files are written, where they do not say so themselves."""

    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    time_zone: Zone = ""
    time_formats: TimeFormats = ("iso",)
    decimal: Literal[".", ","] = "."
    empty: Words = ()
    """Texts that mean "nothing", such as NULL or n/a."""


class Test(_Part):
    """What a column must hold. All stated conditions hold together."""

    __test__ = False  # not a test of pytest

    one_of: Words | None = Field(None, alias="is")
    none_of: Words | None = Field(None, alias="not")
    present: bool | None = None
    matches: Annotated[str, AfterValidator(_pattern)] | None = None
    at_least: Bound | None = None
    above: Bound | None = None
    at_most: Bound | None = None
    below: Bound | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return value if isinstance(value, dict | Test) else {"is": value}


Tests = dict[str, Test]
Cases = Annotated[tuple[Tests, ...], BeforeValidator(_tables)]


class Value(_Part):
    """Where a field's value comes from: the first of some columns that holds something, a constant or a template."""

    column: Words = ()
    const: Annotated[str, BeforeValidator(_word)] | None = None
    template: str | None = None
    values: dict[str, Annotated[str, BeforeValidator(_word)]] = {}
    """The file's words and ours."""
    unlisted: Literal["reject", "keep", "note", "empty"] = "reject"
    """What becomes of a word that `values` does not list."""
    default: Annotated[str, BeforeValidator(_word)] | None = None
    format: TimeFormats = ()
    zone: Zone = ""
    decimal: Literal["", ".", ","] = ""
    minor: Annotated[int, Field(ge=0, le=4)] | None = None
    """Amounts are in whole units: the decimals of the currency's minor unit."""
    each: str = ""
    """For tokens: written before each of the column's blank-separated parts."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return value if isinstance(value, dict | Value) else {"column": value}

    @model_validator(mode="after")
    def _one_origin(self) -> Value:
        if (bool(self.column) + (self.const is not None) + (self.template is not None)) != 1:
            raise ValueError("needs exactly one of column, const and template")
        if self.template is not None:
            Template.read(self.template)
        return self

    def columns(self) -> Iterator[str]:
        """The names it takes from the file."""
        yield from self.column
        if self.template is not None:
            yield from Template.read(self.template).names


class Chosen(_Part):
    """Which rows of which files a rule is for."""

    file: str = "*"
    """The file's name, where a folder is loaded; * stands for anything."""
    when: Cases = ()
    """Any of these tables of conditions, each as a whole."""
    unless: Cases = ()

    def tested(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns it looks at, with the place of each below the rule."""
        for key, cases in (("when", self.when), ("unless", self.unless)):
            for number, case in enumerate(cases):
                yield from (((key, number, column), column) for column in case)


def _allowed(record: RecordType) -> tuple[str, ...]:
    tokens = tuple(TOKEN_FIELDS) if record.tokens else ()
    carried = tuple(name for name in CARRIED if name != "source_id")
    return (OWN_ID, *record.index, *tokens, *carried)


class RecordRule(Chosen):
    """Rows that become a record of one type."""

    type: str
    once: bool = False
    """The record comes along with the row, once for each id: a row needs another rule (or skip) to count."""
    fields: dict[str, Value]

    @model_validator(mode="after")
    def _fits_the_record(self) -> RecordRule:
        if self.type not in RECORDS:
            raise Mistakes([Mistake(("type",), f"type {not_allowed(self.type, tuple(RECORDS))}")])
        record = RECORDS[self.type]
        found = [*self._unknown(record), *self._missing(record), *self._outside(record)]
        if found:
            raise Mistakes(found)
        return self

    def _unknown(self, record: RecordType) -> Iterator[Mistake]:
        allowed = (*_allowed(record), *(name for name in id_names(record) if name not in record.index))
        for name in self.fields:
            if name not in allowed:
                hint = nearest(name, allowed) or "."
                said = f"fields.{name} is no field of {record.name}{hint} Allowed: {', '.join(_allowed(record))}"
                yield Mistake(("fields", name), said)
        if len(self.own_id) > 1:
            yield Mistake(("fields", self.own_id[1]), f"fields.{self.own_id[1]} states the id a second time")
        if self.once and not self.own_id:
            yield Mistake(("once",), "once needs fields.id: by it a record is known again")

    def _missing(self, record: RecordType) -> Iterator[Mistake]:
        for field in record.fields:
            if field.required and field.name not in self.fields:
                yield Mistake(("fields",), f"fields.{field.name} is missing, a {record.name} needs it: {field.meaning}")

    def _outside(self, record: RecordType) -> Iterator[Mistake]:
        """Words that are written in the mapping itself and that the field does not know."""
        for name, value in self.fields.items():
            field = record.index.get(name)
            if field is None:
                continue
            words = [("const", value.const), ("default", value.default), *value.values.items()]
            for key, word in words if field.choices else ():
                if word is not None and word.lower() not in field.choices:
                    place = (key,) if key in {"const", "default"} else ("values", key)
                    yield Mistake(("fields", name, *place), f"fields.{name} {not_allowed(word, field.choices)}")
            if value.minor is not None and field.type is not FieldType.INTEGER:
                yield Mistake(("fields", name, "minor"), f"fields.{name} is no number, so it takes no minor")
            if (value.format or value.zone) and field.type is not FieldType.INSTANT:
                key = "format" if value.format else "zone"
                yield Mistake(("fields", name, key), f"fields.{name} is no time, so it takes no {key}")

    @property
    def own_id(self) -> list[str]:
        """The keys under which the record's own id is given: at most one in a valid rule."""
        record = RECORDS[self.type]
        return [name for name in self.fields if name in id_names(record) and name not in record.index]


class SkipRule(Chosen):
    """Rows that are understood and are no record."""

    kind: Kind = Field(alias="as")


class CoverageRule(_Part):
    """What could have been seen: these channels, from the first event of the files to the last or to the export."""

    channel: Words = ("",)
    until: Literal["last_event", "exported_at"] = "last_event"
    known: bool = True
    """False: nothing is said about coverage."""


class Mapping(_Part):
    """A mapping file."""

    version: Literal[1] = 1
    source: Named
    read: Read = Read()
    columns: dict[str, Words] = {}
    """Names of our own for columns: the first of several that the file has and that holds something."""
    record: Annotated[tuple[RecordRule, ...], Field(min_length=1)]
    skip: tuple[SkipRule, ...] = ()
    otherwise: Kind = "reject"
    """What a row is that fits no rule: reject, or the kind of a known non-event."""
    coverage: CoverageRule = CoverageRule()
    full: tuple[str, ...] = ()
    """Record types of which the files hold every one that the source has."""

    @model_validator(mode="after")
    def _full_of_known_types(self) -> Mapping:
        mapped = tuple(dict.fromkeys(rule.type for rule in self.record))
        stray = [(number, name) for number, name in enumerate(self.full) if name not in mapped]
        if stray:
            raise Mistakes([Mistake(("full", number), f"full {not_allowed(name, mapped)}") for number, name in stray])
        return self


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping with its text and name, so that a mistake found later still names its line."""

    mapping: Mapping
    text: str
    name: str


def read_mapping(path: Path) -> MappingFile:
    """A mapping file. Raises MappingError that names each wrong line."""
    try:
        if path.stat().st_size > _LARGEST:
            raise MappingError("this is too large for a mapping", where=str(path), next_step="check the path")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError("the mapping cannot be read", where=str(path), next_step="check the path") from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str = "mapping.toml") -> MappingFile:
    """A mapping from its text.

    Args:
        text: TOML.
        name: What to call it in errors.

    Raises MappingError that names each wrong line.
    """
    return MappingFile(parse(text, Mapping, name, MappingError), text, name)
