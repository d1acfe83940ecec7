"""Findings in plain words: what it is, since when, how sure, on what it rests, and what to do next.

Acts come first, then rates. It speaks of the task (this kind of touch, these buyers), never of what somebody is like.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.findings.audience import about_person
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.naming import Names, reps_of
from answerback.domain.findings import Finding, FindingKind, Level, Measure, SureBy, Verdict
from answerback.present.finding_sizes import figure_text
from answerback.present.formats import plain_value
from answerback.present.next_steps import NEXT_STEP
from answerback.present.refusals import number, refusal_texts
from answerback.present.words import FIGURES, NOT_SEEN, OF_DEALS

CAUTION = "No sole basis for pay, promotion or dismissal."
"""Said on each finding on a person."""
LEFT_OUT = "The figures are left out: from them fewer than five people could be made out."
"""Said in place of figures."""

HEADING: Mapping[FindingKind, str] = MappingProxyType(
    {
        FindingKind.CHANGE: "something changed",
        FindingKind.VERDICT: "person or system",
        FindingKind.SEAT: "the territory, whoever sells there",
        FindingKind.QUOTA: "targets out of reach",
        FindingKind.POTENTIAL: "left on the table",
        FindingKind.LIFT: "what it changed",
        FindingKind.INCREMENT: "what would not have come anyway",
        FindingKind.FRICTION: "buyers are asked too often",
        FindingKind.POLICY: "a rule makes us ask too often",
        FindingKind.RUT: "rut: the same kind of touch again, while another works",
        FindingKind.GROOVE: "groove: it rose and held",
        FindingKind.REPEAT: "the same step, the same ending",
        FindingKind.STRENGTH: "strongest here",
        FindingKind.COVERAGE: "answers that could not be seen",
        FindingKind.STAGE: "stages ahead of what buyers did",
        FindingKind.TRUST: "data that should not be relied on",
        FindingKind.RISK: "something new was tried",
        FindingKind.BALLS: "buyers wait for an answer",
        FindingKind.PATH: "what buying from us asks of buyers",
        FindingKind.PROCESS: "more stories stop here",
        FindingKind.MUTED: "a kind of finding that is mostly dismissed",
    }
)
"""What each kind is called."""

_WAY = MappingProxyType(
    {
        (Measure.ON_BASE, "fall"): "fewer touches move a buyer",
        (Measure.ON_BASE, "rise"): "more touches move a buyer",
        (Measure.EFFORTS, "fall"): "fewer touches a day",
        (Measure.EFFORTS, "rise"): "more touches a day",
        (Measure.LAG, "fall"): "answers take longer",
        (Measure.LAG, "rise"): "answers come sooner",
        (Measure.UNSEEN, "fall"): "more answers can be seen",
        (Measure.UNSEEN, "rise"): "fewer answers can be seen",
        (Measure.CLAIMED, "fall"): "fewer touches are typed in",
        (Measure.CLAIMED, "rise"): "more touches are typed in",
        (Measure.CHANNEL, "rise"): "buyers choose it far more often than we do",
        (Measure.ASKED_AGAIN, "rise"): "buyers have to ask for the same again",
    }
)

VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.INDIVIDUAL: "one person's results differ",
        Verdict.SYSTEMIC: "the system",
        Verdict.SEGMENT: "one segment",
        Verdict.MIXED: "both: the system, and one person's results differ",
        Verdict.CANNOT_TELL: "cannot tell",
    }
)
"""How a verdict is shown."""


def headline(finding: Finding) -> str:
    """What it is, in a few words.

    >>> from datetime import date
    >>> from answerback.domain.findings import Subject
    >>> headline(
    ...     Finding(
    ...         kind=FindingKind.CHANGE,
    ...         subject=Subject("rep", key=7),
    ...         measure=Measure.ON_BASE,
    ...         play="email",
    ...         direction="fall",
    ...         raised_on=date(2026, 3, 1),
    ...         next_step="look_at_unanswered",
    ...     )
    ... )
    'email: fewer touches move a buyer'
    """
    what = HEADING[finding.kind]
    if finding.kind is FindingKind.COVERAGE:
        what = NOT_SEEN.get(finding.measure, what)
    if finding.kind in {FindingKind.CHANGE, FindingKind.PATH}:
        what = _WAY.get((finding.measure, finding.direction), what)
    if finding.kind is FindingKind.VERDICT and finding.verdict is not None:
        way = _WAY.get((finding.measure, finding.direction), "")
        whose = "the mix of the work has changed" if finding.subject.kind == "mix" else VERDICTS[finding.verdict]
        what = f"{way}: {whose}" if way else whose
    if finding.level is Level.ASK:
        what = f"a question: {what}" if finding.direction else "a question about the first touches"
    if finding.kind is FindingKind.POTENTIAL and finding.measure in FIGURES:
        what = f"{what}: {FIGURES[finding.measure]}"
    return f"{finding.play}: {what}" if finding.play else what


def acts_text(finding: Finding) -> str:
    """What was done and what buyers did, before any rate.

    >>> from datetime import date
    >>> from answerback.domain.findings import Evidence, Subject
    >>> acts_text(
    ...     Finding(
    ...         kind=FindingKind.CHANGE,
    ...         subject=Subject("rep", key=7),
    ...         measure=Measure.ON_BASE,
    ...         since=date(2026, 3, 2),
    ...         raised_on=date(2026, 4, 5),
    ...         evidence=Evidence(efforts=40, answers=2),
    ...         next_step="look_at_unanswered",
    ...     )
    ... )
    'Since 2026-03-02: 40 touches, 2 of them moved a buyer.'
    """
    rests = finding.evidence
    since = f"Since {finding.since}: " if finding.since is not None else ""
    if finding.measure is Measure.INCREMENT and rests.efforts:
        return f"{since}{number(rests.efforts)} touches; buyers did {number(rests.answers)} things after one."
    if finding.measure is Measure.ON_BASE and rests.efforts:
        return f"{since}{number(rests.efforts)} touches, {number(rests.answers)} of them moved a buyer."
    if finding.measure is Measure.MISSED and rests.efforts:
        what = "waited too long for somebody to be given them" if "from" in finding.where else "had no answer in time"
        return f"{since}{number(rests.efforts)} times it was the seller's turn, {number(rests.answers)} {what}."
    if finding.measure is Measure.STOPPED:
        return (
            f"{since}{number(rests.efforts)} stories came to it and are decided, {number(rests.answers)} stopped there."
        )
    if finding.measure in OF_DEALS and rests.efforts:
        what = OF_DEALS[finding.measure]
        return f"{since}{number(rests.efforts)} deals, {number(rests.answers)} of them {what}."
    if rests.efforts:
        return f"{since}{number(rests.efforts)} touches."
    if "decided" in finding.details:
        return f"{since}{finding.details['dismissed']} of {finding.details['decided']} were dismissed."
    return f"It began about {finding.since}." if finding.since is not None else ""


_SURE_THAT = MappingProxyType(
    {
        FindingKind.CHANGE: "it changed",
        FindingKind.VERDICT: "it is no chance",
        FindingKind.RUT: "the other does better",
        FindingKind.STRENGTH: "it is above the others",
        FindingKind.GROOVE: "it rose",
        FindingKind.REPEAT: "it is no chance",
        FindingKind.QUOTA: "they are out of reach",
        FindingKind.LIFT: "it is no chance",
        FindingKind.PATH: "it is no chance",
        FindingKind.PROCESS: "it is no chance",
    }
)


def sure_text(finding: Finding) -> str:
    """How sure it is.

    >>> from datetime import date
    >>> from answerback.domain.findings import Subject
    >>> sure_text(
    ...     Finding(
    ...         kind=FindingKind.CHANGE,
    ...         subject=Subject("rep", key=7),
    ...         measure=Measure.ON_BASE,
    ...         raised_on=date(2026, 4, 5),
    ...         sure_by=SureBy.POSTERIOR,
    ...         sure=0.9996,
    ...         next_step="look_at_unanswered",
    ...     )
    ... )
    'more than 99 %'
    """
    match finding.sure_by, finding.sure:
        case SureBy.POSTERIOR, float(sure):
            return "more than 99 %" if sure > 0.99 else f"{sure * 100:.0f} %"
        case SureBy.P_VALUE, float(p):
            return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
        case SureBy.INTERVAL, _:
            return "95 % interval clear of no change"
        case _:
            return ""


def story(standing: Standing, names: Names, *, figures: bool = True) -> list[str]:
    """One finding in a few lines; without its `figures` for whoever could make out a few people from them."""
    finding = standing.finding
    whose = names.subject(finding.subject)
    about = f"{whose}, " if whose else ""
    place = ", ".join(f"{name} {value}" for name, value in names.where(finding.where).items())
    lines = [f"{about}{headline(finding)}{f' ({place})' if place else ''}"]
    lines.append(_figures_text(finding) if figures else LEFT_OUT)
    if finding.verdict is not None and finding.kind is not FindingKind.VERDICT:
        lines.append(f"Whose it is: {VERDICTS[finding.verdict]}.")
    if finding.measure is Measure.SILENCE:
        lines.append(f"Whose answers: {', '.join(names.name_of('rep', each) for each in reps_of(finding))}.")
    if finding.settle:
        lines.append(refusal_texts(finding.settle))
    lines.append(f"Next: {NEXT_STEP.get(finding.next_step, finding.next_step)}")
    if about_person(finding):
        lines.append(f"{CAUTION} Forgotten on {finding.expires}.")
    return [line for line in lines if line]


def _figures_text(finding: Finding) -> str:
    """What was done, how large it is, and how sure."""
    told = [acts_text(finding)]
    if finding.size is not None:
        told.append(figure_text(finding, finding.size))
    if finding.sure_by is not SureBy.INTERVAL and (sure := sure_text(finding)):
        told.append(f"How sure that {_SURE_THAT.get(finding.kind, 'there is something')}: {sure}.")
    return " ".join(filter(None, told))


_NOBODY: Mapping[str, str] = MappingProxyType({})
TEXT, NUMBER = pa.string(), pa.float64()
_COLUMNS: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "finding_id": TEXT,
        "kind": TEXT,
        "level": TEXT,
        "subject_kind": TEXT,
        "subject": TEXT,
        "subject_name": TEXT,
        "measure": TEXT,
        "play": TEXT,
        "where": TEXT,
        "direction": TEXT,
        "good_news": pa.bool_(),
        "since": TEXT,
        "raised_on": TEXT,
        "before": NUMBER,
        "after": NUMBER,
        "change": NUMBER,
        "low": NUMBER,
        "high": NUMBER,
        "unit": TEXT,
        "sure_by": TEXT,
        "sure": NUMBER,
        "verdict": TEXT,
        "efforts": pa.int64(),
        "answers": pa.int64(),
        "first_for": TEXT,
        "others_from": TEXT,
        "expires": TEXT,
        "next_step": TEXT,
        "episode": pa.int64(),
        "status": TEXT,
        "until": TEXT,
        "reason": TEXT,
        "shown_to": TEXT,
        "muted": pa.bool_(),
        "expired": pa.bool_(),
        "headline": TEXT,
        "story": TEXT,
        "cannot_tell": TEXT,
        "cannot_tell_text": TEXT,
        "caution": TEXT,
        "evidence_where": TEXT,
        "details": TEXT,
    }
)


def finding_rows(standings: Iterable[Standing], names: Names, shown_to: Mapping[str, str] = _NOBODY) -> pa.Table:
    """One row per finding, for machines: every figure, and the words beside them.

    Args:
        standings: What is told, in this order.
        names: Of everybody that they speak of.
        shown_to: By the finding's id, on whose pages it is.
    """
    rows = [_row(each, names) | {"shown_to": shown_to.get(each.finding.finding_id)} for each in standings]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_COLUMNS.items())))


def _row(standing: Standing, names: Names) -> dict[str, object]:
    finding, state = standing.finding, standing.state
    subject = finding.subject
    row: dict[str, object] = {
        name: getattr(finding, name)
        for name in ("finding_id", "play", "direction", "good_news", "sure", "next_step", "episode")
    }
    row |= {name: str(getattr(finding, name)) for name in ("kind", "level", "measure", "first_for")}
    row |= {name: _text(getattr(finding, name)) for name in ("since", "raised_on", "others_from", "expires")}
    row |= {name: _text(getattr(finding, name)) for name in ("sure_by", "verdict")}
    if finding.size is not None:
        size = finding.size
        row |= {name: getattr(size, name) for name in ("before", "after", "change", "low", "high", "unit")}
    own_id = subject.name if subject.key is None else names.id_of(subject.kind, subject.key)
    row |= {"subject_kind": subject.kind, "subject": own_id, "subject_name": names.subject(subject)}
    row |= {"efforts": finding.evidence.efforts, "answers": finding.evidence.answers}
    row |= {"status": str(state.status), "reason": state.reason or None, "muted": standing.muted}
    row |= {"until": state.until.strftime("%Y-%m-%dT%H:%M:%SZ") if state.until is not None else None}
    row |= {"expired": standing.expired, "headline": headline(finding), "story": "\n".join(story(standing, names))}
    row |= {"cannot_tell": ", ".join(str(each.reason) for each in finding.settle) or None}
    row |= {"cannot_tell_text": refusal_texts(finding.settle) or None}
    row |= {"caution": CAUTION if about_person(finding) else None}
    row |= {name: _json(each) for name, each in _mappings(finding, names)}
    return row


def _mappings(finding: Finding, names: Names) -> list[tuple[str, Mapping[str, object]]]:
    return [
        ("where", names.where(finding.where)),
        ("evidence_where", names.where(finding.evidence.where)),
        ("details", names.details(finding.details)),
    ]


def _json(value: Mapping[str, object]) -> str | None:
    return json.dumps(plain_value(value), ensure_ascii=False, sort_keys=True) if value else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
