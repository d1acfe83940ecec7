"""One sentence for each reason why a question has no answer yet: what there is, what would settle it, and when.

`present.words` has the sentences of rates; these are the ones of detection, verdicts, lift and increments.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from answerback.domain.refusals import CannotTell, Refused

_WEEK = 7


def refusal_text(missing: CannotTell, *, per_week: float | None = None, today: date | None = None) -> str:
    """One sentence: why it cannot be told, and what would settle it.

    Args:
        missing: The refusal; `have` and `need` in the unit that its reason states.
        per_week: How many touches (or acts, as the reason counts) come in a week: with it the sentence says how long.
        today: The day it is told; with it the sentence says from when, where that follows.

    >>> refusal_text(CannotTell(Refused.TOO_FEW_REPS, have=3, need=5))
    'Cannot tell: 3 reps have enough touches, 5 are needed to tell the system from its members.'
    >>> refusal_text(CannotTell(Refused.NOT_OVER, have=4, need=14), today=date(2026, 3, 2))
    'Cannot tell yet: 4 of the 14 days that were fixed before have gone by; look again from 2026-03-12.'
    >>> refusal_text(CannotTell(Refused.LAG_UNKNOWN, have=5, need=20), per_week=5).rpartition("; ")[2]
    'at 5 a week about 3 weeks more.'
    """
    shown = percent if missing.reason in _SHARES else whole if missing.reason in _WEIGHED else number
    names = " and ".join(missing.names) or _UNNAMED.get(missing.reason, "")
    need = math.ceil(missing.need) if missing.reason is Refused.TOO_SOON else missing.need
    said = _ONE[missing.reason].format(have=shown(missing.have), need=shown(need), names=names)
    return said + _when(missing, per_week, today) + "."


def refusal_texts(settle: Iterable[CannotTell], *, per_week: float | None = None) -> str:
    """All of them, one after the other, each once.

    >>> both = (
    ...     CannotTell(Refused.NOBODY_UNTREATED, have=0, need=1),
    ...     CannotTell(Refused.NOBODY_UNTREATED, have=0, need=1),
    ... )
    >>> refusal_texts(both).count("Cannot tell")
    1
    """
    return " ".join(dict.fromkeys(refusal_text(each, per_week=per_week) for each in settle))


def number(value: float) -> str:
    """A count or a score, as short as it can be said.

    >>> number(3.0), number(2.346), number(12345.4)
    ('3', '2.35', '12,345')
    """
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.3g}"


def whole(value: float) -> str:
    """A sum of touches of which young ones count in part: those that are there in full, where one is.

    >>> whole(50.5), whole(79.97), whole(1200), whole(0.4)
    ('50', '79', '1,200', '0.4')
    """
    return f"{math.floor(value):,}" if value >= 1 else number(value)


def percent(value: float) -> str:
    """A share, 0 to 1, in percent.

    >>> percent(0.034), percent(0.0004)
    ('3.4 %', '0.04 %')
    """
    return f"{value * 100:.2g} %" if abs(value) < 0.1 else f"{value * 100:.0f} %"


_UNNAMED = MappingProxyType(
    {
        Refused.ALIASED: "the two",
        Refused.NO_RECORDS: "those that it rests on",
        Refused.NO_EXCHANGE_RATE: "other currencies",
    }
)
_SHARES = frozenset(
    {
        Refused.NOT_SEEN,
        Refused.WITHIN_REBOUND,
        Refused.REACTIVE_UNKNOWN,
        Refused.WINDOWS_OVERLAP,
        Refused.DAYS_ONLY,
        Refused.NOT_KEPT_TO,
        Refused.STILL_COMING,
        Refused.NOT_LOADED,
        Refused.CHAINS_OPEN,
        Refused.OTHER_BUYERS,
    }
)
"""Reasons whose numbers are shares, 0 to 1."""
_WEIGHED = frozenset({Refused.BASELINE_TOO_SHORT, Refused.TOO_FEW_EFFORTS_NOW})
"""Reasons that count touches by how much of their waiting time is over."""

_ONE: Mapping[Refused, str] = MappingProxyType(
    {
        Refused.BASELINE_TOO_SHORT: (
            "Cannot tell yet: the past holds {have} touches that have waited in full, {need} are needed to compare with"
        ),
        Refused.TOO_SOON: (
            "Cannot tell yet: a change of this size takes about {need} weeks to show, {have} have been watched"
        ),
        Refused.TOO_FEW_EFFORTS_NOW: (
            "Cannot tell yet: {have} touches of the time in question have waited in full, {need} are needed"
        ),
        Refused.TOO_FEW_REPS: (
            "Cannot tell: {have} reps have enough touches, {need} are needed to tell the system from its members"
        ),
        Refused.TOO_FEW_MANAGERS: (
            "Cannot tell: of managers (or teams, cohorts, regions) {have} have enough touches, {need} are needed "
            "to compare them"
        ),
        Refused.ALIASED: (
            "Cannot separate {names}: whoever is in one is in the other. Somebody who is in one of them only would "
            "settle it"
        ),
        Refused.NOTHING_STANDS_OUT: (
            "Nothing stands out: the least p-value after correction is {have}, and only below {need} is it more than "
            "chance does"
        ),
        Refused.NOT_SEEN: (
            "Cannot tell: the answers to {have} of the touches could be recorded, {need} are needed; load the missing "
            "mailboxes, calendars or diallers"
        ),
        Refused.ANSWERS_SLOWER: (
            "Cannot tell yet: answers have become slower (p = {have}, below {need}), so fewer by now need not be fewer "
            "in the end. When these touches have waited in full, it is known"
        ),
        Refused.NOBODY_UNTREATED: (
            "Cannot tell: everybody had it at the same time, so there is nobody to compare with. Next time let lots "
            "decide who starts now and who some weeks later: answerback practice draw"
        ),
        Refused.TOO_FEW_TREATED: "Cannot tell: {have} reps had it and can be measured, {need} are needed",
        Refused.NO_OVERLAP: (
            "Cannot tell: {have} of those who had it did before as some of the others did, {need} are needed. Lots "
            "would settle it: answerback practice draw"
        ),
        Refused.WITHIN_REBOUND: (
            "Cannot tell it from a mere rebound: the share rose by {have}, and after so low a time {need} come back by "
            "themselves"
        ),
        Refused.NOT_OVER: "Cannot tell yet: {have} of the {need} days that were fixed before have gone by",
        Refused.NOT_FROZEN: (
            "Cannot tell: measure, baseline and end were fixed {have} days after it began. Fix them before the next "
            "one: answerback practice draw"
        ),
        Refused.REACTIVE_UNKNOWN: (
            "Cannot tell: touches that answer a buyer cannot be told from those that came first; {have} of the time "
            "both sides are recorded, {need} is needed. Load the missing mailboxes, or run a hold-out: answerback "
            "holdout draw"
        ),
        Refused.PLACEBO_FAILED: (
            "Cannot tell: an effect shows where there can be none (|z| = {have}, at most {need} is let pass). A "
            "hold-out would settle it: answerback holdout draw"
        ),
        Refused.TOO_FEW_TOUCHES: (
            "Cannot tell yet: {have} touches of one's own accord have been watched before and after, {need} are needed"
        ),
        Refused.TOO_FEW_ACTS: (
            "Cannot tell yet: of what buyers did or said {have} records count here, {need} are needed"
        ),
        Refused.WINDOWS_OVERLAP: (
            "Cannot tell: some touch is always recent ({have} of the time, at most {need} is let pass), so there is no "
            "quiet time to compare with. A hold-out would settle it: answerback holdout draw"
        ),
        Refused.DAYS_ONLY: (
            "Cannot tell: {have} of the times are known to the day only (at most {need} is let pass), so what came "
            "first is unknown. Load a source that has hours and minutes"
        ),
        Refused.TOO_FEW_SEQUENCES: "Cannot tell yet: {have} runs of touches toward a buyer, {need} are needed",
        Refused.TOO_SHORT_SEQUENCES: (
            "Cannot tell: the longest runs have {have} touches, {need} are needed to see a course"
        ),
        Refused.PESTERING_OR_COLD: (
            "Cannot tell pestered buyers from cold leads: later touches get fewer answers either way (p = {have}, and "
            "only below {need} would they differ). A hold-out would settle it: answerback holdout draw"
        ),
        Refused.NO_HOLDOUT: (
            "Cannot tell: {have} touches were held back at random, {need} are needed. Begin with: answerback holdout "
            "draw"
        ),
        Refused.LAG_UNKNOWN: "Cannot tell yet: how long answers take rests on {have} answers, {need} are needed",
        Refused.NO_RECORDS: "Cannot tell: no records of this kind were loaded: {names}. Load them to know",
        Refused.TOO_FEW_MOVED: "Cannot tell yet: the next step came {have} times, {need} times are needed",
        Refused.STILL_COMING: (
            "Cannot tell yet: {have} of the next steps came in the last fifth of the time watched, at most {need} is "
            "let pass; so later ones may come that nobody has seen"
        ),
        Refused.TOO_FEW_CHAINS: "Cannot tell yet: {have} stories have ended, {need} are needed",
        Refused.CHAINS_OPEN: "Cannot tell yet: {have} of the stories may still go on, at most {need} is let pass",
        Refused.NO_EXCHANGE_RATE: "Cannot tell: amounts in {names} cannot be added. Put their rates into the playbook",
        Refused.TOO_FEW_DEALS: "Cannot tell yet: {have} deals were won or have ended, {need} are needed",
        Refused.TOO_FEW_COMPANIES: (
            "Cannot tell yet: {have} companies were touched on the smaller side, {need} are needed on each"
        ),
        Refused.TOO_FEW_WEEKS: (
            "Cannot tell yet: in one of the two ways {have} reps have a week that counts, {need} are needed; weeks "
            "right after a switch do not count"
        ),
        Refused.NOT_KEPT_TO: (
            "Cannot tell: the lots were not kept to. By what was recorded {have} went the way that their lot said,"
            " {need} are needed"
        ),
        Refused.NOT_LOADED: (
            "Cannot tell: {have} of the last 90 days is loaded of the mail and calendar of those who own open deals, "
            "{need} is needed; what is not loaded would look as if buyers had done nothing"
        ),
        Refused.OTHER_BUYERS: (
            "Cannot tell that the work changed: {have} of it is what other buyers alone would bring, above all more of "
            "{names}; from {need} on that is no finding. answerback diagnose compares like with like"
        ),
        Refused.SILENT_TOGETHER: (
            "Cannot tell whether they arrive: {have} reps had no answer at all by {names}, while other touches were "
            "answered; from {need} at once on it is said. A test message to each, the coverage of these mailboxes or "
            "diallers, or a happening that is recorded would settle it; until then these weeks are in nobody's rate"
        ),
        Refused.SILENT_ALONE: (
            "Cannot tell person from tool: no answer at all came by {names}, where {have} were to be expected (from "
            "{need} on it is said), and other touches were answered. A test message would settle it"
        ),
        Refused.REACHES_BACK: (
            "Cannot tell yet: the data reach back {have} days, more than {need} are needed to know what is new"
        ),
        Refused.TOO_FEW_EARLIER: (
            "Cannot tell yet: there are {have} earlier ones in all, and nobody has {need} to be held against"
        ),
        Refused.ONE_HOLDER: "Cannot tell seat from person: {have} territories were handed over, {need} is needed",
    }
)
"""The sentence of each reason, without its full stop."""

_BY_THE_WEEK = frozenset(
    {
        Refused.BASELINE_TOO_SHORT,
        Refused.TOO_FEW_EFFORTS_NOW,
        Refused.TOO_FEW_TOUCHES,
        Refused.TOO_FEW_ACTS,
        Refused.LAG_UNKNOWN,
    }
)
"""Reasons that more weeks of the same would settle."""


def _when(missing: CannotTell, per_week: float | None, today: date | None) -> str:
    """From when it could be told, where that follows from what is known."""
    short = missing.need - missing.have
    if short <= 0:
        return ""
    match missing.reason:
        case Refused.TOO_SOON if today is not None:
            return f"; look again from {today + timedelta(weeks=math.ceil(short))}"
        case Refused.NOT_OVER if today is not None:
            return f"; look again from {today + timedelta(days=math.ceil(short))}"
        case reason if reason in _BY_THE_WEEK and per_week:
            weeks = math.ceil(short / per_week)
            said = f"; at {number(per_week)} a week about {weeks} week{'s' if weeks > 1 else ''} more"
            return said + (f", from {today + timedelta(days=_WEEK * weeks)}" if today is not None else "")
        case _:
            return ""
