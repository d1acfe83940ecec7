"""`answerback mine`: one person's mailbox and calendar, read on this computer into a workspace that is gone at the end.

The workspace lies in a folder of the system's temporary place that only its owner may enter. It is removed however the
command ends: with an answer, an error, Ctrl-C or a polite kill. Nothing is written anywhere else.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from types import FrameType
from typing import TextIO

from answerback.api.own import Answer, Mailbox, Owner, answer_of, mailbox_in, vanishing_home
from answerback.cli.output import put
from answerback.cli.progress import Advance, progress
from answerback.cli.settings import Format, Settings
from answerback.domain.playbook import Playbook
from answerback.engine.protocol import Limits
from answerback.present.own import Part, moved_parts, own_rows, reading_text, waiting_parts

WIDTH = 100


def show_mine(settings: Settings, path: Path, owner: str, options: dict[str, str]) -> None:
    """Reads the mailbox, says who waits and what moved, and forgets everything.

    Raises UsageError where it is not clear whose mailbox it is, SourceError where nothing can be read.
    """
    mailbox = mailbox_in(path, owner, options)
    if settings.format is Format.TABLE:
        _say_whose(mailbox.owner, mailbox.playbook)
    answer = _answer(settings, mailbox)
    if settings.format is not Format.TABLE:
        put(settings, own_rows(mailbox.owner.address, answer.waits, answer.moved))
        _farewell(settings, sys.stderr)
    else:
        _tell(settings, answer)
        _farewell(settings, sys.stdout)


def _tell(settings: Settings, answer: Answer) -> None:
    seen = f"\nSeen from {answer.as_of:%Y-%m-%d %H:%M} UTC"
    print(f"{seen}, the end of this mailbox." if answer.old else f"{seen}.")
    for part in (*waiting_parts(answer.waits), *moved_parts(answer.moved)):
        _show(settings, part)
    print()
    for batch in answer.batches:
        counts = {"read": batch.read, "kept": batch.kept, "rejects": batch.rejects}
        print(fill(reading_text(batch.source_kind, **counts, non_events=batch.non_events), WIDTH))


def _answer(settings: Settings, mailbox: Mailbox) -> Answer:
    """Reads, links and asks, in a workspace that is gone when the answer is there."""
    now = datetime.now(UTC)
    limits = Limits(threads=settings.threads, memory=settings.memory)
    with _polite_kills(), vanishing_home(now) as home, _Stages(settings) as stages:
        return answer_of(mailbox, home, now=now, as_of=settings.as_of, limits=limits, on_step=stages.step)


class _Stages:
    """Shows the progress of one stage after the other, each under its name."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stack, self._name = settings, ExitStack(), ""
        self._advance: Advance | None = None

    def __enter__(self) -> _Stages:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def step(self, name: str, done: int, total: int) -> None:
        """So much of a stage is done."""
        if name != self._name or self._advance is None:
            self._stack.close()
            self._name, self._advance = name, self._stack.enter_context(progress(self._settings, name))
        self._advance("", done, total)


@contextmanager
def _polite_kills() -> Iterator[None]:
    """Makes a request to end (SIGTERM, a closed terminal) an exception, so that what must be removed is."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, leave) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_whose(who: Owner, playbook: Playbook) -> None:
    domains = playbook.organisation.own_domains
    print(f"The mailbox of {who.address} ({who.why}).")
    if domains:
        print(f"Everybody at {' and '.join(domains)} counts as a colleague.")
    print("If that is wrong: --owner ADDRESS, --set own=DOMAIN.", flush=True)


def _show(settings: Settings, part: Part) -> None:
    print()
    if part.table is not None:
        put(settings, part.table, title=part.title)
    if part.text:
        print(fill(part.text, WIDTH))
    sys.stdout.flush()


def _farewell(settings: Settings, stream: TextIO) -> None:
    if settings.format is Format.TABLE or not settings.quiet:
        print("Nothing was stored: all that was kept while working has been removed again.", file=stream)
