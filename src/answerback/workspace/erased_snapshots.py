"""Taking a person out of kept snapshots: their keys in the files of relations, their address in what a manifest says.

A snapshot holds keys only, and which column means whom is written in no file of it. But a key is a hash of 64 bits: a
number that is one of the person's keys is theirs, whatever the relation is called. Rows that are about a buyer's person
go, in others the column is left empty; a rep becomes whoever was forgotten in that source.

Files of the pool never change: other ones take their place, the manifests are changed over, and the old ones removed at
once. Whoever is just reading one of them is told that it is gone: to be forgotten comes before the lease of readers.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.engine.catalogue import catalogue
from answerback.engine.literals import sql_text
from answerback.engine.protocol import Engine
from answerback.workspace.disk import room_on, sync_folder
from answerback.workspace.home import OWNERS_FOLDER, Home
from answerback.workspace.ids import IDS_NAME, LogIds, write_ids
from answerback.workspace.intake import IDS
from answerback.workspace.log import files_of, read_batches
from answerback.workspace.persons import Person
from answerback.workspace.snapshots import Part, RelationFiles, Snapshot, all_snapshots, described, put_snapshot
from answerback.workspace.suppression import FORGOTTEN

_ABOUT_ONE = {"contact": ("contact_key",), "rep": ("rep_key",), "account": ("account_key",)}
_IDENTITY = frozenset({"same_as", "doubtful", "attribute"})
"""Relations of which a row that names a person at all is about them."""


@dataclass(frozen=True, slots=True)
class SnapshotEraser:
    """Takes one person out of every kept snapshot."""

    home: Home
    person: Person
    engine: Engine

    def look(self) -> Counter[str]:
        """How many snapshots and files of them name the person."""
        snapshots = all_snapshots(self.home)
        naming = {path for path in {part.path for each in snapshots for part in _parts(each)} if self._names(path)}
        of = sum(any(part.path in naming for part in _parts(each)) for each in snapshots)
        told = sum(self._told(each.playbook) != each.playbook for each in snapshots)
        found = {"snapshots": of, "files of snapshots": len(naming), "playbooks of snapshots": told}
        return Counter({what: count for what, count in found.items() if count})

    def rewrite(self) -> None:
        """Writes anew what names the person, changes the manifests over, and removes what no snapshot lists."""
        drafts = self.home.pool / f".forget-{secrets.token_hex(6)}"
        with room_on(self.home.pool):
            drafts.mkdir(OWNERS_FOLDER)
        done: dict[str, Part] = {}
        for snapshot in all_snapshots(self.home):
            for name, part in _named_parts(snapshot):
                if part.path not in done and self._names(part.path):
                    done[part.path] = self._written(part, name, drafts)
        ids = self._ids_anew(drafts)
        with room_on(self.home.pool):
            sync_folder(self.home.pool)
        for snapshot in all_snapshots(self.home):
            cleaned = replace(
                snapshot,
                playbook=self._told(snapshot.playbook),
                relations=_with(snapshot.relations, done),
                state=_with(snapshot.state, done),
                ids=ids if snapshot.ids else (),
            )
            if cleaned != snapshot:
                put_snapshot(self.home, cleaned)
        listed = {part.path for each in all_snapshots(self.home) for part in each.parts()}
        for path in self.home.pool.iterdir():  # what killed builds and readers left could name them, too
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif f"pool/{path.name}" not in listed:
                path.unlink(missing_ok=True)

    def _ids_anew(self, drafts: Path) -> tuple[Part, ...]:
        """The ids that the log has now, the person's gone; what was loaded since a snapshot does no harm there."""
        if not any(each.ids for each in all_snapshots(self.home)):
            return ()
        batches = read_batches(self.home)
        with room_on(self.home.pool):
            draft = write_ids(LogIds([file.path for file in files_of(self.home, batches, IDS)]), drafts / IDS_NAME)
            made = described(IDS_NAME, draft)
            draft.replace(self.home.root / made.path)
        return (made,)

    def _told(self, text: str) -> str:
        """A playbook without the person: their addresses become one that is nobody's, their name nothing."""
        for number, address in enumerate(self.person.addresses):
            nobodys = f"forgotten-{self.person.salt[:8]}-{number}@forgotten.invalid"  # a playbook takes addresses only
            pattern = rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)"
            text = re.sub(pattern, nobodys, text, flags=re.IGNORECASE)
        for name in self.person.words[len(self.person.addresses) :]:
            text = text.replace(name, FORGOTTEN)
        return text

    def _names(self, path: str) -> bool:
        """Whether a file names the person; a few rows are looked at at a time."""
        file = pq.ParquetFile(self.home.root / path)
        keys, words = _keys_in(file.schema_arrow), _words_in(file.schema_arrow)
        own = pa.array(self.person.keys, pa.int64())
        for rows in file.iter_batches(columns=[*keys, *words]):
            if any(pc.any(pc.is_in(rows[name], own)).as_py() for name in keys):
                return True
            texts = (pc.unique(rows[name]).cast(pa.string()) for name in words)
            if any(pc.any(pc.match_substring(text, word, ignore_case=True)).as_py()
                   for text in texts for word in self.person.words):  # fmt: skip
                return True
        return False

    def _written(self, part: Part, relation: str, drafts: Path) -> Part:
        file = self.home.root / part.path
        schema = pq.read_schema(file)
        self.engine.over_files("kept", [file.resolve()])
        stem = drafts / Path(part.path).stem
        self.engine.view("kept_without", self._sql(schema, relation))
        with room_on(self.home.pool):
            [written] = self.engine.write("kept_without", stem, *_form(relation))
            made = described(relation, written)
            written.replace(self.home.root / made.path)
        return replace(made, block=part.block)

    def _sql(self, schema: pa.Schema, relation: str) -> str:
        keys = _keys_in(schema)
        about = [each for each in keys if relation in _IDENTITY or each in _about(relation)]
        gone = " or ".join(f"coalesce({each} in ({self._going(relation)}), false)" for each in about) or "false"
        moves = "".join(f" when {key} then {instead}" for key, instead in self.person.stand_in.items())
        moves += "".join(f" when {key} then null" for key in self.person.contacts + self.person.accounts)
        columns = []
        for name in schema.names:
            if name in keys:
                columns.append(f'case "{name}"{moves} else "{name}" end as "{name}"')
            elif name in _words_in(schema):
                columns.append(f'{self._cleaned(name)} as "{name}"')
            else:
                columns.append(f'"{name}"')
        return f"select {', '.join(columns)} from kept where not ({gone})"

    def _going(self, relation: str) -> str:
        """Whose rows go: a rep's efforts and counts stay, under another key."""
        everybody = relation in _IDENTITY or relation == "rep"
        keys = self.person.keys if everybody else self.person.contacts + self.person.accounts
        return ", ".join(map(str, keys)) or "null"

    def _cleaned(self, column: str) -> str:
        for word in self.person.words:
            pattern = re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", word)
            column = f"regexp_replace({column}, {sql_text(pattern)}, {sql_text(FORGOTTEN)}, 'gi')"
        return column


