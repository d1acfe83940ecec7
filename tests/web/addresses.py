"""Every address of the application: each route as the resolver has it, ids of what is there filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

from answerback.web.rights import OF_OTHERS, Right

Ids = Mapping[str, Sequence[str]]
"""By the beginning of a route, up to its first id, ids that there are: `lessons/` or `prep/deals/`."""
FORMS = ("svg", "png")
"""The second part of an address that has two: how a chart comes."""


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each route of the application and of its libraries."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern), each


def right_of(route: URLPattern) -> Right | None:
    """Which right it states; None for a page of a library that nobody is shown."""
    return getattr(route.callback, "right", OF_OTHERS.get(str(route.name)))


def addresses(ids: Ids, questions: Ids) -> Iterator[tuple[str, Right]]:
    """Each address that somebody is shown, and the right that its route states.

    Args:
        ids: What routes with ids are filled in with. Raises KeyError for a route whose beginning is not among them.
        questions: By the name of a route, what is asked of it in the address, such as `?format=csv`.
    """
    for text, route in routes():
        right = right_of(route)
        if right is None or "(?P" in text:
            continue
        for filled in _filled(text, ids):
            for asked in ("", *questions.get(str(route.name), ())):
                yield f"/{filled}{asked}", right


def _filled(text: str, ids: Ids) -> list[str]:
    before, opens, rest = text.partition("<")
    if not opens:
        return [text]
    after = rest.partition(">")[2]
    found = FORMS if before.endswith("chart.") else ids[before]
    whole = [f"{before}{quote(each, safe='@')}{after}" for each in found]
    return [one for each in whole for one in (_filled_form(each))]


def _filled_form(text: str) -> list[str]:
    before, opens, rest = text.partition("<")
    return [f"{before}{form}{rest.partition('>')[2]}" for form in FORMS] if opens else [text]
