"""How far the data can be relied on, all of it together; and what to know before resting on an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from answerback.analysis.reader import Reader
from answerback.analysis.trust.cover import SIDES, read_cover
from answerback.analysis.trust.filled import Filled, filled
from answerback.analysis.trust.reasons import Reasons, reasons
from answerback.analysis.trust.typed_in import TypedIn, typed_in
from answerback.domain.kinds import CHANNELS
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

COVER_DAYS = 90
LEAST_FILLED = 0.8
"""A field that is filled less is worth a word before one rests on it."""
STALE_DAYS = 14
"""A source whose newest record is older, too."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A source or a rep: how many records, and the newest of them that is not later than the reader's instant."""

    of: str | int
    records: int
    newest: datetime
    age_days: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of a channel of a rep was loaded in the last 90 days, 0 to 1."""

    rep_key: int
    channel: str
    share: float


@dataclass(frozen=True, slots=True)
class Trust:
    """All of it; sources by name, reps by key."""

    as_of: datetime
    sources: tuple[Fresh, ...]
    reps: tuple[Fresh, ...]
    loaded: tuple[Loaded, ...]
    filled: tuple[Filled, ...]
    typed_in: tuple[TypedIn, ...]
    reasons: Reasons


def trust(reader: Reader, scope: Scope) -> Trust:
    """How fresh, complete and covered the data of the scope are, and where two tellings of the same part."""
    reps = _reps(reader, scope)
    cover = read_cover(reader, CHANNELS)
    since = reader.as_of - timedelta(days=COVER_DAYS)
    loaded = (
        Loaded(int(each.of), channel, cover.share(int(each.of), channel, since, reader.as_of))
        for each in reps
        for channel in CHANNELS
    )
    kept = tuple(each for each in loaded if each.channel in SIDES or each.share > 0.0)
    return Trust(
        as_of=reader.as_of,
        sources=sources(reader) if scope.everybody else (),
        reps=reps,
        loaded=kept,
        filled=filled(reader, scope),
        typed_in=typed_in(reader, scope, cover),
        reasons=reasons(reader, scope),
    )


def sources(reader: Reader) -> tuple[Fresh, ...]:
    """Touches, acts and deals of each source."""
    rows = reader.query(f"""
        select source, count(*) as records, max(dated_at) as newest
        from (
            select source, occurred_at as dated_at from effort
            union all
            select source, occurred_at from buyer_action
            union all
            select source, created_at from deal
        )
        where dated_at <= {reader.instant} and source is not null
        group by source order by source""").to_pylist()
    return tuple(_fresh(row["source"], row["records"], row["newest"], reader.as_of) for row in rows)


def _reps(reader: Reader, scope: Scope) -> tuple[Fresh, ...]:
    """Touches of each rep who made one of late."""
    since = sql_instant(reader.as_of - timedelta(days=COVER_DAYS))
    rows = reader.query(f"""
        select rep_key, count(*) as records, max(occurred_at) as newest
        from effort
        where occurred_at <= {reader.instant} and rep_key is not null and {within(scope, "rep_key", "occurred_at")}
        group by rep_key having max(occurred_at) > {since} order by rep_key""").to_pylist()
    return tuple(_fresh(row["rep_key"], row["records"], row["newest"], reader.as_of) for row in rows)


def _fresh(of: str | int, records: int, newest: datetime, as_of: datetime) -> Fresh:
    at = newest.replace(tzinfo=UTC)
    return Fresh(of, records, at, (as_of - at).total_seconds() / 86_400)


def pooled(rows: Iterable[Filled]) -> tuple[Filled, ...]:
    """Fields with their sources and reps added up, in their order."""
    cells: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        cell = cells.setdefault((row.relation, row.field), [0, 0])
        cell[0] += row.rows
        cell[1] += row.filled
    return tuple(Filled(relation, field, "", 0, *cell) for (relation, field), cell in cells.items())


def doubtful(reader: Reader, scope: Scope, fields: Iterable[tuple[str, str]]) -> tuple[Filled, ...]:
    """Of some fields, those that are filled too seldom to rest on, the emptiest first."""
    wanted = set(fields)
    rows = [
        each
        for each in pooled(filled(reader, scope, {relation for relation, _ in wanted}))
        if (each.relation, each.field) in wanted
    ]
    return tuple(sorted((each for each in rows if each.share < LEAST_FILLED), key=lambda each: each.share))
