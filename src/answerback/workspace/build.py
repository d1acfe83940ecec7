"""A build: from the log to a snapshot that readers see.

`assembly` makes the files of the relations; here they are checked in, and published in one step. A build that is
killed, or that breaks a promise, leaves the snapshots as they were. A build that finds the log grown since the newest
snapshot makes again only what changes can show in.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet as pq

from answerback.domain.errors import BusyError, WorkspaceError
from answerback.domain.playbook import Playbook
from answerback.engine.blocks import EVENTS_IN_BLOCK, Blocks
from answerback.engine.making import WHOLE
from answerback.engine.opening import EngineChoice, open_engine
from answerback.engine.protocol import Engine, Limits
from answerback.workspace.assembly import Assembled, Basis, assemble
from answerback.workspace.compaction import compact_log
from answerback.workspace.disk import room_on, sync_folder
from answerback.workspace.forget import finish_forgetting
from answerback.workspace.home import OWNERS_FOLDER, Home, locked
from answerback.workspace.ids import IDS_NAME
from answerback.workspace.journal import compact_journal, let_go, mark_built
from answerback.workspace.log import Batch, read_batches, sweep
from answerback.workspace.snapshots import (
    LEASE_SECONDS,
    Part,
    RelationFiles,
    Snapshot,
    damaged_files,
    described,
    missing_files,
    next_number,
    prune,
    publish,
    read_snapshot,
)
from answerback.workspace.suppression import suppression_digest

_MAKERS = ("answerback.domain", "answerback.engine", "answerback.sql", "answerback.workspace")
"""The code that makes relations."""

OnStep = Callable[[str, int, int], None]
"""Told of each step: its name, how many are done, how many there are; 0 while that is not known."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    snapshot: Snapshot
    new: bool
    """False: nothing had changed since the newest snapshot, which stands."""
    made: tuple[str, ...] = ()
    """The first months of the blocks of months in which something was made again."""


