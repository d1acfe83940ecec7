"""Lessons: who reads them, what their page tells and to whom, on which deals they are shown, and that they are used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.lessons import Place, places
from answerback.analysis.lessons.matching import open_deals
from answerback.analysis.reader import ids_of
from answerback.engine.protocol import Limits
from answerback.people.learning import lessons as told
from answerback.people.learning import seen
from answerback.people.learning.lessons import Stated, used_lately
from answerback.people.learning.models import Lesson, Thanks
from answerback.people.leaving import forget
from answerback.people.models import Noted, Person
from answerback.web.answering import beforehand
from answerback.web.answering.beforehand import Ahead, ahead, keep
from answerback.web.answering.board import Judged
from answerback.web.answering.desk import Desk, desk
from answerback.web.answering.lessons import AROUND, LESSONS, suggested, usual, words_known, works
from answerback.web.answering.preparing import prepare
from answerback.workspace.home import open_home

SignedIn = Callable[[str], Client]
OSKAR, MAREK, KOFI, LENA = "Oskar Ricci", "Marek Peeters", "Kofi Novak", "Lena Uribe"
EVERYBODY = (OSKAR, MAREK, KOFI, LENA, "Jana Sato", "Revenue operations", "Enablement", "Admin")
SAID = Stated("Meet instead of writing once they want to find out more.", "meeting", "email", step="discover")


OF_CHAINS = (Ahead.WAITS, Ahead.CONTESTING, Ahead.DIRECTORY, Ahead.STEPS, Ahead.REVIVALS, Ahead.BALLS)


@pytest.fixture(scope="session")
def judged() -> Judged:
    """No finding: what these pages show rests on none."""
    return Judged(findings=(), behind={})


@pytest.fixture(scope="module")
def of_chains(practice_folder: Path) -> dict[Ahead, object]:
    """What a chain's page and the sheet before a call have worked out beforehand."""
    at = Desk(open_home(practice_folder), Limits(), lambda: datetime.now(UTC))
    found = {each: ahead(at, each) for each in OF_CHAINS}
    at.close()
    return found


@pytest.fixture
def chains(workspace: Path, of_chains: dict[Ahead, object]) -> None:
    """Chains' pages have at once what takes seconds."""
    for what, made in of_chains.items():
        keep(desk(), what, made)


@pytest.fixture
def lesson(practice: dict[str, Person]) -> Lesson:
    """Said by Oskar half a year before the end of what is loaded; his alone."""
    made = told.state(practice[OSKAR], SAID, now=desk().as_of() - timedelta(days=180))
    assert made is not None
    return made


def shared(lesson: Lesson, *, anonymous: bool = False) -> Lesson:
    assert lesson.author is not None
    assert told.share(lesson.author, lesson.pk, anonymous=anonymous, now=datetime.now(UTC))
    lesson.refresh_from_db()
    return lesson


def deal_at(rep_id: str, step: str) -> str:
    """An open deal of a rep that stands at a step."""
    at = desk()
    key = at.roster().key_of(rep_id)
    assert key is not None
    with at.reading() as reader:
        found = places(reader, open_deals(reader, key, most=100))
        keys = [each for each in found if found[each].step == step]
        return ids_of(reader, keys, "deal")[keys[0]]


# Who reads it ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "readers"),
    [("private", {OSKAR}), ("shared", set(EVERYBODY)), ("taken back", {OSKAR}), ("withdrawn", set())],
)
def test_a_lesson_is_its_author_s_until_it_is_shared(
    how: str, readers: set[str], lesson: Lesson, practice: dict[str, Person], signed_in: SignedIn
) -> None:
    author, now = practice[OSKAR], datetime.now(UTC)
    if how != "private":
        shared(lesson)
    if how == "taken back":
        assert told.take_back(author, lesson.pk)
    if how == "withdrawn":
        assert told.withdraw(author, lesson.pk, now=now)
    for name in EVERYBODY:
        client = signed_in(name)
        assert (client.get(f"/lessons/{lesson.pk}/").status_code == 200) == (name in readers), name
        assert (lesson.statement in client.get("/lessons/").content.decode()) == (name in readers), name
    assert (lesson in seen.lessons_shared()) == (how == "shared")


def test_nobody_but_its_author_changes_it(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson)
    for said in ("take_back", "withdraw", "share", "share_without_name"):
        assert signed_in(MAREK).post(f"/lessons/{lesson.pk}/do/", {"said": said}).status_code == 404
    assert seen.lessons_shared().get() == lesson
    assert signed_in(OSKAR).post(f"/lessons/{lesson.pk}/do/", {"said": "take_back"}).status_code == 302
    assert not seen.lessons_shared().exists()


