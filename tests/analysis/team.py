"""A made-up team as plain rows: what `folder` reads, and what the oracles count again by nested loops.

Everything that a figure can be grouped by occurs: reps who change team, two sources, steps of deals, segments, regions,
tenure, purposes, sequences, typed-in touches, channels that were not loaded, an attribute that changes and overlaps
itself, and touches in the hours around midnight and around the change of the clocks.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]

START = datetime(2025, 9, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
"""The end of what the export can know."""

PLAYBOOK = """
version = 1
[organisation]
time_zone = "America/New_York"
fiscal_year_starts = 10
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "asked", "declined"]
aim = ["replied", "asked"]
waiting_days = 14
seen_on = ["email"]
[[play]]
name = "call"
kind = "call"
answered_by = ["answered_call", "declined"]
aim = ["answered_call"]
waiting_days = 10
seen_on = ["call"]
[[play]]
name = "offer"
kind = "proposal"
answered_by = ["returned_offer", "declined"]
aim = ["returned_offer"]
waiting_days = 30
seen_on = ["offer"]
[[play]]
name = "chore"
kind = "task"
answered_by = ["declined"]
aim = []
counts = false
[registration]
subkinds = ["opened to register"]
minutes = 10
[[stage]]
name = "New"
step = "opening"
[[stage]]
name = "Priced"
step = "closing"
[[dimension]]
name = "lead_source"
of = "account"
[[dimension]]
name = "tool"
of = "rep"
[[dimension]]
name = "campaign"
of = "event"
"""
WAITING_DAYS = {"email": 14, "call": 10, "proposal": 30}
AIM = {"email": {"replied", "asked"}, "call": {"answered_call"}, "proposal": {"returned_offer"}}
ANSWERED_BY = {kind: aim | {"declined"} for kind, aim in AIM.items()}
SEEN_ON = {"email": "email", "call": "call", "proposal": "offer"}


def text(at: datetime) -> str:
    """An instant as the tables hold it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Team:
    """The tables of two sources; `crm` names everybody, `dialler` has the calls."""

    crm: dict[str, list[Row]] = field(default_factory=dict)
    dialler: dict[str, list[Row]] = field(default_factory=dict)

    def put(self, record: str, *rows: Row, source: str = "crm") -> None:
        """Adds rows of a record."""
        getattr(self, source).setdefault(record, []).extend(rows)

    def rows(self, record: str) -> list[Row]:
        """The rows of both sources, each with its source."""
        return [{**row, "source": name} for name in ("crm", "dialler") for row in getattr(self, name).get(record, [])]

    def write(self, folder: Path) -> dict[str, Path]:
        """One folder for each source."""
        return {name: write_tables(folder / name, getattr(self, name)) for name in ("crm", "dialler")}


def write_tables(folder: Path, tables: dict[str, list[Row]]) -> Path:
    """A folder of CSV files named after the records."""
    folder.mkdir(parents=True, exist_ok=True)
    for record, rows in tables.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / f"{record}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    return folder


REPS = ("ann", "ben", "cleo", "dara", "eve", "finn", "gus", "hal")
ACCOUNTS = tuple(f"a{number}" for number in range(12))


def make_team(seed: int = 7, efforts: int = 1400) -> Team:
    """The whole team, the same for the same seed."""
    rng = random.Random(seed)
    team = Team()
    _people(team, rng)
    for number in range(efforts):
        _touch(team, rng, number)
    return team


