"""A finding opened: its picture and table, what is said of it counts at once, and who may say and see what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.behind import Behind, touches_behind
from answerback.analysis.findings.audience import OWN_CRAFT
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.together.us import Us
from answerback.domain.findings import Measure
from answerback.people.models import Person
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import OLD, desk
from answerback.web.answering.weekly import Weekly, keep
from answerback.web.noted.marks import heard_at

MANAGERS = {"Kofi Novak", "Lena Uribe"}


def text_of(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    return unescape(found.content.decode())


def about_a_rep(wanted: Callable[[Standing], bool]) -> tuple[str, str, str]:
    """A finding that is on a rep's page: its id, the rep, and whom they report to."""
    at = desk()
    board, roster = board_of(at), at.roster()
    for each in board.gathered.findings:
        key = each.finding.subject.key
        if each.finding.subject.kind == "rep" and key is not None and each.open and wanted(each):
            boss = board.gathered.staff.manager_of.get(key)
            if boss is not None:
                return each.finding.finding_id, roster.called(key), roster.called(boss)
    raise AssertionError("there is no such finding")


@pytest.fixture
def own_craft(signed_in: Callable[[str], Client]) -> tuple[str, Client, Client]:
    """A finding that stays with the rep: its id, the rep, the manager."""
    found, rep, boss = about_a_rep(lambda each: each.finding.kind in OWN_CRAFT)
    return found, signed_in(rep), signed_in(boss)


