"""A first look at a table or event log that nobody has explained yet: what its columns seem to mean, and a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.errors import SourceError
from answerback.domain.fields import Field
from answerback.sources.inspect.content import content_of
from answerback.sources.inspect.draft import Table, draft, draft_own
from answerback.sources.inspect.guess import Meaning, certain, meanings
from answerback.sources.inspect.own_names import OwnTable, own_table
from answerback.sources.tables import Rows, read_rows
from answerback.sources.xes import SOURCE as XES
from answerback.sources.xes import read_events

SAMPLE: Final = 20_000
"""Rows that are looked at."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column seems to mean."""

    column: str
    field: str
    """Such as `effort.rep_id`; empty where nothing is made of it."""
    sure: float
    """From 0 to 1."""
    why: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file seems to be."""

    columns: tuple[Guess, ...]
    toml: str
    """A commented mapping to edit. It loads as it stands."""


def inspect_file(path: Path) -> Inspection:
    """What the columns of a file seem to mean, from its first rows.

    Raises SourceError where no row of it can be read.
    """
    xes = XES.recognise(path).sure > 0
    items = read_events(path) if xes else read_rows(path)
    batches = list(islice((item.batch for item in items if isinstance(item, Rows)), 1))
    if not batches:
        raise SourceError("the file has no rows", where=path.name, next_step="choose one that has some")
    batch = batches[0].slice(0, SAMPLE)
    contents = {name: content_of(_texts(batch.column(name))) for name in batch.schema.names}
    found = meanings(contents)

    def allowed(column: str, field: Field) -> bool:
        words = pc.utf8_lower(pc.unique(_texts(batch.column(column)).drop_null()))
        return bool(pc.all(pc.is_in(words, pa.array(field.choices, pa.string()))).as_py())

    own = own_table(path.name, tuple(contents), allowed)
    if own is not None and not _says_more(own, found):
        found = {column: certain(column, own.record.name, name) for column, name in own.names.items()}
    else:
        own = None
    table = Table(path.name, contents, found)
    text = draft(table) if own is None else draft_own(table, own, allowed)
    guesses = [Guess(name, table.fields.get(name, ""), *_sure(name, table)) for name in contents]
    return Inspection(tuple(guesses), text)


def _sure(column: str, table: Table) -> tuple[float, str]:
    """How sure the reading of a column is, and why."""
    if column in table.exact:
        return 1.0, table.exact[column]
    found = table.meanings.get(column)
    return (found.sure, found.why) if found else (0.0, _nothing_said(table.contents[column].filled))


def _says_more(own: OwnTable, found: Mapping[str, Meaning]) -> bool:
    """Whether a table of deals has a stage or an amount under a name of its own: a change of the deal, too."""
    more = {"stage", "amount"}
    return own.record.name == "deal" and any(
        each.meaning in more for column, each in found.items() if column not in own.names
    )


def _texts(column: pa.Array) -> pa.StringArray:
    values = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    values = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _nothing_said(filled: int) -> str:
    return "neither its name nor its values say" if filled else "it is empty"


__all__ = ["Guess", "Inspection", "inspect_file"]
