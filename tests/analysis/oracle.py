"""What a figure should be: counted by nested loops over the rows as they were written, with no SQL and no statistics.

Which act answers which touch is taken from `show links`, whose own oracle is tests/link; everything after that is
worked out again here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.analysis.team import AIM, ANSWERED_BY, SEEN_ON, WAITING_DAYS, Row, Team, parsed, text

ZONE = ZoneInfo("America/New_York")
STATES = ("on_base", "answered", "unanswered", "open", "unseen")
MONTH_DAYS = 30.436875


def outcomes(team: Team, links: Sequence[Row], as_of: datetime) -> list[Row]:
    """Every touch that counts, with its state and whether it is proved."""
    acts = {row["action_id"]: row for row in team.rows("buyer_action")}
    answers: dict[str, list[Row]] = {}
    for link in links:
        answers.setdefault(link["effort_id"], []).append({**acts[link["action_id"]], **link})
    found = []
    for effort in team.rows("effort"):
        if effort["kind"] == "task" or parsed(effort["occurred_at"]) > as_of:
            continue
        found.append({**effort, **_state(team, effort, answers.get(effort["effort_id"], []), as_of)})
    return found


def _state(team: Team, effort: Row, answers: list[Row], as_of: datetime) -> Row:
    made, kind = parsed(effort["occurred_at"]), effort["kind"]
    until = _seen_until(team, effort)
    if until is None:
        return {"state": "unseen", "proved": False}
    moved, proved, other = False, False, False
    for act in answers:
        at = parsed(act["occurred_at"])
        in_time = timedelta(0) <= at - made <= timedelta(days=WAITING_DAYS[kind])
        if at > as_of or not in_time or act["kind"] not in ANSWERED_BY[kind]:
            continue
        refused = act["stance"] == "retreat" or act["kind"] == "declined"
        if act["evidence"] == "claimed" and not refused:
            continue  # what the seller typed in about a success counts for nothing
        if act["kind"] in AIM[kind] and not refused:
            moved = True
            proved = proved or act["grade"] in ("E1", "E2")
        else:
            other = True
    waited = min(as_of, until) - made
    if moved:
        state = "on_base"
    elif other:
        state = "answered"
    else:
        state = "open" if waited < timedelta(days=WAITING_DAYS[kind]) else "unanswered"
    return {"state": state, "proved": proved, "waited": waited}


def _seen_until(team: Team, effort: Row) -> datetime | None:
    made = parsed(effort["occurred_at"])
    for row in team.rows("coverage"):
        mine = row["rep_id"] in ("", effort["rep_id"]) and row["channel"] == SEEN_ON[effort["kind"]]
        if mine and parsed(row["from"]) <= made < parsed(row["to"]):
            return parsed(row["to"])
    return None


def counted(rows: Sequence[Row], by: Sequence[str]) -> list[Row]:
    """Those that a figure counts: recorded and made by hand, unless the grouping asks for the others."""
    return [
        row
        for row in rows
        if ("evidence" in by or row["evidence"] == "captured") and ("origin" in by or row["origin"] == "hand")
    ]


def cells(team: Team, rows: Sequence[Row], by: Sequence[str]) -> dict[tuple[object, ...], Counter[str]]:
    """The counts of every cell."""
    found: dict[tuple[object, ...], Counter[str]] = {}
    for row in counted(rows, by):
        cell = found.setdefault(tuple(value_of(team, row, name) for name in by), Counter())
        cell["efforts"] += 1
        cell[row["state"]] += 1
        cell["proved"] += row["proved"]
    return found


def value_of(team: Team, effort: Row, name: str) -> object:
    """What a touch is grouped under."""
    made = parsed(effort["occurred_at"])
    if name in ("week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"):
        return period(made, name)
    if name in ("rep", "account"):
        return effort[f"{name}_id"]
    if name in ("kind", "origin", "evidence", "source", "purpose"):
        return effort[name] or None
    if name == "reactive":
        return False
    if name in ("lead_source", "tool", "campaign"):
        return _attribute(team, effort, name, made)
    if name == "step":
        return _step(effort, made)
    if name == "play":
        return play(effort, made)
    return _of_people(team, effort, name, made)


def _of_people(team: Team, effort: Row, name: str, made: datetime) -> object:
    company = next(row for row in team.rows("account") if row["account_id"] == effort["account_id"])
    if name in ("industry", "size_band"):
        return company[name] or None
    person = next(
        row
        for row in team.rows("rep")
        if row["rep_id"] == effort["rep_id"]
        and ("valid_from" not in row or parsed(row["valid_from"]) <= made)
        and ("valid_to" not in row or made < parsed(row["valid_to"]))
    )
    match name:
        case "team":
            return person["team"]
        case "segment":
            return company["segment"] or None
        case "region":
            return person["region"]
        case "tenure_band":
            days = (made - parsed(person["tenure_start"])).total_seconds() / 86400
            edge = next((edge for edge in (6, 24) if days < edge * MONTH_DAYS), None)
            return {6: "0-6 months", 24: "6-24 months", None: "over 24 months"}[edge]
    raise KeyError(name)


def play(effort: Row, made: datetime) -> str:
    """The name of the play, with what its playbook leaves open."""
    name = {"email": "email", "call": "call", "proposal": "offer"}[effort["kind"]]
    step = _step(effort, made)
    aimed = f" / {effort['purpose']}" if effort["purpose"] else ""
    placed = f" @ {step}" if step else ""
    return name + aimed + placed + (" (sequence)" if effort["origin"] == "sequence" else "")


def _step(effort: Row, made: datetime) -> str | None:
    if not effort["deal_id"]:
        return None
    return "closing" if made >= parsed("2025-09-01T00:00:00Z") + timedelta(days=150) else "opening"


def _attribute(team: Team, effort: Row, name: str, made: datetime) -> object:
    """The value that began last, of those that hold at the time."""
    subject = {"lead_source": "account_id", "tool": "rep_id", "campaign": "effort_id"}[name]
    holding: list[tuple[str, object]] = []
    for row in team.rows("attribute"):
        if row["name"] != name or row["subject_id"] != effort[subject]:
            continue
        begins, ends = row.get("from") or "1900-01-01T00:00:00Z", row.get("to") or "2200-01-01T00:00:00Z"
        if parsed(begins) <= made < parsed(ends):
            holding.append((begins, row["value"]))
    return max(holding)[1] if holding else None


def period(made: datetime, name: str) -> str:
    """The label of a period, from the local calendar day."""
    day = made.astimezone(ZONE).date()
    year, week, _ = day.isocalendar()
    ends = day.year + 1 if day.month >= 10 else day.year  # the fiscal year begins in October
    return {
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
        "fiscal_quarter": f"FY{ends}Q{(day.month - 10) % 12 // 3 + 1}",
        "fiscal_year": f"FY{ends}",
    }[name]


def total(cell: Mapping[str, int]) -> int:
    """All states together."""
    return sum(cell[state] for state in STATES)


__all__ = ["STATES", "UTC", "cells", "counted", "outcomes", "period", "text", "total", "value_of"]
