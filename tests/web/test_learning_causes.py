"""The board of causes: for whoever's page a systemic finding is on; taken on with a day; worked off cause by cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from answerback.domain.findings import Verdict
from answerback.people.learning.models import Cause, CauseBoard, CauseName
from answerback.people.models import Noted, Person
from answerback.present.causes import TESTS
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import desk

SignedIn = Callable[[str], Client]
LEADER = "Jana Sato"
SAID = {"state": "does_not", "test": "An offer at the old price to every second company", "done": "tried"}


@pytest.fixture
def systemic(practice: dict[str, Person]) -> str:
    """The finding on what was planted: a segment that answers less since prices rose."""
    found = board_of(desk()).gathered.findings
    of_many = {Verdict.SYSTEMIC, Verdict.SEGMENT}
    return next(
        each.finding.finding_id
        for each in found
        if each.finding.verdict in of_many and each.finding.subject.kind == "segment" and not each.finding.good_news
    )


def test_each_cause_has_a_test_that_would_settle_it() -> None:
    assert set(TESTS) == set(CauseName.values)


def test_it_says_of_each_cause_what_the_records_say_and_what_would_settle_it(
    systemic: str, signed_in: SignedIn
) -> None:
    assert "Nobody has taken it on yet" in signed_in(LEADER).get(f"/findings/{systemic}/").content.decode()
    shown = signed_in(LEADER).get(f"/findings/{systemic}/causes/").content.decode()
    for name in CauseName:
        assert f'id="c-{name.value}"' in shown
    assert shown.count("What would settle it:") == len(CauseName)
    assert "Of what buyers said stood in the way, the price was" in shown
    assert "Prices for companies" in shown.split("Known to have happened about then:")[1].split("</p>")[0]
    assert "Average reps in place of the 3 with the lowest rates" in shown
    for each in Person.objects.filter(appointments__role="rep"):
        assert each.name not in shown.split("<main")[1]


def test_it_is_taken_on_with_a_day_and_that_stands_on_the_finding(systemic: str, signed_in: SignedIn) -> None:
    client, kofi = signed_in(LEADER), Person.objects.get(name="Kofi Novak")
    said = {"what": "take_on", "owner": str(kofi.pk), "due_on": "2027-01-15"}
    assert client.post(f"/findings/{systemic}/causes/say/", said).status_code == 302
    board = CauseBoard.objects.get(finding_id=systemic)
    assert (board.owner, board.acknowledged_at is not None) == (kofi, True)
    shown = client.get(f"/findings/{systemic}/").content.decode()
    assert "Kofi Novak has taken it on, until 15 January 2027; 0 of 10 causes are settled." in shown
    assert Noted.objects.filter(what="causes taken on", about=systemic).count() == 1


def test_whom_nobody_knows_takes_nothing_on(systemic: str, signed_in: SignedIn) -> None:
    rep = Person.objects.get(name="Oskar Ricci")
    for owner, day in ((str(rep.pk), "2027-01-15"), ("x", "2027-01-15"), ("999", "2027-01-15"), ("", "")):
        said = {"what": "take_on", "owner": owner, "due_on": day}
        assert signed_in(LEADER).post(f"/findings/{systemic}/causes/say/", said).status_code == 302
    assert not CauseBoard.objects.exists()


def test_causes_are_worked_off_one_by_one_and_only_then_it_closes(systemic: str, signed_in: SignedIn) -> None:
    client, address = signed_in(LEADER), f"/findings/{systemic}/causes/say/"
    for name in CauseName:
        client.post(address, {"what": "close"})
        assert not CauseBoard.objects.filter(closed_at__isnull=False).exists()
        assert client.post(address, SAID | {"what": name.value}).status_code == 302
    assert Cause.objects.filter(state="does_not").count() == len(CauseName)
    assert "10 of 10 causes are settled" in client.get(f"/findings/{systemic}/causes/").content.decode()
    client.post(address, {"what": "close"})
    assert CauseBoard.objects.get().closed_at is not None
    assert "Worked off on" in client.get(f"/findings/{systemic}/causes/").content.decode()


@pytest.mark.parametrize("said", [{"what": "close it"}, {"what": ""}, {}])
def test_what_nobody_can_say_is_not_found(said: dict[str, str], systemic: str, signed_in: SignedIn) -> None:
    assert signed_in(LEADER).post(f"/findings/{systemic}/causes/say/", said).status_code == 404


def test_what_does_not_fit_changes_nothing(systemic: str, signed_in: SignedIn) -> None:
    for said in ({"state": "shout"}, {"test": "x" * 301}, {"due_on": "soon"}):
        signed_in(LEADER).post(f"/findings/{systemic}/causes/say/", SAID | {"what": "price"} | said)
    assert not Cause.objects.exists()


@pytest.mark.parametrize("name", ["Oskar Ricci", "Enablement", "Admin"])
def test_for_others_there_is_no_such_page(name: str, systemic: str, signed_in: SignedIn) -> None:
    assert signed_in(name).get(f"/findings/{systemic}/causes/").status_code == 404
    assert signed_in(name).post(f"/findings/{systemic}/causes/say/", SAID | {"what": "price"}).status_code == 404
    assert not Cause.objects.exists()


def test_a_finding_on_one_person_has_no_board(practice: dict[str, Person], signed_in: SignedIn) -> None:
    found = board_of(desk()).gathered.findings
    of_one = [each.finding.finding_id for each in found if each.finding.subject.kind == "rep"]
    assert of_one
    for finding_id in of_one:
        for name in (LEADER, "Kofi Novak"):
            assert signed_in(name).get(f"/findings/{finding_id}/causes/").status_code == 404
