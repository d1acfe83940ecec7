"""What the office's books say: deals that ended with their worth in one currency, targets, expenses, territories.

Money is whole minor units of the organisation's currency, each amount converted by the playbook's rate of its day.
Where a rate is missing the amounts cannot be added, and whatever needs their sum cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.exchange import Exchange
from answerback.analysis.reader import Reader
from answerback.domain.money import Missing, Rates
from answerback.domain.periods import days
from answerback.domain.refusals import CannotTell, Refused

MONEY = ("won_amount", "revenue", "amount", "bookings")
"""What a target of money may be called; the first is this product's own word."""
WINS = ("won", "won_deals", "wins", "deals")
MOVED = ("on_base",)
METRICS = (*MONEY, *WINS, *MOVED)


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """Deals that have ended by the instant of the reader, one each; shape (deals,).

    `day` is when, in days since 1970 (UTC); `worth` the amount in minor units of the organisation's currency, NaN where
    it has none or no rate turns it into that. `no_rate` are the currencies and days without a rate.
    """

    day: NDArray[np.int64]
    owner: NDArray[np.int64]
    account: NDArray[np.int64]
    won: NDArray[np.bool_]
    worth: NDArray[np.float64]
    margin: NDArray[np.float64]
    no_rate: tuple[Missing, ...]


def read_deals(reader: Reader) -> Deals:
    """The deals that have ended, as they stand at the instant of the reader."""
    table = reader.query(f"""
        select said.deal_key, said.outcome, said.occurred_at, coalesce(said.owner_key, 0) as owner_key,
               coalesce(said.account_key, 0) as account_key, said.amount_said, said.amount_minor,
               said.currency, margin.value as margin
        from deal_outcome as said
        left join (
            select subject_key, value from attribute where subject_kind = 'deal' and name = 'margin_minor'
            qualify row_number() over (partition by subject_key order by starts_at desc) = 1
        ) as margin on margin.subject_key = said.deal_key
        where said.occurred_at <= {reader.instant}
        qualify row_number() over (partition by said.deal_key order by said.occurred_at desc) = 1
        order by said.occurred_at, said.deal_key""")
    table = table.filter(pc.is_valid(table["outcome"]))
    exchange = Exchange(reader)
    said, margin = ([_whole(text) for text in table[name].to_pylist()] for name in ("amount_said", "margin"))
    stated = table["amount_minor"].to_pylist()
    amount = [one if one is not None else other for one, other in zip(said, stated, strict=True)]
    currency, at = table["currency"].to_pylist(), table["occurred_at"]
    return Deals(
        day=at.to_numpy().astype("datetime64[D]").astype(np.int64),
        owner=table["owner_key"].to_numpy(),
        account=table["account_key"].to_numpy(),
        won=pc.equal(table["outcome"], "won").to_numpy().astype(np.bool_),
        worth=exchange.worth(amount, currency, at),
        margin=exchange.worth(margin, currency, at),
        no_rate=tuple(exchange.missing),
    )


_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """A day as days since 1970."""
    return (day - _EPOCH).days


def _whole(text: object) -> int | None:
    try:
        return int(str(text)) if text is not None else None
    except ValueError:
        return None


def cannot_add(missing: Iterable[Missing]) -> CannotTell:
    """Amounts of these currencies have no rate, so no sum is told."""
    names = tuple(sorted({each.currency for each in missing}))
    return CannotTell(Refused.NO_EXCHANGE_RATE, have=0.0, need=float(len(names)), names=names)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days that targets are set for, the last day excluded."""

    label: str
    start: date
    end: date

    @property
    def weeks(self) -> float:
        """How long it is."""
        return (self.end - self.start).days / 7


@dataclass(frozen=True, slots=True)
class Target:
    """What a rep is to reach in a period; `value` in minor units where it is money."""

    rep_key: int
    metric: str
    period: Period
    value: int


def read_targets(reader: Reader) -> tuple[Target, ...]:
    """The targets of reps, of all systems and of the playbook (which goes first); those of teams stand apart."""
    rows = reader.query("select rep_key, metric, period, value from target where rep_key is not null").to_pylist()
    found = {(row["rep_key"], row["metric"], row["period"]): row["value"] for row in rows}
    of_address = _addresses(reader) if any(each.rep for each in reader.playbook.target) else {}
    for each in reader.playbook.target:
        if each.rep.lower() in of_address:
            found[of_address[each.rep.lower()], each.metric, each.period] = each.value
    fiscal = reader.playbook.organisation.fiscal_year_starts
    return tuple(
        Target(rep, metric, Period(label, *days(label, fiscal)), value)
        for (rep, metric, label), value in sorted(found.items())
        if value > 0 and _is_period(label)
    )


def _addresses(reader: Reader) -> dict[str, int]:
    """Whose an address is: the one key that stands for each rep."""
    rows = reader.query("""
        select lower(named.email) as email, min(coalesce(same.canonical_key, named.rep_key)) as rep_key
        from names_rep as named left join same_as as same on same.key = named.rep_key
        where named.email is not null group by all""").to_pylist()
    return {row["email"]: row["rep_key"] for row in rows}


def _is_period(label: str) -> bool:
    try:
        days(label)
    except ValueError:
        return False
    return True


def read_expenses(reader: Reader, start: date, end: date) -> float | CannotTell:
    """What was spent in a stretch of days, in minor units.

    A period that lies in it by half or more counts whole, else not at all.
    """
    rows = reader.query(
        "select period, currency, cast(sum(amount_minor) as bigint) as spent from expense group by all order by all"
    ).to_pylist()
    if not rows:
        return CannotTell(Refused.NO_RECORDS, names=("expense",))
    rates, own = Rates.of(reader.playbook), reader.playbook.organisation.currency
    amounts = []
    for row in rows:
        if not _is_period(row["period"]):
            continue
        first, after = days(row["period"], reader.playbook.organisation.fiscal_year_starts)
        inside = (min(after, end) - max(first, start)).days
        if 2 * inside >= (after - first).days:
            amounts.append((row["spent"], row["currency"], first))
    if not amounts:
        return CannotTell(Refused.NO_RECORDS, names=("expense",))
    total = rates.total(amounts, own)
    return cannot_add([total]) if isinstance(total, Missing) else float(total)
