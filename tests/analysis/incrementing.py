"""A team of which it is known why every buyer acted: by proof, without proof, or anyway."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.analysis.team import Row

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 150
END = START + timedelta(days=DAYS)
ACCOUNTS, REPS = 300, ("ann", "ben", "cleo")
BRINGS, NAMED, CALLS = 0.28, 0.6, 0.15


def text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Team:
    """Rows of records, and what is true of them."""

    tables: dict[str, list[Row]]
    proof: int = 0
    unnamed: int = 0
    """Acts that a mail brought and that do not name it."""
    anyway: int = 0


def team(*, seed: int = 1, accounts: int = ACCOUNTS, brings: float = BRINGS, at_midnight: bool = False) -> Team:
    """Mails in threads, calls that bear no token, answers that name their mail or do not, and acts out of the blue."""
    rng = random.Random(seed)
    tables: dict[str, list[Row]] = {"effort": [], "buyer_action": [], "coverage": []}
    made = Team(tables)
    for number in range(accounts):
        account = f"a{number:03}"
        for _ in range(_times(rng, 0.09 * DAYS)):
            _touch(made, rng, account, brings)
        for _ in range(_times(rng, 0.015 * DAYS)):
            at = START + timedelta(seconds=rng.randrange(DAYS * 86400))
            _act(made, account, at, "asked")
            made.anyway += 1
    for channel in ("email", "call"):
        tables["coverage"].append({"channel": channel, "from": text(START), "to": text(END)})
    if at_midnight:
        for row in (*tables["effort"], *tables["buyer_action"]):
            row["occurred_at"] = row["occurred_at"][:10] + "T00:00:00Z"
    return made


def _times(rng: random.Random, mean: float) -> int:
    return sum(rng.random() < mean / 40 for _ in range(40))


def _touch(made: Team, rng: random.Random, account: str, brings: float) -> None:
    efforts = made.tables["effort"]
    at = START + timedelta(seconds=rng.randrange(DAYS * 86400))
    number, is_call = len(efforts), rng.random() < CALLS
    row: Row = {
        "effort_id": f"e{number}", "rep_id": rng.choice(REPS), "account_id": account, "contact_id": f"{account}-p",
        "occurred_at": text(at), "kind": "call" if is_call else "email",
        "reference": "" if is_call else f"message:{number}@us.example",
    }  # fmt: skip
    efforts.append(row)
    due = at + timedelta(days=min(rng.lognormvariate(0.2, 0.9), 13))
    if is_call or rng.random() > brings or due >= END:
        return
    named = rng.random() < NAMED
    _act(made, account, due, "replied", str(row["reference"]) if named else "")
    made.proof += named
    made.unnamed += not named


def _act(made: Team, account: str, at: datetime, kind: str, refers_to: str = "") -> None:
    acts = made.tables["buyer_action"]
    acts.append(
        {
            "action_id": f"b{len(acts)}", "account_id": account, "contact_id": f"{account}-p", "occurred_at": text(at),
            "kind": kind, "refers_to": refers_to,
        }
    )  # fmt: skip
