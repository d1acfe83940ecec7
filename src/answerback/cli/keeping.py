"""The commands that keep a workspace: a backup of all of it in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Puts the commands beside the others."""
    for command in (backup, restore):
        app.command()(command)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
) -> None:
    """Write the whole workspace into one file: log, snapshots, settings, secret, and the people of the pages.

    It can be taken while the pages are served. Ends with exit code 5 while something is loaded or built.
    """
    from answerback.cli.backing import take_backup

    take_backup(context.obj, file)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup.")],
) -> None:
    """Restore a backup into the folder of --home, which must be new or empty: whole, every checksum right, or not."""
    from answerback.cli.backing import restore_backup

    restore_backup(context.obj, file)
