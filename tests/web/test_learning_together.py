"""Practices of several: proposed, joined by whoever wants to, begun by lot on a Monday, told as a whole to few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from answerback.analysis.lift.practices import Lottery
from answerback.analysis.lift.practised import PracticesJudged
from answerback.domain.refusals import CannotTell, Refused
from answerback.people.learning import group_practices, practices
from answerback.people.learning.group_practices import MOST_OPEN, Proposed
from answerback.people.learning.models import GroupPractice, Joining, Practice
from answerback.people.models import Person
from answerback.stats.linear import Estimate
from answerback.stats.lottery import Drawn
from answerback.web.answering import tasks
from answerback.web.answering.desk import desk
from answerback.web.answering.practising import JUDGED, RUTS
from answerback.workspace.journal import written
from tests.web.test_table_of_rights import EVERYBODY, LEADER, OWN

SignedIn = Callable[[str], Client]
MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_judged(practice: dict[str, Person]) -> None:
    tasks.keep(desk(), RUTS, ())
    tasks.keep(desk(), JUDGED, PracticesJudged({}, {}))


@pytest.fixture
def reps(practice: dict[str, Person]) -> list[Person]:
    """Nine who sell."""
    found = [each for each in practice.values() if each.rep_id and each.name not in (LEADER, OWN)]
    return sorted(found, key=lambda each: each.name)[:9]


def proposed(person: Person, *, starts_on: date = MONDAY) -> GroupPractice:
    made = group_practices.propose(person, Proposed("Name the price first", "", 5, 6, starts_on))
    assert made is not None
    return made


def drawn(practice: dict[str, Person], people: list[Person]) -> GroupPractice:
    made = proposed(practice["Enablement"])
    for each in people:
        assert group_practices.join(desk().home, each, made.pk)
    assert group_practices.draw_what_is_due(desk().home, now=NOW) == 1
    made.refresh_from_db()
    return made


def test_lots_are_drawn_on_the_monday_among_those_who_joined(practice: dict[str, Person], reps: list[Person]) -> None:
    made = drawn(practice, reps)
    every = list(Practice.objects.filter(group=made))
    assert {each.person for each in every} == set(reps)
    now = {each.person_id for each in every if each.arm == "now"}
    assert len(now) == 4
    for each in every:
        begins = MONDAY + timedelta(weeks=0 if each.person_id in now else 6)
        assert (each.starts_on, each.ends_on) == (begins, begins + timedelta(weeks=6))
    entries = written(desk().home, "practice")
    assert {entry.fields["source_id"] for entry in entries} == {each.record_id for each in every}
    assert all(f"draw={made.draw}" in str(entry.fields["metric"]) for entry in entries)
    assert group_practices.draw_what_is_due(desk().home, now=NOW) == 0  # once
    assert len(written(desk().home, "practice")) == 9


def test_too_few_wait_for_the_next_monday_and_a_late_draw_begins_on_the_next(
    practice: dict[str, Person], reps: list[Person]
) -> None:
    made = proposed(practice["Enablement"])
    for each in reps[:3]:
        group_practices.join(desk().home, each, made.pk)
    assert group_practices.draw_what_is_due(desk().home, now=NOW - timedelta(days=1)) == 0
    made.refresh_from_db()
    assert made.starts_on == MONDAY  # its day has not come
    assert group_practices.draw_what_is_due(desk().home, now=NOW) == 0
    made.refresh_from_db()
    assert (made.starts_on, made.draw) == (MONDAY + timedelta(weeks=1), "")
    assert written(desk().home, "practice") == []
    group_practices.join(desk().home, reps[3], made.pk)
    assert group_practices.draw_what_is_due(desk().home, now=NOW + timedelta(days=8)) == 1
    first = Practice.objects.filter(group=made, arm="now").values_list("starts_on", flat=True)
    assert set(first) == {MONDAY + timedelta(weeks=2)}  # frozen before it begins


def test_one_small_change_at_a_time_here_too(practice: dict[str, Person], reps: list[Person]) -> None:
    home, person = desk().home, reps[0]
    one, other = proposed(practice["Enablement"]), proposed(reps[1])
    assert group_practices.join(home, person, one.pk)
    assert not group_practices.join(home, person, other.pk)
    with pytest.raises(practices.AlreadyPractising):
        practices.begin(home, person, practices.Chosen("mine"), baseline={}, now=NOW)
    assert group_practices.leave(person, one.pk)
    practices.begin(home, person, practices.Chosen("mine"), baseline={}, now=NOW)
    assert not group_practices.join(home, person, one.pk)
    with pytest.raises(practices.NotInTheLog):
        group_practices.join(home, practice["Enablement"], one.pk)


def test_a_proposal_can_be_withdrawn_by_whom_it_is_of_until_lots_are_drawn(
    practice: dict[str, Person], reps: list[Person]
) -> None:
    made = proposed(practice["Enablement"])
    group_practices.join(desk().home, reps[0], made.pk)
    assert not group_practices.withdraw(reps[0], made.pk)
    assert group_practices.withdraw(practice["Enablement"], made.pk)
    assert not Joining.objects.exists()
    later = drawn(practice, reps)
    assert not group_practices.withdraw(practice["Enablement"], later.pk)
    assert not group_practices.leave(reps[0], later.pk)
    for _ in range(MOST_OPEN):
        proposed(reps[0])
    assert group_practices.propose(reps[0], Proposed("one more", "", 5, 6, MONDAY)) is None
    assert group_practices.propose(reps[1], Proposed("no Monday", "", 5, 6, MONDAY + timedelta(days=1))) is None


def test_whoever_sells_joins_on_the_page_and_learns_of_nobody_else(
    signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    client = signed_in("Enablement")
    page = client.get("/practice/together/").content.decode()
    starts = page.split('name="starts_on"')[1].split('<option value="')[1].split('"')[0]
    said = {"what": "Name the price first", "play": "all", "dose": "5", "weeks": "6", "starts_on": starts}
    assert client.post("/practice/together/", said).status_code == 302
    made = GroupPractice.objects.get()
    address = f"/practice/together/{made.pk}/say/"
    assert client.post(address, {"said": "join"}).status_code == 404  # nothing is theirs to measure
    assert signed_in(OWN).post(address, {"said": "join"}).status_code == 302
    assert signed_in(OWN).post(address, {"said": "withdraw"}).status_code == 404
    shown = signed_in("Marek Peeters").get("/practice/together/").content.decode()
    assert "1 takes part so far" in shown
    assert OWN not in shown
    assert signed_in(OWN).post(address, {"said": "leave"}).status_code == 302
    for bad in ({"weeks": "7"}, {"starts_on": "2026-12-01"}, {"play": "nothing"}, {"what": ""}):
        assert client.post("/practice/together/", said | bad).status_code == 200
    assert GroupPractice.objects.count() == 1


def lottery(draw: str, each_side: int = 4) -> Lottery:
    estimate = Estimate(0.09, 0.02, 0.04, 0.14, 0.01, 8.0)
    return Lottery(
        draw=draw, play="", metric="on_base", seed=7, frozen_on=MONDAY, starts=MONDAY, ends=MONDAY + timedelta(weeks=6),
        later_starts=MONDAY + timedelta(weeks=6), now=tuple(range(each_side)), later=tuple(range(10, 10 + each_side)),
        weeks_done=6, weeks=6, drawn=Drawn(estimate, 0.01, 0.2, 0.31, 0.02, 4, 4, 70), low=0.04, high=0.14,
        refused=None, changed_on=(), drawn_again=False, efforts=212.0, answers=66.0,
    )  # fmt: skip


def test_what_came_of_it_is_told_to_who_took_part_and_to_leaders(
    signed_in: SignedIn, practice: dict[str, Person], reps: list[Person]
) -> None:
    made = drawn(practice, [practice[OWN], *reps])
    address = f"/practice/together/{made.pk}/"
    tasks.keep(desk(), JUDGED, PracticesJudged({}, {made.draw: lottery(made.draw)}))
    took_part = {OWN, *(each.name for each in reps)}
    told = {name for name in EVERYBODY if signed_in(name).get(address).status_code == 200}
    assert told == {name for name in EVERYBODY if name in took_part or name == LEADER}
    shown = signed_in(OWN).get(address).content.decode()
    assert "It helped" in shown
    assert "The difference is +9.0 points, between +4.0 and +14.0." in shown
    assert "212" not in shown  # no sum over the few of one side
    assert not any(each.name in shown.replace(OWN, "") for each in reps)
    tasks.keep(desk(), JUDGED, PracticesJudged({}, {made.draw: lottery(made.draw, 3)}))
    few = signed_in(OWN).get(address).content.decode()
    assert "Fewer than 4" in few
    assert "points" not in few


def test_before_the_end_it_says_how_far_it_is(
    signed_in: SignedIn, practice: dict[str, Person], reps: list[Person]
) -> None:
    made = drawn(practice, [practice[OWN], *reps])
    waiting = CannotTell(Refused.NOT_OVER, have=14.0, need=42.0)
    going_on = replace(lottery(made.draw), refused=waiting, weeks_done=2)
    tasks.keep(desk(), JUDGED, PracticesJudged({}, {made.draw: going_on}))
    shown = signed_in(LEADER).get(f"/practice/together/{made.pk}/").content.decode()
    assert "14 of the 42 days" in shown
    assert "+9.0" not in shown
