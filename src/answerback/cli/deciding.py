"""`answerback decide` on findings (seen, dismissed, waiting, shared, done, open again) and on whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.findings.gathering import gather
from answerback.analysis.findings.state import Said
from answerback.analysis.reader import reading
from answerback.cli.settings import Settings, instant
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.kinds import DecisionReason
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.deciding import Decision, decide
from answerback.workspace.known import OWN_SOURCE, source_of, sources_knowing

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

OF_BALLS = ("not_a_ball", "wait_until", "undo")
"""What can be said of an act, a touch or a deal: that nobody waits there, or until when it waits."""
CLOSE_QUIET = "close_quiet"
"""The same of all chains of a rep that went quiet."""
BALL_REASONS = tuple(
    str(each)
    for each in (
        DecisionReason.SAID_NO,
        DecisionReason.MISREAD,
        DecisionReason.DUPLICATE,
        DecisionReason.NOT_MINE,
        DecisionReason.NEVER_HAPPENED,
        DecisionReason.KNOWN,
        DecisionReason.NOT_USEFUL,
        DecisionReason.OTHER,
    )
)
"""Why something is no ball."""


def named_as_ball(settings: Settings, subject: str, of: str) -> tuple[str, ...]:
    """Whether an id is that of an event, a deal or both, where `of` names neither."""
    home = settings.workspace().home
    return tuple(each for each in ("event", "deal") if of in (each, "account") and sources_knowing(home, each, subject))


def decide_on_ball(
    settings: Settings, kind: str, subject: str, spaces: tuple[str, ...], *, source: str, reason: str, until: str
) -> None:
    """Appends one decision on an event or a deal to the journal; it holds from the next build on.

    Raises UsageError for a word that lacks what it takes or an id that says two things, NotFoundError for nobody's id.
    """
    if (kind == "wait_until") != bool(until):
        raise UsageError(
            f"{kind} takes {'a day' if kind == 'wait_until' else 'no day'}",
            where="--until",
            next_step="write answerback decide wait_until ID --until 2026-03-01",
        )
    check_ball_reason(kind, reason)
    if not spaces:
        raise NotFoundError(
            f"there is no touch, act or deal {subject!r}", next_step="take the id as answerback balls prints it"
        )
    if len(spaces) > 1:
        raise UsageError(
            f"{subject!r} is the id of an event and of a deal", where="--of", next_step="add --of event or --of deal"
        )
    workspace = settings.workspace()
    ends = instant(until, "--until") if until else None
    whose = source_of(workspace.home, spaces[0], (subject,), source)
    said = Decision(whose, spaces[0], subject, kind, until=ends, reason=reason)
    decide(workspace.home, said, now=datetime.now(UTC))
    print("Written down. It takes effect with the next: answerback build")


def check_ball_reason(kind: str, reason: str) -> None:
    """Raises UsageError for a reason that this word does not know."""
    if reason and (kind == "undo" or reason not in BALL_REASONS):
        raise UsageError(
            f"{kind} knows no reason {reason!r}",
            where="--reason",
            next_step=f"not_a_ball and wait_until take one of {', '.join(BALL_REASONS)}",
        )


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
    said = Decision(OWN_SOURCE, "finding", finding_id, kind, value=found.finding.kind, until=ends, reason=reason)
    decide(workspace.home, said, now=datetime.now(UTC))
    print("Written down. It takes effect with the next: answerback build")
