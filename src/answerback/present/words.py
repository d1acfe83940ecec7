"""The sentences of the product: every reason for a missing number, and the words of DESIGN §3 as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from answerback.domain.answers import NotEnoughData, Reason
from answerback.domain.findings import Measure

SHOWN_AS = MappingProxyType(
    {
        "on_base": "moved forward",
        "answered": "answered",
        "unanswered": "no answer",
        "open": "too early",
        "unseen": "not visible",
        "effort": "touch",
        "captured": "recorded",
        "claimed": "typed in",
    }
)
"""How a word of the code is shown to people."""

FIGURES = MappingProxyType(
    {
        Measure.ON_BASE: "touches that moved a buyer",
        Measure.WIN_RATE: "deals won of those that ended",
        Measure.DEAL_VALUE: "value of a win",
        Measure.EFFORTS_PER_WIN: "touches per win",
        Measure.SILENT_EFFORT: "touches where nothing answers",
        Measure.EXPENSE_PER_WIN: "expense per win",
        Measure.MARGIN: "margin of a win",
    }
)
"""What the figures of lost potential are called."""


def counted(number: int, one: str, many: str) -> str:
    """So many of something.

    >>> counted(1, "story", "stories"), counted(1200, "story", "stories")
    ('1 story', '1,200 stories')
    """
    return f"{number:,} {one if number == 1 else many}"


def cannot_tell(missing: NotEnoughData) -> str:
    """One sentence: why there is no number, and what would settle it.

    >>> cannot_tell(NotEnoughData(Reason.NO_EFFORTS_LOADED, have=0, need=1))
    'cannot tell: no efforts loaded'
    >>> cannot_tell(NotEnoughData(Reason.TOO_FEW_EFFORTS, have=1.5, need=3))
    'cannot tell yet: 1.5 touches have waited in full, 3 are needed'
    """
    have, need = f"{missing.have:.3g}", f"{missing.need:.3g}"
    percent, limit = f"{missing.have:.0%}", f"{missing.need:.0%}"
    wide, widest = percent.removesuffix("%"), limit.removesuffix("%")
    match missing.reason:
        case Reason.NO_EFFORTS_LOADED:
            return "cannot tell: no efforts loaded"
        case Reason.NOTHING_SEEN:
            return "cannot tell: no answer to these could have been recorded; load the mailbox, calendar or dialler"
        case Reason.LAG_UNKNOWN:
            return f"cannot tell yet: how long answers take rests on {have} answers, {need} are needed"
        case Reason.TOO_YOUNG:
            return f"cannot tell yet: {percent} of the answers to expect can be in by now, {limit} are needed"
        case Reason.TOO_FEW_EFFORTS:
            return f"cannot tell yet: {have} touches have waited in full, {need} are needed"
        case Reason.TOO_WIDE:
            return f"cannot tell yet: the interval is {wide} points wide, at most {widest} are shown"
        case Reason.MOSTLY_PRIOR:
            return (
                f"cannot tell yet: {percent} of the number would be the peers', not one's own; at most {limit} is shown"
            )


def short(missing: NotEnoughData) -> str:
    """The reason in a table's cell.

    >>> short(NotEnoughData(Reason.TOO_WIDE, have=0.4, need=0.25))
    'interval too wide'
    """
    return _SHORT[missing.reason]


_SHORT = {
    Reason.NO_EFFORTS_LOADED: "no efforts loaded",
    Reason.NOTHING_SEEN: "answers not visible",
    Reason.LAG_UNKNOWN: "answer times unknown",
    Reason.TOO_YOUNG: "too early",
    Reason.TOO_FEW_EFFORTS: "too few touches",
    Reason.TOO_WIDE: "interval too wide",
    Reason.MOSTLY_PRIOR: "mostly the peers' number",
}

NOT_SEEN: Mapping[Measure, str] = MappingProxyType(
    {Measure.SILENCE: "answers seem not to arrive", Measure.EFFORTS: "no touches seen any more"}
)
"""What is not seen, where it is not simply answers."""

OF_DEALS: Mapping[Measure, str] = MappingProxyType(
    {
        Measure.STAGE_AHEAD: "at some time at a stage that their buyer had done nothing for",
        Measure.LOSS_REASON: "with the same reason by the rep and by the buyer",
        Measure.RISK_TAKEN: "larger than nine in ten of everybody's before",
    }
)
"""Measures that rest on deals, and what the counted ones are."""
