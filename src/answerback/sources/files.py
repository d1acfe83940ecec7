"""Opening files that nobody can be trusted to have made well.

One way in for every source: compressed or not, streamed, bounded, with errors that say what is wrong with which file.
A gzip that ends early gives what it held and then a `Truncated`; one that swells beyond all reason is stopped.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from answerback.domain.errors import SourceError

GZIP_MAGIC: Final = b"\x1f\x8b"
LARGEST_RATIO: Final = 200
"""A compressed file that swells more than this (and beyond FREE_BYTES) is a bomb, not an export."""
FREE_BYTES: Final = 64 * 1024 * 1024
LONGEST_LINE: Final = 16 * 1024 * 1024
"""A line longer than this is not a row of anything."""


class Truncated(EOFError):
    """The file ended in the middle: what came before is good."""


class Bomb(SourceError):
    """A compressed file swells beyond all reason."""

    code = "bomb"


class Stream(io.RawIOBase):
    """The bytes of a file, decompressed as they are read; `.consumed` and `.size` are in bytes of the file on disk."""

    def __init__(self, raw: BinaryIO, path: Path) -> None:
        self._raw = raw
        self._path = path
        self.size = path.stat().st_size
        head = raw.read(2)
        raw.seek(0)
        self._gzip = head == GZIP_MAGIC
        self._inner: BinaryIO = gzip.GzipFile(fileobj=raw, mode="rb") if self._gzip else raw  # type: ignore[assignment]
        self._given = 0

    @property
    def consumed(self) -> int:
        """Bytes of the file that have been used up so far."""
        return min(self._raw.tell(), self.size)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fills the buffer as far as it goes. Raises Truncated or Bomb."""
        try:
            # read1: what was unpacked before the damage is handed over, which read would throw away.
            chunk = self._inner.read1(len(buffer))  # type: ignore[attr-defined]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Truncated(f"the compressed file {self._path.name} ends early or is damaged") from error
        count = len(chunk)
        buffer[:count] = chunk
        self._given += count
        if self._gzip and self._given > FREE_BYTES and self._given > LARGEST_RATIO * max(self._raw.tell(), 1):
            raise Bomb(
                f"the compressed file swells to more than {LARGEST_RATIO} times its size",
                where=self._path.name,
                next_step="unpack it by hand and look at it before loading",
            )
        return count


@contextmanager
def opened(path: Path) -> Iterator[tuple[io.BufferedReader, Stream]]:
    """A buffered reader over a file's bytes, and the stream that tells how far it has come.

    Raises SourceError where the path is missing, a directory or unreadable. Reading raises Truncated or Bomb.
    """
    if path.is_dir():
        raise SourceError("this is a folder, a file was expected", where=str(path), next_step="name the file inside it")
    try:
        raw = path.open("rb")
    except FileNotFoundError as error:
        raise SourceError("there is no such file", where=str(path), next_step="check the path") from error
    except PermissionError as error:
        raise SourceError(
            "the file may not be read", where=str(path), next_step="give yourself the right to read it"
        ) from error
    with raw:
        stream = Stream(raw, path)
        yield io.BufferedReader(stream, buffer_size=1 << 20), stream


def text_encoding(head: bytes) -> str:
    """The encoding of a text file from its first bytes: a byte-order mark, else UTF-16 by its zeros, else UTF-8.

    In UTF-16 every other byte is zero, and those between are not: a hole of zeros in a file is damage, and no UTF-16.

    >>> text_encoding(codecs.BOM_UTF8 + b"a,b"), text_encoding("a,b".encode("utf-16-le")), text_encoding(b"a,b")
    ('utf-8-sig', 'utf-16-le', 'utf-8')
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:512]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(sample) >= 4 and odd > len(sample) // 4 and even <= odd // 8:
        return "utf-16-le"
    if len(sample) >= 4 and even > len(sample) // 4 and odd <= even // 8:
        return "utf-16-be"
    return "utf-8"
