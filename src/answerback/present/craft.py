"""Patterns of one's own craft in words and rows: of the task (touch, buyers, step), never of a person."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from answerback.analysis.craft import Craft
from answerback.analysis.craft.cells import Group
from answerback.analysis.craft.endings import Repeat
from answerback.analysis.craft.plays import Groove, Rut, Strong
from answerback.domain.refusals import CannotTell
from answerback.present.refusals import refusal_text
from answerback.stats.same_ending import LAST

_ROWS = (
    ("pattern", pa.string()),
    ("rep", pa.string()),
    ("play", pa.string()),
    ("segment", pa.string()),
    ("step", pa.string()),
    ("named", pa.bool_()),
    ("touches", pa.int64()),
    ("answers", pa.int64()),
    ("rate", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("peers_rate", pa.float64()),
    ("other_play", pa.string()),
    ("other_rate", pa.float64()),
    ("sure", pa.float64()),
    ("since", pa.date32()),
    ("alike", pa.int64()),
    ("ended", pa.int64()),
    ("by_chance", pa.float64()),
    ("cause", pa.string()),
    ("cause_in", pa.int64()),
    ("with_cause", pa.int64()),
)


def answer_lines(answer: Craft, ids: Mapping[int, str], *, one: bool) -> list[str]:
    """The answer first, good news before the rest. With `one` it is about one rep, who is not named again."""
    if not answer.touches and isinstance(answer.repeats, CannotTell):
        return ["Cannot tell: no touches that have waited in full, and no deals that ended, were loaded."]
    said: list[tuple[int, str]] = [(each.rep_key, strength_text(each)) for each in answer.strengths if each.named]
    said += [(each.rep_key, groove_text(each)) for each in answer.grooves if each.named]
    said += [(each.rep_key, rut_text(each)) for each in answer.ruts if each.named]
    again = () if isinstance(answer.repeats, CannotTell) else answer.repeats
    said += [(each.rep_key, repeat_text(each)) for each in again if each.named]
    said.sort(key=lambda each: ids.get(each[0], str(each[0])))  # by name: nobody is ranked
    lines = [_whose(rep_key, ids, one=one) + text for rep_key, text in said]
    return lines or ["No pattern stands out: what was seen is what chance does. The table says what works for whom."]


def _whose(rep_key: int, ids: Mapping[int, str], *, one: bool) -> str:
    return "" if one else f"{ids.get(rep_key, str(rep_key))}: "


def strength_text(strong: Strong) -> str:
    """Where somebody is strongest."""
    return (
        f"strongest at {_task(strong.group)}: {strong.answers} of {strong.touches} moved the buyer, about"
        f" {strong.rate:.0%} ({strong.low:.0%} to {strong.high:.0%}) where peers' move {strong.peers:.0%}."
    )


def groove_text(groove: Groove) -> str:
    """A rate that rose and held."""
    return (
        f"{groove.play!r} rose in the week of {groove.since} and held: from {groove.before:.0%} to {groove.after:.0%},"
        f" {groove.answers} of {groove.touches} touches since."
    )


def rut_text(rut: Rut) -> str:
    """The same kind of touch again, while another one works."""
    return (
        f"{rut.touches} touches by {_task(rut.group)} moved {rut.answers}, about {rut.rate:.0%}; peers' move"
        f" {rut.peers:.0%}. By {rut.other.play!r} about {rut.other_rate:.0%} of these buyers move. The first makes up"
        f" {rut.share:.0%} of the touches there, for peers {rut.peers_share:.0%}."
    )


def repeat_text(again: Repeat) -> str:
    """The same ending, its chance among peers, and its cause."""
    text = (
        f"{again.of_last} of the last {LAST} deals that ended were lost at {again.step or 'an unnamed step'!r}, and"
        f" {again.alike} of {again.ended} within the year; of peers' {again.peers_share:.0%} are. By chance three of"
        f" five would be so {again.by_chance:.0%} of the time."
    )
    return f"{text} {cause_text(again)}"


def cause_text(again: Repeat) -> str:
    """What stood in the way, as far as it was recorded."""
    if isinstance(again.cause, CannotTell):
        return "Cause unknown: record objections at this step."
    if not again.cause:
        return f"No single cause: different things were recorded for {again.with_cause} of them."
    return f"Mostly {again.cause!r}: recorded in {again.cause_in} of the {again.with_cause} of which a cause is known."


def _task(group: Group) -> str:
    return f"{group.play!r}" + (f" to {group.segment} buyers" if group.segment else "")


def works_for_eyes(answer: Craft) -> pa.Table:
    """Which kind of touch works for buyers like these, everybody's."""
    return pa.Table.from_pylist(
        [
            {
                "step": each.group.step or "(none yet)",
                "buyers": each.group.segment or "(all)",
                "kind of touch": each.group.play,
                "reps": each.reps,
                "touches": each.touches,
                "moved (proved)": each.answers,
                "rate": f"{each.rate:.0%} ({each.low:.0%}–{each.high:.0%})",
            }
            for each in answer.works
        ]
    )


