"""A made-up half year of everything that a log can hold, in parts: few people and tokens, so that they meet."""

from __future__ import annotations

from random import Random
from typing import TypeVar

from answerback.domain.playbook import Playbook, Stage
from tests.workspace.world import PLAYBOOK, Line, kept

T = TypeVar("T")

STAGES = (Stage(name="New", step="early"), Stage(name="Offered", step="late"), Stage(name="Other"))
USUAL = PLAYBOOK.model_copy(update={"stage": STAGES})
PATIENT = USUAL.model_copy(
    update={"play": tuple(play.model_copy(update={"waiting_days": play.waiting_days * 2}) for play in USUAL.play)}
)
YOUNG = USUAL.model_copy(update={"tenure_months": (1, 3)})
RENAMED = USUAL.model_copy(update={"stage": STAGES[:1]})
UNSEEN = USUAL.model_copy(update={"play": tuple(play.model_copy(update={"seen_on": ()}) for play in USUAL.play)})
PLAYBOOKS: tuple[Playbook, ...] = (USUAL, USUAL, PATIENT, YOUNG, RENAMED, UNSEEN)

_DAYS = ("01-01", "01-15", "01-31", "02-01", "02-14", "02-28", "03-01", "03-02", "03-20", "04-10", "04-30", "05-01")
_HOURS = ("00:00:00", "00:05:00", "12:00:00", "23:59:59")


class Dice:
    """Choices of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def pick(self, *choices: T) -> T:
        return self.random.choice(choices)

    def instant(self) -> str:
        return f"2026-{self.pick(*_DAYS)}T{self.pick(*_HOURS)}Z"

    def edge(self) -> str | None:
        return self.pick(None, f"2026-{self.pick(*_DAYS)}T00:00:00Z")

    def tokens(self, *sorts: str) -> str:
        return " ".join(self.pick("", *(f"{sort}:{number}" for number in range(4))) for sort in sorts).strip()

    def version(self) -> dict[str, object]:
        """Most records are stated once; some are corrected, some deleted."""
        return {"version_at": self.pick(None, "2026-05-02", "2026-05-03"), "deleted": self.pick(*[False] * 9, True)}


def part(dice: Dice, size: int) -> list[Line]:
    """Lines of one load."""
    makers = [_effort, _effort, _effort, _effort, _act, _act, _act, _act, _party, _party, _party, _word, _taking_part]
    return [dice.pick(*makers)(dice) for _ in range(size)]


def _event(dice: Dice) -> dict[str, object]:
    return {
        "account_id": dice.pick("a1", "a2", "a3", None),
        "contact_id": dice.pick("c1", "c2", "c3", None),
        "deal_id": dice.pick("d1", "d2", None, None),
        "occurred_at": dice.instant(),
        "evidence": dice.pick("captured", "captured", "claimed"),
        "reference": dice.tokens("message"),
        "refers_to": dice.tokens("message"),
        "about": dice.tokens(dice.pick("offer", "thread")),
        **dice.version(),
    }


def _effort(dice: Dice) -> Line:
    return kept(
        "effort",
        source_id=f"e{dice.random.randrange(30)}",
        rep_id=dice.pick("r1", "r2", "r3"),
        kind=dice.pick("email", "email", "call", "proposal", "meeting", "task"),
        subkind=dice.pick(None, None, "work item"),
        purpose=dice.pick(None, "first_touch", "follow_up"),
        origin=dice.pick("hand", "hand", "sequence"),
        **_event(dice),
    )


def _act(dice: Dice) -> Line:
    return kept(
        "buyer_action",
        source_id=f"b{dice.random.randrange(30)}",
        kind=dice.pick(
            "replied", "replied", "accepted_meeting", "declined", "returned_offer", "answered_call", "opened"
        ),
        registered_by_id=dice.pick(None, None, "r1", "r2"),
        **_event(dice),
    )


def _party(dice: Dice) -> Line:
    kind = dice.pick("contact", "account", "rep", "deal", "deal_change", "coverage", "attribute")
    number = dice.pick(1, 2, 3)
    address = dice.pick(None, "one@acme.example", "two@acme.example", "three@other.example")
    fields: dict[str, dict[str, object]] = {
        "contact": {"source_id": f"c{number}", "account_id": dice.pick(None, "a1", "a2", "a3"), "email": address},
        "account": {"source_id": f"a{number}", "segment": dice.pick("small", "big")},
        "rep": {
            "source_id": f"r{number}",
            "team": dice.pick("north", "south"),
            "valid_from": dice.edge(),
            "valid_to": dice.edge(),
            "tenure_start": dice.edge(),
            "email": address,
        },
        "deal": {
            "source_id": f"d{number}",
            "account_id": dice.pick(None, "a1", "a2"),
            "owner_id": dice.pick("r1", "r2"),
            "created_at": dice.edge(),
        },
        "deal_change": {
            "source_id": f"x{dice.random.randrange(6)}",
            "deal_id": dice.pick("d1", "d2"),
            "occurred_at": dice.instant(),
            **dice.pick(
                {"field": "stage", "new": dice.pick("New", "Offered", "Other")},
                {"field": "outcome", "new": dice.pick("won", "lost", None)},
                {"field": "owner", "new_rep_id": dice.pick("r1", "r2")},
            ),
        },
        "coverage": {
            "source_id": f"v{number}",
            "rep_id": dice.pick(None, None, "r1", "r2"),
            "channel": dice.pick(None, "email", "offer"),
            "from": dice.edge(),
            "to": dice.edge(),
        },
        "attribute": {
            "source_id": f"t{number}",
            "subject_kind": "event",
            "subject_id": f"e{dice.random.randrange(30)}",
            "name": "campaign",
            "value": dice.pick("spring", "summer"),
        },
    }
    return kept(kind, **fields[kind], **dice.version())


def _word(dice: Dice) -> Line:
    event = dice.pick(f"e{dice.random.randrange(30)}", f"b{dice.random.randrange(30)}")
    kind = dice.pick("refusal", "not_refusal", "contest", "upheld", "void", "merge", "separate")
    fields: dict[str, object] = {"subject_kind": "event", "subject_id": event}
    if kind in {"merge", "separate"}:
        fields = {"subject_kind": "contact", "subject_id": dice.pick("c1", "c2"), "other_id": dice.pick("c2", "c3")}
    return kept("decision", kind=kind, occurred_at=dice.instant(), **fields)


def _taking_part(dice: Dice) -> Line:
    event = dice.pick(f"e{dice.random.randrange(30)}", f"b{dice.random.randrange(30)}")
    who: dict[str, object] = dice.pick({"contact_id": dice.pick("c1", "c2", "c3")}, {"rep_id": dice.pick("r1", "r2")})
    return kept("participant", event_id=event, role=dice.pick("to", "cc"), **who)
