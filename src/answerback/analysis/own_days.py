"""How many touches of a kind somebody made on each day."""

from __future__ import annotations

from datetime import date

from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within


def touches_by_day(reader: Reader, scope: Scope, rep_key: int, play: str, since: date) -> dict[date, int]:
    """By day (UTC), in order: touches made by hand that no act called for, of a kind (empty: all), from a day on."""
    kind = f"and {sql_text(play)} in (play, play_wide, play_channel)" if play else ""
    rows = reader.query(f"""
        select cast(occurred_at as date) as day, count(*) as n from outcome
        where rep_key = {int(rep_key)} and {within(scope, "rep_key", "occurred_at")}
          and origin = 'hand' and not reactive and evidence = 'captured'
          and occurred_at >= {sql_instant(midnight(since))} and occurred_at <= {reader.instant} {kind}
        group by 1 order by 1""").to_pylist()
    return {row["day"]: row["n"] for row in rows}
