"""Progress of long work: a bar on a terminal, one plain line elsewhere. Always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from answerback.cli.settings import Settings, is_terminal

_SECONDS_BETWEEN_LINES = 15.0


class Advance(Protocol):
    """Told how far the work has come."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """The step that it is at, and how much of how much is done; a total of 0 is not known."""


def _silent(what: str, done: int, total: int) -> None:
    """Tells nobody."""
    del what, done, total


@contextmanager
def progress(settings: Settings, title: str) -> Iterator[Advance]:
    """Shows progress while the block runs."""
    if settings.quiet:
        yield _silent
    elif is_terminal():
        with _bar(title) as advance:
            yield advance
    else:
        started = time.perf_counter()
        print(f"{title} …", file=sys.stderr, flush=True)
        yield _lines(title, started)
        print(f"{title}: done in {time.perf_counter() - started:.1f} s", file=sys.stderr, flush=True)


def _lines(title: str, started: float) -> Advance:
    """A line now and then, for work that takes longer than anybody likes to wait without a word."""
    last = started

    def advance(what: str, done: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= _SECONDS_BETWEEN_LINES:
            last = now
            share = f", {100 * done // total} %" if total else ""
            print(f"{title} {what}{share} after {now - started:.0f} s", file=sys.stderr, flush=True)

    return advance


@contextmanager
def _bar(title: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def advance(what: str, done: int, total: int) -> None:
            bars.update(task, description=f"{title} {what}".strip(), completed=done, total=total or None)

        yield advance
