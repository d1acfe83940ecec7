"""The board of causes of a systemic finding: taken on by somebody until a day, and worked off cause by cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from answerback.domain.findings import Finding, Verdict
from answerback.people import audit
from answerback.people.learning.models import Cause, CauseBoard, CauseName, CauseState
from answerback.people.models import Person, Role

WORKS = frozenset({Role.LEADER, Role.OPERATIONS, Role.MANAGER})
"""Who can take a board or a cause on."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says of one cause."""

    state: str
    owner: Person | None
    test: str
    due_on: date | None
    done: str


SYSTEMIC = frozenset({Verdict.SYSTEMIC, Verdict.SEGMENT})


def is_for_board(finding: Finding) -> bool:
    """Whether something went down for many at once: it is nobody's own, and has causes to be looked for."""
    return finding.verdict in SYSTEMIC and finding.subject.kind != "rep" and not finding.good_news


def board_of(finding_id: str) -> CauseBoard | None:
    """The board of a finding; None where nobody has begun one."""
    return CauseBoard.objects.filter(finding_id=finding_id).select_related("owner").first()


def causes_of(board: CauseBoard | None) -> dict[str, Cause]:
    """By name what was said of each cause."""
    if board is None:
        return {}
    return {each.name: each for each in board.causes.select_related("owner")}


def who_can(today: date) -> list[Person]:
    """Those who can take something on, by name."""
    found = Person.objects.filter(is_active=True).prefetch_related("appointments").order_by("name", "pk")
    return [each for each in found if each.roles_on(today) & WORKS]


@transaction.atomic
def take_on(actor: Person, finding_id: str, owner: Person, due_on: date, now: datetime) -> CauseBoard:
    """Gives a finding an owner and a day: from then on it is acknowledged."""
    board, _ = CauseBoard.objects.get_or_create(finding_id=finding_id, defaults={"opened_by": actor})
    board.owner, board.due_on, board.closed_at = owner, due_on, None
    board.acknowledged_at = board.acknowledged_at or now
    board.save()
    audit.note(actor, "causes taken on", finding_id)
    return board


@transaction.atomic
def close(actor: Person, finding_id: str, now: datetime) -> bool:
    """Says that the work on a finding is done; False as long as a cause is not settled, or there is no board."""
    board = CauseBoard.objects.select_for_update().filter(finding_id=finding_id, closed_at=None).first()
    if board is None or len(settled(causes_of(board))) < len(CauseName):
        return False
    board.closed_at = now
    board.save(update_fields=["closed_at"])
    audit.note(actor, "causes closed", finding_id)
    return True


@transaction.atomic
def say(actor: Person, finding_id: str, name: str, word: Word) -> Cause | None:
    """What is known of one cause now; None for a cause or state that there is not."""
    if name not in CauseName.values or word.state not in CauseState.values:
        return None
    board, _ = CauseBoard.objects.get_or_create(finding_id=finding_id, defaults={"opened_by": actor})
    fields = {
        "state": word.state,
        "owner": word.owner,
        "test": word.test,
        "due_on": word.due_on,
        "done": word.done,
    }
    cause, _ = Cause.objects.update_or_create(board=board, name=name, defaults=fields)
    audit.note(actor, "cause looked at", f"{finding_id} {name}")
    return cause


def settled(causes: dict[str, Cause]) -> list[str]:
    """The names of those of which is known whether they are part of it, or that it cannot be told."""
    return [name for name, each in causes.items() if each.state not in (CauseState.OPEN, CauseState.LOOKED_AT)]


def boards(finding_ids: list[str]) -> dict[str, CauseBoard]:
    """The boards of several findings at once."""
    found = CauseBoard.objects.filter(finding_id__in=finding_ids).select_related("owner")
    return {each.finding_id: each for each in found}
