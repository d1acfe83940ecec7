"""The mirror: who waits, marks that count at once and can be undone, rates that are told where there is enough."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import StringIO

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.web.answering.board import FINDINGS
from answerback.web.answering.desk import desk
from answerback.web.answering.tasks import forget
from answerback.web.pages.mirror import Whose, waiting_of

REP, MANAGER = "Oskar Ricci", "Kofi Novak"
OTHERS_PAGE = "/mirror/oskar.ricci@halden.example/"


def text_of(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    return unescape(found.content.decode())


def waiting_events(page: str) -> list[str]:
    """The acts that can be marked, without those that only can be undone."""
    forms = re.findall(r'name="event" value="([^"]+)">\s*<button name="said"', page)
    return [str(each) for each in forms]


@pytest.fixture
def page_with_waiting(signed_in: Callable[[str], Client]) -> tuple[Client, str]:
    """Somebody on whom a buyer waits, and their page."""
    for name in ("Nadia Winkler", REP, "Tessa Dahl", "Marek Peeters", "Sven Vogel"):
        client = signed_in(name)
        page = text_of(client, "/mirror/")
        if waiting_events(page):
            return client, page
    raise AssertionError("nobody waits on anybody")


def test_companies_are_called_by_their_names_whichever_record_has_them(signed_in: Callable[[str], Client]) -> None:
    page = signed_in("Oskar Ricci").get("/mirror/").content.decode()
    called = re.findall(r'href="/companies/[^"]+">([^<]+)</a>', page)
    assert called
    assert not [each for each in called if each.endswith(".example")]


def test_the_first_heading_says_how_many_wait(page_with_waiting: tuple[Client, str]) -> None:
    _, page = page_with_waiting
    first = re.search(r"<h1[^>]*>(\d+) buyers? (is|are) waiting on you", page)
    assert first is not None
    known = page.split("New:")[0]
    assert len(waiting_events(known)) == int(first[1])


def test_a_mark_takes_a_buyer_off_at_once_and_undo_brings_them_back(page_with_waiting: tuple[Client, str]) -> None:
    client, page = page_with_waiting
    event = waiting_events(page)[0]
    for said in ("no", "week", "none"):
        assert client.post("/marks/", {"event": event, "said": said}).status_code == 302
        after = text_of(client, "/mirror/")
        assert event not in waiting_events(after)
        assert "is off the list" in after
        assert client.post("/marks/", {"event": event, "said": "undo"}).status_code == 302
        assert waiting_events(text_of(client, "/mirror/")) == waiting_events(page)


def test_a_word_that_nobody_knows_is_not_taken(page_with_waiting: tuple[Client, str]) -> None:
    client, page = page_with_waiting
    for said in ("", "NO", "contest", "undo; drop table"):
        assert client.post("/marks/", {"event": waiting_events(page)[0], "said": said}).status_code == 404, said


def test_an_act_on_nobody_s_list_cannot_be_marked(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    for event in ("", "nobody's", "'; drop table x; --", "\x00", "a" * 5000):
        assert client.post("/marks/", {"event": event, "said": "no"}).status_code == 404, event


def test_one_s_manager_sees_the_list_and_marks_nothing(
    page_with_waiting: tuple[Client, str], signed_in: Callable[[str], Client]
) -> None:
    manager = signed_in(MANAGER)
    page = text_of(manager, OTHERS_PAGE)
    assert "sees that you looked" in page
    assert not waiting_events(page)
    _, own = page_with_waiting
    assert manager.post("/marks/", {"event": waiting_events(own)[0], "said": "no"}).status_code == 404


def test_kinds_of_touch_are_told_in_plain_words(signed_in: Callable[[str], Client]) -> None:
    page = text_of(signed_in(REP), "/mirror/")
    shown = re.sub(r"<[^>]*>", " ", page.partition("data-keys")[0])
    assert " / " not in shown
    assert " @ " not in shown
    assert "proposal_follow_up" not in shown
    assert "interval too wide" not in shown


def test_what_has_too_little_stands_in_the_nearest_coarser_kind_or_says_what_would_settle_it(
    signed_in: Callable[[str], Client],
) -> None:
    page = text_of(signed_in(REP), "/mirror/")
    assert "Calls, all together" in page
    assert re.search(r"too little yet</summary><ul[^>]*>(<li>[^<]*about [\d,]+ more would settle it</li>)+", page)


def test_every_number_opens(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    page = text_of(client, "/mirror/")
    links = set(re.findall(r'href="(/figures/on-base/[^"]+)"[^>]*>([\d,]+)</a>', page))
    assert len(links) >= 5
    for address, number in links:
        opened = text_of(client, address)
        assert re.search(rf"\b{number} touch", opened), address


def test_a_stretch_of_time_is_kept_in_the_address_and_changes_what_is_counted(
    signed_in: Callable[[str], Client],
) -> None:
    client = signed_in(REP)
    usual = text_of(client, "/mirror/")
    chosen = text_of(client, "/mirror/?period=custom&from=2026-09-01&to=2026-09-30&compare=before")
    assert "1 September 2026 to 30 September 2026" in chosen
    assert "Before: 2 August 2026 to 31 August 2026" in chosen
    assert "period=custom&from=2026-09-01&to=2026-09-30&compare=before&format=csv" in chosen
    assert re.search(r"after (\d+) touches", usual) != re.search(r"after (\d+) touches", chosen)


def test_what_is_no_stretch_of_time_is_said_and_the_usual_one_shown(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    for query in (
        "period=decade",
        "period=custom",
        "period=custom&from=x&to=y",
        "period=custom&from=2026-10-01&to=2026-09-01",
        "period=custom&from=0001-01-01&to=9999-12-31",
        "period=custom&from=2026-02-30&to=2026-03-01",
    ):
        assert "That is no stretch of time" in text_of(client, "/mirror/?" + query), query


def test_rates_can_be_had_as_a_file_and_only_one_s_own(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    found = client.get("/mirror/?format=csv")
    assert found.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(StringIO(found.content.decode())))
    whose = re.search(r"after (\d+) touches", text_of(client, "/mirror/"))
    assert whose is not None
    assert sum(int(row["efforts"]) for row in rows) == int(whose[1])
    assert client.get("/mirror/?format=parquet").content[:4] == b"PAR1"
    assert client.get("/mirror/tessa.dahl@halden.example/?format=csv").status_code == 404


def test_every_key_is_explained(page_with_waiting: tuple[Client, str]) -> None:
    _, page = page_with_waiting
    used = set(re.findall(r'data-key="(.)"', page))
    assert used
    assert used <= set(re.findall(r"<kbd>(.)</kbd>", page))


def test_the_page_asks_the_database_little(
    signed_in: Callable[[str], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(REP)
    client.get("/mirror/")
    with django_assert_max_num_queries(12):
        client.get("/mirror/")


def test_nobody_s_address_is_shown_where_a_name_is_known(signed_in: Callable[[str], Client]) -> None:
    page = text_of(signed_in(REP), "/mirror/")
    moved = re.findall(r'<li class="row"><span class="grow"><strong>([^<]+)</strong>', page)
    assert moved
    assert not any("@" in name for name in moved)
    assert any(" " in name for name in moved)


def test_waiting_is_what_the_analysis_says(signed_in: Callable[[str], Client]) -> None:
    from answerback.people.access import viewer_of
    from answerback.people.models import Person
    from answerback.web.answering.asking import Asking

    page = text_of(signed_in(REP), "/mirror/")
    at = desk()
    viewer = viewer_of(Person.objects.get(name=REP), at.roster().key_of, date(2026, 10, 11))
    assert viewer.own_key is not None
    found = waiting_of(Whose(Asking(viewer, at), viewer.own_key, own=True))
    assert set(waiting_events(page)) == {each.action_id for each in found.rows}


def test_who_waits_is_shown_while_findings_are_still_judged(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("Oskar Ricci")
    forget(desk(), FINDINGS)
    page = client.get("/mirror/")
    assert page.status_code == 200
    assert "is being judged" in page.content.decode()
    assert "waiting on you" in page.content.decode()
