"""On-base rates: which share of efforts moved a buyer, by anything that an effort can be grouped by.

One pass over the outcomes counts, per cell and age, what came of the efforts; `stats` judges. A cell without enough behind
it says why, and points at the nearest coarser play that has enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.analysis.dimensions import KEYED, grouping
from answerback.analysis.lags import Levels, PlayLag, play_lags
from answerback.analysis.reader import Reader, ids_sql
from answerback.analysis.states import DAY_SECONDS, age_days_sql, observed_sql, state_sql
from answerback.domain.answers import NotEnoughData, Rate
from answerback.domain.scope import Scope
from answerback.stats.lag import LagCurve
from answerback.stats.rate import CellRates, judge, shrunk_rates

FEWEST_PEERS = 5
"""A group of fewer cells says too little about its members: the next wider one is asked."""
STATES = ("on_base", "answered", "unanswered", "open", "unseen")
Key = tuple[object, ...]


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


@dataclass(slots=True)
class _Counts:
    """Columns of counts: one row per cell, play and age."""

    cell: NDArray[np.int64]
    play: list[str]
    peer: list[tuple[object, object]]
    age: NDArray[np.int64]
    full: NDArray[np.bool_]
    """Observed for the whole waiting time."""
    n: NDArray[np.int64]
    state: dict[str, NDArray[np.int64]]
    due: NDArray[np.int64]
    """On base within the whole days of the age."""
    proved: NDArray[np.int64]
    proved_due: NDArray[np.int64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]


def on_base(reader: Reader, scope: Scope, *, by: tuple[str, ...], where: Mapping[str, str] | None = None) -> OnBase:
    """On-base rates by any dimensions; `where` restricts to one value of some of them.

    A restriction on a dimension that is grouped by picks cells and leaves their peers as they are; on any other dimension
    it says which efforts are counted at all.

    Raises UsageError for a dimension that does not exist.
    """
    chosen = where or {}
    population = {name: value for name, value in chosen.items() if name not in by}
    lags = play_lags(reader, scope)
    cells = _cells(reader, scope, by, population, lags, "play")
    if "play" in by and any(isinstance(cell.rate, NotEnoughData) for cell in cells):
        cells = _roll_up(reader, scope, by, population, lags, cells)
    wanted = {name: value for name, value in chosen.items() if name in by}
    cells = [cell for cell in cells if all(_text(cell.keys[name]) == value for name, value in wanted.items())]
    apart = reader.query(f"""
        select cast(coalesce(sum(case when origin = 'sequence' then 1 else 0 end), 0) as bigint) as sequence_efforts,
               cast(coalesce(sum(case when evidence = 'claimed' then 1 else 0 end), 0) as bigint) as claimed_efforts,
               count(*) as efforts_loaded
        from outcome where occurred_at <= {reader.instant} and ({scope.condition("rep_key", "occurred_at")})
    """).to_pylist()[0]
    return OnBase(by=by, cells=tuple(cells), as_of=reader.as_of, snapshot=reader.snapshot.name, **apart)


def selected_sql(
    reader: Reader, scope: Scope, by: tuple[str, ...], where: Mapping[str, str], level: str = "play"
) -> str:
    """The query for the efforts that figures count: one row each with its cell, state, age and answering act."""
    names = tuple(dict.fromkeys([*by, *where]))
    group = grouping(reader, names)
    columns = dict(zip(names, group.columns, strict=True))
    if "play" in columns:
        columns["play"] = f"outcome.{level}"
    conditions = ["outcome.occurred_at <= as_of", f"({scope.condition('outcome.rep_key', 'outcome.occurred_at')})"]
    conditions += [_equals(name, columns[name], value) for name, value in sorted(where.items())]
    if "evidence" not in names:
        conditions.append("outcome.evidence = 'captured'")
    if "origin" not in names:
        conditions.append("outcome.origin = 'hand'")
    dims = "".join(f"{columns[name]} as dim_{number}, " for number, name in enumerate(by))
    full = f"coalesce({observed_sql('as_of')} >= waiting_seconds, false)"
    due = f"{age_days_sql('as_of')} * {DAY_SECONDS}"
    joins = f"\n    {group.joins}" if group.joins else ""
    condition = "\n      and ".join(conditions)
    return f"""\
    select {dims}outcome.effort_key, outcome.play, outcome.segment as peer_segment, outcome.tenure_band as peer_tenure,
           outcome.occurred_at, {full} as full_wait,
           {age_days_sql("as_of")} as age_days,
           {state_sql("as_of")} as state,
           {state_sql("as_of", proved=True)} as proved_state,
           {full} or epoch(on_base_at) - epoch(occurred_at) <= {due} as due,
           {full} or epoch(proved_at) - epoch(occurred_at) <= {due} as proved_due,
           case when on_base_at <= as_of then on_base_action_key
                when other_at <= as_of then other_action_key end as action_key
    from outcome cross join (select {reader.instant} as as_of) as clock{joins}
    where {condition}"""


def counts_sql(reader: Reader, scope: Scope, by: tuple[str, ...], where: Mapping[str, str], level: str = "play") -> str:
    """The query behind the figures: one row per cell, play, peer group and age in days."""
    return f"""\
