"""The manager's page: whom to talk to about what, by name and never ranked; with groups, sums over whole groups."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.court.too_long import too_long
from answerback.people.models import Group, GroupVersion, Organisation, Person, Reporting, Visibility
from answerback.web.answering.desk import desk
from answerback.web.answering.weekly import Weekly, keep, make
from answerback.web.noted.marks import mark
from answerback.workspace.access import owner_scope

TEAM = ("Nadia Winkler", "Oskar Ricci")


def page(client: Client) -> str:
    response = client.get("/team/")
    assert response.status_code == 200
    return response.content.decode()


def talks(shown: str) -> list[str]:
    return re.findall(r'<h2 id="t\d+">([^<]+)</h2>', shown)


def test_people_stand_in_the_order_of_the_alphabet_whatever_their_results(signed_in: Callable[[str], Client]) -> None:
    names = talks(page(signed_in("Kofi Novak")))
    assert names
    assert names == sorted(names, key=str.lower)
    led = {each.rep_id.split("@")[0].replace(".", " ") for each in Reporting.objects.filter(manager__name="Kofi Novak")}
    assert {each.lower() for each in names} <= led


def test_nobody_s_rate_stands_beside_another_s(signed_in: Callable[[str], Client]) -> None:
    assert "<table" not in page(signed_in("Kofi Novak")).split("data-keys")[0].split('class="keys"')[0]


def test_one_s_own_mirror_comes_before_anybody_else(signed_in: Callable[[str], Client]) -> None:
    shown = page(signed_in("Kofi Novak"))
    assert shown.index("You first") < shown.index("<h1>")
    assert 'href="/mirror/"' in shown


def test_whom_the_records_do_not_know_begins_here_and_is_told_what_is_missing(
    signed_in: Callable[[str], Client],
) -> None:
    manager = signed_in("Kofi Novak")
    assert manager.get("/").headers["Location"] == "/mirror/"
    Person.objects.filter(name="Kofi Novak").update(rep_id="")
    assert manager.get("/").headers["Location"] == "/team/"
    shown = page(manager)
    assert "They do not name you" in shown
    assert "No touch of yours is loaded" in shown
    assert 'href="/mirror/"' not in shown.split("<main")[1]


def test_many_names_stand_one_step_away(signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    manager = signed_in("Kofi Novak")
    assert "people with whom there is nothing to raise" not in page(manager)
    monkeypatch.setattr("answerback.web.pages.team.MOST_IN_A_SENTENCE", 0)
    listed = page(manager).partition("people with whom there is nothing to raise")[2].partition("</details>")[0]
    assert re.findall(r'<li><a href="/mirror/[^"]+">[^<]+</a></li>', listed)


def test_who_waits_too_long_is_shown_with_whom_until_somebody_says_it_is_no_ball(
    signed_in: Callable[[str], Client],
) -> None:
    at = desk()
    with at.reading() as reader:
        found = [each for each in too_long(reader, owner_scope("test")) if each.account_id]
    keys = {each.name: each.key for each in at.roster().members.values()}
    own = [each for each in found if each.rep_key == keys["Oskar Ricci"]]
    assert own
    companies = {each.account_id for each in own}
    shown = page(signed_in("Kofi Novak"))
    assert any(f'href="/companies/{company}/"' in shown for company in companies)
    for each in own:
        mark(at.home, (each.event_id,), "none", now=at.as_of(), as_of=at.as_of())
    others = {each.account_id for each in found if each.rep_key != keys["Oskar Ricci"]}
    shown = page(signed_in("Kofi Novak"))
    assert not any(f'href="/companies/{company}/"' in shown for company in companies - others)


def test_people_of_others_are_not_there(signed_in: Callable[[str], Client]) -> None:
    shown = page(signed_in("Kofi Novak"))
    others = Reporting.objects.filter(manager__name="Lena Uribe").values_list("rep_id", flat=True)
    assert others
    assert not any(each in shown for each in others)


def test_until_the_organisation_has_chosen_it_names_nobody(signed_in: Callable[[str], Client]) -> None:
    Organisation.objects.update(visibility="")
    shown = page(signed_in("Kofi Novak"))
    assert "has not chosen yet" in shown
    assert talks(shown) == []
    assert not any(name in shown for name in TEAM)


@pytest.fixture
def groups(practice: dict[str, Person]) -> None:
    """The organisation chose groups, and all who report to Kofi Novak are one."""
    Organisation.objects.update(visibility=Visibility.GROUPS)
    manager = practice["Kofi Novak"]
    made = Group.objects.create(manager=manager, name="North")
    rep_ids = sorted(Reporting.objects.filter(manager=manager).values_list("rep_id", flat=True))
    GroupVersion.objects.create(group=made, valid_from=date(2020, 1, 1), rep_ids=rep_ids)


@pytest.mark.usefixtures("groups")
def test_with_groups_whole_groups_are_summed_up_and_nobody_is_named(signed_in: Callable[[str], Client]) -> None:
    shown = page(signed_in("Kofi Novak"))
    assert "North" in shown
    assert re.search(r"<dt>touches</dt><dd>[1-9]", shown)
    assert talks(shown) == []
    assert not any(name in shown for name in TEAM)


def test_what_talks_changed_is_told_or_is_being_worked_out(signed_in: Callable[[str], Client]) -> None:
    assert "This is being worked out" in page(signed_in("Kofi Novak"))
    at = desk()
    keep(at, Weekly.COACHING, make(at, Weekly.COACHING))
    shown = page(signed_in("Kofi Novak"))
    assert "This is being worked out" not in shown
    others = Reporting.objects.filter(manager__name="Lena Uribe").values_list("rep_id", flat=True)
    assert not any(each in shown for each in others)


def test_it_asks_the_database_little(
    signed_in: Callable[[str], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("Kofi Novak")
    page(client)
    with django_assert_max_num_queries(26):
        page(client)
