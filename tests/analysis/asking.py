"""Workspaces made of tables, and readers of them, as the tests of answers want them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from answerback.analysis.reader import Reader, reading
from answerback.api import Workspace, open_workspace
from answerback.domain.scope import Scope, Stretch
from answerback.engine.duckdb import Limits
from answerback.workspace.access import owner_scope
from tests.analysis.team import PLAYBOOK, Row, write_tables

OWNER = owner_scope("test")
ONE_THREAD = Limits(threads=1)


def workspace_of(folder: Path, tables: dict[str, list[Row]], playbook: str = PLAYBOOK) -> Workspace:
    """A built workspace of one source, `crm`."""
    workspace = open_workspace(folder / "home", create=True, limits=ONE_THREAD)
    workspace.home.playbook.write_text(playbook, encoding="utf-8")
    workspace.load(write_tables(folder / "crm", tables), source="crm")
    workspace.build()
    return workspace


@contextmanager
def looking(workspace: Workspace, as_of: datetime | None = None) -> Iterator[Reader]:
    """A reader of the newest snapshot."""
    with reading(workspace.home, as_of=as_of, limits=ONE_THREAD) as reader:
        yield reader


def rep_keys(reader: Reader) -> dict[str, int]:
    """The key behind each rep's id."""
    rows = reader.query("select id, key from ids where space = 'rep'").to_pylist()
    return {row["id"]: row["key"] for row in rows}


def scope_of(reader: Reader, *reps: str) -> Scope:
    """The scope of these reps, always."""
    keys = rep_keys(reader)
    return Scope("test", stretches=tuple(Stretch(keys[rep]) for rep in reps))
