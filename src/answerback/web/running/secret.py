"""The secret that signs sessions: made once, readable by its owner only, never in the environment or a log."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_NAME = "sessions-secret"
_OWNERS_FOLDER, _OWNER_ONLY = 0o700, 0o600


def secret_of(folder: Path) -> str:
    """The secret in a folder; made there where there is none yet, by whoever comes first."""
    folder.mkdir(mode=_OWNERS_FOLDER, parents=True, exist_ok=True)
    path = folder / _NAME
    if not path.exists():
        draft = folder / f".{_NAME}-{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            os.write(descriptor, secrets.token_urlsafe(64).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(draft, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
