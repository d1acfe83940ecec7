"""Tables named after the records, with columns named after their fields: the documented interchange format.

Values are handed over as they stand; the workspace checks them, fills in defaults and takes token columns apart. A file
that cannot be used costs itself alone: it is one reject (place 0), and the others load.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.errors import SourceError
from answerback.domain.fields import RecordType
from answerback.domain.kinds import ActionKind
from answerback.domain.reading import (
    Also,
    FullExtract,
    Item,
    Note,
    Place,
    Progress,
    Reading,
    Recognition,
    Record,
    Reject,
    Table,
)
from answerback.domain.records import RECORDS
from answerback.sources.files import Truncated, opened
from answerback.sources.folder.headers import Fields, fields_of, record_of
from answerback.sources.folder.manifest import MANIFEST, Manifest, manifest_of
from answerback.sources.mapping.values import Times, instants
from answerback.sources.tables import Header, Rows, read_rows, stem_and_ending

_SURE = 0.5
"""Half of the columns known: then the file's name is no accident."""
_SUREST = 0.95
_OURS_TO_REFUSE = 0.9
"""Of a file that cannot be loaded, but of which we can say what it lacks."""


class FolderSource:
    """The interchange format. See `docs/lookup/sources/folder.md`."""

    name: ClassVar[str] = "folder"
    meaning: ClassVar[str] = (
        "tables named after the records (effort.csv, buyer_action.parquet, …), one or a folder of them"
    )

    def recognise(self, path: Path) -> Recognition:
        """By the names of files and, where they tell, of their columns."""
        best, empty, strange = Recognition(0.0, "no file is named after a record"), "", False
        for file in _table_files(path)[:50] if path.is_dir() or path.is_file() else []:
            record = record_of(file.name)
            if record is None:
                continue
            if _is_empty(file):
                empty = empty or file.name
                continue
            fit, why = _fit(file, record)
            strange = strange or fit < _SURE
            if fit >= _SURE and fit > best.sure:
                best = Recognition(min(_SUREST, fit), f"{file.name} {why} {record.name}")
        if empty and not best.sure and not strange:  # beside tables of somebody else it would be theirs
            return Recognition(_OURS_TO_REFUSE, f"{empty} is named after a record, and empty")
        return best

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Every row of every file named after a record.

        Raises SourceError where no file of it can be read.
        """
        files = _table_files(path)
        manifest = manifest_of(path, reading.options)
        work = _Folder(path, manifest)
        total = sum(file.stat().st_size for file in files)
        done = 0
        for file in files:
            for item in work.items(file):
                yield Progress(done + item.done, total) if isinstance(item, Progress) else item
            done += file.stat().st_size
        if work.errors and not work.loaded:
            raise work.errors[0]
        if not work.loaded:
            known = ", ".join(RECORDS)
            raise SourceError("no file is named after a record", where=path.name, next_step=f"use these names: {known}")
        yield from work.finish(reading)


class _Folder:
    """A reading of one folder."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        self.errors: list[SourceError] = []
        self.loaded: set[str] = set()
        self._root = root
        self._manifest = manifest
        self._acted = False

    def items(self, file: Path) -> Iterator[Item]:
        """What one file holds."""
        name = file.relative_to(self._root).as_posix() if self._root.is_dir() else file.name
        record = record_of(file.name)
        if record is None:
            yield Note(name, "not_a_record", hint=f"a file named after one of: {', '.join(RECORDS)}")
            return
        try:
            yield from self._rows(file, name, record)
        except SourceError as error:
            self.errors.append(error)
            yield Reject(Place(name, 0), error.code, "", error.what)

    def _rows(self, file: Path, name: str, record: RecordType) -> Iterator[Item]:
        told: set[str] = set()
        names: dict[str, str] = {}
        for item in read_rows(file, name, self._manifest.read_options()):
            if isinstance(item, Header):
                fields = fields_of(record, item.columns)
                names = fields.names
                if fields.missing and not item.open:
                    yield self._refused(name, record, fields)
                    return
                yield from _unknown(name, fields, told)
                self.loaded.add(record.name)
            elif isinstance(item, Rows):
                columns = item.batch.schema.names
                if not set(columns) <= names.keys() | told:  # an open table has brought further columns
                    fields = fields_of(record, columns)
                    names = fields.names
                    yield from _unknown(name, fields, told)
                kept = {names[column]: item.batch.column(column) for column in columns if column in names}
                yield from self._table(record, kept, item, name)
            else:
                yield item

    def _table(self, record: RecordType, columns: dict[str, pa.Array], rows: Rows, name: str) -> Iterator[Item]:
        if not columns:
            columns = {"source_id": pa.nulls(rows.batch.num_rows, pa.string())}
        if record.name == "buyer_action" and not self._acted:
            self._acted = _has_an_action(columns)
        yield Table(record.name, pa.table(columns), name, rows=pa.table({"row": rows.numbers}))

    def _refused(self, name: str, record: RecordType, fields: Fields) -> Reject:
        missing = ", ".join(fields.missing)
        what = f"{record.name} needs the columns {missing}"
        self.errors.append(SourceError(what, where=name, next_step="add them, or name the file's columns in a mapping"))
        return Reject(Place(name, 0), "missing_column", missing, what)

    def finish(self, reading: Reading) -> Iterator[Item]:
        """Coverage where the folder states none, and full extracts.

        Efforts alone say nothing of what buyers did. And no start is stated: efforts may come in a load of their own.
        """
        if "coverage" not in self.loaded and self._acted:
            yield Also((Record("coverage", {"to": reading.exported_at}),))
        for name in sorted(self.loaded):
            if self._manifest.holds_all_of(name):
                yield FullExtract(name, reading.exported_at)


