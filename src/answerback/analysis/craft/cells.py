"""What each rep's touches of buyers like these came to: counts by rep, kind of touch, sort of buyers, and by week.

Counted are captured touches made by hand that no act called for, whose answer could have been recorded and that have
waited in full; answers by proof alone. Buyers are alike who share a segment, or a size where no segment is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.analysis.states import observed_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.stats.arrays import weighted_count
from answerback.stats.prior import PeerPrior, peer_prior

DAYS = 364
FEWEST_PEERS = 5
LEAST_GROUP = 100.0
"""Touches of all reps, for peers to say anything."""
_PEERS = 300
"""Of more peers so many, by lot, say what all would."""
GROUP_NAMES = ("play", "kind", "purpose", "step", "segment")
NAMES = ("play_wide", *GROUP_NAMES)


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of touch to buyers like these: touches of one group serve one purpose at one step."""

    play: str
    kind: str
    purpose: str
    step: str
    segment: str


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts per rep and group, ordered by group; `rep`, `group`, `n`, `s` are parallel, `group` an index."""

    groups: tuple[Group, ...]
    rep: NDArray[np.int64]
    group: NDArray[np.int64]
    n: NDArray[np.float64]
    s: NDArray[np.float64]

    def rows(self, group: int) -> slice:
        """The rows of a group."""
        start, end = np.searchsorted(self.group, (group, group + 1))
        return slice(int(start), int(end))


@dataclass(frozen=True, slots=True, eq=False)
class Weeks:
    """Touches and proved answers per stratum and week, shape (strata, weeks).

    A stream is a rep's wide kind of touch, its strata are the kinds of touch and sorts of buyers in it: `rep` and
    `play` are by stream, `stream` is by stratum. `first_week` is the number of the first week since Monday 1970-01-05.
    """

    rep: NDArray[np.int64]
    play: tuple[str, ...]
    stream: NDArray[np.int64]
    n: NDArray[np.float64]
    s: NDArray[np.float64]
    first_week: int


def _counted(reader: Reader, scope: Scope) -> str:
    since = sql_instant(reader.as_of - timedelta(days=DAYS))
    return f"""outcome.evidence = 'captured' and outcome.origin = 'hand' and not outcome.reactive
          and outcome.rep_key is not null and {in_view(scope, "outcome.contested", "outcome.rep_key")}
          and outcome.occurred_at > {since} and outcome.occurred_at <= {reader.instant}
          and seen_seconds is not null and {observed_sql(reader.instant)} >= waiting_seconds"""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Touches and proved answers by rep, kind of touch, sort of buyers and week, as they were read; in no order.

    `labels` holds the sorted names of each of `NAMES`, `codes` (a row of them a name) which of them a row has; `rep`,
    `week`, `n` and `s` are by row.
    """

    labels: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, NDArray[np.int64]]
    rep: NDArray[np.int64]
    week: NDArray[np.int64]
    n: NDArray[np.float64]
    s: NDArray[np.float64]

    def together(self, first: NDArray[np.int64], *names: str) -> NDArray[np.int64]:
        """One number for what rows have in common, in the order of `first` and then of the names."""
        for name in names:
            first = first * max(len(self.labels[name]), 1) + self.codes[name]
        return first

    def apart(self, number: NDArray[np.int64], *names: str) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
        """The same undone: `first`, and the names."""
        parts: list[list[str]] = []
        for name in reversed(names):
            number, code = np.divmod(number, max(len(self.labels[name]), 1))
            parts.append([self.labels[name][each] for each in code.tolist()])
        return number, list(zip(*reversed(parts), strict=True))


