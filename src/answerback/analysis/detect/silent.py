"""What is told of answers that seem not to arrive: of a channel, to operations; of one rep, that nobody can tell."""

from __future__ import annotations

from datetime import timedelta

from answerback.analysis.detect.raised import Raised
from answerback.analysis.detect.silences import Silent, alone_since
from answerback.analysis.detect.weekly import Cells, monday
from answerback.domain.findings import Finding, FindingKind, Measure, Role, Subject, SureBy
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.detect import Direction
from answerback.stats.silence import FEWEST, FEWEST_PEOPLE


def silence_finding(one: Silent) -> Finding:
    """A channel of which several reps got no answer at all: for operations, and no verdict on anybody.

    >>> told = silence_finding(Silent("email", 2946, 2951, 2949, {7: 10.2, 9: 9.4}, 4e3, 60.0, 1))
    >>> told.subject.name, str(told.first_for), told.details["reps"], told.settle[0].have
    ('email', 'operations', (7, 9), 2)
    """
    return Finding(
        kind=FindingKind.COVERAGE,
        subject=Subject("channel", name=one.channel),
        measure=Measure.SILENCE,
        play=one.channel,
        direction="fall",
        since=monday(one.since),
        raised_on=one.raised_on - timedelta(days=1),
        sure_by=SureBy.POSTERIOR,
        sure=one.sure,
        settle=(CannotTell(Refused.SILENT_TOGETHER, len(one.reps), FEWEST_PEOPLE, (one.channel,)),),
        first_for=Role.OPERATIONS,
        next_step="send_test_messages",
        episode=one.episode,
        details={
            "reps": tuple(sorted(one.reps)),
            "until": monday(one.last + 1) - timedelta(days=1),
            "answers_expected": round(sum(one.reps.values()), 1),
            "evidence": round(min(one.evidence, 1e12), 1),
            "over_falls": round(min(one.over_falls, 1e12), 1),
        },
    )


def silent_alone(cells: Cells, one: Raised) -> tuple[CannotTell, ...]:
    """What is not known of a fall in which one channel was not answered at all, while all else was."""
    found = alone_since(cells, one.rep_key, one.since, one.week) if one.direction is Direction.FALL else None
    return () if found is None else (CannotTell(Refused.SILENT_ALONE, found[1], FEWEST, (found[0],)),)
