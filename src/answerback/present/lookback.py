"""A look-back in plain words: how many things, how many of them right, how soon; then week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.findings.naming import Names
from answerback.analysis.lookback.bearing import Bearing, Moved
from answerback.analysis.lookback.replaying import Lookback, Raised
from answerback.domain.findings import Finding, Role
from answerback.present.findings import headline
from answerback.present.next_steps import NEXT_STEP
from answerback.present.refusals import percent

SHOWN: Mapping[Bearing, str] = MappingProxyType(
    {Bearing.BORNE_OUT: "borne out", Bearing.NOT_BORNE_OUT: "wrong", Bearing.CANNOT_TELL: "cannot tell yet"}
)
"""How it is said what came of a finding."""

RULE = (
    "Each is judged by the touches of the twelve weeks after it was raised that have waited in full; those before made "
    "it be noticed and prove nothing. Borne out: the rate afterwards lies on the same side of the rate before, with "
    "probability .9. Wrong: at most half of the difference is left, with probability .9, so it was an error or it was "
    "over. Else: cannot tell yet. Kinds of touch are compared like for like."
)
"""How it is judged, said below every look-back."""

KNOWN = (
    "Each week knew what had happened by its Monday, and lag curves and baselines as they were then; merges of people, "
    "contests and coverage are as they are known today."
)
UNRANKED = "Nobody is ranked: the rows are in order of time. A finding on a person is no sole basis for anything."


def summary(found: Lookback) -> str:
    """The answer in a sentence or two.

    >>> from datetime import date
    >>> summary(Lookback(date(2026, 1, 5), date(2026, 3, 30), (), 900))
    'In 12 weeks nothing would have been raised.'
    """
    if not found.touches:
        return "No touches are loaded, so there is nothing to look back on. Load a mailbox, a calendar or a CRM; build."
    if not found.weeks:
        return "No whole week of the data lies in this time, so there is nothing to look back on."
    weeks = _many(found.weeks, "week")
    if not found.raised:
        return f"In {weeks} nothing would have been raised."
    count = Counter(each.bearing for each in found.raised)
    parts = ", ".join(f"{count[each]} {SHOWN[each]}" for each in Bearing if count[each])
    late = [each.weeks_late for each in found.raised if each.weeks_late is not None and each.bearing in _TRUE]
    soon = (
        f"; what was borne out was raised {sum(late) / len(late):.0f} weeks after it began, on average" if late else ""
    )
    most = max(Counter(each.week for each in found.raised).values())
    busiest = f" Never more than {_many(most, 'thing')} in one week." if len(found.raised) > 1 else ""
    return f"In {weeks} {_many(len(found.raised), 'thing')} would have been raised: {parts}{soon}.{busiest}"


_TRUE = frozenset({Bearing.BORNE_OUT})


def for_whom(found: Lookback) -> str:
    """Who would have seen them first, and who then.

    >>> from datetime import date
    >>> for_whom(Lookback(date(2026, 1, 5), date(2026, 3, 30), (), 900))
    ''
    """
    first = Counter(each.finding.first_for for each in found.raised)
    parts = [f"{first[role]} first for {_ROLE[role]}" for role in Role if first[role]]
    return f"{', '.join(parts).capitalize()}." if parts else ""


_ROLE = MappingProxyType(
    {
        Role.REP: "the rep (their manager some working days later)",
        Role.MANAGER: "the manager",
        Role.LEADER: "the leader",
        Role.OPERATIONS: "operations",
    }
)


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def rate_text(moved: Moved) -> str:
    """Acts before the rate.

    >>> rate_text(Moved(40, 6)), rate_text(Moved(0, 0))
    ('6 of 40 (15 %)', '–')
    """
    return f"{moved.moved:,.0f} of {moved.touches:,.0f} ({percent(moved.rate)})" if moved.rate is not None else "–"


def for_eyes(found: Lookback, names: Names) -> pa.Table:
    """One row per finding, by week: what, since when, before, then, after, what came of it."""
    rows = [
        {
            "week of": str(each.week),
            "about": names.subject(each.finding.subject),
            "what": _what(each.finding, names),
            "since": str(each.finding.since or ""),
            "before": rate_text(each.before),
            "until raised": rate_text(each.then),
            "12 weeks after": rate_text(each.after),
            "came of it": SHOWN[each.bearing],
        }
        for each in found.raised
    ]
    columns = ("week of", "about", "what", "since", "before", "until raised", "12 weeks after", "came of it")
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in columns]))


def _what(finding: Finding, names: Names) -> str:
    place = ", ".join(f"{name} {value}" for name, value in names.where(finding.where).items())
    return headline(finding) + (f" ({place})" if place else "")


def steps(found: Lookback) -> list[str]:
    """What could have been done with them: each next step, and how often."""
    count = Counter(each.finding.next_step for each in found.raised)
    return [f"{number} ×: {NEXT_STEP.get(name, name)}" for name, number in count.most_common()]


def happenings(found: Lookback, names: Names) -> list[str]:
    """What is known to have happened while something began."""
    said = [
        f"{names.subject(each.finding.subject)}, {headline(each.finding)}, since {each.finding.since}: {each.happening}"
        for each in found.raised
        if each.happening
    ]
    return list(dict.fromkeys(said))


TEXT, COUNT = pa.string(), pa.int64()
_COLUMNS: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "week": TEXT,
        "finding_id": TEXT,
        "kind": TEXT,
        "subject_kind": TEXT,
        "subject": TEXT,
        "measure": TEXT,
        "play": TEXT,
        "direction": TEXT,
        "verdict": TEXT,
        "since": TEXT,
        "raised_on": TEXT,
        "weeks_late": pa.float64(),
        "first_for": TEXT,
        "others_from": TEXT,
        "sure_by": TEXT,
        "sure": pa.float64(),
        "touches_before": COUNT,
        "moved_before": COUNT,
        "touches_then": COUNT,
        "moved_then": COUNT,
        "touches_after": COUNT,
        "moved_after": COUNT,
        "bearing": TEXT,
        "happening": TEXT,
        "next_step": TEXT,
        "headline": TEXT,
    }
)


def lookback_rows(found: Lookback, names: Names) -> pa.Table:
    """One row per finding, for machines."""
    return pa.Table.from_pylist([_row(each, names) for each in found.raised], schema=pa.schema(list(_COLUMNS.items())))


def _row(each: Raised, names: Names) -> dict[str, object]:
    finding, subject = each.finding, each.finding.subject
    row: dict[str, object] = {name: getattr(finding, name) for name in ("finding_id", "play", "direction", "sure")}
    for name in (
        "kind",
        "measure",
        "verdict",
        "since",
        "raised_on",
        "first_for",
        "others_from",
        "sure_by",
        "next_step",
    ):
        value = getattr(finding, name)
        row[name] = None if value is None else str(value)
    own_id = subject.name if subject.key is None else names.id_of(subject.kind, subject.key)
    row |= {"week": str(each.week), "subject_kind": subject.kind, "subject": own_id, "weeks_late": each.weeks_late}
    for name in ("before", "then", "after"):
        counts: Moved = getattr(each, name)
        row |= {f"touches_{name}": counts.touches, f"moved_{name}": counts.moved}
    return row | {
        "bearing": str(each.bearing),
        "happening": each.happening or None,
        "headline": _what(finding, names),
    }
