"""Who is shown what in which week: at most so many, the rep first, nothing twice, nothing old."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.analysis.findings.attention import Candidate, chosen, weeks_of_attention
from answerback.analysis.findings.audience import OWN_CRAFT, Recipient, Staff, completed
from answerback.analysis.findings.gathering import Gathered
from answerback.analysis.findings.state import Word
from answerback.domain.findings import ATTENTION, Finding, FindingKind, Level, Role, Subject
from answerback.domain.playbook import Findings, Organisation, Playbook, Shift
from tests.analysis.findings.made import SUNDAY, at, fall, gathered

REP, BOSS = Recipient(Role.REP, 1), Recipient(Role.MANAGER, 90)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY = SUNDAY + DAY


def page(found: Gathered, recipient: Recipient) -> list[Finding]:
    return [each.finding for each in found.shown.get(recipient, ())]


def test_the_rep_has_it_two_working_days_before_the_manager() -> None:
    for day, both in ((1, False), (2, False), (3, True), (6, True)):
        found = gathered([fall()], SUNDAY + day * DAY)
        assert len(page(found, REP)) == 1
        assert len(page(found, BOSS)) == both


def test_working_days_are_those_of_the_organisation() -> None:
    shift = Shift.model_validate({"days": ["thu", "fri"], "from": "09:00:00", "to": "17:00:00"})
    book = Playbook(organisation=Organisation(working_hours=(shift,)))
    assert completed(fall(), book).others_from == date(2026, 3, 7)
    slow = Playbook(findings=Findings(first_look_working_days=5))
    assert completed(fall(), slow).others_from == date(2026, 3, 7)


def test_nobody_is_shown_more_than_their_attention() -> None:
    many = [fall(1, play=f"play {number}") for number in range(9)]
    found = gathered(many, SUNDAY + 4 * DAY)
    assert len(page(found, REP)) == ATTENTION[Role.REP] == 3
    assert len(page(found, BOSS)) == ATTENTION[Role.MANAGER] == 5


def test_what_found_no_room_comes_the_week_after_and_nothing_comes_twice() -> None:
    many = [fall(1, play=f"play {number}") for number in range(7)]
    shown = [{each.play for each in page(gathered(many, MONDAY + week * WEEK), REP)} for week in range(4)]
    assert [len(each) for each in shown] == [3, 3, 1, 0]
    assert len(set().union(*shown)) == 7


def test_it_stays_open_after_its_week() -> None:
    found = gathered([fall()], MONDAY + 3 * WEEK)
    assert not found.shown
    assert [each.open for each in found.findings] == [True]


def test_before_it_is_raised_nobody_knows_of_it() -> None:
    assert not gathered([fall(week=1)], SUNDAY + 3 * DAY).findings


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.LEADER])
def test_one_of_them_is_good_news_if_there_is_any(role: Role) -> None:
    bad = [Candidate(fall(1, play=f"play {number}", lost=0.2), MONDAY) for number in range(6)]
    good = Candidate(fall(1, play="calls", lost=0.06, direction="rise", good_news=True), MONDAY)
    picked = chosen([*bad, good], ATTENTION[role])
    assert len(picked) == ATTENTION[role]
    assert [one for one in picked if one.finding.good_news] == [good]


def test_more_is_at_stake_goes_first_and_the_page_is_in_order_of_time() -> None:
    small, large = fall(1, play="a", lost=0.06, week=1), fall(1, play="b", lost=0.2)
    assert [one.finding for one in chosen([Candidate(small, MONDAY), Candidate(large, MONDAY)], 1)] == [large]
    both = chosen([Candidate(small, MONDAY), Candidate(large, MONDAY)], 3)
    assert [one.finding.play for one in both] == ["a", "b"]


def test_a_question_goes_to_the_rep_alone_one_a_week_and_after_findings() -> None:
    asks = [fall(1, play=f"ask {number}", level=Level.ASK, lost=0.3) for number in range(3)]
    found = gathered([*asks, fall(1)], SUNDAY + 5 * DAY)
    assert Counter(each.level for each in page(found, REP)) == {Level.ASK: 1, Level.FINDING: 1}
    assert [each.level for each in page(found, BOSS)] == [Level.FINDING]


@pytest.mark.parametrize("kind", sorted(OWN_CRAFT))
def test_ones_own_craft_stays_with_the_rep_until_shared(kind: FindingKind) -> None:
    rut = fall(1, kind=kind)
    assert not page(gathered([rut], SUNDAY + 6 * DAY), BOSS)
    share = {rut.finding_id: [Word("share", at(MONDAY))]}
    assert page(gathered([rut], SUNDAY + 6 * DAY, share), BOSS)


def test_who_is_invited_sees_it_at_once_and_who_is_no_longer_sees_nothing_of_it() -> None:
    shared = [Word("share", at(MONDAY, 8))]
    name = fall().finding_id
    assert page(gathered([fall()], MONDAY, {name: shared}), BOSS)
    withdrawn = gathered([fall()], MONDAY, {name: [*shared, Word("withdraw", at(MONDAY, 9))]})
    assert withdrawn.shown == gathered([fall()], MONDAY).shown


def test_what_was_decided_is_shown_no_more_and_what_waited_comes_back() -> None:
    name = fall().finding_id
    for kind in ("dismiss", "done"):
        assert not gathered([fall()], SUNDAY + 3 * DAY, {name: [Word(kind, at(MONDAY))]}).shown
    wait = {name: [Word("wait_until", at(MONDAY), until=at(MONDAY + 3 * WEEK))]}
    assert not gathered([fall()], MONDAY + WEEK, wait).shown
    assert page(gathered([fall()], MONDAY + 3 * WEEK + DAY, wait), REP)
    assert not gathered([fall()], MONDAY + 4 * WEEK, wait).shown
    reopened = {name: [Word("dismiss", at(MONDAY)), Word("reopen", at(MONDAY + 2 * WEEK))]}
    assert page(gathered([fall()], MONDAY + 2 * WEEK + DAY, reopened), REP)


def test_a_finding_on_a_person_is_forgotten_after_twelve_months() -> None:
    year = timedelta(days=365)
    assert completed(fall(), Playbook()).expires == SUNDAY + year
    assert not gathered([fall()], SUNDAY + year - DAY).findings[0].expired
    assert gathered([fall()], SUNDAY + year).findings[0].expired
    later = replace(fall(), expires=SUNDAY + 2 * year)
    assert completed(later, Playbook()).expires == SUNDAY + year
    system = fall(subject=Subject("organisation"), first_for=Role.LEADER)
    assert completed(system, Playbook()).expires is None


def test_what_was_found_before_anything_was_loaded_is_new_in_the_week_of_the_first_load() -> None:
    old = [fall(1, week=-20, play=f"play {number}") for number in range(4)]
    assert not gathered(old, MONDAY).shown
    first = gathered(old, MONDAY, loaded_on=MONDAY)
    assert len(page(first, REP)) == 3


def test_a_rep_without_a_manager_is_the_only_one_who_sees_it() -> None:
    found = gathered([fall(1)], SUNDAY + 5 * DAY, staff=Staff({}))
    assert list(found.shown) == [REP]


findings = st.lists(
    st.builds(
        fall,
        st.integers(1, 3),
        week=st.integers(0, 6),
        play=st.sampled_from("abcdefgh"),
        lost=st.sampled_from((0.06, 0.1, 0.2)),
        good_news=st.booleans(),
        level=st.sampled_from(Level),
    ),
    max_size=25,
    unique_by=lambda each: each.finding_id,
)


@given(findings)
def test_in_all_weeks_together_each_is_shown_once_and_no_week_holds_too_many(found: list[Finding]) -> None:
    weeks = [gathered(found, MONDAY + week * WEEK + 4 * DAY) for week in range(30)]
    for role in (Role.REP, Role.MANAGER):
        shown = Counter(
            (recipient, each.finding.finding_id)
            for week in weeks
            for recipient, page in week.shown.items()
            for each in page
            if recipient.role is role
        )
        assert max(shown.values(), default=1) == 1
        for week in weeks:
            assert all(len(page) <= ATTENTION[to.role] for to, page in week.shown.items())
    reps = {each.finding_id for each in found}
    seen = {each.finding.finding_id for week in weeks for to, page in week.shown.items() for each in page}
    assert seen == reps


@given(findings, st.integers(0, 6))
def test_what_is_found_later_changes_no_earlier_week(found: list[Finding], week: int) -> None:
    monday = MONDAY + week * WEEK
    known = [each for each in found if each.raised_on < monday + WEEK]
    both = [
        weeks_of_attention([Candidate(each, each.raised_on + DAY) for each in some], Role.REP, monday)
        for some in (found, known)
    ]
    assert both[0] == both[1]
