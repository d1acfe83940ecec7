"""What the product says of a company's chains, held against what is true: counts, from which the tables make shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.clocks.due import due
from answerback.analysis.court import raised as court_raised
from answerback.analysis.court.balls import HELD, MISSED, OPEN, Balls, balls
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.reader import Reader
from answerback.analysis.risk import raised as risk_raised
from answerback.analysis.risk.attempts import Tried
from answerback.analysis.risk.taken import risk_taken
from answerback.analysis.stages import raised as stages_raised
from answerback.analysis.stages.standing import Backing, standings
from answerback.domain.kinds import ActionKind
from answerback.domain.playbook import Policy
from answerback.engine.settings import playbook_relations
from answerback.stats.arrays import BoolArray, IntArray
from calibration.chains.truth import Truth, keys_of
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
        "named": named_counts(world, planted),
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
        keys = [keys_of("event", [f"{copied}a{row}" for row in range(count)]).tolist() for copied in ("", "crm-")]
        return {key: row for each in keys for row, key in enumerate(each)}

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
    asked = acts.of(kinds) & (acts.seller >= 0) & (due_at < found.as_of) & ~truth.after_end
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


NAMING = {"court": court_raised, "stages": stages_raised, "risk": risk_raised}
"""Whose findings name reps."""


def named_counts(world: World, planted: set[int]) -> Row:
    """Planted reps and others whom a finding names, by area; and how many deals of each are large for everybody."""
    numbers = world.rep_numbers
    looks = [each for each in risk_taken(world.reader, EVERYBODY).looks if each.tried is Tried.LARGE]
    counts: Row = {}
    for area, asked in NAMING.items():
        keys = {each.subject.key for each in asked.findings(world.reader, EVERYBODY) if each.subject.kind == "rep"}
        named = {numbers.get(key or 0, -1) for key in keys}
        counts[area] = [len(named & planted), len(named - planted)]
    for who, whose in (("planted", True), ("others", False)):
        own = [each for each in looks if (numbers.get(each.rep_key, -1) in planted) is whose]
        counts[f"deals_{who}"], counts[f"large_{who}"] = len(own), sum(each.is_attempt for each in own)
    return counts | {"planted": len(planted)}


STRICT = ("returned_offer",)
"""What a playbook requires of a negotiation that takes it for what the model does: an offer that came back."""


def stage_counts(world: World, truth: Truth, planted: set[int]) -> Row:
    """Deals that are ahead of their buyers in truth and as told; and as told with a playbook that is strict."""
    deals = truth.deals
    backing = told_backing(world.reader, deals.key)
    typed_in, checked = backing == Backing.TYPED_IN, ~np.isin(backing, ["", Backing.UNCHECKED])
    by_strict = told_backing(strict(world.reader), deals.key)
    strictly = by_strict == Backing.TYPED_IN
    needed = np.array([_needed(world, stage) for stage in deals.stage.tolist()], np.int64)
    claimed = deals.claimed & (deals.stage > deals.step)
    unproved = needed > deals.proved
    own = np.isin(deals.seller, sorted(planted))
    return {
        "open": len(deals.key),
        "told_open": int((backing != "").sum()),
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
        "strictly": int(strictly.sum()),
        "strictly_claimed": int((strictly & claimed).sum()),
        "strictly_unchecked": int((claimed & (by_strict == Backing.UNCHECKED)).sum()),
        "planted": [int(own.sum()), int((own & claimed).sum()), int((own & typed_in).sum())],
        "others": [int((~own).sum()), int((~own & claimed).sum()), int((~own & typed_in).sum())],
    }


def told_backing(reader: Reader, keys: IntArray) -> NDArray[np.str_]:
    """By deal, what the product says of its stage; empty where it knows no such open deal."""
    told = {each.deal_key: str(each.backing) for each in standings(reader, EVERYBODY, [reader.as_of])}
    return np.array([told.get(key, "") for key in keys.tolist()], np.str_)


def strict(reader: Reader) -> Reader:
    """The same company with a stricter playbook; the relation of what proves a stage is made anew."""
    stages = [
        each.model_copy(update={"requires": tuple(map(ActionKind, STRICT))}) if each.name == "Negotiation" else each
        for each in reader.playbook.stage
    ]
    playbook = reader.playbook.model_copy(update={"stage": tuple(stages)})
    reader.duck.put("playbook_proof", playbook_relations(playbook)["playbook_proof"])
    reader.forget_all()
    return replace(reader, playbook=playbook)


def _needed(world: World, stage: int) -> int:
    """The last stage up to one that requires an act."""
    stages = world.told.playbook.stage
    return max((place for place, each in enumerate(stages[: stage + 1]) if each.requires), default=-1)


def case_counts(found: Balls, truth: Truth) -> Row:
    """Service cases that are open, in truth and as told."""
    rows: BoolArray = found.where(*OPEN) & (found.policy == found.names.index(SERVICE))
    told = set(found.event_key[rows].tolist())
    return {"open": len(truth.cases), "told": len(told), "both": len(truth.cases & told)}
