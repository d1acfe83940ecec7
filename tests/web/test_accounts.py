"""Signing in: by password, throttled, with a second factor; every page of it; sessions that can be seen and ended."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from answerback.people.models import ApiToken, Noted, Person
from answerback.web import settings as real
from answerback.web.sign_in.service import providers_of

WORD = "correct horse battery"


@pytest.fixture
def ann(practice: dict[str, Person]) -> Person:
    cache.clear()
    person = practice["Oskar Ricci"]
    person.set_password(WORD)
    person.save()
    return person


def sign_in(client: Client, email: str, password: str = WORD) -> int:
    return client.post("/account/login/", {"login": email, "password": password}).status_code


def test_a_password_lets_in_and_the_session_is_a_new_one(ann: Person, client: Client) -> None:
    client.get("/account/login/")
    session = client.session
    session["kept"] = "from before"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = str(before)
    assert sign_in(client, ann.email.upper()) == 302
    assert client.session.session_key != before
    assert client.get("/me/").status_code == 200


def test_a_wrong_password_says_the_same_as_a_wrong_address(ann: Person, client: Client) -> None:
    wrong = client.post("/account/login/", {"login": ann.email, "password": "no"}).content.decode()
    nobody = client.post("/account/login/", {"login": "x@x.example", "password": "no"}).content.decode()
    assert "do not go together" in wrong
    assert "password/reset" not in wrong
    assert "do not go together" in nobody


def test_guessing_is_slowed_down_and_told(ann: Person, client: Client) -> None:
    for _ in range(5):
        client.post("/account/login/", {"login": ann.email, "password": "no"})
    late = client.post("/account/login/", {"login": ann.email, "password": WORD})
    assert late.status_code == 200
    assert "Too many tries. Wait a few minutes" in late.content.decode()


def test_a_closed_account_lets_nobody_in_and_nobody_stay(ann: Person, client: Client) -> None:
    sign_in(client, ann.email)
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302
    again = Client()
    sign_in(again, ann.email)
    assert again.get("/me/").status_code == 302


def test_passwords_are_kept_by_argon2() -> None:
    with override_settings(PASSWORD_HASHERS=real.PASSWORD_HASHERS):
        assert identify_hasher(make_password(WORD)).algorithm == "argon2"


@pytest.mark.parametrize(
    "path",
    [
        "/account/logout/",
        "/account/password/change/",
        "/account/inactive/",
        "/account/reauthenticate/",
        "/account/totp/activate/",
        "/account/",
        "/me/",
        "/me/sessions/",
        "/me/tokens/",
        "/me/data/",
    ],
)
def test_each_page_is_ours(path: str, ann: Person, client: Client) -> None:
    sign_in(client, ann.email)
    page = client.get(path, follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count("<h1") == 1
    assert 'class="brand"' in text
    assert "style=" not in text


def test_a_second_factor_is_asked_for_once_it_is_set_up(ann: Person, client: Client) -> None:
    TOTP.activate(ann, generate_totp_secret())
    assert sign_in(client, ann.email) == 302
    assert client.get("/me/").status_code == 302
    page = client.get("/account/authenticate/")
    assert "authenticator app" in page.content.decode()
    wrong = client.post("/account/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert "not the code of now" in wrong.content.decode()
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(("periods", "status"), [(0, 302), (-1, 302), (-2, 200)])
def test_a_code_may_be_one_period_old(
    periods: int, status: int, ann: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_800_000_000
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: now))
    secret = generate_totp_secret()
    TOTP.activate(ann, secret)
    sign_in(client, ann.email)
    code = totp.format_hotp_value(totp.hotp_value(secret, now // 30 + periods))
    assert client.post("/account/authenticate/", {"code": code}).status_code == status


def test_it_is_set_up_and_given_up_with_the_password_again(ann: Person, client: Client) -> None:
    sign_in(client, ann.email)
    asked = client.get("/account/totp/activate/")
    assert asked.status_code in (200, 302)
    client.post("/account/reauthenticate/", {"password": WORD})
    page = client.get("/account/totp/activate/")
    assert "data:image/svg+xml" in page.content.decode()
    TOTP.activate(ann, generate_totp_secret())
    assert "guards your account" in client.get("/account/").content.decode()
    assert client.get("/account/totp/deactivate/").status_code == 200
    assert client.get("/account/recovery-codes/generate/").status_code == 200
    client.post("/account/recovery-codes/generate/")
    assert "10 codes are left" in client.get("/account/recovery-codes/").content.decode()
    client.post("/account/totp/deactivate/")
    assert not Authenticator.objects.filter(user=ann).exists()


def test_a_session_elsewhere_is_seen_and_ended(ann: Person, client: Client) -> None:
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18) Safari/604"})
    sign_in(elsewhere, ann.email)
    sign_in(client, ann.email)
    assert elsewhere.get("/me/").status_code == 200
    page = client.get("/me/sessions/").content.decode()
    assert "Safari, iPhone" in page
    assert "2 places" in page
    other = UserSession.objects.get(session_key=elsewhere.session.session_key)
    assert client.post("/me/sessions/", {"end": str(other.pk)}).status_code == 302
    assert elsewhere.get("/me/").status_code == 302
    assert client.get("/me/").status_code == 200


def test_nobody_ends_another_s_session(ann: Person, client: Client, practice: dict[str, Person]) -> None:
    other = practice["Kofi Novak"]
    other.set_password(WORD)
    other.save()
    elsewhere = Client()
    sign_in(elsewhere, other.email)
    sign_in(client, ann.email)
    theirs = UserSession.objects.get(session_key=elsewhere.session.session_key)
    for wrong in (str(theirs.pk), "0", "", "x", "9" * 40):
        assert client.post("/me/sessions/", {"end": wrong}).status_code == 404
    assert elsewhere.get("/me/").status_code == 200


def test_a_token_is_shown_once(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("Oskar Ricci")
    made = client.post("/me/tokens/", {"name": "sheet", "writes": "", "days": "30"}).content.decode()
    text = made.split('class="secret">')[1].split("<")[0]
    assert text.startswith("answerback_")
    assert text not in client.get("/me/tokens/").content.decode()
    number = str(ApiToken.objects.get().pk)
    assert signed_in("Kofi Novak").post("/me/tokens/", {"end": number}).status_code == 404
    assert client.post("/me/tokens/", {"end": number}).status_code == 302
    assert not ApiToken.objects.exists()
    assert not Noted.objects.filter(about__contains=text).exists()


def test_a_practice_person_without_a_password_is_not_sent_in_circles(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("Oskar Ricci")
    assert client.get("/account/password/set/").status_code == 200
    page = client.get("/account/totp/activate/", follow=True)
    assert page.status_code == 403
    for text in (page.content.decode(), client.get("/account/").content.decode()):
        assert 'class="brand"' in text
        assert 'href="/account/password/set/"' in text
        assert 'href="/account/totp/activate/"' not in text


@pytest.mark.parametrize("missing", range(3))
def test_half_a_sign_in_service_is_refused(missing: int) -> None:
    from answerback.domain.errors import UsageError
    from answerback.web.sign_in.service import NAMES

    said = {name: "x" for number, name in enumerate(NAMES) if number != missing}
    with pytest.raises(UsageError, match=NAMES[missing]):
        providers_of(said)


def test_when_somebody_was_last_here_is_written_once_a_minute(practice: dict[str, Person]) -> None:
    cache.clear()
    client = Client()
    client.force_login(practice["Oskar Ricci"])
    client.get("/me/")
    first = UserSession.objects.get().last_seen_at
    with CaptureQueriesContext(connection) as asked:
        client.get("/me/")
    assert not [each["sql"] for each in asked if each["sql"].split(maxsplit=1)[0] in ("INSERT", "UPDATE", "DELETE")]
    assert UserSession.objects.get().last_seen_at == first
    cache.clear()  # a minute later
    client.get("/me/")
    assert UserSession.objects.get().last_seen_at > first
