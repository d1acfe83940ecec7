"""Event logs of IEEE 1849, read as a stream and explained by the same mapping language as tables."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from answerback.domain.reading import Item, Reading, Recognition
from answerback.sources.files import GZIP_MAGIC
from answerback.sources.mapping import Mapper, mapping_of
from answerback.sources.xes.parser import read_events

_PEEK = 4096


class XesSource:
    """Event logs of process mining. See `docs/lookup/sources/xes.md`."""

    name: ClassVar[str] = "xes"
    meaning: ClassVar[str] = "an event log (.xes, .xes.gz; IEEE 1849), its activities explained by --mapping FILE"

    def recognise(self, path: Path) -> Recognition:
        """By the ending, or by a `<log` near the start of an XML file."""
        if not path.is_file():
            return Recognition(0.0, "no file")
        if path.name.lower().endswith((".xes", ".xes.gz")):
            return Recognition(0.9, "its name ends like an event log's")
        return Recognition(0.8, "XML that begins with a log") if b"<log" in _head(path) else Recognition(0.0, "no log")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Every event of the log.

        Raises SourceError where it is no event log, MappingError where the mapping is wrong.
        """
        mapper = Mapper(mapping_of(reading, path), reading)
        yield from mapper.items(read_events(path), path.name)
        yield from mapper.finish()


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as raw:
            head = raw.read(_PEEK)
        if not head.startswith(GZIP_MAGIC):
            return head
        with gzip.open(path) as unpacked:
            return unpacked.read(_PEEK)
    except (OSError, EOFError, zlib.error):
        return b""
