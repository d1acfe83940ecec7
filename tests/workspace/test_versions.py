"""Versions: in what order and in how many parts an export was loaded has no say in what stands."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.workspace.build import Built
from answerback.workspace.home import Home, create_home
from tests.workspace.world import FULL_EFFORT, NOW, Line, act, current, effort, ids, kept, make, relations, take

LATER = NOW + timedelta(days=1)
LATEST = NOW + timedelta(days=2)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Fresh workspaces that all have one secret, so that their rows can be compared."""
    folder = tmp_path_factory.mktemp("versions")
    secret = bytes(range(32))
    numbers = count()

    def fresh() -> Home:
        root = folder / str(next(numbers)) / "home"
        root.mkdir(parents=True)
        (root / "secret").write_bytes(secret)
        return create_home(root)

    return fresh


def standing(home: Home, record: str = "effort") -> dict[str, dict[str, Any]]:
    """The current records by their ids."""
    known = ids(home)
    key = "action_key" if record == "buyer_action" else f"{record}_key"
    return {known[row[key]]: row for row in current(home, record)[record]}


def comparable(home: Home, *records: str) -> dict[str, set[tuple[tuple[str, object], ...]]]:
    return {name: {tuple(row.items()) for row in rows} for name, rows in current(home, *records).items()}


_ids = st.sampled_from(["e1", "e2", "e3", None])
_stamps = st.sampled_from(["2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", None])
_efforts = st.builds(
    lambda own, version, minutes, gone, tokens: effort(
        own, version_at=version, minutes=minutes, deleted=gone and own is not None, reference=tokens
    ),
    _ids, _stamps, st.integers(1, 2), st.booleans(), st.sampled_from(["", "message:1", "message:1 message:2"]),
)  # fmt: skip
_reps = st.builds(
    lambda own, start, team: kept("rep", source_id=own, valid_from=start, team=team, version_at="2026-02-01"),
    st.sampled_from(["r1", "r2"]), st.sampled_from([None, "2026-01-01"]), st.sampled_from(["north", "south"]),
)  # fmt: skip
_lines = st.lists(st.one_of(_efforts, _reps), max_size=8)


@given(
    st.lists(_lines, min_size=1, max_size=3).flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(parts)))
)
@settings(max_examples=10)
def test_the_order_of_batches_does_not_matter(homes: Any, parts: tuple[list[list[Line]], list[list[Line]]]) -> None:
    found = []
    for order in parts:
        home = homes()
        for lines in order:
            take(home, lines)
        found.append(comparable(home, "effort", "rep", "reference"))
    assert found[0] == found[1]


@given(_lines, st.integers(0, 8), st.booleans())
@settings(max_examples=10)
def test_rows_with_ids_may_come_in_parts_shuffled_and_twice(
    homes: Any, lines: list[Line], cut: int, twice: bool
) -> None:
    named = [line for line in lines if line["kept"][0][1]["source_id"] is not None]
    whole, parts = homes(), homes()
    take(whole, named)
    take(parts, named[cut:])
    take(parts, [*reversed(named[:cut]), *(named if twice else ())])
    assert comparable(whole, "effort", "rep", "reference") == comparable(parts, "effort", "rep", "reference")


def test_loading_twice_changes_nothing(home: Home) -> None:
    first, again = (take(home, [effort("e1"), effort(None)]) for _ in range(2))
    assert (first.new, again.new) == (True, False)
    assert first.folder == again.folder
    assert len(list(home.log.glob("*.json"))) == 1


def test_an_older_version_loaded_later_changes_nothing(home: Home) -> None:
    take(home, [effort("e1", minutes=9, version_at="2026-03-01")], at=LATER)
    take(home, [effort("e1", minutes=5, version_at="2026-02-01")], at=LATEST)
    assert standing(home)["e1"]["minutes"] == 9


