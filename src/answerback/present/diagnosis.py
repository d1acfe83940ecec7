"""Person or system in plain words: the answer first, then the figures that it rests on, then what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from answerback.analysis.diagnose.answer import Cause, Counts, Diagnosis, Shift
from answerback.analysis.diagnose.finding import size_of
from answerback.analysis.diagnose.levels import Levels
from answerback.analysis.replacing import Replacing
from answerback.domain.findings import Verdict
from answerback.domain.refusals import Refused
from answerback.present.refusals import refusal_text
from answerback.present.verdicts import DIMENSIONS, answer_lines, percent, place_text, points, value_text

CAUTION = "What is said of a person is no sole basis for pay, promotion or dismissal."
_SCHEMA = pa.schema(
    [
        ("what", pa.string()),
        ("dimension", pa.string()),
        ("value", pa.string()),
        ("verdict", pa.string()),
        ("since", pa.date32()),
        ("touches_before", pa.float64()),
        ("moved_before", pa.float64()),
        ("touches_now", pa.float64()),
        ("moved_now", pa.float64()),
        ("rate_before", pa.float64()),
        ("rate_now", pa.float64()),
        ("change", pa.float64()),
        ("change_low", pa.float64()),
        ("change_high", pa.float64()),
        ("p_value", pa.float64()),
        ("text", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Told:
    """Lines before the tables, tables for eyes by their titles, lines after them, and rows for machines."""

    answer: tuple[str, ...]
    tables: Mapping[str, pa.Table]
    notes: tuple[str, ...]
    rows: pa.Table


def tell_diagnosis(told: Diagnosis, ids: Mapping[int, str], *, replacing: Replacing | None = None) -> Told:
    """A diagnosis in words, with reps by id."""
    rows = _rows(told, ids)
    names = [place_text(row["dimension"], row["value"]) if row["dimension"] else row["what"] for row in rows]
    tables = {}
    if told.period is not None and told.counts.efforts_now:
        tables[""] = pa.table(
            {
                "like for like": pa.array(names, pa.string()),
                "touches before": pa.array([_whole(row["touches_before"]) for row in rows], pa.int64()),
                "moved": pa.array([percent(row["rate_before"]) for row in rows], pa.string()),
                "touches since": pa.array([_whole(row["touches_now"]) for row in rows], pa.int64()),
                "moved since": pa.array([percent(row["rate_now"]) for row in rows], pa.string()),
                "changed by": pa.array([_interval(row) for row in rows], pa.string()),
                "beyond chance": pa.array([_sure(row) for row in rows], pa.string()),
            }
        )
    if (parts := _sum(told)) is not None:
        tables["The change of the rate as a sum"] = parts
    answer = answer_lines(told, ids)
    return Told(
        answer=tuple(answer),
        tables=tables,
        notes=tuple(line for line in _notes(told, replacing) if line not in answer),
        rows=pa.Table.from_pylist(rows + _parts(told) + _refusals(told), schema=_SCHEMA),
    )


def _rows(told: Diagnosis, ids: Mapping[int, str]) -> list[dict[str, object]]:
    rows = [_row("all touches", "", "", told, told.counts, None)]
    rows += [_of_cause(told, cause, ids) for cause in told.causes]
    if told.everybody is not None:
        shift = told.everybody.shift
        row = _row(
            "everybody, the rest taken out" if told.causes or told.people else "everybody",
            "",
            "",
            told,
            told.counts,
            shift,
        )
        row |= {"touches_before": None, "touches_now": None, "rate_before": None, "rate_now": None}
        row |= {"moved_before": None, "moved_now": None, "since": told.everybody.since}
        row["verdict"] = str(Verdict.SYSTEMIC) if told.everybody.changed else ""
        rows.append(row)
    for person in told.people:
        row = _row("person", "rep", ids.get(person.rep_key, str(person.rep_key)), told, person.counts, person.shift)
        rows.append(row | {"since": person.since, "verdict": str(Verdict.INDIVIDUAL)})
    return rows


def _of_cause(told: Diagnosis, cause: Cause, ids: Mapping[int, str]) -> dict[str, object]:
    value = value_text(cause.place, ids)
    row = _row("cause", cause.place.dimension, value, told, cause.counts, cause.shift)
    return row | {"since": cause.since, "verdict": str(Verdict.SEGMENT)}


def _row(  # noqa: PLR0917 - the columns of a row
    what: str, dimension: str, value: str, told: Diagnosis, counts: Counts, shift: Shift | None
) -> dict[str, object]:  # fmt: skip
    size = size_of(shift, counts if counts.efforts_before else told.counts) if shift is not None else None
    return {
        "what": what,
        "dimension": dimension,
        "value": value,
        "verdict": "",
        "since": None,
        "touches_before": counts.efforts_before,
        "moved_before": counts.moved_before,
        "touches_now": counts.efforts_now,
        "moved_now": counts.moved_now,
        "rate_before": counts.before,
        "rate_now": counts.now,
        "change": size.change if size else None,
        "change_low": size.low if size else None,
        "change_high": size.high if size else None,
        "p_value": shift.p_value if shift else None,
        "text": "",
    }


def _parts(told: Diagnosis) -> list[dict[str, object]]:
    found = told.decomposition
    if found is None:
        return []
    empty = dict.fromkeys(_SCHEMA.names)
    rows = [empty | {"what": "part of the change: equal touches", "change": found.rate}]
    for part in found.parts:
        half = 1.96 * part.error
        rows.append(
            empty
            | {
                "what": "part of the change: mix",
                "dimension": part.dimension,
                "value": part.most,
                "change": part.change,
                "change_low": part.change - half,
                "change_high": part.change + half,
            }
        )
    return rows


def _refusals(told: Diagnosis) -> list[dict[str, object]]:
    empty = dict.fromkeys(_SCHEMA.names)
    return [empty | {"what": f"not known: {each.reason}", "text": refusal_text(each)} for each in told.settle]


def _notes(told: Diagnosis, replacing: Replacing | None) -> list[str]:
    lines = []
    if told.period is not None:
        lines.append(
            f"Since {told.period.turn}, held against {told.period.start} to {told.period.turn}; moved by proof only. "
            f"{told.looked_at} parts and groups were compared"
            + (f", from {told.windows} possible beginnings." if told.windows > 1 else ".")
        )
    lines += [refusal_text(each) for each in told.settle if each.reason is not Refused.NOTHING_STANDS_OUT]
    if told.verdict is Verdict.CANNOT_TELL and told.reps_with_enough and told.period is not None:
        lines.append(
            "With 20 touches a week and rep, a fall of one person to a quarter of the odds is seen in two of five "
            "cases within four weeks; with 5 a week a fault of the system may be found, never one of a person."
        )
    if told.slowed is not None:
        lines.append(
            f"Answers take {told.slowed.times:.1f} times as long as before ({told.slowed.low:.1f} to "
            f"{told.slowed.high:.1f}); only touches that waited in full were compared."
        )
    if replacing is not None:
        lines.append(
            f"Average reps in place of the {replacing.replaced} with the lowest rates would have moved "
            f"{replacing.more:,.0f} buyers more than {replacing.on_base:,} ({replacing.share:.1%})."
        )
    if told.people:
        lines.append(CAUTION)
    return lines


def _sum(told: Diagnosis) -> pa.Table | None:
    found = told.decomposition
    if found is None:
        return None
    shown = [part for part in found.parts if abs(part.change) >= 0.0005]
    # What equal touches did takes up the rounding, and the parts that are too small to show: the column adds
    # up as it is.
    tenths = {"before": round(found.before * 1000), "now": round(found.now * 1000)}
    mixed = [round(part.change * 1000) for part in shown]
    equal = tenths["now"] - tenths["before"] - sum(mixed)
    lines = [("rate before", percent(found.before, 1)), ("what equal touches did", points(equal / 1000))]
    lines += [
        (
            (
                f"other shares by {DIMENSIONS.get(part.dimension, part.dimension)}: most of all "
                f"{part.most}, {percent(part.share_before)} to {percent(part.share_now)}"
            ),
            points(change / 1000),
        )
        for part, change in zip(shown, mixed, strict=True)
    ]
    lines.append(("rate since", percent(found.now, 1)))
    return pa.table({"part": [name for name, _ in lines], "points": [value for _, value in lines]})


def tell_levels(told: Levels, ids: Mapping[int, str]) -> Told:
    """Where each rep stands beside what the same touches usually bring, in order of their ids: no ranking."""
    standings = sorted(told.standings, key=lambda each: ids.get(each.rep_key, str(each.rep_key)))
    outside = [each for each in standings if each.outside]
    said = {True: "outside", False: "inside", None: "too few touches to say"}
    rows = pa.table(
        {
            "rep": [ids.get(each.rep_key, str(each.rep_key)) for each in standings],
            "touches": [round(each.efforts) for each in standings],
            "moved": [round(each.moved) for each in standings],
            "rate": [each.rate for each in standings],
            "usual": [each.expected for each in standings],
            "low": [each.low for each in standings],
            "high": [each.high for each in standings],
            "limits": [said[each.outside] for each in standings],
        }
    )
    eyes = pa.table(
        {
            "rep": rows["rep"],
            "touches": rows["touches"],
            "moved": ["" if each.outside is None else percent(each.rate) for each in standings],
            "usual for these": [percent(each.expected) for each in standings],
            "chance": ["" if each.outside is None else _limits(each.low, each.high) for each in standings],
            "limits": rows["limits"],
        }
    )
    if outside:
        names = ", ".join(ids.get(each.rep_key, str(each.rep_key)) for each in outside)
        first = f"Outside the limits of chance: {names}. The others differ by nothing that can be told from chance."
    else:
        first = "Nobody is outside the limits of chance: that some rates are higher than others is what chance does."
    note = (
        f"{told.start} to {told.end}. Limits of 99.8 % around what the same kinds of touch to the same kinds of buyer "
        f"usually bring; reps differ {told.phi:.1f} times as much as by chance, and the limits are as much wider."
    )
    return Told((first,), {"": eyes}, (note, *((CAUTION,) if outside else ())), rows)


def _limits(low: float, high: float) -> str:
    return f"{low * 100:.0f}–{high * 100:.0f} %"


def _whole(value: object) -> int | None:
    return round(value) if isinstance(value, float) else None


def _interval(row: Mapping[str, object]) -> str:
    change, low, high = row["change"], row["change_low"], row["change_high"]
    if not isinstance(change, float) or not isinstance(low, float) or not isinstance(high, float):
        return ""
    return f"{change * 100:+.1f} ({low * 100:+.1f} to {high * 100:+.1f})".replace("-", "\u2212")


def _sure(row: Mapping[str, object]) -> str:
    if row["p_value"] is None:
        return ""
    return "yes" if row["verdict"] else "no"
