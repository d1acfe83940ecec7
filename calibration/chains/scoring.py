"""What the product says of a company's chains, held against what is true: counts, from which the tables make shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from answerback.analysis.clocks.due import due
from answerback.analysis.court.balls import HELD, MISSED, OPEN, Balls, State, balls
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.stages.standing import Backing, standings
from answerback.domain.playbook import Policy
from answerback.stats.arrays import BoolArray, IntArray
from calibration.chains.truth import NEVER, Truth, keys_of
from calibration.worlds.asking import EVERYBODY
from calibration.worlds.company import World

Row = dict[str, Any]


def scored(world: World, truth: Truth) -> Row:
    """Everything that is scored in a company."""
    found = balls(world.reader, EVERYBODY)
    matched = Matched(world, truth, found)
    planted = {seller for each in world.plan.planted for seller in each.sellers}
    return {
        "balls": {
            policy.name: ball_counts(matched, place, policy) for place, policy in enumerate(found.policies)
        },
        "reps": rep_counts(matched, planted),
        "stages": stage_counts(world, truth, planted),
        "service": case_counts(found, truth),
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Matched:
    """A company's balls and its true acts, brought together by their keys."""

    world: World
    truth: Truth
    found: Balls

    @cached_property
    def numbers(self) -> dict[int, int]:
        """By key, the number of an act; a mail that was kept twice has either key."""
        count = len(self.truth.acts.at)
        kept = {}
        for form in ("a{}", "crm-a{}"):
            kept |= dict(zip(keys_of("event", [form.format(row) for row in range(count)]).tolist(), range(count)))
        return kept

    @cached_property
    def first(self) -> IntArray:
        """By ball, the number of its first act; -1 where it is none."""
        return np.array([self.numbers.get(key, -1) for key in self.found.event_key.tolist()], np.int64)

    @cached_property
    def seller(self) -> IntArray:
        """By ball, the number of the rep whose it is said to be; -1 for nobody."""
        numbers = self.world.rep_numbers
        return np.array([numbers.get(key, -1) for key in self.found.rep_key.tolist()], np.int64)

    @cached_property
    def party(self) -> dict[int, int]:
        """By the number of an act, the person or else the chain that it is of, as recorded."""
        rows = self.world.reader.query(
            "select event_key, coalesce(contact_key, chain_key) as party from chain_event where side = 'buyer'"
        )
        return {
            self.numbers[key]: party
            for key, party in zip(rows["event_key"].to_pylist(), rows["party"].to_pylist(), strict=True)
            if key in self.numbers
        }

    @cached_property
    def of_party(self) -> dict[tuple[int, int], list[int]]:
        """By policy and party, the balls."""
        found = self.found
        party = np.where(found.contact_key != 0, found.contact_key, found.chain_key).tolist()
        kept: dict[tuple[int, int], list[int]] = {}
        for row, key in enumerate(zip(found.policy.tolist(), party, strict=True)):
            kept.setdefault(key, []).append(row)
        return kept

    def ball_of(self, place: int, act: int) -> int | None:
        """The ball of a policy that holds an act: the last of its party that had begun by then and was not over."""
        at = self.times[act]
        rows = self.of_party.get((place, self.party.get(act, 0)), [])
        held = [
            row for row in rows if self.found.since[row] <= at and not 0 <= self.found.ended_at[row] < at
        ]  # fmt: skip
        return max(held, key=lambda row: int(self.found.since[row]), default=None)

    @cached_property
    def times(self) -> IntArray:
        """By act, when it happened by the records: a clock may have been wrong."""
        rows = self.world.reader.query(
            "select event_key, cast(epoch(occurred_at) as bigint) as at from chain_event where side = 'buyer'"
        )
        times = self.truth.acts.at.copy()
        for key, at in zip(rows["event_key"].to_pylist(), rows["at"].to_pylist(), strict=True):
            if key in self.numbers:
                times[self.numbers[key]] = at
        return times

    def due(self, policy: Policy) -> IntArray:
        """By act, the last instant in time by a policy, on the clock of whom it truly was to answer."""
        keys = {number: key for key, number in self.world.rep_numbers.items()}
        acts = self.truth.acts
        reps = np.array([keys.get(seller, 0) for seller in acts.seller.tolist()], np.int64)
        return due(self.found.book, reps, acts.at, policy.within_seconds, working_time=policy.working_time)


