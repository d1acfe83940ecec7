"""Practice: from a choice to the log, counted by its owner, told at its end; nobody else's unless it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.craft.cells import Group
from answerback.analysis.craft.plays import Rut
from answerback.analysis.lift.alone import Alone
from answerback.analysis.lift.fixing import next_monday
from answerback.analysis.lift.practised import Answer, Outcome, PracticesJudged
from answerback.domain.refusals import CannotTell, Refused
from answerback.people.learning import practices
from answerback.people.learning.models import Ended, Lesson, Practice, PracticeDay
from answerback.people.models import Organisation, Person, Visibility
from answerback.stats.rebound import OwnChange
from answerback.web.answering import tasks
from answerback.web.answering.desk import desk
from answerback.web.answering.practising import JUDGED, RUTS
from answerback.workspace.journal import Entry, written
from tests.web.test_table_of_rights import EVERYBODY, LEADER, MANAGER, OWN
from tests.web.test_through_a_build import built

SignedIn = Callable[[str], Client]
SAID = {"what": "Ring before I write", "play": "all", "dose": "4", "weeks": "6", "why": "my own secret reason"}


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def begin(client: Client, **said: str) -> Practice:
    response = client.post("/practice/new/", SAID | {"step": "begin"} | said)
    assert response.status_code == 302, response.content.decode()
    return Practice.objects.latest("pk")


def records() -> list[Entry]:
    return written(desk().home, "practice")


@pytest.fixture(autouse=True)
def _nothing_suggested(practice: dict[str, Person]) -> None:
    """What is worked out over everybody takes a second: these tests say what it is."""
    tasks.keep(desk(), RUTS, ())
    tasks.keep(desk(), JUDGED, PracticesJudged({}, {}))


@pytest.fixture
def running(practice: dict[str, Person]) -> Practice:
    """Oskar Ricci's, in its second week."""
    today = desk().today()
    starts = today - timedelta(days=today.weekday() + 7)
    return Practice.objects.create(
        person=practice[OWN],
        what="Ring before I write",
        why="my own secret reason",
        dose=4,
        starts_on=starts,
        ends_on=starts + timedelta(weeks=6),
        baseline={"touches": 60, "moved": 9},
        frozen_at=desk().as_of() - timedelta(weeks=3),
        record_id="practice-here",
    )


def over(running: Practice, weeks: int = 8) -> Practice:
    running.starts_on -= timedelta(weeks=weeks)
    running.ends_on -= timedelta(weeks=weeks)
    running.save()
    return running


def came_of(running: Practice, answer: Answer, change: OwnChange, *, more: int | None = None) -> None:
    """Says what came of it, as the log's practices were judged."""
    key = desk().roster().key_of(running.person.rep_id)
    assert key is not None
    refused = CannotTell(Refused.WITHIN_REBOUND, have=change.rise, need=change.rebound)
    found = Outcome(
        answer,
        Alone(key, 3, change, None, 9, 24.0, 6.0),
        refused if answer is Answer.CANNOT_TELL else None,
        more,
    )
    tasks.keep(desk(), JUDGED, PracticesJudged({(key, running.play, running.starts_on): found}, {}))


def test_a_choice_is_looked_at_before_it_is_fixed_and_then_it_is_a_record_of_the_log(signed_in: SignedIn) -> None:
    client = signed_in(OWN)
    looked = client.post("/practice/new/", SAID | {"step": "look"}).content.decode()
    assert "of 24 touches" not in looked
    assert "About 24 touches in all" in looked
    assert "would show four times in five at best" in looked
    assert not Practice.objects.exists()
    assert records() == []
    made = begin(client)
    starts = next_monday(desk().as_of().date())
    (entry,) = records()
    assert entry.fields["rep_id"] == made.person.rep_id
    assert entry.fields["metric"] == "on_base baseline=12w"
    assert entry.fields["from"] == f"{starts}T00:00:00+00:00"
    assert entry.fields["to"] == f"{starts + timedelta(weeks=6)}T00:00:00+00:00"
    assert (made.starts_on, made.record_id) == (starts, entry.fields["source_id"])
    assert made.baseline["touches"] > made.baseline["moved"] > 0
    shown = text(client, "/practice/")
    assert "Ring before I write" in shown
    assert f"{made.baseline['moved']} of {made.baseline['touches']} touches moved a buyer" in shown


def test_no_private_text_gets_into_the_log(signed_in: SignedIn) -> None:
    begin(signed_in(OWN))
    journal = b"".join(path.read_bytes() for path in desk().home.journal.glob("*.jsonl"))
    assert b"Ring before" not in journal
    assert b"secret" not in journal


