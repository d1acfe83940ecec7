"""Balls in the seller's court in words: who waits, since when, how policies were kept. Of acts, never of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from answerback.analysis.court.balls import NOBODY, Balls
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.court.kept import Kept
from answerback.analysis.court.stakes import Stake
from answerback.analysis.court.waiting import OLDEST, Ball, Court
from answerback.domain.playbook import Policy
from answerback.domain.refusals import CannotTell
from answerback.present.clocks import clock_sentences
from answerback.present.explain import duration
from answerback.present.words import counted

_DID = {
    "asked": "asked something",
    "called": "called",
    "introduced": "brought in somebody",
    "inquired": "inquired",
    "replied": "replied",
    "requested_offer": "asked for an offer",
    "rescheduled": "wants another time",
    "no_show": "did not come",
    "declined_meeting": "declined to meet",
    "complained": "complained",
    "promised": "was promised something",
    "service_case": "needs service",
}
_OPEN_ROWS = (
    ("event_id", pa.string()),
    ("rep_id", pa.string()),
    ("account_id", pa.string()),
    ("contact_id", pa.string()),
    ("deal_id", pa.string()),
    ("kind", pa.string()),
    ("times", pa.int64()),
    ("policy", pa.string()),
    ("since", pa.timestamp("s", tz="UTC")),
    ("due_at", pa.timestamp("s", tz="UTC")),
    ("late", pa.bool_()),
    ("loss_minor", pa.int64()),
    ("loss_low_minor", pa.int64()),
    ("loss_high_minor", pa.int64()),
)


def answer_lines(court: Court, policies: Sequence[Policy]) -> list[str]:
    """How many buyers wait, and how many of them beyond what the playbook promises."""
    waiting = len(court.rows)
    if not policies and not waiting:
        return ["Cannot tell: the playbook has no [[policy]], so nothing says when a buyer waits too long."]
    if not waiting:
        return ["No buyer waits for an answer."]
    said = f"{counted(waiting, 'buyer waits', 'buyers wait')} for an answer"
    if not court.late:
        return [f"{said}, all of them within the time that the playbook gives."]
    return [f"{said}, {court.late} of them longer than the playbook gives."]


def open_for_eyes(court: Court, as_of: datetime, most: int | None = None) -> pa.Table:
    """Each ball: who waits on whom, what they did, since when, and until when it was or is in time.

    With `most` only so many, the most urgent.
    """
    rows = [
        {
            "buyer": ball.contact_id or ball.account_id or ball.deal_id,
            "deal": ball.deal_id,
            "did": did_text(ball.kind, ball.times),
            "waits": duration(max(0, int((as_of - ball.since).total_seconds()))),
            "in time until": _until(ball, as_of),
            "on": ball.rep_id or "nobody yet",
            "policy": ball.policy,
        }
        for ball in court.rows[:most]
    ]
    names = ("buyer", "deal", "did", "waits", "in time until", "on", "policy")
    filled = [name for name in names if any(row[name] for row in rows)]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in filled})


def turns_title(court: Court, most: int | None) -> str:
    """What the list is called."""
    left = 0 if most is None else len(court.rows) - most
    return "The seller's turn" if left <= 0 else f"The seller's turn: the {most} most urgent, {left:,} more wait"


def did_text(kind: str, times: int) -> str:
    """What a buyer did, or what stands for it, and how often.

    >>> did_text("asked", 1), did_text("viewed_document", 2)
    ('asked something', 'viewed document (2 times)')
    """
    did = _DID.get(kind, kind.replace("_", " "))
    return f"{did} ({times} times)" if times > 1 else did


def _until(ball: Ball, as_of: datetime) -> str:
    if ball.due_at is None:
        return "" if ball.policy == SERVICE else "no working day in sight"
    day = f"{ball.due_at:%Y-%m-%d %H:%M}"
    return f"{day}, over" if ball.late else f"{day}, {duration(int((ball.due_at - as_of).total_seconds()))} left"


def open_for_machines(court: Court, at_stake: Sequence[Stake] = ()) -> pa.Table:
    """Each ball with ids, and what it may cost where that is known; instants in UTC, amounts in one's own currency."""
    by_policy = {stake.policy: stake for stake in at_stake}
    rows = [
        {name: getattr(ball, name, None) for name, _ in _OPEN_ROWS} | _loss(ball, by_policy.get(ball.policy))
        for ball in court.rows
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_OPEN_ROWS)))


def _loss(ball: Ball, stake: Stake | None) -> dict[str, int]:
    if stake is None or not ball.late or ball.chain_key not in stake.worths or isinstance(stake.difference, CannotTell):
        return {}
    worth, each = stake.worths[ball.chain_key], stake.difference
    names = ("loss_minor", "loss_low_minor", "loss_high_minor")
    return {name: round(worth * share) for name, share in zip(names, (each.value, each.low, each.high), strict=True)}


def kept_for_eyes(rows: Sequence[Kept], ids: Mapping[int, str]) -> pa.Table:
    """How policies were kept; reps by name, so that nobody is ranked."""
    ordered = sorted(rows, key=lambda row: ids.get(row.rep_key, ""))
    by_rep = any(row.rep_key != NOBODY for row in rows)
    table: dict[str, list[str]] = {"rep": [ids.get(row.rep_key, str(row.rep_key)) for row in ordered]} if by_rep else {}
    table |= {
        "policy": [row.policy for row in ordered],
        "balls": [f"{row.balls:,}" for row in ordered],
        "in time": [f"{row.in_time:,}" for row in ordered],
        "late": [f"{row.late:,}" for row in ordered],
        "never": [f"{row.never:,}" for row in ordered],
        "missed": [missed_text(row) for row in ordered],
        "middle time": [_length(row.median_seconds) for row in ordered],
    }
    if any(row.routing_seconds is not None for row in rows):
        table["until assigned"] = [_length(row.routing_seconds) for row in ordered]
    return pa.table({name: pa.array(values, pa.string()) for name, values in table.items()})


def missed_text(row: Kept) -> str:
    """The share not answered in time, with its interval."""
    if row.missed is None or row.low is None or row.high is None:
        return "too few"
    return f"{row.missed:.0%} ({row.low:.0%} to {row.high:.0%})"


def _length(seconds: float | None) -> str:
    return "" if seconds is None else duration(round(seconds))


def notes(court: Court, found: Balls) -> list[str]:
    """What was left out, and what the times rest on."""
    said = []
    if court.older:
        days = OLDEST.days
        said.append(f"{counted(court.older, 'ball', 'balls')} older than {days} days: counted here, not listed.")
    if court.postponed:
        said.append(f"{counted(court.postponed, 'ball', 'balls')} that somebody decided to wait with.")
    if court.unassigned:
        said.append(
            f"{counted(court.unassigned, 'buyer waits', 'buyers wait')} whom nobody was given: that is how leads are"
            " routed, and no rep's."
        )
    if len(found):
        said += clock_sentences(found.book)
    return said
