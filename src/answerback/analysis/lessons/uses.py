"""That reps said of a deal that they would use a lesson, and what came of their next touch in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from answerback.analysis.lessons.touches import knows_uses
from answerback.analysis.reader import Reader, ids_of
from answerback.analysis.states import state_sql
from answerback.domain.scope import Scope
from answerback.engine.scoped import within


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a lesson.

    Attributes:
        rep_key: Whose; None where nobody was named.
        deal_id: Of which deal.
        said_at: When it was said.
        effort_id, play, state: The next touch of that rep in that deal, and what came of it; empty while there is none.
    """

    rep_key: int | None
    deal_id: str
    said_at: datetime
    effort_id: str
    play: str
    state: str


def uses_of(reader: Reader, scope: Scope, lesson_id: str) -> tuple[Use, ...]:
    """The uses of a lesson by the reps of a scope, the latest first."""
    return uses_of_each(reader, scope).get(lesson_id, ())


def uses_of_each(reader: Reader, scope: Scope) -> dict[str, tuple[Use, ...]]:
    """The same of every lesson that was used, by its id."""
    if not knows_uses(reader):
        return {}
    rows = reader.query(f"""
        with said as (
            select decision_key, lesson, deal_key, rep_key, occurred_at from lesson_use
            where occurred_at <= {reader.instant}
              and {within(scope, "rep_key", "occurred_at")}
        ),
        after as (
            select said.decision_key, event.event_key
            from said join chain_event as event
              on event.chain_key = said.deal_key and event.is_deal and event.side = 'seller'
             and event.occurred_at >= said.occurred_at and (said.rep_key is null or event.rep_key = said.rep_key)
            join outcome on outcome.effort_key = event.event_key
            where outcome.origin = 'hand' and not outcome.reactive and event.occurred_at <= {reader.instant}
            qualify row_number() over (
                partition by said.decision_key order by event.occurred_at, event.event_key
            ) = 1
        ),
        came as (
            select effort_key, play, {state_sql(reader.instant)} as state from outcome
            where effort_key in (select event_key from after)
        )
        select said.lesson, said.rep_key, said.deal_key, said.occurred_at as said_at,
               after.event_key, came.play, came.state
        from said left join after on after.decision_key = said.decision_key
        left join came on came.effort_key = after.event_key
        order by said_at desc, said.decision_key""").to_pylist()
    keys = [key for row in rows for key in (row["deal_key"], row["event_key"]) if key is not None]
    ids = ids_of(reader, keys, "deal", "event")
    found: dict[str, list[Use]] = {}
    for row in rows:
        use = Use(
            row["rep_key"],
            ids.get(row["deal_key"], ""),
            row["said_at"].replace(tzinfo=UTC),
            ids.get(row["event_key"], ""),
            row["play"] or "",
            row["state"] or "",
        )
        found.setdefault(row["lesson"], []).append(use)
    return {lesson: tuple(every) for lesson, every in found.items()}
