"""On-base rates: which share of efforts moved a buyer, by anything that an effort can be grouped by.

`counting` says what came of the efforts of each cell; `stats` judges. A cell without enough behind it says why, and
points at the nearest coarser play that has enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.counting import STATES, Counts, Key, Question, read_counts
from answerback.analysis.dimensions import KEYED
from answerback.analysis.lags import Levels, PlayLag, play_lags
from answerback.analysis.reader import Reader, ids_sql, keys_sql
from answerback.analysis.states import DAY_SECONDS
from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.stats.lag import LagCurve
from answerback.stats.rate import CellRates, judge, shrunk_rates

FEWEST_PEERS = 5
"""A group of fewer cells says too little about its members: the next wider one is asked."""

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
    efforts_loaded: int


def on_base(reader: Reader, scope: Scope, *, by: tuple[str, ...], where: Mapping[str, str] | None = None) -> OnBase:
    """On-base rates by any dimensions; `where` restricts to one value of some of them.

    A restriction on a dimension that is grouped by picks cells and leaves their peers as they are; on any other
    dimension it says which efforts are counted at all.

    Raises UsageError for a dimension that does not exist or is named twice.
    """
    if len(set(by)) < len(by):
        raise UsageError("a dimension is named twice", where="--by", next_step="name each once")
    chosen = where or {}
    population = {name: value for name, value in chosen.items() if name not in by}
    asked = Question(reader, scope, by, population)
    lags = play_lags(reader, scope)
    cells = _cells(asked, lags)
    if "play" in by and any(isinstance(cell.rate, NotEnoughData) for cell in cells.values()):
        cells = _roll_up(asked, lags, cells)
    wanted = {name: _meant(reader, name, value) for name, value in chosen.items() if name in by}
    picked = {
        key: cell
        for key, cell in cells.items()
        if all(_text(value) in wanted[name] for name, value in zip(by, key, strict=True) if name in wanted)
    }
    named = _named(reader, by, picked)
    apart = reader.query(f"""
        select cast(coalesce(sum(case when origin = 'sequence' then 1 else 0 end), 0) as bigint) as sequence_efforts,
               cast(coalesce(sum(case when evidence = 'claimed' then 1 else 0 end), 0) as bigint) as claimed_efforts,
               count(*) as efforts_loaded
        from outcome where occurred_at <= {reader.instant} and ({scope.condition("rep_key", "occurred_at")})
    """).to_pylist()[0]
    return OnBase(by=by, cells=tuple(named), as_of=reader.as_of, snapshot=reader.snapshot.name, **apart)


def _meant(reader: Reader, name: str, value: str) -> frozenset[str]:
    """The values that a word stands for: a person or company may be named by any id of theirs."""
    if name not in KEYED or not value:
        return frozenset({value})
    return frozenset(str(key) for key in reader.query(keys_sql(KEYED[name], value))["key"].to_pylist())


def _named(reader: Reader, by: tuple[str, ...], cells: Mapping[Key, Cell]) -> list[Cell]:
    """The cells with the ids of people and companies in place of their keys, in order."""
    ids = {name: id_of(reader, KEYED[name]) for name in by if name in KEYED}
    found = []
    for key, cell in cells.items():
        keys = {
            name: ids[name].get(value, str(value)) if name in ids and isinstance(value, int) else value
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
    exposed = _expose(counts, lags, size)
    peers = _peer_groups(by, keys, counts, size) if "rep" in by else None
    rates = _rates(exposed.success, exposed.exposure, peers)
    proved_rates = _rates(exposed.proved, exposed.exposure, peers)
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


@dataclass(frozen=True, slots=True)
class _Exposed:
    """Per cell: matured exposure, the successes that go with it, and what the exposure rests on."""

    exposure: NDArray[np.float64]
    success: NDArray[np.float64]
    proved: NDArray[np.float64]
    curve: list[LagCurve | None]
    """The thinnest curve; None where every effort that counts has waited in full."""
    lacks: list[NotEnoughData | None]
    """Why young efforts had no curve, where that is so."""


def _judged(rate: Rate, exposed: _Exposed, cell: int, *, seen: int, unseen: int) -> Rate | NotEnoughData:
    """The rate if there is enough behind it. Without a curve nobody knows how young the young ones are."""
    answer = judge(rate, efforts=seen, lag=exposed.curve[cell], unseen=unseen)
    lacks = exposed.lacks[cell]
    young = isinstance(answer, NotEnoughData) and answer.reason is Reason.TOO_YOUNG
    return lacks if young and lacks is not None else answer


def _expose(counts: Counts, lags: Mapping[str, PlayLag], size: int) -> _Exposed:
    """What the efforts of each cell amount to.

    Without a curve only efforts that have waited in full are counted: nothing is assumed of the young ones.
    """
    seen = counts.n - counts.state["unseen"]
    share = np.zeros(len(seen))
    curve_of: list[LagCurve | None] = [None] * size
    lacks: list[NotEnoughData | None] = [None] * size
    for row in np.flatnonzero(seen > 0):
        lag = lags[counts.play[row]]
        if counts.full[row]:
            share[row] = 1.0
        elif isinstance(lag.curve, LagCurve):
            share[row] = float(lag.curve.at(counts.age[row]))
            thinnest = curve_of[counts.cell[row]]
            if thinnest is None or lag.curve.matured_answers < thinnest.matured_answers:
                curve_of[counts.cell[row]] = lag.curve
        else:
            lacks[counts.cell[row]] = lag.curve
    used = share > 0
    exposure, success, proved = (
        np.bincount(counts.cell, values, size).astype(np.float64)
        for values in (seen * share, counts.due * used, counts.proved_due * used)
    )
    return _Exposed(exposure, success, proved, curve_of, lacks)


def _peer_groups(by: tuple[str, ...], keys: list[Key], counts: Counts, size: int) -> list[Key]:
    """For each cell the group that its rate is drawn toward: same play, segment and tenure band.

    Segment and band are those of most of its efforts. A group of too few cells gives way to the same play's, and that
    to everybody's.
    """
    tally: list[dict[tuple[object, object], int]] = [{} for _ in range(size)]
    for cell, peer, n in zip(counts.cell.tolist(), counts.peer, counts.n.tolist(), strict=True):
        tally[cell][peer] = tally[cell].get(peer, 0) + n
    place = by.index("play") if "play" in by else None
    plays = [key[place] if place is not None else None for key in keys]
    fine: list[Key] = [
        (play, *max(sorted(each.items(), key=str), key=lambda item: item[1])[0])
        for play, each in zip(plays, tally, strict=True)
    ]
    wide: list[Key] = [(play,) for play in plays]
    size_of: dict[Key, int] = {}
    for key in [*fine, *wide]:
        size_of[key] = size_of.get(key, 0) + 1
    return [
        first if size_of[first] >= FEWEST_PEERS else second if size_of[second] >= FEWEST_PEERS else ()
        for first, second in zip(fine, wide, strict=True)
    ]


def _rates(success: NDArray[np.float64], exposure: NDArray[np.float64], peers: list[Key] | None) -> list[Rate]:
    """Each cell's rate: drawn toward its peers where cells are people's, else its own with the Jeffreys interval."""
    if peers is None:
        return [_alone(rate) for rate in _each(shrunk_rates(success, exposure), len(success))]
    members: dict[Key, list[int]] = {}
    for number, group in enumerate(peers):
        members.setdefault(group, []).append(number)
    rates: dict[int, Rate] = {}
    for numbers in members.values():
        chosen = np.array(numbers)
        found = shrunk_rates(success[chosen], exposure[chosen])
        rates.update(zip(numbers, _each(found, len(numbers)), strict=True))
    return [rates[number] for number in range(len(success))]


def _each(rates: CellRates, size: int) -> list[Rate]:
    return [rates.cell(number) for number in range(size)]


def _alone(rate: Rate) -> Rate:
    own = rate.raw if rate.raw is not None else 0.0
    low, high = min(rate.jeffreys_low, own), max(rate.jeffreys_high, own)
    return replace(rate, rate=own, low=low, high=high, prior_weight=0.0)


def _roll_up(asked: Question, lags: Mapping[str, PlayLag], cells: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """Cells without enough, each with the nearest coarser play of the same other keys that has enough."""
    plays = asked.reader.query(f"select distinct {', '.join(Levels)} from outcome").to_pylist()
    coarser = {row["play"]: row for row in plays}
    wider = {level: _cells(asked, lags, level) for level in Levels[1:]}
    place = asked.by.index("play")
    result = dict(cells)
    for key, cell in cells.items():
        if not isinstance(cell.rate, NotEnoughData):
            continue
        for level in Levels[1:]:
            name = coarser[key[place]][level]
            other = wider[level].get((*key[:place], name, *key[place + 1 :]))
            if name != key[place] and other is not None and isinstance(other.rate, Rate):
                result[key] = replace(cell, rolled_up_to=name, rolled_up=other.rate)
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
