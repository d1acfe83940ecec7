"""A small company with territories, deals, targets and expenses, as plain rows; what is true of it is a parameter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = 36
HANDOVER = START + timedelta(weeks=16)
REPS = ("ann", "ben", "cleo", "dara", "eve", "finn", "gus", "hal")
LEAVER, HEIR = "ivy", "jon"
PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "declined"]
aim = ["replied"]
waiting_days = 7
seen_on = ["email"]
"""
Rate = Callable[[str, int], float]
"""The rate of a rep in a week."""


@dataclass
class Company:
    """What is true, and the rows that say it."""

    rate: Rate = lambda _rep, _week: 0.3
    touches: int = 12
    target: int = 1_300_000
    assigned: bool = True
    currency: str = "EUR"
    seed: int = 4
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self) -> dict[str, list[Row]]:
        """The tables."""
        rng = random.Random(self.seed)
        self._people()
        for rep in (*REPS, LEAVER, HEIR):
            for week in range(WEEKS):
                self._week(rng, rep, week)
        for rep in (*REPS, LEAVER, HEIR):
            self._deals(rng, rep)
        return self.tables

    def _put(self, record: str, **row: Any) -> None:
        self.tables.setdefault(record, []).append(row)

    def _people(self) -> None:
        for rep in (*REPS, LEAVER, HEIR):
            self._put("rep", rep_id=rep, email=f"{rep}@us.example", team="north")
            self._put("coverage", rep_id=rep, channel="email")
            for period in ("2026Q2", "2026Q3"):
                self._put("target", rep_id=rep, metric="won_amount", period=period, value=self.target)
            for month in range(1, 10):
                self._put("expense", rep_id=rep, period=f"2026-0{month}", amount_minor=50_000, currency="EUR")
        for rep in (*REPS, LEAVER):
            for number in range(8):
                self._account(rep, f"{rep}-{number}")

    def _account(self, rep: str, account: str) -> None:
        self._put("account", account_id=account, segment="small")
        if not self.assigned:
            return
        end = text(HANDOVER) if rep == LEAVER else ""
        self._put("assignment", account_id=account, rep_id=rep, **{"from": text(START), "to": end})
        if rep == LEAVER:
            self._put("assignment", account_id=account, rep_id=HEIR, **{"from": text(HANDOVER), "to": ""})

    def holds(self, rep: str, week: int) -> bool:
        """Whether somebody works in a week."""
        gone = START + timedelta(weeks=week) >= HANDOVER
        return gone if rep == HEIR else not gone if rep == LEAVER else True

    def _week(self, rng: random.Random, rep: str, week: int) -> None:
        if not self.holds(rep, week):
            return
        own = LEAVER if rep == HEIR else rep
        for number in range(self.touches):
            at = START + timedelta(weeks=week, days=number % 5, hours=9 + number // 5)
            key, account = f"{rep}-{week}-{number}", f"{own}-{number % 8}"
            self._put(
                "effort", effort_id=key, rep_id=rep, account_id=account, occurred_at=text(at), kind="email",
                reference=f"message:{key}",
            )  # fmt: skip
            if rng.random() < self.rate(rep, week):
                self._put(
                    "buyer_action", action_id=f"r-{key}", account_id=account, kind="replied",
                    occurred_at=text(at + timedelta(hours=5)), refers_to=f"message:{key}",
                )  # fmt: skip

    def _deals(self, rng: random.Random, rep: str) -> None:
        for week in range(WEEKS):
            if not self.holds(rep, week) or week % 2:
                continue
            deal, at = f"d-{rep}-{week}", START + timedelta(weeks=week, days=2)
            self._put(
                "deal", deal_id=deal, account_id=f"{LEAVER if rep == HEIR else rep}-0", owner_id=rep,
                amount_minor=rng.randint(100_000, 300_000), currency=self.currency, created_at=text(at),
            )  # fmt: skip
            outcome = "won" if rng.random() < 0.6 else "lost"
            ended = text(at + timedelta(days=3))
            self._put("deal_change", deal_id=deal, occurred_at=ended, field="outcome", new=outcome)
