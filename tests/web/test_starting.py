"""The first run, loading by the browser, one's own mailbox, and the guided tour."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from answerback.api import open_workspace
from answerback.people.founding import new_founding_key
from answerback.people.models import Appointment, Organisation, Person, Role
from answerback.simulate.envelope import NAME, Envelope, to_text
from answerback.web.answering import desk as desks
from answerback.web.coming_in.room import room
from answerback.web.pages import first_run
from answerback.web.running.jobs import jobs

EFFORTS = "effort_id,rep_id,account_id,occurred_at,kind,reference\ne1,ann,acme,2026-03-01T09:00:00Z,email,message:1\n"
MAILBOX = (
    "From bo Mon Mar  2 09:00:00 2026\nFrom: Bo <bo@buyer.example>\nTo: ann@seller.example\n"
    "Date: Mon, 2 Mar 2026 09:00:00 +0000\nMessage-ID: <2@buyer.example>\nIn-Reply-To: <1@seller.example>\n"
    "Subject: Re: offer\n\nCould you call me?\n\n"
    "From ann Sun Mar  1 09:00:00 2026\nFrom: ann@seller.example\nTo: Bo <bo@buyer.example>\n"
    "Date: Sun, 1 Mar 2026 09:00:00 +0000\nMessage-ID: <1@seller.example>\nSubject: offer\n\nHello\n\n"
)
FOUNDER = {
    "organisation": "Acme",
    "visibility": "groups",
    "own_domains": "acme.example",
    "time_zone": "Europe/Berlin",
    "outside": "known",
    "name": "Ann",
    "email": "ann@acme.example",
    "password": "correct horse battery",
}


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def finish(kind: str) -> None:
    job = jobs().of_kind(kind)[0]
    assert job.finished.wait(120)


@pytest.fixture
def fresh(db: None, settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    """A workspace with nothing in it and nobody there."""
    home = tmp_path / "fresh-home"
    open_workspace(home, create=True)
    settings.WORKSPACE = home
    settings.PEOPLE_FOLDER = home / "people"
    (home / "people").mkdir(mode=0o700)
    desks.forget_desk()
    room.cache_clear()
    yield home
    desks.forget_desk()
    room.cache_clear()


@pytest.fixture
def enveloped(practice: dict[str, Person], workspace: Path, practice_folder: Path) -> Envelope:
    """The practice company with its envelope."""
    truth = json.loads((practice_folder.parent / "exports" / "truth" / "truth.json").read_text())
    made = Envelope(
        company="Halden Instruments",
        begins=date(2026, 1, 5),
        turn=date(2026, 6, 22),
        ends=datetime.fromisoformat(truth["to"]),
        quarter="2026Q3",
        won_minor=326_000_000,
        target_minor=436_000_000,
        coached="nadia.winkler@halden.example",
        coached_on=date(2026, 6, 8),
        planted=tuple(truth["planted"]),
    )
    (workspace / NAME).write_text(to_text(made))
    return made


def test_a_new_installation_offers_three_ways(fresh: Path, client: Client) -> None:
    said = text(client.get("/start/"))
    assert "Nothing is sent out; message text is never kept." in said
    places = [said.index(each) for each in ("A made-up company", "My own mailbox", "My team")]
    assert places == sorted(places)


def test_from_elsewhere_only_a_team_can_begin(fresh: Path) -> None:
    far = Client(REMOTE_ADDR="203.0.113.7")
    said = text(far.get("/start/"))
    assert "My team" in said
    assert "A made-up company" not in said
    for method, address in (("get", "/start/mine/"), ("post", "/start/mine/"), ("post", "/start/practice/")):
        assert getattr(far, method)(address).status_code == 404
    behind = Client(headers={"x-forwarded-for": "203.0.113.7"})
    assert behind.get("/start/mine/").status_code == 404


def test_a_company_is_made_up_and_then_one_may_be_anybody_in_it(
    fresh: Path, practice_folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quickly(exports: Path, home: Path, **_: object) -> None:
        import shutil

        shutil.copytree(practice_folder, home, dirs_exist_ok=True)
        turn, ends = date(2026, 6, 22), datetime(2026, 10, 12, tzinfo=UTC)
        made = Envelope("Halden", date(2026, 1, 5), turn, ends, "2026Q3", 1, 2, "", turn, ())
        (home / "practice.json").write_text(to_text(made))

    monkeypatch.setattr(first_run, "make_practice", quickly)
    assert client.post("/start/practice/").status_code == 302
    finish("practice")
    assert client.get("/start/practice/").headers["Location"] == "/start/"
    said = text(client.get("/start/"))
    assert "Who do you want to be?" in said
    assert "Oskar Ricci" in said
    assert Organisation.objects.get().practice
    assert client.post("/start/practice/").status_code == 302  # there is one
    assert len(jobs().of_kind("practice")) == 1


def test_no_company_is_made_up_over_a_team_s_data(fresh: Path, client: Client, tmp_path: Path) -> None:
    (tmp_path / "effort.csv").write_text(EFFORTS)
    open_workspace(fresh).load(tmp_path / "effort.csv")
    assert "A made-up company" not in text(client.get("/start/"))
    assert client.post("/start/practice/").status_code == 404


def test_nobody_begins_a_team_without_the_link(fresh: Path, client: Client) -> None:
    new_founding_key(fresh / "people")
    for key in ("", "guess", "\x00"):
        assert "link that is good for one person" in text(client.get("/start/team/", {"key": key}))
        client.post("/start/team/", FOUNDER | {"key": key})
    assert not Person.objects.exists()


def test_what_managers_see_has_no_default(fresh: Path, client: Client) -> None:
    key = new_founding_key(fresh / "people")
    page = client.get("/start/team/", {"key": key}).content.decode()
    radios = re.findall(r'<input type="radio" name="visibility"[^>]*>', page)
    assert len(radios) == 2
    assert not any("checked" in each for each in radios)
    said = {name: value for name, value in FOUNDER.items() if name != "visibility"}
    assert client.post("/start/team/", said | {"key": key}).status_code == 200
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"password": "password"}, {"time_zone": "Mars/Olympus"}, {"own_domains": "no domain!"}, {"email": "x"}]
)
def test_what_cannot_be_is_said_and_nothing_is_made(wrong: dict[str, str], fresh: Path, client: Client) -> None:
    key = new_founding_key(fresh / "people")
    found = client.post("/start/team/", FOUNDER | wrong | {"key": key})
    assert found.status_code == 200
    assert "errorlist" in found.content.decode()
    assert not Person.objects.exists()
    assert not (fresh / "playbook.toml").exists()


def test_a_team_begins_loads_and_sees_what_is_missing(fresh: Path, client: Client) -> None:
    key = new_founding_key(fresh / "people")
    begun = client.post("/start/team/", FOUNDER | {"key": key})
    assert (begun.status_code, begun.headers["Location"]) == (302, "/load/")
    assert Organisation.objects.get().visibility == "groups"
    assert Appointment.objects.get().role == Role.ADMIN
    assert 'own_domains = ["acme.example"]' in (fresh / "playbook.toml").read_text()
    assert client.get("/start/team/", {"key": key}).status_code == 404
    assert text(client.get("/load/")).count("missing") >= 5
    sent = client.post("/load/", {"files": [SimpleUploadedFile("effort.csv", EFFORTS.encode())]})
    finish("load")
    page = text(client.get(sent.headers["Location"]))
    assert "It is in the log" in page
    assert "1 effort" in page
    assert "effort.csv" in text(client.get("/load/"))
    assert not list((fresh / "people" / "incoming").rglob("*.csv"))


def test_an_upload_is_seen_by_who_sent_it_only(signed_in: Callable[[str], Client]) -> None:
    sent = signed_in("Revenue operations").post("/load/", {"files": [SimpleUploadedFile("x.bin", b"\x01")]})
    finish("load")
    address = sent.headers["Location"]
    assert "x.bin" in text(signed_in("Revenue operations").get(address))
    assert signed_in("Admin").get(address).status_code == 404
    assert signed_in("Oskar Ricci").get(address).status_code == 404


@pytest.mark.parametrize("name", ["Oskar Ricci", "Kofi Novak", "Jana Sato", "Enablement"])
def test_who_may_not_load_learns_nothing(name: str, signed_in: Callable[[str], Client]) -> None:
    assert signed_in(name).get("/load/").status_code == 404
    assert signed_in(name).post("/load/", {"files": []}).status_code == 404


def test_sending_nothing_is_said(signed_in: Callable[[str], Client]) -> None:
    operations = signed_in("Revenue operations")
    assert operations.post("/load/").status_code == 302
    assert "no file was chosen" in text(operations.get("/load/"))


def test_one_s_own_mailbox_is_told_and_forgotten(fresh: Path, client: Client) -> None:
    sent = client.post("/start/mine/", {"files": [SimpleUploadedFile("all.mbox", MAILBOX.encode())],
                                        "owner": "ann@seller.example"})  # fmt: skip
    assert sent.headers["Location"] == "/start/mine/told/"
    finish("mine")
    said = text(client.get("/start/mine/told/"))
    assert "1 buyer is waiting on you" in said
    assert "Bo" in said
    assert Client().get("/start/mine/told/").status_code == 404
    assert not list(room().path.glob("*/*"))
    assert client.post("/start/mine/told/").status_code == 302
    assert client.get("/start/mine/told/").status_code == 404


def test_a_mailbox_that_is_none_is_said_so(fresh: Path, client: Client) -> None:
    client.post("/start/mine/", {"files": [SimpleUploadedFile("odd.bin", b"\x00\x01")]})
    finish("mine")
    assert "neither a mailbox nor a calendar" in text(client.get("/start/mine/told/"))


STEPS = ("guess", "data", "shuffle", "envelope", "replaced", "limit")


@pytest.mark.parametrize("step", STEPS)
def test_each_step_of_the_tour_is_there(step: str, enveloped: Envelope, client: Client) -> None:
    found = client.get(f"/demo/{step}/", {"guess": "4", "deals": "3"})
    assert found.status_code == 200
    assert "the prices that rose" in text(found) or step in ("replaced", "limit", "shuffle")


def test_the_tour_finds_what_was_planted_and_keeps_the_envelope_shut(enveloped: Envelope, client: Client) -> None:
    for step in ("guess", "data", "shuffle"):
        assert "planted" not in text(client.get(f"/demo/{step}/"))
    said = text(client.get("/demo/shuffle/"))
    assert "Nadia Winkler" in said
    assert "51-500" in said
    assert "companies of 51 to 500 people answer less" in text(client.get("/demo/envelope/"))


def test_each_deal_is_another_one_and_the_same_again_when_asked_again(enveloped: Envelope, client: Client) -> None:
    first, second = (text(client.get("/demo/shuffle/", {"deals": deals})) for deals in ("1", "2"))
    assert "Of 1 deal, 0 made somebody as unlike" in first
    assert "Of 2 deals, 0 made somebody as unlike" in second
    assert text(client.get("/demo/shuffle/", {"deals": "1"})) == first


@pytest.mark.parametrize("odd", ["0", "-1", "999999999999", "1e3", "\u0663", "'; --"])
def test_hostile_numbers_are_none(odd: str, enveloped: Envelope, client: Client) -> None:
    assert client.get("/demo/shuffle/", {"deals": odd, "guess": odd}).status_code == 200


def test_there_is_no_tour_of_a_team_s_own_data(practice: dict[str, Person], client: Client) -> None:
    assert client.get("/demo/").status_code == 404
    assert client.get("/demo/nonsense/").status_code == 404
