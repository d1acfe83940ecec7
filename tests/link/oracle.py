"""What linking should find, in plain nested loops: slow, short of cleverness, and unlike the SQL in every step.

Read it as the rules in words. `judge` takes a world and says, effort by effort and act by act, what the relations must
hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from answerback.domain.kinds import DEFAULT_STANCE, NEVER_COUNTED, ActionKind
from answerback.domain.playbook import Play
from answerback.engine.settings import NO_PLAY
from tests.link.world import Action, Bears, Change, Contact, Covered, Deal, Decision, Effort, Rep, TookPart, World

ALWAYS = datetime(1900, 1, 1)  # noqa: DTZ001 - instants are naive UTC inside an engine
FOR_GOOD = datetime(2200, 1, 1)  # noqa: DTZ001


@dataclass
class Touch:
    """An effort as everything knows it together."""

    row: Effort
    rep: int
    account: int | None
    contact: int | None
    deal: int | None
    purpose: str | None
    contacts: set[int]
    bears: set[tuple[str, int]]
    """(role, token)"""
    step: str | None = None
    reactive: bool = False
    registers: int | None = None
    """The act that it merely registered."""
    play: Play | None = None
    answers: list[tuple[Act, str, int]] = field(default_factory=list)
    """(act, basis, seconds) for every act linked to it."""

    @property
    def at(self) -> datetime:
        return self.row.occurred_at

    @property
    def key(self) -> int:
        return self.row.effort_key

    @property
    def linkable(self) -> bool:
        return self.play is not None and self.play.counts and self.registers is None


@dataclass
class Act:
    """A buyer action as everything knows it together."""

    row: Action
    account: int | None
    contact: int | None
    deal: int | None
    stance: str
    registrar: int | None
    bears: set[tuple[str, int]]

    @property
    def at(self) -> datetime:
        return self.row.occurred_at

    @property
    def key(self) -> int:
        return self.row.action_key

    @property
    def counts(self) -> bool:
        return ActionKind(self.row.kind) not in NEVER_COUNTED


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


def team_of(world: World, touch: Touch) -> str | None:
    """The team that the rep was in at the time."""
    then = [
        row
        for row in world.of(Rep)
        if same(world, row.rep_key) == touch.rep
        and (row.valid_from or ALWAYS) <= touch.at < (row.valid_to or FOR_GOOD)
        and row.team is not None
    ]
    then.sort(key=lambda row: (row.valid_from or ALWAYS, row.version_at, row.content_hash), reverse=True)
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


# ----------------------------------------------------------------------------- who and what: several records, one thing


def same(world: World, key: int) -> int:
    """The key that stands for a person, company or deal."""
    return world.same_as.get(key, key)


def same_or_none(world: World, key: int | None) -> int | None:
    return None if key is None else same(world, key)


def settle_efforts(world: World) -> list[Touch]:
    """One touch per effort, all records of one mail taken together."""
    every = {row.effort_key: row for row in world.of(Effort)}
    stands = stand_ins(world, list(every.values()))
    touches = []
    for key, row in every.items():
        if stands[key] != key:
            continue
        others = [other for other in every.values() if stands[other.effort_key] == key and other is not row]
        contact = same_or_none(world, known("contact_key", row, others))
        deal = same_or_none(world, known("deal_key", row, others))
        account = account_of(world, known("account_key", row, others), contact, deal)
        purpose = row.purpose or max((other.purpose for other in others if other.purpose), default=None)
        touch = Touch(row, same(world, row.rep_key), account, contact, deal, purpose, set(), set())
        if contact is not None:
            touch.contacts.add(contact)
        for record in (row, *others):
            touch.bears |= borne(world, record)
            for part in world.of(TookPart):
                mine = part.event_key == record.effort_key and part.event_type in {None, "effort"}
                if mine and part.contact_key is not None and part.owner_hash in {None, record.content_hash}:
                    touch.contacts.add(same(world, part.contact_key))
        touches.append(touch)
    return touches


def settle_acts(world: World) -> list[Act]:
    """One act per buyer action, all records of one mail taken together."""
    every = {row.action_key: row for row in world.of(Action)}
    stands = stand_ins(world, list(every.values()))
    acts = []
    for key, row in every.items():
        if stands[key] != key:
            continue
        others = [other for other in every.values() if stands[other.action_key] == key and other is not row]
        contact = same_or_none(world, known("contact_key", row, others))
        deal = same_or_none(world, known("deal_key", row, others))
        account = account_of(world, known("account_key", row, others), contact, deal)
        registrar = same_or_none(world, row.registered_by_key)
        keys = {other.action_key for other in (row, *others)}
        bears: set[tuple[str, int]] = set()
        for record in (row, *others):
            bears |= borne(world, record)
        acts.append(Act(row, account, contact, deal, stance_of(world, row, keys), registrar, bears))
    return acts


def stance_of(world: World, row: Action, keys: set[int]) -> str:
    """What an act says of the buyer's will: a person's later word, else the source's, else the playbook's."""
    words = [
        word
        for word in world.of(Decision)
        if word.subject_kind == "event" and word.subject_key in keys and word.kind in {"refusal", "not_refusal"}
    ]
    rules = {(rule.kind.value, rule.subkind): rule.stance.value for rule in world.playbook.stance}
    usual = rules.get((row.kind, None), DEFAULT_STANCE[ActionKind(row.kind)].value)
    if words:
        last = max(words, key=lambda word: (word.occurred_at, word.content_hash, -word.decision_key))
        return "retreat" if last.kind == "refusal" else usual
    return row.stance or rules.get((row.kind, row.subkind), usual)


def account_of(world: World, own: int | None, contact: int | None, deal: int | None) -> int | None:
    """The event's own company, else its contact's, else its deal's."""
    if own is not None:
        return same(world, own)
    for person in newest_first(world.of(Contact), "contact_key"):
        if same(world, person.contact_key) == contact and person.account_key is not None:
            return same(world, person.account_key)
    for bargain in newest_first(world.of(Deal), "deal_key"):
        if same(world, bargain.deal_key) == deal and bargain.account_key is not None:
            return same(world, bargain.account_key)
    return None