@pytest.mark.parametrize(
    "said",
    [
        {"what": ""},
        {"what": "x" * 201},
        {"play": "no such kind"},
        {"play": "'; drop table practice; --"},
        {"dose": "0"},
        {"dose": "101"},
        {"dose": "many"},
        {"weeks": "1"},
        {"weeks": "14"},
    ],
)
def test_what_cannot_be_fixed_is_not(said: dict[str, str], signed_in: SignedIn) -> None:
    response = signed_in(OWN).post("/practice/new/", SAID | {"step": "begin"} | said)
    assert response.status_code == 200
    assert not Practice.objects.exists()
    assert records() == []


def test_there_is_one_at_a_time(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    client = signed_in(OWN)
    begin(client)
    assert client.post("/practice/new/", SAID | {"step": "begin"}).status_code == 302
    assert client.get("/practice/new/").status_code == 302
    assert (Practice.objects.count(), len(records())) == (1, 1)
    with pytest.raises(practices.AlreadyPractising):
        practices.begin(desk().home, practice[OWN], practices.Chosen("another"), baseline={}, now=desk().as_of())
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.create(person=practice[OWN], what="x", starts_on=date(2026, 1, 5), ends_on=date(2026, 2, 2))
    assert len(records()) == 1


def test_one_key_counts_and_no_rate_is_told_before_the_end(signed_in: SignedIn, running: Practice) -> None:
    client = signed_in(OWN)
    for _ in range(3):
        answer = client.post(f"/practice/{running.pk}/count/", {"said": "more", "back": "mirror"})
        assert answer.headers["location"] == "/mirror/"
    client.post(f"/practice/{running.pk}/count/", {"said": "fewer"})
    assert PracticeDay.objects.get().done == 2
    shown = text(client, "/mirror/")
    assert "My practice" in shown
    assert "2 of about 24 touches made as intended; too early to tell until" in shown
    (section,) = [part.split("</section>")[0] for part in shown.split('<section aria-labelledby="my-practice">')[1:]]
    assert "%" not in section
    assert client.post(f"/practice/{running.pk}/count/", {"said": "lots"}).status_code == 404
    assert client.get(f"/practice/{running.pk}/count/").status_code == 405


def test_nothing_is_counted_before_it_begins_nor_after_its_end(signed_in: SignedIn, running: Practice) -> None:
    client = signed_in(OWN)
    over(running)
    assert client.post(f"/practice/{running.pk}/count/", {"said": "more"}).status_code == 404
    running.starts_on = desk().today() + timedelta(days=3)
    running.ends_on = running.starts_on + timedelta(weeks=4)
    running.save()
    assert client.post(f"/practice/{running.pk}/count/", {"said": "more"}).status_code == 404
    assert not PracticeDay.objects.filter(done__gt=0).exists()


def test_a_streak_is_of_working_days_on_which_something_was_done_whatever_came_of_it() -> None:
    week = frozenset(range(5))
    days = {date(2026, 3, 5): 1, date(2026, 3, 6): 3, date(2026, 3, 9): 1}
    assert practices.streak(days, date(2026, 3, 9), week) == 3
    assert practices.streak(days, date(2026, 3, 10), week) == 3  # today is not over
    assert practices.streak(days, date(2026, 3, 11), week) == 0
    assert practices.streak({}, date(2026, 3, 11), week) == 0
    assert practices.streak(days | {date(2026, 3, 6): 0}, date(2026, 3, 9), week) == 1


def test_what_worked_is_told_beside_what_would_have_come_anyway(signed_in: SignedIn, running: Practice) -> None:
    over(running)
    came_of(running, Answer.WORKED, OwnChange(0.08, 0.25, 0.03, 0.01, 0.13, 0.02, 0.24, 0.99))
    client = signed_in(OWN)
    shown = text(client, "/practice/")
    for said in (
        "It worked",
        "6 touches of 24 moved a buyer: 25 %, after 8 % in the weeks before.",
        "about 3 points come back by themselves; 9 others who began with nothing rose by 1.",
        "What is left, in points: 13.0 more, somewhere between 2.0 more and 24.0 more.",
    ):
        assert said in shown
    assert client.post(f"/practice/{running.pk}/end/", {"said": "habit"}).status_code == 302
    running.refresh_from_db()
    assert running.ended_as == Ended.HABIT
    assert "It is a habit now" in text(client, "/practice/")
    assert "One small change, chosen by you" in text(client, "/practice/")


def test_a_rise_that_comes_back_anyway_is_not_credited(signed_in: SignedIn, running: Practice) -> None:
    over(running)
    came_of(running, Answer.CANNOT_TELL, OwnChange(0.08, 0.16, 0.06, 0.0, 0.02, -0.08, 0.12, 0.6), more=180)
    shown = text(signed_in(OWN), "/practice/")
    assert "Cannot tell yet" in shown
    assert "It worked" not in shown
    assert "So far it cannot be told from what comes back by itself." in shown
    assert "About 180 more touches made like that would tell." in shown


def test_one_that_did_not_work_can_be_dropped_and_looked_back_on(signed_in: SignedIn, running: Practice) -> None:
    over(running)
    came_of(running, Answer.DID_NOT, OwnChange(0.1, 0.11, 0.0, 0.0, 0.01, -0.02, 0.04, 0.6))
    client = signed_in(OWN)
    assert "It did not bring enough to matter" in text(client, "/practice/")
    client.post(f"/practice/{running.pk}/end/", {"said": "dropped"})
    shown = text(client, f"/practice/{running.pk}/")
    assert "Two minutes for what it taught" in shown
    assert f'name="practice" value="{running.pk}"' in shown
    assert client.post(f"/practice/{running.pk}/end/", {"said": "habit"}).status_code == 404


def test_what_was_dropped_before_its_end_is_not_judged(signed_in: SignedIn, running: Practice) -> None:
    client = signed_in(OWN)
    assert client.post(f"/practice/{running.pk}/end/", {"said": "habit"}).status_code == 404  # too early
    assert client.post(f"/practice/{running.pk}/end/", {"said": "dropped"}).status_code == 302
    assert "nothing is judged" in text(client, f"/practice/{running.pk}/")


def test_what_is_called_off_before_it_begins_was_never(signed_in: SignedIn) -> None:
    client = signed_in(OWN)
    made = begin(client)
    assert client.post(f"/practice/{made.pk}/end/", {"said": "dropped"}).status_code == 302
    assert not Practice.objects.exists()
    assert records()[-1].fields == {"source_id": made.record_id, "deleted": True}
    begin(client)  # and another may begin


def test_a_change_of_mind_is_kept_and_shown_and_what_is_judged_stays(signed_in: SignedIn, running: Practice) -> None:
    client, ends = signed_in(OWN), running.ends_on
    response = client.post(f"/practice/{running.pk}/change/", {"dose": "6", "weeks": "9", "why": "more time"})
    assert response.status_code == 302
    running.refresh_from_db()
    assert (running.ends_on, running.dose) == (ends, 4)
    assert practices.goes_on_until(running) == running.starts_on + timedelta(weeks=9)
    shown = text(client, "/practice/")
    assert "it became 9 weeks and 6 touches a week; judged is what was fixed before" in shown
    (entry,) = records()
    assert entry.fields["to"] == f"{running.starts_on + timedelta(weeks=9)}T00:00:00+00:00"
    assert entry.fields["source_id"] == "practice-here-1"
    client.post(f"/practice/{running.pk}/change/", {"dose": "6", "weeks": "9"})
    assert len(records()) == 1  # it is as it was


def test_what_another_kind_of_touch_does_for_such_buyers_is_suggested_with_its_reason(
    signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    key = desk().roster().key_of(practice[OWN].rep_id)
    mail = Group("email / first_touch", "email", "first_touch", "", "small")
    call = Group("call / first_touch", "call", "first_touch", "", "small")
    rut = Rut(key or 0, mail, call, 41, 3, 0.9, 0.5, 0.08, 0.1, 0.18, 0.02, 0.2, 0.8, named=False)
    unlikely = Rut(key or 0, mail, call, 99, 3, 0.9, 0.5, 0.08, 0.1, 0.18, 0.02, 0.2, 0.3, named=False)
    other = Rut((key or 0) + 1, mail, call, 77, 3, 0.9, 0.5, 0.08, 0.1, 0.18, 0.02, 0.2, 0.9, named=True)
    tasks.keep(desk(), RUTS, (rut, unlikely, other))
    shown = text(signed_in(OWN), "/practice/")
    assert "Call, a first touch, instead of mail, a first touch (small buyers)" in shown
    assert "3 of your 41 touches of this kind to small buyers moved one in the last year" in shown
    assert "77" not in shown
    assert "99 touches" not in shown
    address = "/practice/new/?from=instead-email%20%2F%20first_touch-small-"
    assert "Call, a first touch, instead of mail" in text(signed_in(OWN), address)
    assert "Call, a first touch, instead of mail" not in text(signed_in("Marek Peeters"), address)


def test_a_lesson_on_what_one_does_is_suggested_and_goes_with_the_practice(
    signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    client = signed_in(OWN)
    play = text(client, "/practice/new/").split('<option value="')[2].split('"')[0]
    now = datetime.now(UTC)
    shared = Lesson.objects.create(
        author=practice["Marek Peeters"], statement="Name the price first", play=play, stated_at=now, shared_at=now
    )
    Lesson.objects.create(author=practice["Marek Peeters"], statement="Unshared", play=play, stated_at=now)
    shown = text(client, "/practice/")
    assert "Name the price first" in shown
    assert "A lesson of Marek Peeters" in shown
    assert "Unshared" not in shown
    made = begin(client, **{"from": f"lesson-{shared.pk}", "play": play})
    assert (made.lesson, made.play) == (shared, play)
    assert records()[0].fields["play"] == play


SEEN = {"own": {OWN}, "shown": {OWN, MANAGER}}


@pytest.mark.parametrize("reach", sorted(SEEN))
@pytest.mark.parametrize("visibility", ["", *Visibility.values])
def test_a_practice_is_its_owner_s_and_whom_they_show_it(
    reach: str, visibility: str, signed_in: SignedIn, running: Practice
) -> None:
    Organisation.objects.update(visibility=visibility)
    if reach == "shown":
        assert signed_in(OWN).post(f"/practice/{running.pk}/show/", {"said": "show"}).status_code == 302
    found = {name for name in EVERYBODY if signed_in(name).get(f"/practice/{running.pk}/").status_code == 200}
    assert found == SEEN[reach]
    for name in set(EVERYBODY) - {OWN}:
        for act in ("count", "end", "show", "change"):
            said = {"said": "more" if act == "count" else "dropped" if act == "end" else "show"}
            answer = signed_in(name).post(f"/practice/{running.pk}/{act}/", said | {"dose": "1", "weeks": "3"})
            assert answer.status_code == 404, (name, act)
    if reach == "shown":
        assert "my own secret reason" not in text(signed_in(MANAGER), f"/practice/{running.pk}/")
        signed_in(OWN).post(f"/practice/{running.pk}/show/", {"said": "hide"})
        assert signed_in(MANAGER).get(f"/practice/{running.pk}/").status_code == 404


def test_what_came_of_it_is_seen_by_a_manager_only_who_sees_its_owner_s_rows(
    signed_in: SignedIn, running: Practice
) -> None:
    over(running)
    came_of(running, Answer.WORKED, OwnChange(0.08, 0.25, 0.03, 0.01, 0.13, 0.02, 0.24, 0.99))
    practices.show(running, shown=True)
    address = f"/practice/{running.pk}/"
    Organisation.objects.update(visibility=Visibility.PERSON_FIRST)
    assert "It worked" in text(signed_in(MANAGER), address)
    Organisation.objects.update(visibility=Visibility.GROUPS)
    shown = text(signed_in(MANAGER), address)
    assert "It worked" not in shown
    assert "25 %" not in shown
    assert "9 of 60" not in shown


def test_no_other_page_nor_program_tells_of_it(signed_in: SignedIn, running: Practice) -> None:
    for name in set(EVERYBODY) - {OWN}:
        client = signed_in(name)
        for address in ("/practice/", "/practice/together/", "/team/", "/us/", "/mirror/", "/search/?q=Ring", "/wall/"):
            response = client.get(address)
            assert b"Ring before I write" not in response.content, (name, address)


def test_who_sells_nothing_proposes_and_practises_nothing(signed_in: SignedIn) -> None:
    shown = text(signed_in("Enablement"), "/practice/")
    assert "nothing of yours to measure" in shown
    assert signed_in("Enablement").get("/practice/new/").status_code == 404
    for name in ("Admin", "Revenue operations"):
        assert signed_in(name).get("/practice/").status_code == 404


def test_it_is_in_one_s_own_data_and_goes_with_them(signed_in: SignedIn, running: Practice) -> None:
    practices.count(running, desk().today(), 2)
    packed = ZipFile(BytesIO(b"".join(signed_in(OWN).post("/me/data/"))))
    (kept,) = json.loads(packed.read("account.json"))["practices"]
    assert kept["what"] == "Ring before I write"
    assert kept["days"] == [{"day": desk().today().isoformat(), "done": 2}]
    other = ZipFile(BytesIO(b"".join(signed_in(LEADER).post("/me/data/"))))
    assert json.loads(other.read("account.json"))["practices"] == []
    running.person.delete()
    assert not Practice.objects.exists()
    assert not PracticeDay.objects.exists()


def test_it_asks_the_database_little(
    signed_in: SignedIn, running: Practice, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(OWN)
    text(client, "/practice/")
    with django_assert_max_num_queries(14):
        text(client, "/practice/")


def test_through_a_build_it_is_judged_by_the_log(
    signed_in: SignedIn, practice: dict[str, Person], workspace: Path
) -> None:
    starts = next_monday((desk().as_of() - timedelta(weeks=12)).date())
    made = practices.begin(
        desk().home,
        practice[OWN],
        practices.Chosen("Ring before I write", weeks=6),
        baseline={},
        now=datetime.combine(starts, datetime.min.time(), UTC) - timedelta(days=2),
    )
    assert made.starts_on == starts
    client = signed_in(OWN)
    assert "being worked out" in text(client, "/practice/")
    built(workspace)
    shown = text(client, "/practice/")
    assert "being worked out" not in shown
    assert "moved a buyer" in shown
    assert "What is left, in points" in shown
