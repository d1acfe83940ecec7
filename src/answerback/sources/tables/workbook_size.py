"""How large a workbook really is, before its reader is let near it.

An XLSX file is a zip archive whose directory may lie, and its reader makes room for every cell between the first and
the last one: a file of a kilobyte with one cell in the far corner would take half a terabyte. So each part is unpacked
piece by piece for its size and for the cells it names, and nothing of it is kept.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from answerback.domain.errors import SourceError
from answerback.sources.files import FREE_BYTES, LARGEST_RATIO, Bomb, opened

LARGEST_WORKBOOK: Final = 2 * 1024 * 1024 * 1024
"""Bytes of all parts unpacked. A full sheet of a million rows has about half of it."""
MOST_CELLS: Final = 30_000_000
"""Cells between the first and the last one: about a gigabyte in the reader."""

_STEP: Final = 1 << 20
_LOCAL_HEADER: Final = 30
_CELL: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
_LONGEST_CELL: Final = 64


def measure(path: Path, file: str) -> None:
    """Refuse a workbook that its reader would choke on.

    Args:
        path: The workbook.
        file: Its name in errors.

    Raises SourceError where it is no archive, Bomb where it swells beyond all reason or spans absurdly many cells.
    """
    size = path.stat().st_size if path.is_file() else 0
    room = min(LARGEST_WORKBOOK, max(FREE_BYTES, LARGEST_RATIO * size))
    unpacked = 0
    with opened(path):  # for its errors: missing, a folder, no right to read
        pass
    with path.open("rb") as raw:
        for part in _parts(raw, file):
            extent = _Extent()
            for piece in _pieces(raw, part, file):
                unpacked += len(piece)
                if unpacked > room:
                    raise Bomb(
                        f"the workbook swells to more than {room:,} bytes",
                        where=file,
                        next_step="save the sheet as CSV",
                    )
                if extent.grown_by(piece) > MOST_CELLS:
                    raise Bomb(
                        f"a sheet spans more than {MOST_CELLS:,} cells",
                        where=file,
                        next_step="delete what lies far below or right of the table, or save the sheet as CSV",
                    )


class _Extent:
    """The farthest row and column that a part names so far."""

    def __init__(self) -> None:
        self._row = 0
        self._column = 0
        self._rest = b""

    def grown_by(self, piece: bytes) -> int:
        """The cells between the first one and the farthest, after one more piece of the part."""
        piece = self._rest + piece
        self._rest = piece[-_LONGEST_CELL:]
        for letters, digits in set(_CELL.findall(piece)):
            self._row = max(self._row, int(digits))
            self._column = max(self._column, _column(letters))
        return self._row * self._column


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _parts(raw: BinaryIO, file: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(raw) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _broken(file) from error
    for part in parts:
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or part.flag_bits & 1:
            raise SourceError(
                "the workbook is encrypted or packed in an odd way", where=file, next_step="save it again as XLSX"
            )
    return parts


def _pieces(raw: BinaryIO, part: zipfile.ZipInfo, file: str) -> Iterator[bytes]:
    """What a part unpacks to, from its packed bytes and not from what the directory says of its size."""
    raw.seek(part.header_offset)
    head = raw.read(_LOCAL_HEADER)
    if len(head) < _LOCAL_HEADER or head[:4] != b"PK\x03\x04":
        raise _broken(file)
    raw.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    left = part.compress_size
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := raw.read(min(left, _STEP))):
        left -= len(packed)
        if unpacker is None:
            yield packed
            continue
        while packed and not unpacker.eof:
            try:
                yield unpacker.decompress(packed, _STEP)
            except zlib.error as error:
                raise _broken(file) from error
            packed = unpacker.unconsumed_tail


def _broken(file: str) -> SourceError:
    return SourceError("this is not a whole XLSX workbook", where=file, next_step="save it again as XLSX")
