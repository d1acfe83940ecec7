"""A source that reads what a test wrote, and the shortest way from such lines to the rows of a log or a snapshot."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import default_playbook
from answerback.domain.reading import (
    Also,
    FullExtract,
    Item,
    Kept,
    NonEvent,
    Place,
    Reading,
    Recognition,
    Record,
    Reject,
)
from answerback.engine.duckdb import Limits, engine
from answerback.workspace.batches import Batch, LoadRequest, load, read_batches
from answerback.workspace.build import Built, OnStep, build
from answerback.workspace.home import Home
from answerback.workspace.standing import open_log

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PLAYBOOK = default_playbook()

PROCESSES = multiprocessing.get_context("forkserver")
"""Real processes that start fast: each is a fork of one that has imported everything and done nothing."""
PROCESSES.set_forkserver_preload(["tests.workspace.world"])

Line = Mapping[str, Any]
Row = tuple[tuple[str, object], ...]


class Lines:
    """One item a line: `{"kept": [[type, fields], …]}`, `{"also": …}`, `{"non_event": kind}`, `{"reject": reason}`."""

    name: ClassVar[str] = "lines"
    meaning: ClassVar[str] = "lines of a test"

    def recognise(self, path: Path) -> Recognition:
        return Recognition(0.0, path.name)

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in files:
            for number, line in enumerate(file.read_text("utf-8", "surrogatepass").splitlines(), 1):
                yield _item(json.loads(line), Place(file.name, number), reading)


def _item(said: Line, place: Place, reading: Reading) -> Item:
    if "kept" in said:
        return Kept(place, tuple(Record(kind, fields) for kind, fields in said["kept"]))
    if "also" in said:
        return Also(tuple(Record(kind, fields) for kind, fields in said["also"]))
    if "non_event" in said:
        return NonEvent(said["non_event"])
    if "full" in said:
        return FullExtract(said["full"], reading.exported_at)
    return Reject(place, said["reject"])


def kept(record: str, /, **fields: object) -> Line:
    """One item that becomes one record."""
    return {"kept": [[record, fields]]}


def effort(own: str | None, **fields: object) -> Line:
    """An effort with what every effort must have."""
    usual = {
        "source_id": own,
        "rep_id": "r1",
        "account_id": "a1",
        "occurred_at": "2026-01-05T10:00:00Z",
        "kind": "email",
    }
    return kept("effort", **(usual | fields))


def act(own: str | None, **fields: object) -> Line:
    """A buyer action with what every one must have."""
    usual = {"source_id": own, "account_id": "a1", "occurred_at": "2026-01-06T10:00:00Z", "kind": "replied"}
    return kept("buyer_action", **(usual | fields))


FULL_EFFORT: Line = {"full": "effort"}


def take(
    home: Home,
    lines: Iterable[Line],
    *,
    name: str = "crm",
    ids_of: str | None = None,
    at: datetime = NOW,
    playbook: Playbook = PLAYBOOK,
) -> Batch:
    """Loads lines as one file of a source."""
    folder = home.root.parent / "exports"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return load(home, LoadRequest(Lines(), file, name, ids_of or name, playbook, NOW, at, None, {}), ignore)


def ignore(*_: object) -> None:
    """Progress that nobody watches."""


def make(home: Home, *, now: datetime = NOW, playbook: Playbook = PLAYBOOK, on_step: OnStep = ignore) -> Built:
    """Builds."""
    return build(home, playbook, now=now, limits=Limits(threads=1), on_step=on_step)


def current(home: Home, *records: str) -> dict[str, list[dict[str, Any]]]:
    """The current version of every record of some types, in an order of no meaning."""
    with engine(Limits(threads=1)) as duck:
        open_log(duck, home, read_batches(home))
        return {record: duck.query(f"select * from current_{record}").to_pylist() for record in records}


def relations(home: Home, built: Built) -> dict[str, list[Row]]:
    """Every relation of a snapshot as rows in one order, so that equal means equal row for row."""
    found = {}
    with engine(Limits(threads=1)) as duck:
        for name, file in built.snapshot.relations.items():
            duck.over_files(name, [home.root / part.path for part in file.parts])
            rows = duck.query(f"select * from {name}").to_pylist()
            found[name] = sorted((tuple(sorted(row.items())) for row in rows), key=repr)
    return found


def ids(home: Home) -> dict[int, str]:
    """The id behind each key."""
    with engine(Limits(threads=1)) as duck:
        paths = [str(home.log / batch.folder / "ids.parquet") for batch in read_batches(home)]
        rows = duck.query(f"select key, id from read_parquet({paths})").to_pylist()
    return {row["key"]: row["id"] for row in rows}
