"""A build: from the log to a snapshot.

The log's batches become `log_*` relations, of these the current versions, of these (identities settled) every relation
of `answerback.sql` in the order in which they read one another. Promises are checked before anything is published; a
build that is killed, or that breaks a promise, leaves the snapshots as they were.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.domain.errors import BusyError
from answerback.domain.log import log_columns
from answerback.domain.playbook import Playbook
from answerback.domain.records import RECORDS, key_column
from answerback.engine.catalogue import catalogue
from answerback.engine.current import current_sql
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.making import make_relations
from answerback.engine.settings import playbook_relations
from answerback.workspace.batches import LoadRequest, load
from answerback.workspace.disk import OWNER_ONLY, checksum, room_on, sync_file, sync_folder
from answerback.workspace.home import OWNERS_FOLDER, Home, locked
from answerback.workspace.identity import identify
from answerback.workspace.intake import IDS
from answerback.workspace.journal import JournalSource, set_aside, sources_in
from answerback.workspace.log import BATCH, Batch, check_files, files_of, over_log, read_batches, sweep
from answerback.workspace.promises import PROMISES, check_ids, check_promise
from answerback.workspace.snapshots import (
    LEASE_SECONDS,
    Part,
    RelationFiles,
    Snapshot,
    damaged_files,
    next_number,
    prune,
    publish,
    read_snapshot,
)

_MAKERS = ("answerback.domain", "answerback.engine", "answerback.sql", "answerback.workspace")
"""The code that makes relations."""

OnStep = Callable[[str, int, int], None]
"""Told of each step: its name, its number, how many there are."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    snapshot: Snapshot
    new: bool
    """False: nothing had changed since the newest snapshot, which stands."""


def build(home: Home, playbook: Playbook, *, now: datetime, limits: Limits, on_step: OnStep) -> Built:
    """Builds all relations and publishes a snapshot.

    Raises BusyError while another build runs, PromiseBroken where a promise does not hold, NoRoomError without room.
    """
    with locked(home, "build"):
        compact_journal(home, playbook, now=now)
        sweep(home, older_than_seconds=LEASE_SECONDS, now=now)
        batches = read_batches(home)
        made_from = _digest(batches, playbook)
        if next_number(home) > 1:
            newest = read_snapshot(home)
            if newest.made_from == made_from:
                damaged = damaged_files(home, newest)
                if not damaged:
                    prune(home, playbook.keep, now)
                    return Built(newest, new=False)
                _drop(home, damaged)
        scratch = home.pool / f".build-{secrets.token_hex(6)}"
        with room_on(home.pool):
            scratch.mkdir(OWNERS_FOLDER)
        try:
            relations = _make(home, playbook, batches, scratch=scratch, limits=limits, on_step=on_step)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        snapshot = Snapshot(
            number=next_number(home),
            built_at=now,
            code_version=version("answerback"),
            made_from=made_from,
            playbook=playbook.model_dump_json(),
            batches=tuple(batch.batch_id for batch in batches),
            relations=relations,
        )
        if not publish(home, snapshot):  # the lock did not hold: some network disks only pretend to have locks
            raise BusyError(
                "another build published first", where=str(home.root), next_step="run the same command again"
            )
        prune(home, playbook.keep, now)
        return Built(snapshot, new=True)


def _drop(home: Home, damaged: list[str]) -> None:
    """Lets damaged files go: they say nothing that can be trusted, and are made again."""
    for path in damaged:
        with room_on(home.root / path):
            (home.root / path).unlink(missing_ok=True)


def compact_journal(home: Home, playbook: Playbook, *, now: datetime) -> None:
    """Moves what people entered into the log, and only then lets the journal go."""
    for path in set_aside(home):
        for source in sources_in(path):
            # Its time is the file's own: killed before the file is let go, the next build finds its batch.
            request = LoadRequest(JournalSource(source), path, source, source, playbook, now, None, None, {})
            load(home, request, lambda _progress: None)
        with room_on(path):
            path.unlink()


def _digest(batches: list[Batch], playbook: Playbook) -> str:
    parts = [batch.batch_id for batch in batches]
    parts += [playbook.model_dump_json(), version("answerback"), *map(code_digest, _MAKERS)]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


