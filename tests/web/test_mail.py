"""Links by mail: sent through a real server on this computer where one is named, else shown as ever; told in no log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from answerback.domain.errors import UsageError
from answerback.people.models import Invitation, Noted, Person
from answerback.web.sign_in.mail import mail_of
from tests.web.mail_server import Letters, mail_server

SignedIn = Callable[[str], Client]
ZOE = {"email": "zoe@halden.example", "name": "Zoe", "rep_id": "", "roles": ["leader"]}
PASSWORD = {"name": "Zoe", "password": "correct horse battery", "again": "correct horse battery"}


@pytest.fixture
def letters(settings: LazySettings) -> Iterator[Letters]:
    with mail_server(settings) as found:
        yield found


def link_in(text: str) -> str:
    found = re.search(r"http://testserver(/invited/\S+)", text)
    assert found is not None
    return found[1]


def test_an_invitation_goes_by_mail_and_its_link_is_nowhere_else(
    letters: Letters, signed_in: SignedIn, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin = signed_in("Admin")
    assert "Send them the link by mail" in admin.get("/people/invite/").content.decode()
    page = admin.post("/people/invite/", ZOE | {"send": "on"}).content.decode()
    ((sender, to),) = letters.envelopes
    body = letters.taken[0].get_content()
    assert (sender, to) == ("answerback@halden.example", ["zoe@halden.example"])
    link = link_in(body)
    key = link.split("key=")[1]
    assert "on its way to zoe@halden.example" in page
    assert key not in page
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("mail")]  # not the server's own
    assert not any(key in each for each in ours)
    assert not any(key in str(each) for each in Noted.objects.values_list())
    assert Noted.objects.filter(what="link sent by mail", about="zoe@halden.example").exists()
    assert client.post(link, PASSWORD).status_code == 302
    assert Person.objects.filter(email="zoe@halden.example").exists()


def test_a_link_is_shown_where_the_admin_does_not_want_it_sent(letters: Letters, signed_in: SignedIn) -> None:
    link_in(signed_in("Admin").post("/people/invite/", ZOE).content.decode())
    assert letters.taken == []


def test_what_the_server_does_not_take_is_shown(
    letters: Letters, signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    letters.refuses = True
    page = signed_in("Admin").post("/people/invite/", ZOE | {"send": "on"}).content.decode()
    assert "did not take the letter" in page
    assert link_in(page).split("key=")[1].split('"')[0] not in caplog.text
    assert Invitation.objects.filter(email="zoe@halden.example", withdrawn_at=None).count() == 1


def test_a_server_that_is_not_there_is_as_one_that_refuses(
    letters: Letters, signed_in: SignedIn, settings: LazySettings
) -> None:
    settings.EMAIL_PORT = 1
    page = signed_in("Admin").post("/people/invite/", ZOE | {"send": "on"}).content.decode()
    assert "did not take the letter" in page
    link_in(page)
    assert letters.taken == []


def test_a_link_for_a_new_password_goes_by_mail(
    letters: Letters, signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    admin, oskar = signed_in("Admin"), practice["Oskar Ricci"]
    assert "by mail" in admin.get(f"/people/{oskar.pk}/").content.decode()
    admin.post(f"/people/{oskar.pk}/password/", {"send": "1"})
    assert [to for _, to in letters.envelopes] == [[oskar.email]]


def test_without_a_server_nothing_is_offered_and_nothing_sent(
    signed_in: SignedIn, settings: LazySettings, practice: dict[str, Person]
) -> None:
    for name, value in mail_of({}).items():
        setattr(settings, name, value)
    admin = signed_in("Admin")
    for address in ("/people/invite/", f"/people/{practice['Oskar Ricci'].pk}/"):
        assert "mail</" not in admin.get(address).content.decode()
    link_in(admin.post("/people/invite/", ZOE | {"send": "on"}).content.decode())


def test_what_is_sent_is_encrypted_but_on_this_computer(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a made-up secret\n")
    said = {"ANSWERBACK_MAIL_FROM": "a@b.example", "ANSWERBACK_MAIL_PASSWORD_FILE": str(tmp_path / "secret")}
    away = mail_of(said | {"ANSWERBACK_MAIL": "smtp://ann@mail.b.example"})
    assert (away["EMAIL_USE_TLS"], away["EMAIL_USE_SSL"], away["EMAIL_PORT"]) == (True, False, 587)
    assert (away["EMAIL_HOST_USER"], away["EMAIL_HOST_PASSWORD"]) == ("ann", "a made-up secret")
    whole = mail_of(said | {"ANSWERBACK_MAIL": "smtps://mail.b.example"})
    assert (whole["EMAIL_USE_TLS"], whole["EMAIL_USE_SSL"], whole["EMAIL_PORT"]) == (False, True, 465)
    assert not mail_of(said | {"ANSWERBACK_MAIL": "smtp://localhost:1025"})["EMAIL_USE_TLS"]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"ANSWERBACK_MAIL": "mail.example.com"}, "no mail server"),
        ({"ANSWERBACK_MAIL": "smtp://mail.example.com"}, "sender"),
        (
            {
                "ANSWERBACK_MAIL": "smtp://mail.example.com",
                "ANSWERBACK_MAIL_FROM": "a@b.example",
                "ANSWERBACK_MAIL_PASSWORD_FILE": "/no/such/file",
            },
            "cannot be read",
        ),
    ],
)
def test_a_server_that_is_named_wrongly_is_said_at_the_start(said: dict[str, str], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        mail_of(said)
