"""Risk taken in words: attempts first, what came of them beside. Attempts are credited, nobody is ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.risk.attempts import LEAST_EARLIER, OF_DEALS, WINDOW, Came, Look, Tried
from answerback.analysis.risk.taken import Risk
from answerback.present.refusals import refusal_text

TRIED: Mapping[Tried, str] = MappingProxyType(
    {
        Tried.NEW_MARKET: "first touches of a market that was silent for a year",
        Tried.LARGER: "deals larger than nine in ten of one's own before",
        Tried.LARGE: "deals larger than nine in ten of everybody's before",
        Tried.HIGHER: "first touches of a person above one's usual level",
        Tried.NEW_LINE: "first deals in a line of products",
    }
)
"""What each kind is called."""
_SHORT = MappingProxyType(
    {
        Tried.NEW_MARKET: "new market",
        Tried.LARGER: "larger than one's own",
        Tried.LARGE: "large for all",
        Tried.HIGHER: "higher level",
        Tried.NEW_LINE: "new line",
    }
)


def answer_lines(found: Risk) -> list[str]:
    """What was tried in the last year, and that chance alone would bring some of it."""
    told = [each for each in Tried if each not in found.refused]
    counts = {each: len(found.attempts(each)) for each in told}
    tried = [f"{TRIED[each]} ({counts[each]:,})" for each in told if counts[each]]
    days = WINDOW.days
    if not told:
        return ["Cannot tell what was tried: there is too little to hold it against."]
    if not tried:
        return [f"Nothing unusual was tried in the last {days} days."]
    return [f"Tried in the last {days} days: {'; '.join(tried)}."]


def kinds_for_eyes(found: Risk) -> pa.Table:
    """Each kind: attempts, and what came of them; why it cannot be told."""
    rows = [_kind_row(found, each) for each in Tried]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in rows[0]]))


def _kind_row(found: Risk, tried: Tried) -> dict[str, str]:
    row = dict.fromkeys(("tried", "attempts", "of", "worked", "did not", "open"), "")
    row["tried"] = TRIED[tried]
    if tried in found.refused:
        return row | {"attempts": "cannot tell"}
    attempts = found.attempts(tried)
    came = Counter(each.came for each in attempts)
    looked = sum(each.tried is tried for each in found.looks)
    return row | {
        "attempts": f"{len(attempts):,}",
        "of": f"{looked:,}",
        "worked": f"{came[Came.WORKED]:,}",
        "did not": f"{came[Came.NOT]:,}",
        "open": f"{came[Came.OPEN]:,}",
    }


def reps_for_eyes(found: Risk, ids: Mapping[int, str]) -> pa.Table:
    """Each rep by name: attempts of each kind of how many looked at."""
    told = [each for each in Tried if each not in found.refused]
    counted = Counter((each.rep_key, each.tried, each.is_attempt) for each in found.looks)
    reps = sorted({each.rep_key for each in found.looks}, key=lambda key: ids.get(key, str(key)))
    table = {"rep": [ids.get(key, str(key)) for key in reps]}
    for tried in told:
        table[_SHORT[tried]] = [_of_text(counted[key, tried, True], counted[key, tried, False]) for key in reps]
    return pa.table({name: pa.array(values, pa.string()) for name, values in table.items()})


def _of_text(attempts: int, others: int) -> str:
    return f"{attempts:,} of {attempts + others:,}" if attempts + others else ""


def attempts_for_machines(
    found: Risk, ids: Mapping[int, str], deals: Mapping[int, str], events: Mapping[int, str]
) -> pa.Table:  # fmt: skip
    """Every attempt: what, whose, when, the deal or touch, and what came of it."""
    rows = [_row(each, ids, deals, events) for each in found.looks if each.is_attempt]
    schema = pa.schema(
        [(name, pa.string()) for name in ("tried", "rep_id", "deal_id", "effort_id", "came_of_it")]
        + [("occurred_at", pa.timestamp("s", tz="UTC"))]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _row(
    look: Look, ids: Mapping[int, str], deals: Mapping[int, str], events: Mapping[int, str]
) -> dict[str, object]:  # fmt: skip
    return {
        "tried": str(look.tried),
        "rep_id": ids.get(look.rep_key, str(look.rep_key)),
        "deal_id": deals.get(look.key) if look.tried in OF_DEALS else None,
        "effort_id": None if look.tried in OF_DEALS else events.get(look.key),
        "came_of_it": str(look.came),
        "occurred_at": look.at,
    }


def notes(found: Risk) -> Sequence[str]:
    """What cannot be told, and what it does not mean."""
    said = [f"{TRIED[tried][0].upper()}{TRIED[tried][1:]}: {refusal_text(why)}" for tried, why in found.refused.items()]
    said += [
        f"Deals in {each.currency} have no size here: the playbook has no rate on {each.on}." for each in found.no_rate
    ]
    if found.looks:
        said.append(
            f"Held against at least {LEAST_EARLIER} earlier ones. About one in ten is as large by chance; an attempt"
            " counts whatever came of it."
        )
    return said
