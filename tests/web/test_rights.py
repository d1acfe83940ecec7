"""Every route of the application states a right, and lets in whom it says and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, resolve, reverse

from answerback.web.answering.desk import desk
from answerback.web.rights import OF_OTHERS, Right
from tests.web.addresses import routes

REP, MANAGER, LEADER = "Oskar Ricci", "Kofi Novak", "Jana Sato"
OPERATIONS, ENABLEMENT, ADMIN = "Revenue operations", "Enablement", "Admin"
EVERYBODY = (REP, MANAGER, LEADER, OPERATIONS, ENABLEMENT, ADMIN)
LET_IN = {
    Right.SIGNED_IN: set(EVERYBODY),
    Right.REP: {REP, MANAGER},
    Right.MANAGER: {MANAGER},
    Right.LEADER: {LEADER},
    Right.OPERATIONS: {OPERATIONS},
    Right.ADMIN: {ADMIN},
    Right.SELLERS: {REP, MANAGER, LEADER},
    Right.OVERSIGHT: {MANAGER, LEADER, OPERATIONS},
    Right.POOLED: {LEADER, OPERATIONS},
    Right.SEARCHING: {REP, MANAGER, LEADER, OPERATIONS},
    Right.LOADING: {OPERATIONS, ADMIN},
    Right.LEADING: {MANAGER, LEADER},
    Right.PRACTISING: {REP, MANAGER, LEADER, ENABLEMENT},
}
NOT_NOW = frozenset({"found", "own_mailbox_told", "practise", "tour"})
"""Pages of everybody that are there at other times than this company's: before anybody is, or while a job runs."""


ASK_FOR_MORE = {"figure", "invited"}
"""Pages that are not there without a question: to whom they open is told by tests of their own."""
PLAIN = [
    each
    for _, each in routes()
    if getattr(each.callback, "right", Right.TOKEN) is not Right.TOKEN and not each.pattern.regex.groups
]


def test_each_page_of_ours_states_a_right() -> None:
    silent = [
        each.name
        for _, each in routes()
        if each.callback.__module__.startswith("answerback.") and not hasattr(each.callback, "right")
    ]
    assert PLAIN
    assert not silent


def test_a_page_of_the_library_for_accounts_that_nobody_listed_is_not_there(client: Client) -> None:
    unlisted = [
        each
        for _, each in routes()
        if not each.callback.__module__.startswith("answerback.")
        and each.name not in OF_OTHERS
        and not each.pattern.regex.groups
    ]
    assert unlisted
    for each in unlisted:
        try:
            address = reverse(str(each.name))
        except NoReverseMatch:  # what comes before it in the address needs an id
            continue
        if resolve(address).url_name == each.name:  # else another route of the same address comes first
            assert client.get(address).status_code == 404


@pytest.mark.parametrize("route", PLAIN, ids=lambda each: str(each.name))
def test_it_lets_in_whom_it_says(route: URLPattern, signed_in: Callable[[str], Client], client: Client) -> None:
    right: Right = route.callback.right  # type: ignore[attr-defined]
    if route.name in NOT_NOW:
        assert right is Right.EVERYBODY
        return
    address = reverse(str(route.name))
    stranger = client.get(address).status_code
    assert (stranger == 302) == (right is not Right.EVERYBODY)
    for name in EVERYBODY:
        found = signed_in(name).get(address).status_code
        if right is Right.EVERYBODY or name in LET_IN[right]:
            assert found in (200, 302, 405, 503) or route.name in ASK_FOR_MORE, name
        else:
            assert found == 404, name


def test_a_manager_opens_the_mirror_of_who_reports_to_them_and_the_rep_sees_it(
    signed_in: Callable[[str], Client],
) -> None:
    assert signed_in("Kofi Novak").get("/mirror/oskar.ricci@halden.example/").status_code == 200
    assert "Kofi Novak: mirror" in signed_in("Oskar Ricci").get("/me/").content.decode()


def test_the_rep_sees_it_by_whichever_of_their_ids_they_were_looked_up(signed_in: Callable[[str], Client]) -> None:
    roster = desk().roster()
    others = [each for each in roster.ids_of(roster.keys["oskar.ricci@halden.example"]) if "@" not in each]
    assert others
    assert signed_in("Kofi Novak").get(f"/mirror/{others[0]}/").status_code == 200
    assert "Kofi Novak: mirror" in signed_in("Oskar Ricci").get("/me/").content.decode()


@pytest.mark.parametrize(
    "whose", ["tessa.dahl@halden.example", "jana.sato@halden.example", "nobody@halden.example", "'; drop table x; --"]
)
def test_nobody_else_s_mirror_is_there_at_all(whose: str, signed_in: Callable[[str], Client]) -> None:
    assert signed_in("Kofi Novak").get("/mirror/" + whose + "/").status_code == 404


def test_a_manager_of_before_sees_nobody(signed_in: Callable[[str], Client]) -> None:
    from datetime import date

    from answerback.people.models import Reporting

    Reporting.objects.filter(rep_id="oskar.ricci@halden.example").update(valid_to=date(2026, 10, 1))
    assert signed_in("Kofi Novak").get("/mirror/oskar.ricci@halden.example/").status_code == 404


def test_until_the_organisation_has_chosen_nobody_sees_anybody(signed_in: Callable[[str], Client]) -> None:
    from answerback.people.models import Organisation

    Organisation.objects.update(visibility="")
    assert signed_in("Kofi Novak").get("/mirror/oskar.ricci@halden.example/").status_code == 404
