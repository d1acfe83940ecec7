"""Writes `examples/small_team`: an invented team of four, nine months of touches and answers, as tables.

Nobody in it exists. The same seed writes the same files, so they can be checked in and read in a spreadsheet.
"""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "small_team"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
WEEKS = 38
REPS = {"ann": ("north", 0.34), "ben": ("north", 0.26), "cleo": ("south", 0.18), "dara": ("south", 0.05)}
"""Team, and the share of first mails that get a reply."""
COMPANIES = [
    "Alder Pumps",
    "Birch Foods",
    "Cedar Rail",
    "Dogwood Labs",
    "Elm Print",
    "Fir Hotels",
    "Gorse Energy",
    "Hazel Bank",
]
Row = dict[str, object]


def main() -> None:
    """Writes every file."""
    dice = random.Random(7)  # noqa: S311 - invented data, the same at every run
    efforts: list[Row] = []
    actions: list[Row] = []
    for week in range(WEEKS):
        for rep in REPS:
            for _ in range(dice.randint(4, 9)):
                touch(dice, rep, START + timedelta(weeks=week), efforts, actions)
    last = max(str(row["occurred_at"]) for row in efforts)
    actions = [row for row in actions if str(row["occurred_at"]) <= last]
    write("rep", [{"rep_id": rep, "name": rep.title(), "team": team} for rep, (team, _) in REPS.items()])
    write("account", [{"account_id": f"a{number}", "name": name} for number, name in enumerate(COMPANIES)])
    write("effort", efforts)
    write("buyer_action", actions)
    loaded = {"from": stamp(START), "to": stamp(datetime.fromisoformat(last) + timedelta(seconds=1))}
    coverage: list[Row] = [{"rep_id": rep, "channel": "email", **loaded} for rep in REPS]
    coverage += [{"rep_id": rep, "channel": "call", **loaded} for rep in ("ann", "ben", "cleo")]
    write("coverage", coverage)


def touch(dice: random.Random, rep: str, week: datetime, efforts: list[Row], actions: list[Row]) -> None:
    """One touch, and what the buyer did."""
    skill = REPS[rep][1]
    number = len(efforts) + 1
    at = week + timedelta(days=dice.randint(0, 4), minutes=dice.randint(0, 540))
    kind = dice.choices(["email", "call"], [0.75, 0.25])[0]
    account = dice.randrange(len(COMPANIES))
    contact = f"c{account}-{dice.randint(1, 3)}"
    token = f"message:{number}@seller.example" if kind == "email" else ""
    efforts.append(
        {
            "effort_id": f"e{number}",
            "rep_id": rep,
            "account_id": f"a{account}",
            "contact_id": contact,
            "occurred_at": stamp(at),
            "kind": kind,
            "purpose": dice.choices(["first_touch", "follow_up"], [0.6, 0.4])[0],
            "evidence": "claimed" if kind == "call" and dice.random() < 0.1 else "captured",
            "reference": token,
        }
    )
    if dice.random() >= skill * (1.0 if kind == "email" else 1.3):
        return
    refused = dice.random() < 0.15
    lag = timedelta(minutes=dice.expovariate(1 / 2900)) if kind == "email" else timedelta(minutes=1)
    actions.append(
        {
            "action_id": f"b{number}",
            "account_id": f"a{account}",
            "contact_id": contact,
            "occurred_at": stamp(at + lag),
            "kind": "declined" if refused else "replied" if kind == "email" else "answered_call",
            "refers_to": token if dice.random() < 0.85 else "",
        }
    )


def stamp(at: datetime) -> str:
    """An instant as the files write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def write(record: str, rows: list[Row]) -> None:
    """One file named after its record."""
    with (FOLDER / f"{record}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
