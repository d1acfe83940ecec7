"""How long answers take, per play: lag curves with right truncation, from the outcomes of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.reader import Reader
from answerback.analysis.states import DAY_SECONDS, age_days_sql
from answerback.domain.answers import NotEnoughData, Reason
from answerback.domain.scope import Scope
from answerback.stats.lag import MIN_MATURED_ANSWERS, LagCurve, Observed, lag_curve

Levels = ("play", "play_wide", "play_channel")


@dataclass(frozen=True, slots=True)
class PlayLag:
    """The lag curve that a play's young efforts are weighted with, and which play's answers it rests on."""

    play: str
    curve: LagCurve | NotEnoughData
    taken_from: str
    waiting_days: int


def play_lags(reader: Reader, scope: Scope) -> dict[str, PlayLag]:
    """For each play its own curve, or the nearest coarser play's that rests on enough answers.

    Curves are pooled over everybody in the scope's organisation: how soon buyers answer is no fact about a person.
    """
    del scope  # pooled by design; asked for because every reader of outcomes must have one
    return reader.once(("play lags", reader.as_of), lambda: _play_lags(reader))


def _play_lags(reader: Reader) -> dict[str, PlayLag]:
    answers = _answers(reader)
    curves: dict[tuple[str, str, int], LagCurve | NotEnoughData] = {}
    result: dict[str, PlayLag] = {}
    plays = reader.query(
        "select distinct play, play_wide, play_channel, waiting_seconds from outcome order by all"
    ).to_pylist()
    for each in plays:
        days = max(1, -(-each["waiting_seconds"] // DAY_SECONDS))
        chosen: PlayLag | None = None
        for level in Levels:
            place = (level, each[level], days)
            if place not in curves:
                curves[place] = _curve(answers, level, each[level], days)
            if not isinstance(curves[place], NotEnoughData):
                chosen = PlayLag(each["play"], curves[place], each[level], days)
                break
        own = curves["play", each["play"], days]
        result[each["play"]] = chosen or PlayLag(each["play"], own, each["play"], days)
    return result


def levels_of(reader: Reader) -> dict[str, dict[str, str]]:
    """By play its own name and those of the coarser plays that it is one of, as `Levels` names them."""
    return reader.once(("levels of plays",), lambda: {row["play"]: row for row in _plays(reader)})


def _plays(reader: Reader) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = reader.query(f"select distinct {', '.join(Levels)} from outcome").to_pylist()
    return rows


def _answers(reader: Reader) -> pa.Table:
    """How many efforts were answered, by kind of touch, waiting time, lag and age in whole days: one pass."""
    instant = reader.instant
    return reader.query(f"""
        select play, play_wide, play_channel, cast(ceil(waiting_seconds / {DAY_SECONDS}) as bigint) as waiting_days,
               cast(floor((epoch(on_base_at) - epoch(occurred_at)) / {DAY_SECONDS}) as bigint) as lag,
               {age_days_sql(instant)} as age, count(*) as n
        from outcome
        where not contested and evidence = 'captured' and occurred_at <= {instant} and on_base_at <= {instant}
          and epoch(on_base_at) - epoch(occurred_at) <= seen_seconds
        group by all order by all""")


def _curve(answers: pa.Table, level: str, play: str, days: int) -> LagCurve | NotEnoughData:
    rows = answers.filter((pc.field(level) == play) & (pc.field("waiting_days") == days))
    if not rows.num_rows:
        return NotEnoughData(Reason.LAG_UNKNOWN, have=0.0, need=float(MIN_MATURED_ANSWERS))
    lag, age, n = (rows[column].to_numpy() for column in ("lag", "age", "n"))
    # Efforts of one age were observed for equally long, so the age stands for the effort's day.
    ages = np.unique(age)
    observed = Observed(effort_day=ages, days=ages.astype(np.float64))
    return lag_curve(age, lag, n, observed=observed, horizon_days=days)
