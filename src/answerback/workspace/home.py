"""The folder of a workspace: where everything lies, and who may write.

    home/
      playbook.toml      the organisation's settings
      secret             makes the keys; owner-only
      log/               one manifest and one folder of Parquet files per batch
      journal/           small writes, one line each
      pool/              files of relations, shared by snapshots
      snapshots/         one manifest per build
      usage.log          who looked at names or ran SQL
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from answerback.domain.errors import BusyError, WorkspaceError
from answerback.workspace.disk import create_if_absent, room_on
from answerback.workspace.keys import Keys, make_secret, read_secret

FORMAT = 1
_FOLDERS = ("log", "journal", "pool", "snapshots")


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one workspace."""

    root: Path

    @property
    def playbook(self) -> Path:
        return self.root / "playbook.toml"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def pool(self) -> Path:
        return self.root / "pool"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def usage(self) -> Path:
        return self.root / "usage.log"

    def keys(self) -> Keys:
        """The maker of this workspace's keys."""
        return read_secret(self.root / "secret")


def create_home(root: Path) -> Home:
    """Makes a workspace folder, or completes one whose making was cut short. Never touches what is there."""
    with room_on(root):
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o700)
        for name in _FOLDERS:
            (root / name).mkdir(exist_ok=True)
        make_secret(root / "secret")
        create_if_absent(root / "workspace.json", json.dumps({"format": FORMAT}).encode())
    return Home(root)


def open_home(root: Path) -> Home:
    """The workspace in this folder. Raises WorkspaceError where there is none, or one of a later format."""
    try:
        described = json.loads((root / "workspace.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkspaceError(
            "there is no workspace here",
            where=str(root),
            next_step="run `answerback init`, or name the folder with --home DIR or ANSWERBACK_HOME",
        ) from error
    except ValueError as error:
        raise WorkspaceError("workspace.json is damaged", where=str(root), next_step="restore it from a backup") from error
    if described.get("format") != FORMAT:
        raise WorkspaceError(
            f"the workspace has format {described.get('format')}, this version reads {FORMAT}",
            where=str(root),
            next_step="update answerback",
        )
    return Home(root)


@contextmanager
def locked(home: Home, purpose: str) -> Iterator[None]:
    """Holds one of the workspace's locks; the system frees it when the process ends, however it ends.

    Raises BusyError where another process holds it.
    """
    path = home.root / f"{purpose}.lock"
    with room_on(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"another {purpose} is running in this workspace",
                where=str(home.root),
                next_step="wait for it to end, then run the same command again",
            ) from error
        yield
    finally:
        os.close(descriptor)
