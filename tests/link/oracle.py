"""What linking should find, in plain nested loops: slow, short of cleverness, and unlike the SQL in every step.

Read it as the rules in words. `judge` takes a world and says, effort by effort and act by act, what the relations must
hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from answerback.domain.playbook import Play
from answerback.engine.settings import NO_PLAY
from tests.link.settled import ALWAYS, FOR_GOOD, Act, Touch, same, settle_acts, settle_efforts
from tests.link.world import Change, Covered, Rep, World


@dataclass(frozen=True)
class Judged:
    """All that the oracle says of a world."""

    touches: list[Touch]
    acts: list[Act]
    links: list[tuple[Act, Touch, str, int]]


GRADE = {"reference": "E1", "object": "E2", "contact": "E3", "deal": "E4", "account": "E4"}


def judge(world: World) -> Judged:
    """Every effort and act settled, every link found."""
    touches, acts = settle_efforts(world), settle_acts(world)
    for touch in touches:
        touch.registers = registered_act(world, touch, acts)
        touch.reactive = is_reactive(touch, touches, acts)
        touch.step = step_of(world, touch)
        touch.play = first_fitting(world, touch)
    links = []
    for act in acts:
        if act.counts:
            found = answered_effort(act, touches)
            if found is not None:
                touch, basis = found
                seconds = int((act.at - touch.at).total_seconds())
                links.append((act, touch, basis, seconds))
                touch.answers.append((act, basis, seconds))
    return Judged(touches, acts, links)


# ------------------------------------------------------------------------------------------------------------- linking


def answered_effort(act: Act, touches: list[Touch]) -> tuple[Touch, str] | None:
    """The effort that an act answers, and why that one: the strongest reason there is, the latest effort with it."""
    for basis in ("reference", "object", "contact", "deal", "account"):
        candidates = [touch for touch in touches if can_answer(act, touch) and ties(basis, act, touch)]
        if candidates:
            return max(candidates, key=lambda touch: (touch.at, touch.key)), basis
    return None


def can_answer(act: Act, touch: Touch) -> bool:
    """Whether such an act can answer such an effort at all, and came after it."""
    return touch.linkable and touch.play is not None and act.row.kind in touch.play.answered_by and touch.at <= act.at


def ties(basis: str, act: Act, touch: Touch) -> bool:
    """Whether there is this reason to think that the act answers the effort."""
    if basis == "reference":
        return any(("answers", token) in act.bears for role, token in touch.bears if role == "is")
    if basis == "object":
        return any(("about", token) in act.bears for role, token in touch.bears if role == "about")
    if not in_time(act, touch):
        return False
    if basis == "contact":
        return act.contact in touch.contacts
    if basis == "deal":
        return act.deal is not None and act.deal == touch.deal
    return act.account is not None and act.account == touch.account


def in_time(act: Act, touch: Touch) -> bool:
    """Inside the effort's own waiting time, its last instant included."""
    return touch.play is not None and act.at - touch.at <= timedelta(seconds=touch.play.waiting_seconds)


# ------------------------------------------------------------------------------------------------------------ outcomes


def state(world: World, touch: Touch, as_of: datetime) -> str | None:
    """What came of an effort as of an instant; nothing for efforts that are not there yet or are not counted."""
    if not touch.linkable or touch.at > as_of or touch.play is None:
        return None
    end = seen_until(world, touch)
    if end is None:
        return "unseen"
    visible = [act for act in believed(touch) if act.at <= as_of]
    if any(moves(touch, act) for act in visible):
        return "on_base"
    if visible:
        return "answered"
    observed = min(as_of, end)
    return "open" if (observed - touch.at).total_seconds() < touch.play.waiting_seconds else "unanswered"


def believed(touch: Touch) -> list[Act]:
    """Its answers in time, earliest first. What a seller typed in is believed only where it speaks against them."""
    acts = [act for act, _, _ in touch.answers if in_time(act, touch)]
    acts = [act for act in acts if act.row.evidence == "captured" or act.stance == "retreat"]
    return sorted(acts, key=lambda act: (act.at, act.key))


def moves(touch: Touch, act: Act) -> bool:
    """Whether an answer is what the effort aimed at."""
    in_aim = touch.play is not None and act.row.kind in touch.play.aim
    return in_aim and act.stance != "retreat" and act.row.evidence == "captured"


def contested(touch: Touch) -> bool:
    """Whether the effort, or an answer that would count, is in dispute."""
    return touch.contested or any(act.contested for act in believed(touch))


