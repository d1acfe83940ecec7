"""The ids behind keys, found without looking at all of them.

The log has the ids of each load in the order in which they came. Here they are laid out so that a few are found among
hundreds of millions: the ids one after the other, and beside them all keys in order with the place of each one's id.
Such a file is mapped into memory and asked by halving, so a key costs some millionths of a second. It is made by a
build of what was loaded since the build before, and like the log's it is the owner's alone. Tokens are left out: nobody
asks what one is called by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from answerback.domain.errors import PromiseBroken, WorkspaceError

IDS_NAME = "ids"
"""How such files are called, in the pool and by a snapshot."""
_SUFFIX = ".arrow"
_SCHEMA = pa.schema([("id", pa.string()), ("key", pa.int64()), ("place", pa.uint32())])
_LEFT_OUT = "token"
_SIGN = np.uint64(1 << 63)
_AT_ONCE = 1 << 20
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")

Keys64 = NDArray[np.int64]


class IdSource(Protocol):
    """Ids in some order, that can be gone through twice."""

    def keys(self) -> tuple[Keys64, NDArray[np.int32] | None, NDArray[np.bool_]]:
        """The key of each, its check where it has one, and whether it is to be kept; shape (n,) each."""
        ...

    def ids(self) -> Iterator[pa.Array]:
        """The ids themselves, some at a time."""
        ...


@dataclass(frozen=True, slots=True)
class LogIds:
    """The ids in files of the log."""

    paths: Sequence[Path]

    def keys(self) -> tuple[Keys64, NDArray[np.int32] | None, NDArray[np.bool_]]:
        """Of every row; tokens are not to be kept."""
        keys, checks, kept = [np.empty(0, np.int64)], [np.empty(0, np.int32)], [np.empty(0, np.bool_)]
        for rows in self._read("key", "check", "space"):
            keys.append(rows["key"].to_numpy())
            checks.append(rows["check"].to_numpy().astype(np.int32))
            kept.append(_no_token(rows["space"]))
        return np.concatenate(keys), np.concatenate(checks), np.concatenate(kept)

    def ids(self) -> Iterator[pa.Array]:
        """A group of rows at a time."""
        for rows in self._read("id"):
            yield from rows["id"].chunks

    def _read(self, *columns: str) -> Iterator[pa.Table]:
        """Group by group; the next is unpacked while one is worked on."""
        with ThreadPoolExecutor(1) as ahead:
            for path in self.paths:
                with pq.ParquetFile(path, read_dictionary=["space"]) as file:
                    groups = range(file.num_row_groups)
                    coming = [ahead.submit(file.read_row_group, each, columns=list(columns)) for each in groups[:1]]
                    for group in groups:
                        rows = coming.pop().result()
                        if group + 1 < len(groups):
                            coming.append(ahead.submit(file.read_row_group, group + 1, columns=list(columns)))
                        yield rows


@dataclass(frozen=True, slots=True)
class MadeIds:
    """The ids in files that were made before."""

    paths: Sequence[Path]

    def keys(self) -> tuple[Keys64, NDArray[np.int32] | None, NDArray[np.bool_]]:
        """In the order of the ids."""
        found = [np.empty(0, np.int64)]
        for path in self.paths:
            part = _Part(path)
            keys = np.empty(part.rows, np.int64)
            for places, some in zip(part.places, part.keys, strict=True):
                keys[places] = some
            found.append(keys)
        keys = np.concatenate(found)
        return keys, None, np.ones(len(keys), np.bool_)

    def ids(self) -> Iterator[pa.Array]:
        """As they lie there."""
        for path in self.paths:
            yield from _Part(path).ids


def write_ids(source: IdSource, stem: Path) -> Path:
    """Lays out the ids of a source, each once, in a file `<stem>.arrow`.

    Raises PromiseBroken where two different ids fell on one key: their records could not be told apart.

    >>> import tempfile
    >>> rows = pa.table({"key": [9, -4, 9], "check": [1, 2, 1], "id": ["nine", "four", "nine"], "space": ["rep"] * 3})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pq.write_table(rows, Path(folder, "ids.parquet"))
    ...     path = write_ids(LogIds([Path(folder, "ids.parquet")]), Path(folder, "made"))
    ...     Ids([path]).of([9, 7, -4]), ids_in(path)
    ({-4: 'four', 9: 'nine'}, 2)
    """
    keys, checks, kept = source.keys()
    order, ordered = _in_order(keys)
    again = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    if checks is not None:
        _refuse_shared(ordered[again], checks[order[again]] != checks[order[again - 1]])
    kept[order[again]] = False
    order = order[kept[order]]
    ordered, place = keys[order], (np.cumsum(kept) - 1)[order].astype(np.uint32)
    path = stem.with_name(f"{stem.name}{_SUFFIX}")
    del keys, order
    written = 0
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, _SCHEMA) as file:
        for ids in _in_large_parts(source.ids(), kept):
            here = slice(written, written + len(ids))
            file.write_batch(pa.record_batch([ids, ordered[here], place[here]], schema=_SCHEMA))
            written += len(ids)
    return path


def _in_large_parts(parts: Iterable[pa.Array], kept: NDArray[np.bool_]) -> Iterator[pa.Array]:
    """Those of the ids that are kept, as many at a time as are halved together when a key is looked for."""
    taken, held, some = 0, 0, list[pa.Array]()
    for ids in parts:
        some.append(ids.filter(pa.array(kept[taken : taken + len(ids)])))
        taken, held = taken + len(ids), held + len(some[-1])
        if held >= _AT_ONCE:
            yield pa.concat_arrays(some)
            held, some = 0, []
    if held:
        yield pa.concat_arrays(some)


def ids_in(path: Path) -> int:
    """How many ids a file has."""
    return _Part(path).rows


def _no_token(space: pa.ChunkedArray) -> NDArray[np.bool_]:
    words = space.unify_dictionaries()
    spaces = words.chunk(0).dictionary if words.num_chunks else pa.array([], pa.string())
    token = pc.index(spaces, pa.scalar(_LEFT_OUT)).as_py()
    return np.concatenate([np.empty(0, np.bool_), *(each.indices.to_numpy() != token for each in words.chunks)])


def _in_order(keys: Keys64) -> tuple[Keys64, Keys64]:
    """The places of keys in ascending order of these, and the keys in that order.

    Keys are as good as random: few agree in their first bits, with which the places are sorted as one number each. That
    takes a fifth of the time of sorting places by keys; the few are put in order after it.
    """
    bits = np.uint64(max(len(keys) - 1, 1).bit_length())
    both = ((keys.view(np.uint64) ^ _SIGN) >> bits) << bits
    both |= np.arange(len(keys), dtype=np.uint64)
    both.sort()
    both &= (np.uint64(1) << bits) - np.uint64(1)
    order: Keys64 = both.view(np.int64)
    ordered = keys[order]
    down = np.flatnonzero(ordered[1:] < ordered[:-1])
    if down.size:
        first_bits = ordered >> np.int64(bits)
        mixed = np.unique(first_bits[down])
        starts, ends = (np.searchsorted(first_bits, mixed, side=side) for side in _SIDES)
        few = np.concatenate([np.arange(start, end) for start, end in zip(starts, ends, strict=True)])
        order[few] = order[few][np.argsort(ordered[few], kind="stable")]
        ordered[few] = keys[order[few]]
    return order, ordered


def _refuse_shared(again: Keys64, other: NDArray[np.bool_]) -> None:
    """Keys that occur again, and whether with another id than just before."""
    if collisions := len(np.unique(again[other])):
        raise shared_keys(collisions)


def shared_keys(collisions: int) -> PromiseBroken:
    """What is said where different ids have one key."""
    return PromiseBroken(
        f"different ids share a key: {collisions} of them",
        where="log",
        next_step="nothing was published; start a new workspace, whose secret makes other keys, and load again",
    )


class Ids:
    """The ids behind keys, from files that were made. May be asked from several threads.

    Whoever asks after a file has gone is told so: it may have gone for somebody to be forgotten.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._parts: dict[Path, _Part] = {}
        self._lock = Lock()

    def of(self, keys: Iterable[int]) -> dict[int, str]:
        """By key its id, for those that have one."""
        asked = np.array(sorted({int(key) for key in keys}), np.int64)
        found: dict[int, str] = {}
        for path in self._paths:
            found = self._part(path).of(asked) | found
        return found

    def _part(self, path: Path) -> _Part:
        if not path.exists():
            raise WorkspaceError(
                "a file is gone or damaged", where=str(path), next_step="restore the file from a backup, or build again"
            )
        with self._lock:
            if path not in self._parts:
                self._parts[path] = _Part(path)
            return self._parts[path]


