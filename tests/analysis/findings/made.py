"""Findings and words as the tests of findings want them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from answerback.analysis.findings.audience import Staff, completed
from answerback.analysis.findings.gathering import Clock, Gathered, arranged
from answerback.analysis.findings.state import Word
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Size, Subject, SureBy
from answerback.domain.playbook import Playbook

SUNDAY = date(2026, 3, 1)
STAFF = Staff({1: 90, 2: 90, 3: 91})


def fall(rep: int = 1, *, week: int = 0, play: str = "email", lost: float = 0.1, **fields: object) -> Finding:
    """A rep's fall, raised so many weeks after the first Sunday of March."""
    raised = SUNDAY + timedelta(weeks=week)
    made = Finding(
        kind=FindingKind.CHANGE,
        subject=Subject("rep", key=rep),
        measure=Measure.ON_BASE,
        play=play,
        direction="fall",
        since=raised - timedelta(weeks=5),
        raised_on=raised,
        size=Size(0.3, 0.3 - lost, -lost, -lost - 0.05, -lost + 0.05),
        sure_by=SureBy.POSTERIOR,
        sure=0.95,
        evidence=Evidence(efforts=100, answers=20),
        next_step="look_at_unanswered",
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def key_of(finding_id: str) -> int:
    """Any key that is the same for one id."""
    return int.from_bytes(hashlib.blake2b(finding_id.encode(), digest_size=7).digest(), "big")


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - instants are naive UTC in the log


def gathered(
    found: list[Finding],
    today: date,
    words: dict[str, list[Word]] | None = None,
    *,
    staff: Staff = STAFF,
    loaded_on: date | None = None,
) -> Gathered:
    """What is on whose page on a day, at noon."""
    clock = Clock(at(today).replace(tzinfo=UTC), ZoneInfo("UTC"), loaded_on)
    said = {key_of(finding_id): tuple(each) for finding_id, each in (words or {}).items()}
    return arranged([completed(each, Playbook()) for each in found], said, key_of, staff, clock)
