"""The times of steps in words and rows: how long until the next step, how many ever come to it, when it is quiet."""

from __future__ import annotations

import math

import pyarrow as pa

from answerback.analysis.steps.answer import AGES_DAYS, DIFFER, Difference, Span, Steps, StepTimes
from answerback.analysis.steps.opened import StepExplained
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.explain import Told, duration
from answerback.present.formats import with_text_instants
from answerback.present.refusals import refusal_text

_HOUR = 3600
_NUMBERS = ("spells", "next_step", "refused", "lost", "other", "open")
_ROWS = (
    *((name, pa.int64()) for name in _NUMBERS),
    ("most_often_next", pa.string()),
    ("curve_of", pa.string()),
    ("reason", pa.string()),
    *((name, pa.float64()) for name in ("ever", "ever_low", "ever_high")),
    *((name, pa.float64()) for name in ("median_hours", "median_low", "median_high", "quarter_hours")),
    ("three_quarters_hours", pa.float64()),
    *((name, pa.float64()) for name in ("quiet_hours", "quiet_low", "quiet_high")),
    *((f"still_comes_{days}_days", pa.float64()) for days in AGES_DAYS),
    ("differ_p_value", pa.float64()),
)


def answer_lines(answer: Steps) -> list[str]:
    """The answer first: the step that is waited for longest, and how many can be told of at all."""
    if not answer.steps:
        return ["Cannot tell: no touch or act of a buyer is in any story yet. Load deals or mail; then build."]
    told = [each for each in answer.steps if each.median_hours is not None]
    if not told:
        why = answer.steps[0].why or CannotTell(Refused.TOO_FEW_MOVED, have=0, need=30)
        return [refusal_text(why)]
    slowest = max(told, key=lambda each: each.median_hours.value if each.median_hours else 0.0)
    first = (
        f"The next step can be told of for {len(told)} of {len(answer.steps)} sorts of step. Slowest is"
        f" {slowest.key.shown!r}: half of those that are followed up are within {_time(_value(slowest.median_hours))}."
    )
    return [first, *(_difference(each) for each in answer.differences if each.p_value <= DIFFER)]


def _difference(each: Difference) -> str:
    return (
        f"{each.step.shown!r}: its {each.groups} groups do not wait equally long (log-rank, corrected for the number of"
        f" steps: {each.p_value:.2g})."
    )


def rows_for_eyes(answer: Steps) -> pa.Table:
    """One row per sort of step, the most frequent first, what we wait for before what buyers wait for."""
    rows = [
        {
            "after": each.key.shown,
            "times": each.spells,
            "next step": each.moved,
            "refused": each.refused,
            "lost": each.lost,
            "otherwise": each.other,
            "open": each.open,
            "ever": "" if each.ever is None else _share(each.ever),
            "half within": _between(each.median_hours),
            f"under {answer.below:.0%} after": _quiet(each),
            "curve of": _curve_of(each),
        }
        for each in answer.steps
    ]
    return pa.Table.from_pylist(rows)


def rows_for_machines(answer: Steps) -> pa.Table:
    """The same with every figure and both ends of its interval; a column for each name it is grouped by."""
    differ = {each.step: each.p_value for each in answer.differences}
    rows = []
    for each in answer.steps:
        row: dict[str, object] = dict(zip(each.key.names, each.key.values, strict=True))
        counted = (each.spells, each.moved, each.refused, each.lost, each.other, each.open)
        row |= dict(zip(_NUMBERS, counted, strict=True))
        row |= {"most_often_next": each.next_steps[0][0] if each.next_steps else None, "curve_of": _curve_of(each)}
        row |= {"reason": str(each.why.reason) if each.why else ""}
        row |= _span("ever", each.ever, whole="ever") | _span("median", each.median_hours, whole="median_hours")
        row |= _span("quiet", each.quiet_hours, whole="quiet_hours")
        if each.quarters_hours:
            row |= {"quarter_hours": each.quarters_hours[0], "three_quarters_hours": each.quarters_hours[1]}
        row |= {f"still_comes_{days}_days": at.value for days, at in zip(AGES_DAYS, each.chances, strict=False)}
        parents = (key for key in differ if set(key.names) < set(each.key.names) and key == each.key.kept(key.names))
        row |= {"differ_p_value": next((differ[key] for key in parents), None)}
        rows.append(row)
    schema = pa.schema([*((name, pa.string()) for name in answer.by), *_ROWS])
    return pa.Table.from_pylist(rows, schema=schema)


