"""What keeps pages to themselves: headers on each of them, forms with their secret, nothing inline, nothing in logs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import reverse

from answerback.people.models import Person
from answerback.web.headers import POLICY
from answerback.web.pages import me
from answerback.web.rights import Right
from tests.web.addresses import routes

REP, MANAGER, LEADER, OPERATIONS, ADMIN = "Oskar Ricci", "Kofi Novak", "Jana Sato", "Revenue operations", "Admin"
EXPECTED = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|https?://(?!127\.0\.0\.1)", re.IGNORECASE
)
NAMES_OF_FORMATS = re.compile(r"http://www\.w3\.org/(2000/svg|1999/xlink)")


def addresses() -> list[str]:
    """Every page that needs no id, but those of programs."""
    return sorted(
        reverse(str(each.name))
        for _, each in routes()
        if getattr(each.callback, "right", Right.TOKEN) is not Right.TOKEN and not each.pattern.regex.groups
    )


def _lacks(response: HttpResponseBase) -> dict[str, str | None]:
    return {name: response.get(name) for name, value in EXPECTED.items() if response.get(name) != value}


def test_the_policy_allows_nothing_unsafe_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    assert not re.search(r"https?:|\*", POLICY)


def test_each_page_has_its_headers_and_nothing_inline(signed_in: Callable[[str], Client], client: Client) -> None:
    seen = 0
    for asking in (client, *map(signed_in, (REP, MANAGER, LEADER, OPERATIONS, ADMIN))):
        for address in addresses():
            response = asking.get(address)
            assert response.status_code < 500 or response.status_code == 503, address
            assert not _lacks(response), address
            if response.get("Content-Type", "").startswith("text/html"):
                text = NAMES_OF_FORMATS.sub("", response.content.decode())
                assert not INLINE.search(text), (address, INLINE.search(text))
                seen += 1
    assert seen > 20


def test_pages_of_trouble_have_them_as_well(
    signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    asking = signed_in(REP)
    asking.raise_request_exception = False

    def breaks(*_: object, **__: object) -> HttpResponse:
        raise RuntimeError("a bug with secret-words in it")

    monkeypatch.setattr(me, "render", breaks)
    found: dict[str, Any] = {
        "not found": asking.get("/no/such/page/"),
        "a bug": asking.get("/me/"),
        "a form without its secret": Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x"}),
        "another host": client.get("/start/", headers={"Host": "evil.example"}),
        "the API": client.get("/api/v1/me"),
        "a bad path": client.get("/static/../../secret"),
    }
    statuses = {name: response.status_code for name, response in found.items()}
    assert statuses == dict(zip(found, (404, 500, 403, 400, 401, 404), strict=True))
    for name, response in found.items():
        lacks = _lacks(response)
        if name == "a bad path":
            lacks.pop("Cache-Control", None)
        assert not lacks, name
        assert b"secret-words" not in response.content
        assert b"Traceback" not in response.content
        assert b"evil.example" not in response.content


def test_no_form_is_taken_without_its_secret(practice: dict[str, Person]) -> None:
    for name in (REP, MANAGER, LEADER, OPERATIONS, ADMIN):
        asking = Client(enforce_csrf_checks=True)
        asking.force_login(practice[name])
        for address in addresses():
            assert asking.post(address, {"who": "1", "event": "x", "said": "no"}).status_code in (403, 404), address


def test_cookies_are_for_this_site_and_no_script(practice: dict[str, Person], client: Client) -> None:
    practice[REP].set_password("correct horse battery")
    practice[REP].save()
    response = client.post("/account/login/", {"login": practice[REP].email, "password": "correct horse battery"})
    assert response.status_code == 302
    for cookie in response.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
    assert "sessionid" in response.cookies


def test_nothing_secret_is_logged(
    practice: dict[str, Person], client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    secrets = ("correct-horse", "answerback_" + "x" * 43, "key-of-an-invitation")
    client.post("/account/login/", {"login": practice[REP].email, "password": secrets[0]})
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {secrets[1]}"})
    for address in ("/invited/", "/start/team/"):
        client.get(address, {"key": secrets[2]})
        client.post(address, {"key": secrets[2], "password": secrets[0]})
    told = caplog.text + "".join(capfd.readouterr())
    assert caplog.records
    for secret in secrets:
        assert secret not in told


@pytest.mark.slow
def test_a_new_password_is_kept_by_argon2_and_deployment_has_no_complaint(tmp_path: Path) -> None:
    (tmp_path / "people" / "static").mkdir(parents=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSWERBACK", "DJANGO"))}
    environment |= {"ANSWERBACK_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "answerback.web.settings"}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    names = "SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, s.DEBUG"
    asked = f"import django; django.setup(); from django.conf import settings as s; print(s.{names})"
    said = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "True", "True", "True", "False"]


def test_the_tables_are_as_the_models_say(db: None) -> None:
    call_command("makemigrations", "people", "api", check=True, dry_run=True, verbosity=0)
