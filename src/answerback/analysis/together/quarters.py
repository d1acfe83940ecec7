"""The last quarter that is over beside the one before: touches, buyers moved, deals and the pipeline at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from answerback.analysis.diagnose.counted import read_efforts
from answerback.analysis.potential.books import Deals, read_deals
from answerback.analysis.reader import Reader
from answerback.analysis.stages.pipeline import Group, pipeline, quarter_ends
from answerback.analysis.together.by_step import Weighed
from answerback.domain.periods import bounds
from answerback.domain.scope import Scope

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Ended:
    """Deals that ended in a quarter; `worth` of those won in minor units, None where amounts cannot be added."""

    deals: int
    won: int
    worth: int | None


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of everybody. What has too few people behind it is None.

    Attributes:
        label: Such as 2026Q3.
        first, last: Its days, in the organisation's time zone.
        touches: Made by hand and recorded, whose answer could have been seen.
        weighed: The same by how much of their answers should be in, and those that moved a buyer by proof.
        ended: Deals.
        standing: The open deals at its end.
    """

    label: str
    first: date
    last: date
    touches: int | None
    weighed: Weighed | None
    ended: Ended | None
    standing: Group | None


@dataclass(frozen=True, slots=True)
class TwoQuarters:
    """What is compared, and in which currency."""

    before: Quarter
    now: Quarter
    currency: str


def two_quarters(reader: Reader, scope: Scope, least: int) -> TwoQuarters | None:
    """The last two quarters that are over; None where the data do not reach back so far."""
    zone, fiscal = ZoneInfo(reader.playbook.organisation.time_zone), reader.playbook.organisation.fiscal_year_starts
    labels = list(quarter_ends(reader, most=2).values())
    spans = {label: bounds(label, zone, fiscal) for label in labels}
    begins = min(start for start, _ in spans.values())
    (row,) = reader.query("select min(occurred_at) as first from outcome").to_pylist()
    if row["first"] is None or row["first"] > (begins + timedelta(days=14)).replace(tzinfo=None):
        return None
    deals = read_deals(reader)
    open_ = {str(each.of): each for each in pipeline(reader, scope, by="quarter").groups}
    told = [_quarter(reader, scope, label, spans[label], deals, open_.get(label), least) for label in labels]
    return TwoQuarters(told[1], told[0], reader.playbook.organisation.currency)


def _quarter(  # noqa: PLR0917 - one quarter's parts
    reader: Reader,
    scope: Scope,
    label: str,
    span: tuple[datetime, datetime],
    deals: Deals,
    standing: Group | None,
    least: int,
) -> Quarter:
    start, end = span
    zone = ZoneInfo(reader.playbook.organisation.time_zone)
    counted = read_efforts(reader, scope, start=start, end=end, where={})
    touched = len(np.unique(counted.rep)) >= least
    weighed = Weighed(float(counted.exposure.sum()), float(counted.success.sum()))
    owners = {each.rep_key for each in standing.covered.owners if each.rep_key} if standing is not None else set()
    return Quarter(
        label,
        start.astimezone(zone).date(),
        (end - timedelta(seconds=1)).astimezone(zone).date(),
        counted.rep.size if touched else None,
        weighed if touched else None,
        _ended(deals, span, least),
        standing if len(owners) >= least else None,
    )


def _ended(deals: Deals, span: tuple[datetime, datetime], least: int) -> Ended | None:
    first, end = ((each.date() - _EPOCH).days for each in span)
    rows = (deals.day >= first) & (deals.day < end)
    if len(np.unique(deals.owner[rows & (deals.owner != 0)])) < least:
        return None
    won = rows & deals.won
    few = len(np.unique(deals.owner[won])) < least
    worth = None if few or deals.no_rate else round(float(np.nansum(deals.worth[won])))
    return Ended(int(rows.sum()), int(won.sum()), worth)
