"""A finding as a card: headline, acts, how sure, whose it is, what next. The same words as on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.naming import Names
from answerback.domain.findings import Level
from answerback.present.findings import headline, story


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows."""

    finding_id: str
    about: str
    headline: str
    lines: tuple[str, ...]
    ask: bool
    """A question to the rep alone, never a verdict."""
    good_news: bool
    raised_on: date
    others_from: date | None
    status: str


def card(standing: Standing, names: Names) -> Card:
    """A finding and what stands of it, in words."""
    finding = standing.finding
    _, *lines = story(standing, names)
    return Card(
        finding_id=finding.finding_id,
        about=names.subject(finding.subject),
        headline=headline(finding),
        lines=tuple(lines),
        ask=finding.level is Level.ASK,
        good_news=finding.good_news,
        raised_on=finding.raised_on,
        others_from=finding.others_from,
        status=str(standing.state.status),
    )
