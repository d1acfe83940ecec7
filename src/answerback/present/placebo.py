"""Placebos told: which effects vanished when the data were dealt at random, and what it means where one did not."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.placebo.run import Vanished

DEALT = MappingProxyType(
    {
        "answers": "answers, among touches of one kind and week",
        "weeks": "answers, among one rep's touches of one kind",
        "reps": "reps, among companies",
        "acts": "what buyers did, moved by whole weeks",
        "treatments": "conversations, among reps",
    }
)
"""By way of dealing, what was dealt."""
_DOUBT = MappingProxyType(
    {
        "changes": "Do not act on a change of a rep's rate: your data vary more from week to week than chance does.",
        "verdicts": "Do not act on a verdict: your data vary more from week to week than chance does.",
        "one person or one segment": "Do not act on a verdict about one person or one segment.",
        "one person": "Do not act on a verdict about one person: what differs between companies passes for a person.",
        "lift": "Do not believe that coaching helped: data in which it cannot have helped say the same.",
        "increment": "Do not believe in extra buyer actions: a hold-out would tell (`answerback holdout draw`).",
    }
)
"""By check, what not to do while its effect does not vanish."""
_MACHINES = pa.schema(
    [
        ("check", pa.string()), ("dealt", pa.string()), ("found_in_your_data", pa.int64()), ("data_sets", pa.int64()),
        ("counted", pa.string()), ("showed", pa.int64()), ("promised", pa.float64()), ("chance", pa.float64()),
        ("could_tell", pa.bool_()), ("vanishes", pa.bool_()),
    ]
)  # fmt: skip


def rows_for_machines(found: Sequence[Vanished]) -> pa.Table:
    """One row per check."""
    rows = [
        {
            "check": each.check,
            "dealt": each.way,
            "found_in_your_data": each.true.found,
            "data_sets": each.draws,
            "counted": "findings" if each.counted else "data sets",
            "showed": each.shown,
            "promised": each.promised,
            "chance": each.chance,
            "could_tell": each.could_tell,
            "vanishes": each.vanishes,
        }
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=_MACHINES)


def rows_for_eyes(found: Sequence[Vanished]) -> pa.Table:
    """The same in words."""
    rows = [
        {
            "what": each.check,
            "dealt": DEALT[each.way],
            "in your data": _counted(each.true.found),
            "in dealt data": _shown(each) if each.draws else "nothing to look at",
            "promised": _promised(each) if each.draws else "",
            "verdict": _verdict(each),
        }
        for each in found
    ]
    schema = pa.schema([(name, pa.string()) for name in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema)


def answer_lines(found: Sequence[Vanished]) -> list[str]:
    """The answer first, in plain words."""
    if not found or not any(each.draws for each in found):
        return ["Cannot tell: there is nothing to deal yet. Load touches and what buyers did, then build."]
    failed = [each for each in found if not each.vanishes]
    if not failed:
        return ["Every effect vanishes when your own data are dealt at random: the method does not make what it finds."]
    head = f"CAREFUL: {_and([each.check for each in failed])} did not vanish. This is a fault of Answerback."
    return [head, *map(_warning, failed)]


def _warning(failed: Vanished) -> str:
    return (
        f"{failed.check}: {_shown(failed)} without any effect; promised were {_promised(failed)}, and chance does not "
        f"explain it ({_chance(failed.chance)}). " + _DOUBT.get(failed.check, "Do not act on it.")
    )


def notes(found: Sequence[Vanished]) -> list[str]:
    """What is not known, below the table."""
    lines = []
    if few := [each.check for each in found if each.draws and not each.could_tell]:
        lines.append(f"Too few data sets for {_and(few)} to fail at all: take more with --draws.")
    if none := [each.check for each in found if not each.draws]:
        lines.append(
            f"Nothing to look at: {_and(none)}. Records are missing, or in dealt data it cannot be told at all."
        )
    if any(each.draws for each in found):
        lines.append(
            "Some dealt data sets show something by chance, as often as is promised. More than that is a fault."
        )
    return lines


def _verdict(each: Vanished) -> str:
    if not each.draws:
        return "not asked"
    if not each.vanishes:
        return "DOES NOT VANISH"
    return "vanishes" if each.could_tell else "cannot tell"


def _shown(each: Vanished) -> str:
    sets = f"{each.draws} data sets" if each.draws > 1 else "1 data set"
    return f"{_counted(each.shown)} in {sets}" if each.counted else f"something in {each.shown} of {sets}"


def _promised(each: Vanished) -> str:
    return f"about {each.promised:.1f} findings" if each.counted else f"{each.promised:.0%} at most"


def _counted(findings: int) -> str:
    return {0: "nothing", 1: "1 finding"}.get(findings, f"{findings} findings")


def _chance(share: float) -> str:
    return "less than one time in 10,000" if share < 1e-4 else f"one time in {1 / share:,.0f}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