def build(
    home: Home,
    playbook: Playbook,
    *,
    now: datetime,
    limits: Limits,
    on_step: OnStep,
    choice: EngineChoice = EngineChoice(),  # noqa: B008 - frozen
    afresh: bool = False,
    events_in_block: int = EVENTS_IN_BLOCK,
) -> Built:
    """Builds all relations and publishes a snapshot.

    Args:
        home: The workspace.
        playbook: The organisation's settings.
        now: When the snapshot is built.
        limits: What the engine may use.
        on_step: Told of each step.
        choice: Which engine makes the relations: no reader can tell.
        afresh: Make everything again, whatever the build before left.
        events_in_block: How many events a block of months holds at most, if it is not a single month.

    Raises BusyError while another build runs, PromiseBroken where a promise does not hold, NoRoomError without room.
    """
    began = time.monotonic()
    with locked(home, "build"):
        batches, closed = _all_loaded(home, playbook, now, limits)
        made_from = _digest(home, batches, playbook)
        newest = read_snapshot(home) if next_number(home) > 1 else None
        if newest and newest.made_from == made_from and not afresh and _is_whole(home, newest):
            mark_built(home, closed, newest.number, at=now)
            _tidy(home, playbook, now, limits)
            return Built(newest, new=False)
        tell = _one_line(on_step)
        assembled = partial(
            assemble, home=home, playbook=playbook, batches=batches, on_step=tell, events_in_block=events_in_block
        )
        make = partial(_make, home, newest, partial(open_engine, choice, limits, home.pool), assembled)
        try:
            made, listed = make(_basis(home, newest, batches, afresh=afresh))
        except WorkspaceError:  # of a file of the build before, if one is damaged: then nothing rests on it
            if newest is None or _is_whole(home, newest):
                raise
            made, listed = make(_basis(home, newest, batches, afresh=True))
        took = time.monotonic() - began
        source = _Source(made_from, playbook, batches, now)
        snapshot = _snapshot(home, source, made, listed, took)
        if not publish(home, snapshot):  # the lock did not hold: some network disks only pretend to have locks
            raise BusyError(
                "another build published first", where=str(home.root), next_step="run the same command again"
            )
        mark_built(home, closed, snapshot.number, at=now + timedelta(seconds=took))
        _tidy(home, playbook, now, limits)
        return Built(snapshot, new=True, made=made.made)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a snapshot is made from, and when."""

    digest: str
    playbook: Playbook
    batches: list[Batch]
    now: datetime


def _snapshot(home: Home, source: _Source, made: Assembled, listed: _Listed, took_seconds: float) -> Snapshot:
    return Snapshot(
        number=next_number(home),
        built_at=source.now,
        code_version=version("answerback"),
        made_from=source.digest,
        playbook=source.playbook.model_dump_json(),
        batches=tuple(batch.batch_id for batch in source.batches),
        relations=listed.relations,
        code=_code(home),
        blocks=made.blocks.labels,
        state=listed.state,
        ids=listed.ids,
        took_seconds=took_seconds,
    )


def _make(
    home: Home,
    newest: Snapshot | None,
    opened: Callable[[], AbstractContextManager[Engine]],
    assembled: Callable[..., Assembled],
    basis: Basis,
) -> tuple[Assembled, _Listed]:
    """All relations, ids, and what the next build needs to know: files of the pool that nothing lists yet."""
    with _scratch(home) as scratch, opened() as engine, room_on(home.pool):
        made = assembled(engine, basis=basis, scratch=scratch)
        return made, _check_in(home, newest, made)


def _one_line(on_step: OnStep) -> Callable[[str, str, int, int], None]:
    def tell(name: str, block: str, done: int, total: int) -> None:
        on_step(f"{name} {block}".strip(), done, total)

    return tell


def _basis(home: Home, newest: Snapshot | None, batches: list[Batch], *, afresh: bool) -> Basis:
    """What a build may rest on: the newest snapshot, if the log only grew, the code is the same and no file lacks."""
    if newest is None:
        return Basis()
    grew = set(newest.batches) <= {batch.batch_id for batch in batches}
    if afresh or not grew or newest.code != _code(home) or missing_files(home, newest):
        return Basis()
    found: dict[str, dict[str, list[Path]]] = {}
    for name, listed in newest.relations.items():
        for part in listed.parts:
            found.setdefault(name, {}).setdefault(part.block, []).append(home.root / part.path)
    state = {name: [home.root / part.path for part in listed.parts] for name, listed in newest.state.items()}
    starts = tuple(datetime.strptime(label, "%Y-%m") for label in newest.blocks)  # noqa: DTZ007 - as relations hold it
    ids = [home.root / part.path for part in newest.ids]
    return Basis(frozenset(newest.batches), Blocks(starts), found, state, ids)


def _all_loaded(home: Home, playbook: Playbook, now: datetime, limits: Limits) -> tuple[list[Batch], list[Path]]:
    """What there is to build from, once nothing that was begun is left half done; what of the journal is in it."""
    finish_forgetting(home, now=now, limits=limits)
    closed = compact_journal(home, playbook, now=now)
    sweep(home, older_than_seconds=LEASE_SECONDS, now=now)
    return read_batches(home), closed


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    """Where files are made before they are checked in."""
    scratch = home.pool / f".build-{secrets.token_hex(6)}"
    with room_on(home.pool):
        scratch.mkdir(OWNERS_FOLDER)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _tidy(home: Home, playbook: Playbook, now: datetime, limits: Limits) -> None:
    """Lets old snapshots go and merges loads. Last of all: what comes in later then lies apart from what was built."""
    prune(home, playbook.keep, now)
    let_go(home, now=now)
    compact_log(home, now=now, limits=limits)


def _is_whole(home: Home, snapshot: Snapshot) -> bool:
    """Whether no file of a snapshot is damaged. Those that are say nothing that can be trusted: they are let go."""
    damaged = damaged_files(home, snapshot)
    for path in damaged:
        with room_on(home.root / path):
            (home.root / path).unlink(missing_ok=True)
    return not damaged


def _digest(home: Home, batches: list[Batch], playbook: Playbook) -> str:
    parts = [*(batch.batch_id for batch in batches), playbook.model_dump_json(), _code(home)]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _code(home: Home) -> str:
    parts = [version("answerback"), suppression_digest(home), *map(code_digest, _MAKERS)]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


@cache
def code_digest(package: str) -> str:
    """A name for the texts of a package's modules and queries: under development, code of one version may differ."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(files(package).iterdir(), key=lambda each: each.name):
        if file.name.endswith((".py", ".sql")):
            digest.update(f"{file.name}\0{file.read_text(encoding='utf-8')}\0".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a snapshot lists."""

    relations: dict[str, RelationFiles]
    state: dict[str, RelationFiles]
    ids: tuple[Part, ...]


def _check_in(home: Home, newest: Snapshot | None, made: Assembled) -> _Listed:
    """Describes all files and moves the new ones into the pool: from here on nothing needs room."""
    known = {home.root / part.path: part for part in newest.parts()} if newest else {}
    labels = {WHOLE: "", **dict(enumerate(made.blocks.labels))}
    listed = {
        (name, labels[block]): paths for name, found in made.files.items() for block, paths in sorted(found.items())
    }
    files = [*((name, paths) for (name, _), paths in listed.items()), *made.state.items(), (IDS_NAME, made.ids)]
    fresh = [(name, path) for name, paths in files for path in paths if path not in known]
    with ThreadPoolExecutor() as pool:
        parts = known | dict(
            zip([path for _, path in fresh], pool.map(lambda each: described(*each), fresh), strict=True)
        )
    relations = _relation_files(listed, parts)
    state = _relation_files({(name, ""): paths for name, paths in made.state.items()}, parts)
    for _, path in fresh:
        path.replace(home.root / parts[path].path)
    sync_folder(home.pool)
    return _Listed(relations, state, tuple(parts[path] for path in made.ids))


def _relation_files(
    listed: Mapping[tuple[str, str], list[Path]], parts: Mapping[Path, Part]
) -> dict[str, RelationFiles]:
    found: dict[str, list[Part]] = {}
    for (name, label), paths in listed.items():  # one file may hold the same rows, such as none, of several blocks
        found.setdefault(name, []).extend(replace(parts[path], block=label) for path in paths)
    columns = {name: _columns(paths[0]) for (name, _), paths in listed.items()}
    return {name: RelationFiles(tuple(of), columns[name]) for name, of in found.items()}


def _columns(path: Path) -> dict[str, str]:
    return {field.name: str(field.type) for field in pq.read_schema(path)}
