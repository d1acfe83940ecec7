"""`answerback serve`: the pages in the browser."""

from __future__ import annotations

import errno
from pathlib import Path

from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError

PORT = 8710


def serve_pages(settings: Settings, host: str, port: int, addresses: tuple[str, ...]) -> None:
    """Serves the pages of a workspace until Ctrl-C.

    Raises UsageError where the pages are not installed, or the port is taken.
    """
    settings.workspace(create=True)
    try:
        _serve(settings, settings.home, host, port, addresses)
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be opened: {error.strerror}", where="--port", next_step="name another port"
        ) from error


def serve_demo(settings: Settings, home: Path) -> None:
    """Serves a practice company on this computer, at the usual port, or at any that is free."""
    try:
        _serve(settings, home, "127.0.0.1", PORT, ())
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _serve(settings, home, "127.0.0.1", 0, ())


def _serve(settings: Settings, home: Path, host: str, port: int, addresses: tuple[str, ...]) -> None:
    options = [f"--threads={settings.threads}"] if settings.threads else []
    options += [f"--memory={settings.memory}"] if settings.memory else []
    try:
        from answerback.web.serving import Serving, prepare_django, serve

        serving = Serving(home, host, port, addresses, build_options=tuple(options))
        prepare_django(serving)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the pages need {error.name}, which is not installed",
            where="answerback serve",
            next_step="pip install 'answerback[web]'",
        ) from error
    serve(serving, lambda text: print(text, flush=True))