def read_counts(reader: Reader, scope: Scope) -> Counts:
    """Everybody's counts of the last year; whoever shows rows of reps must keep to the scope.

    Sorts of buyers are counted by number and named at the end: numbers take half the time.
    """
    rows = reader.query(f"""
        with sort as (
            select segment, row_number() over (order by segment) as number
            from (select distinct coalesce(segment, size_band) as segment from account)
            where segment is not null
        ),
        buyer as (
            select account.account_key, sort.number
            from account join sort on sort.segment = coalesce(account.segment, account.size_band)
        ),
        counted as (
            select rep_key, play_wide, play, kind, coalesce(purpose, '') as purpose, coalesce(step, '') as step,
                   buyer.number, case when buyer.number is null then outcome.segment end as segment,
                   cast(floor((epoch(occurred_at) / 86400 - 4) / 7) as bigint) as week,
                   count(*) as n, count(*) filter (proved_at <= {reader.instant}) as s
            from outcome left join buyer on buyer.account_key = outcome.account_key
            where {_counted(reader, scope)}
            group by all
        )
        select rep_key, play_wide, play, kind, purpose, step, coalesce(sort.segment, counted.segment, '') as segment,
               week, n, s
        from counted left join sort on sort.number = counted.number""")
    coded = {name: _coded(rows[name]) for name in NAMES}
    rep, week = (rows[name].to_numpy().astype(np.int64) for name in ("rep_key", "week"))
    n, s = (rows[name].to_numpy().astype(np.float64) for name in ("n", "s"))
    labels, codes = ({name: each[place] for name, each in coded.items()} for place in (0, 1))
    return Counts(labels, codes, rep, week, n, s)  # type: ignore[arg-type]


def _coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The sorted values of a column, and which of them each row has."""
    encoded = column.combine_chunks().dictionary_encode()
    values = np.array(encoded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(values, kind="stable")
    rank = np.empty(len(values), np.int64)
    rank[order] = np.arange(len(values))
    return tuple(values[order].tolist()), rank[encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)]


def cells_of(counts: Counts) -> Cells:
    """All weeks of a rep's touches of one group together."""
    reps, who = np.unique(counts.rep, return_inverse=True)
    group = counts.together(np.zeros(len(who), np.int64), *GROUP_NAMES)
    found, row = np.unique(group * max(len(reps), 1) + who, return_inverse=True)
    n, s = (weighted_count(row, each, len(found)) for each in (counts.n, counts.s))
    known, number = np.unique(found // max(len(reps), 1), return_inverse=True)
    _, labels = counts.apart(known, *GROUP_NAMES)
    return Cells(tuple(Group(*each) for each in labels), reps[found % max(len(reps), 1)], number, n, s)


def weeks_of(counts: Counts) -> Weeks:
    """All sorts of touches of one stratum together, week by week."""
    if not len(counts.rep):
        none = np.empty(0, np.int64)
        return Weeks(none, (), none, np.empty((0, 0)), np.empty((0, 0)), 0)
    reps, who = np.unique(counts.rep, return_inverse=True)
    strata, stratum = np.unique(counts.together(who, "play_wide", "play", "segment"), return_inverse=True)
    first, last = int(counts.week.min()), int(counts.week.max())
    shape = len(strata), last - first + 1
    place = stratum * shape[1] + counts.week - first
    n, s = (weighted_count(place, each, shape[0] * shape[1]).reshape(shape) for each in (counts.n, counts.s))
    narrow = max(len(counts.labels["play"]), 1) * max(len(counts.labels["segment"]), 1)
    streams, stream = np.unique(strata // narrow, return_inverse=True)
    rep, labels = counts.apart(streams, "play_wide")
    return Weeks(reps[rep], tuple(play for (play,) in labels), stream, n, s, first)


def priors(cells: Cells) -> dict[int, PeerPrior]:
    """What the peers of each group say, where there are enough of them."""
    found = {}
    for number in range(len(cells.groups)):
        rows = cells.rows(number)
        n, s = cells.n[rows], cells.s[rows]
        if len(n) < FEWEST_PEERS or n.sum() < LEAST_GROUP:
            continue
        found[number] = said(s, n)
    return found


def said(s: NDArray[np.float64], n: NDArray[np.float64]) -> PeerPrior:
    """What these members say of one of them; of very many some, in the order of their keys, which is no order."""
    stride = -(-len(n) // _PEERS)
    return peer_prior(s[::stride], n[::stride])


def of_scope(scope: Scope, reps: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which reps may be looked at."""
    if scope.everybody:
        return np.ones(len(reps), dtype=np.bool_)
    return np.isin(np.asarray(reps, np.int64), [each.rep_key for each in scope.stretches])
