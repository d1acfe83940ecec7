"""The command line. Imports nothing heavy until a command needs it, so that `--help` answers at once."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> None:
    """Runs a command and ends the process with its exit code."""
    from answerback.cli.run import run

    sys.exit(run(sys.argv[1:] if arguments is None else arguments))
