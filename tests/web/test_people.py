"""Admins invite, appoint, confirm who reports to whom, choose what managers see, and forget who asks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.test import Client

from answerback.people import groups, invitations
from answerback.people.models import (
    Appointment,
    Erasure,
    Invitation,
    Look,
    Noted,
    Organisation,
    Person,
    Reporting,
    Role,
    Visibility,
)
from answerback.web.answering.desk import desk

PASSWORD = {"name": "Zoe", "password": "correct horse battery", "again": "correct horse battery"}
SignedIn = Callable[[str], Client]


def link_in(page: str) -> str:
    found = re.search(r'value="http://testserver(/invited/[^"]+)"', page)
    assert found is not None
    return found.group(1)


def invite(admin: Client, **more: object) -> str:
    said = {"email": "zoe@halden.example", "name": "Zoe", "rep_id": "", "roles": ["leader"], **more}
    return link_in(admin.post("/people/invite/", said).content.decode())


def test_who_is_invited_comes_in_once_as_what_they_were_invited_as(signed_in: SignedIn, client: Client) -> None:
    link = invite(signed_in("Admin"))
    page = client.get(link).content.decode()
    assert "zoe@halden.example" in page
    assert "two working days" in page  # what others will see
    assert client.post(link, PASSWORD).status_code == 302
    zoe = Person.objects.get(email="zoe@halden.example")
    assert zoe.roles_on(desk().today()) == {Role.LEADER}
    assert client.get("/us/").status_code in (200, 503)
    assert client.get("/team/").status_code == 404
    assert Client().get(link).status_code == 404
    assert Client().post(link, PASSWORD).status_code == 404


@pytest.mark.parametrize("key", ["", "x", "%00", "../", "\u00e9"])
def test_another_link_opens_nothing(key: str, signed_in: SignedIn, client: Client) -> None:
    invite(signed_in("Admin"))
    assert client.get("/invited/", {"key": key}).status_code == 404


def test_an_invitation_ends_taken_back_after_a_week_and_by_a_newer_one(signed_in: SignedIn, client: Client) -> None:
    admin = signed_in("Admin")
    first = invite(admin)
    second = invite(admin)
    assert client.get(first).status_code == 404
    number = str(Invitation.objects.get(withdrawn_at=None).pk)
    assert admin.post("/people/invite/withdraw/", {"invitation": number}).status_code == 302
    assert client.get(second).status_code == 404
    third = invite(admin)
    Invitation.objects.filter(withdrawn_at=None).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert client.get(third).status_code == 404


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"email": "OSKAR.RICCI@halden.example"}, "has an account"),
        ({"rep_id": "oskar.ricci@halden.example"}, "not one of the available choices"),
        ({"roles": []}, "at least one role"),
        ({"roles": ["owner"]}, "not one of the available choices"),
        ({"email": "no address"}, "valid email"),
    ],
)
def test_who_cannot_be_invited(change: dict[str, object], why: str, signed_in: SignedIn) -> None:
    said = {"email": "zoe@halden.example", "name": "Zoe", "rep_id": "", "roles": ["leader"], **change}
    page = signed_in("Admin").post("/people/invite/", said)
    assert why in page.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("password", ["short", "oskar.ricci1234", "123456789012"])
def test_a_bad_password_is_refused(password: str, signed_in: SignedIn, client: Client) -> None:
    link = invite(signed_in("Admin"), email="oskar.ricci1234@x.example")
    page = client.post(link, {"name": "Oskar", "password": password, "again": password})
    assert page.status_code == 200
    assert not Person.objects.filter(email="oskar.ricci1234@x.example").exists()


def test_an_invitation_is_kept_as_a_hash(signed_in: SignedIn) -> None:
    key = invite(signed_in("Admin")).split("key=")[1]
    assert key not in json.dumps(list(Invitation.objects.values()), default=str)
    assert key not in json.dumps(list(Noted.objects.values()), default=str)


def test_roles_are_given_and_taken_from_a_day_on(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    admin, oskar = signed_in("Admin"), practice["Oskar Ricci"]
    address = f"/people/{oskar.pk}/"
    admin.post(address, {"act": "appoint", "role": "operations"})
    assert signed_in("Oskar Ricci").get("/data/").status_code == 200
    admin.post(address, {"act": "relieve", "role": "operations"})
    assert signed_in("Oskar Ricci").get("/data/").status_code == 404
    assert Appointment.objects.filter(person=oskar, role="operations").count() == 1
    assert [each.what for each in Noted.objects.order_by("pk")] == ["role given: operations", "role taken: operations"]


@pytest.mark.parametrize("act", [{"act": "relieve", "role": "admin"}, {"act": "close"}])
def test_somebody_is_left_who_can_let_others_in(
    act: dict[str, str], signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    admin = signed_in("Admin")
    page = admin.post(f"/people/{practice['Admin'].pk}/", act, follow=True)
    assert "Nobody would be left" in page.content.decode()
    assert admin.get("/people/").status_code == 200


@pytest.mark.parametrize("act", [{}, {"act": "x"}, {"act": "appoint", "role": "owner"}, {"act": "appoint"}])
def test_what_no_form_sends_is_not_there(act: dict[str, str], signed_in: SignedIn, practice: dict[str, Person]) -> None:
    assert signed_in("Admin").post(f"/people/{practice['Oskar Ricci'].pk}/", act).status_code == 404


def test_a_line_is_proposed_by_the_log_and_holds_once_confirmed(signed_in: SignedIn) -> None:
    Reporting.objects.all().delete()
    oskar, manager, admin = "oskar.ricci@halden.example", signed_in("Kofi Novak"), signed_in("Admin")
    assert manager.get(f"/mirror/{oskar}/").status_code == 404
    page = admin.get("/people/reporting/").content.decode()
    assert "Oskar Ricci reports to Kofi Novak" in page
    today = desk().today()
    admin.post("/people/reporting/", {"rep": [oskar], "since": str(today)})
    line = Reporting.objects.get()
    assert (line.rep_id, line.valid_from, line.manager.name) == (oskar, today, "Kofi Novak")
    assert manager.get(f"/mirror/{oskar}/").status_code == 200
    admin.post("/people/reporting/", {"end": str(line.pk)})
    assert manager.get(f"/mirror/{oskar}/").status_code == 404


def test_what_the_log_does_not_say_cannot_be_confirmed(signed_in: SignedIn) -> None:
    Reporting.objects.all().delete()
    signed_in("Admin").post("/people/reporting/", {"rep": ["jana.sato@halden.example", "x"], "since": "2026-01-01"})
    future = str(desk().today() + timedelta(days=2))
    signed_in("Admin").post("/people/reporting/", {"rep": ["oskar.ricci@halden.example"], "since": future})
    assert not Reporting.objects.exists()


def test_a_choice_is_written_down_and_told_to_everybody(signed_in: SignedIn) -> None:
    rep, admin = signed_in("Oskar Ricci"), signed_in("Admin")
    news = "Your organisation has chosen what managers see"
    assert news not in rep.get("/me/").content.decode()
    admin.post("/people/visibility/", {"visibility": "groups"})
    assert Organisation.objects.get().visibility == Visibility.GROUPS
    assert Noted.objects.filter(what="visibility: groups", actor__name="Admin").exists()
    assert news in rep.get("/me/").content.decode()
    answer = rep.post("/me/told/", {"back": "/me/"})
    assert answer.headers["Location"] == "/me/"
    assert news not in rep.get("/me/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "/\\evil"])
def test_nobody_is_sent_elsewhere(back: str, signed_in: SignedIn) -> None:
    assert signed_in("Oskar Ricci").post("/me/told/", {"back": back}).headers["Location"] == "/"


def test_nothing_is_chosen_beforehand(signed_in: SignedIn) -> None:
    assert "checked" not in signed_in("Admin").get("/people/visibility/").content.decode()
    signed_in("Admin").post("/people/visibility/", {"visibility": ""})
    assert Organisation.objects.get().visibility == Visibility.PERSON_FIRST


def test_a_group_of_four_is_refused_with_the_reason(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    reps = [each.rep_id for each in practice.values() if each.rep_id]
    said = {"manager": practice["Kofi Novak"].pk, "name": "North"}
    page = signed_in("Admin").post("/people/groups/", {**said, "rep_ids": reps[:4]}).content.decode()
    assert "at least five" in page
    signed_in("Admin").post("/people/groups/", {**said, "rep_ids": reps[:5]})
    (version,) = groups.current(desk().today())
    page = signed_in("Admin").post(f"/people/groups/{version.group_id}/", {"rep_ids": reps[:6]}).content.decode()
    assert "could be worked out" in page
    signed_in("Admin").post(f"/people/groups/{version.group_id}/", {"end": "1"})
    assert groups.current(desk().today()) == []


def test_one_s_own_data_are_all_there_and_nobody_else_s(signed_in: SignedIn) -> None:
    signed_in("Kofi Novak").get("/mirror/oskar.ricci@halden.example/")
    answer = signed_in("Oskar Ricci").post("/me/data/")
    with ZipFile(BytesIO(answer.content)) as pack:
        said = {name: json.loads(pack.read(name)) for name in pack.namelist()}
    assert said["account.json"]["who_looked"][0]["viewer__name"] == "Kofi Novak"
    assert said["efforts.json"]
    assert {each["rep_id"] for each in said["efforts.json"]} == {"oskar.ricci@halden.example"}
    assert "password" not in str(said["account.json"])
    nothing = signed_in("Enablement").post("/me/data/")
    with ZipFile(BytesIO(nothing.content)) as pack:
        assert pack.namelist() == ["account.json"]


def test_who_asks_is_forgotten_everywhere_once_an_admin_confirms(
    signed_in: SignedIn, practice: dict[str, Person], workspace: Path
) -> None:
    oskar, own = practice["Oskar Ricci"], "oskar.ricci@halden.example"
    admin, rep = signed_in("Admin"), signed_in("Oskar Ricci")
    assert admin.get(f"/people/{oskar.pk}/forget/").status_code == 404
    rep.post("/me/forget/")
    rep.post("/me/forget/", {"think_again": "1"})
    assert not Erasure.objects.exists()
    rep.post("/me/forget/")
    assert "Oskar Ricci, since" in admin.get("/people/").content.decode()
    signed_in("Kofi Novak").get(f"/mirror/{own}/")
    assert admin.get(f"/people/{oskar.pk}/forget/").status_code == 200
    done = admin.post(f"/people/{oskar.pk}/forget/").content.decode()
    assert "Removed, beside the account:" in done
    assert desk().roster().key_of(own) is None
    assert not Person.objects.filter(email=oskar.email).exists()
    assert not Look.objects.filter(rep_id=own).exists()
    assert not Reporting.objects.filter(rep_id=own).exists()
    assert not Noted.objects.filter(about__in=[own, oskar.email]).exists()
    assert rep.get("/me/").status_code == 302


def test_a_group_ends_when_somebody_in_it_is_forgotten(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    reps = sorted(each.rep_id for each in practice.values() if each.rep_id)
    today = desk().today()
    groups.make(practice["Admin"], practice["Kofi Novak"], "All", reps[:6], today)
    from answerback.people.leaving import _here

    gone = Person.objects.get(rep_id=reps[0])
    _here(practice["Admin"], gone, today)
    assert groups.current(today) == []
    from answerback.people.models import GroupVersion

    (kept,) = GroupVersion.objects.all()
    assert reps[0] not in kept.rep_ids
    assert len(kept.rep_ids) == 6


def test_the_audit_log_tells_who_did_what_and_no_content(signed_in: SignedIn) -> None:
    link = invite(signed_in("Admin"))
    page = signed_in("Admin").get("/people/audit/").content.decode()
    assert "invited" in page
    assert "zoe@halden.example" in page
    assert link.split("key=")[1] not in page
    assert signed_in("Admin").get("/people/audit/?page=999999999999999999999").status_code == 200


@pytest.mark.parametrize(
    ("path", "most"), [("/people/", 16), ("/people/reporting/", 14), ("/people/audit/", 11), ("/me/", 12)]
)
def test_pages_ask_the_database_a_few_times_only(
    path: str, most: int, signed_in: SignedIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = signed_in("Admin")
    client.get(path)
    with django_assert_max_num_queries(most):  # type: ignore[attr-defined]
        client.get(path)


def test_an_invitation_is_taken_once_however_quick(signed_in: SignedIn) -> None:
    invite(signed_in("Admin"))
    now, today = datetime.now(UTC), desk().today()
    (found,) = invitations.standing(now=now)
    assert invitations.take(found, "Zoe", None, now=now, today=today) is not None
    assert invitations.take(found, "Zoe", None, now=now, today=today) is None


def test_a_lost_password_is_replaced_by_a_link_that_lets_nobody_in(
    signed_in: SignedIn, practice: dict[str, Person], client: Client
) -> None:
    oskar = practice["Oskar Ricci"]
    before = signed_in("Oskar Ricci")
    link = link_in(signed_in("Admin").post(f"/people/{oskar.pk}/password/").content.decode())
    assert "oskar.ricci@halden.example" in client.get(link).content.decode()
    answer = client.post(link, PASSWORD)
    assert answer.headers["Location"] == "/account/login/"
    assert client.get("/me/").status_code == 302
    assert before.get("/me/").status_code == 302
    assert Client().get(link).status_code == 404
    oskar.refresh_from_db()
    assert oskar.check_password(PASSWORD["password"])
    assert oskar.name == "Oskar Ricci"
    assert not invitations.standing(now=datetime.now(UTC))


def test_no_password_link_for_a_closed_account(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    oskar, admin = practice["Oskar Ricci"], signed_in("Admin")
    link = link_in(admin.post(f"/people/{oskar.pk}/password/").content.decode())
    admin.post(f"/people/{oskar.pk}/", {"act": "close"})
    assert admin.post(f"/people/{oskar.pk}/password/").status_code == 404
    assert Client().post(link, PASSWORD).status_code == 404
