"""A batch of one object's rows, as expressions see it: cleaned columns by their plain names, and the world around them.

A column's plain name has lower-case letters and digits alone, so that `ActivityDateTime`, `activity_date_time` and
"Activity Date Time" are one column. What cannot be read is marked against its row while expressions are worked out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.reading import Reading
from answerback.sources.addresses import Sellers, account_id_of, clean_address, host_of
from answerback.sources.crm import values
from answerback.sources.crm.lookups import Lookup


def plain(name: str) -> str:
    """A column's or object's name without case and punctuation.

    >>> plain("ActivityDateTime") == plain("activity_date_time") == plain("Activity date time")
    True
    """
    return re.sub(r"[^0-9a-z]+", "", name.lower())


MOST_REMEMBERED: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Party:
    """Whose address it is: cleaned, the rep it belongs to (else an outside party), and the company behind it."""

    address: str
    rep: str | None
    company: str
    """The account's id: the CRM's where one company has that domain, else the registrable domain, or the address itself
    where no company stands behind it."""
    domain: str


@dataclass(slots=True)
class World:
    """What holds for a whole folder: the reading, which objects it has, and what other files say."""

    reading: Reading
    present: frozenset[str] = frozenset()
    """Objects that the folder holds, by plain name."""
    naive_zone: ZoneInfo = values.UTC
    """The zone of times that name none."""
    day_zone: ZoneInfo = values.UTC
    """The zone in which a day alone begins."""
    date_order: str = ""
    """`mdy` or `dmy` where the files write dates with slashes."""
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    seller_ids: Mapping[str, str] = field(default_factory=dict)
    """Lower-case address of a person of ours to their id."""
    company_ids: Mapping[str, str] = field(default_factory=dict)
    """By domain, the id of the one company of the CRM that has it."""
    sellers: Sellers = field(default_factory=Sellers)
    parties: dict[str, Party | None] = field(default_factory=dict)

    def party(self, text: str) -> Party | None:
        """Whose address a text is; None where it is no address. Worked out once for each."""
        if text not in self.parties:
            if len(self.parties) >= MOST_REMEMBERED:
                self.parties.clear()
            address = clean_address(text)
            self.parties[text] = self._party(address) if address else None
        return self.parties[text]

    def parties_of(self, texts: Sequence[str]) -> list[Party | None]:
        """Whose addresses some texts are."""
        known, party = self.parties, self.party
        return [known[text] if text in known else party(text) for text in texts]

    def _party(self, address: str) -> Party:
        rep = self.seller_ids.get(address) or self.sellers.rep_of(address)
        company = account_id_of(address)
        domain = "" if company == address else company
        return Party(address, rep, self.company_ids.get(domain, company), domain)

    def knows(self, party: Party) -> bool:
        """Whether an outside party may enter the log: a known contact or account, or all where the playbook says so."""
        reading = self.reading
        if reading.playbook.privacy.outside == "all" or reading.knows("email", party.address):
            return True
        return bool(party.domain) and reading.knows("domain", party.domain)

    def excludes(self, address: str) -> bool:
        """Whether the playbook excludes an address, or a domain that it is under."""
        host = f".{host_of(address)}"
        return any(
            address == each or (each and "@" not in each and host.endswith(f".{each}"))
            for each in (entry.strip().lower().lstrip("@") for entry in self.reading.playbook.privacy.exclude_addresses)
        )


class Frame:
    """Some rows of one object, whole columns at a time."""

    def __init__(self, columns: Mapping[str, pa.Array], numbers: pa.Array, world: World) -> None:
        self.numbers = numbers
        self.world = world
        self.item: pa.Array = pa.nulls(len(numbers), pa.string())
        self.unread: dict[tuple[str, str], pa.Array] = {}
        """Per column and reason, which rows hold something there that could not be read."""
        self.headers: Mapping[str, str] = {}
        self.made: dict[object, Any] = {}
        """What expressions have made of these rows so far."""
        self.outsiders: dict[int, tuple[pa.Array, tuple[NDArray[np.int64], pa.Array]]] = {}
        self._columns = dict(columns)
        self._texts: dict[str, pa.Array] = {}
        self._instants: dict[str, pa.Array] = {}

    @classmethod
    def of(cls, batch: pa.RecordBatch, names: tuple[str, ...], numbers: pa.Array, world: World) -> Frame:
        """The rows of a batch, its columns under these plain names; of two that are one, the first counts."""
        columns: dict[str, pa.Array] = {}
        headers: dict[str, str] = {}
        for name, header, column in zip(names, batch.schema.names, batch.columns, strict=True):
            if name not in columns:
                columns[name], headers[name] = column, header
        frame = cls(columns, numbers, world)
        frame.headers = headers
        return frame

    def __len__(self) -> int:
        return len(self.numbers)

    def header(self, name: str) -> str:
        """A column's name as it stands in the file."""
        return self.headers.get(name, name)

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._columns

    def text(self, name: str) -> pa.Array:
        """A column's cells as text; blank ones and those of an absent column are null."""
        if name not in self._texts:
            column = self._columns.get(name)
            self._texts[name] = self.nulls() if column is None else values.cleaned(_as_text(column))
        return self._texts[name]

    def instant(self, name: str) -> pa.Array:
        """A column's cells as instants; what is none is marked as unread."""
        if name not in self._instants:
            column = self._columns.get(name)
            typed = column is not None and pa.types.is_timestamp(column.type)
            found, bad = values.instants(
                column if column is not None and typed else self.text(name),
                zone=self.world.naive_zone,
                day_zone=self.world.day_zone,
                order=self.world.date_order,
            )
            self.mark_unread(name, "bad_time", bad)
            self._instants[name] = found
        return self._instants[name]

    def mark_unread(self, name: str, reason: str, bad: pa.Array) -> None:
        """Remember which rows hold something in this column that could not be read."""
        earlier = self.unread.get((name, reason))
        self.unread[name, reason] = bad if earlier is None else pc.or_(earlier, bad)

    def nulls(self) -> pa.Array:
        """A column of nothing."""
        return pa.nulls(len(self), pa.string())

    def all(self, answer: bool) -> pa.Array:
        """A column of one truth."""
        return pa.array(np.full(len(self), answer))

    def narrowed(self, names: Sequence[str]) -> Frame:
        """The same rows with these columns alone."""
        frame = Frame({name: self._columns[name] for name in names if name in self._columns}, self.numbers, self.world)
        frame.headers = self.headers
        return frame

    def take(self, rows: NDArray[np.int64], item: pa.Array | None = None) -> Frame:
        """These rows, in this order and as often as they are named; `item` is what each was named for."""
        chosen = pa.array(rows)
        columns = {name: column.take(chosen) for name, column in self._columns.items()}
        taken = Frame(columns, self.numbers.take(chosen), self.world)
        taken.headers = self.headers
        taken.item = item if item is not None else self.item.take(chosen)
        return taken


