"""A folder that is whole or not there: it is written as a draft beside its place, and takes its name at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerback.domain.errors import UsageError


def must_be_free(folder: Path) -> None:
    """Raises UsageError where a folder holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("this is not an empty folder", where=str(folder), next_step="name a new one with --out")


@contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """The draft of a folder, to write into; whatever a killed run left of it is thrown away first.

    Raises UsageError where the folder holds something already.
    """
    must_be_free(folder)
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
