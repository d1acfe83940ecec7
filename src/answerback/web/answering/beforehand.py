"""Answers over everybody that take longer than a page may: worked out in the background, once per snapshot and day.

A page asks for one and gets None while it is being worked out; then it says so in that place and shows the rest. Where
there is little data it is worked out at once, so nobody waits for what takes a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.at_hand import AtHand, Held, read_acts
from answerback.analysis.court.balls import balls
from answerback.analysis.court.by_chain import balls_by_chain
from answerback.analysis.court.juggling import juggling
from answerback.analysis.court.mine import contesting, waiting_on_each
from answerback.analysis.court.quiet import quiet_chains
from answerback.analysis.court.too_long import too_long
from answerback.analysis.directory import read_directory
from answerback.analysis.doctor import examine
from answerback.analysis.on_base import read_curves
from answerback.analysis.reader import Reader
from answerback.analysis.risk.by_key import attempts_by_key
from answerback.analysis.searching import read_chains_of_reps
from answerback.analysis.steps import Asked, steps_of
from answerback.analysis.trust.cover import read_cover
from answerback.analysis.trust.trusting import trust
from answerback.domain.kinds import CHANNELS
from answerback.domain.scope import Scope
from answerback.web.answering import tasks
from answerback.web.answering.desk import Desk, NotReady
from answerback.web.answering.tasks import Stands, Task, work_out, worked
from answerback.workspace.snapshots import read_snapshot

LITTLE = 50_000
"""With so many touches or fewer an answer is worked out when it is asked for."""


class Ahead(StrEnum):
    """What is worked out, in this order."""

    CURVES = auto()
    ACTS = auto()
    WAITS = auto()
    LATE = auto()
    CONTESTING = auto()
    DIRECTORY = auto()
    CHAINS = auto()
    STEPS = auto()
    REVIVALS = auto()
    BALLS = auto()
    COVER = auto()
    TRUST = auto()
    REMARKS = auto()
    JUGGLING = auto()
    RISK = auto()


SOON = (Ahead.ACTS, Ahead.DIRECTORY, Ahead.CONTESTING, Ahead.WAITS, Ahead.CURVES)
"""What a rep's own page asks for: it comes before all else."""
_MAKERS: dict[Ahead, Callable[[Reader, Scope], Any]] = {
    Ahead.CURVES: read_curves,
    Ahead.ACTS: lambda reader, _: read_acts(reader),
    Ahead.WAITS: waiting_on_each,
    Ahead.LATE: too_long,
    Ahead.CONTESTING: lambda reader, _: contesting(reader),
    Ahead.DIRECTORY: lambda reader, _: read_directory(reader),
    Ahead.CHAINS: lambda reader, _: read_chains_of_reps(reader),
    Ahead.STEPS: lambda reader, scope: steps_of(Asked(reader, scope)),
    Ahead.REVIVALS: lambda reader, scope: quiet_chains(reader, scope).revivals,
    Ahead.BALLS: balls_by_chain,
    Ahead.COVER: lambda reader, _: read_cover(reader, CHANNELS),
    Ahead.TRUST: trust,
    Ahead.REMARKS: examine,
    Ahead.JUGGLING: lambda reader, scope: juggling(reader, balls(reader, scope)),
    Ahead.RISK: attempts_by_key,
}
TASKS = {each: Task(each, maker, Stands.DAY) for each, maker in _MAKERS.items()}
"""As the worker knows them."""


def ahead(desk: Desk, what: Ahead) -> Any:
    """An answer that was worked out; None while it is not there yet."""
    return answer_to(desk, TASKS[what])


def answer_to(desk: Desk, task: Task) -> Any:
    """The answer of any task; None while it is not there yet."""
    found = worked(desk, task)
    if (found is None or task.lacks(desk, found.made)) and _touches(desk) <= LITTLE:
        found = work_out(desk, task)
    return None if found is None else found.made


def at_hand(desk: Desk) -> AtHand:
    """The acts and names of everybody, for lists of touches. Raises NotReady while they are read."""
    acts, directory = ahead(desk, Ahead.ACTS), ahead(desk, Ahead.DIRECTORY)
    if acts is None or directory is None:
        raise NotReady
    return Held(acts, directory)


def at_hand_by_now(desk: Desk) -> AtHand | None:
    """The same; None while they are read, for a list that can ask the engine."""
    try:
        return at_hand(desk)
    except NotReady:
        return None


def keep(desk: Desk, what: Ahead, made: object) -> None:
    """Keeps an answer that was worked out of the newest snapshot."""
    tasks.keep(desk, TASKS[what], made)


def _touches(desk: Desk) -> int:
    return read_snapshot(desk.home, desk.snapshot).relations["effort"].rows
