"""What is true of the chains of a practice company, from the model itself and not from what was recorded of it.

A pursuit is one person at one company whom one territory works on. An act was answered by the first touch by hand in
its pursuit, recorded or not; where a system recorded it, that is told beside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.court import STILL_OWED
from answerback.domain.playbook import Stage
from answerback.simulate.assemble import Story, told_events
from answerback.simulate.deals import OUTCOMES
from answerback.simulate.facts import Facts
from answerback.simulate.ledger import Columns, in_order
from answerback.simulate.model import Told
from answerback.simulate.parameters import DAY, STAGES
from answerback.stats.arrays import BoolArray, IntArray
from answerback.workspace.keys import Keys
from calibration.worlds.company import SECRET
from calibration.worlds.log import SOURCE

NEVER = 1 << 40
"""The instant of what has not happened."""


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """What buyers did, by number: when, in which pursuit, whose turn it made it, and whether they let it lie.

    `refuses` are acts after which nobody owes anything, `seen` are those that a system recorded.
    """

    at: IntArray
    pursuit: IntArray
    kind: pa.Array
    seller: IntArray
    dropped: BoolArray
    refuses: BoolArray
    seen: BoolArray

    def of(self, kinds: Collection[str]) -> BoolArray:
        """Which are of some kinds and call for something."""
        found: BoolArray = pc.is_in(self.kind, value_set=pa.array(sorted(kinds), pa.string())).to_numpy(False)
        return found & ~self.refuses


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """What sellers did by hand: when, in which pursuit, what, and whether a system recorded it."""

    at: IntArray
    pursuit: IntArray
    kind: pa.Array
    seen: BoolArray

    def first(self, acts: Acts, kinds: Collection[str], *, seen: bool) -> IntArray:
        """By act, when the first touch came in its pursuit, of some kinds (none: of any); `NEVER` for none."""
        rows = np.ones(len(self.at), np.bool_)
        if kinds:
            rows &= pc.is_in(self.kind, value_set=pa.array(sorted(kinds), pa.string())).to_numpy(False)
        if seen:
            rows &= self.seen
        return next_in_pursuit(acts, self.pursuit[rows], self.at[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """Deals of the CRM that are open at the end, by key: what their present stage rests on.

    `stage` is its place, `claimed` whether it was moved there without any act of a buyer, `step` how far the buyer
    truly is, `proved` the highest stage that an act of the pursuit proves by the playbook, recorded or not (-1: none).
    """

    key: IntArray
    seller: IntArray
    stage: IntArray
    claimed: BoolArray
    step: IntArray
    proved: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A company as it was."""

    acts: Acts
    touches: Touches
    over_at: IntArray
    """By act, when its pursuit was over: the buyer said no, or the deal ended; `NEVER` where it is not."""
    after_end: BoolArray
    """By act, whether its deal had ended by then: nobody owes anything after that."""
    deals: Deals
    cases: frozenset[int]
    """Service cases that are open at the end, by key."""


def truth_of(told: Told, story: Story, recorded: Facts, stages: Sequence[Stage]) -> Truth:
    """What is true of a company, beside what its systems recorded; stages are those of the playbook."""
    efforts, told_acts = told_events(told)
    acts = _acts(told, story, recorded, told_acts)
    hand = ~efforts["sequence"]
    touches = Touches(
        efforts["at"][hand],
        efforts["pursuit"][hand],
        story.facts.tables["effort"]["kind"].combine_chunks().filter(pa.array(hand)),
        _seen(recorded, "effort")[hand],
    )
    opened = told.courses.deals.opened.columns()
    deals, _ = in_order(opened, opened["at"] < story.facts.end)
    ended = _ended(story.facts, len(deals["at"]))
    is_over = ended < NEVER
    ended_at = np.full(told.pursuits.count, NEVER)
    ended_at[deals["pursuit"]] = ended
    refused_at = next_in_pursuit(acts, acts.pursuit[acts.refuses], acts.at[acts.refuses])
    closed_at = next_in_pursuit(acts, deals["pursuit"][is_over], ended[is_over])
    return Truth(
        acts,
        touches,
        np.minimum(refused_at, closed_at),
        ended_at[acts.pursuit] <= acts.at,
        _deals(told, story, deals, ~is_over, _proved(acts, stages, told.pursuits.count)),
        frozenset(keys_of("case", _open_cases(story.facts)).tolist()),
    )