def newest_first(rows: list, key: str) -> list:  # type: ignore[type-arg] # any sort of row
    return sorted(rows, key=lambda row: (-row.version_at.timestamp(), -row.content_hash, getattr(row, key)))


def known(name: str, row: Effort | Action, others: list) -> int | None:  # type: ignore[type-arg] # rows like `row`
    """What a record says, else the greatest of what the other records of the same mail say."""
    own: int | None = getattr(row, name)
    said = [getattr(other, name) for other in others if getattr(other, name) is not None]
    return own if own is not None else max(said, default=None)


def borne(world: World, record: Effort | Action) -> set[tuple[str, int]]:
    """The tokens that one record bears, in the version that stands."""
    key, sort = (record.effort_key, "effort") if isinstance(record, Effort) else (record.action_key, "buyer_action")
    return {(token.role, token.token_key) for token in tokens_of(world, key, sort, record.content_hash)}


def tokens_of(world: World, key: int, sort: str, content_hash: int) -> list[Bears]:
    return [
        token
        for token in world.of(Bears)
        if token.event_key == key and token.event_type in {None, sort} and token.owner_hash in {None, content_hash}
    ]


def stand_ins(world: World, records: list) -> dict[int, int]:  # type: ignore[type-arg] # efforts, or actions
    """By record: the record that stands for it, for records of one mail (they bear the same message id)."""
    sort = "effort" if records and isinstance(records[0], Effort) else "buyer_action"
    name = "effort_key" if sort == "effort" else "action_key"

    mails = {}
    for record in records:
        mine = tokens_of(world, getattr(record, name), sort, record.content_hash)
        ids = {token.token_key for token in mine if token.role == "is" and token.token_kind == "message"}
        mails[getattr(record, name)] = ids

    def better(record: Effort | Action) -> tuple[str, str, int]:
        return record.evidence, record.source, getattr(record, name)

    stands = {}
    for record in records:
        best = record
        while True:  # the best record of the same mail, then the best that shares a mail with that one, and so on
            shared = mails[getattr(best, name)]
            next_best = min(
                (other for other in records if mails[getattr(other, name)] & shared), key=better, default=best
            )
            if next_best is best:
                break
            best = next_best
        stands[getattr(record, name)] = getattr(best, name)
    return stands
