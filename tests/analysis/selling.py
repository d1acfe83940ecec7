"""A small sales team as tables, with what is planted in it: what diagnoses are tried on."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = 34
TURN = START + timedelta(weeks=26)
END = START + timedelta(weeks=WEEKS)
"""The end of what is recorded; everything had its waiting time a month later."""
REPS = 9
SEGMENTS = ("small", "middle", "large")

PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "declined"]
aim = ["replied"]
waiting_days = 14
seen_on = ["email"]
[[dimension]]
name = "lead_source"
of = "account"
"""


@dataclass(frozen=True)
class Touch:
    """One mail, as the planting sees it."""

    rep: int
    segment: str
    source: str
    late: bool
    """Made in the time in question."""


Chance = Callable[[Touch], float]


def sold(
    chance: Chance,
    *,
    seed: int = 1,
    a_week: int = 16,
    slower: float = 1.0,
    listed: float = 0.0,
    happening: Row | None = None,
) -> dict[str, list[Row]]:
    """The tables of a team in which a mail is answered with a chance.

    Args:
        chance: Of an answer, by touch.
        seed: Of the dice.
        a_week: Mails a week and rep.
        slower: How many times as long answers take in the time in question.
        listed: The share of touches in the time in question that go to companies of a bought list; else a tenth.
        happening: What is known to have happened.
    """
    rng = random.Random(seed)
    tables: dict[str, list[Row]] = {
        name: [] for name in ("rep", "account", "attribute", "coverage", "effort", "buyer_action")
    }
    for rep in range(REPS):
        row: Row = {
            "rep_id": f"rep{rep}",
            "name": f"Rep {rep}",
            "manager_id": f"boss{rep % 3}",
            "team": f"team {rep % 3}",
        }
        tables["rep"].append(row | {"tenure_start": "2020-02-01T00:00:00Z"})
        span = {"from": text(START), "to": text(END + timedelta(days=60))}
        tables["coverage"].append({"rep_id": f"rep{rep}", "channel": "email", **span})
        for number in range(60):
            account = f"a{rep}-{number}"
            tables["account"].append({"account_id": account, "name": account, "segment": SEGMENTS[number % 3]})
            about = {"subject_kind": "account", "subject_id": account, "name": "lead_source"}
            tables["attribute"].append(about | {"value": "bought list" if number % 4 == 0 else "fair"})
    for week in range(WEEKS):
        for rep in range(REPS):
            for number in range(a_week):
                _mail(tables, rng, (week, rep, number), chance, slower, listed)
    if happening is not None:
        tables["happening"] = [happening]
    return tables


def _mail(
    tables: dict[str, list[Row]],
    rng: random.Random,
    place: tuple[int, int, int],
    chance: Chance,
    slower: float,
    listed: float,
) -> None:
    week, rep, number = place
    at = START + timedelta(weeks=week, days=rng.randrange(5), seconds=rng.randrange(30_000, 60_000))
    late = at >= TURN
    bought = rng.random() < (listed if late and listed else 0.1)
    account = rng.choice([each for each in range(60) if (each % 4 == 0) == bought])
    name, token = "-".join(map(str, place)), f"m{week}.{rep}.{number}@seller.example"
    tables["effort"].append(
        {
            "effort_id": f"e{name}",
            "rep_id": f"rep{rep}",
            "account_id": f"a{rep}-{account}",
            "contact_id": f"c{rep}-{account}",
            "occurred_at": text(at),
            "kind": "email",
            "origin": "hand",
            "evidence": "captured",
            "reference": f"message:{token}",
        }
    )
    touch = Touch(rep, SEGMENTS[account % 3], "bought list" if bought else "fair", late)
    if rng.random() >= chance(touch):
        return
    days = rng.lognormvariate(0.7, 1.0) * (slower if late else 1.0)
    tables["buyer_action"].append(
        {
            "action_id": f"b{name}",
            "account_id": f"a{rep}-{account}",
            "contact_id": f"c{rep}-{account}",
            "occurred_at": text(at + timedelta(days=days)),
            "kind": "replied",
            "evidence": "captured",
            "refers_to": f"message:{token}",
        }
    )
