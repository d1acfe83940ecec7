"""How large what was found is, in words: before and after or here and there, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from answerback.domain.findings import Finding, FindingKind, Measure, Size
from answerback.present.refusals import number, percent
from answerback.present.words import OF_DEALS

_AGAINST_OTHERS = frozenset({FindingKind.STRENGTH, FindingKind.REPEAT, FindingKind.PROCESS})
"""Kinds whose `before` is what the others do, not a time before."""


def _points(share: float) -> str:
    return f"{share * 100:.0f}"


def _money(minor: float) -> str:
    return f"{minor / 100:,.0f}"


_SHOWN: Mapping[str, tuple[Callable[[float], str], Callable[[float], str]]] = MappingProxyType(
    {"share": (percent, _points), "money_minor": (_money, _money)}
)
"""By unit: how a level and how a difference is written."""
_UNIT = MappingProxyType({"share": " points", "per_day": " a day", "days": " days"})
_SHARES = frozenset({Measure.ON_BASE, Measure.HARM, Measure.MISSED})
"""Measures whose levels are shares, where the change is told in times as much."""


def size_text(
    size: Size, kind: FindingKind = FindingKind.CHANGE, measure: Measure = Measure.ON_BASE
) -> str:  # fmt: skip
    """Before and after, or here and there, and the 95 % interval of the difference.

    >>> size_text(Size(0.3, 0.1, -0.2, -0.3, -0.1))
    'from 30 % to 10 %, a difference of -20 points (-30 to -10)'
    >>> size_text(Size(None, None, 125_000, 40_000, 230_000, "money_minor"))
    '1,250 (400 to 2,300)'
    >>> size_text(Size(0.53, 0.47, 0.88, 0.82, 0.96, "ratio"))
    'from 53 % to 47 %, 0.88 times as much (0.82 to 0.96)'
    """
    if size.unit == "ratio":
        level = _money if measure is Measure.EXPENSE_PER_WIN else percent if measure in _SHARES else number
        levels = (
            "" if size.before is None or size.after is None else f"from {level(size.before)} to {level(size.after)}, "
        )
        times = "times the odds" if kind is FindingKind.SEAT else "times as much"
        return f"{levels}{size.change:.2f} {times} ({size.low:.2f} to {size.high:.2f})"
    shown, apart = _SHOWN.get(size.unit, (number, number))
    difference = apart(size.change) + _UNIT.get(size.unit, "")
    interval = f"({apart(size.low)} to {apart(size.high)})"
    if size.before is None or size.after is None:
        return f"{difference} {interval}"
    if kind is FindingKind.RUT:
        return (
            f"{shown(size.before)} with it, {shown(size.after)} with the other, a difference of {difference} {interval}"
        )
    if measure is Measure.CHANNEL:
        return (
            f"{shown(size.after)} of what buyers say by a channel of their choice and {shown(size.before)} of our"
            f" touches, a difference of {difference} {interval}"
        )
    if kind in _AGAINST_OTHERS or measure is Measure.ASKED_AGAIN:
        return f"{shown(size.after)} here, {shown(size.before)} for the others, a difference of {difference} {interval}"
    return f"from {shown(size.before)} to {shown(size.after)}, a difference of {difference} {interval}"


def figure_text(finding: Finding, size: Size) -> str:
    """The figure of a finding as a sentence, with its interval."""
    if finding.measure in OF_DEALS and size.before is not None and size.after is not None:
        low, high = percent(size.before + size.low), percent(size.before + size.high)
        whose = {Measure.LOSS_REASON: "would be half of them", Measure.RISK_TAKEN: "to be expected"}.get(
            finding.measure
        )
        usual = whose or ("for the others" if finding.subject.kind == "rep" else "before")
        return f"That is {percent(size.after)} (95 % interval {low} to {high}); {percent(size.before)} {usual}."
    if finding.measure is Measure.MISSED and size.unit == "share":
        return f"That is {percent(size.change)} (95 % interval {percent(size.low)} to {percent(size.high)})."
    if finding.kind is not FindingKind.INCREMENT:
        return f"That is {size_text(size, finding.kind, finding.measure)}, 95 % interval in brackets."
    what = (
        "of what buyers did after a touch would not have come anyway"
        if finding.subject.kind == "organisation"
        else "of these touches brought an act that would not have come anyway"
    )
    return f"{percent(size.change)} {what} (95 % interval {percent(size.low)} to {percent(size.high)})."
