"""What a figure can be grouped by, as SQL over `outcome`.

A dimension is a column of the outcome, something stated of its account, a period in the time zone of the organisation,
or an attribute that the playbook names. People and accounts are grouped by key; their ids are looked up last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from answerback.analysis.reader import Reader
from answerback.domain.errors import UsageError
from answerback.domain.periods import PeriodKind, bounds, period_of
from answerback.engine.literals import sql_text

COLUMNS = {
    "rep": "outcome.rep_key",
    "account": "outcome.account_key",
    "team": "outcome.team",
    "role": "outcome.role",
    "play": "outcome.play",
    "play_wide": "outcome.play_wide",
    "play_channel": "outcome.play_channel",
    "step": "outcome.step",
    "segment": "coalesce(account.segment, outcome.segment)",
    "region": "coalesce(account.region, outcome.region)",
    "industry": "account.industry",
    "size_band": "account.size_band",
    "tenure_band": "outcome.tenure_band",
    "source": "outcome.source",
    "kind": "outcome.kind",
    "purpose": "outcome.purpose",
    "origin": "outcome.origin",
    "evidence": "outcome.evidence",
    "reactive": "outcome.reactive",
}
"""Dimensions that are columns of `outcome` or of its account."""

OF_ACCOUNTS = ("segment", "region", "industry", "size_band")
"""Dimensions that need the account as it is known today: its own segment and region go before the rep's."""

KEYED = {"rep": "rep", "account": "account"}
"""Dimensions whose values are keys, and the space of their ids."""

PERIODS = tuple(str(kind) for kind in PeriodKind)


@dataclass(frozen=True, slots=True)
class Grouping:
    """Columns to group by, and the joins that they need."""

    names: tuple[str, ...]
    columns: tuple[str, ...]
    joins: str


def grouping(reader: Reader, names: tuple[str, ...]) -> Grouping:
    """The SQL of these dimensions. Raises UsageError that lists the known ones."""
    own = {each.name: each for each in reader.playbook.dimension}
    columns = []
    joins = ["left join account on account.account_key = outcome.account_key"] if {*names} & {*OF_ACCOUNTS} else []
    for number, name in enumerate(names):
        if name in COLUMNS:
            columns.append(COLUMNS[name])
        elif name in PERIODS:
            _put_periods(reader, PeriodKind(name))
            joins.append(f"asof left join period_{name} on outcome.occurred_at >= period_{name}.starts_at")
            columns.append(f"period_{name}.label")
        elif name in own:
            joins.append(_attribute_join(f"dimension_{number}", name, own[name].of))
            columns.append(f"dimension_{number}.value")
        else:
            known = [*COLUMNS, *PERIODS, *own]
            raise UsageError(
                f"there is no dimension {name!r}", where="--by", next_step="use one or more of " + ", ".join(known)
            )
    return Grouping(names, tuple(columns), "\n".join(joins))


def _put_periods(reader: Reader, kind: PeriodKind) -> None:
    """Every period that holds an effort, as `period_<kind>(starts_at, label)`."""
    reader.duck.put(f"period_{kind}", periods_of(reader, kind))


def periods_of(reader: Reader, kind: PeriodKind) -> pa.Table:
    """Every period that holds an effort, in order: `starts_at` and its `label`."""
    return reader.once(("periods", kind), lambda: _periods(reader, kind))


def _periods(reader: Reader, kind: PeriodKind) -> pa.Table:
    organisation = reader.playbook.organisation
    zone, fiscal = ZoneInfo(organisation.time_zone), organisation.fiscal_year_starts
    span = reader.query("select min(occurred_at) as first, max(occurred_at) as last from outcome").to_pylist()[0]
    starts: list[datetime] = []
    labels: list[str] = []
    if span["first"] is not None:
        at, last = span["first"].replace(tzinfo=UTC), span["last"].replace(tzinfo=UTC)
        while at <= last:
            label = period_of(at, kind, zone, fiscal)
            start, end = bounds(label, zone, fiscal)
            starts.append(start.replace(tzinfo=None))
            labels.append(label)
            at = end
    return pa.table({"starts_at": pa.array(starts, pa.timestamp("us")), "label": pa.array(labels, pa.string())})


def _attribute_join(alias: str, name: str, of: str) -> str:
    """What was known at the time of the effort; of several stretches that hold it, the one that began last.

    Stretches are cut where one begins or ends, which is quicker than asking effort by effort which one counts.
    """
    key = "effort_key" if of == "event" else f"{of}_key"
    known = f"attribute where subject_kind = {sql_text(of)} and name = {sql_text(name)}"
    return f"""left join (
    select cut.subject_key, cut.starts_at, cut.ends_at, known.value
    from (
        select subject_key, starts_at, lead(starts_at) over (partition by subject_key order by starts_at) as ends_at
        from (select subject_key, starts_at from {known} union select subject_key, ends_at from {known}) as edge
    ) as cut
    join (select subject_key, starts_at, ends_at, value from {known}) as known
      on known.subject_key = cut.subject_key and known.starts_at <= cut.starts_at and known.ends_at > cut.starts_at
    qualify row_number() over (partition by cut.subject_key, cut.starts_at order by known.starts_at desc) = 1
) as {alias} on {alias}.subject_key = outcome.{key}
 and outcome.occurred_at >= {alias}.starts_at and outcome.occurred_at < {alias}.ends_at"""
