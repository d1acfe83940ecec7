"""How large what was found is, in words: before and after or here and there, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from answerback.domain.findings import Finding, FindingKind, Measure, Size
from answerback.present.refusals import number, percent
from answerback.present.words import OF_DEALS

_AGAINST_OTHERS = frozenset({FindingKind.STRENGTH, FindingKind.REPEAT, FindingKind.PROCESS, FindingKind.BALLS})
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
    'from 30 % to 10 %, 20 points fewer (95 % interval 10 to 30)'
    >>> size_text(Size(None, None, 125_000, 40_000, 230_000, "money_minor"))
    '1,250 (95 % interval 400 to 2,300)'
    >>> size_text(Size(0.53, 0.47, 0.88, 0.82, 0.96, "ratio"))
    'from 53 % to 47 %, 0.88 times as much (95 % interval 0.82 to 0.96)'
    >>> size_text(Size(0.07, 0.3, 4.3, 2.6, 7.2, "ratio"), FindingKind.BALLS, Measure.MISSED)
    '30 % here, 7 % for the others, 4.30 times as much (95 % interval 2.60 to 7.20)'
    """
    if size.unit == "ratio":
        times = "times the odds" if kind is FindingKind.SEAT else "times as much"
        difference = f"{size.change:.2f} {times} (95 % interval {size.low:.2f} to {size.high:.2f})"
        shown: Callable[[float], str] = number
        if measure is Measure.EXPENSE_PER_WIN:
            shown = _money
        elif measure in _SHARES:
            shown = percent
    else:
        difference = _difference(size, "beyond what would have come back anyway" if kind is FindingKind.LIFT else "")
        shown = _SHOWN.get(size.unit, (number, number))[0]
    if size.before is None or size.after is None:
        return difference
    before, after = shown(size.before), shown(size.after)
    if kind is FindingKind.RUT:
        return f"{before} with it, {after} with the other, {difference}"
    if measure is Measure.CHANNEL:
        return f"{after} of what buyers say by a channel of their choice and {before} of our touches, {difference}"
    if kind in _AGAINST_OTHERS or measure is Measure.ASKED_AGAIN:
        return f"{after} here, {before} for the others, {difference}"
    return f"from {before} to {after}, {difference}"


def _difference(size: Size, beyond: str = "") -> str:
    """How far apart two levels are. A share's points are more or fewer wherever the interval says so.

    What is `beyond` what would have been so in any case is not the difference of the two levels, and is told as it is.
    """
    apart = _SHOWN.get(size.unit, (number, number))[1]
    unit = _UNIT.get(size.unit, "")
    both = size.before is not None and size.after is not None
    if beyond:
        return f"{apart(size.change)}{unit} {beyond} (95 % interval {apart(size.low)} to {apart(size.high)})"
    if size.unit == "share" and both and size.low * size.high > 0.0:
        low, high = sorted((abs(size.low), abs(size.high)))
        way = "more" if size.change > 0.0 else "fewer"
        return f"{apart(abs(size.change))}{unit} {way} (95 % interval {apart(low)} to {apart(high)})"
    said = "a difference of " if both else ""
    return f"{said}{apart(size.change)}{unit} (95 % interval {apart(size.low)} to {apart(size.high)})"


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
        said = size_text(size, finding.kind, finding.measure)
        return f"It went {said}." if said.startswith("from ") else f"That is {said}."
    what = (
        "of what buyers did after a touch would not have come anyway"
        if finding.subject.kind == "organisation"
        else "of these touches brought an act that would not have come anyway"
    )
    return f"{percent(size.change)} {what} (95 % interval {percent(size.low)} to {percent(size.high)})."
