"""A step's figure opened: what it means, its SQL, its curve, and the spells behind it, each with its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from answerback.analysis.reader import Reader, ids_sql
from answerback.analysis.steps.answer import StepTimes, steps_of
from answerback.analysis.steps.spells import Asked, End, counts_sql, spells_sql
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope
from answerback.engine.scoped import within

DEFINITION = (
    "Of steps of this sort: how many the other side's next step followed, within which time, where a refusal, a deal"
    " that was lost or won, or another end may come first (Aalen-Johansen). Steps that are still open count as long as"
    " they could be watched. Recorded or typed in; by hand only. How probable it is that the next step still comes is"
    " the share of it among the steps that were open for as long."
)


@dataclass(frozen=True, slots=True)
class StepExplained:
    """A group of steps with everything behind its figure."""

    definition: str
    sql: str
    step: StepTimes
    rows: pa.Table
    """The spells that it counts, the latest first."""


def explain_step(reader: Reader, scope: Scope, where: Mapping[str, str]) -> StepExplained:
    """The figure of the steps that fit `where`, opened.

    The figure is everybody's; listed are the spells of touches by whom the scope lets see, and those that began with an
    act of a buyer only to whoever may see everybody.

    Raises UsageError for a name that steps do not have, NotFoundError where no step fits.
    """
    by = tuple(dict.fromkeys(["side", *_told_apart(where)]))
    asked = Asked(reader, scope, by, where)
    told = steps_of(asked).steps
    if not told:
        raise NotFoundError(
            "there is no step like this", where=", ".join(where), next_step="take one as answerback steps prints it"
        )
    return StepExplained(DEFINITION, counts_sql(asked), told[0], reader.query(_rows_sql(scope, asked)))


def _told_apart(where: Mapping[str, str]) -> list[str]:
    """What the group is told apart by: with a step comes its channel, so that thin ones find their parents."""
    names = list(where)
    if {"step", "play"} & {*names}:
        names = ["channel", "step", *names]
    return names


def _rows_sql(scope: Scope, asked: Asked) -> str:
    seen = "true" if scope.everybody else f"spell.ours and {within(scope, 'event.rep_key', 'event.occurred_at')}"
    ended = " ".join(f"when {int(end)} then '{_ENDS[end]}'" for end in End)
    return f"""
        with spell as (
        {spells_sql(asked)}
        )
        select ids.id as event_id, event.occurred_at, event.step, case ended {ended} end as ended, next_step,
               round(seconds / 3600.0, 2) as hours, chain.id as chain_id
        from spell
        join chain_event as event on event.event_key = spell.event_key and (event.side = 'seller') = spell.ours
        left join {ids_sql("'event'")} as ids on ids.key = event.event_key
        left join {ids_sql("'deal', 'account'")} as chain on chain.key = event.chain_key
        where {seen}
        order by event.occurred_at desc, event_id, event.step, event.event_key"""


_ENDS = {
    End.OPEN: "still open",
    End.NEXT: "next step",
    End.REFUSED: "refused",
    End.LOST: "lost",
    End.OTHER: "won, or carried on in a deal",
}
