"""What dropped balls may cost, and how much can be juggled, in words: comparisons, never causes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from answerback.analysis.court.juggling import Juggling
from answerback.analysis.court.stakes import Difference, Stake
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.potential import money
from answerback.present.refusals import refusal_text

_POINTS = 100


def stakes_for_eyes(rows: Sequence[Stake], currency: str) -> pa.Table:
    """One row per policy: how deals ended where it was kept and where it was missed, and what is open now."""
    columns = {
        "policy": [row.policy for row in rows],
        "always kept": [_won(row.kept_won, row.kept) for row in rows],
        "missed": [_won(row.missed_won, row.missed) for row in rows],
        "won less often by": [_difference(row.difference) for row in rows],
        "dropped now": [_deals(row, currency) for row in rows],
        "may cost": [_loss(row, currency) for row in rows],
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _won(won: int, ended: int) -> str:
    return f"{won:,} of {ended:,} won" if ended else "none has ended"


def _difference(found: Difference | CannotTell) -> str:
    if isinstance(found, CannotTell):
        return "too few"
    return f"{found.value * _POINTS:.0f} points ({found.low * _POINTS:.0f} to {found.high * _POINTS:.0f})"


def _deals(row: Stake, currency: str) -> str:
    if not row.open_deals:
        return ""
    many = f"{row.open_deals:,} deal{'s' if row.open_deals > 1 else ''}"
    return many if row.worth_minor is None else f"{many}, {money(row.worth_minor, currency)}"


def _loss(row: Stake, currency: str) -> str:
    if not row.open_deals:
        return ""
    loss = row.loss_minor
    if isinstance(loss, CannotTell):
        return "cannot tell"
    value, low, high = loss
    if low <= 0:
        return f"cannot tell from nothing (at most {money(high, currency)})" if high > 0 else "nothing"
    return f"{money(value, currency)} ({money(low, currency)} to {money(high, currency)})"


def stake_notes(rows: Sequence[Stake]) -> list[str]:
    """Why something is not told, and what it must not be taken for."""
    said = []
    for row in rows:
        if isinstance(row.difference, CannotTell) and row.open_deals:
            have, need = row.difference.have, row.difference.need
            said.append(
                f"Cannot tell what missing {row.policy!r} may cost: {have:.0f} deals of the rarer sort have ended,"
                f" {need:.0f} are needed."
            )
    if currencies := sorted({each for row in rows for each in row.missing}):
        said.append(refusal_text(CannotTell(Refused.NO_EXCHANGE_RATE, names=tuple(currencies))))
    if without := sum(row.without_amount for row in rows):
        said.append(f"{without:,} of these deals state no amount, and count as nothing.")
    if rows:
        said.append(
            "Deals in which a policy was missed may differ in other ways too: this compares, it proves nothing."
        )
    return said


def juggling_lines(told: Juggling) -> list[str]:
    """The answer first: from how many open stories more is missed, or that it cannot be told."""
    found = told.found
    if isinstance(found, CannotTell):
        if found.reason is Refused.NOTHING_STANDS_OUT:
            levels = f"p = {found.have:.2g}; below {found.need:.2g} it would be told"
            return [f"No limit is to be seen: with more open stories no more is missed than by chance ({levels})."]
        return [refusal_text(found)]
    at = f"{found.at:,.0f}"
    span = "" if found.at_low == found.at_high else f" (it lies between {found.at_low:,.0f} and {found.at_high:,.0f})"
    up_to = f"Up to about {at} open stories at once {_percent(found.below)} of what buyers asked was missed"
    return [f"{up_to}, beyond {_percent(found.above)}{span}."]


def juggling_notes(told: Juggling) -> list[str]:
    """How it was compared."""
    if isinstance(told.found, CannotTell):
        return []
    found = told.found
    points = f"{found.difference_low * _POINTS:.0f} to {found.difference_high * _POINTS:.0f}"
    compared = f"From {found.weeks:,} weeks of {found.people:,} reps: each rep's weeks are compared with their own"
    by_chance = f"weeks dealt anew give as clear a bend in {_percent(found.p_value)} of cases"
    return [
        f"{compared}, so it says nothing of who misses more than others.",
        f"The difference is {points} points, if the place had been fixed beforehand; {by_chance}.",
    ]


def parts_for_eyes(told: Juggling) -> pa.Table:
    """Weeks in five parts, from those with the fewest open stories."""
    return pa.table(
        {
            "open stories": pa.array([f"{low:,} to {high:,}" for low, high, _, _ in told.parts], pa.string()),
            "balls": pa.array([balls for _, _, balls, _ in told.parts], pa.int64()),
            "missed": pa.array([missed for *_, missed in told.parts], pa.int64()),
            "share missed": pa.array([_percent(missed / balls) for *_, balls, missed in told.parts], pa.string()),
        }
    )


def parts_for_machines(told: Juggling) -> pa.Table:
    """The same with numbers, and where it bends in every row; empty there where it cannot be told."""
    bends = None if isinstance(told.found, CannotTell) else told.found
    rows = [
        {
            "open_from": low,
            "open_to": high,
            "balls": balls,
            "missed": missed,
            "bend": bends and bends.at,
            "bend_low": bends and bends.at_low,
            "bend_high": bends and bends.at_high,
            "missed_below": bends and bends.below,
            "missed_above": bends and bends.above,
        }
        for low, high, balls, missed in told.parts
    ]
    whole = [(name, pa.int64()) for name in ("open_from", "open_to", "balls", "missed")]
    shares = [(name, pa.float64()) for name in ("bend", "bend_low", "bend_high", "missed_below", "missed_above")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*whole, *shares]))


def _percent(share: float) -> str:
    return f"{share * _POINTS:.0f} %" if share >= 0.1 else f"{share * _POINTS:.2g} %"
