"""Starting the pages: tables and static files brought up to date, the judging in the background, the server.

Waitress serves: one process, several threads, no compiler, the same on Linux and macOS. All threads share the desk and
what it keeps.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from answerback.domain.errors import AnswerbackError

THREADS = 8
MOST_BODY_BYTES = 1 << 30
LOOK_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the pages are served."""

    home: Path
    host: str
    port: int
    addresses: tuple[str, ...] = ()
    """Host names under which they are reached; with none, this computer's own."""
    insecure: bool = True
    """Plain HTTP: on this computer alone, or behind a server that speaks HTTPS."""


def prepare_django(serving: Serving) -> None:
    """Settings, tables and static files. May be called again: what is done is not done twice."""
    import django
    from django.core.management import call_command

    os.environ["ANSWERBACK_HOME"] = str(serving.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "answerback.web.settings"
    if serving.insecure:
        os.environ["ANSWERBACK_INSECURE"] = "1"
    if serving.addresses:
        os.environ["ANSWERBACK_ADDRESSES"] = ",".join(serving.addresses)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def serve(serving: Serving, say: Callable[[str], None]) -> None:
    """Serves until it is told to stop. Raises OSError where the port is taken."""
    from waitress.server import create_server

    from answerback.web.wsgi import application

    server = create_server(
        application,
        host=serving.host,
        port=serving.port,
        threads=THREADS,
        ident=None,
        max_request_body_size=MOST_BODY_BYTES,
    )
    stopping = threading.Event()
    judge = threading.Thread(target=_judge, args=(stopping,), name="judging", daemon=True)
    judge.start()
    say(f"Answerback is at http://{serving.host}:{server.effective_port}/start/ (Ctrl-C stops it)")
    try:
        server.run()
    finally:
        stopping.set()
        server.close()


def _judge(stopping: threading.Event) -> None:
    """Judges each new snapshot as soon as it is there, until it is told to stop."""
    from answerback.web.board import prepare
    from answerback.web.desk import NothingBuilt, desk

    while not stopping.wait(LOOK_SECONDS):
        try:
            prepare(desk())
        except NothingBuilt:
            continue
        except AnswerbackError as error:
            _log.error("%s: %s", datetime.now(UTC).isoformat(), error)
