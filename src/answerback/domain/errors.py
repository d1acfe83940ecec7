"""Errors that a person can act on: what is wrong, where, and what to do next.

Each kind has a code with a heading of its own in `docs/lookup/errors.md`. A stack trace means a bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit codes of the command line, documented in `docs/lookup/cli.md`."""

    OK = 0
    BUG = 1
    USAGE = 2
    BAD_INPUT = 3
    PARTLY = 4
    BUSY = 5
    NOT_FOUND = 6
    NO_ROOM = 7
    STOPPED = 130


@dataclass(eq=False)
class AnswerbackError(Exception):
    """What happened, where, and what to do next.

    >>> print(AnswerbackError("the file is empty", where="calls.csv", next_step="export it again"))
    the file is empty (calls.csv). Next: export it again.
    """

    what: str
    where: str = ""
    next_step: str = ""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[Exit] = Exit.BAD_INPUT

    def __str__(self) -> str:
        if "\n" in self.what:  # several mistakes, one a line
            head = f"{self.where}:\n" if self.where else ""
            return f"{head}{self.what}" + (f"\nNext: {self.next_step}." if self.next_step else "")
        place = f" ({self.where})" if self.where else ""
        step = f" Next: {self.next_step}." if self.next_step else ""
        return f"{self.what}{place}.{step}"


class UsageError(AnswerbackError):
    """The command's words do not fit together."""

    code = "usage"
    exit_code = Exit.USAGE


class SourceError(AnswerbackError):
    """A file or folder cannot be read at all: nothing of it was loaded."""

    code = "source"


class MappingError(AnswerbackError):
    """A mapping file names a column, field or value that does not exist."""

    code = "mapping"
    exit_code = Exit.USAGE


class PlaybookError(AnswerbackError):
    """The playbook names something that is not allowed."""

    code = "playbook"
    exit_code = Exit.USAGE


class WorkspaceError(AnswerbackError):
    """The folder is not a workspace, or is not one that this version can open."""

    code = "workspace"
    exit_code = Exit.NOT_FOUND


class BusyError(AnswerbackError):
    """Somebody else is building in this workspace."""

    code = "busy"
    exit_code = Exit.BUSY


class NoRoomError(AnswerbackError):
    """The disk is full or the folder cannot be written: nothing half-written remains."""

    code = "no-room"
    exit_code = Exit.NO_ROOM


class PromiseBroken(AnswerbackError):
    """A build broke one of its own promises and was not published."""

    code = "promise"
    exit_code = Exit.BUG


class NotFoundError(AnswerbackError):
    """No such record, figure or snapshot, or it lies outside what the asker may see."""

    code = "not-found"
    exit_code = Exit.NOT_FOUND
