"""Who was forgotten, known only so far that they are never stored again.

An entry holds marks: keyed hashes, under a secret of their own, of the ids and addresses by which a person was known. A
mark can be checked and never read; and no key of the log can be made from one. Every load looks each id and address up:

- records about the person, and their places in a list of participants, are left out;
- an event, deal or assignment that names them stays without them: a buyer's person is left empty, a rep becomes
  `FORGOTTEN`, one for all who were forgotten;
- their address is taken out of any text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.fields import Field, FieldType, RecordType
from answerback.workspace.disk import create_if_absent, put_in_place, room_on
from answerback.workspace.entries import Repeats, Stamp, ids_of_rows, settle
from answerback.workspace.home import Home
from answerback.workspace.keys import Keys
from answerback.workspace.manifests import manifest, to_json

FORGOTTEN = "(forgotten)"
"""The id of whichever rep was forgotten, in every source; also what stands for an address or name in a text."""
PEOPLE = frozenset({"rep", "contact", "account"})
"""Spaces whose ids may be a person's (an account is one where there is no company)."""
NON_EVENT = "forgotten_person"
"""The kind under which items are counted of which nothing was kept."""
GONE_WITH = {
    "rep": ("rep",),
    "contact": ("contact",),
    "account": ("account",),
    "participant": ("contact_id",),
    "attribute": ("subject_id",),
    "decision": ("subject_id", "other_id"),
    "absence": ("rep_id",),
    "practice": ("rep_id",),
    "conversation": ("rep_id",),
    "intention": ("rep_id", "contact_id", "account_id"),
}
"""By record, the fields whose person takes the whole record with them; its own name stands for its own id."""
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]*\w")
_AROUND = r"[!#$%&'*/=?^`{|}~]"
"""Signs that an address may have, and that more often stand around one."""
_FORMAT = 1


def suppression_digest(home: Home) -> str:
    """A name for all that was forgotten so far: a build is made from it, too. Empty where nobody was."""
    path = home.forgotten
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() if path.exists() else ""


def suppress(home: Home, marks: Iterable[str], *, now: datetime) -> bool:
    """Adds an entry. False: all of these marks were there. Only for who holds the lock on loads."""
    entries = _entries(home)
    fresh = sorted(set(marks) - {mark for entry in entries for mark in entry["marks"]})
    if not fresh:
        return False
    with room_on(home.forgotten):
        put_in_place(home.forgotten, to_json({"entries": [*entries, {"at": now, "marks": fresh}]}, form=_FORMAT))
    return True


def read_suppression(home: Home, keys: Keys) -> Suppression:
    """Everybody who was forgotten."""
    return Suppression(keys, frozenset(mark for entry in _entries(home) for mark in entry["marks"]))


def ask_to_forget(home: Home, known_as: Sequence[tuple[str, str, str]]) -> None:
    """Leaves a note for the next command (see `forget`): these ids, too, turned out to be of somebody forgotten."""
    with room_on(home.root):
        create_if_absent(home.forgetting, to_json({"asked": [list(each) for each in known_as]}, form=_FORMAT))


def _entries(home: Home) -> list[Mapping[str, list[str]]]:
    try:
        with manifest(home.forgotten, form=_FORMAT) as said:
            return list(said["entries"])
    except FileNotFoundError:
        return []


