"""Event logs of IEEE 1849 (XES) as a flat table: one row an event, read as a stream.

The columns are the event's attributes and, with `case:` in front, those of its trace. Attributes inside attributes are
passed over. A log that declares a default for an event's or trace's attribute (`<global>`) gets it where the attribute
is absent; not for times, because a time nobody recorded is no time. A log with a document type is refused: its entities
could unfold without end. Broken XML ends the reading with one reject; the events before it are good.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn
from xml.parsers import expat

from answerback.domain.errors import SourceError
from answerback.domain.reading import Place, Progress, Reject
from answerback.sources import files
from answerback.sources.tables.rows import BATCH_ROWS, Header, TableItems
from answerback.sources.xes.events import Attributes, Events

DEEPEST: Final = 100
_CHUNK: Final = 1 << 18
_LEAVES: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_CUT: Final = "the file ends in the middle: export it again"
_EXPORT: Final = "export it as XES (IEEE 1849)"


def read_events(path: Path, file: str = "") -> TableItems:
    """The events of a log, one row each.

    Args:
        path: The log, gzip or not.
        file: Its name in places and errors; the path's own name where empty.

    Raises SourceError where it is no event log, has a document type, or holds an absurdly large element.
    """
    file = file or path.name
    log = _Log(file)
    events = log.events
    with files.opened(path) as (reader, stream):
        yield Header((), open=True)
        for ended in _fed(log, reader):
            if events.count >= BATCH_ROWS:
                yield events.rows()
                yield Progress(stream.consumed, stream.size)
            if ended is not None:
                if not log.is_log:
                    raise SourceError("this is no event log", where=file, next_step=_EXPORT)
                if events.count:
                    yield events.rows()
                if ended.reason:
                    yield Reject(Place(file, events.before + 1), ended.reason, "", ended.hint)
        yield Progress(stream.size, stream.size)


class _Log:
    """An XML parser that knows the elements of a log."""

    def __init__(self, file: str) -> None:
        self.events = Events(file)
        self.is_log = False
        self._file = file
        self._within = ""
        self._case: Attributes = {}
        self._defaults: Attributes = {}
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._listen()

    def _listen(self) -> None:
        """Handlers of every element; closures, because each attribute of the log comes through here."""
        events, columns, leaves = self.events, self.events.columns, _LEAVES
        depth = 0
        in_event = False

        def start(tag: str, pairs: list[str]) -> None:
            nonlocal depth, in_event
            depth += 1
            if in_event and depth == 4:
                if tag in leaves and len(pairs) == 4 and pairs[0] == "key" and pairs[2] == "value":
                    name = pairs[1]
                    (columns[name] if name in columns else events.column(name)).append(pairs[3])
                    events.given += 1
                else:
                    self._odd_attribute(tag, pairs)
            elif depth == 3:
                in_event = self._inside(tag, pairs)
            elif depth < 3:
                self._outside(depth, tag, pairs)
            elif depth > DEEPEST:
                self._too_deep()

        def end(_: str) -> None:
            nonlocal depth, in_event
            depth -= 1
            if depth == 2 and in_event:
                in_event = False
                events.count += 1
                if events.given != len(columns):
                    events.put_right()
                events.given = 0

        self.parser.StartElementHandler = start
        self.parser.EndElementHandler = end

    def _outside(self, depth: int, tag: str, pairs: list[str]) -> None:
        """The log itself, its traces and its declarations."""
        self._within = tag.rpartition(":")[2]
        if depth == 1:
            self.is_log = self._within == "log"
            if not self.is_log:
                raise SourceError("this XML is no event log", where=self._file, next_step=_EXPORT)
        elif self._within == "trace":
            self._case = self.events.trace()
        elif self._within == "global":
            scope = dict(zip(pairs[::2], pairs[1::2], strict=True)).get("scope", "")
            self._defaults = self.events.defaults.get(scope, {})

    def _inside(self, tag: str, pairs: list[str]) -> bool:
        """An element of a trace or a declaration; whether it is an event."""
        tag = tag.rpartition(":")[2]
        if self._within == "trace" and tag == "event":
            return True
        if tag in _LEAVES and self._within == "trace":
            _take(self._case, pairs)
        elif tag in _LEAVES and self._within == "global" and tag != "date":
            _take(self._defaults, pairs)
        return False

    def _odd_attribute(self, tag: str, pairs: list[str]) -> None:
        """An event's attribute that is not written like most: a namespace in front, another order, a list."""
        found: Attributes = {}
        if tag.rpartition(":")[2] in _LEAVES:
            _take(found, pairs)
        for name, value in found.items():
            column = self.events.columns[name] if name in self.events.columns else self.events.column(name)
            column.append(value)
            self.events.given += 1

    def _too_deep(self) -> NoReturn:
        what = f"its elements lie more than {DEEPEST} deep inside each other"
        raise SourceError(what, where=self._file, next_step="check that it is an event log")

    def _doctype(self, *_: object) -> NoReturn:
        raise SourceError(
            "the log has a document type, which could unfold without end",
            where=self._file,
            next_step="remove the <!DOCTYPE …> from its beginning",
        )

    def feed(self, piece: bytes) -> int:
        """Parse one more piece (an empty one is the end); the bytes that are understood so far."""
        self.parser.Parse(piece, not piece)
        return int(self.parser.CurrentByteIndex)


@dataclass(frozen=True, slots=True)
class _Ended:
    """Why there is nothing more to read; no reason: the log is whole."""

    reason: str = ""
    hint: str = ""


def _take(into: Attributes, pairs: list[str]) -> None:
    given = dict(zip(pairs[::2], pairs[1::2], strict=True))
    if "key" in given and "value" in given:
        into[given["key"]] = given["value"]


def _fed(log: _Log, reader: io.BufferedReader) -> Iterator[_Ended | None]:
    """Feeds the parser: None after each piece, at last what ended it."""
    fed = 0
    while True:
        try:
            piece = reader.read1(_CHUNK)
        except files.Truncated:
            yield _Ended("truncated", _CUT)
            return
        try:
            understood = log.feed(piece)
        except expat.ExpatError as error:
            hint = f"well-formed XML in line {error.lineno} and behind it"
            yield _Ended("bad_xml", hint) if piece else _Ended("truncated", _CUT)
            return
        except (LookupError, ValueError) as error:  # Python's own codecs stand behind encodings that expat lacks
            what = "it is in an encoding that no XML parser must know"
            raise SourceError(what, where=log.events.file, next_step="save it as UTF-8") from error
        if not piece:
            yield _Ended()
            return
        fed += len(piece)
        if fed - understood > files.LONGEST_LINE:
            what = f"it holds an element of more than {files.LONGEST_LINE:,} bytes"
            raise SourceError(what, where=log.events.file, next_step="check that it is an event log")
        yield None
