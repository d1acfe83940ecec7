"""Everybody's work in words: whose it is, by step, the pipeline, what changed since last quarter. Nobody is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.stages.standing import Backing
from answerback.analysis.together.backed import BackedPipeline, StageRow
from answerback.analysis.together.by_step import BySteps, StepPart
from answerback.analysis.together.leading import Leading
from answerback.analysis.together.us import Us
from answerback.domain.findings import Verdict
from answerback.domain.playbook import Stage
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.refusals import refusal_text
from answerback.present.stages import BACKED, amount_text, stage_name
from answerback.present.verdicts import nothing_lines, percent, points, system_lines
from answerback.present.words import counted

_SHORT: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.INDIVIDUAL: "It is not the system: the results of one person, or of a few, differ from the others'.",
        Verdict.SYSTEMIC: "It is us: the system, not the people.",
        Verdict.SEGMENT: "It is us, in one part of the work, not the people.",
        Verdict.MIXED: "Both: most of it is us, and the results of one person, or of a few, differ as well.",
        Verdict.CANNOT_TELL: "Cannot tell: nothing differs by more than chance does.",
    }
)


def too_few(found: Us, least: int) -> str:
    """Why nothing is told at all; empty where it is."""
    if found.verdict is not None:
        return ""
    return refusal_text(CannotTell(Refused.TOO_FEW_REPS, have=float(found.people), need=float(least)))


def verdict_sentence(found: Us) -> str:
    """The verdict of the latest window in one sentence.

    >>> from datetime import UTC, datetime
    >>> verdict_sentence(Us(datetime(2026, 3, 2, tzinfo=UTC), 2))
    ''
    """
    if found.verdict is None:
        return ""
    refused = [each for each in found.verdict.settle if each.reason is not Refused.NOTHING_STANDS_OUT]
    if found.verdict.verdict is Verdict.CANNOT_TELL and refused:
        return "Cannot tell yet."
    if found.verdict.verdict is Verdict.MIXED and not found.apart:
        return _SHORT[Verdict.SYSTEMIC]
    return _SHORT[found.verdict.verdict]


def verdict_lines(found: Us) -> list[str]:
    """What it rests on: parts of the work, what is common to all, and how many people stand apart."""
    told = found.verdict
    if told is None:
        return []
    lines = system_lines(told, {})
    if found.too_small:
        parts = counted(found.too_small, "part", "parts")
        lines.append(f"{parts} of the organisation changed as well, with too few people in it to say more here.")
    if found.apart:
        verb = "One person's own results differ" if found.apart == 1 else f"The own results of {found.apart} differ"
        lines.append(f"{verb} from the others' beyond chance. Whose, they know first, and then their manager.")
    elif lines:
        lines.append(
            "Nobody's own results differ from the others' beyond chance."
            if told.reps_with_enough
            else "Of single persons nothing can be said: nobody has enough touches."
        )
    return lines or nothing_lines(told)


def window_note(found: Us) -> str:
    """Which times were compared."""
    period = found.verdict.period if found.verdict is not None else None
    if period is None or found.verdict is None:
        return ""
    return (
        f"Since {period.turn}, held against {period.start} to {period.turn}; a buyer counts as moved only where a "
        f"record proves it. {counted(found.verdict.looked_at, 'part or group was', 'parts and groups were')} compared."
    )


def steps_sentence(steps: BySteps) -> str:
    """The change of the whole rate, and how much of it is rates and how much mix."""
    shown = _adding_up([value for part in steps.parts for value in (part.rate_part, part.mix_part)], steps)
    whole = sum(shown)
    if not whole:
        return f"Of all touches {percent(steps.now.rate, 1)} moved a buyer, as many as before."
    return (
        f"Of all touches {percent(steps.before.rate, 1)} moved a buyer before, {percent(steps.now.rate, 1)} since: "
        f"{abs(whole) / 10:.1f} points {'fewer' if whole < 0 else 'more'}. Equal touches account for "
        f"{points(sum(shown[0::2]) / 1000)}, other shares of the steps for {points(sum(shown[1::2]) / 1000)}."
    )


def steps_for_eyes(steps: BySteps) -> pa.Table:
    """Each step at both times, and its two parts of the change; the last line is their sum."""
    shown = _adding_up([value for part in steps.parts for value in (part.rate_part, part.mix_part)], steps)
    rows = [_step_row(part, steps) | _parts(*shown[2 * at : 2 * at + 2]) for at, part in enumerate(steps.parts)]
    rows.append(
        {
            "step": "all together",
            "touches before": f"{steps.before.touches:,.0f}",
            "moved": percent(steps.before.rate, 1),
            "touches since": f"{steps.now.touches:,.0f}",
            "moved since": percent(steps.now.rate, 1),
        }
        | _parts(sum(shown[0::2]), sum(shown[1::2]))
    )
    return pa.Table.from_pylist(rows)


def _step_row(part: StepPart, steps: BySteps) -> dict[str, str]:
    def touches(own: float, all_: float) -> str:
        return f"{own:,.0f} ({percent(own / all_)})" if all_ else f"{own:,.0f}"

    return {
        "step": step_name(part.names),
        "touches before": touches(part.before.touches, steps.before.touches),
        "moved": percent(part.before.rate, 1),
        "touches since": touches(part.now.touches, steps.now.touches),
        "moved since": percent(part.now.rate, 1),
    }


def _parts(rate: int, mix: int) -> dict[str, str]:
    return {"by its rate": points(rate / 1000), "by its share": points(mix / 1000)}


def _adding_up(values: Sequence[float], steps: BySteps) -> list[int]:
    """Parts in tenths of a point that add up to the change as it is shown: the largest remainders take up the rest.

    The rates are shown rounded, so it is their difference that the parts add up to.
    """
    exact = [value * 1000 for value in values]
    shown = [floor(each) for each in exact]
    whole = round((steps.now.rate or 0.0) * 1000) - round((steps.before.rate or 0.0) * 1000)
    by_rest = sorted(range(len(exact)), key=lambda at: (shown[at] - exact[at], at))
    missing = whole - sum(shown)
    for turn in range(abs(missing)):
        at = by_rest[turn % len(by_rest)] if missing > 0 else by_rest[-1 - turn % len(by_rest)]
        shown[at] += 1 if missing > 0 else -1
    return shown


def step_name(names: tuple[str, ...]) -> str:
    """A step, or several put together, as shown.

    >>> step_name(("offer",)), step_name(("",)), step_name(("close", "offer", ""))
    ('offer', 'no step stated', 'others: close, offer, no step stated')
    """
    shown = [each.replace("_", " ") or "no step stated" for each in names]
    return shown[0] if len(shown) == 1 else f"others: {', '.join(shown)}"


def pipeline_lines(found: BackedPipeline, stages: Sequence[Stage], currency: str, least: int) -> list[str]:
    """What of the pipeline has a buyer's act behind it, or why that is not told and what would settle it."""
    if not stages:
        return ["Cannot tell: the playbook has no [[stage]], so nothing says what a buyer must have done by when."]
    whole = found.whole
    if whole is None and not found.owners:
        return ["Not told: no record names the owner of an open deal, so nobody knows how many people are behind it."]
    if whole is None:
        return [f"Not told: {counted(found.owners, 'person owns', 'people own')} the open deals, {least} are needed."]
    if not whole.total.deals:
        return ["No deal is open."]
    deals = counted(whole.total.deals, "deal", "deals")
    if (refused := found.covered.refused) is not None:
        lacking = counted(len(found.covered.missing), "person", "people")
        return [
            f"{deals} open. {refusal_text(refused)}",
            f"Mailbox or calendar is missing of {lacking}; operations sees whose, and can load them.",
        ]
    if not whole.parts:
        return [f"{deals} open. Not told: fewer than {least} people own those of one kind."]
    if whole.total.missing:
        each = whole.total.missing[0]
        return [
            f"{whole.parts[Backing.BACKED].deals} of {deals} have a buyer's act behind their stage.",
            f"Cannot add their amounts: the playbook has no rate for {each.currency} on {each.on}.",
        ]
    backed, *rest = (whole.parts[each] for each in Backing)
    share = f"{amount_text(backed.worth, currency)} of the {amount_text(whole.total.worth, currency)}"
    lines = [f"{share} in the pipeline has a buyer's act behind it ({backed.deals} of {deals})."]
    for part, said in zip(rest, ("Typed in without one", "Could not be checked"), strict=True):
        if part.deals:
            lines.append(f"{said}: {amount_text(part.worth, currency)} ({counted(part.deals, 'deal', 'deals')}).")
    return lines


