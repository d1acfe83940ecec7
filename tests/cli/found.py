"""An area that finds one thing in the small team: so findings can be tested without waiting for a true change."""

from __future__ import annotations

from datetime import date

from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Size, Subject, SureBy
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope

RAISED = date(2026, 3, 1)
"""A Sunday."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """Of every rep whose touches of one kind moved buyers; from the day after it was raised."""
    if reader.as_of.date() <= RAISED:
        return ()
    keys = {row["id"]: row["key"] for row in reader.query("select id, key from ids where space = 'rep'").to_pylist()}
    cells = on_base(reader, scope, by=("rep", "play")).cells
    return tuple(
        Finding(
            kind=FindingKind.CHANGE,
            subject=Subject("rep", key=keys[str(cell.keys["rep"])]),
            measure=Measure.ON_BASE,
            play=str(cell.keys["play"]),
            direction="fall",
            since=date(2026, 1, 26),
            raised_on=RAISED,
            size=Size(0.3, 0.1, -0.2, -0.3, -0.1),
            sure_by=SureBy.POSTERIOR,
            sure=0.97,
            settle=(CannotTell(Refused.TOO_FEW_REPS, 4, 5),),
            evidence=Evidence(
                cell.efforts,
                cell.proved,
                {"rep": str(keys[str(cell.keys["rep"])]), "play": str(cell.keys["play"])},
            ),
            next_step="look_at_unanswered",
        )
        for cell in cells
        if cell.proved >= 3
    )
