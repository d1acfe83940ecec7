"""The commands of the chain: whose turn it is, what was dropped, how long steps take, what is behind a stage.

Each one is declared here and done in a module of its own, which is imported when it is used.
"""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Puts the commands beside the others."""
    for command in (balls, chain):
        app.command()(command)


def balls(
    context: typer.Context,
    rep: Annotated[str, typer.Option("--for", help="One rep's, by id; else everybody's.")] = "",
    by: Annotated[str, typer.Option(help="rep: how the policies were kept by each of them.")] = "",
) -> None:
    """Buyers who wait for an answer, and how the playbook's policies were kept."""
    from answerback.cli.balls import show_balls
    from answerback.domain.errors import UsageError

    if by not in ("", "rep"):
        raise UsageError(f"balls are not told by {by!r}", where="--by", next_step="take rep, or leave it out")
    show_balls(context.obj, rep, by_rep=by == "rep")


def chain(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="DEAL", help="The id of a deal, or of a company without one.")],
) -> None:
    """One deal as it went: every touch, what the buyer did, and whose turn it is."""
    from answerback.cli.stories import show_chain

    show_chain(context.obj, which)
