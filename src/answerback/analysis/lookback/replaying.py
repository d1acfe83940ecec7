"""The workspace replayed: every finding in the week in which it would have been raised, and what followed.

Changes come from the one pass of `detect`, verdicts from the diagnosis as of each Monday; both know what had happened
by then and nothing later. Afterwards, and only then, each is held against the touches that came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from answerback.analysis.counting import Question, selected_sql
from answerback.analysis.detect.changes import raised_changes
from answerback.analysis.diagnose.finding import findings as verdicts
from answerback.analysis.findings.audience import completed
from answerback.analysis.findings.matters import joined
from answerback.analysis.findings.naming import read_names
from answerback.analysis.lookback.bearing import Bearing, ByPlay, Moved, bearing, together
from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding, Level, Measure, Verdict
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.domain.workdays import week_of
from answerback.engine.literals import sql_instant

YEAR = timedelta(days=365)
WEEK = timedelta(days=7)
BEFORE, AFTER = timedelta(weeks=26), timedelta(weeks=12)
"""How far the time before, and the time after, reaches."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One finding, in the week in which it would have been raised, and what came of it."""

    finding: Finding
    week: date
    """The Monday of the week in which it would have been on a page."""
    before: Moved
    then: Moved
    after: Moved
    bearing: Bearing
    happening: str = ""
    """What is known to have happened while it began."""

    @property
    def weeks_late(self) -> float | None:
        """Weeks from its most probable beginning until it was raised."""
        since = self.finding.since
        return (self.finding.raised_on - since).days / 7 if since is not None else None


@dataclass(frozen=True, slots=True)
class Lookback:
    """What a stretch of time would have brought."""

    first: date
    """A Monday."""
    end: date
    """The day after the last."""
    raised: tuple[Raised, ...]
    """In order of weeks, then of ids."""
    touches: int
    """Touches in all that time; 0 where there was nothing to look at."""

    @property
    def weeks(self) -> int:
        """How many weeks were looked at."""
        return max(0, -(-(self.end - self.first).days // 7))


def lookback(
    reader: Reader,
    scope: Scope,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    on_step: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> Lookback:
    """What would have been raised from one instant until another, and what followed.

    Args:
        reader: The snapshot; what followed is told as it is known at its instant.
        scope: Who may be looked at.
        since: The first day is in its week; a year before the end, unless said.
        until: The end, excluded; the end of the data, unless said.
        on_step: Told how far it has come.
    """
    span = reader.query(
        f"select min(occurred_at) as first, max(occurred_at) as last, count(*) as n from outcome"
        f" where occurred_at < {reader.instant}"
    ).to_pylist()[0]
    if not span["n"]:
        day = reader.as_of.date()
        return Lookback(day, day, (), 0)
    data_end = span["last"].date() + timedelta(days=1)
    end = min(until.date(), data_end) if until is not None else data_end
    begin = since.date() if since is not None else max(end - YEAR, span["first"].date())
    first = week_of(begin)
    then = replace(reader, as_of=min(reader.as_of, midnight(end)))
    found = joined(_found(then, scope, first, end, on_step))
    kept = [completed(each, reader.playbook) for each in found if first <= each.raised_on <= end]
    rows = []
    for number, each in enumerate(_in_order(kept), 1):
        on_step("what followed", number, len(kept))
        rows.append(_followed(reader, scope, each))
    return Lookback(first, end, tuple(rows), span["n"])


def _found(
    reader: Reader, scope: Scope, first: date, end: date, on_step: Callable[[str, int, int], None]
) -> Iterator[Finding]:
    """Every finding with the day on which it would have been raised first."""
    on_step("changes", 0, 0)
    yield from (each for each in raised_changes(reader, scope) if each.level is Level.FINDING)
    mondays = [first + WEEK * number for number in range(1, -(-(end - first).days // 7) + 1)]
    seen: set[str] = set()
    for number, monday in enumerate(mondays, 1):
        on_step("week by week", number, len(mondays))
        at = min(midnight(monday), reader.as_of)
        for each in verdicts(replace(reader, as_of=at), scope):
            told = each.level is Level.FINDING and each.verdict is not Verdict.CANNOT_TELL
            if told and each.finding_id not in seen:
                seen.add(each.finding_id)
                yield replace(each, raised_on=(at - timedelta(seconds=1)).date())


def _in_order(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda each: (each.raised_on, each.finding_id))


def _followed(reader: Reader, scope: Scope, finding: Finding) -> Raised:
    """A finding with what came after it."""
    week = week_of(finding.raised_on + timedelta(days=1))
    if finding.measure is not Measure.ON_BASE or finding.since is None:
        nothing = Moved(0, 0)
        return Raised(finding, week, nothing, nothing, nothing, Bearing.CANNOT_TELL)
    raised = finding.raised_on + timedelta(days=1)
    edges = (finding.since - BEFORE, finding.since, raised, raised + AFTER)
    before, then, after = _windows(reader, scope, finding, edges)
    what = bearing(finding.direction, before, then, after)
    return Raised(finding, week, together(before), together(then), together(after), what, _happening(reader, finding))


def _windows(
    reader: Reader, scope: Scope, finding: Finding, edges: tuple[date, date, date, date]
) -> tuple[ByPlay, ByPlay, ByPlay]:
    """Touches that have waited in full, and those that moved a buyer, by kind, between each two of four days."""
    where = dict(finding.evidence.where)
    own = where.pop("rep", "")
    narrowed = scope.only(int(own)) if own else scope
    asked = Question(reader, narrowed, (), read_names(reader, [finding]).where(where))
    days = [sql_instant(midnight(day)) for day in edges]
    columns = ", ".join(
        f"count(*) filter (occurred_at >= {start} and occurred_at < {stop}) as touches_{place}, count(*) filter ("
        f"occurred_at >= {start} and occurred_at < {stop} and proved_state = 'on_base') as moved_{place}"
        for place, (start, stop) in enumerate(pairwise(days))
    )
    kind = "''" if finding.subject.kind == "mix" else "play"
    rows = reader.query(
        f"select {kind} as kind, {columns} from ({selected_sql(asked)}) where full_wait and state <> 'unseen'"
        " group by 1 order by 1"
    ).to_pylist()
    before, then, after = (
        {row["kind"]: Moved(row[f"touches_{place}"], row[f"moved_{place}"]) for row in rows} for place in range(3)
    )
    return before, then, after


def _happening(reader: Reader, finding: Finding) -> str:
    """What is known to have happened within two weeks of its beginning."""
    if finding.since is None or "happening" not in reader.snapshot.relations:
        return ""
    near = (finding.since - 2 * WEEK, finding.since + 2 * WEEK)
    start, stop = (sql_instant(midnight(day)) for day in near)
    rows = reader.query(
        f"select text from happening where starts_at >= {start} and starts_at < {stop} order by starts_at, text"
    ).to_pylist()
    return "; ".join(dict.fromkeys(row["text"] for row in rows))
