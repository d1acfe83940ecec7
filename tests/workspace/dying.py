"""Processes that die, or are interrupted, at a chosen step.

A step is whatever the process is about to do to the workspace's files that another process could notice: open, create,
link, rename, remove, write or force to disk. (What the Parquet writers do in between is met by kills at random times.)
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from answerback.workspace.home import Home
from tests.workspace.world import PROCESSES

_EVENTS = frozenset({"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.utime", "shutil.rmtree"})


class Steps:
    """Counts steps within a folder, and calls `at` before each. One for each process: a hook can never be taken out."""

    def __init__(self) -> None:
        self.count = 0
        self.root = ""
        self.at: Callable[[int], None] = lambda _step: None
        self._inside = False
        sys.addaudithook(self._heard)
        for name in ("fsync", "write"):
            setattr(os, name, self._counted(getattr(os, name)))

    def watch(self, root: Path, at: Callable[[int], None]) -> None:
        """Begins anew."""
        self.count, self.root, self.at = 0, str(root), at

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS and self.root and str(arguments[0]).startswith(self.root):
            self._step()

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any) -> Any:
            self._step()
            return function(*arguments)

        return stepping

    def _step(self) -> None:
        if not self.root or self._inside:
            return
        self._inside = True
        self.count += 1
        try:
            self.at(self.count)
        finally:
            self._inside = False


def die_at(step: int) -> Callable[[int], None]:
    """SIGKILL, to itself, before this step."""
    return lambda now: os.kill(os.getpid(), signal.SIGKILL) if now == step else None


def interrupt_at(step: int) -> Callable[[int], None]:
    """As if Ctrl-C had been pressed before this step."""

    def at(now: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    return at


def steps_of(task: Callable[[Home], None], home: Home) -> int:
    """How many steps the task has."""
    steps = Steps()
    steps.watch(home.root, lambda _step: None)
    task(home)
    return steps.count


def answer_of(task: Callable[..., object], *arguments: object) -> Any:
    """What a function answers in a process of its own. Raises EOFError where that process fails."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_answer, args=(theirs, task, arguments))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _answer(pipe: Connection[Any, Any], task: Callable[..., object], arguments: tuple[object, ...]) -> None:
    pipe.send(task(*arguments))


class Mortals:
    """Processes for one task each. They are forks of one that has imported everything and started no thread."""

    def __init__(self) -> None:
        self._ours, theirs = PROCESSES.Pipe()
        self._parent = PROCESSES.Process(target=_bear, args=(theirs,))
        self._parent.start()

    def killed(self, task: Callable[[Home], None], home: Home, *, step: int = 0, after: float = 0.0) -> bool:
        """Kills the task before a step, or after so many seconds. False: it ended before that."""
        self._ours.send((task, home, step, after))
        status: int = self._ours.recv()
        assert status in (0, -signal.SIGKILL), f"the task failed by itself: {status}"
        return status != 0

    def end(self) -> None:
        """Lets the parent go."""
        self._ours.send(None)
        self._parent.join()


def _bear(pipe: Connection[Any, Any]) -> None:
    while said := pipe.recv():
        task, home, step, after = said
        child = os.fork()
        if not child:
            _live(task, home, step)
        pipe.send(_end_of(child, after))


def _live(task: Callable[[Home], None], home: Home, step: int) -> None:
    status = 1
    try:
        Steps().watch(home.root, die_at(step))
        task(home)
        status = 0
    finally:  # never back into the parent's loop
        if status:
            traceback.print_exc()
        os._exit(status)


def _end_of(child: int, after: float) -> int:
    if after:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
