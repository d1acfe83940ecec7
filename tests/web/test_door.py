"""The one door: what each role sees of others, with the person first, with groups, and before anything was chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.state import State
from answerback.domain.findings import Finding, FindingKind, Level, Measure, Subject
from answerback.domain.findings import Role as Page
from answerback.people import groups
from answerback.people.access import Viewer, admits, evidence_for, groups_for, viewer_of, visible_to
from answerback.people.groups import TooFew, smallest_difference
from answerback.people.models import Appointment, Group, GroupVersion, Organisation, Person, Reporting, Role, Visibility
from answerback.web.answering.board import Board, board_of
from answerback.web.answering.desk import desk

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
KEYS = {f"rep-{number}": number for number in range(1, 31)} | {"boss": 100, "other": 101}


@pytest.fixture
def people(db: None) -> dict[str, Person]:
    """A boss who leads rep-1 since 2026-01-01 and was proposed rep-2; another manager; a leader, who leads the boss."""
    Organisation.objects.create(name="Acme", visibility=Visibility.PERSON_FIRST, chosen_at=NOW)
    found = {}
    for rep_id, role in [("boss", Role.MANAGER), ("other", Role.MANAGER), ("rep-1", Role.REP), ("chief", Role.LEADER)]:
        found[rep_id] = Person.objects.create_user(f"{rep_id}@acme.example", name=rep_id, rep_id=rep_id)
        Appointment.objects.create(person=found[rep_id], role=role, valid_from=date(2025, 1, 1))
    since = date(2026, 1, 1)
    boss = found["boss"]
    Reporting.objects.create(rep_id="rep-1", manager=boss, valid_from=since, confirmed_by=found["chief"])
    Reporting.objects.create(rep_id="rep-2", manager=boss, valid_from=since)
    return found


def viewer(person: Person) -> Viewer:
    return viewer_of(person, KEYS.get, TODAY)


def choose(visibility: str) -> None:
    Organisation.objects.update(visibility=visibility)


def about(key: int, *, raised_on: date = date(2026, 2, 20), shared: bool = False, kind: str = "rep") -> Standing:
    found = Finding(
        kind=FindingKind.CHANGE,
        level=Level.FINDING,
        subject=Subject(kind, key=key),
        measure=Measure.ON_BASE,
        raised_on=raised_on,
        next_step="look_together",
        first_for=Page.REP,
    )
    state = State(shared_since=datetime(2026, 2, 25)) if shared else State()  # noqa: DTZ001 - as in the log
    return Standing(found, state, {}, muted=False, expired=False)


def test_a_manager_sees_who_is_confirmed_since_they_are(people: dict[str, Person]) -> None:
    scope = visible_to(viewer(people["boss"]), "test", UTC_ZONE)
    assert scope.holds(1, datetime(2026, 1, 1, tzinfo=UTC))
    assert not scope.holds(1, datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert not scope.holds(2, NOW)
    assert scope.holds(100, datetime(2025, 1, 1, tzinfo=UTC))
    assert scope.viewer_key == 100


@pytest.mark.parametrize("visibility", ["", Visibility.GROUPS])
def test_with_groups_or_nothing_chosen_a_manager_sees_themselves(visibility: str, people: dict[str, Person]) -> None:
    choose(visibility)
    assert {each.rep_key for each in visible_to(viewer(people["boss"]), "test", UTC_ZONE).stretches} == {100}


def test_a_leader_sees_nobody_s_rows(people: dict[str, Person]) -> None:
    Reporting.objects.create(
        rep_id="boss", manager=people["chief"], valid_from=date(2026, 1, 1), confirmed_by=people["chief"]
    )
    assert visible_to(viewer(people["chief"]), "test", UTC_ZONE).stretches == ()


@pytest.mark.parametrize(
    ("visibility", "standing", "seen"),
    [
        (Visibility.PERSON_FIRST, about(1), True),
        (Visibility.PERSON_FIRST, about(2), False),
        (Visibility.PERSON_FIRST, about(3, shared=True), False),
        (Visibility.PERSON_FIRST, about(1, raised_on=date(2025, 12, 20)), False),
        (Visibility.GROUPS, about(1), False),
        (Visibility.GROUPS, about(1, shared=True), True),
        (Visibility.GROUPS, about(2, shared=True), False),
        ("", about(1), False),
        ("", about(1, shared=True), False),
        ("", about(100, kind="manager"), True),
        ("", replace(about(1), finding=replace(about(1).finding, subject=Subject("segment", "north"))), True),
    ],
)
def test_a_finding_on_a_person_is_theirs_and_whose_they_report_to(
    visibility: str, standing: Standing, seen: bool, people: dict[str, Person]
) -> None:
    choose(visibility)
    assert admits(viewer(people["boss"]), standing) is seen
    if standing.finding.subject.key != 100 and standing.finding.subject.kind == "rep":
        assert not admits(viewer(people["other"]), standing)


def test_who_is_invited_sees_the_rows_behind_that_finding_and_no_others(people: dict[str, Person]) -> None:
    choose(Visibility.GROUPS)
    boss = viewer(people["boss"])
    invited, alone = about(1, shared=True), about(1)
    assert evidence_for(boss, invited, "finding", UTC_ZONE).holds(1, NOW)
    assert not evidence_for(boss, invited, "finding", UTC_ZONE).holds(1, datetime(2025, 12, 1, tzinfo=UTC))
    assert not evidence_for(boss, alone, "finding", UTC_ZONE).holds(1, NOW)
    assert evidence_for(boss, about(2, shared=True), "finding", UTC_ZONE).holds(100, NOW)
    assert not evidence_for(boss, about(2, shared=True), "finding", UTC_ZONE).holds(2, NOW)


def ids(*numbers: int) -> list[str]:
    return [f"rep-{number}" for number in numbers]


def test_a_group_is_seen_whole_by_its_manager_and_holds_five(people: dict[str, Person]) -> None:
    groups.make(people["chief"], people["boss"], "North", ids(1, 2, 3, 4, 5), TODAY)
    assert groups_for(viewer(people["boss"]), "team", KEYS.get) == ()
    choose(Visibility.GROUPS)
    (seen,) = groups_for(viewer(people["boss"]), "team", KEYS.get)
    assert {each.rep_key for each in seen.scope.stretches} == {1, 2, 3, 4, 5}
    assert groups_for(viewer(people["other"]), "team", KEYS.get) == ()
    assert groups_for(viewer(people["rep-1"]), "team", KEYS.get) == ()
    Appointment.objects.create(person=people["boss"], role=Role.LEADER, valid_from=TODAY)
    assert groups_for(viewer(Person.objects.get(pk=people["boss"].pk)), "team", KEYS.get) == ()


def test_a_group_of_which_the_log_has_fewer_is_not_shown(people: dict[str, Person]) -> None:
    choose(Visibility.GROUPS)
    groups.make(people["chief"], people["boss"], "North", [*ids(1, 2, 3, 4), "nobody"], TODAY)
    assert groups_for(viewer(people["boss"]), "team", KEYS.get) == ()


def test_a_group_cannot_be_small_nor_changed_by_a_few(people: dict[str, Person]) -> None:
    chief, boss = people["chief"], people["boss"]
    with pytest.raises(TooFew):
        groups.make(chief, boss, "Few", ids(1, 2, 3, 4), TODAY)
    north = groups.make(chief, boss, "North", ids(*range(1, 11)), TODAY)
    for wrong in (ids(*range(1, 10)), ids(*range(1, 12)), ids(*range(2, 12)), ids(*range(1, 7))):
        with pytest.raises(TooFew):
            groups.change(chief, north, wrong, TODAY + timedelta(days=1))
    with pytest.raises(TooFew):  # nor by another group beside it, whoever sees that
        groups.make(chief, people["other"], "South", ids(*range(2, 12)), TODAY)
    groups.change(chief, north, ids(*range(1, 16)), TODAY)
    assert [len(each.rep_ids) for each in groups.current(TODAY)] == [15]
    with pytest.raises(TooFew):  # what was shown before still counts
        groups.change(chief, north, ids(*range(1, 9), *range(11, 16)), TODAY + timedelta(days=9))
    groups.end(chief, north, TODAY)
    assert groups.current(TODAY) == []
    with pytest.raises(TooFew):
        groups.make(chief, boss, "Again", ids(*range(1, 8)), TODAY)
    assert Group.objects.count() == 1
    assert GroupVersion.objects.count() == 2


VERSIONS = st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1), min_size=1, max_size=4)


@given(VERSIONS, st.data())
@settings(deadline=None)
def test_no_sum_of_versions_is_about_fewer_than_it_says(versions: list[set[str]], data: st.DataObject) -> None:
    least = smallest_difference(versions)
    weights = data.draw(st.lists(st.integers(-3, 3), min_size=len(versions), max_size=len(versions)))
    told = {
        each
        for each in "abcdefgh"
        if sum(weight for weight, version in zip(weights, versions, strict=True) if each in version)
    }
    assert not told or len(told) >= least


def personal(board: Board) -> Standing:
    """A finding on a rep that their manager is shown by now."""
    return next(
        each
        for each in board.gathered.findings
        if each.finding.subject.kind == "rep"
        and any(to.role is Page.MANAGER and day <= board.gathered.today for to, day in each.pages.items())
    )


def test_the_log_s_hierarchy_alone_shows_nobody_s_findings(
    signed_in: Callable[[str], Client], practice: dict[str, Person]
) -> None:
    board = board_of(desk())
    found = personal(board)
    roster = desk().roster()
    key = found.finding.subject.key
    assert key is not None
    manager_key = roster.members[key].manager_key
    assert manager_key is not None
    manager, address = roster.called(manager_key), f"/findings/{found.finding.finding_id}/"
    client = signed_in(manager)
    assert client.get(address).status_code == 200
    who, rep = (
        viewer_of(practice[name], roster.key_of, board.gathered.today) for name in (manager, roster.called(key))
    )
    others_from = max(day for to, day in found.pages.items() if to.role is Page.MANAGER)
    early = replace(board, gathered=replace(board.gathered, today=others_from - timedelta(days=1)))
    assert early.seen_by(who, found.finding.finding_id) is None  # the rep has it first
    assert early.seen_by(rep, found.finding.finding_id) == found
    Organisation.objects.update(visibility=Visibility.GROUPS)
    assert client.get(address).status_code == 404
    assert address not in client.get("/team/").content.decode()
    Organisation.objects.update(visibility=Visibility.PERSON_FIRST)
    Reporting.objects.filter(rep_id=roster.id_of(key)).update(confirmed_by=None)
    assert client.get(address).status_code == 404
    assert signed_in(roster.called(key)).get(address).status_code == 200
