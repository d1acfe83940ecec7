"""Rows in, rows out: what the tests of single relations are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from answerback.domain.kinds import ActionKind, EffortKind
from answerback.domain.playbook import Play, Playbook, Registration, Stage
from tests.link.runner import rows, run
from tests.link.settled import ALWAYS
from tests.link.world import Action, Bears, Effort, Row, World, day

REPLIED, ASKED, DECLINED = ActionKind.REPLIED, ActionKind.ASKED, ActionKind.DECLINED
MAIL = Play(
    name="mail",
    kind=EffortKind.EMAIL,
    answered_by=(REPLIED, ASKED, DECLINED),
    aim=(REPLIED,),
    waiting_days=2,
    seen_on=("email", "form"),
)
CALL = Play(
    name="call", kind=EffortKind.CALL, answered_by=(ActionKind.CALLED,), aim=(ActionKind.CALLED,), seen_on=("call",)
)
PLAYBOOK = Playbook(
    play=(MAIL, CALL),
    stage=(Stage(name="New", step="early"), Stage(name="Late")),
    registration=Registration(subkinds=("work item",), minutes=10),
)
E, E2, A, A2 = 1, 2, 11, 12
"""Keys of efforts and acts."""
T, T2 = 71, 72


@dataclass
class Case:
    """Rows in, rows out."""

    relation: str
    sentence: str
    given: list[Row]
    expected: list[dict[str, Any]]
    playbook: Playbook = PLAYBOOK
    same_as: dict[int, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.relation}: {self.sentence}"


def e(key: int = E, at: float = 0, **fields: Any) -> Effort:
    return Effort(effort_key=key, occurred_at=day(at), **fields)


def a(key: int = A, at: float = 1, **fields: Any) -> Action:
    return Action(action_key=key, occurred_at=day(at), **fields)


def mail(event: int, token: int = T, **fields: Any) -> Bears:
    return Bears(event_key=event, token_key=token, role="is", token_kind="message", **fields)


def answers(event: int, token: int = T, **fields: Any) -> Bears:
    return Bears(event_key=event, token_key=token, role="answers", token_kind="message", **fields)


def about(event: int, token: int = T, **fields: Any) -> Bears:
    return Bears(event_key=event, token_key=token, role="about", **fields)


def with_play(**changes: Any) -> Playbook:
    """The playbook with another mail play in front."""
    fields = {"name": "special", "answered_by": (REPLIED,), "aim": (REPLIED,)} | changes
    return PLAYBOOK.model_copy(update={"play": (Play(**fields), *PLAYBOOK.play)})


OLD, NEW = day(10), day(11)


def check(case: Case) -> None:
    """What is not named in an expected row does not matter; neither does the order."""
    found = rows(run(World(case.playbook, tuple(case.given), case.same_as), only=case.relation), case.relation)
    named = list(dict.fromkeys(name for row in case.expected for name in row))
    assert in_order([{name: row[name] for name in named} for row in found], named) == in_order(case.expected, named)


def in_order(found: list[dict[str, Any]], named: list[str]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: [(row[name] is None, _plain(row[name])) for name in named])


def _plain(value: Any) -> float | str:
    if value is None:
        return 0
    if isinstance(value, datetime):
        return (value - ALWAYS).total_seconds()
    return value if isinstance(value, str) else float(value)
