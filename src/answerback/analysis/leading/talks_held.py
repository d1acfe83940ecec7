"""The talks that the log knows, one by one: who had them with whom, when, about what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within


@dataclass(frozen=True, slots=True)
class HeldTalk:
    """A talk: whose, with whom (None where that is not known), when it began, how long, which kind, about what."""

    rep_key: int
    coach_key: int | None
    at: datetime
    minutes: int
    kind: str
    topic: str


def talks_held(reader: Reader, scope: Scope, since: datetime) -> tuple[HeldTalk, ...]:
    """The talks of a scope from an instant until the one that is looked from, in order."""
    rows = reader.query(f"""
        select rep_key, coach_key, occurred_at, coalesce(minutes, 30) as minutes, coalesce(kind, '') as kind,
               coalesce(topic, '') as topic
        from conversation
        where occurred_at >= {sql_instant(since)} and occurred_at <= {reader.instant}
          and {within(scope, "rep_key", "occurred_at")}
        order by occurred_at, conversation_key""").to_pylist()
    return tuple(
        HeldTalk(
            row["rep_key"],
            row["coach_key"],
            row["occurred_at"].replace(tzinfo=UTC),
            row["minutes"],
            row["kind"],
            row["topic"],
        )
        for row in rows
    )