def _has_an_action(columns: dict[str, pa.Array]) -> bool:
    """Whether any row has a time and a kind that a buyer action can have: one in which all is wrong shows nothing."""
    if not {"occurred_at", "kind"} <= columns.keys():
        return False
    times = pc.is_valid(instants(columns["occurred_at"], Times("UTC")).values)
    kinds = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(columns["kind"], pa.string())))
    known = pc.is_in(kinds, pa.array([str(kind) for kind in ActionKind]))
    return bool(pc.any(pc.and_(times, known)).as_py())


def _unknown(name: str, fields: Fields, told: set[str]) -> Iterator[Note]:
    for column in fields.unknown:
        if column not in told:
            told.add(column)
            yield Note(name, "unknown_column", column, "a column named after a field of docs/lookup/records.md")


def _table_files(path: Path) -> list[Path]:
    if not path.is_dir():
        with opened(path):  # for its errors: missing, no right to read
            return [path]
    try:
        found = [file for file in path.iterdir() if file.is_file() and file.name != MANIFEST]
    except OSError as error:
        raise SourceError(
            "the folder may not be read", where=str(path), next_step="give yourself the right to read it"
        ) from error
    return sorted(file for file in found if not file.name.startswith(".") and stem_and_ending(file.name)[1])


def _is_empty(file: Path) -> bool:
    try:
        with opened(file) as (reader, _):
            return not reader.peek(64)[:64].strip()
    except (SourceError, Truncated):
        return False


def _fit(file: Path, record: RecordType) -> tuple[float, str]:
    """How well a file's columns fit its name, and what they have to do with the record."""
    if stem_and_ending(file.name)[1] == "xlsx":
        return _SURE, "is named after"  # to see its columns all of it would have to be read
    try:
        header = next(iter(read_rows(file)))
    except SourceError:
        return 0.0, ""
    fields = fields_of(record, header.columns if isinstance(header, Header) else ())
    if fields.missing and fields.share >= _SURE:
        return _OURS_TO_REFUSE, f"lacks {', '.join(fields.missing)} of"
    return fields.fit, "has the columns of"
