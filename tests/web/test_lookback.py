"""The look-back as a page: what was wrong is there, too; a person is named to nobody but who led them then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.lookback.bearing import Bearing, Moved
from answerback.analysis.lookback.replaying import Lookback, Raised
from answerback.domain.findings import Finding, FindingKind, Measure, Role, Subject, Verdict
from answerback.people.models import Organisation, Person, Reporting, Visibility
from answerback.web.answering.desk import desk
from answerback.web.answering.weekly import Replayed, Weekly, keep

MONDAY = date(2026, 7, 6)
BEFORE, THEN, AFTER = Moved(400, 123), Moved(60, 7), Moved(150, 19)


def raised(finding: Finding, bearing: Bearing = Bearing.BORNE_OUT) -> Raised:
    return Raised(finding, MONDAY, BEFORE, THEN, AFTER, bearing)


def of_segment() -> Finding:
    return Finding(
        kind=FindingKind.VERDICT,
        subject=Subject("segment", name="middle"),
        measure=Measure.ON_BASE,
        where={"segment": "middle"},
        direction="fall",
        since=MONDAY - timedelta(weeks=2),
        raised_on=MONDAY - timedelta(days=1),
        verdict=Verdict.SEGMENT,
        first_for=Role.LEADER,
        next_step="fix_for_segment",
    )


def of_person(key: int) -> Finding:
    return replace(
        of_segment(),
        subject=Subject("rep", key=key),
        where={},
        verdict=Verdict.INDIVIDUAL,
        first_for=Role.REP,
        others_from=MONDAY + timedelta(days=2),
        next_step="look_at_unanswered",
    )


@pytest.fixture
def replayed(practice: dict[str, Person]) -> Callable[..., None]:
    """Puts a look-back there: one finding of a segment, one of Oskar Ricci, one of Tessa Dahl that was wrong."""

    def put(behind: int = 9) -> None:
        at, roster = desk(), desk().roster()
        keys = {each.name: each.key for each in roster.members.values()}
        found = (
            raised(of_segment()),
            raised(of_person(keys["Oskar Ricci"])),
            raised(of_person(keys["Tessa Dahl"]), Bearing.NOT_BORNE_OUT),
        )
        told = Lookback(date(2026, 1, 5), date(2026, 10, 5), found, 9000)
        keep(at, Weekly.LOOKBACK, Replayed(told, {found[0].finding.finding_id: behind}))

    put()
    return put


def page(client: Client) -> str:
    response = client.get("/lookback/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("practice")
def test_until_it_is_worked_out_the_page_says_so_and_looks_again(signed_in: Callable[[str], Client]) -> None:
    response = signed_in("Jana Sato").get("/lookback/")
    assert response.status_code == 503
    assert response.headers["Refresh"]


@pytest.mark.usefixtures("replayed")
@pytest.mark.parametrize("name", ["Jana Sato", "Revenue operations"])
def test_leaders_and_operations_see_all_of_it_and_nobody_s_name(name: str, signed_in: Callable[[str], Client]) -> None:
    shown = page(signed_in(name))
    assert "3 things would have been raised: 2 borne out, 1 wrong" in shown
    assert shown.count("one person</p>") == 2
    assert "Oskar Ricci" not in shown
    assert "Tessa Dahl" not in shown
    assert shown.count("123 of 400") == 1  # the segment's figures, and no person's


@pytest.mark.usefixtures("replayed")
def test_a_manager_sees_their_own_people_by_name_and_nothing_of_others(signed_in: Callable[[str], Client]) -> None:
    shown = page(signed_in("Kofi Novak"))
    assert "2 things would have been raised: 2 borne out" in shown
    assert "Oskar Ricci" in shown
    assert shown.count("123 of 400") == 1  # of the person; of everybody's their own people's could be taken away
    assert "Tessa Dahl" not in shown
    assert "one person</p>" not in shown


@pytest.mark.usefixtures("replayed")
def test_a_manager_sees_nothing_of_before_somebody_reported_to_them(signed_in: Callable[[str], Client]) -> None:
    Reporting.objects.filter(rep_id="oskar.ricci@halden.example").update(valid_from=MONDAY)
    shown = page(signed_in("Kofi Novak"))
    assert "1 thing would have been raised" in shown
    assert "Oskar Ricci" not in shown


@pytest.mark.usefixtures("replayed")
def test_with_groups_a_manager_sees_what_is_about_the_work_alone(signed_in: Callable[[str], Client]) -> None:
    Organisation.objects.update(visibility=Visibility.GROUPS)
    shown = page(signed_in("Kofi Novak"))
    assert "1 thing would have been raised" in shown
    assert "Oskar Ricci" not in shown


def test_figures_with_fewer_than_five_people_behind_them_are_not_shown(
    replayed: Callable[..., None], signed_in: Callable[[str], Client]
) -> None:
    replayed(behind=4)
    assert "123 of 400" not in page(signed_in("Jana Sato"))


@pytest.mark.usefixtures("replayed")
def test_it_asks_the_database_little(
    signed_in: Callable[[str], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("Kofi Novak")
    with django_assert_max_num_queries(14):
        page(client)


def test_who_was_forgotten_is_in_no_look_back_of_before(
    practice: dict[str, Person], signed_in: Callable[[str], Client]
) -> None:
    told = Lookback(date(2026, 1, 5), date(2026, 10, 5), (raised(of_person(1234567)),), 9000)
    keep(desk(), Weekly.LOOKBACK, Replayed(told, {}))
    assert "nothing would have been raised" in page(signed_in("Jana Sato"))
