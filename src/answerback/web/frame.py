"""What stands around every page: where one can go, and from when and what it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from answerback.people.visibility import is_news
from answerback.web.answering.asking import asking_of
from answerback.web.answering.desk import NothingBuilt
from answerback.web.rights import Right, holds


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation."""

    route: str
    text: Any
    right: Right
    key: str
    """The key that leads there, after `g`."""


PLACES = (
    Place("mirror", _("Mirror"), Right.REP, "m"),
    Place("practice", _("Practice"), Right.PRACTISING, "x"),
    Place("team", _("Team"), Right.MANAGER, "t"),
    Place("us", _("Us"), Right.LEADER, "u"),
    Place("talks", _("Talks"), Right.SELLERS, "k"),
    Place("wall", _("Wall"), Right.SIGNED_IN, "w"),
    Place("data", _("Data"), Right.OPERATIONS, "d"),
    Place("uploads", _("Load"), Right.LOADING, "l"),
    Place("lookback", _("Look-back"), Right.OVERSIGHT, "b"),
    Place("people", _("People"), Right.ADMIN, "p"),
)


def places_of(request: HttpRequest) -> list[Place]:
    """Where somebody can go from anywhere."""
    asking = asking_of(request)
    return [each for each in PLACES if asking is not None and holds(each.right, asking)]


def frame(request: HttpRequest) -> dict[str, Any]:
    """For templates: navigation, who looks, the snapshot."""
    asking = asking_of(request)
    if asking is None:
        return {"places": (), "asking": None}
    here = request.resolver_match.url_name if request.resolver_match is not None else ""
    found: dict[str, Any] = {
        "asking": asking,
        "organisation": asking.viewer.organisation,
        "visibility_is_news": is_news(asking.viewer.person, asking.viewer.organisation),
        "searching": holds(Right.SEARCHING, asking),
        "places": [
            {"text": each.text, "url": reverse(each.route), "here": each.route == here, "key": each.key}
            for each in places_of(request)
        ],
    }
    try:
        found |= {
            "as_of": asking.desk.as_of(),
            "old": asking.desk.is_old(),
            "snapshot": asking.desk.snapshot,
            "zone": str(asking.desk.zone),
        }
    except NothingBuilt:
        found["snapshot"] = ""
    return found
