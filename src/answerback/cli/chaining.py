"""The commands of the chain: whose turn it is, what was dropped, how long steps take, what is behind a stage.

Each one is declared here and done in a module of its own, which is imported when it is used.
"""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Puts the commands beside the others."""
    for command in (chain,):
        app.command()(command)


def chain(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="DEAL", help="The id of a deal, or of a company without one.")],
) -> None:
    """One deal as it went: every touch, what the buyer did, and whose turn it is."""
    from answerback.cli.stories import show_chain

    show_chain(context.obj, which)
