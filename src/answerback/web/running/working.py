"""What goes on beside the pages: a build when something came in, and the judging of each new snapshot; one at a time.

A build waits until nothing more has come in for a moment, and rests after each one for a few times as long as it took,
so that a busy day is not one long build. It runs in a process of its own, behind the pages in the queue for the
processor. What goes wrong is kept for the Data page, and tried again later and later.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from answerback.domain.errors import AnswerbackError, BusyError, Exit, WorkspaceError
from answerback.domain.playbook_file import playbook_at
from answerback.workspace.home import Home
from answerback.workspace.journal import let_go
from answerback.workspace.pending import Pending, pending

LOOK_SECONDS: Final = 2.0
QUIET_SECONDS: Final = 8.0
"""A build begins when nothing has come in for so long."""
LONGEST_SECONDS: Final = 120.0
"""Or when something has waited for so long."""
RESTS: Final = 3
"""After a build nothing is built for so many times its own length."""
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 30.0, 3600.0
_STOP_SECONDS = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """What is going on."""

    doing: str = ""
    """`build`, `judge`, or nothing."""
    since: datetime | None = None
    waiting: bool = False
    """Something came in that figures do not show yet."""
    trouble: str = ""
    """Why the last attempt came to nothing; empty where it came to something."""
    tried_at: datetime | None = None
    next_at: datetime | None = None
    """When the next build is to begin, if nothing more comes in; None where nothing waits for one."""


@dataclass(slots=True)
class Pace:
    """When it is time to build."""

    seen: Pending | None = None
    first: float = 0.0
    changed: float = 0.0
    not_before: float = 0.0
    failures: int = 0

    def due(self, found: Pending, now: float) -> bool:
        """Whether to build now, of what was found."""
        if not found.anything:
            self.seen = None
            return False
        if self.seen is None:
            self.first = now
        if found != self.seen:
            self.seen, self.changed = found, now
            if self.failures:  # what is new may be what mends it
                self.failures, self.not_before = 0, now
        return now >= self.due_at()

    def due_at(self) -> float:
        """When it is time to build what was seen."""
        return max(min(self.changed + QUIET_SECONDS, self.first + LONGEST_SECONDS), self.not_before)

    def built(self, now: float, took: float) -> None:
        """A build came to its end."""
        self.seen, self.failures, self.not_before = None, 0, now + RESTS * took

    def failed(self, now: float) -> None:
        """A build came to nothing."""
        self.not_before = now + min(FIRST_RETRY_SECONDS * 2**self.failures, LAST_RETRY_SECONDS)
        self.failures += 1


class Worker:
    """Looks again and again whether there is something to do."""

    def __init__(
        self,
        home: Home,
        build: Callable[[], None],
        judge: Callable[[], bool],
        *,
        hold: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home, self._build, self._judge, self._hold, self._clock = home, build, judge, hold, clock
        self._pace = Pace()
        self._held = True
        """Whether it has just begun, or was held until now: then what waits is built before anything is judged."""
        self.status = Status()

    def run(self, stopping: threading.Event) -> None:
        """Works until it is told to stop."""
        while not stopping.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Does what there is to do now. A fault of ours is noted, and goes its way to the log."""
        trouble = "It broke by a fault of ours; the server's log says how."
        try:
            self._look()
            trouble = ""
        except BusyError:  # somebody builds by hand: theirs does for us
            trouble = ""
            self._pace.failed(self._clock())
        except AnswerbackError as error:
            trouble = f"{error.what}. {error.next_step}".rstrip(". ") + "."
        finally:
            if trouble:
                self._note(trouble)
            self.status = replace(self.status, doing="", since=None)

    def _look(self) -> None:
        playbook = playbook_at(self._home.playbook)
        let_go(self._home, now=datetime.now(UTC))
        found = pending(self._home, playbook)
        due = self._pace.due(found, self._clock()) or (self._held and found.anything)
        self._held = self._hold()
        next_at = datetime.now(UTC) + timedelta(seconds=self._pace.due_at() - self._clock()) if found.anything else None
        self.status = replace(self.status, waiting=found.anything, next_at=next_at)
        if not self._held and due:
            self._begin("build")
            began = self._clock()
            self._build()
            self._pace.built(self._clock(), self._clock() - began)
            self.status = Status(tried_at=datetime.now(UTC))
        self._begin("judge")
        self._judge()

    def _begin(self, doing: str) -> None:
        self.status = replace(self.status, doing=doing, since=datetime.now(UTC))

    def _note(self, trouble: str) -> None:
        if self.status.trouble != trouble:
            _log.error("%s", trouble)
        self.status = replace(self.status, trouble=trouble, tried_at=datetime.now(UTC))
        self._pace.failed(self._clock())


_at_work: list[Worker] = []


def status() -> Status:
    """What is going on beside the pages of this process; nothing where no worker is."""
    return _at_work[-1].status if _at_work else Status()


def is_at_work() -> bool:
    """Whether builds begin by themselves, in this process."""
    return bool(_at_work)


def set_to_work(worker: Worker, stopping: threading.Event) -> threading.Thread:
    """Lets a worker work in a thread of its own."""
    _at_work.append(worker)
    thread = threading.Thread(target=_keep_at_work, args=(worker, stopping), name="working", daemon=True)
    thread.start()
    return thread


def _keep_at_work(worker: Worker, stopping: threading.Event) -> None:
    """Begins again where a fault of ours has ended the work."""
    while not stopping.is_set():
        thread = threading.Thread(target=worker.run, args=(stopping,), name="looking", daemon=True)
        thread.start()
        thread.join()


def build_apart(home: Path, options: tuple[str, ...], stopping: threading.Event) -> None:
    """Builds in a process of its own, which gives way to the pages.

    Raises BusyError where another build runs, WorkspaceError with what it said where it came to nothing.
    """
    command = [
        "nice",
        "-n",
        "10",
        sys.executable,
        "-m",
        "answerback",
        "--quiet",
        "--home",
        str(home),
        *options,
        "build",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        said = ""
        while True:
            try:
                _, said = process.communicate(timeout=LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if stopping.is_set():
                    process.terminate()
    if process.returncode == Exit.BUSY:
        raise BusyError("another build is running")
    if process.returncode and not stopping.is_set():
        last = said.strip().splitlines()[-1] if said.strip() else f"it ended with {process.returncode}"
        raise WorkspaceError(f"the build came to nothing: {last}", next_step="the Data page tells of the data")
