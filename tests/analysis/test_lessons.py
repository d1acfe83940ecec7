"""Lessons: what is planted is borne out, what is not is not; only what comes after a lesson speaks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from answerback.analysis.lessons import (
    Claim,
    Place,
    State,
    best,
    evidence,
    evidence_of_each,
    fits,
    not_yet,
    places,
    suggestions,
)
from answerback.analysis.lessons.evidence import judged
from answerback.analysis.lessons.lots import Dealt, Lots
from answerback.analysis.lessons.matching import open_deals
from answerback.analysis.lessons.touches import Held, held_against, touches_of
from answerback.analysis.lessons.uses import uses_of
from answerback.analysis.lessons.usual import usual_at_steps, what_works
from answerback.analysis.lessons.vocabulary import vocabulary
from answerback.analysis.reader import Reader
from answerback.analysis.searching import read_chains_of_reps
from answerback.api import Workspace
from answerback.stats.advice import Advised, TooLittle, Touched
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.objecting import AFTER_PRICE, DEALS, END, REPS, STATED, objected_at, objects, rep_of, tables
from tests.analysis.team import text

PRICE = Claim("1", STATED, play="call", instead_of="email", step="closing", obstacle="price")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(tmp_path_factory.mktemp("lessons"), tables())


@pytest.fixture(scope="module")
def reader(built: Workspace) -> Iterator[Reader]:
    with looking(built, END) as reader:
        yield reader


def of(reader: Reader, claim: Claim) -> Held:
    return held_against(reader, OWNER, claim)


def test_counts_are_those_of_loops_over_the_records(reader: Reader) -> None:
    data = tables()
    answered = {each["refers_to"] for each in data["buyer_action"]}
    made: Counter[tuple[str, bool]] = Counter()
    for each in data["effort"]:
        number = int(each["deal_id"][1:])
        after = objects(number) and each["occurred_at"] > text(objected_at(number))
        if after and each["occurred_at"] > text(STATED):
            made[each["kind"], each["reference"] in answered] += 1
    held = of(reader, PRICE)
    for used, kind in ((True, "call"), (False, "email")):
        assert held.sums(used=used) == (made[kind, True] + made[kind, False], made[kind, True])
    assert held.people(used=True) == set(rep_keys(reader).values()) - {rep_keys(reader)["uma"]}


def test_what_is_planted_is_confirmed_and_its_size_lies_within(reader: Reader) -> None:
    author = rep_keys(reader)["ann"]
    told = evidence(reader, OWNER, replace(PRICE, author_key=author))
    assert told is not None
    assert told.state is State.CONFIRMED
    assert isinstance(told.found, Advised)
    assert told.found.low < AFTER_PRICE["call"] - AFTER_PRICE["email"] < told.found.high
    assert (told.tried, told.holding) == (6, 6)  # eight, less the author, less one who never calls


def test_where_nobody_objected_so_nothing_is_known(reader: Reader) -> None:
    told = evidence(reader, OWNER, replace(PRICE, obstacle="timing"))
    assert told is not None
    assert (told.state, told.held.sums(used=True)) == (State.EMERGING, (0, 0))


def test_what_was_seen_before_does_not_speak_for_it(reader: Reader) -> None:
    late = evidence(reader, OWNER, replace(PRICE, stated_at=END - timedelta(days=20)))
    assert late is not None
    assert late.state is State.EMERGING
    assert late.found == TooLittle(0.0, 0.0)


def test_the_other_way_round_it_is_rejected(reader: Reader) -> None:
    told = evidence(reader, OWNER, replace(PRICE, play="email", instead_of="call"))
    assert told is not None
    assert told.state is State.REJECTED


def test_one_who_makes_only_one_kind_is_compared_with_nobody(reader: Reader) -> None:
    held = of(reader, PRICE)
    alone = held.of(held.rep == rep_keys(reader)["uma"])
    assert alone.sums(used=False)[0] > 0
    assert judged(PRICE, alone, Dealt()).found == TooLittle(0.0, 0.0)


def test_lots_come_before_what_was_observed(reader: Reader) -> None:
    held = of(reader, PRICE)
    nothing = held.of(held.rep == 0)
    assert judged(PRICE, nothing, Dealt(Lots.FOR)).state is State.CONFIRMED
    assert judged(PRICE, held, Dealt(Lots.AGAINST)).state is State.REJECTED


def test_several_are_asked_at_once_as_each_alone(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answerback.analysis.lessons.touches.AT_ONCE", 2)
    nowhere, late = replace(PRICE, obstacle="timing"), replace(PRICE, stated_at=END - timedelta(days=60))
    claims = [PRICE, nowhere, late, replace(PRICE, play="email", instead_of="call"), Claim("9", STATED, step="closing")]
    every = evidence_of_each(reader, OWNER, claims)
    assert list(every) == claims
    for claim in claims:
        alone, told = held_against(reader, OWNER, claim), every[claim]
        assert told is not None
        assert told.found == judged(claim, alone, Dealt()).found
        for used in (True, False):
            assert told.held.sums(used=used) == alone.sums(used=used)
            assert told.held.people(used=used) == alone.people(used=used)
    assert len({each.held.sums(used=True) for each in every.values() if each is not None}) > 2


def test_what_nothing_came_after_is_emerging() -> None:
    assert (not_yet(PRICE).state, not_yet(PRICE).found) == (State.EMERGING, TooLittle(0.0, 0.0))


def test_it_takes_three_beside_the_author_to_confirm(reader: Reader) -> None:
    held, keys = of(reader, PRICE), rep_keys(reader)
    three = held.of(np.isin(held.rep, [keys[each] for each in ("ann", "ben", "cleo")]))
    told = judged(replace(PRICE, author_key=keys["ann"]), three, Dealt())
    assert isinstance(told.found, Advised)
    assert told.found.low > 0
    assert told.state is State.SUPPORTED


def test_a_use_is_the_next_touch_of_that_rep_in_that_deal(reader: Reader) -> None:
    claim = Claim("7", datetime(2025, 9, 1, tzinfo=UTC), step="closing")
    data = tables()
    (said,) = (each for each in data["decision"] if each["subject_id"] == "d1" and each["kind"] == "lesson_used")
    expected = min(
        each["effort_id"] for each in data["effort"] if each["deal_id"] == "d1"
        if each["occurred_at"] == min(
            one["occurred_at"] for one in data["effort"]
            if one["deal_id"] == "d1" and one["occurred_at"] >= said["occurred_at"]
        )
    )  # fmt: skip
    used = [each for each in touches_of(reader, OWNER, claim, most=10_000) if each["used"]]
    assert len(used) == 1  # the second was taken back
    assert reader.query(f"select id from ids where key = {used[0]['effort_key']}")["id"].to_pylist() == [expected]
    assert of(reader, claim).sums(used=True)[0] == 1


def test_a_use_tells_what_came_of_it(reader: Reader) -> None:
    (use,) = uses_of(reader, scope_of(reader, "ben"), "7")
    data = tables()
    answered = {each["refers_to"] for each in data["buyer_action"]}
    assert use.deal_id == "d1"
    assert use.state == ("on_base" if use.effort_id in answered else "unanswered")
    assert uses_of(reader, scope_of(reader, "ann"), "7") == ()
    assert uses_of(reader, OWNER, "8") == ()


def test_a_lesson_speaks_of_what_five_people_met(reader: Reader) -> None:
    known = vocabulary(reader)
    assert known.steps == ("opening", "closing")
    assert known.obstacles == ("price",)
    assert known.plays[:2] in (("email", "call"), ("call", "email"))
    assert known.segments == ("large", "small")


def test_a_scope_sees_its_own_rows_alone(reader: Reader) -> None:
    key = rep_keys(reader)["ben"]
    own = held_against(reader, scope_of(reader, "ben"), PRICE)
    assert own.people(used=True) == own.people(used=False) == {key}
    assert own.sums(used=True)[0] < of(reader, PRICE).sums(used=True)[0]


def test_the_planted_claim_is_suggested_and_nothing_else(reader: Reader) -> None:
    told = {(each.claim.step, each.claim.obstacle, each.claim.play, each.claim.instead_of)
            for each in suggestions(reader, OWNER)}  # fmt: skip
    assert told == {("closing", "price", "call", "email")}


def test_where_deals_stand_and_which_lesson_fits(reader: Reader) -> None:
    deals = open_deals(reader, rep_keys(reader)["ann"], most=5)
    found = places(reader, deals)
    assert len(deals) == 5  # the latest touched
    assert {each.step for each in found.values()} == {"closing"}
    ids = reader.query("select id, key from ids where space = 'deal'").to_pylist()
    number = {row["key"]: int(row["id"][1:]) for row in ids}
    assert all(rep_of(number[key]) == "ann" for key in deals)
    assert all((each.obstacle == "price") == objects(number[key]) for key, each in found.items())


def test_those_touched_last_come_first_also_by_what_was_read_before(reader: Reader) -> None:
    ann, worked = rep_keys(reader)["ann"], read_chains_of_reps(reader)
    found = open_deals(reader, ann, most=10_000, worked=worked)
    assert set(found) == set(open_deals(reader, ann, most=10_000))
    touched = [worked.last_of(ann)[key] for key in found]
    assert touched == sorted(touched, reverse=True)
    assert len(set(touched)) > 1
    assert open_deals(reader, ann, most=3, worked=worked) == found[:3]


def test_at_most_one_lesson_and_never_a_rejected_one() -> None:
    place = Place("closing", "small", "price")
    close, wide = replace(PRICE, lesson_id="3", segment="small"), replace(PRICE, lesson_id="4", obstacle="")
    claims = [(wide, State.EMERGING), (PRICE, State.EMERGING), (close, State.REJECTED)]
    assert best(claims, place) == PRICE
    assert best([*claims, (wide, State.CONFIRMED)], place) == wide
    assert best([(close, State.REJECTED)], place) is None
    assert not fits(Claim("5", STATED, play="call"), place)


def test_what_is_usual_is_told_of_five_people_or_more(reader: Reader) -> None:
    usual = usual_at_steps(reader, OWNER)
    (price,) = usual["closing", ""].objections
    assert usual["closing", ""].deals == DEALS
    assert (price.what, price.deals, price.people) == ("price", sum(map(objects, range(DEALS))), len(REPS))
    assert all(each.people >= 5 for place in usual.values() for each in (*place.objections, *place.acts))


def test_where_the_sort_of_buyers_is_not_known_each_kind_of_touch_is_told_once(
    reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tables()
    for each in data["account"]:
        each.pop("segment", None)
    with looking(workspace_of(tmp_path_factory.mktemp("unsorted"), data), END) as unsorted:
        found = what_works(unsorted, OWNER)
        every = usual_at_steps(unsorted, OWNER)
    assert found["closing", ""] == what_works(reader, OWNER)["closing", ""]
    assert len(found["closing", ""]) > 1
    assert every == {place: each for place, each in usual_at_steps(reader, OWNER).items() if not place[1]}


def test_touched_knows_its_rows() -> None:
    rows = Touched(np.array([0, 1]), np.array([0, 1]), np.array([True, False]), np.ones(2), np.zeros(2))
    assert rows.only(np.array([True, False])).n.tolist() == [1.0]
