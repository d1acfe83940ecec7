"""On-base rates: which share of efforts moved a buyer, by anything that an effort can be grouped by.

`counting` says what came of the efforts of each cell; `stats` judges. A cell without enough behind it says why, and
points at the nearest coarser play that has enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.counting import STATES, Counts, Key, Question, chosen_few, read_counts, selected_sql
from answerback.analysis.dimensions import KEYED
from answerback.analysis.exposure import Exposed, expose
from answerback.analysis.few import Few, few_of, recorded_until
from answerback.analysis.lags import Levels, PlayLag, levels_of, play_lags
from answerback.analysis.peers import Groups, Peers, by_group, groups_of
from answerback.analysis.reader import Reader, ids_of, ids_sql, keys_of
from answerback.analysis.states import DAY_SECONDS
from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.rate import CellRates, judge, own_rates, shrunk_rates

__all__ = ["STATES", "Cell", "OnBase", "on_base"]


@dataclass(frozen=True, slots=True)
class Cell:
    """The efforts of one cell and what came of them."""

    keys: Mapping[str, object]
    efforts: int
    on_base: int
    answered: int
    unanswered: int
    still_open: int
    unseen: int
    proved: int
    """Those on base by proof (E1, E2); the rest of `on_base` is plausible."""
    efforts_per_week: float
    rate: Rate | NotEnoughData
    proved_rate: Rate | NotEnoughData
    matured: float
    """Efforts seen, each weighted by the share of its answers that should have come by now."""
    rolled_up_to: str = ""
    """The nearest coarser play that has enough, where this one has not."""
    rolled_up: Rate | None = None
    rolled_up_efforts: int = 0
    """All efforts of that coarser play in the same other keys, those of plays with enough of their own among them."""
    rolled_up_on_base: int = 0


@dataclass(frozen=True, slots=True)
class OnBase:
    """The answer: cells in order of their keys, and what stands apart from them."""

    by: tuple[str, ...]
    cells: tuple[Cell, ...]
    as_of: datetime
    snapshot: str
    sequence_efforts: int
    """Efforts of sequences: theirs, not a rep's. Group by `origin` to see them."""
    claimed_efforts: int
    """Efforts that somebody typed in. Group by `evidence` to see them."""
    contested_efforts: int
    """Efforts left out because they, or an answer to them, are contested and that is not settled."""
    efforts_loaded: int
    recorded_until: datetime | None
    """Until when answers were recorded, where that is before `as_of`: later ones cannot be known."""


def on_base(
    reader: Reader,
    scope: Scope,
    *,
    by: tuple[str, ...],
    where: Mapping[str, str] | None = None,
    looked_up: Few | None = None,
) -> OnBase:
    """On-base rates by any dimensions; `where` restricts to one value of some of them.

    A restriction on a dimension that is grouped by picks cells and leaves their peers as they are; on any other
    dimension it says which efforts are counted at all. With `looked_up`, the outcomes of this very scope, they are not
    looked up once more.

    Raises UsageError for a dimension that does not exist or is named twice.
    """
    if len(set(by)) < len(by):
        raise UsageError("a dimension is named twice", where="--by", next_step="name each once")
    chosen = where or {}
    population = {name: value for name, value in chosen.items() if name not in by}
    wanted = {name: _meant(reader, name, value) for name, value in chosen.items() if name in by}
    lags = play_lags(reader, scope)
    with nullcontext(looked_up) if looked_up is not None else few_of(reader, scope) as few:
        asked = Question(reader, scope, by, population, few=few)
        cells = _cells(asked, lags)
        if "play" in by and any(isinstance(cell.rate, NotEnoughData) for cell in cells.values()):
            cells = _roll_up(asked, lags, cells)
        apart = _standing_apart(replace(asked, by=("origin", "evidence"), where=chosen))
        contested = _contested(replace(asked, where=chosen, contested=True))
        loaded = _loaded(asked)
    picked = {
        key: cell
        for key, cell in cells.items()
        if all(_text(value) in wanted[name] for name, value in zip(by, key, strict=True) if name in wanted)
    }
    return OnBase(
        by=by,
        cells=tuple(_named(reader, by, picked)),
        as_of=reader.as_of,
        snapshot=reader.snapshot.name,
        contested_efforts=contested,
        **apart,
        **loaded,
    )


def _standing_apart(asked: Question) -> dict[str, Any]:
    """Efforts that fit and are counted only where somebody groups by their origin or evidence."""
    few = chosen_few(asked)
    if few is not None:
        told = Counter(zip(few["origin"].to_pylist(), few["evidence"].to_pylist(), strict=True))
    else:
        sql = f"select dim_0, dim_1, count(*) as n from ({selected_sql(asked)}) group by all"
        told = Counter({(row["dim_0"], row["dim_1"]): row["n"] for row in asked.reader.query(sql).to_pylist()})
    return {
        "sequence_efforts": sum(n for (origin, _), n in told.items() if origin == "sequence"),
        "claimed_efforts": sum(n for (_, evidence), n in told.items() if evidence == "claimed"),
    }


