"""The leader's page: sums over everybody that name nobody, and nothing at all where they would tell of few."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.findings.contributors import Contributors
from answerback.analysis.together.us import Us
from answerback.domain.findings import Role as FindingRole
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.people.models import Appointment, Person, Reporting, Role
from answerback.present import us as words
from answerback.present.findings import LEFT_OUT
from answerback.web.answering import desk as desks
from answerback.web.answering.board import FINDINGS
from answerback.web.answering.tasks import keep as keep_answer
from answerback.web.answering.tasks import worked
from answerback.web.answering.weekly import Weekly, keep


@pytest.fixture
def leader(signed_in: Callable[[str], Client], everybody: Us) -> Client:
    """Jana Sato's browser, everything worked out."""
    put(everybody)
    return signed_in("Jana Sato")


def put(found: Us) -> None:
    keep(desks.desk(), Weekly.US, found)


def page(client: Client) -> str:
    response = client.get("/us/")
    assert response.status_code == 200
    return response.content.decode()


def test_until_it_is_everybody_the_page_says_so_and_no_log_calls_it_an_error(
    signed_in: Callable[[str], Client], caplog: pytest.LogCaptureFixture
) -> None:
    response = signed_in("Jana Sato").get("/us/")
    assert response.status_code == 503
    assert response.headers["Refresh"]
    console = next(each for each in logging.getLogger().handlers if each.name == "console")
    said = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert said
    assert not any(console.filter(each) for each in said)
    assert console.filter(logging.makeLogRecord({"status_code": 500}))


def test_the_planted_fault_of_the_system_is_named_first_with_what_happened(leader: Client) -> None:
    shown = page(leader)
    assert re.search(r'class="lead">(It is us|Both)', shown)
    assert "segment is middle" in shown
    assert "Prices for companies of 51 to 500 people" in shown


def test_nobody_is_named(leader: Client, practice: dict[str, Person]) -> None:
    shown = page(leader)
    content = shown[shown.index('id="content"') :]
    reps = [each for each in practice.values() if each.rep_id and each.name != "Jana Sato"]
    assert len(reps) > 10
    assert not any(each.name in content or each.rep_id in content for each in reps)


def test_the_parts_that_are_shown_add_up_to_the_change_that_is_shown(everybody: Us) -> None:
    assert everybody.steps is not None
    rows = words.steps_for_eyes(everybody.steps).to_pylist()
    *steps, whole = rows

    def tenths(text: str) -> int:
        return round(float(text.split(maxsplit=1)[0].replace("\u2212", "-")) * 10)

    for column in ("by its rate", "by its share"):
        assert sum(tenths(row[column]) for row in steps) == tenths(whole[column])
    change = tenths(whole["moved since"]) - tenths(whole["moved"])
    assert tenths(whole["by its rate"]) + tenths(whole["by its share"]) == change


def test_fewer_than_five_people_are_summed_up_to_nobody(leader: Client, everybody: Us) -> None:
    put(Us(everybody.as_of, 4))
    shown = page(leader)
    assert "fewer than five people" in shown
    assert "Where the change lies" not in shown
    assert "The pipeline" not in shown
    assert leader.get("/us/chart.svg").status_code == 404


def test_who_also_sees_all_but_a_few_by_name_sees_no_sums(leader: Client, practice: dict[str, Person]) -> None:
    jana = practice["Jana Sato"]
    Appointment.objects.create(person=jana, role=Role.MANAGER, valid_from=date(2020, 1, 1))
    assert "Where the change lies" in page(leader)
    for each in practice.values():
        if each.rep_id and each != jana:
            Reporting.objects.create(
                rep_id=each.rep_id, manager=jana, valid_from=date(2020, 1, 1), confirmed_by=practice["Admin"]
            )
    shown = page(leader)
    assert "fewer than five people" in shown
    assert "Where the change lies" not in shown
    assert leader.get("/us/chart.svg").status_code == 404


def test_fewer_than_five_managers_are_not_told_and_it_says_why(leader: Client) -> None:
    assert "2 managers made touches of their own, 5 are needed" in page(leader)


