"""Taking a person out of the files of the log: what goes, what stays without them, and how a folder is written anew.

Records about the person go, and their places in lists of participants. Events, deals and assignments stay, because
others have a part in them: a buyer's person is left empty, a rep becomes whoever was forgotten in that source. Content
hashes of rows that named them were made from their id and are replaced by ones that nobody can make again.

A folder is never changed: another one is written beside it, the manifest is changed over in one step, and the old one
removed at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from answerback.domain.fields import Field, FieldType, RecordType
from answerback.domain.log import OWNED_RECORDS, name_columns
from answerback.domain.reading import Note
from answerback.domain.records import RECORDS, key_column
from answerback.engine.literals import sql_text
from answerback.engine.protocol import Engine
from answerback.workspace.disk import OWNER_ONLY, checksum, put_in_place, room_on, sync_file, sync_folder
from answerback.workspace.entries import COLLAPSING
from answerback.workspace.home import OWNERS_FOLDER, Home
from answerback.workspace.intake import IDS, WrittenFile
from answerback.workspace.keys import Keys
from answerback.workspace.log import Batch, Folder, to_manifest
from answerback.workspace.persons import Person
from answerback.workspace.suppression import FORGOTTEN, GONE_WITH, PEOPLE

EVENTS = ("effort", "buyer_action")
_REJECTS = "rejects.parquet"
_HASHES = "hashes"
_NAMES = ".names.parquet"
_BETWEEN = rf"\1{FORGOTTEN}\2"


@dataclass(frozen=True, slots=True)
class Eraser:
    """Takes one person out of files of the log."""

    home: Home
    keys: Keys
    person: Person
    engine: Engine

    def prepare(self, folders: Sequence[Folder], attributes: Iterable[int] | None = None) -> tuple[int, ...]:
        """Learns what hangs on the person: their rows' hashes, and the texts on their events. The keys of these.

        Must come before any folder is written, and is told what it said where it was interrupted since.
        """
        self._note_hashes(folders)
        found = tuple(sorted(self._attributes(folders) if attributes is None else attributes))
        self.engine.put("own_attribute", pa.table({"key": pa.array(found, pa.int64())}))
        return found

    def look(self, folders: Sequence[Folder]) -> Counter[str]:
        """What there is of the person, by kind: rows that go, rows that stay without them, texts."""
        found = Counter[str]()
        for folder in folders:
            for file in folder.files:
                found.update(self._counted(folder, file.name))
            found["file names and notes"] += sum(self._told(batch) != batch for batch in folder.batches)
        del found[_HASHES]
        return Counter({what: count for what, count in found.items() if count})

    def rewrite(self, folder: Folder) -> bool:
        """Writes a folder anew without the person. False: there was nothing of them in it."""
        affected = {file.name for file in folder.files if self._counted(folder, file.name).total()}
        batches = tuple(self._told(batch) for batch in folder.batches)
        if not affected and batches == folder.batches:
            return False
        name = f"{folder.manifest.stem}-{secrets.token_hex(4)}"
        with room_on(self.home.log):
            (self.home.log / name).mkdir(OWNERS_FOLDER)
            files = tuple(self._write(folder, file, name, anew=file.name in affected) for file in folder.files)
            sync_folder(self.home.log / name)
            batches = tuple(replace(batch, folder=name, files=files) for batch in batches)
            put_in_place(folder.manifest, to_manifest(replace(folder, name=name, files=files, batches=batches)))
            shutil.rmtree(self.home.log / folder.name, ignore_errors=True)
        return True

    def told(self, text: str) -> str:
        """A text about a file, without the person's words."""
        return re.sub(_anywhere(self.person.words), FORGOTTEN, text, flags=re.IGNORECASE) if self.person.words else text

    def _told(self, batch: Batch) -> Batch:
        notes = tuple(
            Note(self.told(note.file), note.reason, self.told(note.field), self.told(note.hint)) for note in batch.notes
        )
        return replace(batch, path=self.told(batch.path), notes=notes)

    def _write(self, folder: Folder, file: WrittenFile, into: str, *, anew: bool) -> WrittenFile:
        old, new = self.home.log / folder.name / file.name, self.home.log / into / file.name
        if not anew:
            os.link(old, new)
            return file
        self._open(old)
        self.engine.view("cleaned", self._sql(folder, file.name, _columns(old)))
        [written] = self.engine.write("cleaned", new.with_name(file.name.removesuffix(".parquet")), ())
        written.chmod(OWNER_ONLY)
        sync_file(written)
        return WrittenFile(file.name, pq.read_metadata(written).num_rows, checksum(written))

    def _open(self, path: Path) -> None:
        self.engine.over_files("dirty", [path.resolve()])

    def _note_hashes(self, folders: Sequence[Folder]) -> None:
        """`rehashed`: by the content hash of each row that names the person, one that says nothing."""
        old = set[int]()
        for name, record in RECORDS.items():
            for path in _paths(self.home, folders, f"{name}.parquet"):
                self._open(path)
                rows = self.engine.query(f"select distinct content_hash from dirty where {self._touched(record)}")
                old |= set(rows["content_hash"].to_pylist())
        salt = bytes.fromhex(self.person.salt)
        fresh = [
            int.from_bytes(hashlib.blake2b(each.to_bytes(8, "little", signed=True), key=salt, digest_size=8).digest(),
                           "little", signed=True)
            for each in sorted(old)
        ]  # fmt: skip
        self.engine.put(
            "rehashed", pa.table({"old": pa.array(sorted(old), pa.int64()), "new": pa.array(fresh, pa.int64())})
        )

    def _attributes(self, folders: Sequence[Folder]) -> set[int]:
        """Keys of what is said, in words, of the events that the person took part in, or of themselves."""
        events = set[int]()
        for name in (*EVENTS, "participant"):
            own = "event_key" if name == "participant" else key_column(RECORDS[name])
            for path in _paths(self.home, folders, f"{name}.parquet"):
                self._open(path)
                rows = self.engine.query(
                    f"select distinct {own} as key from dirty where {self._touched(RECORDS[name])}"
                )
                events |= set(rows["key"].to_pylist())
        self.engine.put("own_event", pa.table({"key": pa.array(sorted(events), pa.int64())}))
        found = set[int]()
        for path in _paths(self.home, folders, "attribute.parquet"):
            self._open(path)
            rows = self.engine.query(
                f"""select distinct attribute_key as key from dirty
                    where ({self._gone(RECORDS["attribute"])})
                       or (subject_kind = 'event' and subject_key in (select key from own_event))"""
            )
            found |= set(rows["key"].to_pylist())
        return found

    def _counted(self, folder: Folder, name: str) -> Counter[str]:
        """What of the person is in one file."""
        path = self.home.log / folder.name / name
        self._open(path)
        record = _record_of(name)
        if name.endswith(_NAMES):
            own, texts = self._own_names(record), _changed(name_columns(record), self.person.words)
            sql = {"names": own, "texts that named them": f"not ({own}) and ({texts})"}
            sql[_HASHES] = "content_hash in (select old from rehashed)"
        elif name == IDS:
            sql = {"ids": f"({self._own_ids()}) and id <> {sql_text(FORGOTTEN)}"}
        elif name == _REJECTS:
            sql = {"rejects that named them": _changed(("file", "field", "hint"), self.person.words, anywhere=True)}
        else:
            gone, touched = self._gone(record), self._touched(record)
            texts = _changed(_texts(record), self.person.words)
            sql = {
                f"{record.name}: gone": gone,
                f"{record.name}: without them": f"not ({gone}) and ({touched})",
                "texts that named them": f"not ({gone}) and ({texts})",
            }
            if record.name in OWNED_RECORDS:
                sql[_HASHES] = "owner_hash in (select old from rehashed)"
        chosen = ", ".join(f"count(*) filter ({where}) as c{number}" for number, where in enumerate(sql.values()))
        [row] = self.engine.query(f"select {chosen} from dirty").to_pylist()
        return Counter({what: row[f"c{number}"] for number, what in enumerate(sql) if row[f"c{number}"]})

    def _sql(self, folder: Folder, name: str, columns: Sequence[str]) -> str:
        record = _record_of(name)
        words = self.person.words
        if name.endswith(_NAMES):
            cleaned = {each: _clean(each, words) for each in name_columns(record)} | {
                "content_hash": _rehash("content_hash")
            }
            return f"select {_chosen(columns, cleaned)} from dirty where not ({self._own_names(record)})"
        if name == IDS:
            return f"select * from dirty where not ({self._own_ids()})" + self._stand_in_rows(columns)
        if name == _REJECTS:
            cleaned = {each: _clean(each, words, anywhere=True) for each in ("file", "field", "hint")}
            return f"select {_chosen(columns, cleaned)} from dirty"
        cleaned = {each: _clean(each, words) for each in _texts(record)}
        cleaned |= self._without(record) | {"content_hash": _rehash("content_hash")}
        if record.name in OWNED_RECORDS:
            cleaned["owner_hash"] = _rehash("owner_hash")
        if record.name in COLLAPSING:  # a row without an id of its own is known by its content: so is its key
            own, row_keys = (
                key_column(record),
                _listed({self.keys.key("row", batch.source, record.name) for batch in folder.batches}),
            )
            cleaned[own] = (
                f"case when xor({own}, content_hash) in ({row_keys})"
                f" then xor({_rehash('content_hash')}, xor({own}, content_hash)) else {own} end"
            )
        return f"select {_chosen(columns, cleaned)} from dirty where not ({self._gone(record)})"

    def _stand_in_rows(self, columns: Sequence[str]) -> str:
        """Ids of those who stand in, where a rep of theirs was."""
        rows = []
        for space, source, own in self.person.known_as:
            if space == "rep":
                [table] = self.keys.keyed("rep", source, pa.array([FORGOTTEN]))[1].to_pylist()
                said = {"key": table["key"], "check": f"cast({table['check']} as integer)", "id": sql_text(FORGOTTEN)}
                said |= {"space": "'rep'", "source": sql_text(source)}
                chosen = ", ".join(f'{said[name]} as "{name}"' for name in columns)
                theirs = f"key = {self.keys.key('rep', source, own)} and space = 'rep'"
                rows.append(f"select {chosen} where exists (select 1 from dirty where {theirs})")
        return f" union all ({' union '.join(rows)})" if rows else ""

    def _own_ids(self) -> str:
        """Ids that are the person's, or in which one of their addresses occurs."""
        addresses = self.person.addresses
        entities = "space in ('rep', 'contact', 'account', 'deal', 'case')"
        return (
            f"(space in ('rep', 'contact', 'account') and key in ({_listed(self.person.keys)}))"
            f" or ({entities} and {_matches('id', addresses)})"
            f" or (not {entities} and {_matches('id', addresses, anywhere=True)})"
        )

    def _own_names(self, record: RecordType) -> str:
        own = key_column(record)
        if record.name == "attribute":
            return f"{own} in (select key from own_attribute)"
        return f"{own} in ({_listed(self._of(record.space))})" if record.space in PEOPLE else "false"

    def _of(self, space: str) -> tuple[int, ...]:
        return {"rep": self.person.reps, "contact": self.person.contacts, "account": self.person.accounts}.get(
            space, ()
        )

    def _is_theirs(self, column: str, each: Field) -> str:
        if each.refers_to != "subject":
            return f"coalesce({column} in ({_listed(self._of(each.refers_to))}), false)"
        kinds = (f"(subject_kind = '{space}' and {column} in ({_listed(self._of(space))}))" for space in sorted(PEOPLE))
        return f"coalesce({' or '.join(kinds)}, false)"

    def _gone(self, record: RecordType) -> str:
        """A condition: the whole row goes."""
        taking = GONE_WITH.get(record.name, ())
        parts = [self._is_theirs(each.column, each) for each in record.fields if each.name in taking]
        if record.name in taking:
            parts.append(f"{key_column(record)} in ({_listed(self._of(record.space))})")
        return " or ".join(parts) or "false"

    def _touched(self, record: RecordType) -> str:
        """A condition: the row names the person."""
        parts = [self._is_theirs(each.column, each) for each in _people_in(record)]
        return " or ".join([*parts, self._gone(record)])

    def _without(self, record: RecordType) -> dict[str, str]:
        """Columns in which the person may be named, without them."""
        found = {}
        for each in _people_in(record):
            if each.name not in GONE_WITH.get(record.name, ()):
                moved = (
                    self.person.stand_in if each.refers_to == "rep" else dict.fromkeys(self._of(each.refers_to), "null")
                )
                found[each.column] = _case(each.column, moved, each.column)
        if record.name in EVENTS and self.person.employer:
            theirs = _case("contact_key", self.person.employer, "null")
            found["account_key"] = f"coalesce({found['account_key']}, {theirs})"
        return found


