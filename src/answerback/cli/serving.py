"""`answerback serve`: the pages in the browser; `answerback worker`: the work beside them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from pathlib import Path

from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError

PORT = 8710


def serve_pages(settings: Settings, host: str, port: int, addresses: tuple[str, ...], *, works: bool) -> None:
    """Serves the pages of a workspace until Ctrl-C; builds and sends beside them, unless a worker of its own does.

    Raises UsageError where the pages are not installed, or the port is taken.
    """
    settings.workspace(create=True)
    try:
        _serve(settings, settings.home, host, port, addresses, works=works)
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


def work_apart(settings: Settings, build_at: str, *, once: bool) -> None:
    """Builds, judges and sends digests, without pages, until Ctrl-C or once.

    Raises UsageError where the pages' part is not installed, or a time of the day is none.
    """
    at = _clock(build_at) if build_at else None
    settings.workspace()
    with _installed("answerback worker"):
        from answerback.web.serving import Serving, prepare_django, work

        serving = Serving(settings.home, "127.0.0.1", 0, build_options=_build_options(settings))
        prepare_django(serving)
    work(serving, lambda text: print(text, flush=True), build_at=at, once=once)


def _clock(said: str) -> time:
    try:
        return time.fromisoformat(said)
    except ValueError as error:
        raise UsageError(
            f"{said!r} is no time of the day", where="--build-at", next_step="write it as 05:30"
        ) from error


def _serve(
    settings: Settings, home: Path, host: str, port: int, addresses: tuple[str, ...], *, works: bool = True
) -> None:
    with _installed("answerback serve"):
        from answerback.web.serving import Serving, prepare_django, serve

        serving = Serving(home, host, port, addresses, build_options=_build_options(settings), works=works)
        prepare_django(serving)
    serve(serving, lambda text: print(text, flush=True))


def _build_options(settings: Settings) -> tuple[str, ...]:
    options = [f"--threads={settings.threads}"] if settings.threads else []
    options += [f"--memory={settings.memory}"] if settings.memory else []
    return tuple(options)


@contextmanager
def _installed(command: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the pages need {error.name}, which is not installed",
            where=command,
            next_step="pip install 'answerback[web]'",
        ) from error
