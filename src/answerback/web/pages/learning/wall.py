"""The wall: failures of others and what they taught, beside what worked. A leader's own failure opens it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from answerback.analysis.lessons import State
from answerback.people.learning.models import Lesson
from answerback.people.learning.wall import Filters, Wall, wall
from answerback.people.models import Role
from answerback.present.debriefs import reason_words
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.desk import NothingBuilt
from answerback.web.answering.ended import companies_of
from answerback.web.answering.lessons import claims_of, states_of
from answerback.web.rights import Right, needs
from answerback.web.shown.debriefs import shown_post
from answerback.web.shown.lessons import standing_tag

ON_A_PAGE = 12
"""So many failures are shown at once, and so many of what worked."""
_CALLED = {"step": _("Step"), "segment": _("Segment"), "obstacle": _("What stood in the way")}


@needs(Right.SIGNED_IN)
def wall_page(request: HttpRequest) -> HttpResponse:
    """Everybody's wall, narrowed by step, segment or what stood in the way."""
    asking = asked(request)
    viewer = asking.viewer
    chosen = {name: request.GET.get(name, "") for name in _CALLED}
    steps = _steps(asking)
    found = wall(viewer.person, Filters(**chosen), viewer.today, steps)
    known = {name: value if value in found.choices[name] else "" for name, value in chosen.items()}
    if known != chosen:  # a value that nothing on the wall has narrows nothing
        found = wall(viewer.person, Filters(**known), viewer.today, steps)
    page = Paginator(found.failed, ON_A_PAGE).get_page(request.GET.get("page"))
    posts = [*page.object_list, *found.worked[:ON_A_PAGE], *([found.opening] if found.opening else [])]
    companies = companies_of(asking, [each.chain_id for each in posts])
    lessons = _lessons(asking, found.lessons[:ON_A_PAGE])
    context = {
        "opening": shown_post(found.opening, companies) if found.opening else None,
        "invited": found.opening is None and viewer.is_a(Role.LEADER),
        "failed": [shown_post(each, companies) for each in page.object_list],
        "page": page,
        "worked": [shown_post(each, companies) for each in found.worked[:ON_A_PAGE]],
        "lessons": lessons,
        "loading": any(not each["state"] for each in lessons),
        "filters": _filters(found, known),
        "narrowed": any(known.values()),
        "query": urlencode({name: value for name, value in known.items() if value}),
    }
    return render(request, "pages/learning/wall.html", context)


def _steps(asking: Asking) -> dict[str, str]:
    """By stage of the CRM, the step of the playbook: lessons and debriefs are narrowed by the same."""
    try:
        stages = asking.desk.once(("stages",), lambda reader: reader.playbook.stage)
    except NothingBuilt:
        return {}
    return {each.name: each.step for each in stages if each.step}


def _lessons(asking: Asking, lessons: Sequence[Lesson]) -> list[dict[str, Any]]:
    """Lessons with how each stands, by what came after it was said."""
    try:
        states = states_of(asking.desk, claims_of(asking.desk, lessons))
    except NothingBuilt:
        states = {each.pk: State.EMERGING for each in lessons}
    return [{"lesson": each, **standing_tag(states[each.pk])} for each in lessons]


def _filters(found: Wall, known: dict[str, str]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "label": label,
            "options": [
                (value, reason_words(value) if name == "obstacle" else value, value == known[name])
                for value in found.choices[name]
            ],
        }
        for name, label in _CALLED.items()
        if found.choices[name]
    ]
