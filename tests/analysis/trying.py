"""A team that tries two ways of doing a thing, by lots that are drawn here by hand; what each way brings is known.

Eight reps, sixteen weeks before and twelve of the trials, eight mails and eight calls a week each; an answer comes the
next morning.

- `subject`: mails, by company; the new way moves 55 % instead of 25 %, templates show it, one company in ten is given
  the other way.
- `nothing`: the same mails and companies by other lots, which change nothing; nothing shows the way.
- `hours`: calls, by week; the new way moves 60 % instead of 25 %, in the week after a switch only half as much more.
- `unkept`: mails, by company; templates show that nobody cared for the lots.
- `late`: fixed after it began.
"""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta

from tests.analysis.team import Row, text

MONDAY = datetime(2025, 9, 1, tzinfo=UTC)
BEFORE, WEEKS = 16, 12
STARTS = MONDAY + timedelta(weeks=BEFORE)
ENDS = STARTS + timedelta(weeks=WEEKS)
END = ENDS + timedelta(weeks=3)
REPS = tuple(f"r{number}" for number in range(8))
COMPANIES = tuple(f"c{number}" for number in range(160))
SEEDS = {"subject": 11, "nothing": 12, "hours": 13, "unkept": 14, "late": 15}
USUAL, MAIL_EFFECT, CALL_EFFECT = 0.25, 0.30, 0.35
COINS = (0, 2, 3, 4, 5, 6, 7, 8, 9, 10)
"""Weeks for which lots are drawn: 12 weeks, a wash-out of one."""


def first_character(said: str) -> int:
    """The first character of a SHA-256, 0 to 15: what anybody sees who draws a lot by hand."""
    return int(hashlib.sha256(said.encode()).hexdigest()[0], 16)


def new_way(trial: str, company: str) -> bool:
    return first_character(f"{SEEDS[trial]}:{company}") < 8


def new_weeks(rep: str) -> list[bool]:
    """By week whether the calls of a rep go the new way."""
    said: list[bool] = []
    for week in range(WEEKS):
        monday = (STARTS + timedelta(weeks=week)).date()
        said.append(first_character(f"{SEEDS['hours']}:{rep}:{monday}") < 8 if week in COINS else said[-1])
    return said


def mail_template(company: str) -> str:
    """One company in ten is given the way that was not its lot."""
    strays = first_character(f"stray:{company}") == 0 or first_character(f"stray again:{company}") == 1
    return "short" if new_way("subject", company) != strays else "long"


def call_rate(rep: str, week: int) -> float:
    if week < 0:
        return USUAL
    now = new_weeks(rep)
    just = week > 0 and now[week] != now[week - 1]
    return USUAL + CALL_EFFECT * (0.5 if just else float(now[week]))


def tables(seed: int = 1) -> dict[str, list[Row]]:
    rng = random.Random(seed)
    efforts: list[Row] = []
    actions: list[Row] = []
    for rep in REPS:
        for week in range(-BEFORE, WEEKS):
            for place in range(16):
                kind = "email" if place % 2 else "call"
                company = rng.choice(COMPANIES)
                made = STARTS + timedelta(weeks=week, days=place % 5, hours=8 + place / 4)
                tried = week >= 0 and kind == "email"
                rate = call_rate(rep, week) if kind == "call" else USUAL
                if tried and mail_template(company) == "short":
                    rate += MAIL_EFFECT
                token = f"{kind}:{rep}.{week}.{place}"
                about = {"account_id": company, "contact_id": f"{company}-1"}
                efforts.append(
                    {"effort_id": token, "rep_id": rep, **about, "occurred_at": text(made), "kind": kind}
                    | {"template": mail_template(company) if tried else "", "reference": token}
                    | {"origin": "hand", "evidence": "captured"}
                )
                if rng.random() < rate:
                    act = "replied" if kind == "email" else "answered_call"
                    actions.append(
                        {"action_id": f"b.{token}", **about, "occurred_at": text(made + timedelta(hours=18))}
                        | {"kind": act, "evidence": "captured", "refers_to": token}
                    )
    return {
        "rep": [{"rep_id": rep, "name": rep.upper()} for rep in REPS],
        "coverage": [
            {"rep_id": "", "channel": each, "from": text(MONDAY), "to": text(END)} for each in ("email", "call")
        ],
        "contact": [{"contact_id": f"{company}-1", "account_id": company} for company in COMPANIES],
        "effort": efforts,
        "buyer_action": actions,
        "practice": practices(),
    }


def practices() -> list[Row]:
    shown = " usual=long/template%3Along new=short/template%3Ashort"
    ways = {"subject": shown, "unkept": shown, "hours": " usual=late new=early", "nothing": " usual=a new=b"}
    rows = []
    for trial, seed in SEEDS.items():
        design = "switchback" if trial == "hours" else "per-account"
        said = ways.get(trial, ways["nothing"])
        metric = f"on_base baseline=0w draw={trial} seed={seed} design={design}{said} wash_out=1w worth=0.1"
        for rep in REPS:
            arm = (
                "weeks:" + "".join("n" if each else "u" for each in new_weeks(rep))
                if trial == "hours"
                else "by company"
            )
            plan = {"rep_id": rep, "play": "call" if trial == "hours" else "email", "metric": metric, "arm": arm}
            fixed = STARTS + timedelta(days=9 if trial == "late" else -3)
            rows.append(
                {"practice_id": f"{trial}-{rep}", **plan, "frozen_at": text(fixed)}
                | {"from": text(STARTS), "to": text(ENDS)}
            )
    return rows
