"""Ways to make a placebo of a workspace's data: each takes one sort of effect away and leaves all else as it is.

- `answers`: the answers of all efforts of one kind and week are dealt among these efforts. Who made them, to whom, in
  which segment no longer matters; how the team as a whole fared, week by week, stays.
- `weeks`: the answers of one rep's efforts of one kind are dealt among these efforts. Nothing changes over time; that
  one rep is better than another stays. Efforts that still wait are given outcomes of older ones, drawn at random.
- `reps`: what one rep did with an account is given to the rep of another account. Nobody is better than another.
- `acts`: all that the people of one company did is moved by the same number of weeks, at random, around the clock of
  the time that is looked at. What they did no longer follows what was done to them; hot companies stay hot.
- `treatments`: whose conversations they were is dealt among reps. They have helped nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from answerback.analysis.placebo.standin import StandIns

Ints = NDArray[np.int64]

WEEK_SECONDS = 604_800
LEAST_WEEKS = 3
"""Acts are moved by at least so many weeks: further than any window reaches that is compared."""
_LAGS = ("on_base_at", "proved_at", "other_at", "other_proved_at", "contact_at")
_ACTS = ("on_base_action_key", "proved_action_key", "other_action_key")
_REP = ("rep_key", "team", "role", "segment", "region", "tenure_band")


def dealt(stratum: ArrayLike, rng: Generator) -> Ints:
    """For each unit another of the same stratum, each taken once; shape (n,), places.

    >>> stratum = np.array([0, 1, 0, 1, 1])
    >>> places = dealt(stratum, np.random.default_rng(1))
    >>> sorted(places.tolist()), (stratum[places] == stratum).tolist()
    ([0, 1, 2, 3, 4], [True, True, True, True, True])
    """
    of = np.asarray(stratum, dtype=np.int64)
    mine = np.argsort(of, kind="stable")
    theirs = np.lexsort((rng.random(len(of)), of))
    places = np.empty(len(of), dtype=np.int64)
    places[mine] = theirs
    return places


def drawn_from(stratum: ArrayLike, pool: ArrayLike, rng: Generator) -> Ints:
    """For each unit one of the pool of the same stratum, at random, with repeats; -1 where the pool has none.

    `stratum` numbers all units, `pool` says which of them may be drawn; both of shape (n,).

    >>> places = drawn_from([0, 0, 1, 2], [True, False, True, False], np.random.default_rng(1))
    >>> places.tolist()
    [0, 0, 2, -1]
    """
    of, may = np.asarray(stratum, dtype=np.int64), np.flatnonzero(pool)
    by_stratum = may[np.argsort(of[may], kind="stable")]
    begin = np.searchsorted(of[by_stratum], of, side="left")
    count = np.searchsorted(of[by_stratum], of, side="right") - begin
    place = begin + np.floor(rng.random(len(of)) * count).astype(np.int64)
    found: Ints = np.full(len(of), -1, dtype=np.int64)
    some = count > 0
    found[some] = by_stratum[place[some]]
    return found


def deal_answers(stand_ins: StandIns, rng: Generator) -> None:
    """`answers`: among all efforts of one kind and week."""
    rows = _efforts(stand_ins, f"play, cast(floor(epoch(occurred_at) / {WEEK_SECONDS}) as bigint) as week")
    key = _ints(rows, "effort_key")
    seen = np.asarray(rows["seen"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    places = dealt(_numbered(rows, "play", "week", "seen", "full"), rng)
    _deal_outcomes(stand_ins, key[seen], key[places][seen])


def deal_weeks(stand_ins: StandIns, rng: Generator) -> None:
    """`weeks`: among all efforts of one rep and kind, whenever they were made."""
    rows = _efforts(stand_ins, "rep_key, play, origin, evidence")
    key = _ints(rows, "effort_key")
    seen, over, full = (
        np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.bool_) for name in ("seen", "over", "full")
    )
    stratum = _numbered(rows, "rep_key", "play", "origin", "evidence")
    known = seen & over & full
    places = np.where(known, dealt(np.where(known, stratum, -1), rng), drawn_from(stratum, known, rng))
    some = seen & (places >= 0)
    _deal_outcomes(stand_ins, key[some], key[places[some]])


def deal_reps(stand_ins: StandIns, rng: Generator) -> None:
    """`reps`: among accounts."""
    true = stand_ins.keep("outcome")
    rows = stand_ins.reader.query(
        f"select account_key, min(effort_key) as effort_key from {true} group by account_key order by account_key"
    )
    donor = _ints(rows, "effort_key")[rng.permutation(rows.num_rows)]
    stand_ins.reader.duck.put("dealt", pa.table({"account_key": rows["account_key"], "donor_key": pa.array(donor)}))
    columns = ", ".join(f"donor.{name} as {name}" for name in _REP)
    stand_ins.replace(
        "outcome",
        f"select own.* replace ({columns}) from {true} as own "
        "join dealt on dealt.account_key is not distinct from own.account_key "
        f"join {true} as donor on donor.effort_key = dealt.donor_key",
    )


def shift_acts(stand_ins: StandIns, rng: Generator) -> None:
    """`acts`: by whole weeks, each company by its own number of them."""
    true = stand_ins.keep("buyer_action")
    instant = stand_ins.reader.instant
    span = stand_ins.reader.query(
        f"select cast(min(epoch(occurred_at)) as bigint) as first, cast(epoch({instant}) as bigint) as last "
        f"from {true} where occurred_at <= {instant}"
    ).to_pylist()[0]
    rows = stand_ins.reader.query(f"select distinct account_key from {true} order by account_key")
    weeks = 0 if span["first"] is None else (span["last"] - span["first"]) // WEEK_SECONDS
    if weeks <= 2 * LEAST_WEEKS:
        return
    moved = rng.integers(LEAST_WEEKS, weeks - LEAST_WEEKS + 1, rows.num_rows) * WEEK_SECONDS
    stand_ins.reader.duck.put("moved", pa.table({"account_key": rows["account_key"], "seconds": pa.array(moved)}))
    around = f"(cast(epoch(act.occurred_at) as bigint) - {span['first']} + moved.seconds) % {weeks * WEEK_SECONDS}"
    stand_ins.replace(
        "buyer_action",
        f"select act.* replace (make_timestamp(({span['first']} + {around}) * 1000000) as occurred_at) "
        f"from {true} as act join moved on moved.account_key is not distinct from act.account_key "
        f"where act.occurred_at <= {instant}",
    )


def deal_treatments(stand_ins: StandIns, rng: Generator) -> None:
    """`treatments`: all of one rep's conversations become another's."""
    true = stand_ins.keep("conversation")
    rows = stand_ins.reader.query(f"select distinct rep_key from {true} where rep_key is not null order by rep_key")
    other = _ints(rows, "rep_key")[rng.permutation(rows.num_rows)]
    stand_ins.reader.duck.put("dealt", pa.table({"rep_key": rows["rep_key"], "other_key": pa.array(other)}))
    stand_ins.replace(
        "conversation",
        f"select own.* replace (dealt.other_key as rep_key) from {true} as own "
        "join dealt on dealt.rep_key = own.rep_key",
    )


WAYS: Mapping[str, Callable[[StandIns, Generator], None]] = MappingProxyType(
    {
        "answers": deal_answers,
        "weeks": deal_weeks,
        "reps": deal_reps,
        "acts": shift_acts,
        "treatments": deal_treatments,
    }
)
"""By name, how a placebo is made."""
READS: Mapping[str, str] = MappingProxyType(
    {"answers": "outcome", "weeks": "outcome", "reps": "outcome", "acts": "buyer_action", "treatments": "conversation"}
)
"""By way, the relation that it deals."""


def _efforts(stand_ins: StandIns, columns: str) -> pa.Table:
    """Efforts in a fixed order, with whether their answers could be seen, in full, and whether the wait is over."""
    true = stand_ins.keep("outcome")
    return stand_ins.reader.query(
        f"select effort_key, {columns}, seen_seconds is not null as seen, "
        "coalesce(seen_seconds >= waiting_seconds, false) as full, "
        f"epoch({stand_ins.reader.instant}) - epoch(occurred_at) >= waiting_seconds as over "
        f"from {true} where occurred_at <= {stand_ins.reader.instant} order by effort_key"
    )


def _deal_outcomes(stand_ins: StandIns, own: Ints, donor: Ints) -> None:
    """Gives efforts the answers of others, as long after the one as they came after the other."""
    true = stand_ins.keep("outcome")
    stand_ins.reader.duck.put("dealt", pa.table({"effort_key": pa.array(own), "donor_key": pa.array(donor)}))
    lags = [f"own.occurred_at + (donor.{name} - donor.occurred_at) as {name}" for name in _LAGS]
    acts = [f"donor.{name} as {name}" for name in _ACTS]
    stand_ins.replace(
        "outcome",
        f"select own.* replace ({', '.join([*lags, *acts])}) from {true} as own "
        f"join dealt on dealt.effort_key = own.effort_key join {true} as donor on donor.effort_key = dealt.donor_key "
        f"union all by name select own.* from {true} as own anti join dealt on dealt.effort_key = own.effort_key",
    )


def _numbered(rows: pa.Table, *names: str) -> Ints:
    """Strata as numbers, one for each combination of values."""
    number = np.zeros(rows.num_rows, dtype=np.int64)
    for name in names:
        codes = rows[name].combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
        _, number = np.unique(number * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    return number


def _ints(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows[name].to_numpy(), dtype=np.int64)
