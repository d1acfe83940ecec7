"""`answerback serve`: the pages in the browser."""

from __future__ import annotations

from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError


def serve_pages(settings: Settings, host: str, port: int, addresses: tuple[str, ...]) -> None:
    """Serves the pages of a workspace until Ctrl-C.

    Raises UsageError where the pages are not installed, or the port is taken.
    """
    try:
        from answerback.web.serving import Serving, prepare_django, serve

        serving = Serving(settings.home, host, port, addresses)
        settings.workspace(create=True)
        prepare_django(serving)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the pages need {error.name}, which is not installed",
            where="answerback serve",
            next_step="pip install 'answerback[web]'",
        ) from error
    try:
        serve(serving, lambda text: print(text, flush=True))
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be opened: {error.strerror}", where="--port", next_step="name another port"
        ) from error