def test_without_a_name_it_is_nobody_s(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson, anonymous=True)
    (noted,) = Noted.objects.filter(what="lesson shared")
    assert (noted.actor, noted.about) == (None, "")
    for path in ("/lessons/", f"/lessons/{lesson.pk}/"):
        text = signed_in(MAREK).get(path).content.decode()
        assert lesson.statement in text
        assert "by somebody here" in text
        assert OSKAR not in text
        assert "by you" in signed_in(OSKAR).get(path).content.decode()


def test_it_is_in_one_s_own_data_and_goes_with_its_author(
    lesson: Lesson, practice: dict[str, Person], workspace: Path
) -> None:
    told.thank(practice[MAREK], shared(lesson).pk, "It worked.")
    own = told.own(practice[OSKAR])
    assert [each["statement"] for each in own["lessons"]] == [lesson.statement]
    assert [each["note"] for each in told.own(practice[MAREK])["thanks_for_lessons"]] == ["It worked."]
    private, read = (told.state(practice[MAREK], SAID, now=datetime.now(UTC)) for _ in range(2))
    assert private is not None
    assert read is not None
    told.share(practice[MAREK], read.pk, anonymous=False, now=datetime.now(UTC))
    forget(practice["Admin"], practice[MAREK], open_home(workspace), now=datetime.now(UTC), today=desk().today())
    assert not Thanks.objects.exists()
    assert not Lesson.objects.filter(pk=private.pk), "what they kept to themselves goes with them"
    assert Lesson.objects.get(pk=read.pk).author is None


# Saying it ------------------------------------------------------------------------------------------------------------


def test_a_lesson_is_said_by_a_form_and_kept_for_oneself(signed_in: SignedIn) -> None:
    client = signed_in(OSKAR)
    fields = {name: getattr(SAID, name) for name in SAID.__slots__}
    answer = client.post("/lessons/new/", fields)
    made = Lesson.objects.get()
    assert answer["Location"] == f"/lessons/{made.pk}/"
    assert (made.play, made.instead_of, made.step, made.shared_at) == ("meeting", "email", "discover", None)
    assert "Nobody but you" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"statement": "Be nice."},
        {"statement": "x", "play": "meeting", "instead_of": "meeting"},
        {"statement": "x", "instead_of": "email"},
        {"statement": "x", "step": "nowhere"},
        {"statement": "x" * 281, "step": "offer"},
    ],
)
def test_what_cannot_turn_out_wrong_is_no_lesson(wrong: dict[str, str], signed_in: SignedIn) -> None:
    assert signed_in(OSKAR).post("/lessons/new/", wrong).status_code == 200
    assert not Lesson.objects.exists()


def test_what_the_data_suggest_is_offered_and_fills_the_form(signed_in: SignedIn) -> None:
    client = signed_in(OSKAR)
    told_of = {(each.claim.play, each.claim.instead_of, each.claim.step) for each in suggested(desk()) or ()}
    assert ("meeting", "email", "discover") in told_of
    assert "meeting instead of mail" in client.get("/lessons/").content.decode()
    form = client.get("/lessons/new/", {"play": "meeting", "instead_of": "email", "step": "discover"})
    assert b'<option value="meeting" selected>' in form.content


# What it tells --------------------------------------------------------------------------------------------------------


def test_the_page_tells_how_it_stands_and_counts_of_one_s_own(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson)
    text = signed_in(MAREK).get(f"/lessons/{lesson.pk}/").content.decode()
    assert "At the discover step" in text
    assert "Everybody else&#x27;s together" in text or "Everybody else's together" in text
    assert "Of 100 buyers" in text
    enablement = signed_in("Enablement").get(f"/lessons/{lesson.pk}/").content.decode()
    assert "Everybody's together" in enablement.replace("&#x27;", "'")
    assert "Your" not in enablement.split("<h1>")[1]


