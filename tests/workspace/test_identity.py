"""Identity: addresses merge, one domain twice in a source is left to a person, and what a person decided stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.workspace.home import Home
from answerback.workspace.identity import identify
from answerback.workspace.journal import Entry, append
from tests.workspace.world import NOW, Line, effort, ids, kept, make, relations, take

Person = tuple[int, int | None, str]
Decision = tuple[str, int, int | None, str]

_PEOPLE = {"key": pa.int64(), "match_key": pa.int64(), "source": pa.string()}
_DECISIONS = {"subject_kind": pa.string(), "subject_key": pa.int64(), "other_key": pa.int64(), "kind": pa.string()}


def table(columns: dict[str, pa.DataType], rows: list[tuple[object, ...]]) -> pa.Table:
    return pa.table(
        [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(columns.values())], names=[*columns]
    )


def settled(
    space: str, people: Sequence[Person], decisions: Sequence[Decision] = ()
) -> tuple[dict[int, int], set[frozenset[int]]]:
    """Which key stands for which, and the doubtful pairs."""
    found = identify({space: table(_PEOPLE, [*people])}, table(_DECISIONS, [*decisions]))
    same = {row["key"]: row["canonical_key"] for row in found.same_as.to_pylist()}
    return same, {frozenset((row["key"], row["other_key"])) for row in found.doubtful.to_pylist()}


def groups(keys: range | list[int], same: dict[int, int]) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for key in keys:
        found.setdefault(same.get(key, key), set()).add(key)
    return {frozenset(each) for each in found.values()}


def test_nobody_is_nobody_else() -> None:
    assert settled("contact", []) == ({}, set())
    assert settled("contact", [(1, 10, "crm"), (2, 20, "crm"), (3, None, "crm"), (4, None, "mail")]) == ({}, set())


@pytest.mark.parametrize("space", ["contact", "rep"])
def test_people_merge_by_address_in_and_across_sources(space: str) -> None:
    people = [(5, 10, "mail"), (7, 10, "crm"), (6, 10, "crm"), (8, 11, "crm"), (9, None, "crm")]
    assert settled(space, people) == ({5: 6, 7: 6}, set())


def test_accounts_merge_by_domain_across_sources() -> None:
    assert settled("account", [(2, 10, "crm"), (1, 10, "mail"), (3, 10, "zoom")]) == ({1: 2, 3: 2}, set())


def test_two_accounts_of_one_source_are_left_to_a_person() -> None:
    assert settled("account", [(1, 10, "crm"), (2, 10, "crm")]) == ({}, {frozenset({1, 2})})


def test_another_source_s_account_with_that_domain_is_listed_too() -> None:
    same, doubtful = settled("account", [(1, 10, "crm"), (2, 10, "crm"), (3, 10, "mail")])
    assert same == {}
    assert doubtful == {frozenset({1, 2}), frozenset({2, 3})}


def test_once_a_person_merged_the_two_the_rest_follows() -> None:
    people = [(1, 10, "crm"), (2, 10, "crm"), (3, 10, "mail")]
    assert settled("account", people, [("account", 2, 1, "merge")]) == ({2: 1, 3: 1}, set())


def test_once_a_person_separated_them_only_the_open_question_is_left() -> None:
    people = [(1, 10, "crm"), (2, 10, "crm"), (3, 10, "mail")]
    apart: Decision = ("account", 1, 2, "separate")
    assert settled("account", people, [apart])[1] == {frozenset({2, 3})}
    assert settled("account", people, [apart, ("account", 3, 2, "separate")])[1] == {frozenset({1, 3})}
    assert settled("account", people, [apart, ("account", 3, 1, "merge")]) == ({3: 1}, set())


def test_a_person_merges_what_nothing_else_ties() -> None:
    assert settled("deal", [(1, None, "crm"), (2, None, "mail")], [("deal", 2, 1, "merge")]) == ({2: 1}, set())
    assert settled("deal", [(1, None, "crm"), (2, None, "mail")], [("deal", 1, 1, "merge")]) == ({}, set())
    assert settled("contact", [(1, 10, "crm"), (2, 20, "crm")], [("rep", 2, 1, "merge")]) == ({}, set())


def test_who_is_merged_into_another_never_stands_for_both() -> None:
    people: list[Person] = [(1, None, "crm"), (2, None, "crm"), (3, None, "crm")]
    assert settled("account", [*people], [("account", 1, 3, "merge")]) == ({1: 3}, set())
    assert settled("account", [*people], [("account", 1, 2, "merge"), ("account", 2, 3, "merge")])[0] == {1: 3, 2: 3}


@pytest.mark.parametrize("pair", list(combinations(range(1, 5), 2)))
def test_separated_people_stay_apart_whatever_address_they_share(pair: tuple[int, int]) -> None:
    people = [(key, 10, "crm") for key in range(1, 5)]
    same, _ = settled("contact", [*people], [("contact", pair[1], pair[0], "separate")])
    assert same.get(pair[0], pair[0]) != same.get(pair[1], pair[1])
    assert len(groups(range(1, 5), same)) == 2


def test_no_chain_of_addresses_or_merges_joins_what_was_separated() -> None:
    people = [(1, 10, "a"), (2, 10, "b"), (2, 20, "b"), (3, 20, "c"), (4, None, "d")]
    assert len(groups(range(1, 5), settled("contact", [*people])[0])) == 2
    same, _ = settled("contact", [*people], [("contact", 1, 3, "separate")])
    assert same.get(1, 1) != same.get(3, 3)
    chain: list[Decision] = [("contact", 1, 4, "merge"), ("contact", 4, 3, "merge"), ("contact", 1, 3, "separate")]
    same, _ = settled("contact", [*people], chain)
    assert same.get(1, 1) != same.get(3, 3)


_people = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3) | st.none(), st.sampled_from("ab")), max_size=9)
_pairs = st.sampled_from(list(combinations(range(1, 8), 2)))
_decisions = st.dictionaries(
    _pairs,
    st.sampled_from(["merge", "separate"]),
    max_size=4,
)  # fmt: skip


@given(
    st.sampled_from(["contact", "account"]),
    _people.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))),
    _decisions,
)
def test_the_order_of_rows_does_not_matter_and_decisions_stand(
    space: str, people: tuple[list[Person], list[Person]], decided: dict[tuple[int, int], str]
) -> None:
    decisions: list[Decision] = [(space, one, other, kind) for (one, other), kind in decided.items()]
    turned: list[Decision] = [
        (space, one, other, kind) if kind == "merge" else (space, other, one, kind)
        for (one, other), kind in reversed(decided.items())
    ]
    same, doubtful = settled(space, people[0], decisions)
    assert (same, doubtful) == settled(space, people[1], turned)
    for (one, other), kind in decided.items():
        together = same.get(one, one) == same.get(other, other)
        if kind == "separate":
            assert not together
            assert frozenset((one, other)) not in doubtful
        elif "separate" not in decided.values():
            assert together
    assert all(stands not in same for stands in same.values()), "what stands for all stands for itself"


def test_the_first_by_source_and_key_stands_for_all() -> None:
    assert settled("contact", [(1, 10, "mail"), (9, 10, "crm"), (8, 10, "crm")])[0] == {1: 8, 9: 8}


_TWICE: list[Line] = [
    kept("account", source_id="berlin", domain="buyer.example"),
    kept("account", source_id="paris", domain="buyer.example"),
    effort("e1", account_id="berlin"),
    effort("e2", account_id="paris"),
]


def decide(home: Home, kind: str, minutes: int, source: str = "crm") -> None:
    fields = {"subject_kind": "account", "subject_id": "paris", "other_id": "berlin", "kind": kind}
    at = NOW + timedelta(minutes=minutes)
    append(home, Entry(source, "decision", fields | {"occurred_at": at.isoformat()}, at))


def test_a_build_lists_doubts_and_the_newest_decision_settles_them(home: Home) -> None:
    take(home, _TWICE)
    found = relations(home, make(home))
    known = ids(home)
    (doubt,) = map(dict, found["doubtful"])
    assert {known[doubt[side]] for side in ("key", "other_key")} == {"berlin", "paris"}  # type: ignore[index]
    for kind, minutes, accounts in (("merge", 1, 1), ("separate", 3, 2), ("merge", 2, 2), ("merge", 4, 1)):
        decide(home, kind, minutes)
        found = relations(home, make(home))
        assert len({dict(row)["account_key"] for row in found["effort"]}) == accounts, (kind, minutes)
        assert found["doubtful"] == []
