"""One deal's stage in the CRM beside the stage that its buyer's acts support, from the rows of its chain alone.

The same rules as for the whole pipeline (`analysis.stages.supported`), for a page that shows one deal: an act counts
that a system recorded, that is no step back, in the deal, or in its company's own chain shortly before the deal began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from answerback.analysis.disputes import sees
from answerback.analysis.reader import Reader
from answerback.analysis.stages.supported import LED_TO_DAYS
from answerback.domain.court import Side
from answerback.domain.kinds import Evidence, Stance
from answerback.domain.playbook import Stage
from answerback.domain.scope import Scope

_COLUMNS = ("occurred_at", "side", "kind", "stance", "evidence", "rep_key", "contested")


@dataclass(frozen=True, slots=True)
class Backed:
    """How far a deal has come by the CRM and by its buyer.

    Attributes:
        said: The CRM's stage; empty where it says none.
        said_place: Its place among the playbook's stages; None for one that the playbook does not know.
        stage: The highest stage that an act supports; empty where none does.
        place: Its place; None where none does.
        act, acted_at: The act that supports it first, and when.
        lacks: Acts one of which would support the CRM's stage, where none has; empty where it needs none.
    """

    said: str
    said_place: int | None
    stage: str
    place: int | None
    act: str
    acted_at: datetime | None
    lacks: tuple[str, ...]

    @property
    def ahead(self) -> bool:
        """Whether the CRM's stage is beyond what the buyer has done."""
        return self.said_place is not None and bool(self.lacks) and (self.place is None or self.place < self.said_place)


def backed(reader: Reader, scope: Scope, deal_key: int, account_key: int | None, starts_at: datetime | None) -> Backed:
    """How far a deal has come, of one whose chain opens in the scope."""
    own = _acts(reader, scope, deal_key)
    led = _acts(reader, scope, account_key) if account_key is not None and starts_at is not None else []
    acts = {row["kind"]: row["occurred_at"] for row in reversed(_led_to(led, starts_at))}
    for row in reversed(own):
        acts[row["kind"]] = row["occurred_at"]
    stages = reader.playbook.stage
    said = _said(reader, deal_key)
    said_place = next((place for place, each in enumerate(stages) if each.name == said), None)
    place, act = _highest(stages, acts)
    needed = () if said_place is None else tuple(str(each) for each in stages[said_place].requires)
    return Backed(
        said=said,
        said_place=said_place,
        stage=stages[place].name if place is not None else "",
        place=place,
        act=act,
        acted_at=acts[act].replace(tzinfo=UTC) if act else None,
        lacks=() if acts.keys() & set(needed) else needed,
    )


def _acts(reader: Reader, scope: Scope, chain_key: int) -> list[dict[str, Any]]:
    """The acts of a chain that support a stage, in order of time."""
    now = reader.as_of.astimezone(UTC).replace(tzinfo=None)
    rows = reader.rows("chain_event", "chain_key", [chain_key], _COLUMNS)
    return sorted((row for row in rows if row["occurred_at"] <= now and _counts(row) and sees(scope, row)), key=_when)


def _counts(row: Mapping[str, Any]) -> bool:
    recorded = row["side"] == Side.BUYER and row["evidence"] == Evidence.CAPTURED
    return bool(recorded and row["stance"] != Stance.RETREAT)


def _when(row: Mapping[str, Any]) -> datetime:
    at: datetime = row["occurred_at"]
    return at


def _led_to(acts: Iterable[dict[str, Any]], starts_at: datetime | None) -> list[dict[str, Any]]:
    if starts_at is None:
        return []
    start = starts_at.astimezone(UTC).replace(tzinfo=None)
    return [row for row in acts if start - timedelta(days=LED_TO_DAYS) <= row["occurred_at"] <= start]


def _said(reader: Reader, deal_key: int) -> str:
    now = reader.as_of.astimezone(UTC).replace(tzinfo=None)
    rows = reader.rows("deal_stage", "deal_key", [deal_key], ("occurred_at", "stage"))
    told = [row for row in rows if row["occurred_at"] <= now]
    return max(told, key=_when)["stage"] or "" if told else ""


def _highest(stages: tuple[Stage, ...], acts: Mapping[str, datetime]) -> tuple[int | None, str]:
    """The place of the highest stage that an act supports, and the first act that does; None for none."""
    for place in range(len(stages) - 1, -1, -1):
        fitting = [str(each) for each in stages[place].requires if each in acts]
        if fitting:
            return place, min(fitting, key=lambda each: (acts[each], each))
    return None, ""
