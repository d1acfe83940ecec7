"""Happenings: anybody proposes, somebody else confirms, and then it is in the log; hostile forms change nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from answerback.people.happenings import MOST_WAITING, told
from answerback.people.models import Appointment, Noted, Person, ProposedHappening, Role
from answerback.web.answering.desk import desk
from answerback.workspace.journal import written

SAID = {"text": "The dialler was down", "starts_on": "2026-08-03", "ends_on": "2026-08-05", "scope": "segment=middle"}


def propose(client: Client, **said: str) -> ProposedHappening:
    assert client.post("/happenings/", SAID | said).status_code == 302
    return ProposedHappening.objects.latest("pk")


def decide(client: Client, number: object, said: str) -> int:
    return client.post("/happenings/decide/", {"number": str(number), "said": said}).status_code


def test_what_a_rep_proposes_waits_until_operations_confirm_it(signed_in: Callable[[str], Client]) -> None:
    made = propose(signed_in("Oskar Ricci"))
    shown = signed_in("Oskar Ricci").get("/happenings/").content.decode()
    assert "The dialler was down" in shown
    assert "It happened" not in shown
    assert told(desk().noted("happening")) == []
    assert decide(signed_in("Revenue operations"), made.pk, "confirm") == 302
    (entry,) = written(desk().home, "happening")
    assert entry.fields["scope"] == "segment=middle"
    assert entry.fields["from"] == "2026-08-02T22:00:00+00:00"  # midnight where the organisation is
    assert entry.fields["to"] == "2026-08-05T22:00:00+00:00"  # the last day is in it
    assert "noted just now" in signed_in("Oskar Ricci").get("/happenings/").content.decode()
    assert Noted.objects.filter(what="happening confirmed", about=str(made.pk)).exists()


def test_what_is_declined_reaches_no_log_and_is_gone(signed_in: Callable[[str], Client]) -> None:
    made = propose(signed_in("Oskar Ricci"))
    assert decide(signed_in("Jana Sato"), made.pk, "decline") == 302
    assert told(desk().noted("happening")) == []
    assert "The dialler was down" not in signed_in("Oskar Ricci").get("/happenings/").content.decode()
    assert decide(signed_in("Jana Sato"), made.pk, "confirm") == 404


@pytest.mark.parametrize("name", ["Oskar Ricci", "Kofi Novak", "Enablement", "Admin"])
def test_nobody_else_decides(name: str, signed_in: Callable[[str], Client]) -> None:
    made = propose(signed_in("Oskar Ricci"))
    assert decide(signed_in(name), made.pk, "confirm") == 404
    assert told(desk().noted("happening")) == []


def test_one_does_not_confirm_what_one_proposed_as_long_as_somebody_else_could(
    signed_in: Callable[[str], Client], practice: dict[str, Person]
) -> None:
    made = propose(signed_in("Jana Sato"))
    assert decide(signed_in("Jana Sato"), made.pk, "confirm") == 302
    assert told(desk().noted("happening")) == []
    Appointment.objects.filter(role=Role.OPERATIONS).delete()
    Appointment.objects.filter(role=Role.LEADER).exclude(person=practice["Jana Sato"]).delete()
    assert decide(signed_in("Jana Sato"), made.pk, "confirm") == 302
    assert len(told(desk().noted("happening"))) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"ends_on": "2026-08-01"},
        {"starts_on": "yesterday"},
        {"text": ""},
        {"text": "x" * 201},
        {"scope": "segment=nowhere"},
        {"scope": "rep=oskar.ricci@halden.example"},
        {"scope": "'; drop table x; --"},
    ],
)
def test_what_cannot_be_is_not_kept(said: dict[str, str], signed_in: Callable[[str], Client]) -> None:
    response = signed_in("Oskar Ricci").post("/happenings/", SAID | said)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not ProposedHappening.objects.exists()


@pytest.mark.parametrize("number", ["0", "-1", "9" * 40, "1 or 1=1", ""])
def test_a_number_that_nobody_gave_is_not_found(number: str, signed_in: Callable[[str], Client]) -> None:
    assert decide(signed_in("Jana Sato"), number, "confirm") == 404


def test_markup_in_a_proposal_is_shown_as_text(signed_in: Callable[[str], Client]) -> None:
    propose(signed_in("Oskar Ricci"), text="<script>alert(1)</script>")
    shown = signed_in("Jana Sato").get("/happenings/").content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_nobody_floods_the_list(signed_in: Callable[[str], Client], practice: dict[str, Person]) -> None:
    client = signed_in("Oskar Ricci")
    for _ in range(MOST_WAITING + 2):
        client.post("/happenings/", SAID)
    assert ProposedHappening.objects.filter(proposed_by=practice["Oskar Ricci"]).count() == MOST_WAITING