def _parts(snapshot: Snapshot) -> list[Part]:
    """All but the ids: these are made anew from the log."""
    return [part for _, part in _named_parts(snapshot)]


def _named_parts(snapshot: Snapshot) -> list[tuple[str, Part]]:
    both = [*snapshot.relations.items(), *snapshot.state.items()]
    return [(name, part) for name, files in both for part in files.parts]


def _with(relations: Mapping[str, RelationFiles], done: Mapping[str, Part]) -> dict[str, RelationFiles]:
    return {
        name: replace(files, parts=tuple(done.get(part.path, part) for part in files.parts))
        for name, files in relations.items()
    }


def _keys_in(schema: pa.Schema) -> list[str]:
    """Columns that hold keys: of people, or of anything else."""
    return [each.name for each in schema if pa.types.is_int64(each.type) and ("key" in each.name.split("_"))]


def _words_in(schema: pa.Schema) -> list[str]:
    return [each.name for each in schema if pa.types.is_string(each.type) or pa.types.is_large_string(each.type)]


def _about(relation: str) -> Sequence[str]:
    """The columns of a relation's own key: without them a row says nothing of anybody."""
    declared = next((each.key for each in catalogue() if each.name == relation), ())
    return (*declared, *_ABOUT_ONE.get(relation, ()))


def _form(relation: str) -> tuple[Sequence[str], int]:
    """How a relation's files are sorted, and how many rows they have in a group."""
    return next(((each.order, each.rows_in_group) for each in catalogue() if each.name == relation), ((), 0))
