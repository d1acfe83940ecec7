"""Explanations as text for a person, and as rows for a machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from answerback.analysis.explain import EffortExplained, FigureExplained, LinkExplained
from answerback.domain.answers import Rate
from answerback.present.formats import with_text_instants
from answerback.present.on_base import interval_text, on_base_table
from answerback.present.words import SHOWN_AS, cannot_tell

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def duration(seconds: int) -> str:
    """A stretch of time in its largest useful unit.

    >>> duration(40), duration(7200), duration(90_000), duration(-86_400 * 3)
    ('40 s', '2 h', '25 h', '-3 d')
    """
    sign, size = ("-" if seconds < 0 else ""), abs(seconds)
    if size >= 2 * _DAY:
        return f"{sign}{size / _DAY:.0f} d"
    if size >= 2 * _HOUR:
        return f"{sign}{size / _HOUR:.0f} h"
    return f"{sign}{size / _MINUTE:.0f} min" if size >= 2 * _MINUTE else f"{sign}{size} s"


@dataclass(frozen=True, slots=True)
class Told:
    """An explanation: a story for a person with rows below it, and the same as one document for a machine."""

    story: str
    rows: pa.Table
    document: dict[str, object]


def tell_on_base(found: FigureExplained) -> Told:
    """The figure's story: definition, counts, rate, SQL; then its efforts as rows."""
    lines = ["What it is", f"  {found.definition}", "", "What it counts"]
    for cell in found.answer.cells:
        keys = ", ".join(f"{name} {value}" for name, value in cell.keys.items())
        counts = (
            f"{cell.on_base} {SHOWN_AS['on_base']} ({cell.proved} proved), "
            f"{cell.answered} {SHOWN_AS['answered']} otherwise, {cell.unanswered} {SHOWN_AS['unanswered']}, "
            f"{cell.still_open} {SHOWN_AS['open']}, {cell.unseen} {SHOWN_AS['unseen']}"
        )
        lines.append(f"  {keys}: {cell.efforts} touches: {counts}")
        if isinstance(cell.rate, Rate):
            rate = cell.rate
            lines.append(
                f"    on base {interval_text(rate)}: {rate.successes:g} of {rate.exposure:.1f} that have matured; "
                f"{rate.prior_weight:.0%} of it is the peers' word; "
                f"alone {rate.jeffreys_low * 100:.0f}–{rate.jeffreys_high * 100:.0f} %"
            )
        else:
            lines.append(f"    {cannot_tell(cell.rate)}")
    if not found.answer.cells:
        lines.append("  no touches fit")
    lines += ["", "The query", *(f"  {line}" for line in found.sql.splitlines()), "", "The touches"]
    document: dict[str, object] = {
        "definition": found.definition,
        "sql": found.sql,
        "figures": with_text_instants(on_base_table(found.answer)).to_pylist(),
        "efforts": with_text_instants(found.rows).to_pylist(),
    }
    return Told("\n".join(lines), found.rows, document)


def tell_link(found: LinkExplained) -> Told:
    """The act, what it answers, and why the others were not taken."""
    act = found.action
    lines = [
        f"The act: {act['kind']} ({act['evidence']}, {act['stance']}) at {act['occurred_at']:%Y-%m-%d %H:%M:%S} UTC"
    ]
    if found.link is None:
        reason = "" if act["counts"] else "; an act of this kind never counts"
        lines.append(f"It answers no touch{reason}.")
    else:
        lag = duration(int(str(found.link["lag_seconds"])))
        lines.append(
            f"It answers {found.link['effort_id']} by {found.link['basis']} ({found.link['grade']}), after {lag}."
        )
    if act["contested"]:
        lines.append("It is contested: only the rep's own view has it until that is settled.")
    lines += ["", "Touches it might have answered" if found.candidates else "No touch shares anything with it."]
    rows = [
        {
            "effort_id": each.effort_id,
            "basis": each.basis,
            "play": each.play,
            "occurred_at": each.occurred_at,
            "lag": duration(each.lag_seconds),
            "verdict": each.verdict,
        }
        for each in found.candidates
    ]
    types = {"occurred_at": pa.timestamp("us")}
    names = ("effort_id", "basis", "play", "occurred_at", "lag", "verdict")
    schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
    table = pa.Table.from_pylist(rows, schema=schema)
    document: dict[str, object] = {
        "action": _plain(found.action),
        "link": _plain(found.link),
        "candidates": with_text_instants(table).to_pylist(),
    }
    return Told("\n".join(lines), table, document)


def tell_effort(found: EffortExplained) -> Told:
    """The touch, what came of it, and the acts linked to it as rows."""
    effort = found.effort
    made = f"{effort['play']} by {effort['rep_id']} at {effort['occurred_at']:%Y-%m-%d %H:%M:%S} UTC"
    lines = [f"The touch: {made} ({effort['evidence']}, by {effort['origin']})"]
    if found.outcome is None:
        why = "it registers an act" if effort["registration"] else "its play does not count"
        lines.append(f"It is shown and not counted: {why}.")
    else:
        state = str(found.outcome["state"])
        proof = ", proved" if found.outcome["proved"] else ""
        lines.append(f"What came of it: {SHOWN_AS.get(state, state)}{proof}.")
        if found.outcome["contested"]:
            what = "It" if effort["contested"] else "An answer to it"
            lines.append(f"{what} is contested: only the rep's own view has it until that is settled.")
    lines += ["", "Acts linked to it"]
    document: dict[str, object] = {
        "effort": _plain(found.effort),
        "outcome": _plain(found.outcome),
        "acts": with_text_instants(found.acts).to_pylist(),
    }
    return Told("\n".join(lines), found.acts, document)


def _plain(row: Mapping[str, object] | None) -> dict[str, object] | None:
    if row is None:
        return None
    return {
        name: value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
        for name, value in row.items()
    }
