"""Signing in by the organisation's own service, against a real provider of OpenID Connect on this computer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import LazySettings
from django.test import Client
from oidc_provider_mock import User, run_server_in_thread

from answerback.people import invitations
from answerback.people.invitations import Invited
from answerback.people.models import Organisation, Person, Role
from answerback.web.answering.desk import forget_desk
from answerback.web.sign_in.service import providers_of
from answerback.workspace.home import create_home

# The provider speaks of its own library's next version, in the middle of an answer.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ANN, BEN, CAT = "ann@acme.example", "ben@acme.example", "cat@acme.example"


@pytest.fixture
def provider(db: None, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A provider that knows three people, the address of one of whom it has not verified."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    settings.WORKSPACE = create_home(tmp_path / "home").root
    forget_desk()
    Organisation.objects.create(name="Acme")
    users = [
        User(sub="1", claims={"email": ANN, "email_verified": True, "name": "Ann"}),
        User(sub="2", claims={"email": BEN, "email_verified": False, "name": "Ben"}),
        User(sub="3", claims={"email": CAT, "email_verified": True, "name": "Cat"}),
    ]
    secret = tmp_path / "secret"
    secret.write_text("a made-up secret\n")
    with run_server_in_thread(user_claims=users) as server:
        issuer = f"http://localhost:{server.server_port}"
        settings.SOCIALACCOUNT_PROVIDERS = providers_of(
            {
                "ANSWERBACK_OIDC_ISSUER": issuer,
                "ANSWERBACK_OIDC_CLIENT_ID": "answerback",
                "ANSWERBACK_OIDC_CLIENT_SECRET_FILE": str(secret),
                "ANSWERBACK_OIDC_NAME": "Acme ID",
            }
        )
        yield issuer
    forget_desk()


def come_back(client: Client, sub: str) -> str:
    """Goes to the service from our sign-in page, says there who one is, and gives the address of the way back."""
    page = client.post("/account/service/")
    assert page.status_code == 200
    address = page.headers["Refresh"].removeprefix("0; url=")
    assert unescape(page.content.decode()).count(address) == 1
    assert "code_challenge" in parse_qs(urlsplit(address).query)
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def invite(email: str) -> None:
    admin = Person.objects.create_user("admin@acme.example", name="Admin")
    invitations.invite(admin, Invited(email, "", (Role.LEADER,)), now=datetime.now(UTC))


def test_the_sign_in_page_offers_it(provider: str, client: Client) -> None:
    page = client.get("/account/login/").content.decode()
    assert "Sign in with Acme ID" in page


def test_who_is_invited_comes_in_and_comes_again(provider: str, client: Client) -> None:
    invite(ANN)
    assert client.get(come_back(client, "1")).status_code == 302
    ann = Person.objects.get(email=ANN)
    assert (ann.name, ann.has_usable_password()) == ("Ann", False)
    assert Role.LEADER in ann.roles_on(datetime.now(UTC).date())
    assert client.get("/me/").status_code == 200
    again = Client()
    again.get(come_back(again, "1"))
    assert again.get("/me/").status_code == 200
    assert Person.objects.filter(email=ANN).count() == 1


def test_who_has_an_account_is_tied_to_it(provider: str, client: Client) -> None:
    Person.objects.create_user(CAT, "correct horse battery", name="Cat")
    client.get(come_back(client, "3"))
    assert client.get("/me/").status_code == 200


@pytest.mark.parametrize(("sub", "email"), [("1", "somebody.else@acme.example"), ("2", BEN)])
def test_who_is_not_invited_or_not_verified_is_turned_away(sub: str, email: str, provider: str, client: Client) -> None:
    invite(email)
    page = client.get(come_back(client, sub))
    assert page.status_code == 403
    assert "Nobody has invited" in page.content.decode()
    assert Person.objects.count() == 1
    assert client.get("/me/").status_code == 302


def test_a_closed_account_stays_closed(provider: str, client: Client) -> None:
    Person.objects.create_user(CAT, name="Cat", is_active=False)
    client.get(come_back(client, "3"), follow=True)
    assert client.get("/me/").status_code == 302


def test_the_way_back_works_once_and_for_who_went(provider: str, client: Client) -> None:
    Person.objects.create_user(CAT, name="Cat")
    back = come_back(client, "3")
    page = Client().get(back)
    assert page.status_code == 401
    assert "did not let you through" in page.content.decode()
    forged = re.sub(r"state=[^&]+", "state=forged", back)
    assert "did not let you through" in client.get(forged).content.decode()


def test_a_service_that_does_not_answer_is_told(provider: str, settings: LazySettings, client: Client) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://localhost:9"
    page = client.post("/account/service/")
    assert page.status_code == 502
    assert "did not let you through" in page.content.decode()


def test_without_a_service_there_is_no_way_to_it(db: None, client: Client) -> None:
    Organisation.objects.create(name="Acme")
    assert client.post("/account/service/").status_code == 404
    assert "Or with a password" not in client.get("/account/login/").content.decode()
