"""The pipeline, buyer-backed and not: how many open deals, and what they are worth, by rep, stage, quarter or deal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from answerback.analysis.reader import Reader, keys_of
from answerback.analysis.stages.covering import Covered, covered
from answerback.analysis.stages.standing import Backing, Standing, standings
from answerback.analysis.trust.cover import read_cover
from answerback.domain.errors import UsageError
from answerback.domain.money import Missing
from answerback.domain.periods import PeriodKind, bounds, period_of
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

BY = ("rep", "stage", "quarter", "deal")
OF_ACCOUNTS = ("segment", "industry", "region", "size_band")
WHERE = ("rep", "stage", "product_line", *OF_ACCOUNTS)
QUARTERS = 8
"""So many past quarters are looked at."""
NOW = ""
"""The label of the instant that is looked from, among quarters."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some deals: how many, what those with an amount are worth, and how many state none."""

    deals: int = 0
    worth: int = 0
    without_amount: int = 0
    missing: tuple[Missing, ...] = ()
    """Currencies and days without a rate: where there are any, `worth` leaves something out and is not told."""

    @classmethod
    def of(cls, found: Iterable[Standing]) -> Self:
        """Adds them up."""
        worths = [each.worth for each in found]
        missing = {each for each in worths if isinstance(each, Missing)}
        return cls(
            deals=len(worths),
            worth=sum(each for each in worths if isinstance(each, int)),
            without_amount=sum(each is None for each in worths),
            missing=tuple(sorted(missing, key=lambda each: (each.currency, each.on))),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Open deals of one rep, stage, quarter's end, or one deal.

    `of` is the rep's or deal's key, the place of the stage, or the label of the quarter; `at` when it was.
    """

    of: int | str
    at: datetime
    parts: Mapping[Backing, Part]
    total: Part
    covered: Covered
    most_ahead: int
    """By how many stages the CRM is ahead at most."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """All of it at the instant of the reader, and its groups: by key or place, quarters in order of time."""

    by: str
    whole: Group
    groups: tuple[Group, ...]
    deals: tuple[Standing, ...]
    """The open deals at the instant of the reader."""


def pipeline(
    reader: Reader, scope: Scope, *, by: str = "stage", where: Mapping[str, str] = MappingProxyType({})
) -> Pipeline:  # fmt: skip
    """The open deals of owners within the scope, as they stand now, and for `by` quarter also as they stood then.

    Raises UsageError for what deals cannot be grouped by or restricted to.
    """
    if by not in BY:
        raise UsageError(f"stages are not told by {by!r}", where="--by", next_step=f"take one of {', '.join(BY)}")
    ends = quarter_ends(reader) if by == "quarter" else {}
    found = restricted(reader, standings(reader, scope, [*ends, reader.as_of]), where)
    cover = read_cover(reader)
    now = tuple(each for each in found if each.at == reader.as_of)

    def group(of: int | str, deals: Sequence[Standing], at: datetime) -> Group:
        parts = {kind: Part.of(each for each in deals if each.backing is kind) for kind in Backing}
        most = max((each.gap for each in deals), default=0)
        return Group(of, at, parts, Part.of(deals), covered(cover, deals, at), most)

    if by == "quarter":
        labels = {**ends, reader.as_of: NOW}
        groups = [group(labels[at], [each for each in found if each.at == at], at) for at in sorted(labels)]
    else:
        own = {"rep": "owner_key", "stage": "claimed", "deal": "deal_key"}[by]
        parted: dict[int, list[Standing]] = {}
        for each in now:
            parted.setdefault(getattr(each, own), []).append(each)
        groups = [group(of, deals, reader.as_of) for of, deals in sorted(parted.items())]
    return Pipeline(by, group(NOW, now, reader.as_of), tuple(each for each in groups if each.total.deals), now)


def quarter_ends(reader: Reader, most: int = QUARTERS) -> dict[datetime, str]:
    """The ends of the last quarters that are over, and what the quarters are called; the latest first."""
    zone = ZoneInfo(reader.playbook.organisation.time_zone)
    fiscal = reader.playbook.organisation.fiscal_year_starts
    kind = PeriodKind.QUARTER if fiscal == 1 else PeriodKind.FISCAL_QUARTER
    found: dict[datetime, str] = {}
    at = reader.as_of
    for _ in range(most):
        end = bounds(period_of(at, kind, zone, fiscal), zone, fiscal)[0]
        at = end - timedelta(seconds=1)
        found[end] = period_of(at, kind, zone, fiscal)
    return found


def restricted(reader: Reader, found: Sequence[Standing], where: Mapping[str, str]) -> tuple[Standing, ...]:
    """Those of one rep, stage, product line, or of such companies. Raises UsageError for other names."""
    kept = list(found)
    for name, value in where.items():
        if name == "rep":
            keys = set(keys_of(reader, "rep", value))
            kept = [each for each in kept if each.owner_key in keys]
        elif name == "stage":
            places = {place for place, stage in enumerate(reader.playbook.stage) if stage.name == value}
            kept = [each for each in kept if each.claimed in places]
        elif name == "product_line":
            kept = [each for each in kept if each.product_line == value]
        elif name in OF_ACCOUNTS:
            rows = reader.query(f"select account_key from account where coalesce({name}, '') = {sql_text(value)}")
            keys = set(rows["account_key"].to_pylist())
            kept = [each for each in kept if each.account_key in keys]
        else:
            raise UsageError(f"deals have no {name!r}", where="--where", next_step=f"take one of {', '.join(WHERE)}")
    return tuple(kept)