def _contested(asked: Question) -> int:
    """How many efforts would be counted here, were they not contested."""
    if not asked.reader.snapshot.relations["contest"].rows:
        return 0
    return int(asked.reader.query(f"select count(*) from ({selected_sql(asked)})").column(0)[0].as_py())


def _loaded(asked: Question) -> dict[str, Any]:
    """How many efforts there are at all, and until when answers to them were recorded."""
    reader = asked.reader
    if asked.few is not None:
        until = recorded_until(asked.few, reader)
        return {"efforts_loaded": asked.few.whole.num_rows, "recorded_until": _earlier(until, reader)}
    row = reader.query(f"""
        with made as (
            select rep_key, play_id, count(*) as n, max(occurred_at) filter (seen_seconds is not null) as last_seen
            from outcome where {within(asked.scope, "rep_key", "occurred_at")} group by rep_key, play_id
        ),
        watched as (select distinct rep_key from coverage_span)
        select cast(coalesce(sum(made.n), 0) as bigint) as n, max(span.ends_at) as until
        from made
        left join watched on watched.rep_key = made.rep_key
        left join coverage_span as span
          on span.rep_key is not distinct from watched.rep_key and span.play_id = made.play_id
         and made.last_seen >= span.starts_at and made.last_seen < span.ends_at""").to_pylist()[0]
    return {"efforts_loaded": row["n"], "recorded_until": _earlier(row["until"], reader)}


def _earlier(until: datetime | None, reader: Reader) -> datetime | None:
    """An instant of the relations where it lies before the reader's."""
    at = until.replace(tzinfo=UTC) if until is not None else None
    return at if at is not None and at < reader.as_of else None


def _meant(reader: Reader, name: str, value: str) -> frozenset[str]:
    """The values that a word stands for: a person or company may be named by any id of theirs."""
    if name not in KEYED or not value:
        return frozenset({value})
    return frozenset(str(key) for key in keys_of(reader, KEYED[name], value))


def _named(reader: Reader, by: tuple[str, ...], cells: Mapping[Key, Cell]) -> list[Cell]:
    """The cells with the ids of people and companies in place of their keys, in order."""
    keyed = [(place, KEYED[name]) for place, name in enumerate(by) if name in KEYED]
    asked = {key[place] for key in cells for place, _ in keyed}
    known = {value for value in asked if isinstance(value, int)}
    ids = ids_of(reader, known, *(space for _, space in keyed)) if known else {}
    found = []
    for key, cell in cells.items():
        keys = {
            name: ids.get(value, str(value)) if name in KEYED and isinstance(value, int) else value
            for name, value in zip(by, key, strict=True)
        }
        found.append((tuple(_sortable(value) for value in (*keys.values(), *key)), replace(cell, keys=keys)))
    return [cell for _, cell in sorted(found, key=lambda each: each[0])]


def id_of(reader: Reader, space: str) -> dict[int, str]:
    """The id behind each key of a space of people or companies."""
    table = reader.query(f"select key, id from {ids_sql(repr(space))}")
    return dict(zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True))


def _cells(asked: Question, lags: Mapping[str, PlayLag], level: str = "play") -> dict[Key, Cell]:
    """Every cell, by its key."""
    by = asked.by
    keys, counts = read_counts(asked, level)
    size = len(keys)
    exposed, rates, proved_rates = _rates(asked, lags, level, keys, counts)
    total = {name: _sum(values, counts.cell, size) for name, values in counts.state.items()}
    n, proved = _sum(counts.n, counts.cell, size), _sum(counts.proved, counts.cell, size)
    weeks = _weeks(counts, size)
    cells: dict[Key, Cell] = {}
    for number, key in enumerate(keys):
        unseen = int(total["unseen"][number])
        seen = int(n[number]) - unseen
        cells[key] = Cell(
            keys=dict(zip(by, key, strict=True)),
            efforts=int(n[number]),
            on_base=int(total["on_base"][number]),
            answered=int(total["answered"][number]),
            unanswered=int(total["unanswered"][number]),
            still_open=int(total["open"][number]),
            unseen=unseen,
            proved=int(proved[number]),
            efforts_per_week=float(n[number] / weeks[number]),
            rate=_judged(rates[number], exposed, number, seen=seen, unseen=unseen),
            proved_rate=_judged(proved_rates[number], exposed, number, seen=seen, unseen=unseen),
            matured=float(exposed.exposure[number]),
        )
    return cells


