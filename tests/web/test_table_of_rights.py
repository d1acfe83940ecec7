"""The table of rights: routes of the application × roles × one's own, another team's, and each choice of visibility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from answerback.analysis.listing import show
from answerback.domain.scope import Scope
from answerback.people.models import Organisation, Visibility
from answerback.web.answering.desk import desk
from answerback.web.rights import Right
from tests.web.addresses import routes

OWN, SAME_TEAM, MANAGER, OTHER_MANAGER, LEADER = "Oskar Ricci", "Marek Peeters", "Kofi Novak", "Lena Uribe", "Jana Sato"
OPERATIONS, ENABLEMENT, ADMIN = "Revenue operations", "Enablement", "Admin"
EVERYBODY = (OWN, SAME_TEAM, MANAGER, OTHER_MANAGER, LEADER, OPERATIONS, ENABLEMENT, ADMIN)
REP_ID = "oskar.ricci@halden.example"

# Who sees what is one rep's alone, by what the organisation has chosen.
SEEN: dict[str, dict[str, set[str]]] = {
    "mirror": {"": set(), Visibility.PERSON_FIRST: {MANAGER}, Visibility.GROUPS: set()},
    "deal": {"": {OWN}, Visibility.PERSON_FIRST: {OWN, MANAGER}, Visibility.GROUPS: {OWN}},
    "event": {"": {OWN}, Visibility.PERSON_FIRST: {OWN, MANAGER}, Visibility.GROUPS: {OWN}},
}


WITH_IDS = [
    (route, each)
    for route, each in routes()
    if "<" in route and getattr(each.callback, "right", Right.TOKEN) is not Right.TOKEN
]
HOSTILE = ("nobody@halden.example", "'; drop table rep; --", "../../etc/passwd", "%00", "\u202e", "-1", "x" * 500)


def of_one_rep() -> dict[str, str]:
    """Addresses of a deal on which nobody but one rep worked, of a touch in it, and of the rep's own page."""
    with desk().reading() as reader:
        rows = show(reader, Scope("test", everybody=True), "efforts").to_pylist()
    worked: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["deal_id"]:
            worked[row["deal_id"]].add(row["rep_id"])
    touch = next(row for row in rows if row["deal_id"] and worked[row["deal_id"]] == {REP_ID})
    return {
        "mirror": f"/mirror/{REP_ID}/",
        "deal": f"/deals/{quote(touch['deal_id'], safe='')}/",
        "event": f"/events/{quote(touch['effort_id'], safe='')}/",
    }


@pytest.mark.parametrize("visibility", ["", *Visibility.values])
def test_what_is_one_rep_s_is_seen_by_whom_the_table_says(visibility: str, signed_in: Callable[[str], Client]) -> None:
    Organisation.objects.update(visibility=visibility)
    found = {
        what: {name for name in EVERYBODY if signed_in(name).get(address).status_code == 200}
        for what, address in of_one_rep().items()
    }
    assert found == {what: by[visibility] for what, by in SEEN.items()}


@pytest.mark.parametrize("route", WITH_IDS, ids=lambda each: str(each[1].name))
def test_what_is_not_there_is_not_found_by_anybody(
    route: tuple[str, URLPattern], signed_in: Callable[[str], Client]
) -> None:
    pattern = route[1]
    clients = [signed_in(name) for name in (OWN, MANAGER, LEADER, OPERATIONS, ADMIN)]
    for said in _kwargs(pattern):
        for client in clients:
            for answer in (client.get(reverse(str(pattern.name), kwargs=said)), client.post(_at(pattern, said))):
                # Not made for this method, or not worked out yet: neither tells of anything.
                assert answer.status_code in (404, 405, 503), said


def _at(pattern: URLPattern, said: dict[str, object]) -> str:
    return reverse(str(pattern.name), kwargs=said)


def _kwargs(pattern: URLPattern) -> list[dict[str, object]]:
    """Values that a route takes and nothing has."""
    converters = {name: type(each).__name__ for name, each in pattern.pattern.converters.items()}
    if "PathConverter" in converters.values():
        return [dict.fromkeys(converters, text) for text in HOSTILE]
    plain = {"IntConverter": 999_999_999, "SlugConverter": "nobody-here", "StringConverter": "nobody"}
    return [{name: plain[kind] for name, kind in converters.items()}]