@cache
def code_digest(package: str) -> str:
    """A name for the texts of a package's modules and queries: under development, code of one version may differ."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(files(package).iterdir(), key=lambda each: each.name):
        if file.name.endswith((".py", ".sql")):
            digest.update(f"{file.name}\0{file.read_text(encoding='utf-8')}\0".encode())
    return digest.hexdigest()


def _make(
    home: Home, playbook: Playbook, batches: list[Batch], *, scratch: Path, limits: Limits, on_step: OnStep
) -> dict[str, RelationFiles]:
    relations = catalogue()
    total = len(relations) + 2
    with engine(limits, home.pool) as duck:
        on_step("reading the log", 1, total)
        check_files(home, batches)
        check_ids(duck, [file.path for file in files_of(home, batches, IDS)])
        open_log(duck, home, batches)
        _put_inputs(duck, playbook)
        numbers = {relation.name: number for number, relation in enumerate(relations, 2)}
        with room_on(home.pool):
            made = make_relations(
                duck,
                relations,
                scratch,
                inputs={f"current_{name}" for name in RECORDS},
                checks=PROMISES,
                on_relation=lambda name: on_step(name, numbers[name], total),
                on_check=lambda promise: check_promise(duck, promise),
            )
            on_step("checking and writing", total, total)
            for name in ("same_as", "doubtful", *sorted(playbook_relations(playbook))):
                [made[name]] = duck.write(name, scratch / name, ())
            drafts = {name: _described(name, path) for name, path in made.items()}
            for name, drafted in drafts.items():  # all of it is written: from here on nothing needs room
                (scratch / f"{name}.parquet").replace(home.root / drafted.parts[0].path)
            sync_folder(home.pool)
    return drafts


def open_log(duck: DuckDB, home: Home, batches: list[Batch]) -> None:
    """The log as relations `log_<record>`, and the current version of each record as `current_<record>`."""
    latest = _latest_extents(batches)
    duck.put("full_extract", _extent_table(latest))
    duck.put("listed", _listed_table(home, batches, latest))
    for name, record in RECORDS.items():
        paths = files_of(home, batches, f"{name}.parquet")
        over_log(duck, f"log_{name}", paths, log_columns(record))
        sql = current_sql(record, extents=any(each[0] == name for each in latest))
        if paths:
            duck.make(f"current_{name}", sql)
        else:
            duck.view(f"current_{name}", sql)


def _latest_extents(batches: list[Batch]) -> dict[tuple[str, str], datetime]:
    """By record type and source: as of when the newest full extract speaks."""
    latest: dict[tuple[str, str], datetime] = {}
    for batch in batches:
        for record, exported_at in batch.extents.items():
            place = (record, batch.source)
            latest[place] = max(exported_at, latest.get(place, exported_at))
    return latest


def _extent_table(latest: dict[tuple[str, str], datetime]) -> pa.Table:
    rows = [(record, source, at.astimezone(UTC).replace(tzinfo=None)) for (record, source), at in latest.items()]
    schema = pa.schema([("record", pa.string()), ("source", pa.string()), ("exported_at", pa.timestamp("us"))])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def _listed_table(home: Home, batches: list[Batch], latest: dict[tuple[str, str], datetime]) -> pa.Table:
    """What the newest full extract lists, and whatever its source has named since: those records are there."""
    schema = pa.schema([("record", pa.string()), ("source", pa.string()), ("key", pa.int64())])
    parts = [schema.empty_table()]
    for (record, source), at in sorted(latest.items()):
        speaking = [
            each for each in batches if each.source == source and each.extents.get(record, each.exported_at) >= at
        ]
        for file in files_of(home, speaking, f"{record}.parquet"):
            only = pc.field(BATCH).isin(file.only) if file.only else None
            keys = pq.read_table(file.path, columns=[key_column(RECORDS[record])], filters=only).column(0).unique()
            labels = [pa.repeat(pa.scalar(label), len(keys)) for label in (record, source)]
            parts.append(pa.table([*labels, keys], schema=schema))
    return pa.concat_tables(parts)


def _put_inputs(duck: DuckDB, playbook: Playbook) -> None:
    for name, table in playbook_relations(playbook).items():
        duck.put(name, table)
    people = {
        space: duck.query(f"select {space}_key as key, {match}_key as match_key, source from current_{space}")
        for space, match in (("rep", "email"), ("contact", "email"), ("account", "domain"))
    }
    people["deal"] = duck.query("select deal_key as key, cast(null as bigint) as match_key, source from current_deal")
    decisions = duck.query(
        """select subject_kind, subject_key, other_key, kind from current_decision
           where kind in ('merge', 'separate')
           qualify row_number() over (
               partition by subject_kind, least(subject_key, other_key), greatest(subject_key, other_key)
               order by occurred_at desc, content_hash desc, decision_key
           ) = 1"""
    )
    identity = identify(people, decisions)
    duck.put("same_as", identity.same_as)
    duck.put("doubtful", identity.doubtful)


def _described(name: str, draft: Path) -> RelationFiles:
    """A file in the scratch folder as what the pool will have it: the same content is kept once."""
    draft.chmod(OWNER_ONLY)  # the engine writes with whatever rights new files have
    sync_file(draft)
    digest = checksum(draft)
    described = pq.read_metadata(draft)
    columns = {field.name: str(field.type) for field in described.schema.to_arrow_schema()}
    part = Part(f"pool/{name}-{digest}.parquet", described.num_rows, digest)
    return RelationFiles((part,), columns)