def _as_text(column: pa.Array) -> pa.Array:
    """Cells of a typed file as text; lists of text are joined with semicolons, what has no text form is empty."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)) and pa.types.is_string(
        column.type.value_type
    ):
        return pc.binary_join(column, ";")
    if pa.types.is_nested(column.type):
        return pa.nulls(len(column), pa.string())
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(column), pa.string())


def outside(frame: Frame, column: pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    """The outside parties' addresses in a column of lists (`a@x.example; b@y.example`), with the row of each.

    An address is looked at once per batch, however often it occurs, and a column however often it is asked for.
    """
    # The column itself is the proof that its identity stays its own.
    _, answer = frame.outsiders.get(id(column)) or (column, None)
    if answer is None:
        answer = _outside(frame, column)
        frame.outsiders[id(column)] = (column, answer)
    return answer


def _outside(frame: Frame, column: pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    rows, found = split(column, r"[;,\s]+")
    codes = pc.dictionary_encode(found)
    parties = frame.world.parties_of(codes.dictionary.to_pylist())
    buyers = pa.array([each.address if each and each.rep is None else None for each in parties], pa.string())
    addresses = buyers.take(codes.indices)
    kept = pc.is_valid(addresses)
    return rows[kept.to_numpy(zero_copy_only=False)], addresses.filter(kept)


def split(column: pa.Array, pattern: str) -> tuple[NDArray[np.int64], pa.Array]:
    """Each part of each cell, cut at a pattern: the row of each part, and the part."""
    lists = pc.split_pattern_regex(column, pattern)
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    parts = values.cleaned(pc.list_flatten(lists))
    kept = pc.is_valid(parts)
    return rows[kept.to_numpy(zero_copy_only=False)], parts.filter(kept)


def first_of_each(rows: NDArray[np.int64], parts: pa.Array, length: int) -> pa.Array:
    """The first part of each row; empty where a row has none."""
    distinct, where = np.unique(rows, return_index=True)
    place = np.zeros(length, dtype=np.int64)
    none = np.ones(length, dtype=bool)
    place[distinct], none[distinct] = where, False
    return parts.take(pa.array(place, mask=none)) if len(parts) else pa.nulls(length, pa.string())
