"""The workspace as pages see it: the newest snapshot kept open, and answers kept as long as nothing changes them.

A page never waits for a build, and never for the judging of the whole organisation: that is done beforehand by
`prepare`, in the background, and whoever asks earlier is told that it is being worked out (`NotReady`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings

from answerback.analysis.reader import Reader, reading
from answerback.analysis.roster import Roster, read_roster, span_of_events
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope
from answerback.engine.protocol import Limits
from answerback.workspace.home import Home, open_home
from answerback.workspace.journal import Entry, written
from answerback.workspace.snapshots import read_snapshot

KEPT_ANSWERS = 2_000
"""So many answers are kept; the one that was not asked for longest goes first."""
OLD = timedelta(days=3)
"""Data that end longer ago are looked at from their own end."""
LOOK_SECONDS = 1.0
"""So long nobody looks whether there is a newer snapshot."""

Made = TypeVar("Made")


class NotReady(Exception):
    """It is being worked out; come again in a moment."""


class NothingBuilt(Exception):
    """There is no snapshot yet: nothing was loaded."""


@dataclass(slots=True)
class _Opened:
    """A snapshot with readers of it that nobody is using."""

    name: str
    playbook_zone: str
    built_at: datetime
    first_event: datetime
    last_event: datetime
    idle: list[tuple[Reader, ExitStack]] = field(default_factory=list)
    known: dict[Hashable, Any] = field(default_factory=dict)
    """What its readers have read (`Reader.once`): one for all of them, or each would read it anew."""


class Desk:
    """One workspace, asked by many at a time."""

    def __init__(self, home: Home, limits: Limits, clock: Callable[[], datetime]) -> None:
        self.home = home
        self._limits, self._clock = limits, clock
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._looked_at = -LOOK_SECONDS
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def snapshot(self) -> str:
        """The name of the newest snapshot. Raises NothingBuilt where there is none."""
        return self._newest().name

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self._newest().playbook_zone)

    def as_of(self) -> datetime:
        """The instant that pages look from: when the snapshot was built, or the beginning of today where that is later.

        So what was worked out serves everybody all day. Data that stopped some days ago are looked at from their end.
        """
        opened, now = self._newest(), self._clock()
        if now - opened.last_event > OLD:
            return opened.last_event + timedelta(seconds=1)
        midnight = now.astimezone(ZoneInfo(opened.playbook_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(opened.built_at, midnight.astimezone(UTC))

    def holds_all(self, scope: Scope, rep_key: int) -> bool:
        """Whether a scope holds all that a rep ever did."""
        first = self._newest().first_event
        return scope.everybody or any(
            each.rep_key == rep_key and each.end is None and (each.start is None or each.start <= first)
            for each in scope.stretches
        )

    def is_old(self) -> bool:
        """Whether it is looked at from the end of data that stopped some days ago."""
        return self._clock() - self._newest().last_event > OLD

    def moment(self) -> datetime:
        """When something is entered: now, or where data stopped some days ago their end, from which it is seen."""
        return self.as_of() if self.is_old() else self._clock()

    def today(self) -> date:
        """The day that pages look from, in the organisation's time zone; the true one where nothing is built."""
        with suppress(NothingBuilt):
            return self.as_of().astimezone(self.zone).date()
        return self._clock().date()

    def roster(self) -> Roster:
        """Who is in the snapshot; nobody, where there is none."""
        try:
            return self.once(("roster",), read_roster)
        except NothingBuilt:
            return Roster({}, {})

    def once(self, question: Hashable, ask: Callable[[Reader], Made]) -> Made:
        """The answer to a question as of now; asked once per snapshot and instant, whoever wants it.

        The question says all that the answer depends on beside these two: the scope's reps, the page, the filters.
        """
        key = (self.snapshot, self.as_of(), question)
        found = self.kept(key)
        if found is None:
            with self.reading() as reader:
                found = (ask(reader),)
            self.keep(key, found)
        made: Made = found[0]
        return made

    def noted(self, record: str) -> list[Entry]:
        """What was entered of one record type that the newest snapshot does not have, in order.

        Read it before what it is shown beside: then nothing is missed that a build takes in meanwhile.
        """
        return written(self.home, record, since=int(self.snapshot))

    def kept(self, key: Hashable) -> Any:
        """What was kept under a key; None for nothing."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, made: object) -> None:
        """Keeps something that is never changed again."""
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT_ANSWERS:
                self._kept.popitem(last=False)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A reader of the newest snapshot, for one thread at a time."""
        opened = self._newest()
        with self._lock:
            reader, stack = opened.idle.pop() if opened.idle else (None, ExitStack())
        if reader is None:
            reader = stack.enter_context(reading(self.home, snapshot=opened.name, limits=self._limits))
        whole = False
        try:
            yield replace(reader, as_of=self.as_of(), _kept=opened.known)
            whole = True
        finally:  # after an error nobody knows in what state the engine is: the next one gets another
            if whole:
                self._put_back(opened, reader, stack)
            else:
                stack.close()

    def close(self) -> None:
        """Lets go of the snapshot and all that was kept of it."""
        with self._lock:
            opened, self._opened = self._opened, None
            self._looked_at = -LOOK_SECONDS
            self._kept.clear()
        if opened is not None:
            _let_go(opened)

    def _put_back(self, opened: _Opened, reader: Reader, stack: ExitStack) -> None:
        with self._lock:
            current = self._opened is opened
            if current:
                opened.idle.append((reader, stack))
        if not current:
            stack.close()

    def _newest(self) -> _Opened:
        known, now = self._opened, time.monotonic()
        if known is not None and now - self._looked_at < LOOK_SECONDS:
            return known
        try:
            name = read_snapshot(self.home, None).name
        except NotFoundError as error:
            raise NothingBuilt from error
        self._looked_at = now
        if known is not None and known.name == name:
            return known
        return self._open(name)

    def _open(self, name: str) -> _Opened:
        with ExitStack() as stack:
            reader = stack.enter_context(reading(self.home, snapshot=name, limits=self._limits))
            opened = _Opened(
                name, reader.playbook.organisation.time_zone, reader.snapshot.built_at, *span_of_events(reader)
            )
            opened.idle.append((reader, stack.pop_all()))
        with self._lock:
            current = self._opened
            if current is None or current.name != name:
                self._opened, loser, chosen = opened, current, opened
            else:  # another thread was quicker
                loser, chosen = opened, current
        if loser is not None:
            _let_go(loser)
        return chosen


def _let_go(opened: _Opened) -> None:
    while opened.idle:
        opened.idle.pop()[1].close()


@lru_cache(maxsize=1)
def _desk_of(root: Path) -> Desk:
    return Desk(open_home(root), Limits(threads=1), lambda: datetime.now(UTC))


def desk() -> Desk:
    """The desk of this process."""
    return _desk_of(Path(settings.WORKSPACE))


def forget_desk() -> None:
    """The next one who asks gets a new desk: for when the workspace is another one."""
    if _desk_of.cache_info().currsize:
        desk().close()
    _desk_of.cache_clear()