def _judged(rate: Rate, exposed: Exposed, cell: int, *, seen: int, unseen: int) -> Rate | NotEnoughData:
    """The rate if there is enough behind it. Without a curve nobody knows how young the young ones are."""
    answer = judge(rate, efforts=seen, lag=exposed.curve[cell], unseen=unseen)
    lacks = exposed.lacks[cell]
    young = isinstance(answer, NotEnoughData) and answer.reason is Reason.TOO_YOUNG
    return lacks if young and lacks is not None else answer


def _rates(
    asked: Question, lags: Mapping[str, PlayLag], level: str, keys: list[Key], counts: Counts
) -> tuple[Exposed, list[Rate], list[Rate]]:
    """Exposure, and each cell's rate with plausible links and by proof alone, drawn toward peers."""
    exposed = expose(counts, lags, len(keys))
    if "rep" not in asked.by:
        rates, proved_rates = (own_rates(success, exposed.exposure) for success in (exposed.success, exposed.proved))
        return exposed, rates, proved_rates
    groups = groups_of(asked.by, keys, counts)
    found = [
        _drawn(peers, groups, success, exposed.exposure)
        for peers, success in zip(peers_of(asked, lags, level), (exposed.success, exposed.proved), strict=True)
    ]
    return exposed, found[0], found[1]


def peers_of(asked: Question, lags: Mapping[str, PlayLag], level: str = "play") -> tuple[Peers, Peers]:
    """What peers say in a question by rep, whoever asks it: of all links, and of those by proof. Read once."""
    everybody = replace(asked, scope=Scope("what peers say", everybody=True), few=None)
    key = ("peers", asked.by, tuple(sorted(asked.where.items())), level, asked.reader.as_of)
    return asked.reader.once(key, lambda: _peers_of(everybody, lags, level))


def read_curves(reader: Reader, scope: Scope) -> int:
    """Reads beforehand what rates rest on whoever asks: how soon answers come, and what peers say of kinds of touch.

    Later questions to the same snapshot as of the same instant find it there. Returns of how many kinds.
    """
    lags = play_lags(reader, scope)
    for level in Levels:
        peers_of(Question(reader, scope, ("rep", "play"), {}), lags, level)
    return len(levels_of(reader))


def _peers_of(everybody: Question, lags: Mapping[str, PlayLag], level: str) -> tuple[Peers, Peers]:
    keys, counts = read_counts(everybody, level)
    exposed, groups = expose(counts, lags, len(keys)), groups_of(everybody.by, keys, counts)
    all_links, proved = (
        Peers(everybody.by, keys, groups, success=success, exposure=exposed.exposure)
        for success in (exposed.success, exposed.proved)
    )
    return all_links, proved


def _drawn(peers: Peers, groups: Groups, success: NDArray[np.float64], exposure: NDArray[np.float64]) -> list[Rate]:
    """The cells' rates, each drawn toward the group that can speak for it."""
    rates: dict[int, Rate] = {}
    for group, numbers in by_group(peers, groups).items():
        chosen = np.array(numbers)
        s, m = success[chosen], exposure[chosen]
        found = own_rates(s, m) if group is None else _each(shrunk_rates(s, m, prior=peers.say(group)))
        rates.update(zip(numbers, found, strict=True))
    return [rates[number] for number in range(len(success))]


def _each(rates: CellRates) -> list[Rate]:
    return [rates.cell(number) for number in range(len(rates.rate))]


def _roll_up(asked: Question, lags: Mapping[str, PlayLag], cells: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """Cells without enough, each with the nearest coarser play of the same other keys that has enough."""
    coarser = levels_of(asked.reader)
    wider = {level: _cells(asked, lags, level) for level in Levels[1:]}
    place = asked.by.index("play")
    result = dict(cells)
    for key, cell in cells.items():
        if not isinstance(cell.rate, NotEnoughData):
            continue
        for level in Levels[1:]:
            name = coarser[str(key[place])][level]
            other = wider[level].get((*key[:place], name, *key[place + 1 :]))
            if name != key[place] and other is not None and isinstance(other.rate, Rate):
                result[key] = replace(
                    cell,
                    rolled_up_to=name,
                    rolled_up=other.rate,
                    rolled_up_efforts=other.efforts,
                    rolled_up_on_base=other.on_base,
                )
                break
    return result


def _weeks(counts: Counts, size: int) -> NDArray[np.float64]:
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, counts.cell, counts.first)
    np.maximum.at(last, counts.cell, counts.last)
    weeks: NDArray[np.float64] = np.maximum((last - first) / (7 * DAY_SECONDS), 1.0)
    return weeks


def _sum(values: NDArray[np.int64], cell: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.bincount(cell, values, size).astype(np.int64)


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _sortable(value: object) -> tuple[bool, str]:
    return (value is None, str(value))


def utc_text(at: datetime) -> str:
    """An instant as it is written in answers: `2026-03-01T09:30:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
