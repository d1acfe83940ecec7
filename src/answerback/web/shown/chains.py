"""A chain as its page shows it: entries with names, words, silences and marks; what usually comes next; its heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from answerback.analysis.chain_around import Around
from answerback.analysis.court.balls import State
from answerback.analysis.court.beside import BESIDE, PROMISE, SERVICE
from answerback.analysis.court.by_chain import ChainBall
from answerback.analysis.reader import Reader, ids_of, keys_of
from answerback.analysis.story import Line, Sort, Story
from answerback.domain.court import Court
from answerback.domain.kinds import Evidence, Stance
from answerback.present.going_on import LastStep, going_on, revived
from answerback.present.spoken import lasting_text, spoken
from answerback.present.timeline import act_words, beside_words, silence_size, silence_words, touch_words
from answerback.present.words import SHOWN_AS
from answerback.web.answering.asking import Asking
from answerback.web.answering.beforehand import Ahead, ahead

SHOWN = 40
"""So many of the latest entries are shown at once, the earlier ones on asking."""
_HOUR = 3600.0
_PROMISED = {
    State.WAITING: ("due", "warn"),
    State.DROPPED: ("overdue", "bad"),
    State.LATE: ("kept late", "warn"),
    State.LOST: ("never kept", "bad"),
}
"""What became of a promise, and in which tone that is said."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a chain are called."""

    persons: Mapping[str, str]
    reps: Mapping[str, str]

    def of(self, line: Line) -> str:
        """Who did something; empty where it is not known."""
        names = self.reps if line.sort is Sort.TOUCH else self.persons
        return names.get(line.who, line.who)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the timeline.

    Attributes:
        side: seller, buyer, or beside.
        line: What happened.
        who, words: Who did it, and what.
        silence, size: The silence before it, in words and in one of five sizes; empty and 0 for none.
        tags: What to know of it, each with its tone.
        fresh: Whether it was noted since the last build.
        waits: Whether nobody has answered it, by the policies.
        markable: Whether whoever looks may say something of it.
    """

    side: str
    line: Line
    who: str
    words: str
    silence: str
    size: int
    tags: tuple[tuple[str, str], ...]
    fresh: bool
    waits: bool
    markable: bool


def names_of(reader: Reader, asking: Asking, told: Story) -> Names:
    """The names in a chain: of sellers from the roster, of buyers as far as the directory is there."""
    roster, directory = asking.desk.roster(), ahead(asking.desk, Ahead.DIRECTORY)
    touching = {line.who for line in told.lines if line.sort is Sort.TOUCH and line.who} | {told.owner_id}
    reps = {each: roster.called(key) for each in touching if (key := roster.key_of(each)) is not None}
    persons: dict[str, str] = {}
    if directory is not None:
        for each in {line.who for line in told.lines if line.sort is Sort.ACT and line.who}:
            for name in directory.called("contact", keys_of(reader, "contact", each)).values():
                persons[each] = name
    return Names(persons, reps)


@dataclass(frozen=True, slots=True)
class BallsIn:
    """The open and the missed balls of a chain."""

    acts: Mapping[str, ChainBall]
    """By the id of the act that nobody had answered."""
    beside: Mapping[int, ChainBall]
    """By the key of the promise or the case."""

    def of(self, line: Line) -> ChainBall | None:
        """The ball that a line of the chain is, if it is one."""
        if line.sort is Sort.ACT:
            return self.acts.get(line.event_id) if line.event_id else None
        return self.beside.get(line.key) if line.key else None


def balls_in(reader: Reader, asking: Asking, around: Around) -> BallsIn:
    """The open and the missed balls of a chain; none while they are worked out."""
    found = ahead(asking.desk, Ahead.BALLS)
    rows: tuple[ChainBall, ...] = found.of(around.key) if found is not None else ()
    beside = {each.event_key: each for each in rows if each.policy in BESIDE}
    asked = [each for each in rows if each.policy not in BESIDE]
    ids = ids_of(reader, [each.event_key for each in asked], "event")
    acts: dict[str, ChainBall] = {}
    for each in asked:  # held to several policies: an open one before a missed one, the first to fall due before others
        known = acts.get(ids.get(each.event_key, ""))
        if known is None or (each.open and not known.open):
            acts[ids.get(each.event_key, "")] = each
    return BallsIn(acts, beside)


def entries_of(told: Story, names: Names, balls: BallsIn, *, own_key: int | None, fresh: frozenset[str]) -> list[Entry]:
    """The timeline, in order of time. `fresh` are the ids of events that were noted since the last build."""
    return [_entry(line, names, balls.of(line), own_key, fresh) for line in told.lines]


def _entry(line: Line, names: Names, ball: ChainBall | None, own_key: int | None, fresh: frozenset[str]) -> Entry:
    side = {Sort.TOUCH: "seller", Sort.ACT: "buyer"}.get(line.sort, "beside")
    waits = line.sort is Sort.ACT and ball is not None and ball.open
    return Entry(
        side=side,
        line=line,
        who=names.of(line),
        words=_words(line),
        silence=lasting_text(silence_words(line.gap_seconds)),
        size=silence_size(line.gap_seconds),
        tags=tuple(_tags(line, ball)),
        fresh=bool(line.event_id) and line.event_id in fresh,
        waits=waits,
        markable=waits and ball is not None and own_key is not None and ball.rep_key == own_key,
    )


def _words(line: Line) -> str:
    if line.sort is Sort.TOUCH:
        return touch_words(line.what)
    return act_words(line.what, line.stance) if line.sort is Sort.ACT else beside_words(line)


def _tags(line: Line, ball: ChainBall | None) -> list[tuple[str, str]]:
    found = []
    if line.stance == Stance.ADVANCE:
        found.append(("forward", "good"))
    elif line.stance == Stance.RETREAT:
        found.append(("back", "bad"))
    if line.grade:
        found.append(("proof" if line.grade in ("E1", "E2") else "plausible", ""))
    if line.evidence == Evidence.CLAIMED:
        found.append((SHOWN_AS["claimed"], "warn"))
    if line.by_sequence:
        found.append(("by a sequence", ""))
    if line.handed_over:
        found.append(("handed over", ""))
    if ball is not None:
        found.append(_ball_tag(ball))
    return found


def _ball_tag(ball: ChainBall) -> tuple[str, str]:
    """What became of it: of a promise whether it was kept; a case has no time that could be over."""
    if ball.policy == SERVICE:
        return "still open", "warn"
    if ball.policy == PROMISE and ball.state in _PROMISED:
        return _PROMISED[ball.state]
    match ball.state:
        case State.DROPPED:
            return "waits, and its time is over", "bad"
        case State.LATE:
            return "answered late", "warn"
        case State.LOST:
            return "never answered", "bad"
        case State.POSTPONED:
            return "somebody waits with it", ""
        case State.UNASSIGNED:
            return "nobody was given it", "warn"
        case _:
            return "waits", "warn"


def next_of(asking: Asking, told: Story, as_of: datetime) -> dict[str, Any]:
    """What usually comes next after the last step of an open chain; empty where nothing is awaited."""
    last = next((line for line in reversed(told.lines) if line.court is not None), None)
    if last is None or last.sort not in (Sort.TOUCH, Sort.ACT) or told.turn.court is Court.NOBODY:
        return {}
    steps = ahead(asking.desk, Ahead.STEPS)
    if steps is None:
        return {"loading": True}
    silent = max(0.0, (as_of - last.occurred_at).total_seconds() / _HOUR)
    step = LastStep(seller=last.sort is Sort.TOUCH, step=last.what, silent_hours=silent)
    found: dict[str, Any] = {"step": step.words, "lines": [spoken(line) for line in going_on(steps, step)]}
    if step.seller:
        found["revived"] = revived(ahead(asking.desk, Ahead.REVIVALS) or ())
    return found


def whose_turn(told: Story, own_id: str) -> str:
    """Whose turn it is: own, another, buyer, over, or nobody."""
    if told.turn.ended:
        return "over"
    if told.turn.court is Court.BUYER:
        return "buyer"
    if told.turn.court is Court.NOBODY:
        return "nobody"
    return "own" if own_id and sellers_turn(told) == own_id else "another"


def sellers_turn(told: Story) -> str:
    """The id of whose turn it is at the seller's: the owner, else who touched it last; empty where nobody did."""
    last = next((line.who for line in reversed(told.lines) if line.sort is Sort.TOUCH and line.who), "")
    return told.owner_id or last
