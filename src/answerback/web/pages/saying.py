"""What is said of a finding: seen, dismissed, waiting, shared, done, open again. Who may say what; who sees it when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.state import Said, Status
from answerback.domain.kinds import DecisionReason
from answerback.domain.periods import midnight
from answerback.people import audit
from answerback.people.access import Viewer
from answerback.people.models import Visibility
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.board import Board, board_of
from answerback.web.noted.marks import FindingWord, say
from answerback.web.rights import Right, needs

REASONS: dict[DecisionReason, Any] = {
    DecisionReason.KNOWN: gettext_lazy("I knew it already"),
    DecisionReason.EXPLAINED: gettext_lazy("There is a reason for it"),
    DecisionReason.NOT_USEFUL: gettext_lazy("It is of no use to me"),
    DecisionReason.WRONG: gettext_lazy("It is wrong"),
    DecisionReason.OTHER: gettext_lazy("Another reason"),
}
"""Why a finding is dismissed."""
LONGEST_WAIT = timedelta(days=366)
_CLOSING = frozenset({Said.DISMISS, Said.WAIT_UNTIL, Said.DONE})
_HEARD: dict[Said, Any] = {
    Said.SEEN: gettext_lazy("Noted that you have seen it."),
    Said.DISMISS: gettext_lazy("Dismissed. It is on nobody's page any more."),
    Said.WAIT_UNTIL: gettext_lazy("It comes back on that day."),
    Said.SHARE: gettext_lazy("Your manager can see it now."),
    Said.WITHDRAW: gettext_lazy("Taken back. Nothing on your manager's page says that they could see it."),
    Said.DONE: gettext_lazy("Done. It is on nobody's page any more."),
    Said.REOPEN: gettext_lazy("It is open again."),
}


def may_say(viewer: Viewer, board: Board, standing: Standing) -> frozenset[Said]:
    """What somebody who sees a finding may say of it. Whom it is about alone invites their manager."""
    said = set(_CLOSING) if standing.state.status is Status.OPEN else {Said.REOPEN}
    if standing.state.seen_at is None:
        said.add(Said.SEEN)
    own = standing.finding.subject.kind == "rep" and standing.finding.subject.key == viewer.own_key
    if own and viewer.own_key is not None and viewer.own_key in board.gathered.staff.manager_of:
        shared = standing.state.shared_since is not None
        if shared:
            said.add(Said.WITHDRAW)
        elif not _others_see(viewer, standing, board.gathered.today):
            said.add(Said.SHARE)
    return frozenset(said)


def _others_see(viewer: Viewer, standing: Standing, today: date) -> bool:
    """Whether the manager sees it without being invited."""
    day = standing.finding.others_from
    return viewer.chosen == Visibility.PERSON_FIRST and day is not None and day <= today


def who_sees(asking: Asking, board: Board, standing: Standing) -> list[str]:
    """Who sees a finding, and from when, for whoever looks at it."""
    viewer, found = asking.viewer, standing.finding
    if found.subject.kind != "rep" or found.subject.key is None:
        return [_("It is about no single person.")]
    if found.subject.key != viewer.own_key:
        return [_("%(who)s saw it first, and sees that you looked.") % {"who": board.names.subject(found.subject)}]
    boss = board.gathered.staff.manager_of.get(found.subject.key)
    if boss is None:
        return [_("You alone: what is loaded does not say whom you report to.")]
    name = asking.desk.roster().called(boss)
    if standing.state.shared_since is not None:
        return [_("You, and %(name)s since you shared it.") % {"name": name}]
    if _others_see(viewer, standing, board.gathered.today):
        return [_("You, and %(name)s since %(day)s.") % {"name": name, "day": _day(found.others_from)}]
    if viewer.chosen == Visibility.PERSON_FIRST and found.others_from is not None:
        return [_("You alone until %(day)s, then %(name)s as well.") % {"name": name, "day": _day(found.others_from)}]
    return [_("You alone, until you share it with %(name)s. You can take that back.") % {"name": name}]


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day is not None else ""


@needs(Right.SIGNED_IN)
def say_of_finding(request: HttpRequest, finding_id: str) -> HttpResponse:
    """Writes down what somebody says of a finding that they are shown. It counts at once."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    board = board_of(asking.desk)
    standing = board.seen_by(asking.viewer, finding_id)
    said = _said(request.POST.get("said", ""))
    if standing is None or said is None or said not in may_say(asking.viewer, board, standing):
        raise Http404
    word = _word(request, asking, said)
    if word is None:
        messages.error(request, _("Choose a day after today and within a year."))
        return redirect("finding", finding_id)
    say(asking.desk.home, standing.finding, word, now=datetime.now(UTC), as_of=asking.desk.as_of())
    audit.note(asking.viewer.person, f"finding: {said}", finding_id)
    messages.success(request, str(_HEARD[said]))
    return redirect("finding", finding_id)


def _said(text: str) -> Said | None:
    return Said(text) if text in {*Said} else None


def _word(request: HttpRequest, asking: Asking, said: Said) -> FindingWord | None:
    """What was said with its day or its reason; None where the day is none that can be waited for."""
    if said is Said.WAIT_UNTIL:
        try:
            day = date.fromisoformat(request.POST.get("until", ""))
        except ValueError:
            return None
        today = asking.desk.today()
        if not today < day <= today + LONGEST_WAIT:
            return None
        return FindingWord(said, until=midnight(day, asking.desk.zone))
    reason = request.POST.get("reason", "")
    known = said is Said.DISMISS and reason in {*REASONS}
    return FindingWord(said, reason=DecisionReason(reason) if known else None)
