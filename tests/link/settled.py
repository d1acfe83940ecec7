"""Who did what with whom: the oracle's efforts and acts, all records of one mail, person or company taken together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from answerback.domain.kinds import DEFAULT_STANCE, NEVER_COUNTED, ActionKind
from answerback.domain.playbook import Play
from tests.link.world import Action, Bears, Contact, Deal, Decision, Effort, TookPart, World

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
    contested: bool = False
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
    dispute: str = ""
    """`contested`, `void`, or nothing."""

    @property
    def at(self) -> datetime:
        return self.row.occurred_at

    @property
    def key(self) -> int:
        return self.row.action_key

    @property
    def counts(self) -> bool:
        return ActionKind(self.row.kind) not in NEVER_COUNTED and self.dispute != "void"

    @property
    def contested(self) -> bool:
        return self.dispute == "contested"


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
        dispute = dispute_about(world, {other.effort_key for other in (row, *others)})
        if dispute == "void":
            continue
        contact = same_or_none(world, known("contact_key", row, others))
        deal = same_or_none(world, known("deal_key", row, others))
        account = account_of(world, known("account_key", row, others), contact, deal)
        purpose = row.purpose or max((other.purpose for other in others if other.purpose), default=None)
        rep = same(world, row.rep_key)
        touch = Touch(row, rep, account, contact, deal, purpose, set(), set(), dispute == "contested")
        if contact is not None:
            touch.contacts.add(contact)
        for record in (row, *others):
            touch.bears |= borne(world, record)
            if record.contact_key is not None:
                touch.contacts.add(same(world, record.contact_key))
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
        stance, dispute = stance_of(world, row, keys), dispute_about(world, keys)
        acts.append(Act(row, account, contact, deal, stance, registrar, bears, dispute))
    return acts


def stance_of(world: World, row: Action, keys: set[int]) -> str:
    """What an act says of the buyer's will: a person's later word, else the source's, else the playbook's."""
    last = last_word(world, keys, {"refusal", "not_refusal"})
    rules = {(rule.kind.value, rule.subkind): rule.stance.value for rule in world.playbook.stance}
    usual = rules.get((row.kind, None), DEFAULT_STANCE[ActionKind(row.kind)].value)
    if last is not None:
        return "retreat" if last.kind == "refusal" else usual
    return row.stance or rules.get((row.kind, row.subkind), usual)


def dispute_about(world: World, keys: set[int]) -> str:
    """Whether the record of an event is in dispute: by the latest word on any of its records."""
    last = last_word(world, keys, {"contest", "upheld", "void"})
    return {"contest": "contested", "void": "void"}.get(last.kind, "") if last is not None else ""


def last_word(world: World, keys: set[int], kinds: set[str]) -> Decision | None:
    """The latest decision of these kinds about an event."""
    words = [
        word
        for word in world.of(Decision)
        if word.subject_kind == "event" and word.subject_key in keys and word.kind in kinds
    ]
    return max(words, key=lambda word: (word.occurred_at, word.content_hash, -word.decision_key), default=None)


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
