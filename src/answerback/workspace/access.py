"""The owner's scope, and the log of its use.

The folder of a workspace is readable by its owner only, so whoever can open it may see everything in it. That they
looked, at what and for what purpose, is written down.
"""

from __future__ import annotations

import json
import os
from datetime import datetime

from answerback.domain.scope import Scope
from answerback.workspace.disk import OWNER_ONLY, room_on
from answerback.workspace.home import Home


def owner_scope(purpose: str) -> Scope:
    """Everybody's rows, for the owner of the folder."""
    return Scope(purpose=purpose, everybody=True)


def note_use(home: Home, purpose: str, detail: str, *, now: datetime) -> None:
    """Writes one line to `usage.log`: when, which user of the system, what for."""
    line = json.dumps({"at": now.isoformat(), "user": os.getuid(), "purpose": purpose, "detail": detail})
    with room_on(home.usage):
        descriptor = os.open(home.usage, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
        try:
            os.write(descriptor, line.encode() + b"\n")
        finally:
            os.close(descriptor)
