"""Polls: answered once, counted and forgotten; told when closed, of five or more; buyers by links that work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from answerback.people.learning import surveys as polls
from answerback.people.learning.models import Survey, SurveyCount, SurveyTaken
from answerback.people.learning.survey_templates import BUYING, LEADING, SELLING, TEMPLATES, UNKNOWN
from answerback.people.models import Noted, Person
from answerback.web.answering.desk import desk

SignedIn = Callable[[str], Client]
REPS = ("Oskar Ricci", "Marek Peeters", "Nadia Winkler")
AGREE = {each.key: "5" for each in TEMPLATES["ready"].questions}


@pytest.fixture
def put(signed_in: SignedIn) -> Callable[[str], Survey]:
    def made(template: str) -> Survey:
        assert signed_in("Jana Sato").post("/surveys/", {"template": template, "days": "7"}).status_code == 302
        return Survey.objects.get(template=template)

    return made


def close(survey: Survey) -> None:
    Survey.objects.filter(pk=survey.pk).update(opens_on=survey.opens_on - timedelta(days=7), closes_on=survey.opens_on)
    survey.refresh_from_db()


def counted(survey: Survey, group: str, agree: int, *, know: int, unknown: int = 0) -> None:
    for each in polls.template_of(survey).questions:
        for value, n in ((5, agree), (2, know - agree), (UNKNOWN, unknown)):
            SurveyCount.objects.create(survey=survey, group=group, question=each.key, value=value, n=n)


@pytest.mark.parametrize("name", ["Oskar Ricci", "Kofi Novak", "Admin"])
def test_who_may_put_a_poll(name: str, signed_in: SignedIn) -> None:
    assert signed_in(name).post("/surveys/", {"template": "ready", "days": "7"}).status_code == 404
    assert not Survey.objects.exists()


def test_of_one_kind_there_is_one_at_a_time(put: Callable[[str], Survey], signed_in: SignedIn) -> None:
    put("ready")
    shown = signed_in("Enablement").post("/surveys/", {"template": "ready", "days": "7"}, follow=True)
    assert "One of this kind is open already" in shown.content.decode()
    assert Survey.objects.count() == 1


def test_an_answer_is_counted_once_and_nothing_else_is_kept_of_it(
    put: Callable[[str], Survey], signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    survey, client = put("ready"), signed_in("Oskar Ricci")
    address = f"/surveys/{survey.pk}/"
    assert "How far do you agree?" in client.get(address).content.decode()
    assert client.post(address, AGREE | {"target": ""}).status_code == 302
    assert client.post(address, AGREE).status_code == 404
    assert "You have answered" in client.get(address).content.decode()
    found = {(row.question, row.value): row.n for row in SurveyCount.objects.filter(group=SELLING)}
    assert found == {(key, 5): 1 for key in AGREE if key != "target"} | {("target", UNKNOWN): 1}
    (taken,) = SurveyTaken.objects.all()
    for each in (practice["Oskar Ricci"].email, practice["Oskar Ricci"].rep_id, str(practice["Oskar Ricci"].pk)):
        assert each not in taken.mark.split()
    assert not Noted.objects.filter(actor=practice["Oskar Ricci"]).exists()  # the audit log knows no time of it


def test_managers_answer_as_those_who_lead_and_whom_it_is_not_for_cannot(
    put: Callable[[str], Survey], signed_in: SignedIn
) -> None:
    address = f"/surveys/{put('ready').pk}/"
    signed_in("Kofi Novak").post(address, AGREE)
    assert set(SurveyCount.objects.values_list("group", flat=True)) == {LEADING}
    for name in ("Admin", "Revenue operations", "Enablement"):
        assert signed_in(name).post(address, AGREE).status_code == 404
    assert SurveyTaken.objects.count() == 1


def test_nothing_is_told_while_it_is_open_nor_of_fewer_than_five(
    put: Callable[[str], Survey], signed_in: SignedIn
) -> None:
    survey = put("ready")
    counted(survey, SELLING, 6, know=8, unknown=1)
    counted(survey, LEADING, 4, know=4)
    address = f"/surveys/{survey.pk}/"
    assert "What was said" not in signed_in("Jana Sato").get(address).content.decode()
    close(survey)
    lines = polls.results(survey, desk().today())
    assert lines is not None
    for line in lines:
        said = dict(line.groups)
        assert said[LEADING] is None
        assert line.gap is None
        assert (said[SELLING].agree, said[SELLING].know) == (6, 8)  # type: ignore[union-attr]
    shown = signed_in("Oskar Ricci").get(address).content.decode()
    assert "75 %" in shown
    assert "fewer than five" in shown
    assert "no difference is sure" not in shown


def test_a_gap_is_told_where_it_is_sure_and_not_where_it_is_chance(
    put: Callable[[str], Survey], signed_in: SignedIn
) -> None:
    survey = put("ready")
    counted(survey, SELLING, 6, know=24)
    counted(survey, LEADING, 19, know=20)
    close(survey)
    assert "70 points, more than chance makes" in signed_in("Jana Sato").get(f"/surveys/{survey.pk}/").content.decode()
    SurveyCount.objects.filter(survey=survey, group=LEADING).delete()
    counted(survey, LEADING, 3, know=6)
    assert "no difference is sure" in signed_in("Jana Sato").get(f"/surveys/{survey.pk}/").content.decode()


def test_the_poll_before_stands_beside_it(put: Callable[[str], Survey], signed_in: SignedIn) -> None:
    first = put("ready")
    counted(first, SELLING, 5, know=10)
    close(first)
    Survey.objects.filter(pk=first.pk).update(template="in_the_way")
    second = put("ready")
    counted(second, SELLING, 9, know=10)
    close(second)
    Survey.objects.filter(pk=second.pk).update(opens_on=second.opens_on + timedelta(days=7))
    assert "time before" not in signed_in("Oskar Ricci").get(f"/surveys/{second.pk}/").content.decode()
    Survey.objects.filter(pk=first.pk).update(template="ready")
    assert "50 % the time before" in signed_in("Oskar Ricci").get(f"/surveys/{second.pk}/").content.decode()


def test_a_buyer_answers_by_a_link_once_without_signing_in(
    put: Callable[[str], Survey], signed_in: SignedIn, client: Client
) -> None:
    survey = put("confident")
    made = signed_in("Oskar Ricci").post(f"/surveys/{survey.pk}/link/").content.decode()
    link = made.split('class="secret">http://testserver')[1].split("<")[0]
    assert "How confident are you in this decision?" in client.get(link).content.decode()
    for _ in range(2):
        assert "Thank you" in client.post(link, {"need": "4", "pace": "1"}).content.decode()
    assert {row.n for row in SurveyCount.objects.filter(group=BUYING)} == {1}
    assert "Oskar" not in link
    close(survey)
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("key", ["x", "a" * 2000, "WzEsICJ4Il0:1:abc", "%00", "..", "[1,2]"])
def test_a_hostile_link_leads_nowhere(key: str, db: None, workspace: object, client: Client) -> None:
    assert client.get(f"/s/{key}/").status_code == 404


def test_links_are_made_by_those_who_sell_and_not_without_end(
    put: Callable[[str], Survey], signed_in: SignedIn
) -> None:
    survey = put("confident")
    address = f"/surveys/{survey.pk}/link/"
    assert signed_in("Admin").post(address).status_code == 404
    assert signed_in("Oskar Ricci").get(address).status_code == 405
    seller = signed_in("Oskar Ricci")
    made = [seller.post(address).status_code for _ in range(polls.LINKS_A_DAY + 1)]
    assert made == [200] * polls.LINKS_A_DAY + [302]


def test_an_answer_off_the_scale_changes_nothing(put: Callable[[str], Survey], signed_in: SignedIn) -> None:
    address = f"/surveys/{put('ready').pk}/"
    for said in ({"path": "9"}, {"path": "-1"}, {"path": "x"}):
        assert signed_in("Oskar Ricci").post(address, said).status_code == 200
    assert not SurveyTaken.objects.exists()
