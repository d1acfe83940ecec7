"""Search: companies, buyers' persons and deals whose story one may open, and people whose page one may open.

Operations, who may open nobody's story, search the words and relations of the data instead, and whom coverage is told
of.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from answerback.analysis.directory import Directory
from answerback.analysis.roster import Roster
from answerback.analysis.searching import MOST_HITS, Hit, Searchable, fits, search, searchable, words_of
from answerback.people.models import Role
from answerback.present.glossary import meanings_with
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.rights import Right, needs

_KINDS = {"account": "company", "deal": "deal"}


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: what it is, what it is called, what stands beside it, and where it opens."""

    what: str
    name: str
    beside: str
    url: str


@needs(Right.SEARCHING)
def search_page(request: HttpRequest) -> HttpResponse:
    """What fits what was typed."""
    asking = asked(request)
    typed = request.GET.get("q", "").replace("\0", "").strip()
    directory: Directory | None = ahead(asking.desk, Ahead.DIRECTORY)
    hits: list[Found] = []
    if words_of(typed):
        hits = _people(asking, typed)
        if asking.viewer.is_a(Role.OPERATIONS):
            hits += _of_data(asking, typed)
        if directory is not None:
            hits += _chains(asking, directory, typed)
    context = {
        "typed": typed[:200],
        "asked": bool(words_of(typed)),
        "hits": hits[:MOST_HITS],
        "more": len(hits) > MOST_HITS,
        "loading": directory is None and asking.viewer.is_a(Role.REP, Role.MANAGER),
    }
    return render(request, "pages/search.html", context)


def _chains(asking: Asking, directory: Directory, typed: str) -> list[Found]:
    scope = asking.scope("search")
    if not scope.stretches and not scope.everybody:
        return []
    key = ("searchable", asking.desk.snapshot, asking.desk.today(), scope)
    found: Searchable | None = asking.desk.kept(key)
    if found is None:
        with asking.desk.reading() as reader:
            found = searchable(reader, scope, directory, ahead(asking.desk, Ahead.CHAINS))
        asking.desk.keep(key, found)
    return [
        each for hit in search(found, typed, ("deal", "account", "contact")) if (each := _shown(hit, directory, typed))
    ]


def _shown(hit: Hit, directory: Directory, typed: str) -> Found | None:
    """A hit as it is shown; an id stands beside a name only where it is what was typed."""
    company = directory.called("account", [hit.of]).get(hit.of, "") if hit.space != "account" else ""
    if hit.space == "contact":
        account = directory.id_of("account", hit.of)
        return Found(_("person"), hit.name or hit.id, company, reverse("company", args=[account])) if account else None
    by_id = hit.name and not fits(hit.name, words_of(typed))
    beside = company or (hit.id if by_id else "")
    return Found(_(_KINDS[hit.space]), hit.name or hit.id, beside, reverse(_KINDS[hit.space], args=[hit.id]))


def _people(asking: Asking, typed: str) -> list[Found]:
    """People whose page whoever looks may open."""
    if not asking.viewer.is_a(Role.MANAGER):
        return []
    roster, scope, now = asking.desk.roster(), asking.scope("search"), asking.desk.as_of()
    keys = [each.rep_key for each in scope.stretches if each.rep_key != asking.viewer.own_key]
    return [
        Found(_("rep"), roster.called(key), roster.members[key].team, reverse("mirror_of", args=[roster.id_of(key)]))
        for key in sorted(set(keys), key=roster.called)
        if scope.holds(key, now) and _fits(roster, key, typed)
    ]


def _of_data(asking: Asking, typed: str) -> list[Found]:
    """Words, measures and relations; and reps, for what was loaded of them."""
    roster = asking.desk.roster()
    found = [
        Found(_("definition"), each.name, each.meaning, f"{reverse('data_definitions')}#{each.anchor}")
        for each in meanings_with(words_of(typed))
    ]
    return found + [
        Found(_("what is loaded of"), roster.called(key), roster.members[key].team, _coverage(roster.id_of(key)))
        for key in sorted(roster.members, key=roster.called)
        if _fits(roster, key, typed)
    ]


def _coverage(rep_id: str) -> str:
    return f"{reverse('data_coverage')}?{urlencode({'q': rep_id})}"


def _fits(roster: Roster, key: int, typed: str) -> bool:
    member = roster.members[key]
    return fits(f"{member.name} {member.rep_id} {member.team}", words_of(typed))