@dataclass(slots=True)
class Suppression:
    """Tells who was forgotten, and takes them out of records."""

    keys: Keys
    marks: frozenset[str]
    learned: set[tuple[str, str, str]] = field(default_factory=set)
    """(space, source, id) of records that bore a forgotten address and an id not known before."""

    def __bool__(self) -> bool:
        return bool(self.marks)

    def marks_learned(self) -> list[str]:
        """Marks of the ids not known before."""
        return [self.keys.marks(space, source, [own])[0] for space, source, own in sorted(self.learned)]

    def naming(self, space: str, source: str, column: pa.Array) -> NDArray[np.bool_]:
        """Which rows of a column of ids name somebody who was forgotten; an id may be an address, too."""
        encoded = column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        marks = self.keys.marks(space, source, texts)
        hits = [
            mark in self.marks or (space, source, text) in self.learned or ("@" in text and self.is_address(text))
            for text, mark in zip(texts, marks, strict=True)
        ]
        found = pc.take(pa.array(hits, pa.bool_()), encoded.indices)
        named: NDArray[np.bool_] = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
        return named

    def is_address(self, text: str) -> bool:
        """Whether this is the address of somebody who was forgotten."""
        return self.keys.marks("email", "", [text.strip().lower()])[0] in self.marks

    def clean(self, text: str, *, anywhere: bool = False) -> str:
        """The text without their addresses.

        An address of somebody else that merely ends or begins with one of theirs (jo@acme.example in
        mary.jo@acme.example) stays, unless `anywhere`: in the name of a file nobody can tell where an address ends.
        """
        if "@" not in text:
            return text
        return _ADDRESS.sub(lambda found: FORGOTTEN if self._bears(found[0], anywhere) else found[0], text)

    def _bears(self, found: str, anywhere: bool) -> bool:
        local, _, domain = found.partition("@")
        starts = [0, *(match.end() for match in re.finditer(r"\W" if anywhere else _AROUND, local))]
        ends = [len(domain), *(match.start() for match in re.finditer(r"\W", domain) if anywhere)]
        return any(self.is_address(f"{local[start:]}@{domain[:end]}") for start in starts for end in ends)

    def unspoken(self, table: pa.Table) -> pa.Table:
        """A table of ids without those in which an address of theirs occurs: the key stays, nobody can read it."""
        bearing = pc.match_substring(table["id"], "@")
        if not self or not pc.any(bearing).as_py():
            return table
        kept = [text == self.clean(text, anywhere=True) for text in table["id"].to_pylist()]
        return table.filter(pa.array(kept, pa.bool_()))

    def take_out(
        self, record: RecordType, columns: dict[str, pa.Array], speaker: Mapping[str, str]
    ) -> tuple[dict[str, pa.Array], NDArray[np.bool_], NDArray[np.bool_]]:
        """The columns without the forgotten; which rows to leave out; and which others named one.

        `speaker` says of each space whose ids its ids are.
        """
        rows = len(columns["source_id"])
        gone, touched = np.zeros(rows, bool), np.zeros(rows, bool)
        taking = GONE_WITH.get(record.name, ())
        if record.name in taking:
            gone |= self._about_them(record, columns, speaker)
        columns = dict(columns)
        for each in record.fields:
            if each.type is FieldType.REF and each.refers_to in PEOPLE | {"subject"}:
                hit = self._hits(each, columns, speaker)
                touched |= hit
                if each.name in taking:
                    gone |= hit
                else:
                    columns[each.name] = _without(each, columns[each.name], hit)
            elif each.type in (FieldType.TEXT, FieldType.PERSONAL):
                columns[each.name] = self._cleaned(columns[each.name])
        return columns, gone, touched & ~gone

    def _about_them(
        self, record: RecordType, columns: Mapping[str, pa.Array], speaker: Mapping[str, str]
    ) -> NDArray[np.bool_]:
        own = columns["source_id"]
        about = self.naming(record.space, speaker[record.space], own)
        if "email" in record.index:
            by_address = self.naming("email", "", pc.utf8_lower(columns["email"]))
            for text in own.filter(pa.array(by_address & ~about)).unique().to_pylist():
                if text is not None:
                    self.learned.add((record.space, speaker[record.space], text))
            about |= by_address
        return about

    def _hits(self, each: Field, columns: Mapping[str, pa.Array], speaker: Mapping[str, str]) -> NDArray[np.bool_]:
        column = columns[each.name]
        if each.refers_to != "subject":
            return self.naming(each.refers_to, speaker[each.refers_to], column)
        found = np.zeros(len(column), bool)
        for space in sorted(PEOPLE):
            mine = pc.fill_null(pc.equal(columns["subject_kind"], space), False)
            found |= self.naming(space, speaker[space], pc.if_else(mine, column, pa.scalar(None, pa.string())))
        return found

    def _cleaned(self, column: pa.Array) -> pa.Array:
        if not pa.types.is_string(column.type) or not pc.any(pc.match_substring(column, "@")).as_py():
            return column
        return pa.array([text and self.clean(text) for text in column.to_pylist()], pa.string())


def _without(each: Field, column: pa.Array, hit: NDArray[np.bool_]) -> pa.Array:
    instead = FORGOTTEN if each.refers_to == "rep" else None
    return pc.if_else(pa.array(hit), pa.scalar(instead, pa.string()), column)


def rows_left(
    suppression: Suppression,
    record: RecordType,
    columns: dict[str, pa.Array],
    *,
    files: Sequence[str | None],
    stamp: Stamp,
    repeats: Repeats,
) -> tuple[dict[str, pa.Array], list[int]]:
    """Checked columns as they may be stored, and the numbers of the rows that are left.

    A row without an id that loses a name keeps the id that it had with it: loaded before or after somebody was
    forgotten, it is one and the same record. `files` says for each row where it was read.
    """
    speaker = {space: stamp.speaker(space) for space in (record.space, *PEOPLE)}
    before = settle(record, columns)
    after, gone, touched = suppression.take_out(record, before, speaker)
    rows: list[int] = np.flatnonzero(touched).tolist()
    if rows:
        read = {name: column.take(pa.array(rows)) for name, column in before.items()}
        own = ids_of_rows(record, read, files=[files[row] for row in rows], keys=suppression.keys, repeats=repeats)
        known = dict(zip(rows, own, strict=True))
        given = after["source_id"].to_pylist()
        after["source_id"] = pa.array([known.get(row, each) for row, each in enumerate(given)], pa.string())
    staying: list[int] = np.flatnonzero(~gone).tolist()
    if len(staying) < len(gone):
        after = {name: column.take(pa.array(staying, pa.int64())) for name, column in after.items()}
    return after, staying
