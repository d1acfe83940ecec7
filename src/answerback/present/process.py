"""How chains run, in words and rows: what comes next, where they stop, the ways that they take."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from answerback.analysis.process import Flow, Follows, Process, Stop
from answerback.analysis.process.stopping import GROUPS
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.explain import Told, duration
from answerback.present.formats import with_text_instants
from answerback.present.words import counted

MOST_ROWS = 15
"""So many arrows, and so many places where stories stop, are shown."""
MOST_LABELS = 5
"""Of so many places the stops are shown by quarter and segment."""
_ROWS = (
    ("about", pa.string()),
    ("name", pa.string()),
    ("next", pa.string()),
    ("group", pa.string()),
    ("count", pa.int64()),
    ("chains", pa.int64()),
    ("share", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("median_seconds", pa.float64()),
    ("lower_seconds", pa.float64()),
    ("upper_seconds", pa.float64()),
    ("mean_seconds", pa.float64()),
    ("went_on", pa.int64()),
    ("won", pa.int64()),
    ("lost", pa.int64()),
    ("silent", pa.int64()),
    ("early", pa.int64()),
    ("apart", pa.bool_()),
    ("reason", pa.string()),
)


def answer_lines(found: Process) -> list[str]:
    """What usually comes next, and where stories stop."""
    told = found.flow
    if not told.chains:
        return ["No story fits: nothing happened in one."]
    lines = [f"{counted(told.chains, 'story', 'stories')} with {told.events:,} touches and acts of buyers."]
    if told.follows:
        first = told.follows[0]
        lines.append(
            f"Most often {_named(first.after)} comes after {_named(first.before)}:"
            f" {counted(first.count, 'time', 'times')} in {counted(first.chains, 'story', 'stories')}, half of them"
            f" within {_length(first.median_seconds)}."
        )
    changes = [each for each in told.follows if each.before != each.after]
    if changes and changes[0] is not told.follows[0]:
        other = changes[0]
        lines.append(
            f"Of what leads on, {_named(other.after)} after {_named(other.before)} is the most frequent:"
            f" {other.share:.0%} of what comes after it, half of it within {_length(other.median_seconds)}."
        )
    return lines + _stop_lines(found.stops)


def _stop_lines(stops: Sequence[Stop]) -> list[str]:
    whole = [each for each in stops if not each.about and each.stopped]
    if not whole:
        return ["No story has stopped so far."]
    told = [each for each in whole if not isinstance(each.dropped, CannotTell)]
    if not told:
        return ["Where stories stop cannot be told yet: too few have ended or fallen silent."]
    most = told[0]
    said = (
        f"Most stories stop after {_named(most.label)}: {most.stopped:,} of the {most.came - most.early:,} that came to"
        f" it and are decided, {_share(most)}."
    )
    lines = [said]
    apart = [each for each in stops if each.apart]
    for each in sorted(apart, key=lambda one: -one.stopped)[:1]:
        rest = next(one for one in whole if one.label == each.label)
        lines.append(
            f"Apart from the rest by more than chance: after {_named(each.label)}, of stories"
            f" {_group_text(each)} {_share(each)} stop; of all {_share(rest)}."
        )
    return lines


def _group_text(each: Stop) -> str:
    return f"begun in the {_quarter(each.group)}" if each.about == "quarter" else f"in segment {each.group or '(none)'}"


def _quarter(first_day: str) -> str:
    """The quarter that begins on a day.

    >>> _quarter("2012-04-01")
    'quarter from 2012-04'
    """
    return f"quarter from {first_day[:7]}"


def _named(label: str) -> str:
    return f"“{label.replace('_', ' ')}”"


def _share(each: Stop) -> str:
    if isinstance(each.dropped, CannotTell):
        return "too early" if each.dropped.reason is Refused.CHAINS_OPEN else "too few"
    return f"{each.dropped:.0%} ({each.low:.0%} to {each.high:.0%})"


def arrows_for_eyes(told: Flow) -> pa.Table:
    """What comes after what, how often and after how long."""
    rows = [
        {
            "after": each.before.replace("_", " "),
            "comes": each.after.replace("_", " "),
            "times": f"{each.count:,}",
            "of all that comes": f"{each.share:.0%}",
            "stories": f"{each.chains:,}",
            "half within": _length(each.median_seconds),
            "the middle half": spread(each.lower_seconds, each.upper_seconds),
        }
        for each in told.follows[:MOST_ROWS]
    ]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def variants_for_eyes(told: Flow) -> pa.Table:
    """The ways that stories take."""
    rows = [
        {
            "stories": f"{each.chains:,}",
            "won": f"{each.won:,}",
            "lost": f"{each.lost:,}",
            "usually lasts": _length(each.median_seconds),
            "way": " → ".join(_with_repeats(each.labels)),
        }
        for each in told.variants
    ]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _with_repeats(labels: Sequence[str]) -> list[str]:
    """Labels, the same one several times in a row told once.

    >>> _with_repeats(["call", "call", "no_show", "call"])
    ['call (2 times)', 'no show', 'call']
    """
    told: list[tuple[str, int]] = []
    for label in labels:
        if told and told[-1][0] == label:
            told[-1] = label, told[-1][1] + 1
        else:
            told.append((label, 1))
    return [label.replace("_", " ") + (f" ({times} times)" if times > 1 else "") for label, times in told]


def stops_for_eyes(stops: Sequence[Stop]) -> pa.Table:
    """Where stories stop, all of them."""
    rows = [_stop_row(each) for each in stops if not each.about][:MOST_ROWS]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _stop_row(each: Stop) -> dict[str, str]:
    return {
        "after": each.label.replace("_", " "),
        "came to it": f"{each.came:,}",
        "went on": f"{each.went_on:,}",
        "won": f"{each.won:,}",
        "lost": f"{each.lost:,}",
        "silent": f"{each.silent:,}",
        "too early": f"{each.early:,}",
        "stop there": _share(each),
    }


def groups_for_eyes(stops: Sequence[Stop], about: str) -> pa.Table:
    """Where stories stop, by quarter or segment: one column for each, the places where most stop."""
    labels = list(dict.fromkeys(each.label for each in stops if not each.about and each.stopped))[:MOST_LABELS]
    groups = sorted({each.group for each in stops if each.about == about})
    cells = {(each.label, each.group): each for each in stops if each.about == about}
    rows = []
    for label in labels:
        row = {"after": label.replace("_", " ")}
        for group in groups:
            cell = cells.get((label, group))
            said = "" if cell is None else _share(cell) + (" *" if cell.apart else "")
            row[_quarter(group) if about == "quarter" else group or "(none)"] = said
        rows.append(row)
    return pa.Table.from_pylist(rows) if rows and groups else pa.table({})


def rows_for_machines(found: Process) -> pa.Table:
    """One row per arrow, variant, place where stories stop (of all and by group), and one of durations."""
    told = found.flow
    rows: list[dict[str, object]] = [{"about": "all", "name": told.label, "count": told.events, "chains": told.chains}]
    if told.durations:
        least, lower, median, upper, greatest = told.durations
        rows[0] |= {"median_seconds": median, "lower_seconds": lower, "upper_seconds": upper}
        rows[0] |= {"low": least, "high": greatest}
    rows += [_arrow_row(each) for each in told.follows]
    rows += [
        {
            "about": "variant",
            "name": " > ".join(each.labels),
            "chains": each.chains,
            "won": each.won,
            "lost": each.lost,
            "median_seconds": each.median_seconds,
        }
        for each in told.variants
    ]
    rows += [_machine_stop(each) for each in found.stops]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_ROWS)))


def _arrow_row(each: Follows) -> dict[str, object]:
    names = ("count", "chains", "share", "median_seconds", "lower_seconds", "upper_seconds", "mean_seconds")
    return {"about": "next", "name": each.before, "next": each.after} | {name: getattr(each, name) for name in names}


def _machine_stop(each: Stop) -> dict[str, object]:
    names = ("went_on", "won", "lost", "silent", "early", "low", "high", "apart")
    row: dict[str, object] = {name: getattr(each, name) for name in names}
    row |= {"about": f"stop_by_{each.about}" if each.about else "stop", "name": each.label, "group": each.group}
    row |= {"chains": each.came}
    told = isinstance(each.dropped, float)
    return row | ({"share": each.dropped} if told else {"reason": str(getattr(each.dropped, "reason", ""))})


def notes(found: Process) -> list[str]:
    """How to read it."""
    if not found.flow.chains:
        return []
    said = ["What comes next is what came next: not what caused it."]
    if found.flow.variant_count > len(found.flow.variants) > 0:
        covered = sum(each.chains for each in found.flow.variants) / found.flow.chains
        said.append(
            f"There are {found.flow.variant_count:,} ways in all; the {len(found.flow.variants)} here are those of"
            f" {covered:.0%} of the stories (--variants tells more)."
        )
    if any(each.silent for each in found.stops):
        said.append(
            "Silent: still for longer than nineteen of twenty pauses after the same thing were. Too early: it may yet"
            " go on."
        )
    if any(each.apart for each in found.stops):
        said.append("* apart from the other stories that came there by more than chance, all comparisons counted.")
    return said


def tell_arrow(before: str, after: str, rows: pa.Table) -> Told:
    """Each time that one thing came directly after another."""
    seconds = sorted(rows["seconds"].to_pylist())
    middle = seconds[len(seconds) // 2]
    stories = len(set(rows["chain_id"].to_pylist()))
    story = (
        f"{_named(after)} came directly after {_named(before)} {counted(rows.num_rows, 'time', 'times')} in"
        f" {counted(stories, 'story', 'stories')}, usually after {_length(middle)}. The newest first; answerback chain"
        " tells a story as a whole."
    )
    document: dict[str, object] = {"before": before, "after": after, "times": with_text_instants(rows).to_pylist()}
    return Told(story, rows, document)


def spread(lower: float, upper: float) -> str:
    """The middle half of times.

    >>> spread(60, 7200)
    '60 s to 2 h'
    """
    return f"{_length(lower)} to {_length(upper)}"


def _length(seconds: float) -> str:
    return duration(round(seconds))


__all__ = [
    "GROUPS",
    "answer_lines",
    "arrows_for_eyes",
    "groups_for_eyes",
    "notes",
    "rows_for_machines",
    "stops_for_eyes",
    "tell_arrow",
    "variants_for_eyes",
]