def test_sums_of_fewer_than_five_are_told_to_nobody(
    lesson: Lesson, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(lesson)
    monkeypatch.setattr("answerback.web.answering.lessons.LEAST_CONTRIBUTORS", 13)
    text = signed_in("Enablement").get(f"/lessons/{lesson.pk}/").content.decode()
    assert "Of 100 buyers" not in text
    assert "buyers moved after" not in text


def test_touches_behind_it_are_one_s_own_alone(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson)
    client = signed_in(OSKAR)
    page = client.get(f"/lessons/{lesson.pk}/")
    events = [each["event_id"] for each in page.context["touches"]]
    assert len(events) > 1
    assert client.get(f"/events/{quote(events[0], safe='')}/").status_code == 200
    assert signed_in(LENA).get(f"/events/{quote(events[0], safe='')}/").status_code == 404


def test_thanks_are_given_once_and_taken_back(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson)
    path = f"/lessons/{lesson.pk}/do/"
    for note in ("It served.", "It served me well."):
        signed_in(MAREK).post(path, {"said": "thank", "note": note})
    assert [each.note for each in Thanks.objects.all()] == ["It served me well."]
    assert "It served me well." in signed_in(OSKAR).get(f"/lessons/{lesson.pk}/").content.decode()
    assert signed_in(OSKAR).post(path, {"said": "thank"}).status_code == 404
    signed_in(MAREK).post(path, {"said": "no_thanks"})
    assert not Thanks.objects.exists()


# Worked out after a build ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("chains")
def test_after_a_build_pages_only_read_how_lessons_stand(
    lesson: Lesson, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(lesson)
    prepare(desk(), (LESSONS, *AROUND))

    def never(*_: object) -> None:
        raise AssertionError("it is worked out while a page waits")

    monkeypatch.setattr(beforehand, "work_out", never)
    for name in ("held_against", "evidence_of_each", "uses_of_each"):
        monkeypatch.setattr(f"answerback.web.answering.lessons.{name}", never)
    client = signed_in(MAREK)
    deal = quote(deal_at("marek.peeters@halden.example", "discover"), safe="")
    for path in ("/wall/", "/lessons/", f"/lessons/{lesson.pk}/", f"/deals/{deal}/", f"/prep/deals/{deal}/"):
        text = client.get(path).content.decode()
        assert lesson.statement in text, path
        assert "being worked out" not in text, path
    assert client.get(f"/lessons/{lesson.pk}/").context["own_counts"][0].touches


@pytest.mark.usefixtures("chains")
def test_before_that_pages_say_that_it_is_being_worked_out(
    lesson: Lesson, practice: dict[str, Person], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(lesson)
    client, deal = signed_in(MAREK), quote(deal_at("marek.peeters@halden.example", "discover"), safe="")
    monkeypatch.setattr(beforehand, "LITTLE", 0)  # of a large company
    paths = ("/wall/", "/lessons/", f"/lessons/{lesson.pk}/", f"/deals/{deal}/", f"/prep/deals/{deal}/")
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "being worked out" in answer.content.decode(), path
        assert "I used this" not in answer.content.decode(), path
    prepare(desk(), (LESSONS, *AROUND))
    assert "being worked out" not in "".join(client.get(path).content.decode() for path in paths)
    young = told.state(practice[MAREK], SAID, now=desk().as_of())
    later = told.state(practice[MAREK], SAID, now=desk().as_of() - timedelta(days=90))
    assert young is not None
    assert later is not None
    assert "Cannot tell yet" in client.get(f"/lessons/{young.pk}/").content.decode(), "nothing came after it"
    assert "being worked out" in client.get(f"/lessons/{later.pk}/").content.decode()
    prepare(desk(), (LESSONS, *AROUND))
    assert client.get(f"/lessons/{later.pk}/").context["others_enough"]


# Using it -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("chains")
def test_a_lesson_is_shown_on_the_deals_that_it_fits_and_used_there(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson)
    client, rep = signed_in(MAREK), "marek.peeters@halden.example"
    fits, other = deal_at(rep, "discover"), deal_at(rep, "offer")
    assert lesson.statement in client.get(f"/deals/{quote(fits, safe='')}/").content.decode()
    assert lesson.statement not in client.get(f"/deals/{quote(other, safe='')}/").content.decode()
    said = {"deal": fits, "lesson": str(lesson.pk), "said": "used"}
    assert client.post("/lessons/use/", said).status_code == 302
    assert "You use it here" in client.get(f"/deals/{quote(fits, safe='')}/").content.decode()
    ids = frozenset(desk().roster().ids_of(desk().roster().key_of(rep) or 0))
    assert used_lately(desk().noted("decision"), ids) == {(fits, str(lesson.pk)): True}
    assert fits in client.get(f"/lessons/{lesson.pk}/").content.decode()
    assert fits not in signed_in(OSKAR).get(f"/lessons/{lesson.pk}/").content.decode()
    client.post("/lessons/use/", said | {"said": "undo"})
    assert used_lately(desk().noted("decision"), ids) == {(fits, str(lesson.pk)): False}


def test_nobody_uses_a_lesson_on_what_is_not_theirs(lesson: Lesson, signed_in: SignedIn) -> None:
    deal = deal_at("oskar.ricci@halden.example", "discover")
    said = {"deal": deal, "lesson": str(lesson.pk), "said": "used"}
    assert signed_in(MAREK).post("/lessons/use/", said).status_code == 404  # the lesson is not shared
    shared(lesson)
    for wrong in ({"deal": "../x"}, {"deal": deal}, {"lesson": "9" * 30}, {"lesson": "-1"}, {"said": "maybe"}):
        assert signed_in(LENA).post("/lessons/use/", said | wrong).status_code == 404, wrong
    assert not desk().noted("decision")


@pytest.mark.usefixtures("chains")
def test_a_rejected_lesson_is_shown_on_no_deal(practice: dict[str, Person], signed_in: SignedIn) -> None:
    wrong = Stated("Write instead of meeting.", "email", "meeting", step="discover")
    made = told.state(practice[OSKAR], wrong, now=desk().as_of() - timedelta(days=340))
    assert made is not None
    shared(made)
    assert "rejected" in signed_in(MAREK).get(f"/lessons/{made.pk}/").content.decode()
    deal = deal_at("marek.peeters@halden.example", "discover")
    assert made.statement not in signed_in(MAREK).get(f"/deals/{quote(deal, safe='')}/").content.decode()


@pytest.mark.usefixtures("chains")
def test_who_used_a_lesson_hears_once_that_it_does_not_hold(
    practice: dict[str, Person], lesson: Lesson, signed_in: SignedIn
) -> None:
    wrong = Stated("Write instead of meeting.", "email", "meeting", step="discover")
    made = told.state(practice[OSKAR], wrong, now=desk().as_of() - timedelta(days=340))
    assert made is not None
    shared(made)
    shared(lesson)
    client, deal = signed_in(MAREK), deal_at("marek.peeters@halden.example", "discover")
    assert "does not hold" not in client.get("/mirror/").content.decode()
    for each in (made, lesson):
        client.post("/lessons/use/", {"deal": deal, "lesson": str(each.pk), "said": "used"})
    assert client.get("/mirror/").context["rejected"] == [made], "the other one holds"
    page = client.get("/mirror/").content.decode()
    assert "A lesson that you used does not hold" in page
    assert "nothing that you have to do" in page
    assert page.count(made.statement) == 1, "on none of the deals"
    assert made.statement not in signed_in(OSKAR).get("/mirror/").content.decode(), "whoever did not use it"
    assert "does not hold" not in signed_in(KOFI).get("/mirror/marek.peeters@halden.example/").content.decode()
    client.post("/lessons/use/", {"deal": deal, "lesson": str(made.pk), "said": "undo"})
    assert not client.get("/mirror/").context["rejected"]
    client.post("/lessons/use/", {"deal": deal, "lesson": str(made.pk), "said": "used"})
    assert client.post(f"/lessons/{made.pk}/do/", {"said": "let_go"})["Location"] == "/mirror/"
    assert not client.get("/mirror/").context["rejected"]
    assert [each["lesson__statement"] for each in told.own(practice[MAREK])["lessons_let_go"]] == [made.statement]
    assert told.take_back(practice[OSKAR], lesson.pk)
    assert client.post(f"/lessons/{lesson.pk}/do/", {"said": "let_go"}).status_code == 404


# The sheet before a call ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("chains")
def test_the_sheet_has_what_one_needs_before_a_call(lesson: Lesson, signed_in: SignedIn) -> None:
    shared(lesson)
    deal = deal_at("marek.peeters@halden.example", "discover")
    client = signed_in(MAREK)
    page = client.get(f"/prep/deals/{quote(deal, safe='')}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert lesson.statement in text
    assert page.context["fits"]["lesson"] == lesson
    assert page.context["works"]
    assert page.context["acts"]
    assert "turn" in page.context
    assert quote(deal, safe="") in client.get(f"/deals/{quote(deal, safe='')}/").content.decode()


@pytest.mark.usefixtures("chains")
def test_the_sheet_opens_for_whom_the_chain_opens(signed_in: SignedIn) -> None:
    deal = quote(deal_at("oskar.ricci@halden.example", "offer"), safe="")
    for name in EVERYBODY:
        client = signed_in(name)
        chain, sheet = (client.get(f"/{each}/{deal}/").status_code for each in ("deals", "prep/deals"))
        assert chain == sheet, name
    assert Noted.objects.filter(what="lesson shared").count() == 0


def test_what_is_usual_is_of_five_people_or_more(practice: dict[str, Person]) -> None:
    found, best = usual(desk()), works(desk())
    assert found is not None
    assert best is not None
    assert any(each.objections for each in found.values())
    told_of = [each for place in found.values() for each in (*place.objections, *place.acts)]
    assert min(each.people for each in told_of) >= 5
    assert min(each.people for place in best.values() for each in place) >= 5
    assert "offer" in words_known(desk()).steps
    assert Place("offer") != Place("close")


@pytest.mark.usefixtures("chains")
def test_pages_ask_the_database_few_times(
    lesson: Lesson, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    shared(lesson)
    client = signed_in(MAREK)
    deal = quote(deal_at("marek.peeters@halden.example", "discover"), safe="")
    for path in ("/lessons/", f"/lessons/{lesson.pk}/", f"/prep/deals/{deal}/"):
        client.get(path)
        with django_assert_max_num_queries(16):
            client.get(path)
