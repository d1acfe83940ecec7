"""What the office keeps: how deals ended, who held which company, targets, expenses and happenings."""

from __future__ import annotations

import pytest

from answerback.domain.playbook import Playbook, Stage
from tests.link.cases import NEW, OLD, Case, check
from tests.link.settled import ALWAYS, FOR_GOOD
from tests.link.world import Assigned, Change, Deal, Happened, Spent, Wanted, day

ENDING = Playbook(stage=(Stage(name="Open"), Stage(name="Won", outcome="won"), Stage(name="Lost", outcome="lost")))


def won(at: float, deal: int = 1) -> Change:
    return Change(deal_key=deal, occurred_at=day(at), field="outcome", new="won")


BOOKS = [
    Case(
        "deal_outcome",
        "one row per deal that ended, by the deal that stands for it, with what its record says",
        [
            Deal(deal_key=1, account_key=7, owner_key=5, amount_minor=100, currency="EUR", created_at=day(0)),
            won(3, deal=2),
            Change(deal_key=3, occurred_at=day(2), field="outcome", new="lost"),
        ],
        [
            {
                "deal_key": 1,
                "occurred_at": day(3),
                "outcome": "won",
                "account_key": 7,
                "owner_key": 5,
                "amount_said": None,
                "amount_minor": 100,
                "currency": "EUR",
                "created_at": day(0),
            },
            {
                "deal_key": 3,
                "occurred_at": day(2),
                "outcome": "lost",
                "account_key": None,
                "owner_key": None,
                "amount_said": None,
                "amount_minor": None,
                "currency": None,
                "created_at": None,
            },
        ],
        same_as={2: 1},
    ),
    Case(
        "deal_outcome",
        "where no change of the outcome says it, the stage does; what is open from the start has no row",
        [
            Change(deal_key=1, occurred_at=day(1), new="Open"),
            Change(deal_key=1, occurred_at=day(2), new="Won"),
            Change(deal_key=2, occurred_at=day(1), new="Open"),
            Change(deal_key=3, occurred_at=day(1), new="Nobody knows it"),
        ],
        [{"deal_key": 1, "occurred_at": day(2), "outcome": "won"}],
        playbook=ENDING,
    ),
    Case(
        "deal_outcome",
        "a deal whose outcome is stated is not read by its stages",
        [won(3), Change(deal_key=1, occurred_at=day(2), new="Lost")],
        [{"occurred_at": day(3), "outcome": "won"}],
        playbook=ENDING,
    ),
    Case(
        "deal_outcome",
        "opened again is a row, and said twice is not",
        [
            won(1),
            won(2),
            Change(deal_key=1, occurred_at=day(3), field="outcome", new=None),
            Change(deal_key=1, occurred_at=day(4), field="outcome", new="lost"),
        ],
        [
            {"occurred_at": day(1), "outcome": "won"},
            {"occurred_at": day(3), "outcome": None},
            {"occurred_at": day(4), "outcome": "lost"},
        ],
    ),
    Case(
        "deal_outcome",
        "of two at one instant the newest record, then the one with the greater content",
        [
            Change(deal_key=1, occurred_at=day(1), field="outcome", new="lost", version_at=OLD),
            Change(deal_key=1, occurred_at=day(1), field="outcome", new="won", version_at=NEW, content_hash=2),
            Change(deal_key=1, occurred_at=day(1), field="outcome", new="lost", version_at=NEW, content_hash=1),
        ],
        [{"outcome": "won"}],
    ),
    Case(
        "deal_outcome",
        "the amount and the owner then: the latest before, else what the first change afterwards replaced",
        [
            Deal(deal_key=1, owner_key=9, amount_minor=999),
            Deal(deal_key=2, owner_key=9, amount_minor=999),
            won(5),
            won(5, deal=2),
            Change(deal_key=1, occurred_at=day(1), field="amount", old="100", new="200"),
            Change(deal_key=1, occurred_at=day(4), field="amount", old="200", new="300"),
            Change(deal_key=1, occurred_at=day(6), field="amount", old="300", new="999"),
            Change(deal_key=1, occurred_at=day(2), field="owner", old_rep_key=4, new_rep_key=6, new=None),
            Change(deal_key=2, occurred_at=day(7), field="amount", old="50", new="999"),
            Change(deal_key=2, occurred_at=day(6), field="owner", old_rep_key=4, new_rep_key=9, new=None),
        ],
        [
            {"deal_key": 1, "amount_said": "300", "amount_minor": 999, "owner_key": 5},
            {"deal_key": 2, "amount_said": "50", "amount_minor": 999, "owner_key": 4},
        ],
        same_as={6: 5},
    ),
    Case(
        "holding",
        "by the company, deal and rep that stand for what was said; open ends reach for good",
        [
            Assigned(rep_key=1, account_key=8, ends_at=day(3)),
            Assigned(rep_key=2, account_key=7, starts_at=day(3), assignment_key=1),
            Assigned(rep_key=2, deal_key=9, assignment_key=2),
        ],
        [
            {"account_key": 7, "deal_key": None, "rep_key": 5, "starts_at": ALWAYS, "ends_at": day(3)},
            {"account_key": 7, "deal_key": None, "rep_key": 2, "starts_at": day(3), "ends_at": FOR_GOOD},
            {"account_key": None, "deal_key": 3, "rep_key": 2, "starts_at": ALWAYS, "ends_at": FOR_GOOD},
        ],
        same_as={8: 7, 9: 3, 1: 5},
    ),
    Case(
        "holding",
        "one that ends before it starts is none; of two that begin together the newest stands",
        [
            Assigned(rep_key=1, account_key=7, starts_at=day(2), ends_at=day(1)),
            Assigned(rep_key=2, account_key=7, version_at=OLD, content_hash=3),
            Assigned(rep_key=3, account_key=7, version_at=NEW, content_hash=1),
            Assigned(rep_key=4, account_key=7, version_at=NEW, content_hash=2),
        ],
        [{"rep_key": 4}],
    ),
    Case(
        "target",
        "one row per rep or team, metric and period: the newest, by the rep that stands for another",
        [
            Wanted(rep_key=2, value=10, version_at=OLD),
            Wanted(rep_key=1, value=20, version_at=NEW),
            Wanted(team="north", value=30),
            Wanted(rep_key=1, value=40, period="2026Q2"),
            Wanted(rep_key=1, value=50, metric="on_base"),
        ],
        [
            {"rep_key": 1, "team": None, "metric": "won_amount", "period": "2026Q1", "value": 20},
            {"rep_key": None, "team": "north", "metric": "won_amount", "period": "2026Q1", "value": 30},
            {"rep_key": 1, "team": None, "metric": "won_amount", "period": "2026Q2", "value": 40},
            {"rep_key": 1, "team": None, "metric": "on_base", "period": "2026Q1", "value": 50},
        ],
        same_as={2: 1},
    ),
    Case(
        "target",
        "of two of one age the one with the greater content",
        [Wanted(rep_key=1, value=1, content_hash=1), Wanted(rep_key=1, value=2, content_hash=2)],
        [{"value": 2}],
    ),
    Case(
        "expense",
        "one row per record, by the rep that stands for another",
        [Spent(rep_key=2, amount_minor=5, expense_key=1), Spent(rep_key=1, amount_minor=7, expense_key=2)],
        [{"rep_key": 1, "amount_minor": 5, "currency": "EUR"}, {"rep_key": 1, "amount_minor": 7, "currency": "EUR"}],
        same_as={2: 1},
    ),
    Case(
        "happening",
        "one row each; without a scope it touched all, and open ends reach for good",
        [
            Happened(starts_at=day(1), scope="segment=middle", happening_key=1),
            Happened(ends_at=day(2), happening_key=2),
        ],
        [
            {"happening_key": 1, "starts_at": day(1), "ends_at": FOR_GOOD, "scope": "segment=middle"},
            {"happening_key": 2, "starts_at": ALWAYS, "ends_at": day(2), "scope": "all"},
        ],
    ),
]


@pytest.mark.parametrize("case", BOOKS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