with effort_state as (
{selected_sql(reader, scope, by, where, level)}
)
select {"".join(f"dim_{number}, " for number in range(len(by)))}play as own_play, peer_segment, peer_tenure, age_days,
       full_wait, count(*) as efforts,
       {", ".join(f"count(*) filter (state = '{each}') as state_{each}" for each in STATES)},
       count(*) filter (state = 'on_base' and due) as due,
       count(*) filter (proved_state = 'on_base') as proved,
       count(*) filter (proved_state = 'on_base' and proved_due) as proved_due,
       epoch(min(occurred_at)) as first, epoch(max(occurred_at)) as last
from effort_state
group by all
order by all"""


def _equals(name: str, column: str, value: str) -> str:
    text = value.replace("'", "''")
    if name in KEYED:
        return f"{column} in (select key from ids where space = '{KEYED[name]}' and id = '{text}')"
    return f"cast({column} as varchar) = '{text}'" if text else f"{column} is null"


def _read(
    reader: Reader, scope: Scope, by: tuple[str, ...], where: Mapping[str, str], level: str
) -> tuple[list[Key], _Counts]:
    table = reader.query(counts_sql(reader, scope, by, where, level))
    dims = [_named(reader, name, table[f"dim_{number}"]) for number, name in enumerate(by)]
    rows: list[Key] = list(zip(*dims, strict=True)) if dims else [()] * table.num_rows
    order: dict[Key, int] = {}
    cell = np.array([order.setdefault(key, len(order)) for key in rows], np.int64)
    number = {
        name: table[name].to_numpy() for name in table.column_names if name.startswith(("state_", "due", "proved"))
    }
    counts = _Counts(
        cell=cell,
        play=table["own_play"].to_pylist(),
        peer=list(zip(table["peer_segment"].to_pylist(), table["peer_tenure"].to_pylist(), strict=True)),
        age=np.nan_to_num(table["age_days"].to_numpy().astype(np.float64)).astype(np.int64),
        full=table["full_wait"].to_numpy(),
        n=table["efforts"].to_numpy(),
        state={each: number[f"state_{each}"] for each in STATES},
        due=number["due"],
        proved=number["proved"],
        proved_due=number["proved_due"],
        first=table["first"].to_numpy().astype(np.float64),
        last=table["last"].to_numpy().astype(np.float64),
    )
    return list(order), counts


def _named(reader: Reader, name: str, column: pa.ChunkedArray) -> list[object]:
    values: list[object] = column.to_pylist()
    if name not in KEYED:
        return values
    ids = id_of(reader, KEYED[name])
    return [None if value is None else ids.get(value, str(value)) for value in values]  # type: ignore[call-overload]


def id_of(reader: Reader, space: str) -> dict[int, str]:
    """The id behind each key of a space of people or companies."""
    table = reader.query(f"select key, id from {ids_sql(repr(space))}")
    return dict(zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True))


def _cells(
    reader: Reader, scope: Scope, by: tuple[str, ...], where: Mapping[str, str], lags: Mapping[str, PlayLag], level: str
) -> list[Cell]:
    keys, counts = _read(reader, scope, by, where, level)
    size = len(keys)
    exposure, success, proved_success, curve_of = _expose(counts, lags, size)
    peers = _peer_groups(by, keys, counts, size) if "rep" in by else None
    rates = _rates(success, exposure, peers)
    proved_rates = _rates(proved_success, exposure, peers)
    total = {name: _sum(values, counts.cell, size) for name, values in counts.state.items()}
    n, proved = _sum(counts.n, counts.cell, size), _sum(counts.proved, counts.cell, size)
    weeks = _weeks(counts, size)
    cells = []
    for number, key in enumerate(keys):
        unseen = int(total["unseen"][number])
        seen = int(n[number]) - unseen
        cells.append(
            Cell(
                keys=dict(zip(by, key, strict=True)),
                efforts=int(n[number]),
                on_base=int(total["on_base"][number]),
                answered=int(total["answered"][number]),
                unanswered=int(total["unanswered"][number]),
                still_open=int(total["open"][number]),
                unseen=unseen,
                proved=int(proved[number]),
                efforts_per_week=float(n[number] / weeks[number]),
                rate=judge(rates[number], efforts=seen, lag=curve_of[number], unseen=unseen),
                proved_rate=judge(proved_rates[number], efforts=seen, lag=curve_of[number], unseen=unseen),
                matured=float(exposure[number]),
            )
        )
    return sorted(cells, key=lambda cell: tuple(_sortable(value) for value in cell.keys.values()))


def _expose(
    counts: _Counts, lags: Mapping[str, PlayLag], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], list[LagCurve | None]]:
    """Matured exposure and the successes that go with it, per cell, and the thinnest curve it rests on.

    Without a curve only efforts that have waited in full are counted: nothing is assumed of the young ones.
    """
    seen = counts.n - counts.state["unseen"]
    share = np.zeros(len(seen))
    curve_of: list[LagCurve | None] = [None] * size
    for row in np.flatnonzero(seen > 0):
        lag = lags[counts.play[row]]
        if counts.full[row]:
            share[row] = 1.0
        elif isinstance(lag.curve, LagCurve):
            share[row] = float(lag.curve.at(counts.age[row]))
            thinnest = curve_of[counts.cell[row]]
            if thinnest is None or lag.curve.matured_answers < thinnest.matured_answers:
                curve_of[counts.cell[row]] = lag.curve
    used = share > 0
    exposure = np.bincount(counts.cell, seen * share, size)
    success = np.bincount(counts.cell, counts.due * used, size)
    proved = np.bincount(counts.cell, counts.proved_due * used, size)
    return exposure, success, proved, curve_of


def _peer_groups(by: tuple[str, ...], keys: list[Key], counts: _Counts, size: int) -> list[Key]:
    """For each cell the group that its rate is drawn toward: same play, segment and tenure band, by most of its efforts.

    A group of too few cells gives way to the same play's, and that to everybody's.
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
    for group in members.values():
        chosen = np.array(group)
        found = shrunk_rates(success[chosen], exposure[chosen])
        rates.update(zip(group, _each(found, len(group)), strict=True))
    return [rates[number] for number in range(len(success))]


