"""Friction in words and rows: answers by touch number, and who turns away after many touches."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from answerback.analysis.friction import Friction
from answerback.analysis.friction.asked_too_often import LEAST_RUNS, MANY
from answerback.domain.findings import Finding, FindingKind
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.refusals import refusal_text
from answerback.stats.harm import Harm
from answerback.stats.touch_curve import Departure

_ROWS = (
    ("about", pa.string()),
    ("name", pa.string()),
    ("touches", pa.int64()),
    ("moved_or_answered", pa.int64()),
    ("refused", pa.int64()),
    ("forbade", pa.int64()),
    ("expected_forbade", pa.float64()),
    ("ratio", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("p_value", pa.float64()),
    ("share", pa.float64()),
    ("differing_buyers_share", pa.float64()),
    ("runs", pa.int64()),
    ("often_runs", pa.int64()),
    ("usual_often_share", pa.float64()),
    ("raised", pa.bool_()),
    ("reason", pa.string()),
)


def answer_lines(answer: Friction, found: tuple[Finding, ...], ids: Mapping[int, str]) -> list[str]:
    """The answer first: who or what asks buyers too often, or that this cannot be told."""
    if not answer.touches:
        return ["Cannot tell: no touches of buyers were loaded."]
    lines = [_rep_line(each, ids) for each in found if each.kind is FindingKind.FRICTION and each.subject.key]
    lines += [_everybody_line(each) for each in found if each.subject.kind == "organisation"]
    lines += [_policy_line(each) for each in found if each.kind is FindingKind.POLICY]
    if not lines:
        lines.append(_nothing_line(answer))
    lines.append(_curve_line(answer.curve))
    return lines


def _nothing_line(answer: Friction) -> str:
    ratio = answer.forbade
    if isinstance(ratio, CannotTell):
        return (
            f"Nobody was found to ask buyers too often: {ratio.have:.0f} buyers forbade further mail where touches can"
            f" be compared, and {ratio.need:.0f} are needed to tell."
        )
    return "Nobody was found to ask buyers too often: who forbids further mail had not been touched more than others."


def _rep_line(each: Finding, ids: Mapping[int, str]) -> str:
    told = each.details
    who = ids.get(each.subject.key or 0, str(each.subject.key))
    return (
        f"{who}: in {told['often_runs']} of {told['runs']} rounds of touches, silent buyers were touched"
        f" {told['many']} times or more in fourteen days, most of them by {told['most_of_them']!r}. After such touches"
        f" {each.evidence.answers} forbade further mail or complained;"
        f" at the usual pace {float(str(told['expected'])):.1f} would have."
    )


def _everybody_line(each: Finding) -> str:
    return (
        f"Everybody's: after {each.details['many']} touches or more in fourteen days {each.evidence.answers} buyers"
        f" forbade further mail or complained, where {float(str(each.details['expected'])):.1f} would have after fewer."
    )


def _policy_line(each: Finding) -> str:
    if each.where["from"] == "marks":
        marks = int(str(each.details["marks"]))
        said = "one person said" if marks == 1 else f"it was said {marks} times"
        return f"{each.subject.name!r}, for its owner: {said} that it makes them pester."
    told = each.details
    return (
        f"{each.subject.name!r}, for its owner: from its touch {told['from_touch']} on, {told['forbade']} buyers"
        f" forbade further mail and {told['answered']} answered."
    )


def _curve_line(curve: Departure | CannotTell) -> str:
    if isinstance(curve, CannotTell):
        return "From the answers by touch number nothing can be told. " + refusal_text(curve)
    if curve.shown:
        return (
            "After the third touch, answers fall faster than differing buyers explain: by"
            f" {1 - curve.departing.ratio:.0%} a touch (95 %: {1 - curve.high:.0%} to {1 - curve.low:.0%})."
            " How many would answer under another pace, only a cap lottery tells: half of the silent buyers, drawn by"
            " lot, get no further touch after the third."
        )
    seen = curve.p_value if curve.p_beyond_cold is None else max(curve.p_value, curve.p_beyond_cold)
    return refusal_text(CannotTell(Refused.PESTERING_OR_COLD, have=seen, need=0.05))


def rows_for_eyes(answer: Friction) -> list[tuple[str, pa.Table]]:
    """Titled tables: answers by touch number, what buyers did by the touches of the last fourteen days."""
    curve, counts = answer.curve, answer.counts
    fitted: list[float] = curve.differing.hazard.tolist() if isinstance(curve, Departure) else []
    by_number = [
        {
            "touch": n + 1,
            "silent buyers": int(risk),
            "answered (proved)": int(won),
            "share": f"{won / risk:.1%}",
            "differing buyers alone": f"{fitted[n]:.1%}" if n < len(fitted) else "",
        }
        for n, (risk, won) in enumerate(zip(counts.at_risk.tolist(), counts.answered.tolist(), strict=True))
        if risk >= LEAST_RUNS
    ]
    by_pace = [
        {
            "touches in 14 days": _pace(each.low, each.high),
            "touches": each.touches,
            "moved or answered": each.answered,
            "refused": each.refused,
            "forbade further mail": each.forbade,
            "forbade, of 1,000": round(1000 * each.forbade / each.touches, 1) if each.touches else None,
        }
        for each in answer.paces
    ]
    return [
        ("Answers to touches of buyers who kept silent so far", pa.Table.from_pylist(by_number)),
        ("What buyers did, by how many touches came in the fourteen days up to one", pa.Table.from_pylist(by_pace)),
    ]


def rows_for_machines(answer: Friction, found: tuple[Finding, ...], ids: Mapping[int, str]) -> pa.Table:
    """One row per touch number, pace, comparison, rep and policy; `about` says which."""
    rows: list[dict[str, object]] = []
    fitted = answer.curve.differing.hazard.tolist() if isinstance(answer.curve, Departure) else []
    for n, (risk, won) in enumerate(zip(answer.counts.at_risk.tolist(), answer.counts.answered.tolist(), strict=True)):
        share = fitted[n] if n < len(fitted) else None
        rows.append({"about": "touch_number", "name": str(n + 1), "touches": int(risk), "moved_or_answered": int(won)})
        rows[-1] |= {"share": won / risk, "differing_buyers_share": share}
    rows.append({"about": "curve", "name": "later touches", **_curve_row(answer.curve)})
    for each in answer.paces:
        row = {"about": "pace", "name": _pace(each.low, each.high), "touches": each.touches, "refused": each.refused}
        rows.append(row | {"moved_or_answered": each.answered, "forbade": each.forbade})
    for name, ratio in (("forbade", answer.forbade), ("refused", answer.refused)):
        rows.append({"about": "harm", "name": f"{name} after {MANY} or more", **_harm_row(ratio)})
    for rep in answer.reps:
        row = {"about": "rep", "name": ids.get(rep.rep_key, str(rep.rep_key)), "touches": rep.touches}
        row |= {"forbade": rep.forbade, "expected_forbade": rep.expected, "runs": rep.runs}
        row |= {"often_runs": rep.often_runs, "usual_often_share": rep.usual_share, "raised": rep.named}
        rows.append(_harm_row(rep.harm) | row)
    rows += [
        {"about": "policy", "name": finding.subject.name, "raised": True, "p_value": finding.sure}
        for finding in found
        if finding.kind is FindingKind.POLICY
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_ROWS)))


def _curve_row(curve: Departure | CannotTell) -> dict[str, object]:
    if isinstance(curve, CannotTell):
        return {"reason": str(curve.reason), "raised": False}
    told = {"ratio": curve.departing.ratio, "low": curve.low, "high": curve.high, "p_value": curve.p_value}
    return told | {"raised": curve.shown, "reason": "" if curve.shown else str(Refused.PESTERING_OR_COLD)}


def _harm_row(ratio: Harm | CannotTell) -> dict[str, object]:
    if isinstance(ratio, CannotTell):
        return {"reason": str(ratio.reason)}
    return {
        "touches": int(ratio.trials_many),
        "forbade": int(ratio.events_many),
        "expected_forbade": ratio.expected_few,
        "ratio": ratio.ratio,
        "low": ratio.low,
        "high": ratio.high,
        "p_value": ratio.p_value,
    }


def notes(answer: Friction) -> list[str]:
    """What a reader should know."""
    lines = [
        "A share that falls with the touch number is no sign of pestering: whoever answers readily answers first.",
        "Looked at is the last year. Touches in fourteen days are those since the buyer's last act, of sequences too.",
    ]
    if answer.one_in > 1:
        lines.append(f"There are many buyers: every {answer.one_in}th, drawn by lot, was looked at.")
    if answer.touches and not answer.reps_compared:
        lines.append(f"Fewer than five reps have {LEAST_RUNS} rounds of touches: nobody is compared with a team.")
    return lines


def _pace(low: int, high: int) -> str:
    return f"{low} or more" if high > 100 else str(low) if low == high else f"{low} to {high}"
