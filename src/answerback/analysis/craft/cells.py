"""What each rep's touches of buyers like these came to: counts by rep, kind of touch, sort of buyers, and by week.

Counted are captured touches made by hand that no act called for, whose answer could have been recorded and that have
waited in full; answers by proof alone. Buyers are alike who share a segment, or a size where no segment is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.analysis.states import observed_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.stats.prior import PeerPrior, peer_prior

DAYS = 364
FEWEST_PEERS = 5
LEAST_GROUP = 100.0
"""Touches of all reps, for peers to say anything."""
_PEERS = 300
"""Of more peers so many, by lot, say what all would."""


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


def read_cells(reader: Reader, scope: Scope) -> Cells:
    """Everybody's counts of the last year; whoever shows rows of reps must keep to the scope."""
    rows = reader.query(f"""
        select play, kind, coalesce(purpose, '') as purpose, coalesce(step, '') as step,
               coalesce(account.segment, account.size_band, outcome.segment, '') as segment, rep_key,
               count(*) as n, count(*) filter (proved_at <= {reader.instant}) as s
        from outcome left join account on account.account_key = outcome.account_key
        where {_counted(reader, scope)}
        group by all order by play, kind, purpose, step, segment, rep_key""")
    names = ("play", "kind", "purpose", "step", "segment")
    labels = list(zip(*(rows[name].to_pylist() for name in names), strict=True))
    place: dict[tuple[str, ...], int] = {}
    group = np.array([place.setdefault(label, len(place)) for label in labels], np.int64)
    return Cells(
        groups=tuple(Group(*label) for label in place),
        rep=rows["rep_key"].to_numpy(),
        group=group,
        n=rows["n"].to_numpy().astype(np.float64),
        s=rows["s"].to_numpy().astype(np.float64),
    )


def read_weeks(reader: Reader, scope: Scope) -> Weeks:
    """Everybody's counts by week."""
    rows = reader.query(f"""
        select rep_key, play_wide, cast(floor((epoch(occurred_at) / 86400 - 4) / 7) as bigint) as week,
               dense_rank() over (order by rep_key, play_wide, play,
                   coalesce(account.segment, account.size_band, outcome.segment, '')) - 1 as stratum,
               count(*) as n, count(*) filter (proved_at <= {reader.instant}) as s
        from outcome left join account on account.account_key = outcome.account_key
        where {_counted(reader, scope)}
        group by rep_key, play_wide, play, coalesce(account.segment, account.size_band, outcome.segment, ''), week
        order by stratum, week""")
    if not rows.num_rows:
        none = np.empty(0, np.int64)
        return Weeks(none, (), none, np.empty((0, 0)), np.empty((0, 0)), 0)
    rep, week, stratum = (rows[name].to_numpy().astype(np.int64) for name in ("rep_key", "week", "stratum"))
    play = rows["play_wide"].combine_chunks().dictionary_encode()
    code = play.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    fresh = np.r_[True, (rep[1:] != rep[:-1]) | (code[1:] != code[:-1])]
    first = int(week.min())
    n = np.zeros((int(stratum[-1]) + 1, int(week.max()) - first + 1))
    s = np.zeros_like(n)
    n[stratum, week - first], s[stratum, week - first] = rows["n"].to_numpy(), rows["s"].to_numpy()
    stream = (np.cumsum(fresh) - 1)[np.r_[True, stratum[1:] != stratum[:-1]]]
    names = play.dictionary.to_pylist()
    return Weeks(rep[fresh], tuple(names[each] for each in code[fresh].tolist()), stream, n, s, first)


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