def rows_for_machines(answer: Craft, ids: Mapping[int, str]) -> pa.Table:
    """One row per kind of touch that works, strength, rut, groove and repeat; `named` says what was found."""
    rows = [
        {"pattern": "works", **_cell(each.group), "touches": each.touches, "answers": each.answers, "rate": each.rate,
         "low": each.low, "high": each.high}
        for each in answer.works
    ]  # fmt: skip
    rows += [_strong_row(each, ids) for each in answer.strengths]
    rows += [_rut_row(each, ids) for each in answer.ruts]
    rows += [_groove_row(each, ids) for each in answer.grooves]
    rows += [_repeat_row(each, ids) for each in ([] if isinstance(answer.repeats, CannotTell) else answer.repeats)]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_ROWS)))


def _cell(group: Group) -> dict[str, object]:
    return {"play": group.play, "segment": group.segment, "step": group.step}


def _strong_row(each: Strong, ids: Mapping[int, str]) -> dict[str, object]:
    row = {"pattern": "strength", "rep": ids.get(each.rep_key, str(each.rep_key)), **_cell(each.group)}
    row |= {"named": each.named, "touches": each.touches, "answers": each.answers, "rate": each.rate}
    return row | {"low": each.low, "high": each.high, "peers_rate": each.peers, "sure": each.probability}


def _rut_row(each: Rut, ids: Mapping[int, str]) -> dict[str, object]:
    row = {"pattern": "rut", "rep": ids.get(each.rep_key, str(each.rep_key)), **_cell(each.group), "named": each.named}
    row |= {"touches": each.touches, "answers": each.answers, "rate": each.rate, "peers_rate": each.peers}
    return row | {"other_play": each.other.play, "other_rate": each.other_rate, "sure": each.probability}


def _groove_row(each: Groove, ids: Mapping[int, str]) -> dict[str, object]:
    row = {"pattern": "groove", "rep": ids.get(each.rep_key, str(each.rep_key)), "play": each.play, "named": each.named}
    row |= {"touches": each.touches, "answers": each.answers, "rate": each.after, "sure": each.sure}
    return row | {"since": each.since}


def _repeat_row(each: Repeat, ids: Mapping[int, str]) -> dict[str, object]:
    row = {"pattern": "repeat", "rep": ids.get(each.rep_key, str(each.rep_key)), "step": each.step, "named": each.named}
    row |= {"alike": each.alike, "ended": each.ended, "peers_rate": each.peers_share, "by_chance": each.by_chance}
    row |= {"sure": each.sure, "since": each.since, "cause_in": each.cause_in, "with_cause": each.with_cause}
    return row | {"cause": each.cause if isinstance(each.cause, str) else "unknown"}


def notes(answer: Craft) -> list[str]:
    """What a reader should know."""
    lines = [
        "Observed, not tried: who is touched how was chosen, not drawn by lot. A trial of both kinds would settle it.",
        "Counted: the last year's touches made by hand and unasked that have waited in full; answers by proof alone.",
        "Of ruts, strengths and repeats named about 1 in 20 may be wrong, of grooves 1 in 10. Nobody is ranked.",
    ]
    if isinstance(answer.repeats, CannotTell):
        lines.append("The same ending again: " + refusal_text(answer.repeats))
    return lines
