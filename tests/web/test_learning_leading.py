"""Who leads: their own part first and for them alone; several of them as one sum over five, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.findings.audience import Recipient
from answerback.analysis.findings.state import Said
from answerback.analysis.leading.first_hand import LOOKED_AT, FirstHand, Leaders, companies_touched, first_hand, leaders
from answerback.domain.findings import Role as PageOf
from answerback.domain.scope import Scope
from answerback.people.learning.coaching import Given, given
from answerback.people.learning.models import Debrief, DebriefOf, Lesson, Reach, Talk, TalkKind, Thanks
from answerback.people.models import Appointment, Organisation, Person, Reporting, Role, Visibility
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import desk
from answerback.web.answering.leading import LEADING
from answerback.web.answering.tasks import keep, work_out
from answerback.web.noted.marks import FindingWord
from answerback.web.noted.marks import say as write_word
from answerback.web.shown.leading import managers_as_one

MANAGER, LEADER = "Kofi Novak", "Jana Sato"
SignedIn = Callable[[str], Client]
EVERYBODY = Scope("test", everybody=True)


@pytest.fixture
def worked_out_now(practice: dict[str, Person]) -> None:
    """What those who lead heard is worked out."""
    work_out(desk(), LEADING)


def of_another_team() -> Person:
    """Somebody who does not report to the manager."""
    line = Reporting.objects.filter(manager__name="Lena Uribe").order_by("rep_id")[0]
    return Person.objects.get(rep_id=line.rep_id)


def counted(start: datetime, *leaders: Person) -> Given:
    return given(leaders, start=start, until=datetime.now(UTC), today=desk().today())


def page(client: Client) -> str:
    response = client.get("/team/mine/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("worked_out_now")
def test_one_s_own_part_is_for_oneself_alone(signed_in: SignedIn) -> None:
    shown = page(signed_in(MANAGER))
    assert "touches of your own" in shown
    assert "Lena Uribe" not in shown
    for name in ("Oskar Ricci", "Revenue operations", "Enablement", "Admin"):
        assert signed_in(name).get("/team/mine/").status_code == 404


@pytest.mark.usefixtures("worked_out_now")
def test_what_is_not_loaded_is_not_seen_and_never_nought(signed_in: SignedIn) -> None:
    shown = page(signed_in(MANAGER))
    assert "no calendar of yours is loaded, so meetings are not in it" in shown
    assert "0 meetings" not in shown


def test_counts_are_those_of_the_log(practice: dict[str, Person]) -> None:
    key = desk().roster().key_of(practice[MANAGER].rep_id)
    assert key is not None
    with desk().reading() as reader:
        found = leaders(reader, EVERYBODY)
        own = found.by_key[key]
        calls = reader.query(f"""
            select count(*) as n from effort where rep_key = {key} and evidence = 'captured' and origin = 'hand'
            and occurred_at >= timestamp '{found.start:%Y-%m-%d %H:%M:%S}'
            and occurred_at <= timestamp '{found.end:%Y-%m-%d %H:%M:%S}'""").to_pylist()[0]["n"]
        talks = reader.query(f"""
            select count(*) as n from conversation where coach_key = {key}
            and occurred_at >= date '{found.start:%Y-%m-%d}'
            and occurred_at <= timestamp '{found.end:%Y-%m-%d %H:%M:%S}'""").to_pylist()[0]["n"]
        assert first_hand(reader, Scope("nobody"), [key], found.start)[key].touches == 0
        assert companies_touched(reader, Scope("nobody"), found.start) == frozenset()
    assert own.touches == calls > 0
    assert own.calls > 0
    assert len(found.talks[key]) == talks > 0


def test_until_it_is_worked_out_the_page_says_so(signed_in: SignedIn) -> None:
    assert "being worked out" in page(signed_in(MANAGER))


def test_what_people_know_is_told_only_of_rows_that_one_sees(signed_in: SignedIn, worked_out_now: None) -> None:
    assert "you know from your people alone" in page(signed_in(MANAGER))
    for chosen in ("", Visibility.GROUPS):
        Organisation.objects.update(visibility=chosen)
        assert "you know from your people alone" not in page(signed_in(MANAGER))


def test_what_was_given_is_counted_by_what_was_kept(practice: dict[str, Person]) -> None:
    coach, rep, other = practice[MANAGER], practice["Oskar Ricci"], of_another_team()
    now = datetime.now(UTC)
    start = now - timedelta(days=30)
    before = now - timedelta(days=2)
    talk = {"coach": coach, "person": rep, "planned_at": before}
    Talk.objects.create(**talk, held_at=before, kind=TalkKind.RIDE_ALONG)
    Talk.objects.create(**talk)
    Talk.objects.create(**talk, cancelled_at=before)
    Talk.objects.create(**{**talk, "planned_at": now + timedelta(days=2)})
    Talk.objects.create(**{**talk, "coach": practice["Lena Uribe"], "person": other}, held_at=before)
    shared_at = before - timedelta(days=1)
    for number, (owner, reach) in enumerate(((rep, Reach.MANAGER), (rep, Reach.NOBODY), (other, Reach.MANAGER))):
        Debrief.objects.create(
            owner=owner, of=DebriefOf.LOST, chain_id=str(number), ended_at=before, closed_at=before, reach=reach,
            shared_at=shared_at,
        )  # fmt: skip
    lesson = Lesson.objects.create(author=rep, statement="Ask first", stated_at=before, shared_at=before)
    Lesson.objects.create(author=rep, statement="Not by name", stated_at=before, shared_at=before, anonymous=True)
    Thanks.objects.create(lesson=lesson, person=rep)
    found = counted(start, coach)
    assert found == Given(planned=2, kept=1, rides=1, shared=1, followed=1, lessons=1, spread=0)
    Thanks.objects.create(lesson=lesson, person=other)
    Debrief.objects.update(shared_at=now - timedelta(days=1))
    found = counted(start, coach)
    assert (found.spread, found.followed) == (1, 0)
    both = counted(start, coach, practice["Lena Uribe"])
    assert (both.planned, both.kept, both.shared) == (3, 2, 2)


def of_leader(practice: dict[str, Person]) -> Asking:
    request = RequestFactory().get("/us/")
    request.user = practice[LEADER]
    return asked(request)


def managers_made(practice: dict[str, Person], count: int) -> None:
    """So many managers in the log, each with a touch."""
    roster, day = desk().roster(), desk().today() - timedelta(days=900)
    Appointment.objects.filter(role=Role.MANAGER).delete()
    reps = sorted(each.rep_id for each in practice.values() if each.rep_id and each.name != LEADER)[:count]
    for each in reps:
        Appointment.objects.create(person=Person.objects.get(rep_id=each), role=Role.MANAGER, valid_from=day)
    keys = [key for each in reps if (key := roster.key_of(each)) is not None]
    now = desk().as_of()
    keep(desk(), LEADING, Leaders(now - timedelta(weeks=13), now, {key: FirstHand(touches=7) for key in keys}))


@pytest.mark.parametrize(("count", "told"), [(4, False), (5, True)])
def test_managers_are_one_sum_over_at_least_five(count: int, told: bool, practice: dict[str, Person]) -> None:
    managers_made(practice, count)
    text = " ".join(managers_as_one(of_leader(practice)))
    assert (f"made {7 * count} touches" in text) == told
    assert ("is not told" in text) != told
    assert not any(name in text for name in practice)


def test_the_sum_asks_the_database_as_often_for_many_as_for_five(
    practice: dict[str, Person], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    managers_made(practice, 12)
    asking = of_leader(practice)
    with django_assert_max_num_queries(12):
        assert managers_as_one(asking)


def test_whom_somebody_led_before_is_not_theirs(practice: dict[str, Person]) -> None:
    before = datetime.now(UTC) - timedelta(days=2)
    Debrief.objects.create(
        owner=practice["Oskar Ricci"], of=DebriefOf.LOST, chain_id="a", ended_at=before, closed_at=before,
        reach=Reach.MANAGER, shared_at=before,
    )  # fmt: skip
    start = before - timedelta(days=1)
    assert counted(start, practice[MANAGER]).shared == 1
    Reporting.objects.filter(manager=practice[MANAGER]).update(valid_to=desk().today() - timedelta(days=1))
    assert counted(start, practice[MANAGER]).shared == 0


def came_to(name: str, practice: dict[str, Person]) -> list[str]:
    """Open findings that came to a manager's page in the time that is looked at."""
    key = desk().roster().key_of(practice[name].rep_id)
    to, since = Recipient(PageOf.MANAGER, key), (desk().as_of() - LOOKED_AT).date()
    every = board_of(desk()).gathered.findings
    return [each.finding.finding_id for each in every if to in each.pages and since <= each.pages[to] <= desk().today()]


