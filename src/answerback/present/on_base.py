"""On-base answers as rows: the words of the product as columns, in a fixed order."""

from __future__ import annotations

import math

import pyarrow as pa

from answerback.analysis.on_base import Cell, OnBase
from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.present.words import cannot_tell, short
from answerback.stats.compare import Compared

_WHOLE = ("efforts", "on_base", "answered", "still_open", "unseen")
_REAL = ("matured", "rate", "low", "high")
_MORE_REAL = (
    "proved_rate",
    "proved_low",
    "proved_high",
    "jeffreys_low",
    "jeffreys_high",
    "prior_weight",
    "efforts_per_week",
    "unseen_share",
)
_ROLLED = ("rolled_up_rate", "rolled_up_low", "rolled_up_high")


def on_base_table(answer: OnBase) -> pa.Table:
    """One row per cell; where nothing was loaded, one row that says so."""
    cells = answer.cells or (_nothing(answer.by),)
    rows = [_row(cell) for cell in cells]
    keys = [(name, pa.bool_() if name == "reactive" else pa.string()) for name in answer.by]
    schema = pa.schema(
        keys
        + [(name, pa.int64()) for name in _WHOLE]
        + [(name, pa.float64()) for name in _REAL]
        + [("reason", pa.string()), ("reason_text", pa.string())]
        + [("unanswered", pa.int64()), ("proved", pa.int64())]
        + [(name, pa.float64()) for name in _MORE_REAL]
        + [("rolled_up_to", pa.string())]
        + [(name, pa.float64()) for name in _ROLLED]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _nothing(by: tuple[str, ...]) -> Cell:
    missing = NotEnoughData(Reason.NO_EFFORTS_LOADED, have=0.0, need=1.0)
    return Cell(
        keys=dict.fromkeys(by),
        efforts=0,
        on_base=0,
        answered=0,
        unanswered=0,
        still_open=0,
        unseen=0,
        proved=0,
        efforts_per_week=0.0,
        rate=missing,
        proved_rate=missing,
        matured=0.0,
    )


def _row(cell: Cell) -> dict[str, object]:
    row: dict[str, object] = dict(cell.keys)
    row |= {name: getattr(cell, name) for name in (*_WHOLE, "matured", "unanswered", "proved", "efforts_per_week")}
    row["unseen_share"] = cell.unseen / cell.efforts if cell.efforts else None
    if isinstance(cell.rate, Rate):
        rate = cell.rate
        row |= {"rate": rate.rate, "low": rate.low, "high": rate.high, "prior_weight": rate.prior_weight}
        row |= {"jeffreys_low": rate.jeffreys_low, "jeffreys_high": rate.jeffreys_high}
    else:
        row |= {"reason": str(cell.rate.reason), "reason_text": cannot_tell(cell.rate)}
    if isinstance(cell.proved_rate, Rate):
        proved = cell.proved_rate
        row |= {"proved_rate": proved.rate, "proved_low": proved.low, "proved_high": proved.high}
    if cell.rolled_up is not None:
        other = cell.rolled_up
        row |= {"rolled_up_to": cell.rolled_up_to, "rolled_up_rate": other.rate}
        row |= {"rolled_up_low": other.low, "rolled_up_high": other.high}
    return row


def for_eyes(answer: OnBase) -> pa.Table:
    """The same for a person: acts first, then the rate with its interval, or why there is none."""
    cells = answer.cells or (_nothing(answer.by),)
    columns: dict[str, list[object]] = {name: [cell.keys[name] for cell in cells] for name in answer.by}
    columns |= {
        "touches": [cell.efforts for cell in cells],
        "moved forward": [cell.on_base for cell in cells],
        "(proved)": [cell.proved for cell in cells],
        "answered": [cell.answered for cell in cells],
        "no answer": [cell.unanswered for cell in cells],
        "too early": [cell.still_open for cell in cells],
        "not visible": [cell.unseen for cell in cells],
        "per week": [round(cell.efforts_per_week, 1) for cell in cells],
        "on base": [_rate_text(cell) for cell in cells],
        "rolled up": [_rolled_text(cell) for cell in cells],
    }
    if not any(columns["rolled up"]):
        del columns["rolled up"]
    return pa.table({name: _column(values) for name, values in columns.items()})


def _column(values: list[object]) -> pa.Array:
    if all(value is None or isinstance(value, int | float) for value in values):
        return pa.array(values)
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _rate_text(cell: Cell) -> str:
    return interval_text(cell.rate) if isinstance(cell.rate, Rate) else f"– {short(cell.rate)}"


def _rolled_text(cell: Cell) -> str:
    return f"{cell.rolled_up_to}: {interval_text(cell.rolled_up)}" if cell.rolled_up is not None else ""


def interval_text(rate: Rate) -> str:
    """A rate with its interval, in percent.

    >>> from answerback.stats.rate import shrunk_rates
    >>> interval_text(shrunk_rates([30], [100]).cell(0))
    '30 % (22–40)'
    """
    return f"{rate.rate * 100:.0f} % ({rate.low * 100:.0f}–{rate.high * 100:.0f})"


def footnotes(answer: OnBase) -> list[str]:
    """What a reader should know of the table: from when it is seen, and what stands apart."""
    lines = [f"Snapshot {answer.snapshot}, seen from {answer.as_of:%Y-%m-%d %H:%M} UTC. Intervals are 95 %."]
    if answer.recorded_until is not None:
        lines.append(
            f"Answers were recorded until {answer.recorded_until:%Y-%m-%d}; what still waited then stays too early."
        )
    if answer.contested_efforts:
        lines.append(left_out_text(answer.contested_efforts))
    if answer.sequence_efforts and "origin" not in answer.by:
        lines.append(f"{answer.sequence_efforts:,} sequence mails stand apart: add origin to --by to see them.")
    if answer.claimed_efforts and "evidence" not in answer.by:
        lines.append(f"{answer.claimed_efforts:,} typed-in touches stand apart: add evidence to --by to see them.")
    return lines


def left_out_text(count: int) -> str:
    """What a figure or a list does not show.

    >>> left_out_text(2)
    'Contested, and left out until that is settled: 2. See answerback show contests.'
    """
    return f"Contested, and left out until that is settled: {count:,}. See answerback show contests."


def would_settle(missing: NotEnoughData, matured: float) -> str:
    """What would make a rate of it, in a few words; of touches about how many more.

    Args:
        missing: Why there is none.
        matured: How many touches have waited in full.

    >>> would_settle(NotEnoughData(Reason.TOO_WIDE, have=0.5, need=0.25), 20)
    'about 60 more would settle it'
    >>> would_settle(NotEnoughData(Reason.NOTHING_SEEN, have=0, need=1), 0)
    'no answer to these could have been recorded'
    """
    match missing.reason:
        case Reason.TOO_FEW_EFFORTS:
            more = math.ceil(missing.need - missing.have)
        case Reason.TOO_WIDE:  # an interval narrows with the root of what it rests on
            more = math.ceil(matured * ((missing.have / missing.need) ** 2 - 1))
        case Reason.NOTHING_SEEN:
            return "no answer to these could have been recorded"
        case Reason.TOO_YOUNG:
            return "too early: most answers are still to come"
        case _:
            return cannot_tell(missing).removeprefix("cannot tell yet: ").removeprefix("cannot tell: ")
    return f"about {more:,} more would settle it"


def change_text(found: Compared) -> str:
    """Whether a rate is another one now, in a few words.

    >>> change_text(Compared(0.2, 0.3, 0.1, 0.02, 0.18)), change_text(Compared(0.2, 0.22, 0.02, -0.1, 0.14))
    ('more: 10 points (2 to 18)', 'no clear change')
    """
    if not found.sure:
        return "no clear change"
    low, high = sorted((abs(found.low), abs(found.high)))
    way = "more" if found.change > 0 else "less"
    return f"{way}: {abs(found.change) * 100:.0f} points ({low * 100:.0f} to {high * 100:.0f})"
