"""Last year week by week: what would have been raised when, for whom, and what came of it, the wrong ones included.

Leaders and operations see what each was about where it is no person, and its kind where it is one. Managers see by name
what is about those who report to them, from when they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from answerback.analysis.findings.audience import about_person
from answerback.analysis.findings.naming import Names, read_names
from answerback.analysis.lookback.bearing import Bearing
from answerback.analysis.lookback.replaying import Lookback, Raised
from answerback.domain.findings import Role
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.present.lookback import KNOWN, RULE, SHOWN, UNRANKED, rate_text, summary
from answerback.present.spoken import spoken
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.weekly import replayed_of
from answerback.web.rights import Right, needs
from answerback.web.shown.cards import headline_text

_FIRST = {
    Role.REP: _("the rep, some working days later their manager"),
    Role.MANAGER: _("the manager"),
    Role.LEADER: _("the leader"),
    Role.OPERATIONS: _("operations"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as this page shows it to whoever looks."""

    about: str
    """Empty for a person who is not theirs to see."""
    what: str
    place: str
    since: date | None
    first_for: str
    figures: tuple[str, str, str] | None
    """Before, until it was raised, and after; None where they would tell of fewer than five people."""
    came: str
    wrong: bool
    happening: str


@dataclass(frozen=True, slots=True)
class Week:
    """What would have been raised in one week."""

    monday: date
    rows: tuple[Row, ...]


@needs(Right.OVERSIGHT)
def lookback(request: HttpRequest) -> HttpResponse:
    """The year that lies behind."""
    asking = asked(request)
    replayed = replayed_of(asking.desk)
    scope, pooled = asking.scope("look-back"), asking.pooled("look-back") is not None
    told = replace(
        replayed.lookback,
        raised=tuple(each for each in replayed.lookback.raised if _is_theirs(asking, scope, each, pooled=pooled)),
    )
    found = asking.desk.once(
        ("look-back names", replayed.lookback.first, replayed.lookback.end),
        lambda reader: read_names(reader, [each.finding for each in replayed.lookback.raised]),
    )
    # a manager knows the figures of their own people, and could take them away from everybody's
    behind = replayed.behind if pooled else {}
    context = {
        "summary": spoken(summary(told)),
        "all_of_them": pooled,
        "span": (told.first, told.end),
        "weeks": _weeks(asking, told, found, behind, scope),
        "rules": (RULE, KNOWN, UNRANKED),
    }
    return render(request, "pages/lookback.html", context)


def _is_theirs(asking: Asking, scope: Scope, raised: Raised, *, pooled: bool) -> bool:
    """Whether it is shown: to managers what is about the work, and what is about those whom they led then."""
    finding = raised.finding
    if not about_person(finding):
        return True
    if finding.subject.key not in asking.desk.roster().members:  # was forgotten since
        return False
    if pooled:
        return True
    mine = finding.subject.key == asking.viewer.own_key
    return mine or (_named(scope, raised) and (finding.others_from is not None or finding.first_for is Role.MANAGER))


def _named(scope: Scope, raised: Raised) -> bool:
    """Whether a person may be named: they were within the scope when it would have been raised."""
    key = raised.finding.subject.key
    return key is not None and scope.holds(key, midnight(raised.finding.raised_on))


def _weeks(asking: Asking, told: Lookback, names: Names, behind: Mapping[str, int], scope: Scope) -> list[Week]:
    return [
        Week(monday, tuple(_row(asking, each, names, behind, scope) for each in rows))
        for monday, rows in groupby(reversed(told.raised), key=lambda each: each.week)
    ]


def _row(asking: Asking, each: Raised, names: Names, behind: Mapping[str, int], scope: Scope) -> Row:
    finding = each.finding
    person = about_person(finding)
    named = person and _named(scope, each)
    enough = named or behind.get(finding.finding_id, 0) >= LEAST_CONTRIBUTORS
    told = each.before.touches > 0 and enough
    place = ", ".join(f"{name} {value}" for name, value in names.where(finding.where).items()) if not person else ""
    about = names.subject(finding.subject) if not person else ""
    if named and finding.subject.key is not None:
        about = asking.desk.roster().called(finding.subject.key)
    return Row(
        about=about,
        what=headline_text(finding),
        place=place,
        since=finding.since,
        first_for=str(_FIRST[finding.first_for]),
        figures=(rate_text(each.before), rate_text(each.then), rate_text(each.after)) if told else None,
        came=SHOWN[each.bearing],
        wrong=each.bearing is Bearing.NOT_BORNE_OUT,
        happening=each.happening,
    )
