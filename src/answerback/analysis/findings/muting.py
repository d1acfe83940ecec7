"""A kind of finding that people mostly dismiss mutes itself, and operations are told.

What counts is the latest word on each finding of the kind. Once at least five have been decided and four in five of
them were dismissed, findings of that kind are shown to nobody, until operations have looked into it and say `done` to
the finding that told them. From then on it is counted afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from answerback.analysis.findings.state import Said, Word
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Role, Subject

LEAST_DECIDED = 5
MOST_DISMISSED = 0.8
"""The share of those decided from which on a kind is of no use."""
_CLOSING = frozenset({Said.DISMISS, Said.DONE})
_DECIDING = frozenset({*_CLOSING, Said.REOPEN, Said.WAIT_UNTIL})


@dataclass(frozen=True, slots=True)
class Muting:
    """A stretch of time in which a kind of finding is shown to nobody."""

    finding: Finding
    """What operations are told."""
    since: datetime
    ends: datetime | None
    """When operations were done with it; None: not yet."""

    @property
    def kind(self) -> str:
        """The kind that is muted."""
        return self.finding.subject.name

    def holds(self, at: datetime) -> bool:
        """Whether the kind is muted at an instant (naive UTC)."""
        return self.since <= at and (self.ends is None or at < self.ends)


def mutings(words: Mapping[int, Iterable[Word]], key_of: Callable[[str], int], as_of: datetime) -> tuple[Muting, ...]:
    """All stretches in which a kind was or is muted.

    Args:
        words: By the key of the finding. A word's `value` says of which kind the finding is.
        key_of: The key that a finding's id has in these decisions.
        as_of: Words said later are not known yet; naive UTC.
    """
    flat = sorted(
        ((key, word) for key, said in words.items() for word in said if word.occurred_at <= as_of),
        key=lambda each: (each[1].place, each[0]),
    )
    kinds = sorted({word.value for _, word in flat if word.value and word.value != FindingKind.MUTED})
    return tuple(each for kind in kinds for each in _of_kind(kind, flat, key_of))


def _of_kind(kind: str, flat: list[tuple[int, Word]], key_of: Callable[[str], int]) -> list[Muting]:
    found: list[Muting] = []
    latest: dict[int, str] = {}
    telling: int | None = None
    for key, word in flat:
        if telling is not None:
            if key == telling and word.kind == Said.DONE:
                last = found.pop()
                found.append(Muting(last.finding, last.since, word.occurred_at))
                telling, latest = None, {}
            continue
        if word.value != kind or word.kind not in _DECIDING:
            continue
        latest[key] = word.kind
        decided = [each for each in latest.values() if each in _CLOSING]
        dismissed = sum(each == Said.DISMISS for each in decided)
        if len(decided) >= LEAST_DECIDED and dismissed >= MOST_DISMISSED * len(decided):
            told = _told(kind, word.occurred_at, len(decided), dismissed, len(found) + 1)
            found.append(Muting(told, word.occurred_at, None))
            telling = key_of(told.finding_id)
    return found


def _told(kind: str, at: datetime, decided: int, dismissed: int, episode: int) -> Finding:
    return Finding(
        kind=FindingKind.MUTED,
        subject=Subject("kind", kind),
        measure=Measure.ON_BASE,
        raised_on=at.date(),
        since=at.date(),
        evidence=Evidence(),
        first_for=Role.OPERATIONS,
        next_step="look_at_kind_of_finding",
        episode=episode,
        details={"decided": decided, "dismissed": dismissed},
    )