def test_without_a_stamp_the_export_s_time_decides(home: Home) -> None:
    take(home, [effort("e1", minutes=9)], at=LATER)
    take(home, [effort("e1", minutes=5)], at=NOW)
    assert standing(home)["e1"]["minutes"] == 9


def test_a_tombstone_needs_no_more_than_the_id(home: Home) -> None:
    take(home, [effort("e1", version_at="2026-02-01"), effort("e2")])
    batch = take(home, [kept("effort", source_id="e1", deleted=True, version_at="2026-03-01")], at=LATER)
    assert (batch.kept, batch.rejects) == (1, 0)
    assert set(standing(home)) == {"e2"}
    take(home, [effort("e1", version_at="2026-03-02")], at=LATEST)
    assert set(standing(home)) == {"e1", "e2"}


def test_what_a_full_extract_does_not_list_is_gone(home: Home) -> None:
    take(home, [effort("e1", version_at="2026-01-06"), effort("e2", version_at="2026-01-06")])
    take(home, [effort("e9")], name="mail")
    take(home, [effort("e2", version_at="2026-01-06"), FULL_EFFORT], at=LATER)
    assert set(standing(home)) == {"e2", "e9"}


def test_a_full_extract_with_a_row_that_cannot_be_read_takes_nothing_for_gone(home: Home) -> None:
    take(home, [effort("e1", version_at="2026-01-06"), effort("e2", version_at="2026-01-06")])
    batch = take(home, [effort("e2", version_at="2026-01-06"), effort("e1", kind="nonsense"), FULL_EFFORT], at=LATER)
    assert (batch.rejects, batch.extents, [note.reason for note in batch.notes]) == (1, {}, ["extract_not_full"])
    assert set(standing(home)) == {"e1", "e2"}


def test_a_full_extract_without_a_row_takes_nothing_for_gone(home: Home) -> None:
    take(home, [effort("e1", version_at="2026-01-06"), act("b1")])
    batch = take(home, [act("b1"), FULL_EFFORT, {"full": "buyer_action"}], at=LATER)
    assert list(batch.extents) == ["buyer_action"]
    assert [(note.reason, note.field) for note in batch.notes] == [("extract_not_full", "effort")]
    assert set(standing(home)) == {"e1"}


def test_two_sources_say_the_same_of_events_of_one_id(home: Home) -> None:
    token = kept("reference", event_id="1", token="message:x", role="is")
    take(home, [effort("1"), token])
    take(home, [effort("1"), token], name="mail")
    assert len({row["event_key"] for row in current(home, "reference")["reference"]}) == 2


def test_the_newest_full_extract_decides_whenever_it_is_loaded(home: Home) -> None:
    take(home, [effort("e2", version_at="2026-01-06"), FULL_EFFORT], at=LATEST)
    take(home, [effort("e1", version_at="2026-01-06"), FULL_EFFORT], at=LATER)
    assert set(standing(home)) == {"e2"}


@pytest.mark.parametrize("version", [None, "2026-01-06"])
def test_a_later_batch_brings_a_record_back(home: Home, version: str | None) -> None:
    take(home, [effort("e1", version_at="2026-01-06")])
    take(home, [FULL_EFFORT, effort("e2")], at=LATER)
    assert set(standing(home)) == {"e2"}
    take(home, [effort("e1", version_at=version)], at=LATEST)
    assert set(standing(home)) == {"e1", "e2"}


def test_without_ids_real_repeats_survive_and_overlaps_do_not_double(home: Home) -> None:
    monday, tuesday = effort(None), effort(None, occurred_at="2026-01-06T10:00:00Z")
    take(home, [monday, tuesday, monday])
    assert len(current(home, "effort")["effort"]) == 3
    take(home, [tuesday, monday, monday, effort(None, occurred_at="2026-01-07T10:00:00Z")])
    assert len(current(home, "effort")["effort"]) == 4


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), min_size=1, max_size=3))
@settings(max_examples=8)
def test_repeats_are_counted_within_a_file(homes: Any, files: list[list[str]]) -> None:
    home = homes()
    for number, letters in enumerate(files):
        take(home, [*(effort(None, subkind=letter) for letter in letters), {"non_event": f"file {number}"}])
    most = Counter[str]()
    for letters in files:
        most |= Counter(letters)
    assert Counter(row["subkind"] for row in current(home, "effort")["effort"]) == most


