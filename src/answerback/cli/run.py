"""Runs a command line: options that hold for every command, errors as sentences, exit codes."""

from __future__ import annotations

import errno
import io
import os
import sys

import typer

from answerback.cli.app import app
from answerback.domain.errors import AnswerbackError, Exit, UsageError
from answerback.present.plain import plain_lines

_GLOBAL_WITH_VALUE = ("--home", "--format", "--as-of", "--snapshot", "--memory", "--threads")
_GLOBAL_FLAGS = ("--quiet", "--version")
_OF_ITS_OWN = {"simulate": "--format"}
"""By command, an option that means something else there than before the command."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def run(arguments: list[str]) -> int:
    """The exit code of a command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign shows its code, and nothing fails
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except AnswerbackError as error:
        print(plain_lines(f"error[{error.code}]: {error}"), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever read the answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"error[no-room]: the answer cannot be written: {error.strerror}", file=sys.stderr)
        return Exit.NO_ROOM
    return code


def _run(arguments: list[str]) -> int:
    """The same, what the parser catches itself put back as it was."""
    try:
        app(args=global_options_first(arguments), prog_name="answerback")
    except SystemExit as end:
        match end.__context__:
            case BrokenPipeError() as gone:
                raise gone from None
            case typer.Abort():
                raise UsageError("there was no answer", next_step="see --help for options instead") from None
        if end.code == Exit.STOPPED:
            print("stopped; nothing half-written remains", file=sys.stderr)
        return end.code if isinstance(end.code, int) else Exit.OK if end.code is None else Exit.USAGE
    return Exit.OK


def global_options_first(arguments: list[str]) -> list[str]:
    """Options of the whole program may stand anywhere: they are moved to the front, where the parser wants them.

    Raises UsageError where one lacks its value.

    >>> global_options_first(["show", "links", "--format", "json", "--home=x"])
    ['--format', 'json', '--home=x', 'show', 'links']
    >>> global_options_first(["--format", "json", "simulate", "--format", "folder"])
    ['--format', 'json', 'simulate', '--format', 'folder']
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        own = _OF_ITS_OWN.get(rest[0]) if rest else None
        if word == "--":
            rest += [word, *words]
        elif own is not None and word.split("=", 1)[0] == own:
            rest.append(word)
        elif word in _GLOBAL_WITH_VALUE:
            value = next(words, None)
            if value is None:
                raise UsageError(f"{word} needs a value", next_step="see answerback --help")
            front += [word, value]
        elif word in _GLOBAL_FLAGS or word.split("=", 1)[0] in _GLOBAL_WITH_VALUE:
            front.append(word)
        else:
            rest.append(word)
    return front + rest
