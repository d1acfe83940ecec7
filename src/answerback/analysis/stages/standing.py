"""For every deal at some instants: the stage the CRM says, and the highest stage that a buyer's own acts support.

A stage of the playbook may require one of some acts. A deal is buyer-backed where a captured act that its stage, or a
later one, requires had been done by then; a stage that requires nothing is as believable as the last before it that
does. What the company did shortly before the deal was opened supports it, too: it led there. Acts that are typed in,
contested, or a refusal support nothing. And what nobody could have seen is not called typed in: where the mail and
calendar of a deal's owner were not loaded for most of its life, a missing act says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.instants import seconds_of
from answerback.analysis.reader import Reader
from answerback.analysis.stages.supported import standing_sql
from answerback.analysis.trust.cover import read_cover
from answerback.domain.money import Missing, Rates
from answerback.domain.playbook import Playbook, Stage
from answerback.domain.scope import Scope
from answerback.stats.arrays import IntArray

NO_STAGE = -1
LEAST_COVERED = 0.8
"""So much of mail and calendar must have been loaded before a missing act says something."""
LEAST_SEEN, MOST_SEEN = timedelta(days=90), timedelta(days=365)
"""Looked at is a deal's life, of it at most the last year, and at least so many days before."""


class Backing(StrEnum):
    """Whether a buyer's act stands behind a stage."""

    BACKED = auto()
    """Yes: the stage, or a later one, is supported."""
    TYPED_IN = auto()
    """No: the CRM says more than the buyer did."""
    UNCHECKED = auto()
    """Neither this stage nor one before it requires anything, the CRM's stage is not in the playbook, or too little of
    mail and calendar was loaded to see an act."""


BACKED, TYPED_IN, UNCHECKED = (list(Backing).index(each) for each in Backing)


@dataclass(frozen=True, slots=True)
class Standing:
    """A deal at an instant while it was open.

    Attributes:
        at: The instant.
        deal_key, account_key: Which; 0 where the company is not known.
        starts_at: From when it lived.
        owner_key: Its owner then, or 0.
        claimed: The place of the CRM's stage in the playbook, or `NO_STAGE`.
        evidenced: The place of the highest stage that an act supports, or `NO_STAGE`.
        backing: What that comes to.
        gap: By how many stages that require something the CRM is ahead of the buyer; 0 where it is not.
        worth: Its amount in the organisation's minor units by the rate of the day; Missing where that is not known,
            None where no amount was stated.
        outcome: How it ended afterwards, as far as is known now: won, lost, or empty.
        product_line: What is sold; empty where that is not stated.
    """

    at: datetime
    deal_key: int
    account_key: int
    starts_at: datetime
    owner_key: int
    claimed: int
    evidenced: int
    backing: Backing
    gap: int
    worth: int | Missing | None
    outcome: str
    product_line: str


def standings(
    reader: Reader, scope: Scope, instants: Sequence[datetime], *, deal_key: int | None = None
) -> tuple[Standing, ...]:
    """Every deal that was open at each of the instants, of owners within the scope; in order of instant and deal.

    Instants after the reader's are not answered. With `deal_key`: of that deal alone.
    """
    asked = [each for each in instants if each <= reader.as_of]
    if not asked:
        return ()
    rates, table = Rates.of(reader.playbook), reader.query(standing_sql(reader, scope, asked, deal_key=deal_key))
    kinds, believed = list(Backing), judged(reader, table, asked)
    return tuple(
        _standing(row, asked[row["place"]], reader.playbook, rates, kinds[kind])
        for row, kind in zip(table.to_pylist(), believed.tolist(), strict=True)
    )


def _standing(row: Mapping[str, Any], at: datetime, playbook: Playbook, rates: Rates, believed: Backing) -> Standing:
    claimed = NO_STAGE if row["claimed"] is None else row["claimed"]
    evidenced = NO_STAGE if row["evidenced"] is None else row["evidenced"]
    amount, own = row["amount_minor"], playbook.organisation.currency
    day = at.astimezone(ZoneInfo(playbook.organisation.time_zone)).date()
    return Standing(
        at=at,
        deal_key=row["deal_key"],
        account_key=row["account_key"] or 0,
        starts_at=row["starts_at"].replace(tzinfo=UTC),
        owner_key=row["owner_key"] or 0,
        claimed=claimed,
        evidenced=evidenced,
        backing=believed,
        gap=gap(playbook.stage, claimed, evidenced) if believed is Backing.TYPED_IN else 0,
        worth=None if amount is None else rates.convert(amount, row["currency"] or own, own, day),
        outcome=row["outcome"] or "",
        product_line=row["product_line"] or "",
    )


def judged(reader: Reader, table: pa.Table, instants: Sequence[datetime]) -> IntArray:
    """Of each row of `standing_sql`, the place of its kind in `Backing`."""
    claimed, evidenced = (_whole(table[name], NO_STAGE) for name in ("claimed", "evidenced"))
    found = backing(reader.playbook.stage, claimed, evidenced)
    ahead = np.flatnonzero(found == TYPED_IN)
    at = np.array([each.timestamp() for each in instants])[table["place"].to_numpy()[ahead]]
    starts_at = seconds_of(table["starts_at"])[ahead]
    since = np.maximum(np.minimum(starts_at, at - LEAST_SEEN.total_seconds()), at - MOST_SEEN.total_seconds())
    seen = read_cover(reader).of_sides(_whole(table["owner_key"], 0)[ahead], since, at)
    found[ahead[seen < LEAST_COVERED]] = UNCHECKED
    return found


def _whole(column: pa.ChunkedArray, otherwise: int) -> IntArray:
    return np.asarray(pc.fill_null(column, otherwise).to_numpy(), np.int64)


def backing(stages: Sequence[Stage], claimed: IntArray, evidenced: IntArray) -> IntArray:
    """Whether stages are believed, each as the place of its kind in `Backing`.

    >>> one = [Stage(name="a"), Stage(name="b", requires=("replied",)), Stage(name="c")]
    >>> found = backing(one, np.array([2, 2, 0, NO_STAGE]), np.array([1, NO_STAGE, NO_STAGE, 1]))
    >>> [str(list(Backing)[each]) for each in found]
    ['backed', 'typed_in', 'unchecked', 'unchecked']
    """
    # By claimed stage, no stage first: the last stage up to it that requires an act.
    places = [place if stage.requires else NO_STAGE for place, stage in enumerate(stages)]
    needed = np.maximum.accumulate([NO_STAGE, *places])[claimed - NO_STAGE]
    return np.where(needed == NO_STAGE, UNCHECKED, np.where(evidenced >= needed, BACKED, TYPED_IN)).astype(np.int64)


def gap(stages: Sequence[Stage], claimed: int, evidenced: int) -> int:
    """How many stages that require something lie above what is supported, up to the claimed one.

    >>> one = [Stage(name=name, requires=acts) for name, acts in [("a", ("replied",)), ("b", ()), ("c", ("signed",))]]
    >>> gap(one, 2, NO_STAGE), gap(one, 2, 0), gap(one, 1, 0)
    (2, 1, 0)
    """
    return sum(bool(stage.requires) and place > evidenced for place, stage in enumerate(stages[: claimed + 1]))
