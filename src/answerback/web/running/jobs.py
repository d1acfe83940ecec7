"""Work that a browser asks for and that takes longer than a page may: one thing after the other, beside the pages.

A job is known by a name that nobody can guess. How far it has come, and what came of it, is kept in memory only, and
for half an hour after its end.
"""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from answerback.domain.errors import AnswerbackError, UsageError

KEPT_SECONDS = 1800
MOST_WAITING = 8

Advance = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is; a total of 0 is not known."""
Work = Callable[[Advance], Any]


@dataclass(eq=False)
class Job:
    """Something that is being done, or was."""

    token: str
    kind: str
    by: int
    """Who asked: the number of a person, 0 where nobody has signed in."""
    what: str = ""
    done: int = 0
    total: int = 0
    result: Any = None
    error: AnswerbackError | None = None
    broken: bool = False
    """It ended by a fault of ours."""
    ended_at: float = 0.0
    finished: threading.Event = field(default_factory=threading.Event)

    def advance(self, what: str, done: int, total: int) -> None:
        """Says how far it has come."""
        self.what, self.done, self.total = what, done, total

    @property
    def percent(self) -> int | None:
        """How much is done; None where that is not known."""
        return min(100, 100 * self.done // self.total) if self.total else None


class Jobs:
    """Jobs one after the other, in a thread that starts with the first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, Job] = {}
        self._waiting: queue.SimpleQueue[tuple[Job, Work]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, kind: str, by: int, work: Work) -> Job:
        """Takes on a job. Raises UsageError where too many are waiting."""
        job = Job(secrets.token_urlsafe(24), kind, by)
        with self._lock:
            self._forget_old()
            if sum(not each.finished.is_set() for each in self._known.values()) >= MOST_WAITING:
                raise UsageError("too much is waiting to be read already", next_step="come again in a few minutes")
            self._known[job.token] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()
        self._waiting.put((job, work))
        return job

    def get(self, token: str, kind: str, by: int) -> Job | None:
        """A job of somebody's; None where there is none, or none any more."""
        with self._lock:
            self._forget_old()
            job = self._known.get(token)
        return job if job is not None and (job.kind, job.by) == (kind, by) else None

    def of_kind(self, kind: str) -> list[Job]:
        """Jobs of a kind, the latest first."""
        with self._lock:
            self._forget_old()
            return [each for each in reversed(self._known.values()) if each.kind == kind]

    def busy(self, *kinds: str) -> bool:
        """Whether a job of one of these kinds waits or runs."""
        return any(not each.finished.is_set() for kind in kinds for each in self.of_kind(kind))

    def drop(self, job: Job) -> None:
        """Forgets a job and what came of it."""
        with self._lock:
            self._known.pop(job.token, None)

    def _forget_old(self) -> None:
        now = self._clock()
        for job in list(self._known.values()):
            if job.finished.is_set() and now - job.ended_at > KEPT_SECONDS:
                del self._known[job.token]

    def _run(self) -> None:
        while True:
            job, work = self._waiting.get()
            # A thread of its own: a fault of ours ends that one, is told in the log, and the jobs after it go on.
            doing = threading.Thread(target=self._do, args=(job, work), name=f"job {job.kind}", daemon=True)
            doing.start()
            doing.join()

    def _do(self, job: Job, work: Work) -> None:
        job.broken = True
        try:
            job.result = work(job.advance)
            job.broken = False
        except AnswerbackError as error:
            job.error, job.broken = error, False
        finally:
            job.ended_at = self._clock()
            job.finished.set()


@lru_cache(maxsize=1)
def jobs() -> Jobs:
    """The jobs of this process."""
    return Jobs()
