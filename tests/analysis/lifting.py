"""A team of which it is known what helped: a training did, a tool did not, a peer's talk did for one rep; and lots.

Twenty reps and a manager, 34 weeks, six mails a week each; a mail that moved a buyer was replied to the next morning.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.analysis.team import Row, text

MONDAY = datetime(2025, 9, 1, tzinfo=UTC)
WEEKS, A_WEEK = 34, 6
END = MONDAY + timedelta(weeks=WEEKS)
REPS = tuple(f"r{number:02d}" for number in range(20))
TRAINED = REPS[:6]
TRAINED_IN, TOOL_IN, PEER_IN, LOTS_IN = 14, 22, 6, 24
NEW = REPS[19]
NOW, LATER = REPS[6:11], REPS[11:16]
TOOLED = REPS[12:17]


def rate(rep: str, week: int) -> float:
    """The true rate: .25, with what helped."""
    if rep == NEW:
        return 0.02 if week <= PEER_IN else 0.6
    trained = rep in TRAINED and week > TRAINED_IN
    practising = rep in NOW and week >= LOTS_IN
    return 0.25 + 0.3 * trained + 0.35 * practising


def at(week: float, hours: float = 9.0) -> datetime:
    return MONDAY + timedelta(weeks=week, hours=hours)


def tables(seed: int = 3) -> dict[str, list[Row]]:
    """All records of the team."""
    rng = random.Random(seed)
    efforts: list[Row] = []
    actions: list[Row] = []
    for rep in (*REPS, "boss"):
        for number in range(WEEKS * A_WEEK):
            week, place = divmod(number, A_WEEK)
            token = f"message:{rep}-{number}@seller.example"
            made = at(week, 24.0 * (place % 5) + 9 + place)
            account = f"a{rng.randrange(400)}"
            about = {"account_id": account, "contact_id": f"{account}-1"}
            efforts.append(
                {"effort_id": f"{rep}-{number}", "rep_id": rep, **about, "occurred_at": text(made), "kind": "email"}
                | {"origin": "hand", "evidence": "captured", "reference": token}
            )
            if rng.random() < (0.9 if rep == "boss" else rate(rep, week)):
                actions.append(
                    {"action_id": f"b-{rep}-{number}", **about, "occurred_at": text(made + timedelta(hours=20))}
                    | {"kind": "replied", "evidence": "captured", "refers_to": token}
                )
    return {
        "rep": [{"rep_id": rep, "name": rep.upper(), "manager_id": "boss"} for rep in REPS]
        + [{"rep_id": "boss", "name": "Boss"}],
        "coverage": [{"rep_id": "", "channel": "email", "from": text(MONDAY), "to": text(END)}],
        "effort": efforts,
        "buyer_action": actions,
        "conversation": talks(),
        "attribute": [
            {"subject_kind": "rep", "subject_id": rep, "name": "tool", "value": "old", "from": text(MONDAY)}
            for rep in REPS
        ]
        + [
            {"subject_kind": "rep", "subject_id": rep, "name": "tool", "value": "new", "from": text(at(TOOL_IN))}
            for rep in TOOLED
        ],
        "practice": practices(),
    }


def talks() -> list[Row]:
    every = [
        {"rep_id": rep, "coach_id": "boss", "occurred_at": text(at(week)), "kind": "one_to_one"}
        for week in range(WEEKS)
        for rep in REPS
    ]
    training = [
        {"rep_id": rep, "coach_id": "boss", "occurred_at": text(at(TRAINED_IN)), "kind": "training"} for rep in TRAINED
    ]
    few = [
        {"rep_id": rep, "coach_id": REPS[10], "occurred_at": text(at(22)), "kind": "ride_along"} for rep in REPS[7:10]
    ]
    recent = [
        {"rep_id": rep, "coach_id": REPS[10], "occurred_at": text(at(WEEKS - 2)), "kind": "workshop"}
        for rep in REPS[6:12]
    ]
    peer = {"rep_id": NEW, "coach_id": REPS[0], "occurred_at": text(at(PEER_IN)), "kind": "peer_session"}
    return [*every, *training, *few, *recent, peer]


def practices() -> list[Row]:
    """One draw as it should be, one whose plan was fixed after it began, one that nobody drew lots for."""
    rows = []
    for draw, fixed in (("good", LOTS_IN - 1), ("late", LOTS_IN + 1)):
        for number, rep in enumerate((*NOW, *LATER)):
            arm = "now" if rep in NOW else "later"
            begins = LOTS_IN + (0 if arm == "now" else 6)
            rows.append(
                {
                    "practice_id": f"{draw}-{number}-1",
                    "rep_id": rep,
                    "metric": f"on_base baseline=12w draw={draw} seed=7",
                    "arm": arm,
                    "frozen_at": text(at(fixed)),
                    "from": text(at(begins, 0)),
                    "to": text(at(begins + 6, 0)),
                }
            )
    changed = [
        {**row, "practice_id": f"{row['practice_id']}-2", "frozen_at": text(at(LOTS_IN + 2)), "to": text(at(40, 0))}
        for row in rows
        if row["practice_id"].startswith("good")
    ]
    alone = {"rep_id": REPS[17], "metric": "on_base", "frozen_at": text(at(13))}
    return [*rows, *changed, alone | {"from": text(at(14, 0)), "to": text(at(20, 0))}]
