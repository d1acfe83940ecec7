"""What the header of a relation may say, and what is refused before any build follows it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest

from answerback.engine.blocks import Blocks, cut
from answerback.engine.catalogue import Relation, catalogue, check_headers, passes, relation_from

YEAR = {datetime(2026, month, 1): 10 for month in range(1, 13)}  # noqa: DTZ001 - naive, as relations hold them


def relation(name: str, sql: str, *facts: str, unit: str = "month", kept: str = "yes") -> Relation:
    said = {"key": "k", "unit": unit, "look-back": "none", "look-forward": "none", "kept": kept}
    said |= dict(fact.split(": ", 1) for fact in facts)
    header = "\n".join(f"-- {fact}: {value}" for fact, value in said.items())
    return relation_from(name, f"-- One row.\n{header}\n{sql}")


EFFORT = relation("effort", "select k from current_effort")


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("look-back: effort", "is not a list of"),
        ("look-back: effort (any, by k of effort", "is not a list of"),
        ("follows: contact (somehow)", "follow"),
        ("narrows: current_effort (k = same_event.k)", "narrow"),
        ("unit: week", "unit is one of month, whole"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(fact: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        relation("late", "select k from effort", fact)


WRONG = {
    "an input that it does not read": relation("a", "select k from effort", "look-back: link (one day)"),
    "a look back at what has no months": relation("a", "select k from contact", "look-back: contact (one day)"),
    "to follow what has months": relation("a", "select k from effort", "follows: effort (k by k = effort.k)"),
    "a whole relation over one by month": relation("a", "select k from effort", unit="whole"),
    "a whole relation over all events": relation("a", "select k from current_effort", unit="whole"),
}


@pytest.mark.parametrize("why", WRONG)
def test_headers_that_no_build_could_follow_are_refused(why: str) -> None:
    with pytest.raises(ValueError, match=r"a\.sql"):
        check_headers([EFFORT, WRONG[why]])


def test_what_is_not_kept_is_read_in_its_own_block_alone() -> None:
    step = relation("step", "select k from effort", kept="no")
    check_headers([EFFORT, step, relation("next", "select k from step")])
    with pytest.raises(ValueError, match=r"next\.sql"):
        check_headers([EFFORT, step, relation("next", "select k from step", "look-back: step (one day)")])


def test_what_looks_forward_waits_for_a_pass_of_its_own() -> None:
    ahead = relation("ahead", "select k from effort", "look-forward: effort (one day)")
    after = relation("after", "select k from ahead")
    assert [[each.name for each in group] for group in passes([after, ahead, EFFORT])] == [
        ["effort"],
        ["ahead", "after"],
    ]
    assert len(passes(catalogue())) == 3


def test_blocks_hold_every_instant_once() -> None:
    blocks = cut(YEAR, 25)
    assert blocks.labels == ("2026-01", "2026-03", "2026-05", "2026-07", "2026-09", "2026-11")
    assert [blocks.of(month) for month in YEAR] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert blocks.of(datetime(1999, 1, 1)) == 0  # noqa: DTZ001
    assert blocks.of(datetime(2099, 1, 1)) == 5  # noqa: DTZ001
    ends = [blocks.span(number) for number in range(len(blocks))]
    assert all(one[1] == next_[0] for one, next_ in pairwise(ends))


def test_a_change_shows_as_far_as_a_reader_looks() -> None:
    blocks = cut(YEAR, 10)
    day = 86_400
    assert blocks.shown_in(3) == {3}
    assert blocks.shown_in(3, later=40 * day) == {3, 4, 5}
    assert blocks.shown_in(3, earlier=30 * day) == {2, 3}
    assert blocks.shown_in(0, earlier=400 * day) == {0}
    assert blocks.shown_in(11, later=400 * day) == {11}


def test_blocks_that_stay_are_known_by_both_ends() -> None:
    before = cut(YEAR, 25)
    grown = cut({**YEAR, datetime(2027, 1, 1): 30}, 25, keep=before.starts)  # noqa: DTZ001
    assert grown.labels == (*before.labels, "2027-01")
    assert grown.unlike(before) == {5, 6}, "the last block ended with time, and now ends with the year"
    assert before.unlike(Blocks(())) == set(range(6))
