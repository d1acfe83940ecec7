"""People, companies, deals, stages and what else is known of them, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.link.cases import E2, NEW, OLD, Case, E, a, check, e, mail
from tests.link.settled import ALWAYS, FOR_GOOD
from tests.link.world import Account, Attribute, Change, Contact, Deal, Rep, Row, day

SORTS: tuple[tuple[str, Callable[..., Row], str, str], ...] = (
    ("account", Account, "account_key", "region"),
    ("contact", Contact, "contact_key", "level"),
    ("deal", Deal, "deal_key", "product_line"),
    ("rep", Rep, "rep_key", "role"),
)
"""Relation, record, key, and a field to tell records by."""

PARTIES = [
    *(
        Case(
            relation,
            "of records of one age the one with the greater content stands, then the lesser key",
            [
                made(content_hash=1, **{key: 1, field: "less"}),
                made(content_hash=2, **{key: 3, field: "last"}),
                made(content_hash=2, **{key: 2, field: "greater"}),
            ],
            [{key: 1, field: "greater"}],
            same_as={2: 1, 3: 1},
        )
        for relation, made, key, field in SORTS
    ),
    Case(
        "account",
        "what the newest record states stands, field by field",
        [
            Account(account_key=1, segment="old", industry="steel", version_at=OLD),
            Account(account_key=2, segment="new", version_at=NEW),
        ],
        [{"account_key": 1, "segment": "new", "industry": "steel"}],
        same_as={2: 1},
    ),
    Case("account", "one row per company", [Account(account_key=1), Account(account_key=2)], [{}, {}]),
    Case(
        "contact",
        "merged, the newest statement stands, the company by the key that stands for it",
        [
            Contact(contact_key=1, account_key=8, level="vp", version_at=OLD),
            Contact(contact_key=2, account_key=9, version_at=NEW),
        ],
        [{"contact_key": 1, "account_key": 7, "level": "vp"}],
        same_as={2: 1, 9: 7},
    ),
    Case(
        "deal",
        "merged, the newest statement stands",
        [
            Deal(deal_key=1, account_key=5, owner_key=6, product_line="old", version_at=OLD),
            Deal(deal_key=2, product_line="new", version_at=NEW),
        ],
        [{"deal_key": 1, "account_key": 5, "owner_key": 6, "product_line": "new"}],
        same_as={2: 1},
    ),
    Case(
        "deal",
        "an amount keeps the currency that was stated with it",
        [
            Deal(deal_key=1, amount_minor=100, currency=None, version_at=NEW),
            Deal(deal_key=2, amount_minor=50, currency="EUR", version_at=OLD),
            Deal(deal_key=3, currency="USD", version_at=day(12)),
        ],
        [{"deal_key": 1, "amount_minor": 100, "currency": None}],
        same_as={2: 1, 3: 1},
    ),
    Case(
        "deal_stage",
        "one row per change of the stage, with its step",
        [
            Change(deal_key=2, occurred_at=day(1), new="New"),
            Change(deal_key=1, occurred_at=day(2), new="Late"),
            Change(deal_key=1, occurred_at=day(3), new="Unknown"),
            Change(deal_key=1, occurred_at=day(4), new="New", field="owner"),
        ],
        [
            {"deal_key": 1, "occurred_at": day(1), "stage": "New", "step": "early"},
            {"deal_key": 1, "occurred_at": day(2), "stage": "Late", "step": "Late"},
            {"deal_key": 1, "occurred_at": day(3), "stage": "Unknown", "step": None},
        ],
        same_as={2: 1},
    ),
    Case(
        "deal_stage",
        "of two at one instant the newest record",
        [
            Change(deal_key=1, occurred_at=day(1), new="New", version_at=NEW),
            Change(deal_key=1, occurred_at=day(1), new="Late", version_at=OLD),
        ],
        [{"stage": "New"}],
    ),
    Case(
        "deal_stage",
        "of two of one age the one with the greater content",
        [
            Change(deal_key=1, occurred_at=day(1), new="New", content_hash=2),
            Change(deal_key=1, occurred_at=day(1), new="Late", content_hash=1),
        ],
        [{"stage": "New"}],
    ),
    Case(
        "rep",
        "the manager by the key that stands for them, if another does",
        [Rep(rep_key=1, manager_key=5)],
        [{"manager_key": 5}],
    ),
    Case(
        "attribute",
        "of two of one age the one with the greater content",
        [
            Attribute(subject_key=1, name="tool", value="a", content_hash=1),
            Attribute(subject_key=1, name="tool", value="b", content_hash=2),
        ],
        [{"value": "b"}],
    ),
    Case(
        "rep",
        "one row per stretch in which nothing known changed",
        [
            Rep(rep_key=1, team="north", valid_to=day(2)),
            Rep(rep_key=1, team="south", valid_from=day(2), manager_key=9),
        ],
        [
            {"team": "north", "valid_from": ALWAYS, "valid_to": day(2), "manager_key": None},
            {"team": "south", "valid_from": day(2), "valid_to": FOR_GOOD, "manager_key": 8},
        ],
        same_as={9: 8},
    ),
    Case(
        "rep",
        "what holds since the latest date stands, its gaps filled from the others",
        [
            Rep(rep_key=1, team="now", tenure_start=day(0), version_at=NEW),
            Rep(rep_key=2, team="then", valid_from=day(1), valid_to=day(3), version_at=OLD),
        ],
        [
            {"rep_key": 1, "team": "now", "valid_from": ALWAYS, "valid_to": day(1), "tenure_start": day(0)},
            {"rep_key": 1, "team": "then", "valid_from": day(1), "valid_to": day(3), "tenure_start": day(0)},
            {"rep_key": 1, "team": "now", "valid_from": day(3), "valid_to": FOR_GOOD, "tenure_start": day(0)},
        ],
        same_as={2: 1},
    ),
    Case(
        "rep",
        "of records with one date the newest",
        [Rep(rep_key=1, team="old", version_at=OLD), Rep(rep_key=2, team="new", version_at=NEW)],
        [{"rep_key": 1, "team": "new"}],
        same_as={2: 1},
    ),
    Case(
        "rep", "a stretch that ends before it starts is none", [Rep(rep_key=1, valid_from=day(2), valid_to=day(1))], []
    ),
    Case(
        "attribute",
        "of two that start together the newest record",
        [
            Attribute(subject_key=2, name="tool", value="old", attribute_key=5, version_at=OLD),
            Attribute(subject_key=1, name="tool", value="new", attribute_key=6, version_at=NEW),
        ],
        [{"subject_key": 1, "value": "new", "attribute_key": 6, "starts_at": ALWAYS, "ends_at": FOR_GOOD}],
        same_as={2: 1},
    ),
    Case(
        "attribute",
        "of an event, said of the record that stands for it; of anything else, never",
        [
            e(E),
            e(E2),
            mail(E),
            mail(E2),
            Attribute(subject_key=E2, name="tool", value="x", subject_kind="event"),
            Attribute(subject_key=E2, name="tool", value="y", subject_kind="account"),
        ],
        [
            {"subject_kind": "event", "subject_key": E, "value": "x"},
            {"subject_kind": "account", "subject_key": E2, "value": "y"},
        ],
    ),
    Case(
        "attribute",
        "of an id that is both an effort and an act, as it was said",
        [
            e(E),
            e(E2),
            a(E2),
            mail(E),
            mail(E2),
            Attribute(subject_key=E2, name="tool", value="x", subject_kind="event"),
        ],
        [{"subject_key": E2}],
    ),
    Case(
        "attribute",
        "one row per stretch",
        [
            Attribute(subject_key=1, name="tool", value="a", ends_at=day(1)),
            Attribute(subject_key=1, name="tool", value="b", starts_at=day(1)),
        ],
        [
            {"value": "a", "starts_at": ALWAYS, "ends_at": day(1)},
            {"value": "b", "starts_at": day(1), "ends_at": FOR_GOOD},
        ],
    ),
]


@pytest.mark.parametrize("case", PARTIES, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