def test_the_pipeline_is_told_by_buyer_s_acts_or_says_what_to_load(leader: Client, everybody: Us) -> None:
    assert "has a buyer&#x27;s act behind it" in page(leader)
    assert everybody.pipeline is not None
    bare = replace(everybody.pipeline.covered, share=0.1)
    put(replace(everybody, pipeline=replace(everybody.pipeline, covered=bare)))
    shown = page(leader)
    assert "has a buyer&#x27;s act behind it" not in shown
    assert "operations sees whose, and can load them" in shown


def test_the_chart_is_a_picture_with_its_words_and_its_table(leader: Client) -> None:
    shown = page(leader)
    assert re.search(r'<img class="chart" src="/us/chart.svg"[^>]*alt="Share of touches', shown)
    assert "The weeks as a table" in shown
    svg = leader.get("/us/chart.svg")
    assert svg.status_code == 200
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert b"<title>" in svg.content
    assert leader.get("/us/chart.exe").status_code == 404


@pytest.mark.parametrize("name", ["Oskar Ricci", "Kofi Novak", "Revenue operations", "Enablement", "Admin"])
def test_it_is_nobody_else_s(name: str, signed_in: Callable[[str], Client]) -> None:
    client = signed_in(name)
    assert client.get("/us/").status_code == 404
    assert client.get("/us/chart.svg").status_code == 404


def test_it_asks_the_database_little(leader: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    page(leader)
    with django_assert_max_num_queries(27):
        page(leader)


def put_behind(behind: dict[str, Contributors]) -> None:
    """Says of findings whose touches are in their figures."""
    judged = worked(desks.desk(), FINDINGS)
    assert judged is not None
    keep_answer(desks.desk(), FINDINGS, replace(judged.made, behind=judged.made.behind | behind))


def test_figures_of_findings_are_left_out_where_they_tell_of_few(leader: Client) -> None:
    judged = worked(desks.desk(), FINDINGS)
    assert judged is not None
    found = next(
        each
        for each in judged.made.findings
        if each.first_for is FindingRole.LEADER and each.evidence.efforts and judged.made.behind[each.finding_id].after
    )
    assert len(judged.made.behind[found.finding_id].after) >= LEAST_CONTRIBUTORS
    card = f"/findings/{found.finding_id}/"
    counts = f"{found.evidence.efforts:,} touches"
    for address in ("/us/", card):
        shown = leader.get(address).content.decode()
        assert counts in shown, address
        assert LEFT_OUT not in shown, address
    many = frozenset(range(20))
    for few in (
        Contributors(("x", ""), many, frozenset(range(4)), many, many),  # four people
        Contributors(("x", ""), many, many - {0, 1}, many, many),  # all but two
    ):
        put_behind({found.finding_id: few})
        for address in ("/us/", card):
            shown = leader.get(address).content.decode()
            assert counts not in shown, address
            assert LEFT_OUT in shown, address
        assert "Further figures" not in leader.get(card).content.decode()
    put_behind({found.finding_id: Contributors(("x", ""), many, many - {0, 1}, many, many - {0, 1})})  # two have left
    assert counts in leader.get(card).content.decode()


def test_who_is_behind_a_finding_is_whose_touches_its_figures_count(practice: dict[str, Person]) -> None:
    assert practice
    judged = worked(desks.desk(), FINDINGS)
    assert judged is not None
    found = next(each for each in judged.made.findings if each.subject.kind == "segment")
    behind = judged.made.behind[found.finding_id]
    with desks.desk().reading() as reader:
        rows = reader.query(f"""
            select distinct rep_key from outcome left join account using (account_key)
            where coalesce(account.segment, outcome.segment) = '{found.subject.name}' and origin = 'hand'
              and evidence = 'captured' and occurred_at >= timestamp '{found.since}'
              and occurred_at < timestamp '{found.raised_on}' + interval 1 day""")
    assert behind.after == frozenset(rows["rep_key"].to_pylist())
    assert behind.after <= behind.all_after
