"""Whose address it is, and of which company."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.errors import PlaybookError, UsageError
from answerback.domain.playbook import Organisation, Playbook, Seller
from answerback.sources.addresses import (
    Sellers,
    account_id_of,
    clean_address,
    is_free_mail,
    registrable_domain,
)

ANN = Seller(email="Ann@Acme.example", aliases=("ann.old@gmail.com", "ann@acme-sales.test"))
PLAYBOOK = Playbook(organisation=Organisation(own_domains=("acme.example", "Bücher.example")), rep=(ANN,))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("MAILTO:Ann@Example.com", "ann@example.com"),
        ("mailto:ann@example.com?subject=Hello", "ann@example.com"),
        ("mailto:ann%40example.com", "ann@example.com"),
        (" <ann@example.com> ", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann", ""),
        ("ann@", ""),
        ("@example.com", ""),
        ("ann@b@example.com", ""),
        ("ann b@example.com", ""),
        ("/O=EXCHANGELABS/OU=GROUP/CN=ANN", ""),
        ("http://example.com/ann@b", ""),
        ("a" * 400 + "@example.com", ""),
        ("", ""),
    ],
)
def test_an_address_is_cleaned_or_is_none(text: str, address: str) -> None:
    assert clean_address(text) == address


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@b.c.example.co.uk", "example.co.uk"),
        ("a@example.com.au", "example.com.au"),
        ("a@shop.myshopify.com", "shop.myshopify.com"),
        ("a@myshopify.com", "myshopify.com"),
        ("a@server.corp.internal", "corp.internal"),
        ("a@com", ""),
        ("a@co.uk", ""),
        ("a@[192.0.2.1]", ""),
        ("a@192.0.2.1", ""),
        ("a@..", ""),
        ("", ""),
    ],
)
def test_the_registrable_domain_comes_from_the_public_suffix_list(address: str, domain: str) -> None:
    assert registrable_domain(address) == domain


def test_people_of_free_mail_are_no_company() -> None:
    assert account_id_of("a@gmail.com") != account_id_of("b@gmail.com")
    assert account_id_of("a@x.example") == account_id_of("b@mail.x.example")
    assert is_free_mail("mail.gmail.com")
    assert is_free_mail("privaterelay.appleid.com")
    assert not is_free_mail("appleid.com")


def test_a_rep_has_one_address_whatever_they_write_from() -> None:
    sellers = Sellers.from_playbook(PLAYBOOK)
    for address in ("ann@acme.example", "ANN@ACME.EXAMPLE", "ann.old@gmail.com", "mailto:ann@acme-sales.test"):
        assert sellers.rep_of(address) == "ann@acme.example"


def test_own_domains_hold_with_their_subdomains_and_only_those() -> None:
    sellers = Sellers.from_playbook(PLAYBOOK, extra=["other.example", "@third.example", "zoe@gmail.com"])
    assert sellers.rep_of("bob@eu.sales.acme.example") == "bob@eu.sales.acme.example"
    assert sellers.rep_of("bob@bücher.example") == "bob@xn--bcher-kva.example"
    assert sellers.rep_of("bob@other.example")
    assert sellers.rep_of("bob@third.example")
    assert sellers.rep_of("zoe@gmail.com")
    assert sellers.rep_of("bob@notacme.example") is None
    assert sellers.rep_of("bob@acme.example.evil.test") is None
    assert sellers.rep_of("bob@acme-sales.test") is None
    assert sellers.rep_of("") is None


def test_a_free_mail_domain_cannot_be_ours() -> None:
    with pytest.raises(PlaybookError, match="free-mail"):
        Sellers.from_playbook(Playbook(organisation=Organisation(own_domains=("gmail.com",))))
    with pytest.raises(UsageError, match="free-mail"):
        Sellers.from_playbook(Playbook(), extra=["gmail.com"])


def test_an_address_cannot_belong_to_two_reps_however_it_is_written() -> None:
    reps = (
        Seller(email="bob@bücher.example"),
        Seller(email="cem@acme.example", aliases=("bob@xn--bcher-kva.example",)),
    )
    with pytest.raises(PlaybookError, match="two reps"):
        Sellers.from_playbook(Playbook(rep=reps))


@pytest.mark.parametrize("entry", ["localhost", "a@b@c"])
def test_an_own_entry_that_is_neither_domain_nor_address_is_said(entry: str) -> None:
    with pytest.raises(UsageError, match="an own"):
        Sellers.from_playbook(Playbook(), extra=[entry])


def test_every_line_of_the_free_mail_list_is_a_clean_domain_once() -> None:
    text = (files("answerback.sources") / "free_mail.txt").read_text(encoding="utf-8")
    domains = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(domains) == len(set(domains))
    assert all(clean_address(f"x@{domain}") == f"x@{domain}" and registrable_domain(domain) for domain in domains)


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    clean = clean_address(text)
    assert clean == clean_address(clean)
    assert account_id_of(text) == account_id_of(clean)
    assert Sellers().rep_of(text) is None
