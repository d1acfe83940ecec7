"""Answers over everybody that take longer than a page may: worked out in the background, once per snapshot and day.

A page asks for one and gets None while it is being worked out; then it says so in that place and shows the rest. Where
there is little data it is worked out at once, so nobody waits for what takes a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.court.balls import balls
from answerback.analysis.court.by_chain import balls_by_chain
from answerback.analysis.court.juggling import juggling
from answerback.analysis.court.mine import contesting, waiting_on_each
from answerback.analysis.court.quiet import quiet_chains
from answerback.analysis.directory import read_directory
from answerback.analysis.doctor import examine
from answerback.analysis.reader import Reader
from answerback.analysis.risk.by_key import attempts_by_key
from answerback.analysis.steps import Asked, steps_of
from answerback.analysis.trust.cover import read_cover
from answerback.analysis.trust.trusting import trust
from answerback.domain.kinds import CHANNELS
from answerback.domain.scope import Scope
from answerback.web.answering.desk import Desk
from answerback.workspace.access import owner_scope
from answerback.workspace.snapshots import read_snapshot

LITTLE = 50_000
"""With so many touches or fewer an answer is worked out when it is asked for."""


class Ahead(StrEnum):
    """What is worked out, in this order."""

    WAITS = auto()
    CONTESTING = auto()
    DIRECTORY = auto()
    STEPS = auto()
    REVIVALS = auto()
    BALLS = auto()
    COVER = auto()
    TRUST = auto()
    REMARKS = auto()
    JUGGLING = auto()
    RISK = auto()


_MAKERS: dict[Ahead, Callable[[Reader, Scope], Any]] = {
    Ahead.WAITS: waiting_on_each,
    Ahead.CONTESTING: lambda reader, _: contesting(reader),
    Ahead.DIRECTORY: lambda reader, _: read_directory(reader),
    Ahead.STEPS: lambda reader, scope: steps_of(Asked(reader, scope)),
    Ahead.REVIVALS: lambda reader, scope: quiet_chains(reader, scope).revivals,
    Ahead.BALLS: balls_by_chain,
    Ahead.COVER: lambda reader, _: read_cover(reader, CHANNELS),
    Ahead.TRUST: trust,
    Ahead.REMARKS: examine,
    Ahead.JUGGLING: lambda reader, scope: juggling(reader, balls(reader, scope)),
    Ahead.RISK: attempts_by_key,
}


def prepare(desk: Desk) -> None:
    """Works out what is not there yet, one after the other. Takes seconds to minutes."""
    for each in Ahead:
        if desk.kept(_key(desk, each)) is None:
            _make(desk, each)


def ahead(desk: Desk, what: Ahead) -> Any:
    """An answer that was worked out; None while it is not there yet."""
    found = desk.kept(_key(desk, what))
    if found is None and _touches(desk) <= LITTLE:
        found = _make(desk, what)
    return None if found is None else found[0]


def keep(desk: Desk, what: Ahead, made: object) -> None:
    """Keeps an answer that was worked out of the newest snapshot."""
    desk.keep(_key(desk, what), (made,))


def _make(desk: Desk, what: Ahead) -> tuple[Any]:
    with desk.reading() as reader:
        made = (_MAKERS[what](reader, owner_scope(f"pages: {what}")),)
    keep(desk, what, made[0])
    return made


def _touches(desk: Desk) -> int:
    return read_snapshot(desk.home, desk.snapshot).relations["effort"].rows


def _key(desk: Desk, what: Ahead) -> Hashable:
    return ("ahead", what, desk.snapshot, desk.today())
