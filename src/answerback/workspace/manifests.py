"""Manifests: small JSON files that say what is there. Whatever is wrong with one, the error names the file.

A manifest is written once, whole, and never changed; so one that cannot be read was damaged from outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from answerback.domain.errors import WorkspaceError


def to_json(said: Mapping[str, object], *, form: int) -> bytes:
    """A manifest's bytes, marked with the number of its form."""
    return json.dumps({"format": form, **said}, default=datetime.isoformat, indent=1).encode()


@contextmanager
def manifest(path: Path, *, form: int) -> Iterator[dict[str, Any]]:
    """What a manifest says. Within the block, too, whatever does not fit together counts as damage.

    Raises WorkspaceError naming the file; FileNotFoundError where there is none.
    """
    try:
        said = json.loads(path.read_bytes())
        found = said.pop("format")
        if found != form:
            raise WorkspaceError(
                f"{path.name} has format {found}, this version reads {form}",
                where=str(path),
                next_step="update answerback",
            )
        yield said
    except PermissionError as error:
        raise WorkspaceError(
            f"{path.name} may not be read", where=str(path), next_step="run this as the owner of the workspace"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceError(
            f"{path.name} is damaged", where=str(path), next_step="restore this file from a backup"
        ) from error