def ball_counts(matched: Matched, place: int, policy: Policy) -> Row:
    """Of one policy: acts that were let lie and whether they were found; what was called missed and whether it was."""
    truth, found = matched.truth, matched.found
    acts, kinds = truth.acts, [str(each) for each in policy.after]
    settles = [str(each) for each in policy.settled_by]
    due_at = matched.due(policy)
    answered, seen = (truth.touches.first(acts, settles, seen=each) for each in (False, True))
    asked = acts.of(kinds) & (acts.seller >= 0) & (due_at < found.as_of)
    missed = asked & (answered > due_at) & (truth.over_at > due_at)
    counts = {"let_lie": int((asked & acts.dropped).sum()), "missed": 0, "found": 0, "all_missed": 0, "all_found": 0}
    for act in np.flatnonzero(missed).tolist():
        how = _how_told(matched, place, act)
        counts["all_missed"] += 1
        counts["all_found"] += how == "found"
        if acts.dropped[act]:
            counts["missed"] += 1
            counts[how] = counts.get(how, 0) + 1
    told = np.flatnonzero(found.where(*MISSED) & (found.policy == place))
    firsts = matched.first[told]
    known = firsts >= 0
    late = known & (seen[firsts] > due_at[firsts]) & (truth.over_at[firsts] > due_at[firsts])
    unseen = late & (answered[firsts] <= due_at[firsts])
    return counts | {
        "told": len(told),
        "right": int(late.sum()),
        "unseen": int(unseen.sum()),
        "in_time": int((known & (seen[firsts] <= due_at[firsts])).sum()),
        "over": int((known & (seen[firsts] > due_at[firsts]) & (truth.over_at[firsts] <= due_at[firsts])).sum()),
        "lay": int((late & acts.dropped[firsts]).sum()),
        "right_rep": int((late & (acts.seller[firsts] == matched.seller[told])).sum()),
    }


def _how_told(matched: Matched, place: int, act: int) -> str:
    """What became of an act that was truly missed: found; or why not."""
    if not matched.truth.acts.seen[act]:
        return "not_recorded"
    row = matched.ball_of(place, act)
    if row is None:
        return "no_ball"
    if not matched.found.where(*MISSED)[row]:
        return str(matched.found.state_of(row))
    return "found" if matched.seller[row] == matched.truth.acts.seller[act] else "of_another_rep"


def rep_counts(matched: Matched, planted: set[int]) -> Row:
    """Balls that are decided and those missed, of planted reps and the others: as told, and as let lie in truth."""
    found, acts = matched.found, matched.truth.acts
    mine = np.isin(matched.seller, sorted(planted))
    policies = found.policy < len(found.policies)
    held, missed = (found.where(*states) & policies & (matched.seller >= 0) for states in (HELD, MISSED))
    asked = acts.of(["replied", "asked", "introduced", "inquired"]) & (acts.seller >= 0)
    own = np.isin(acts.seller, sorted(planted))
    return {
        who: {
            "held": int((held & those).sum()),
            "missed": int((missed & those).sum()),
            "asked": int((asked & truly).sum()),
            "let_lie": int((asked & truly & acts.dropped).sum()),
        }
        for who, those, truly in (("planted", mine, own), ("others", ~mine, ~own))
    }


def stage_counts(world: World, truth: Truth, planted: set[int]) -> Row:
    """Deals that are ahead of their buyers in truth and as told."""
    told = {each.deal_key: each for each in standings(world.reader, EVERYBODY, [world.reader.as_of])}
    deals = truth.deals
    typed_in, checked = (
        np.array([key in told and _is(told[key].backing, what) for key in deals.key.tolist()], np.bool_)
        for what in ("typed_in", "checked")
    )
    needed = np.array([_needed(world, stage) for stage in deals.stage.tolist()], np.int64)
    claimed = deals.claimed & (deals.stage > deals.step)
    unproved = needed > deals.proved
    own = np.isin(deals.seller, sorted(planted))
    return {
        "open": len(deals.key),
        "told_open": len(told),
        "checked": int(checked.sum()),
        "claimed": int(claimed.sum()),
        "claimed_told": int((claimed & typed_in).sum()),
        "claimed_unproved": int((claimed & unproved).sum()),
        "claimed_unproved_told": int((claimed & unproved & typed_in).sum()),
        "claimed_unchecked": int((claimed & ~checked).sum()),
        "unproved": int(unproved.sum()),
        "told": int(typed_in.sum()),
        "told_claimed": int((typed_in & claimed).sum()),
        "told_unproved": int((typed_in & unproved).sum()),
        "planted": [int(own.sum()), int((own & claimed).sum()), int((own & typed_in).sum())],
        "others": [int((~own).sum()), int((~own & claimed).sum()), int((~own & typed_in).sum())],
    }


def _is(backing: Backing, what: str) -> bool:
    return backing is Backing.TYPED_IN if what == "typed_in" else backing is not Backing.UNCHECKED


def _needed(world: World, stage: int) -> int:
    """The last stage up to one that requires an act."""
    stages = world.told.playbook.stage
    return max((place for place, each in enumerate(stages[: stage + 1]) if each.requires), default=-1)


def case_counts(found: Balls, truth: Truth) -> Row:
    """Service cases that are open, in truth and as told."""
    rows: BoolArray = found.where(*OPEN) & (found.policy == found.names.index(SERVICE))
    told = set(found.event_key[rows].tolist())
    return {"open": len(truth.cases), "told": len(told), "both": len(truth.cases & told)}
