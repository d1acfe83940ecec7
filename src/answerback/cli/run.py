"""Runs a command line: options that hold for every command, errors as sentences, exit codes."""

from __future__ import annotations

import os
import sys

from answerback.cli.app import app
from answerback.domain.errors import AnswerbackError, Exit

_GLOBAL_WITH_VALUE = ("--home", "--format", "--as-of", "--snapshot", "--memory", "--threads")
_GLOBAL_FLAGS = ("--quiet",)


def run(arguments: list[str]) -> int:
    """The exit code of a command line."""
    try:
        app(args=global_options_first(arguments), prog_name="answerback")
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.OK if end.code is None else Exit.USAGE
    except AnswerbackError as error:
        print(f"error[{error.code}]: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except KeyboardInterrupt:
        print("stopped; nothing half-written remains", file=sys.stderr)
        return Exit.USAGE
    return Exit.OK


def global_options_first(arguments: list[str]) -> list[str]:
    """Options of the whole program may stand anywhere: they are moved to the front, where the parser wants them.

    >>> global_options_first(["show", "links", "--format", "json", "--home=x"])
    ['--format', 'json', '--home=x', 'show', 'links']
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _GLOBAL_WITH_VALUE:
            front += [word, *[value for value in [next(words, None)] if value is not None]]
        elif word in _GLOBAL_FLAGS or word.split("=", 1)[0] in _GLOBAL_WITH_VALUE:
            front.append(word)
        else:
            rest.append(word)
    return front + rest
