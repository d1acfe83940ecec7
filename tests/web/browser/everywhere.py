"""Every kind of page, each open once in the browser of somebody who may see it: found by links, or by its route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import Page

from answerback.people.models import Role
from answerback.web.rights import HELD_BY, Right
from tests.web.addresses import right_of, routes

BY_ROLE = {
    Role.REP: "Oskar Ricci",
    Role.MANAGER: "Kofi Novak",
    Role.LEADER: "Jana Sato",
    Role.OPERATIONS: "Revenue operations",
    Role.ENABLEMENT: "Enablement",
    Role.ADMIN: "Admin",
}
NOBODY = ""
BY_A_LINK = {
    *("finding", "event", "deal", "company", "figure", "mirror_of", "person", "data_relation", "tour_step"),
    *("debrief", "lesson", "prep", "talk", "survey", "wall", "practice_new", "together"),
}
"""Pages to which some page must lead, with what a company that is lived in has."""
_NO_PAGES = (".svg", ".png", ".ics", ".json")
_LINKS = """() => [...document.querySelectorAll('a[href]:not([download])')].map((each) => new URL(each.href))
    .filter((each) => each.origin === location.origin).map((each) => each.pathname + each.search)"""


class Tour:
    """Goes through the pages as one person after the other, and shows each kind of page once."""

    def __init__(self, visit: Callable[[str], Page]) -> None:
        self._visit = visit
        self.seen: set[str] = set()
        """Names of routes of which a page was shown."""

    def pages(self) -> Iterator[tuple[str, Page]]:
        """Each page, open in the browser of somebody who may see it, with their name."""
        for name in (*BY_ROLE.values(), NOBODY):
            page = self._visit(name)
            waiting = [urlsplit(page.url).path if name else "/start/", *_plain(name, page)]
            while waiting:
                path = waiting.pop(0)
                if self._is_known(path) or path.endswith(_NO_PAGES):
                    continue
                page.goto(path)
                new = not self._is_known(page.url)
                self.seen |= {route_of(path), route_of(page.url)}
                if new:
                    waiting[:0] = page.evaluate(_LINKS)
                    yield name, page

    def _is_known(self, address: str) -> bool:
        route = route_of(address)
        return not route or route in self.seen


def route_of(address: str) -> str:
    """The name of the route of an address; empty for what is no page of ours."""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    return "" if getattr(found.func, "right", None) is Right.TOKEN else found.url_name or ""


def _plain(name: str, page: Page) -> Iterator[str]:
    """Pages without an id that somebody may see, whether or not anything leads there; none that only takes."""
    roles = {role for role, called in BY_ROLE.items() if called == name}
    for text, route in routes():
        right = right_of(route)
        if route.name and "<" not in text and right is not None and _is_for(right, roles):
            path = reverse(str(route.name))
            answer = page.request.get(path, max_redirects=0)
            if answer.ok and answer.headers.get("content-type", "").startswith("text/html"):
                yield path


def _is_for(right: Right, roles: set[Role]) -> bool:
    if right is Right.EVERYBODY:
        return not roles
    return bool(roles) and (right is Right.SIGNED_IN or (right in HELD_BY and bool(roles & HELD_BY[right])))