def pipeline_for_eyes(found: BackedPipeline, stages: Sequence[Stage], currency: str) -> pa.Table:
    """By stage: open deals and their worth, buyer-backed and not."""
    told = found.covered.refused is None
    rows = [_stage_row(each, stages, currency, told=told) for each in found.rows]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _stage_row(row: StageRow, stages: Sequence[Stage], currency: str, *, told: bool) -> dict[str, str]:
    names = [stage_name(each, stages) for each in row.stages]
    shown = {
        "stage": names[0] if len(names) == 1 else f"others: {', '.join(names)}",
        "open": f"{row.total.deals:,}",
        "worth": "" if row.total.missing else amount_text(row.total.worth, currency),
    }
    for kind, name in BACKED.items():
        part = row.parts.get(kind) if told else None
        shown[name] = "not told" if part is None else f"{part.deals:,}"
        shown[f"{name}, worth"] = amount_text(part.worth, currency) if part and part.deals and not part.missing else ""
    return shown


def _managers(have: float) -> str:
    return counted(int(have), "manager", "managers") if have else "no manager"


def leading_text(found: Leading | CannotTell | None) -> str:
    """What the managers' own mirrors say as one, or why not."""
    if found is None:
        return ""
    if isinstance(found, CannotTell):
        return (
            f"Not told: {_managers(found.have)} made touches of their own, {found.need:.0f} are needed so that none "
            "of them can be told apart. Each sees their own mirror."
        )
    late = f", {found.too_long:,} of them longer than the policy allows" if found.too_long else ""
    return (
        f"{found.managers} managers made {found.touches:,} touches of their own; {found.moved:,} moved a buyer by "
        f"proof. {counted(found.waiting, 'buyer waits', 'buyers wait')} on them{late}."
    )
