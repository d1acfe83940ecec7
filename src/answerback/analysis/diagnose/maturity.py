"""Lag curves of every kind of touch in one query, for young efforts of a diagnosis.

The same curves as `analysis.lags` makes one by one: pooled over everybody, from the nearest coarser kind of touch where
a kind's own answers are too few.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from answerback.analysis.lags import Levels
from answerback.analysis.reader import Reader
from answerback.analysis.states import DAY_SECONDS, age_days_sql
from answerback.stats.lag import LagCurve, Observed, lag_curve


def curves(reader: Reader) -> dict[str, LagCurve]:
    """The curve of each kind of touch for which there is one.

    Pooled over everybody: how soon buyers answer is no fact about a person.
    """
    instant = reader.instant
    rows = reader.query(f"""
        select play, play_wide, play_channel, cast(ceil(waiting_seconds / {DAY_SECONDS}e0) as bigint) as days,
               cast(floor((epoch(on_base_at) - epoch(occurred_at)) / {DAY_SECONDS}) as bigint) as lag,
               {age_days_sql(instant)} as age, count(*) as n
        from outcome
        where not contested and evidence = 'captured' and occurred_at <= {instant} and on_base_at <= {instant}
          and epoch(on_base_at) - epoch(occurred_at) <= seen_seconds
        group by all order by all""")
    known: dict[tuple[str, str, int], LagCurve | None] = {}
    found: dict[str, LagCurve] = {}
    kinds = rows.select(["play", "play_wide", "play_channel", "days"]).group_by([*Levels, "days"]).aggregate([])
    for kind in kinds.to_pylist():
        days = max(1, kind["days"])
        for level in Levels:
            place = (level, kind[level], days)
            if place not in known:
                known[place] = _curve(rows, level, kind[level], kind["days"], days)
            curve = known[place]
            if curve is not None:
                found[kind["play"]] = curve
                break
    return found


def _curve(rows: pa.Table, level: str, name: str, own_days: int, days: int) -> LagCurve | None:
    of = np.array(rows[level].to_pylist(), dtype=object) == name
    of &= rows["days"].to_numpy() == own_days
    lag, age, n = (rows[column].to_numpy()[of] for column in ("lag", "age", "n"))
    ages = np.unique(age)
    observed = Observed(effort_day=ages, days=ages.astype(np.float64))
    curve = lag_curve(age, lag, n, observed=observed, horizon_days=days)
    return curve if isinstance(curve, LagCurve) else None