def notes(answer: Steps) -> list[str]:
    """What is not known, and how to read it."""
    if not answer.steps:
        return []
    quiet = (
        f"Under {answer.below:.0%} after: so long after a silent step the next one comes with a chance below"
        f" {answer.below:.0%} (court.quiet_below of the playbook); 'at once': hardly any is ever followed up."
    )
    lines = [
        "Ever: the share that the other side's next step ends; a refusal, or the deal's end, may come first.",
        quiet,
    ]
    if borrowed := sum(each.taken_from is not None and each.taken_from != each.key for each in answer.steps):
        lines.append(f"{borrowed} sorts of step are too thin for a curve of their own and take a coarser one's.")
    lines += sorted({f"{each.key.shown}: {refusal_text(each.why)}" for each in answer.steps if each.why})[:5]
    return lines


def tell_step(found: StepExplained) -> Told:
    """A figure opened: its definition, counts, curve, SQL, then the steps behind it."""
    each = found.step
    lines = ["What it is", f"  {found.definition}", "", "What it counts"]
    lines.append(
        f"  {each.key.shown}: {each.spells:,} times; next step {each.moved:,}, refused {each.refused:,}, lost"
        f" {each.lost:,}, otherwise over {each.other:,}, still open {each.open:,}"
    )
    lines += [f"    then {name}: {n:,}" for name, n in each.next_steps[:6]]
    if each.why is not None:
        lines.append(f"  {refusal_text(each.why)}")
    if each.ever is not None:
        lines.append(f"  ever followed by a next step: {_share(each.ever)} (curve of {_curve_of(each)})")
    if each.median_hours is not None:
        lines.append(f"  half of those within {_between(each.median_hours)}")
    for days, chance in zip(AGES_DAYS, each.chances, strict=False):
        lines.append(f"  silent for {days} d: it still comes with a chance of {_share(chance)}")
    lines += ["", "How it is counted", *(f"  {line}" for line in found.sql.splitlines())]
    document: dict[str, object] = {
        "definition": found.definition,
        "sql": found.sql,
        "steps": with_text_instants(found.rows).to_pylist(),
        "counts": dict(
            zip(_NUMBERS, (each.spells, each.moved, each.refused, each.lost, each.other, each.open), strict=True)
        ),
    }
    return Told("\n".join(lines), found.rows, document)


def _curve_of(each: StepTimes) -> str:
    if each.taken_from is None:
        return "cannot tell"
    return "its own" if each.taken_from == each.key else each.taken_from.shown


def _quiet(each: StepTimes) -> str:
    if each.quiet_hours is None:
        return ""
    return "at once" if each.quiet_hours.value == 0 else _between(each.quiet_hours)


def _share(of: Span) -> str:
    return f"{of.value:.0%} ({of.low:.0%} to {of.high:.0%})"


def _between(of: Span | None) -> str:
    if of is None or math.isnan(of.value):
        return ""
    return f"{_time(of.value)} ({_time(of.low)} to {_time(of.high)})"


def _time(hours: float) -> str:
    return duration(round(hours * _HOUR)) if math.isfinite(hours) else "?"


def _value(of: Span | None) -> float:
    return of.value if of is not None else math.nan


def _span(name: str, of: Span | None, *, whole: str) -> dict[str, object]:
    if of is None:
        return {}
    told = {whole: of.value, f"{name}_low": of.low, f"{name}_high": of.high}
    return {key: value if math.isfinite(value) else None for key, value in told.items()}
