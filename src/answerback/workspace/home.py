"""The folder of a workspace: where everything lies, and who may write.

home/
  playbook.toml      the organisation's settings
  workspace.json     the format of this folder and which secret it was made with
  secret             makes the keys; owner-only
  log/               one manifest and one folder of Parquet files per batch
  journal/           small writes, one line each
  pool/              files of relations, shared by snapshots
  snapshots/         one manifest per build
  usage.log          who looked at names or ran SQL
  forgotten.json     marks of those who were forgotten, so that they are never loaded again
  forgetting.json    somebody is being forgotten: whoever finds it finishes that first
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from answerback.domain.errors import BusyError, WorkspaceError
from answerback.workspace.disk import create_if_absent, room_on
from answerback.workspace.keys import Keys, make_secret, read_secret
from answerback.workspace.manifests import manifest, to_json

FORMAT = 1
OWNERS_FOLDER = 0o700
_BUSY = {"load": "somebody is just being forgotten in this workspace, or something is being loaded"}
_FOLDERS = ("log", "journal", "pool", "snapshots")


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one workspace."""

    root: Path

    @property
    def playbook(self) -> Path:
        """The settings of the organisation."""
        return self.root / "playbook.toml"

    @property
    def log(self) -> Path:
        """One manifest and one folder per batch."""
        return self.root / "log"

    @property
    def journal(self) -> Path:
        """Small writes until the next build."""
        return self.root / "journal"

    @property
    def pool(self) -> Path:
        """Files of relations."""
        return self.root / "pool"

    @property
    def snapshots(self) -> Path:
        """One manifest per build."""
        return self.root / "snapshots"

    @property
    def usage(self) -> Path:
        """Who looked at names or ran SQL."""
        return self.root / "usage.log"

    @property
    def forgotten(self) -> Path:
        """Marks of those who were forgotten."""
        return self.root / "forgotten.json"

    @property
    def forgetting(self) -> Path:
        """What is to be forgotten, until it is done."""
        return self.root / "forgetting.json"

    @property
    def described(self) -> Path:
        """The format of the folder, and which secret it was made with."""
        return self.root / "workspace.json"

    def keys(self) -> Keys:
        """The maker of this workspace's keys. Raises WorkspaceError where its secret is missing or another one."""
        keys = read_secret(self.root / "secret")
        with manifest(self.described, form=FORMAT) as said:
            made_with = said["fingerprint"]
        if made_with != keys.fingerprint:
            raise WorkspaceError(
                "this is not the secret that the workspace was made with: no new key would meet an old one",
                where=str(self.root / "secret"),
                next_step="restore the file from a backup",
            )
        return keys


def create_home(root: Path) -> Home:
    """Makes a workspace folder, or completes one whose making was cut short. Never touches what else is there.

    Only the owner may enter our own folders; the root keeps its rights where it held something before.
    """
    home = Home(root)
    if root.exists() and not root.is_dir():
        raise WorkspaceError("this is a file, not a folder", where=str(root), next_step="name another folder")
    with room_on(root):
        root.mkdir(OWNERS_FOLDER, parents=True, exist_ok=True)
        if not any(root.iterdir()):  # a folder that holds other things keeps the rights that others may need
            root.chmod(OWNERS_FOLDER)
        for name in _FOLDERS:
            (root / name).mkdir(OWNERS_FOLDER, exist_ok=True)
            (root / name).chmod(OWNERS_FOLDER)
        if not home.described.exists():  # a workspace that lost its secret must not get a new one unnoticed
            make_secret(root / "secret")
            said = {"fingerprint": read_secret(root / "secret").fingerprint}
            create_if_absent(home.described, to_json(said, form=FORMAT))
    return home


def open_home(root: Path) -> Home:
    """The workspace in this folder. Raises WorkspaceError where there is none, or one of a later format."""
    home = Home(root)
    try:
        with manifest(home.described, form=FORMAT):
            return home
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkspaceError(
            "there is no workspace here",
            where=str(root),
            next_step="run `answerback init`, or name the folder with --home DIR or ANSWERBACK_HOME",
        ) from error


@contextmanager
def locked(home: Home, purpose: str, *, shared: bool = False) -> Iterator[None]:
    """Holds one of the workspace's locks; the system frees it when the process ends, however it ends.

    Several may hold it `shared` at once. Raises BusyError where another process holds it in a way that forbids ours.
    """
    path = home.root / f"{purpose}.lock"
    with room_on(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                _BUSY.get(purpose, f"another {purpose} is running in this workspace"),
                where=str(home.root),
                next_step="wait for it to end, then run the same command again",
            ) from error
        yield
    finally:
        os.close(descriptor)