def _people(team: Team, rng: random.Random) -> None:
    changed = datetime(2026, 2, 1, 12, tzinfo=UTC)
    for place, rep in enumerate(REPS):
        tenure = START - timedelta(days=(0, 100, 400, 900)[place % 4])
        base: Row = {
            "rep_id": rep,
            "name": rep.title(),
            "tenure_start": text(tenure),
            "region": ("east", "west")[place % 2],
        }
        if rep in ("ann", "ben"):
            team.put("rep", {**base, "team": "north", "valid_to": text(changed)})
            team.put("rep", {**base, "team": "south", "valid_from": text(changed)})
        else:
            team.put("rep", {**base, "team": ("north", "south")[place % 2]})
        if rep != "hal":  # nothing of hal was loaded
            team.put("coverage", {"rep_id": rep, "channel": "email", "from": text(START), "to": text(END)})
        if rep in ("ann", "cleo"):
            row = {"rep_id": rep, "channel": "call", "from": text(START), "to": text(END - timedelta(days=60))}
            team.put("coverage", row, source="dialler")
        tool = {"subject_kind": "rep", "subject_id": rep, "name": "tool", "value": f"tool {place % 3}"}
        team.put("attribute", tool)
    team.put("coverage", {"rep_id": "", "channel": "offer", "from": text(START), "to": text(END)})
    for place, account in enumerate(ACCOUNTS):
        row = {"account_id": account, "name": account.upper(), "industry": ("rail", "food", "")[place % 3]}
        team.put(
            "account", {**row, "segment": ("small", "large", "")[place % 3], "size_band": "x" if place % 2 else "y"}
        )
        first: Row = {"subject_kind": "account", "subject_id": account, "name": "lead_source"}
        team.put("attribute", {**first, "value": "fair"})
        if place % 2:  # begins while the other still holds, and one of them ends
            began = START + timedelta(days=120)
            ends = text(began + timedelta(days=60)) if place % 4 == 1 else ""
            team.put("attribute", {**first, "value": "web", "from": text(began), "to": ends})
        team.put("deal", {"deal_id": f"d{account}", "account_id": account, "owner_id": rng.choice(REPS)})
        for stage, days in (("New", 0), ("Priced", 150)):
            at = text(START + timedelta(days=days))
            change = {
                "deal_change_id": f"{account}{stage}",
                "deal_id": f"d{account}",
                "occurred_at": at,
                "field": "stage",
            }
            team.put("deal_change", {**change, "new": stage})

    for number in range(5):  # nobody ever touched them
        at = text(START + timedelta(days=20 * number))
        team.put(
            "buyer_action", {"action_id": f"s{number}", "account_id": "stranger", "occurred_at": at, "kind": "replied"}
        )


def _touch(team: Team, rng: random.Random, number: int) -> None:
    kind = rng.choices(("email", "call", "proposal", "task"), (10, 4, 3, 1))[0]
    at = START + timedelta(seconds=rng.randrange(round((END - START).total_seconds())))
    if number % 10 == 0:  # around local midnight, and around both changes of the clocks
        nights = ("2025-11-02T04:00Z", "2026-03-08T05:00Z", "2026-01-01T05:00Z", "2025-10-01T04:00Z")
        at = parsed(nights[number // 10 % 4]) + timedelta(seconds=rng.choice((-3601, -1, 0, 1, 3599, 3600)))
    account = rng.choice(ACCOUNTS)
    row: Row = {
        "effort_id": f"e{number}",
        "rep_id": rng.choice(REPS),
        "account_id": account,
        "contact_id": f"{account}-{rng.randrange(3)}",
        "deal_id": f"d{account}" if rng.random() < 0.5 else "",
        "occurred_at": text(at),
        "kind": kind,
        "purpose": rng.choice(("first_touch", "follow_up", "")) if kind == "email" else "",
        "origin": "sequence" if kind == "email" and rng.random() < 0.1 else "hand",
        "evidence": "claimed" if rng.random() < 0.1 else "captured",
        "reference": f"message:{number}@seller.example",
    }
    team.put("effort", row, source="dialler" if kind == "call" else "crm")
    if rng.random() < 0.1:
        about = {"subject_kind": "event", "subject_id": row["effort_id"], "name": "campaign", "value": rng.choice("XY")}
        team.put("attribute", about, source="dialler" if kind == "call" else "crm")
    if kind == "task" or rng.random() > 0.55:
        return
    wait = WAITING_DAYS[kind]
    lag = timedelta(seconds=round(rng.expovariate(1 / (wait * 86400 / 4))))
    act = "declined" if rng.random() < 0.12 else rng.choice(sorted(AIM[kind]))
    named = rng.random()
    team.put(
        "buyer_action",
        {
            "action_id": f"b{number}",
            "account_id": account,
            "contact_id": row["contact_id"] if named < 0.9 else "",
            "occurred_at": text(at + lag),
            "kind": act,
            "stance": "retreat" if act != "declined" and rng.random() < 0.05 else "",
            "evidence": "claimed" if rng.random() < 0.05 else "captured",
            "refers_to": row["reference"] if named < 0.6 else "",
        },
        source="dialler" if kind == "call" else "crm",
    )


def seconds(one: str, other: str) -> float:
    """From one instant to another, both as text."""
    return (parsed(other) - parsed(one)).total_seconds()


def parsed(value: str) -> datetime:
    """An instant from its text."""
    return datetime.fromisoformat(value)


def only(rows: Sequence[Row], **wanted: Any) -> list[Row]:
    """The rows with these values."""
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]
