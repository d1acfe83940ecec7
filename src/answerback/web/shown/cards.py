"""A finding as a card: headline, acts, how sure, whose it is, what next. The sentences of the command line, spoken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.naming import Names
from answerback.domain.findings import Finding, FindingKind, Level
from answerback.present.findings import CAUTION, headline, story
from answerback.present.plays import play_text
from answerback.present.refusals import refusal_texts
from answerback.present.spoken import spoken

_LABELS = ("groove: ", "rut: ")
"""Words of ours before what they mean."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows."""

    finding_id: str
    kind: str
    about: str
    headline: str
    lines: tuple[str, ...]
    """What was seen, how sure it is, whose it is."""
    settle: str
    """What is not known, and what would settle it."""
    next_step: str
    caution: str
    """Of a finding on a person: what it is no basis for, and when it is forgotten."""
    ask: bool
    """A question to the rep alone, never a verdict."""
    good_news: bool
    raised_on: date
    others_from: date | None
    status: str


def card(standing: Standing, names: Names, *, figures: bool = True) -> Card:
    """A finding and what stands of it, in words; without its figures for whoever is told none (`Board.figures_for`)."""
    finding = standing.finding
    _, *told = story(standing, names, figures=figures)
    following = next((line for line in told if line.startswith("Next: ")), "")
    settle = refusal_texts(finding.settle)
    caution = next((line for line in told if line.startswith(CAUTION)), "")
    return Card(
        finding_id=finding.finding_id,
        kind=str(finding.kind),
        about=about_text(finding, names),
        headline=headline_text(finding),
        lines=tuple(spoken(line) for line in told if line not in (following, caution, settle)),
        settle=spoken(settle),
        next_step=spoken(following.removeprefix("Next: ")),
        caution=spoken(caution),
        ask=finding.level is Level.ASK,
        good_news=finding.good_news,
        raised_on=finding.raised_on,
        others_from=finding.others_from,
        status=str(standing.state.status),
    )


def about_text(finding: Finding, names: Names) -> str:
    """Whom or what it is about: a person or company by name, all else with what it is."""
    subject, called = finding.subject, names.subject(finding.subject)
    if subject.key is not None or subject.kind == "organisation" or not called:
        return called
    return f"{subject.kind} {called.replace('_', ' ')}"


def headline_text(finding: Finding) -> str:
    """What it is, the kind of touch in plain words."""
    said = headline(finding)
    if finding.kind is FindingKind.LIFT and finding.where:
        said = f"{said}: {', '.join(value.replace('_', ' ') for value in finding.where.values())}"
    if finding.play:
        said = f"{play_text(finding.play)}: {said.removeprefix(f'{finding.play}: ')}"
    for label in _LABELS:
        said = said.replace(label, "", 1)
    return said[:1].upper() + said[1:]
