"""`answerback decide` on findings: seen, dismissed, waiting, shared, done, open again."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from answerback.analysis.findings.gathering import gather
from answerback.analysis.findings.state import Said
from answerback.analysis.reader import reading
from answerback.cli.settings import Settings, instant
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.kinds import DecisionReason
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.journal import Entry, append

OF_FINDINGS = tuple(str(each) for each in Said)
"""What can be said of a finding."""
REASONS = tuple(
    str(each)
    for each in (
        DecisionReason.KNOWN,
        DecisionReason.EXPLAINED,
        DecisionReason.NOT_USEFUL,
        DecisionReason.WRONG,
        DecisionReason.OTHER,
    )
)
"""Why a finding is dismissed or done with."""
SOURCE = "answerback"
"""The source of decisions on what we found ourselves."""


def decide_on_finding(settings: Settings, kind: str, finding_id: str, *, reason: str, until: str) -> None:
    """Appends one decision on a finding to the journal; it holds from the next build on.

    Raises UsageError for a word that lacks what it takes, NotFoundError where there is no such finding.
    """
    if (kind == Said.WAIT_UNTIL) != bool(until):
        raise UsageError(
            f"{kind} takes {'a day' if kind == Said.WAIT_UNTIL else 'no day'}",
            where="--until",
            next_step="write answerback decide wait_until ID --until 2026-03-01",
        )
    if reason and (kind not in (Said.DISMISS, Said.DONE) or reason not in REASONS):
        raise UsageError(
            f"{kind} knows no reason {reason!r}",
            where="--reason",
            next_step=f"dismiss and done take one of {', '.join(REASONS)}",
        )
    ends = instant(until, "--until") if until else None
    workspace = settings.workspace()
    note_use(workspace.home, "decide on a finding", "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = gather(reader, owner_scope("decide on a finding")).by_id(finding_id)
    if found is None:
        raise NotFoundError(
            f"there is no finding {finding_id!r}", next_step="take the id as answerback findings --all prints it"
        )
    now = datetime.now(UTC)
    fields = {
        "subject_kind": "finding",
        "subject_id": finding_id,
        "kind": kind,
        "value": str(found.finding.kind),
        "occurred_at": now.isoformat(),
        "until": ends.isoformat() if ends is not None else None,
        "reason": reason or None,
    }
    append(workspace.home, Entry(SOURCE, "decision", fields, now))
    # The log keeps whole seconds, and the later word stands: whoever decides again must do so in another second.
    time.sleep(1 - now.microsecond / 1_000_000)
    print("Written down. It takes effect with the next: answerback build")
