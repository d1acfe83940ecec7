"""Any table whose columns mean something else: CSV, TSV, JSON Lines, Parquet or XLSX read through a mapping file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from answerback.domain.errors import MappingError, SourceError, UsageError
from answerback.domain.reading import Item, Place, Reading, Recognition, Reject
from answerback.sources.mapping.apply import Mapper
from answerback.sources.mapping.language import MappingFile, read_mapping
from answerback.sources.tables import ReadOptions, read_rows, stem_and_ending


class MappingSource:
    """Tables of other systems through a mapping. See `docs/lookup/mapping.md`."""

    name: ClassVar[str] = "mapping"
    meaning: ClassVar[str] = "any table (CSV, TSV, JSON Lines, Parquet, XLSX), its columns explained by --mapping FILE"

    def recognise(self, path: Path) -> Recognition:
        """A table file, or a folder that holds one. Others that know a table by its name are surer."""
        if path.is_file() and stem_and_ending(path.name)[1]:
            return Recognition(0.2, "a table; a mapping has to say what its columns mean")
        try:
            if path.is_dir() and any(stem_and_ending(each.name)[1] for each in path.iterdir()):
                return Recognition(0.1, "a folder with tables; a mapping has to say what their columns mean")
        except OSError:
            return Recognition(0.0, "a folder that may not be read")
        return Recognition(0.0, "no table")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Everything in the table, or in the tables of the folder. A file that cannot be read costs itself alone.

        Raises SourceError where nothing can be read, MappingError where mapping and table do not fit.
        """
        told = mapping_of(reading, path)
        mapper = Mapper(told, reading)
        read = told.mapping.read
        options = ReadOptions(delimiter=read.delimiter, encoding=read.encoding, sheet=read.sheet)
        broken: list[SourceError] = []
        for file in table_files(path):
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            try:
                yield from mapper.items(read_rows(file, name, options), name)
            except SourceError as error:
                broken.append(error)
                yield Reject(Place(name, 0), error.code, "", error.what)
        if not mapper.used:
            raise (
                broken[0]
                if broken
                else MappingError(
                    "no file fits any rule of the mapping", where=told.name, next_step="look at the file = of its rules"
                )
            )
        yield from mapper.finish()


def mapping_of(reading: Reading, path: Path) -> MappingFile:
    """The mapping that a reading was given.

    Raises SourceError where it has none, UsageError for options: what could be one stands in the mapping.
    """
    if reading.options:
        what = f"a load through a mapping has no option {next(iter(reading.options))}"
        raise UsageError(what, next_step="say in the mapping how the file is written")
    if reading.mapping is None:
        raise SourceError(
            "nothing says what the columns mean",
            where=path.name,
            next_step=f"let `answerback inspect {path.name}` write a mapping, then load with --mapping",
        )
    return read_mapping(reading.mapping)


def table_files(path: Path) -> list[Path]:
    """The table files of a folder, by name; or the one file.

    Raises SourceError where a folder has none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.is_file() and stem_and_ending(file.name)[1])
    if not found:
        raise SourceError("the folder holds no table", where=path.name, next_step="name the folder with the files")
    return found
