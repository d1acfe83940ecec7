"""A ball opened, in words: what the buyer did, whose turn it was and why, which time counted, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.court.balls import State
from answerback.analysis.court.opened import BallOpened
from answerback.domain.playbook import Policy
from answerback.present.balls import did_text
from answerback.present.explain import Told, duration
from answerback.present.formats import with_text_instants

_BECAME: Mapping[State, str] = MappingProxyType(
    {
        State.WAITING: "it is the seller's turn, and there is time left",
        State.DROPPED: "it is the seller's turn, and the time is over",
        State.POSTPONED: "somebody decided to wait with it",
        State.ANSWERED: "it was answered in time",
        State.LATE: "it was answered late",
        State.LOST: "the time went by, and then the buyer said no or the deal ended",
        State.OFF: "the buyer said no or the deal ended while there was time left",
        State.UNASSIGNED: "nobody was given it yet",
    }
)
_WHY: Mapping[str, str] = MappingProxyType(
    {
        "deal_given": "an assignment gave them the deal",
        "account_given": "an assignment gave them the company",
        "owner": "they owned the deal in the CRM",
        "answers": "the buyer answered a touch of theirs",
        "reached": "the buyer turned to them",
        "spoke": "they last touched this person",
        "worked": "they last touched this deal or company",
        "given_later": "it was given to them later; until then it was nobody's",
        "picked_up": "they took it up; until then it was nobody's",
    }
)


def tell_ball(found: Sequence[BallOpened]) -> Told:
    """The act once, and for each policy what it asks for and what became of it."""
    first = found[0]
    lines = [f"The buyer {did_text(first.kind, first.times)} at {_at(first.since)}."]
    whose = f"{first.rep_id}'s turn: {_WHY[first.why]}" if first.rep_id else "Nobody's turn: nobody was given it"
    lines.append(f"{whose}.")
    if first.told_at is not None and first.told_at > first.since:
        late = duration(int((first.told_at - first.since).total_seconds()))
        lines.append(f"They were told at {_at(first.told_at)}, {late} later.")
    for each in found:
        lines += ["", *_of_policy(each)]
    table = pa.Table.from_pylist([_row(each) for each in found], schema=pa.schema(list(_ROWS)))
    return Told("\n".join(lines), table, {"balls": with_text_instants(table).to_pylist()})


def _of_policy(each: BallOpened) -> list[str]:
    due = "without a time set" if each.due_at is None else f"in time until {_at(each.due_at)}"
    lines = [f"{each.policy}: {_asks(each.rule)}{due}."]
    counted = f"{_hours(each.counted_seconds)} counted since {_at(each.runs_from)}"
    skipped = f", {_hours(each.skipped_seconds)} outside working time did not" if each.skipped_seconds else ""
    lines.append(f"  {counted}{skipped}.")
    ended = "" if each.ended_at is None else f" at {_at(each.ended_at)}"
    by = f", by {each.settled_id}" if each.settled_id else ""
    lines.append(f"  {_BECAME[each.state].capitalize()}{ended}{by}.")
    return lines


def _asks(rule: Policy | None) -> str:
    if rule is None:
        return ""
    time = "of working time" if rule.working_time else "of any time"
    by = f" by {' or '.join(rule.settled_by)}" if rule.settled_by else ""
    since = ", from when the rep was told" if rule.clock == "assignment" else ""
    return f"to be answered{by} within {_hours(rule.within_seconds)} {time}{since}; "


def _hours(seconds: int) -> str:
    """Working time has no days: 48 working hours are more than two of them.

    >>> _hours(172_800), _hours(900)
    ('48 h', '15 min')
    """
    return f"{seconds / 3600:,.0f} h" if seconds >= 2 * 3600 else f"{seconds / 60:,.0f} min"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


_INSTANT = pa.timestamp("us")
_ROWS = (
    ("event_id", pa.string()),
    ("policy", pa.string()),
    ("state", pa.string()),
    ("rep_id", pa.string()),
    ("why", pa.string()),
    *((name, _INSTANT) for name in ("since", "told_at", "runs_from", "due_at", "ended_at")),
    ("settled_id", pa.string()),
    ("counted_seconds", pa.int64()),
    ("skipped_seconds", pa.int64()),
)


def _row(each: BallOpened) -> dict[str, object]:
    row = {name: getattr(each, name) for name, _ in _ROWS}
    return {
        name: value.replace(tzinfo=None) if isinstance(value, datetime) else str(value) if name == "state" else value
        for name, value in row.items()
    }
