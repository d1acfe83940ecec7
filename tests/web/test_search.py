"""Search finds by name or id what somebody may open, and nothing else, whatever is typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from answerback.analysis.chain_around import around_deal
from answerback.analysis.searching import search, searchable
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope, Stretch
from answerback.web.answering.beforehand import Ahead, ahead, keep
from answerback.web.answering.desk import desk

SignedIn = Callable[[str], Client]
OSKAR, TESSA = "oskar.ricci@halden.example", "tessa.dahl@halden.example"
HIT = re.compile(r'<span class="grow"><a href="([^"]+)">')


@pytest.fixture(autouse=True)
def _worked_out(workspace: Path, worked_out: dict[Ahead, object]) -> None:
    for what, made in worked_out.items():
        keep(desk(), what, made)


def found(client: Client, typed: str) -> list[str]:
    response = client.get(f"/search/?q={quote(typed)}")
    assert response.status_code == 200
    return HIT.findall(response.content.decode())


def scope_of(rep_id: str) -> Scope:
    key = desk().roster().key_of(rep_id)
    assert key is not None
    return Scope("test", stretches=(Stretch(key),))


def hits(rep_id: str, typed: str, space: str) -> list[str]:
    directory = ahead(desk(), Ahead.DIRECTORY)
    with desk().reading() as reader:
        of = searchable(reader, scope_of(rep_id), directory)
    return [each.id for each in search(of, typed, [space], most=10_000)]


def test_every_deal_that_is_found_opens_and_every_other_does_not() -> None:
    directory = ahead(desk(), Ahead.DIRECTORY)
    everything = Scope("test", everybody=True)
    with desk().reading() as reader:
        of = searchable(reader, everything, directory)
        every = {each.id for each in search(of, "0065", ["deal"], most=10_000)}
        mine = set(hits(OSKAR, "0065", "deal"))
        assert 10 < len(mine) < len(every)
        for deal in sorted(every)[::25]:
            if deal in mine:
                assert around_deal(reader, scope_of(OSKAR), deal).told is not None
            else:
                with pytest.raises(NotFoundError):
                    around_deal(reader, scope_of(OSKAR), deal)


def test_words_may_be_cut_short_and_come_in_any_order() -> None:
    directory = ahead(desk(), Ahead.DIRECTORY)
    company = hits(OSKAR, "delta", "account")
    assert company
    name = directory.listed["account"].name_of(_key_of("account", company[0]))
    first, last = name.split()[0], name.split()[1]
    for typed in (name, f"{last[:3]} {first[:3]}", name.upper(), company[0], f"  {first}-{last}  "):
        assert company[0] in hits(OSKAR, typed, "account"), typed
    assert not hits(OSKAR, first[1:], "account")  # a word's middle is no beginning


def _key_of(space: str, own: str) -> int:
    listed = ahead(desk(), Ahead.DIRECTORY).listed[space]
    return int(listed.keys[listed.ids.to_pylist().index(own)])


def test_a_rep_finds_their_deals_companies_and_persons_and_opens_each(signed_in: SignedIn) -> None:
    client = signed_in("Oskar Ricci")
    shown = found(client, "delta")
    assert {each.split("/")[1] for each in shown} == {"deals", "companies"} or shown
    assert all(client.get(each).status_code == 200 for each in shown[:12])
    assert len(shown) <= 50


def test_another_s_deal_is_not_found(signed_in: SignedIn) -> None:
    own = set(hits(OSKAR, "0065", "deal")) - set(hits(TESSA, "0065", "deal"))
    deal = min(own)
    assert found(signed_in("Oskar Ricci"), deal)
    assert not found(signed_in("Tessa Dahl"), deal)
    assert not found(signed_in("Jana Sato"), deal)


def test_a_manager_finds_their_people_and_nobody_else(signed_in: SignedIn) -> None:
    kofi = signed_in("Kofi Novak")
    assert any(each.startswith("/mirror/oskar.ricci") for each in found(kofi, "osk ricc"))
    assert not any(each.startswith("/mirror/") for each in found(kofi, "tessa"))
    assert not any(each.startswith("/mirror/") for each in found(signed_in("Oskar Ricci"), "tessa"))


def test_operations_find_words_and_what_is_loaded_but_no_chain(signed_in: SignedIn) -> None:
    client = signed_in("Revenue operations")
    assert "/data/definitions/#moved-forward" in found(client, "mov")
    assert any(each.startswith("/data/coverage/") for each in found(client, "oskar"))
    assert not found(client, "0065")


@pytest.mark.parametrize(
    "typed",
    ["", " ", "%", "_", "'; drop table deal; --", "\\", "[a-z]*", "\0", "<script>alert(1)</script>", "a" * 5000, "💩"],
)
def test_whatever_is_typed_is_no_more_than_words(typed: str, signed_in: SignedIn) -> None:
    response = signed_in("Oskar Ricci").get("/search/", {"q": typed})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert len(HIT.findall(response.content.decode())) <= 50


def test_while_names_are_read_it_says_so(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in("Oskar Ricci")
    monkeypatch.setattr("answerback.web.pages.search.ahead", lambda *_: None)
    assert b"Search again in a moment" in client.get("/search/?q=delta").content


@pytest.mark.usefixtures("practice")
def test_what_was_read_of_everybody_tells_the_chains_that_the_engine_tells() -> None:
    """Over a rep's whole time, over one that ends before a quarter's last touches, and over none."""
    at = desk()
    directory, every = ahead(at, Ahead.DIRECTORY), ahead(at, Ahead.CHAINS)
    (stretch,) = scope_of(OSKAR).stretches
    cut = replace(stretch, end=at.as_of() - timedelta(days=200))
    later = replace(stretch, start=at.as_of() + timedelta(days=1))
    sizes = []
    for each in ((stretch,), (stretch, *scope_of(TESSA).stretches), (cut,), (later,)):
        scope = Scope("test", stretches=each)
        with at.reading() as reader:
            known, asked = (searchable(reader, scope, directory, held) for held in (every, None))
        assert {space: rows.tolist() for space, rows in known.places.items()} == {
            space: rows.tolist() for space, rows in asked.places.items()
        }
        sizes.append(len(known.places["deal"]))
    assert sizes[1] > sizes[0] > sizes[2] > sizes[3] == 0
    assert every.of(Scope("test", stretches=(stretch,))) is not None