def test_rows_that_differ_only_in_where_a_field_ends_are_two(home: Home) -> None:
    take(home, [effort(None, subkind="a\x1fb", purpose="c"), effort(None, subkind="a", purpose="b\x1fc")])
    take(home, [effort(None, subkind="\x1b0"), effort(None)])
    found = {(row["subkind"], row["purpose"]) for row in current(home, "effort")["effort"]}
    assert found == {("a\x1fb", "c"), ("a", "b\x1fc"), ("\x1b0", None), (None, None)}


def answered(home: Home, built: Built) -> set[tuple[str, str, str]]:
    known = ids(home)
    rows = [dict(row) for row in relations(home, built)["link"]]
    return {(known[row["action_key"]], known[row["effort_key"]], row["basis"]) for row in rows}  # type: ignore[index,misc]


def test_the_tokens_of_a_corrected_version_no_longer_link(home: Home) -> None:
    mail = {"version_at": "2026-02-01", "reference": "message:wrong"}
    take(home, [effort("e1", account_id="a1", **mail), act("b1", account_id="a2", refers_to="message:wrong")])
    assert answered(home, make(home)) == {("b1", "e1", "reference")}
    take(home, [effort("e1", account_id="a1", version_at="2026-03-01", reference="message:right")], at=LATER)
    assert answered(home, make(home)) == set()
    take(home, [act("b1", account_id="a2", refers_to="message:right")], at=LATEST)
    assert answered(home, make(home)) == {("b1", "e1", "reference")}


_WORLD: list[Line] = [
    kept("rep", source_id="r1", email="anna@seller.example", team="north", valid_to="2026-01-04"),
    kept("rep", source_id="r1", email="anna@seller.example", team="south", valid_from="2026-01-04"),
    kept("account", source_id="a1", domain="buyer.example", industry="food"),
    kept("contact", source_id="c1", account_id="a1", email="Bo@Buyer.example"),
    kept("coverage", **{"from": "2026-01-01", "to": "2026-06-01"}),
    effort("e1", contact_id="c1", reference="message:1", version_at="2026-02-01"),
    effort("e1", contact_id="c1", reference="message:2", version_at="2026-02-02"),
    effort("e2", kind="call", occurred_at="2026-01-05T09:00:00Z"),
    effort(None, kind="meeting"),
    act("b1", contact_id="c1", refers_to="message:2"),
    act("b2", contact_id="c1", kind="asked"),
    kept("attribute", subject_kind="account", subject_id="a1", name="tier", value="gold"),
    kept("decision", subject_kind="event", subject_id="b2", kind="refusal", occurred_at="2026-02-01"),
]


@given(st.permutations(_WORLD), st.integers(0, len(_WORLD)))
@settings(max_examples=3)
def test_equal_content_gives_equal_snapshots(homes: Any, lines: list[Line], cut: int) -> None:
    one, other = homes(), homes()
    take(one, _WORLD)
    take(other, lines[cut:], at=NOW)
    take(other, lines[:cut], at=NOW)
    left, right = relations(one, make(one)), relations(other, make(other))
    assert left == right
    assert len(left["link"]) == 2
    assert len(left["outcome"]) == 3


def test_a_hostile_file_with_as_many_kinds_of_subject_as_rows_ends(home: Home, tmp_path: Path) -> None:
    rows = [kept("attribute", subject_kind=f"k{n}", subject_id="x", name="n", value="v") for n in range(3_000)]
    batch = take(home, [*rows, kept("attribute", subject_kind="rep", subject_id="x", name="n", value="v")])
    assert (batch.kept, batch.rejects) == (1, 3_000)
