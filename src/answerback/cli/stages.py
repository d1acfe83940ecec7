"""`answerback stages`: what of the pipeline has a buyer's act behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.analysis.stages.afterwards import afterwards
from answerback.analysis.stages.pipeline import pipeline
from answerback.analysis.trust.trusting import doubtful
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.present.stages import answer_lines, groups_for_eyes, groups_for_machines, notes, won_for_eyes
from answerback.present.trust import before_text
from answerback.workspace.access import note_use, owner_scope

FIELDS = (
    ("deal", "stage"),
    ("deal", "amount_minor"),
    ("deal", "owner_key"),
    ("deal", "account_key"),
    ("deal", "created_at"),
)
"""What it rests on."""


def show_stages(settings: Settings, by: str, where: Mapping[str, str]) -> None:
    """Says how much of the pipeline is buyer-backed, and how such deals fared. Raises UsageError for unknown names."""
    workspace = settings.workspace()
    scope = owner_scope("stages")
    note_use(workspace.home, scope.purpose, by, now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = pipeline(reader, scope, by=by, where=where)
        past = afterwards(reader, scope, where) if by == "stage" else ()
        stages, currency = reader.playbook.stage, reader.playbook.organisation.currency
        doubts = doubtful(reader, scope, FIELDS)
        ids = id_of(reader, "rep") | (id_of(reader, "deal") if by == "deal" else {})
    tables = [Shown(groups_for_eyes(found, stages, currency, ids), title="Open deals")] if found.groups else []
    if past:
        tables.append(Shown(won_for_eyes(past, stages), title="How they fared that stood so at a quarter's end"))
    tell(
        settings,
        groups_for_machines(found, stages, currency, ids),
        answer_lines(found, stages, currency, ids),
        tables=tables,
        notes=[line for line in (before_text("these", doubts), *notes(found, stages)) if line],
    )
