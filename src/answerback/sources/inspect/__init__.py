"""A first look at a table or event log that nobody has explained yet: what its columns seem to mean, and a mapping."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.errors import SourceError
from answerback.sources.inspect.content import content_of
from answerback.sources.inspect.draft import Table, draft
from answerback.sources.inspect.guess import meanings
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
    table = Table(path.name, contents, found)
    text = draft(table)
    guesses = [
        Guess(
            name,
            table.fields.get(name, ""),
            found[name].sure if name in found else 0.0,
            found[name].why if name in found else _nothing_said(contents[name].filled),
        )
        for name in contents
    ]
    return Inspection(tuple(guesses), text)


def _texts(column: pa.Array) -> pa.StringArray:
    values = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    values = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _nothing_said(filled: int) -> str:
    return "neither its name nor its values say" if filled else "it is empty"


__all__ = ["Guess", "Inspection", "inspect_file"]
