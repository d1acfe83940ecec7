"""Quiet chains in words: how many there are, after what kind of touch, and what was tried before. Never a long list."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.court.quiet import FEWEST, Quiet, QuietSort, Revival
from answerback.present.explain import duration
from answerback.present.words import counted

_ROWS = (
    *((name, pa.string()) for name in ("event_id", "chain_id")),
    ("is_deal", pa.bool_()),
    *((name, pa.string()) for name in ("rep_id", "step")),
    ("since", pa.timestamp("s", tz="UTC")),
    *((name, pa.float64()) for name in ("silent_hours", "still_comes")),
    ("quiet", pa.bool_()),
)


def answer_lines(found: Quiet) -> list[str]:
    """How many chains went quiet, and what that means."""
    if not len(found):
        return ["No open story waits for a buyer."]
    quiet, unknown = int(found.quiet.sum()), sum(each.unknown for each in found.sorts)
    if unknown == len(found):
        open_ = f"{len(found):,} open stories wait for a buyer"
        return [f"Cannot tell: {open_}, and too few such have gone on to know when one has gone quiet."]
    share = f"{found.below:.0%}".replace("%", " %")
    told = f"Of {counted(len(found), 'open story', 'open stories')} that wait for a buyer, {quiet:,} went quiet"
    return [f"{told}: by what such steps did before, less than {share} of them still get an answer."]


def sorts_for_eyes(found: Quiet) -> pa.Table:
    """One row per kind of touch, the most quiet ones first."""
    return pa.table(
        {
            "last touch": pa.array([each.step for each in found.sorts], pa.string()),
            "buyer's turn": pa.array([each.open for each in found.sorts], pa.int64()),
            "gone quiet": pa.array([each.quiet for each in found.sorts], pa.int64()),
            "cannot tell": pa.array([each.unknown for each in found.sorts], pa.int64()),
            "quiet after": pa.array([_ages(each) for each in found.sorts], pa.string()),
        }
    )


def _ages(each: QuietSort) -> str:
    if each.from_hours is None or each.to_hours is None:
        return "cannot tell"
    first, last = _age(each.from_hours), _age(each.to_hours)
    return first if first == last else f"{first} to {last}"


def _age(hours: float) -> str:
    if math.isinf(hours):
        return "never so far"
    return duration(round(hours * 3600)) if hours else "from the start"


def revivals_for_eyes(found: Quiet) -> pa.Table:
    """One row per kind of touch to quiet chains, the most frequent first."""
    return pa.table(
        {
            "touch": pa.array([each.step for each in found.revivals], pa.string()),
            "times": pa.array([each.tries for each in found.revivals], pa.int64()),
            "buyer came back": pa.array([each.came for each in found.revivals], pa.int64()),
            "share": pa.array([_share(each) for each in found.revivals], pa.string()),
        }
    )


def _share(each: Revival) -> str:
    if each.low is None or each.high is None:
        return f"cannot tell with fewer than {FEWEST}"
    return f"{each.came / each.tries:.0%} ({each.low:.0%} to {each.high:.0%})"


def notes(found: Quiet, rep: str) -> list[str]:
    """What is left out, what may be concluded, and how to close them."""
    said = []
    if found.closed:
        said.append(f"{counted(found.closed, 'story', 'stories')} that somebody closed, or waits with.")
    if found.revivals:
        said.append("What was tried is counted, not compared: who is written to again is no matter of chance.")
    if found.quiet.any():
        said.append(f"To close them all: answerback decide close_quiet {rep or 'REP'} --until DAY")
    return said


def rows_for_machines(found: Quiet, ids: Mapping[int, str], reps: Mapping[int, str]) -> pa.Table:
    """One row per open chain in the buyer's court; times in UTC."""
    rows = [
        {
            "event_id": ids.get(int(found.event_key[row])),
            "chain_id": ids.get(int(found.chain_key[row])),
            "is_deal": bool(found.is_deal[row]),
            "rep_id": reps.get(int(found.rep_key[row])),
            "step": found.step[row].as_py(),
            "since": datetime.fromtimestamp(int(found.since[row]), UTC),
            "silent_hours": float(found.hours[row]),
            "still_comes": None if math.isnan(found.chance[row]) else float(found.chance[row]),
            "quiet": bool(found.quiet[row]),
        }
        for row in range(len(found))
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_ROWS)))
