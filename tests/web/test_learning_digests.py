"""Digests by mail, through a real server on this computer: to those who chose them, once, of their own week alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage

import pytest
from django.conf import LazySettings
from django.test import Client

from answerback.people.learning import digests
from answerback.people.learning.digests import Digest
from answerback.people.learning.models import MailChoice, MailSent, Talk
from answerback.people.models import Person
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import desk
from answerback.web.mailing.contents import contents_of
from answerback.web.mailing.posting import Post, Posted, post_due
from answerback.web.shown.cards import headline_text
from tests.web.mail_server import Letters, mail_server

SignedIn = Callable[[str], Client]
MONDAY = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
QUIET = (time(18), time(8))
OSKAR, NADIA, KOFI = "Oskar Ricci", "Nadia Winkler", "Kofi Novak"


@pytest.fixture
def letters(settings: LazySettings) -> Iterator[Letters]:
    settings.PUBLIC_ADDRESS = "https://answerback.halden.example"
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def person(practice: dict[str, Person]) -> Callable[..., Person]:
    def wanting(name: str, *wanted: Digest) -> Person:
        digests.choose(practice[name], set(wanted), QUIET)
        return practice[name]

    return wanting


def part(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_a_rep_gets_their_own_week_as_text_and_with_its_picture(
    letters: Letters, person: Callable[..., Person]
) -> None:
    oskar = person(OSKAR, Digest.MIRROR)
    assert post_due(desk(), MONDAY) == Posted(sent=1)
    (letter,) = letters.taken
    assert letter["To"] == oskar.email
    assert "buyers wait on you" in letter["Subject"]
    assert OSKAR not in letter["Subject"]
    contents = contents_of(desk(), oskar, Digest.MIRROR)
    assert contents is not None
    for kind in ("plain", "html"):
        told = part(letter, kind)
        for each in contents.values["turns"]:
            assert each["who"] in told
        assert f"{contents.values['touches']} touches" in told
        assert "https://answerback.halden.example/mirror/" in told
    (picture,) = [each for each in letter.walk() if each.get_content_type() == "image/png"]
    assert picture.get_content()[:8] == b"\x89PNG\r\n\x1a\n"
    assert f"cid:{picture['Content-ID'].strip('<>')}" in part(letter, "html")


def test_none_is_about_anybody_else(letters: Letters, person: Callable[..., Person]) -> None:
    person(KOFI, Digest.MIRROR, Digest.AGENDA)
    kofi, oskar = Person.objects.get(name=KOFI), Person.objects.get(name=OSKAR)
    at = datetime.combine(desk().today(), time(12), UTC)
    Talk.objects.create(coach=kofi, person=oskar, planned_at=at, hardest="a secret between two")
    Talk.objects.create(coach=kofi, person=oskar, planned_at=at + timedelta(weeks=2))
    post_due(desk(), MONDAY)
    assert [each["Subject"] for each in letters.taken if "This week" in each["Subject"]] == ["This week: 1 talk"]
    about_others = [
        headline_text(each.finding)
        for each in board_of(desk()).gathered.findings
        if each.finding.subject.kind == "rep" and each.finding.subject.key != desk().roster().key_of(kofi.rep_id)
    ]
    assert about_others
    for letter in letters.taken:
        told = part(letter, "plain") + part(letter, "html")
        assert "secret" not in told
        assert not [each for each in about_others if each in told]


def test_what_does_not_fit_is_counted_and_the_picture_fits_a_phone(person: Callable[..., Person]) -> None:
    contents = contents_of(desk(), person(OSKAR, Digest.MIRROR), Digest.MIRROR)
    assert contents is not None
    values = contents.values
    assert len(values["turns"]) + values["more_turns"] == values["waiting"] > len(values["turns"])
    assert len(values["forward"]) + values["more_forward"] == values["buyers_moved"] > len(values["forward"])
    (picture,) = contents.pictures.values()
    assert len(picture) < 150_000
    assert int.from_bytes(picture[16:20], "big") < 2 * 420  # two dots for each point


def test_talks_are_told_by_the_organisation_s_clock(letters: Letters, person: Callable[..., Person]) -> None:
    kofi = person(KOFI, Digest.AGENDA)
    assert str(desk().zone) == "Europe/Berlin"
    at = datetime.combine(desk().today(), time(9, 30), UTC)
    Talk.objects.create(coach=kofi, person=Person.objects.get(name=OSKAR), planned_at=at)
    post_due(desk(), MONDAY)
    (letter,) = letters.taken
    for kind in ("plain", "html"):
        assert f"{at:%A} {at.day} {at:%B}, 11:30: " in part(letter, kind)


def test_it_goes_once_whoever_sends_it_and_never_again_where_that_is_not_known(
    letters: Letters, person: Callable[..., Person]
) -> None:
    person(OSKAR, Digest.MIRROR)
    nadia = person(NADIA, Digest.MIRROR)
    begun = digests.begin(nadia, Digest.MIRROR, MONDAY.date())  # and then the process was killed
    assert begun is not None
    assert digests.begin(nadia, Digest.MIRROR, MONDAY.date()) is None
    for hours in (0, 1, 25):
        post_due(desk(), MONDAY + timedelta(hours=hours))
    assert [each["To"] for each in letters.taken] == [Person.objects.get(name=OSKAR).email]
    post_due(desk(), MONDAY + timedelta(weeks=1))
    assert len(letters.taken) == 3


@pytest.mark.parametrize(
    "at",
    [
        MONDAY.replace(hour=5),
        MONDAY.replace(hour=20),
        MONDAY + timedelta(days=3),
        MONDAY - timedelta(days=1),
    ],
    ids=["early", "late", "on Thursday", "on Sunday"],
)
def test_at_other_times_nothing_goes(at: datetime, letters: Letters, person: Callable[..., Person]) -> None:
    person(OSKAR, Digest.MIRROR)
    assert post_due(desk(), at) == Posted()
    assert not letters.taken
    assert not MailSent.objects.exists()


def test_nobody_gets_what_they_did_not_choose(letters: Letters, practice: dict[str, Person]) -> None:
    assert practice
    assert post_due(desk(), MONDAY) == Posted()
    assert not letters.taken


def test_without_a_server_or_an_address_of_the_pages_nothing_is_begun(
    letters: Letters, person: Callable[..., Person], settings: LazySettings
) -> None:
    person(OSKAR, Digest.MIRROR)
    settings.PUBLIC_ADDRESS = ""
    assert post_due(desk(), MONDAY) == Posted()
    settings.PUBLIC_ADDRESS, settings.EMAIL_PORT = "https://x.example", 1
    post = Post()
    assert post.look(desk(), MONDAY) == Posted()
    assert not MailSent.objects.exists()
    assert not letters.taken


def test_one_whom_the_server_does_not_take_does_not_hold_up_the_others(
    letters: Letters, person: Callable[..., Person], caplog: pytest.LogCaptureFixture
) -> None:
    letters.unknown = person(OSKAR, Digest.MIRROR).email
    nadia = person(NADIA, Digest.MIRROR)
    assert post_due(desk(), MONDAY) == Posted(sent=1, refused=1)
    assert [each["To"] for each in letters.taken] == [nadia.email]
    assert "a digest was not taken" in caplog.text
    assert letters.unknown not in caplog.text


def test_one_click_ends_it_without_signing_in(letters: Letters, person: Callable[..., Person]) -> None:
    person(OSKAR, Digest.MIRROR)
    post_due(desk(), MONDAY)
    (letter,) = letters.taken
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip().strip("<>").removeprefix("https://answerback.halden.example")
    stranger = Client(enforce_csrf_checks=True)
    assert "This ends the digest" in stranger.get(link).content.decode()
    assert MailChoice.objects.get().mirror
    assert stranger.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not MailChoice.objects.get().mirror


@pytest.mark.parametrize("key", ["x", "a" * 3000, "WzEsICJtaXJyb3IiXQ:1:abc"])
def test_a_hostile_key_ends_nothing(key: str, person: Callable[..., Person], client: Client) -> None:
    person(OSKAR, Digest.MIRROR)
    assert client.post(f"/mail/end/{key}/").status_code == 404
    assert MailChoice.objects.get().mirror


def test_one_chooses_on_the_page_of_one_s_account(signed_in: SignedIn) -> None:
    client = signed_in(OSKAR)
    assert "No mail server is set up here yet" in client.get("/me/mail/").content.decode()
    said = {"mirror": "on", "quiet_from": "20:00", "quiet_to": "07:00"}
    assert client.post("/me/mail/", said).status_code == 302
    choice = MailChoice.objects.get()
    assert (choice.mirror, choice.agenda, choice.quiet_from, choice.quiet_to) == (True, False, time(20), time(7))
    assert client.post("/me/mail/", said | {"quiet_to": "noon"}).status_code == 200
    assert signed_in("Admin").get("/me/mail/").status_code == 404