def _people_in(record: RecordType) -> list[Field]:
    return [each for each in record.fields if each.type is FieldType.REF and each.refers_to in PEOPLE | {"subject"}]


def _record_of(name: str) -> RecordType:
    """The record type of a file or of the names in it; any type for files of other sorts."""
    return RECORDS.get(name.removesuffix(".parquet").removesuffix(".names"), RECORDS["contact"])


def _texts(record: RecordType) -> tuple[str, ...]:
    return tuple(each.column for each in record.fields if each.type is FieldType.TEXT)


def _paths(home: Home, folders: Iterable[Folder], name: str) -> list[Path]:
    return [home.log / folder.name / name for folder in folders if any(file.name == name for file in folder.files)]


def _columns(path: Path) -> list[str]:
    names: list[str] = pq.read_schema(path).names
    return names


def _chosen(columns: Sequence[str], cleaned: Mapping[str, str]) -> str:
    return ", ".join(f'{cleaned[name]} as "{name}"' if name in cleaned else f'"{name}"' for name in columns)


def _rehash(column: str) -> str:
    return f"coalesce((select rehashed.new from rehashed where rehashed.old = {column}), {column})"


def _case(column: str, moved: Mapping[str, object] | Mapping[int, str], otherwise: str) -> str:
    if not moved:
        return otherwise
    whens = " ".join(f"when {key} then {value}" for key, value in moved.items())
    return f"case {column} {whens} else {otherwise} end"