@pytest.mark.usefixtures("worked_out_now")
def test_findings_acted_on_are_those_that_oneself_spoke_on(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    findings, manager = came_to(MANAGER, practice), signed_in(MANAGER)
    assert len(findings) >= 2
    came = f"Of {len(findings)} findings that came to you,"
    assert f"{came} you closed or put off none." in page(manager)
    mine, theirs = findings[:2]

    def say(client: Client, finding: str, said: str) -> None:
        assert client.post(f"/findings/{finding}/say/", {"said": said}).status_code == 302

    def closed_by_another(finding: str) -> None:
        found = next(each for each in board_of(desk()).gathered.findings if each.finding.finding_id == finding)
        now = datetime.now(UTC)
        write_word(desk().home, found.finding, FindingWord(Said.DONE), now=now, as_of=desk().as_of())

    closed_by_another(theirs)
    assert f"{came} you closed or put off none; others 1." in page(manager)
    say(manager, mine, "seen")
    assert "you closed or put off none" in page(manager), "to have seen it is not to act on it"
    say(manager, mine, "done")
    assert f"{came} you closed or put off 1, within " in page(manager)
    assert "; others 1 more." in page(manager)
    say(manager, mine, "reopen")
    assert f"{came} you closed or put off none; others 1." in page(manager)