class _Part:
    """One file, mapped into memory."""

    def __init__(self, path: Path) -> None:
        file = pa.ipc.open_file(pa.memory_map(str(path)))
        batches = [file.get_batch(number) for number in range(file.num_record_batches)]
        self.ids = [each.column("id") for each in batches]
        self.keys = [each.column("key").to_numpy() for each in batches]
        self.places = [each.column("place").to_numpy() for each in batches]
        self._first_keys = np.array([keys[0] for keys in self.keys], np.int64)
        self._ends = np.cumsum([len(keys) for keys in self.keys], dtype=np.int64)

    @property
    def rows(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def of(self, asked: Keys64) -> dict[int, str]:
        found: dict[int, str] = {}
        batch = np.searchsorted(self._first_keys, asked, side="right") - 1
        for number in np.unique(batch[batch >= 0]).tolist():
            keys, some = self.keys[number], asked[batch == number]
            at = np.minimum(np.searchsorted(keys, some), len(keys) - 1)
            there = keys[at] == some
            found |= zip(some[there].tolist(), self._ids(self.places[number][at[there]].astype(np.int64)), strict=True)
        return found

    def _ids(self, places: Keys64) -> list[str]:
        batch = np.searchsorted(self._ends, places, side="right")
        starts = self._ends[batch] - np.array([len(self.ids[each]) for each in batch.tolist()], np.int64)
        return [self.ids[each][at].as_py() for each, at in zip(batch.tolist(), (places - starts).tolist(), strict=True)]