def _anywhere(words: Sequence[str]) -> str:
    return "|".join(map(_escaped, words))


def _escaped(word: str) -> str:
    """For every engine's regular expressions: only signs that mean something to them are escaped."""
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", word)


def _matches(column: str, words: Sequence[str], *, anywhere: bool = False) -> str:
    if not words:
        return "false"
    pattern = _anywhere(words) if anywhere else _bounded(words)
    return f"coalesce(regexp_matches({column}, {sql_text(pattern)}, 'i'), false)"


def _bounded(words: Sequence[str]) -> str:
    return r"(^|[^\w.+%-])(?:" + _anywhere(words) + r")($|[^\w.-]|[.-]+($|[^\w]))"


def _changed(columns: Sequence[str], words: Sequence[str], *, anywhere: bool = False) -> str:
    return " or ".join(_matches(column, words, anywhere=anywhere) for column in columns) or "false"


def _clean(column: str, words: Sequence[str], *, anywhere: bool = False) -> str:
    if not words:
        return f'"{column}"'
    if anywhere:
        return f"regexp_replace({column}, {sql_text(_anywhere(words))}, {sql_text(FORGOTTEN)}, 'gi')"
    replaced = column
    for _ in range(2):  # of two words side by side the first takes the sign between them
        replaced = f"regexp_replace({replaced}, {sql_text(_bounded(words))}, {sql_text(_BETWEEN)}, 'gi')"
    return replaced


def _listed(keys: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(keys))) or "null"