def next_in_pursuit(acts: Acts, pursuit: IntArray, at: IntArray) -> IntArray:
    """By act, the first of some instants in its pursuit, at it or after it."""
    order = np.lexsort((at, pursuit))
    span = 1 << 34
    known = pursuit[order] * span + at[order]
    place = np.searchsorted(known, acts.pursuit * span + acts.at)
    found = np.minimum(place, max(len(known) - 1, 0))
    if not len(known):
        return np.full(len(acts.at), NEVER)
    same = (place < len(known)) & (pursuit[order][found] == acts.pursuit)
    return np.where(same, at[order][found], NEVER)


def keys_of(space: str, ids: Sequence[str]) -> IntArray:
    """The keys of ids, as a load would have made them."""
    keys, _ = Keys(SECRET).keyed(space, SOURCE, pa.array(ids, pa.string()))
    found: IntArray = keys.to_numpy(False).astype(np.int64)
    return found


def _acts(told: Told, story: Story, recorded: Facts, acts: Columns) -> Acts:
    table = story.facts.tables["action"]
    kind = table["kind"].combine_chunks()
    owed = pc.is_in(kind, value_set=pa.array(sorted(STILL_OWED), pa.string())).to_numpy(False)
    days = (acts["at"] - told.worktime.start) // DAY
    held = {int(day): told.staffing.holders(int(day)) for day in np.unique(days)}
    seats = told.pursuits.seat[acts["pursuit"]]
    return Acts(
        at=acts["at"],
        pursuit=acts["pursuit"],
        kind=kind,
        seller=np.array([held[day][seat] for day, seat in zip(days.tolist(), seats.tolist(), strict=True)], np.int64),
        dropped=acts["dropped"].astype(np.bool_),
        refuses=acts["refuses"].astype(np.bool_) & ~owed,
        seen=_seen(recorded, "action"),
    )


def _seen(facts: Facts, name: str) -> BoolArray:
    found: BoolArray = pc.not_equal(facts.tables[name]["system"], "none").to_numpy()
    return found


def _ended(facts: Facts, count: int) -> IntArray:
    """By deal, when it ended; `NEVER` where it is open."""
    changes = facts.tables["deal_change"].filter(
        pc.is_in(facts.tables["deal_change"]["new"], value_set=pa.array(OUTCOMES))
    )
    ended = np.full(count, NEVER)
    np.minimum.at(ended, changes["deal"].to_numpy(), changes["at"].to_numpy())
    return ended


def _proved(acts: Acts, stages: Sequence[Stage], pursuits: int) -> IntArray:
    """By pursuit, the highest stage that any of its acts proves, in the playbook's words."""
    proved = np.full(pursuits, -1)
    for place, stage in enumerate(stages):
        rows = acts.of([str(each) for each in stage.requires])
        np.maximum.at(proved, acts.pursuit[rows], place)
    return proved


def _deals(told: Told, story: Story, deals: Columns, is_open: BoolArray, proved: IntArray) -> Deals:
    changes = story.facts.tables["deal_change"]
    moved = pc.equal(changes["field"], "stage").to_numpy()
    deal, claimed = changes["deal"].to_numpy()[moved], story.claimed[moved]
    places = pc.index_in(changes["new"], pa.array(STAGES)).to_numpy()[moved].astype(np.int64)
    stage, is_claimed = np.full(len(is_open), -1), np.zeros(len(is_open), np.bool_)
    stage[deal], is_claimed[deal] = places, claimed  # by time: the last one stands
    rows = np.flatnonzero(is_open & (stage >= 0))
    pursuit = deals["pursuit"][rows]
    sellers = story.facts.tables["deal"]["seller"].to_numpy()[rows]
    ids = [f"d{row}" for row in rows.tolist()]
    return Deals(
        keys_of("deal", ids), sellers, stage[rows], is_claimed[rows], told.pursuits.step[pursuit].astype(np.int64),
        proved[pursuit],
    )  # fmt: skip


def _open_cases(facts: Facts) -> list[str]:
    return [f"c{row['case']}" for row in facts.rows("case") if row["closed_at"] is None]