def seen_until(world: World, touch: Touch) -> datetime | None:
    """The end of the unbroken time, from the effort on, in which its answer could have been recorded."""
    spans = []
    for row in world.of(Covered):
        starts, ends = row.starts_at or ALWAYS, row.ends_at or FOR_GOOD
        whose = row.rep_key is None or same(world, row.rep_key) == touch.rep
        where = row.channel is None or (touch.play is not None and row.channel in touch.play.seen_on)
        if whose and where and starts < ends:
            spans.append((starts, ends))
    now, moved = touch.at, True
    while moved:
        moved = False
        for starts, ends in spans:
            if starts <= now < ends:
                now, moved = ends, True
    return now if now > touch.at else None


def seen_seconds(world: World, touch: Touch) -> int | None:
    """For how many seconds after the effort its answer could be seen, at most its waiting time."""
    end = seen_until(world, touch)
    assert touch.play is not None
    return None if end is None else min(int((end - touch.at).total_seconds()), touch.play.waiting_seconds)


def team_of(world: World, touch: Touch) -> str | None:
    """The team that the rep was in at the time."""
    then = [
        row
        for row in world.of(Rep)
        if same(world, row.rep_key) == touch.rep
        and (row.valid_from or ALWAYS) <= touch.at < (row.valid_to or FOR_GOOD)
        and row.team is not None
    ]
    then.sort(key=lambda row: (row.valid_from or ALWAYS, row.version_at, row.content_hash, -row.rep_key), reverse=True)
    return then[0].team if then else None


# --------------------------------------------------------------------------------------- what an effort is: its play


def registered_act(world: World, touch: Touch, acts: list[Act]) -> int | None:
    """The act that a work item was opened to register, if it was."""
    if touch.row.subkind is None or touch.row.subkind not in world.playbook.registration.subkinds:
        return None
    soon = timedelta(minutes=world.playbook.registration.minutes)
    found = [
        act
        for act in acts
        if act.registrar == touch.rep
        and place(act) is not None
        and place(act) == place(touch)
        and touch.at <= act.at <= touch.at + soon
    ]
    return min(found, key=lambda act: (act.at, act.key)).key if found else None


def place(event: Touch | Act) -> int | None:
    """The deal, or the account where there is no deal."""
    return event.deal if event.deal is not None else event.account


def is_reactive(touch: Touch, touches: list[Touch], acts: list[Act]) -> bool:
    """Whether a buyer's act called for the effort."""
    for role, token in touch.bears:
        for act in acts:
            if role == "answers" and act.counts and ("is", token) in act.bears and act.at <= touch.at:
                return True
    for role, token in touch.bears:
        if role == "about":
            # At the same instant an effort comes before an act; among efforts the lesser key comes first.
            before = [(act.at, 1, act.key) for act in acts if act.counts and ("about", token) in act.bears]
            before += [(other.at, 0, other.key) for other in touches if ("about", token) in other.bears]
            before = [each for each in before if each < (touch.at, 0, touch.key)]
            if before and max(before)[1] == 1:
                return True
    return False


def step_of(world: World, touch: Touch) -> str | None:
    """The step that the deal's stage stood for at the time."""
    before = [
        change
        for change in world.of(Change)
        if touch.deal is not None
        and same(world, change.deal_key) == touch.deal
        and change.field == "stage"
        and change.occurred_at <= touch.at
    ]
    if not before:
        return None
    last = max(before, key=lambda change: (change.occurred_at, change.version_at, change.content_hash))
    for stage in world.playbook.stage:
        if stage.name == last.new:
            return stage.step or stage.name
    return None


def first_fitting(world: World, touch: Touch) -> Play:
    """The playbook's first play whose conditions all fit."""
    facts = {
        "kind": touch.row.kind,
        "subkind": touch.row.subkind,
        "purpose": touch.purpose,
        "step": touch.step,
        "reactive": touch.reactive,
        "origin": touch.row.origin,
    }
    for play in world.playbook.play:
        if all(getattr(play, name) is None or getattr(play, name) == fact for name, fact in facts.items()):
            return play
    return Play(name=NO_PLAY, answered_by=(), aim=(), counts=False)


def labels(touch: Touch) -> tuple[str, str, str]:
    """The names under which an effort is counted: as fine as can be, without the step, and by channel only."""
    assert touch.play is not None
    play, reactive, sequence = (
        touch.play,
        " (reactive)" * touch.reactive,
        " (sequence)" * (touch.row.origin == "sequence"),
    )
    manner = (reactive if play.reactive is None else "") + (sequence if play.origin is None else "")
    wide = play.name + (f" / {touch.purpose}" if play.purpose is None and touch.purpose is not None else "")
    at_step = f" @ {touch.step}" if play.step is None and touch.step is not None else ""
    return wide + at_step + manner, wide + manner, touch.row.kind + reactive + sequence
