"""An engine's scratch files: the folder that goes when the engine is closed, and what was parted into one."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(on: Path | None) -> Iterator[Path]:
    """A folder for a while: one in the system's place for such, or the path of one in `on` that who needs it makes.

    What a killed process leaves in a workspace's pool, a later build sweeps.

    >>> with scratch_folder(None) as folder:
    ...     folder.is_dir()
    True
    """
    if on is None:
        with tempfile.TemporaryDirectory(prefix="answerback-") as folder:
            yield Path(folder)
        return
    scratch = on / f".scratch-{secrets.token_hex(6)}"
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def scattered_files(folder: Path, by: str) -> dict[int, list[Path]]:
    """What `Engine.scatter` left in a folder: the files of each number, which engines put into `<by>=<number>`."""
    found = {int(path.name.removeprefix(f"{by}=")): path for path in folder.glob(f"{by}=*")}
    return {number: sorted(path.glob("*.parquet")) for number, path in sorted(found.items())}
