"""The wall: who stands on it with a name and who without, what gets out of a nameless post, who opens it, filters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from answerback.analysis.ended.facts import Facts
from answerback.people.learning import debriefs, lessons, seen
from answerback.people.learning.models import Debrief, DebriefOf, Reach
from answerback.people.learning.unnamed import telltales
from answerback.people.learning.wall import Filters, shared_with, wall
from answerback.people.models import Appointment, Noted, Person, Role
from answerback.present.debriefs import KNOWN_KINDS
from answerback.web.answering.board import Judged

TODAY = date(2026, 10, 9)
NOW = datetime(2026, 10, 9, 8, tzinfo=UTC)
FACTS = Facts(touches=9, answered=3, acts=4, typed_in="Proposal", segment="middle", tried=("new_line",), reason="price")


def person(name: str, *roles: Role) -> Person:
    made = Person.objects.create_user(f"{name.lower()}@example.com", name=name, rep_id=f"{name.lower()}-id")
    for role in roles:
        Appointment.objects.create(person=made, role=role, valid_from=date(2020, 1, 1))
    return made


def post(owner: Person, of: DebriefOf = DebriefOf.LOST, *, anonymous: bool = False, **more: object) -> Debrief:
    """A debrief that its owner has put on the wall."""
    said = {"lesson": f"What {of} taught", "own_reasons": ["price"], "facts": FACTS.values(), "chain_id": "deal-4711"}
    made = Debrief.objects.create(owner=owner, of=of, ended_at=NOW, closed_at=NOW, **said | more)
    assert debriefs.share(made, Reach.EVERYBODY, anonymous=anonymous, now=NOW)
    return made


@pytest.fixture(scope="session")
def judged() -> Judged:
    """No finding: these pages show none, and judging takes long."""
    return Judged(findings=(), behind={})


@pytest.fixture
def viewer(db: None) -> Person:
    return person("Zoe", Role.REP)


@pytest.fixture
def rep(db: None) -> Person:
    return person("Ann", Role.REP)


def test_failures_stand_apart_from_what_worked(viewer: Person, rep: Person) -> None:
    for number, of in enumerate(DebriefOf):
        post(rep, of, chain_id=f"deal-{number}")
    found = wall(viewer, Filters(), TODAY)
    assert {each.of for each in found.worked} == {DebriefOf.WON, DebriefOf.CASE}
    assert {each.of for each in found.failed} == set(DebriefOf) - {DebriefOf.WON, DebriefOf.CASE}
    assert all(each.by == "Ann" and each.chain_id for each in found.failed)


def test_a_leader_s_own_failure_opens_it_but_not_their_success_nor_one_without_a_name(
    viewer: Person, rep: Person
) -> None:
    leader = person("Lea", Role.LEADER)
    post(rep)
    post(leader, DebriefOf.WON, chain_id="deal-2")
    post(leader, chain_id="deal-3", anonymous=True)
    assert wall(viewer, Filters(), TODAY).opening is None
    first = post(leader, DebriefOf.DECISION, chain_id="", lesson="I priced it alone")
    opening = wall(viewer, Filters(step="Nowhere"), TODAY).opening
    assert opening is not None
    assert (opening.number, opening.lesson) == (first.pk, "I priced it alone")
    Appointment.objects.filter(person=leader).update(valid_to=TODAY)
    assert wall(viewer, Filters(), TODAY).opening is None


def test_nothing_that_names_gets_out_of_a_post_without_a_name(viewer: Person, rep: Person) -> None:
    made = post(
        rep, anonymous=True, facts=Facts(reason="Acme 40k", buyer_said=("Acme",)).of_kinds(KNOWN_KINDS).values()
    )
    (found,) = wall(viewer, Filters(), TODAY).failed
    said = json.dumps(asdict(found), default=str)
    telling = ("Ann", "ann-id", "ann@example.com", "deal-4711", "2026", "Acme", "40k", f'"number": {made.pk}')
    assert [each for each in telling if each in said] == []
    assert (found.by, found.chain_id, found.ended_at, found.number) == ("", "", None, None)


def test_a_post_without_a_name_is_no_debrief_of_its_owner_s_to_anybody_else(viewer: Person, rep: Person) -> None:
    made = post(rep, anonymous=True)
    assert shared_with(viewer, made.pk, TODAY) is None
    assert not seen.debriefs(viewer, TODAY).exists()
    assert seen.debriefs(rep, TODAY).get() == made
    assert not Noted.objects.exclude(about="").exists()
    debriefs.share(made, Reach.NOBODY, anonymous=False, now=NOW)
    assert not Noted.objects.filter(actor=rep).exists()


def test_a_lesson_under_a_name_does_not_stand_beside_a_post_without_one(viewer: Person, rep: Person) -> None:
    made = post(rep, anonymous=True)
    lesson = lessons.state(rep, lessons.Stated("Ask first"), now=NOW, debrief=made)
    assert lesson is not None
    lessons.share(rep, lesson.pk, anonymous=False, now=NOW)
    assert wall(viewer, Filters(), TODAY).failed[0].lessons == ()
    assert wall(viewer, Filters(), TODAY).lessons == (lesson,)
    lessons.share(rep, lesson.pk, anonymous=True, now=NOW)
    assert wall(viewer, Filters(), TODAY).failed[0].lessons == (lesson,)


def test_what_is_taken_back_is_off_the_wall_at_once(viewer: Person, rep: Person) -> None:
    made = post(rep)
    assert shared_with(viewer, made.pk, TODAY) is not None
    debriefs.share(made, Reach.NOBODY, anonymous=False, now=NOW)
    assert wall(viewer, Filters(), TODAY).failed == ()
    assert shared_with(viewer, made.pk, TODAY) is None


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        (Filters(), {"a", "b"}),
        (Filters(step="Proposal"), {"a"}),
        (Filters(segment="small"), {"b"}),
        (Filters(obstacle="own_mistake"), {"b"}),
        (Filters(obstacle="price"), {"a"}),
        (Filters(obstacle="timing"), {"b"}),
        (Filters(step="Proposal", segment="small"), set()),
        (Filters(obstacle="own_mistake:late"), set()),
    ],
)
def test_it_is_narrowed_by_step_segment_and_what_stood_in_the_way(
    filters: Filters, shown: set[str], viewer: Person, rep: Person
) -> None:
    post(rep, lesson="a")
    other = Facts(typed_in="Discovery", segment="small", buyer_said=("timing",))
    post(rep, chain_id="x", lesson="b", own_reasons=["own_mistake:late"], facts=other.values())
    assert {each.lesson for each in wall(viewer, filters, TODAY).failed} == shown
    choices = wall(viewer, Filters(), TODAY).choices
    assert choices["step"] == ("Discovery", "Proposal")
    assert choices["obstacle"] == ("own_mistake", "price", "timing")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Kofi said no", ["Kofi"]),
        ("we lost NORDWIND", ["NORDWIND"]),
        ("nordwind energie wanted it", ["nordwind energie"]),
        ("ann.bo@nordwind.example wrote", ["ann.bo@nordwind.example"]),
        ("on 12.03.2026 and 2026-03-12", ["12.03.2026", "2026-03-12"]),
        ("by 3 May or in June 2026", ["3 May", "June 2026"]),
        ("for € 40,000 or 40k or 12 000 EUR", ["€ 40,000", "40k", "12 000 EUR"]),
        ("order 4711 of it", ["4711"]),
        ("we asked twice in 3 weeks, and will ask the novices again", []),
    ],
)
def test_what_would_tell_whom_a_text_is_about_is_found(text: str, told: list[str]) -> None:
    assert telltales(text, ["Kofi Novak", "Nordwind Energie", "Nordwind GmbH", "Will Wise"]) == told


def test_names_days_and_amounts_keep_a_text_off_the_wall_without_a_name(
    signed_in: Callable[[str], Client], practice: dict[str, Person]
) -> None:
    client, owner = signed_in("Oskar Ricci"), practice["Oskar Ricci"]
    made = Debrief.objects.create(
        owner=owner, of=DebriefOf.DECISION, ended_at=NOW, closed_at=NOW, lesson="Kofi wanted 40k"
    )
    nameless = {"reach": "everybody", "anonymous": "on"}
    refused = client.post(f"/debriefs/{made.pk}/share/", nameless).content.decode()
    assert "The text would tell whom it is about: “Kofi”, “40k”." in refused
    assert Debrief.objects.get().reach == Reach.NOBODY
    words = {"went": "", "lesson": "We priced it too high", "serves": ""}
    assert client.post(f"/debriefs/{made.pk}/words/", words).status_code == 302
    assert client.post(f"/debriefs/{made.pk}/share/", nameless).status_code == 302
    assert client.post(f"/debriefs/{made.pk}/words/", words | {"went": "Ricci knew"}).status_code == 200
    assert Debrief.objects.get().went == ""
    page = signed_in("Nadia Winkler").get("/wall/").content.decode()
    assert "We priced it too high" in page
    assert "Ricci" not in page
    assert signed_in("Nadia Winkler").get(f"/debriefs/{made.pk}/").status_code == 404
    assert client.get("/wall/").content.decode().count("yours, without your name") == 1


def test_the_wall_is_for_everybody_and_invites_leaders_alone(signed_in: Callable[[str], Client]) -> None:
    for name in ("Oskar Ricci", "Kofi Novak", "Jana Sato", "Revenue operations", "Enablement", "Admin"):
        page = signed_in(name).get("/wall/?step='&segment=%00&obstacle=x&page=zz")
        assert page.status_code == 200, name
        assert ("Whoever leads opens the wall best." in page.content.decode()) == (name == "Jana Sato"), name
    assert Client().get("/wall/").status_code == 302


def test_credit_for_a_risk_is_told_whatever_came_of_it(
    signed_in: Callable[[str], Client], practice: dict[str, Person]
) -> None:
    for number, of in enumerate((DebriefOf.LOST, DebriefOf.WON)):
        post(practice["Nadia Winkler"], of, chain_id=f"none-{number}")
    page = signed_in("Oskar Ricci").get("/wall/").content.decode()
    assert page.count("A first deal in a line of products.") == 2
    assert page.index("What did not work, and what it taught") < page.index("What worked")


def test_old_and_new_pages_of_it(viewer: Person, rep: Person) -> None:
    for number in range(3):
        made = post(rep, chain_id=f"deal-{number}", lesson=str(number))
        Debrief.objects.filter(pk=made.pk).update(shared_at=NOW + timedelta(days=number))
    assert [each.lesson for each in wall(viewer, Filters(), TODAY).failed] == ["2", "1", "0"]
