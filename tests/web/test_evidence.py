"""Every figure opens, to whom it may: definition, counts, query, touches and acts; and records can be contested."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO, StringIO
from urllib.parse import quote

import pyarrow.parquet as pq
from django.test import Client
from pytest_django import DjangoAssertNumQueries

REP, OTHER, MANAGER, LEADER = "Oskar Ricci", "Tessa Dahl", "Kofi Novak", "Jana Sato"
MINE, THEIRS = "oskar.ricci@halden.example", "tessa.dahl@halden.example"
FIGURE = "/figures/on-base/"


def text_of(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    return unescape(found.content.decode())


def figure_of(rep_id: str, *more: str) -> str:
    return FIGURE + "?" + "&".join([f"where={quote('rep:' + rep_id)}", *more])


def a_touch(client: Client, state: str = "on_base") -> str:
    """The address of a touch on a rep's own figure."""
    page = text_of(client, figure_of(MINE, f"state={state}"))
    found = re.search(r'href="(/events/[^"]+/)">(?:Mail|Call|Meeting|Offer)', page)
    assert found is not None
    return found[1]


def test_counts_add_up_and_every_touch_can_be_reached(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    page = text_of(client, figure_of(MINE))
    counts = [int(each.replace(",", "")) for each in re.findall(r"<strong>([\d,]+)</strong></a></li>", page)]
    assert counts[0] == sum(counts[1:]) > 100
    rows = list(csv.DictReader(StringIO(client.get(figure_of(MINE, "format=csv")).content.decode())))
    assert len(rows) == counts[0]
    whole = pq.read_table(BytesIO(client.get(figure_of(MINE, "format=parquet")).content))
    assert whole.num_rows == counts[0]
    last = -(-counts[0] // 50)
    reached = len(
        re.findall(
            r'href="/events/[^"]+/">(?:Mail|Call|Meeting|Offer)', text_of(client, figure_of(MINE, f"page={last}"))
        )
    )
    assert reached == counts[0] - 50 * (last - 1)


def test_it_says_what_it_is_and_shows_the_query(signed_in: Callable[[str], Client]) -> None:
    page = text_of(signed_in(REP), figure_of(MINE, "where=play:email"))
    assert "On base ÷ touches whose answer could have been recorded" in page
    assert "from outcome" in page


def test_whose_figures_open_to_whom(signed_in: Callable[[str], Client]) -> None:
    for name, rep_id, status in (
        (REP, MINE, 200),
        (REP, THEIRS, 404),
        (MANAGER, MINE, 200),
        (MANAGER, THEIRS, 404),
        (MANAGER, "jana.sato@halden.example", 404),
        (LEADER, MINE, 404),
        ("Revenue operations", MINE, 404),
        ("Admin", MINE, 404),
    ):
        client = signed_in(name)
        assert client.get(figure_of(rep_id)).status_code == status, (name, rep_id)
        assert client.get(figure_of(rep_id, "format=csv")).status_code == status, (name, rep_id)
    assert f"{MANAGER}: touches" in text_of(signed_in(REP), "/me/")


def test_without_a_name_it_holds_nobody_but_whom_one_may_see(signed_in: Callable[[str], Client]) -> None:
    own = text_of(signed_in(REP), FIGURE)
    named = text_of(signed_in(REP), figure_of(MINE))
    total = re.compile(r"<strong>(\d+)</strong></a></li>")
    assert total.search(own)[1] == total.search(named)[1]  # type: ignore[index]  # both are there
    assert signed_in(LEADER).get(FIGURE).status_code == 404


def test_what_cannot_be_asked_is_not_there(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    for query in (
        "by=rep",
        "by=team",
        "by=nothing",
        "by=play&by=step",
        "where=nothing:1",
        "where=play:a&where=play:b",
        "state=lost",
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "where=rep:'%3B%20drop%20table%20effort%3B%20--",
    ):
        assert client.get(f"{FIGURE}?{query}").status_code == 404, query


def test_a_value_with_quotes_is_a_value(signed_in: Callable[[str], Client]) -> None:
    page = text_of(signed_in(REP), FIGURE + "?" + "where=play:" + quote("' or 1=1 --"))
    assert "<strong>0</strong>" in page


def test_grouped_by_a_dimension(signed_in: Callable[[str], Client]) -> None:
    page = text_of(signed_in(REP), figure_of(MINE, "by=segment"))
    assert "segment middle" in page


def test_a_touch_leads_to_its_act_and_back(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    touch = a_touch(client)
    page = text_of(client, touch)
    assert f"By {REP}" in page
    act = re.search(r'data-entry tabindex="-1"><span class="grow"><a href="(/events/[^"]+/)">', page)
    assert act is not None
    opened = text_of(client, act[1])
    assert f'href="{touch}"' in opened
    assert "Why the one, and why not the others" in opened


def test_nobody_else_s_touch_is_there(signed_in: Callable[[str], Client]) -> None:
    touch = a_touch(signed_in(REP))
    assert signed_in(MANAGER).get(touch).status_code == 200
    assert f"{MANAGER}: touch" in text_of(signed_in(REP), "/me/")
    for name in (OTHER, "Lena Uribe", LEADER, "Revenue operations", "Admin"):
        assert signed_in(name).get(touch).status_code == 404, name


def test_an_event_that_there_is_not(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    for event_id in ("x", "'; drop table effort; --", "\x00", "../../etc/passwd", "a" * 4000, "☃"):
        address = f"/events/{quote(event_id, safe='')}/"
        assert client.get(address).status_code == 404, event_id
        assert client.post(f"{address}contest/", {"said": "contest"}).status_code == 404, event_id


def test_a_rep_contests_a_record_of_their_own_and_takes_it_back(signed_in: Callable[[str], Client]) -> None:
    client = signed_in(REP)
    touch = a_touch(client)
    assert "contest" not in text_of(client, "/mirror/")
    assert client.post(f"{touch}contest/", {"said": "contest"}).status_code == 302
    assert "It is right after all" in text_of(client, touch)
    assert "1 record that you contest" in text_of(client, "/mirror/")
    assert client.post(f"{touch}contest/", {"said": "upheld"}).status_code == 302
    assert "This record is wrong" in text_of(client, touch)
    assert "record that you contest" not in text_of(client, "/mirror/")
    assert client.post(f"{touch}contest/", {"said": "upheld"}).status_code == 404


def test_nobody_contests_or_settles_for_a_rep(signed_in: Callable[[str], Client]) -> None:
    touch = a_touch(signed_in(REP))
    manager = signed_in(MANAGER)
    assert "This record is wrong" not in text_of(manager, touch)
    for said in ("contest", "upheld", "void"):
        assert manager.post(f"{touch}contest/", {"said": said}).status_code == 404
        assert signed_in(OTHER).post(f"{touch}contest/", {"said": said}).status_code == 404
    assert signed_in(REP).post(f"{touch}contest/", {"said": "void"}).status_code == 404


def test_the_page_asks_the_database_little(
    signed_in: Callable[[str], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(REP)
    client.get(figure_of(MINE))
    with django_assert_max_num_queries(12):
        client.get(figure_of(MINE))