def _each(rates: CellRates, size: int) -> list[Rate]:
    return [rates.cell(number) for number in range(size)]


def _alone(rate: Rate) -> Rate:
    own = rate.raw if rate.raw is not None else 0.0
    low, high = min(rate.jeffreys_low, own), max(rate.jeffreys_high, own)
    return replace(rate, rate=own, low=low, high=high, prior_weight=0.0)


def _roll_up(
    reader: Reader,
    scope: Scope,
    by: tuple[str, ...],
    where: Mapping[str, str],
    lags: Mapping[str, PlayLag],
    cells: list[Cell],
) -> list[Cell]:
    """Cells without enough, each with the nearest coarser play of the same other keys that has enough."""
    coarser = {
        row["play"]: row for row in reader.query(f"select distinct {', '.join(Levels)} from outcome").to_pylist()
    }
    wider = {level: _by_key(_cells(reader, scope, by, where, lags, level)) for level in Levels[1:]}
    result = []
    for cell in cells:
        found = cell
        play = cell.keys["play"]
        if isinstance(cell.rate, NotEnoughData) and play in coarser:
            for level in Levels[1:]:
                name = coarser[play][level]
                other = wider[level].get(tuple({**cell.keys, "play": name}.values()))
                if name != play and other is not None and isinstance(other.rate, Rate):
                    found = replace(cell, rolled_up_to=name, rolled_up=other.rate)
                    break
        result.append(found)
    return result


def _by_key(cells: list[Cell]) -> dict[Key, Cell]:
    return {tuple(cell.keys.values()): cell for cell in cells}


def _weeks(counts: _Counts, size: int) -> NDArray[np.float64]:
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, counts.cell, counts.first)
    np.maximum.at(last, counts.cell, counts.last)
    return np.maximum((last - first) / (7 * DAY_SECONDS), 1.0)


def _sum(values: NDArray[np.int64], cell: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.bincount(cell, values, size).astype(np.int64)


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _sortable(value: object) -> tuple[bool, str]:
    return (value is None, str(value))


def utc_text(at: datetime) -> str:
    """An instant as it is written in answers: `2026-03-01T09:30:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
