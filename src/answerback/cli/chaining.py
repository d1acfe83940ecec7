"""The commands of the chain: whose turn it is, what was dropped, how long steps take, what is behind a stage.

Each one is declared here and done in a module of its own, which is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Callable

import typer

COMMANDS: tuple[Callable[..., None], ...] = ()


def register(app: typer.Typer) -> None:
    """Puts the commands beside the others."""
    for command in COMMANDS:
        app.command()(command)