def test_it_opens_with_its_picture_the_table_behind_it_and_the_touches(own_craft: tuple[str, Client, Client]) -> None:
    found, rep, _ = own_craft
    page = text_of(rep, f"/findings/{found}/")
    assert f'src="/findings/{found}/chart.svg"' in page
    assert re.search(r'alt="Share of touches that moved a buyer in \d+ weeks', page)
    assert "Week by week" in page
    assert re.search(r"\d+ touches? behind it", page)
    picture = rep.get(f"/findings/{found}/chart.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<title>" in picture.content
    assert b"<desc>" in picture.content
    assert rep.get(f"/findings/{found}/chart.png").content[:4] == b"\x89PNG"
    assert rep.get(f"/findings/{found}/?format=csv").content.startswith(b'"week"')


def test_touches_whose_answer_nobody_could_see_are_not_behind_a_rate(
    own_craft: tuple[str, Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, rep, _ = own_craft
    seen: list[int] = []

    def behind(*given: Any, only_seen: bool, **more: Any) -> Behind:
        assert only_seen
        told = touches_behind(*given, only_seen=only_seen, **more)
        seen.append(told.total - told.counts["unseen"])
        return Behind(dict(told.counts) | {"unseen": 1234}, told.rows)

    monkeypatch.setattr("answerback.web.pages.finding.touches_behind", behind)
    page = text_of(rep, f"/findings/{found}/")
    assert f"{seen[0]} touches behind it" in page
    assert "1,234 more, whose answers could not have been recorded, count for nothing" in page


def test_own_craft_is_nobody_else_s(own_craft: tuple[str, Client, Client], signed_in: Callable[[str], Client]) -> None:
    found, rep, manager = own_craft
    assert "You alone, until you share it" in text_of(rep, f"/findings/{found}/")
    for client in (manager, signed_in("Jana Sato"), signed_in("Revenue operations"), signed_in("Admin")):
        for address in (f"/findings/{found}/", f"/findings/{found}/chart.svg"):
            assert client.get(address).status_code == 404
        assert client.post(f"/findings/{found}/say/", {"said": "seen"}).status_code == 404


def test_shared_with_the_manager_and_taken_back(own_craft: tuple[str, Client, Client]) -> None:
    found, rep, manager = own_craft
    assert rep.post(f"/findings/{found}/say/", {"said": "share"}).status_code == 302
    page = text_of(manager, f"/findings/{found}/")
    assert "sees that you looked" in page
    assert "Invite my manager" not in page
    assert manager.post(f"/findings/{found}/say/", {"said": "withdraw"}).status_code == 404
    assert rep.post(f"/findings/{found}/say/", {"said": "withdraw"}).status_code == 302
    assert manager.get(f"/findings/{found}/").status_code == 404
    assert "You alone" in text_of(rep, f"/findings/{found}/")


def test_closed_at_once_and_undone(own_craft: tuple[str, Client, Client]) -> None:
    found, rep, _ = own_craft
    assert f"/findings/{found}/" in text_of(rep, "/mirror/")
    for words in ({"said": "dismiss", "reason": "known"}, {"said": "done"}):
        assert rep.post(f"/findings/{found}/say/", words).status_code == 302
        assert f"/findings/{found}/" not in text_of(rep, "/mirror/")
        page = text_of(rep, f"/findings/{found}/")
        assert "Undo: open it again" in page
        assert 'value="done"' not in page
        assert rep.post(f"/findings/{found}/say/", {"said": "reopen"}).status_code == 302
        assert f"/findings/{found}/" in text_of(rep, "/mirror/")


def test_it_waits_until_a_day_that_can_be_waited_for(own_craft: tuple[str, Client, Client]) -> None:
    found, rep, _ = own_craft
    today = desk().today()
    for wrong in ("", "soon", today.isoformat(), "2020-01-01", (today + timedelta(days=400)).isoformat()):
        rep.post(f"/findings/{found}/say/", {"said": "wait_until", "until": wrong})
        page = text_of(rep, f"/findings/{found}/")
        assert "Choose a day" in page
        assert "Waits until" not in page
    later = today + timedelta(days=30)
    rep.post(f"/findings/{found}/say/", {"said": "wait_until", "until": later.isoformat()})
    assert "Waits until" in text_of(rep, f"/findings/{found}/")
    assert f"/findings/{found}/" not in text_of(rep, "/mirror/")


def test_a_word_that_cannot_be_said_is_not_taken(own_craft: tuple[str, Client, Client]) -> None:
    found, rep, _ = own_craft
    for said in ("", "SEEN", "delete", "wait", "reopen", "withdraw"):
        assert rep.post(f"/findings/{found}/say/", {"said": said}).status_code == 404, said
    assert rep.get(f"/findings/{found}/say/").status_code == 405


def test_a_finding_that_there_is_not(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("Oskar Ricci")
    for finding_id in ("000000000000", "x", "a" * 300):
        assert client.get(f"/findings/{finding_id}/").status_code == 404
        assert client.get(f"/findings/{finding_id}/chart.svg").status_code == 404
        assert client.post(f"/findings/{finding_id}/say/", {"said": "done"}).status_code == 404


def test_a_manager_who_opens_one_on_a_rep_is_seen(signed_in: Callable[[str], Client]) -> None:
    shown = lambda each: each.finding.others_from is not None and each.finding.others_from <= desk().today()  # noqa: E731
    signed_in("Oskar Ricci")
    found, rep, boss = about_a_rep(shown)
    assert signed_in(boss).get(f"/findings/{found}/").status_code == 200
    assert f"{boss}: finding" in text_of(signed_in(rep), "/me/")


def test_the_page_asks_the_database_little(
    own_craft: tuple[str, Client, Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found, rep, _ = own_craft
    rep.get(f"/findings/{found}/")
    with django_assert_max_num_queries(12):
        rep.get(f"/findings/{found}/")


def test_words_on_old_data_are_said_before_their_end_so_that_a_build_keeps_them() -> None:
    end = datetime(2026, 10, 11, 9, tzinfo=UTC)
    assert heard_at(end + timedelta(hours=20), end) == end + timedelta(hours=20)
    assert heard_at(end + OLD + timedelta(days=30), end) < end


def test_figures_of_a_finding_are_about_touches_that_moved(signed_in: Callable[[str], Client]) -> None:
    signed_in("Oskar Ricci")
    found, rep, _ = about_a_rep(lambda each: each.finding.measure is Measure.MISSED)
    page = text_of(signed_in(rep), f"/findings/{found}/")
    assert "chart.svg" not in page
    assert Person.objects.filter(name=rep).exists()


def on_no_person(wanted: Callable[[Standing], bool]) -> str:
    """The id of an open finding on no person that leaders are shown."""
    found = (each for each in board_of(desk()).gathered.findings if each.finding.subject.key is None and each.open)
    return next(each.finding.finding_id for each in found if wanted(each))


def test_a_finding_on_a_part_of_the_work_is_drawn_for_leaders_out_of_sums(
    signed_in: Callable[[str], Client], everybody: Us
) -> None:
    leader = signed_in("Jana Sato")
    keep(desk(), Weekly.US, everybody)
    found = on_no_person(lambda each: each.finding.subject.kind == "segment")
    page = text_of(leader, f"/findings/{found}/")
    assert "segment middle" in page
    assert f'src="/findings/{found}/chart.svg"' in page
    assert "touches behind it" not in page
    picture = leader.get(f"/findings/{found}/chart.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "Prices for companies" in picture.content.decode()
    assert leader.get(f"/findings/{found}/?format=csv").content.startswith(b'"week"')


def test_what_has_no_weeks_is_not_drawn(signed_in: Callable[[str], Client]) -> None:
    leader = signed_in("Jana Sato")
    found = on_no_person(lambda each: each.finding.measure is Measure.INCREMENT)
    assert "chart.svg" not in text_of(leader, f"/findings/{found}/")
    assert leader.get(f"/findings/{found}/chart.svg").status_code == 404


def test_a_finding_on_buyers_who_wait_lists_them_by_company(signed_in: Callable[[str], Client]) -> None:
    signed_in("Oskar Ricci")
    found, rep, boss = about_a_rep(lambda each: each.finding.measure is Measure.MISSED)
    for who in (rep, boss):
        page = text_of(signed_in(who), f"/findings/{found}/")
        listed = re.findall(r'href="/companies/[^"]+">([^<]+)</a>', page.partition("Buyers who wait now")[2])
        assert listed
        assert not [each for each in listed if each.endswith(".example")]
