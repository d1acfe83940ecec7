"""Attention is budgeted: which findings somebody is shown in a week.

Each page has room for a few (`domain.findings.ATTENTION`). They are chosen by what attention is worth: the probability
that the finding is true, times the buyers a week that are at stake. One place is kept for good news. What was shown in
an earlier week and has not changed since is not shown again; what found no room comes back the week after. So the whole
course of weeks follows from the findings and the words on them, and nothing about it needs to be stored.

The worth decides only what is chosen. What is chosen is shown newest first: the list is not a ranking of people.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from answerback.domain.findings import ATTENTION, Finding, Level, Role, SureBy

WEEK = timedelta(days=7)
MOST_ASKS = 1
"""Of questions to the rep, so many a week."""
_UNKNOWN = 0.5
_INTERVAL_P = 0.05


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding that may be on a page."""

    finding: Finding
    new_on: date
    """The first day on which this page could show it, or could show it again."""


def probability(finding: Finding) -> float:
    """How probable it is that there is something, 0 to 1, on one scale whatever says so.

    A p-value is no probability: the least that can be said against it is the bound 1 / (1 + 1 / (-e p ln p)) on the
    probability of no change at even odds before (Sellke, Bayarri and Berger 2001, American Statistician 55).

    >>> from dataclasses import replace
    >>> from answerback.domain.findings import FindingKind, Measure, Subject
    >>> fall = Finding(
    ...     kind=FindingKind.CHANGE,
    ...     subject=Subject("rep", key=7),
    ...     measure=Measure.ON_BASE,
    ...     raised_on=date(2026, 3, 1),
    ...     next_step="look_at_unanswered",
    ... )
    >>> round(probability(replace(fall, sure_by=SureBy.P_VALUE, sure=0.05)), 2)
    0.71
    >>> probability(replace(fall, sure_by=SureBy.POSTERIOR, sure=0.93)), probability(fall)
    (0.93, 0.5)
    """
    match finding.sure_by:
        case SureBy.POSTERIOR:
            return _UNKNOWN if finding.sure is None else min(max(finding.sure, 0.0), 1.0)
        case SureBy.P_VALUE:
            return _UNKNOWN if finding.sure is None else _against(finding.sure)
        case SureBy.INTERVAL:
            return _against(_INTERVAL_P)
        case _:
            return _UNKNOWN


def _against(p: float) -> float:
    """One less the bound on the probability of no change."""
    if p >= 1.0 / math.e:
        return _UNKNOWN
    if p <= 0.0:
        return 1.0
    bayes = -math.e * p * math.log(p)
    return 1.0 - bayes / (1.0 + bayes)


def stake(finding: Finding) -> float | None:
    """Buyers a week at stake: the touches a week that it is about, times the least that the rate differs by.

    None where it is not in buyers: working time, money and deals are not turned into them.
    """
    size = finding.size
    if size is None or size.unit != "share" or finding.since is None or not finding.evidence.efforts:
        return None
    weeks = max((finding.raised_on - finding.since).days / 7, 1.0)
    least = 0.0 if size.low <= 0.0 <= size.high else min(abs(size.low), abs(size.high))
    return finding.evidence.efforts / weeks * least


def chosen(candidates: Iterable[Candidate], room: int) -> list[Candidate]:
    """Those that attention is best spent on, at most `room`, the newest first.

    A stake that is not known is taken to be a middling one among these. Good news has the last place, if any is there
    and none was chosen.
    """
    all_of_them = list(candidates)
    known = sorted(each for one in all_of_them if (each := stake(one.finding)) is not None)
    middling = known[len(known) // 2] if known else 1.0

    def worth(one: Candidate) -> tuple[bool, float, int, str]:
        own = stake(one.finding)
        value = probability(one.finding) * (middling if own is None else own)
        return one.finding.level is Level.FINDING, value, one.new_on.toordinal(), one.finding.finding_id

    best: list[Candidate] = []
    asks = 0
    for one in sorted(all_of_them, key=worth, reverse=True):
        if one.finding.level is Level.ASK:
            asks += 1
            if asks > MOST_ASKS:
                continue
        best.append(one)
    taken, left = best[:room], best[room:]
    good = next((one for one in left if one.finding.good_news), None)
    if good is not None and taken and not any(one.finding.good_news for one in taken):
        taken[-1] = good
    return sorted(taken, key=lambda one: (-one.finding.raised_on.toordinal(), one.finding.play, one.finding.finding_id))


def weeks_of_attention(
    candidates: Iterable[Candidate],
    role: Role,
    last: date,
    closed: Callable[[Finding, date], bool] = lambda _finding, _day: False,
) -> dict[date, list[Candidate]]:
    """What a page showed in each week, by its Monday, until the week that begins on `last`.

    Args:
        candidates: In any order; a finding that came back stands there once, with the day on which it did.
        role: Whose page it is; that says how much room there is.
        last: A Monday.
        closed: Whether a finding was not to be shown in the week that begins on a day: decided, muted, expired.
    """
    waiting = sorted(candidates, key=lambda one: (one.new_on, one.finding.finding_id))
    shown: dict[date, list[Candidate]] = {}
    backlog: list[Candidate] = []
    week = min((_monday(one.new_on) for one in waiting), default=last)
    while week <= last:
        while waiting and waiting[0].new_on < week + WEEK:
            backlog.append(waiting.pop(0))
        now = chosen((one for one in backlog if not closed(one.finding, week)), ATTENTION[role])
        if now:
            shown[week] = now
            backlog = [one for one in backlog if one not in now]
        week += WEEK
    return shown


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
