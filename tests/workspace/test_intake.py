"""Accounting: every item that a source hands over ends as kept, as a known non-event or as a reject, never twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerback.domain.errors import SourceError
from answerback.domain.reading import Also, Item, Kept, Place, Reading, Recognition, Record, Source, Table
from answerback.workspace.batches import Batch, LoadRequest, load, read_batches
from answerback.workspace.home import Home, create_home
from tests.workspace.world import NOW, PLAYBOOK, Lines, act, current, effort, ignore, kept, take

SECRET_TEXT = "Ludmilla-Rosenkranz"


class Given:
    """A source that hands over what it was given."""

    name: ClassVar[str] = "given"
    meaning: ClassVar[str] = "items of a test"

    def __init__(self, items: list[Item]) -> None:
        self.items = items

    def recognise(self, path: Path) -> Recognition:
        return Recognition(0.0, path.name)

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        del path, reading
        yield from self.items


class Failing(Given):
    """One that does not come to its end."""

    def __init__(self, items: list[Item], error: Exception) -> None:
        super().__init__(items)
        self.error = error

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        yield from super().read(path, reading)
        raise self.error


def hand_over(home: Home, *items: Item, source: Source | None = None) -> Batch:
    file = home.root.parent / "export"
    file.write_text(repr(items))
    request = LoadRequest(source or Given(list(items)), file, "crm", "crm", PLAYBOOK, NOW, NOW, None, {})
    return load(home, request, ignore)


def rejects_of(home: Home, batch: Batch) -> list[dict[str, object]]:
    path = home.log / batch.folder / "rejects.parquet"
    rows: list[dict[str, object]] = pq.read_table(path).to_pylist() if path.exists() else []
    return rows


_good = st.sampled_from([effort("e"), act("b"), effort(None), kept("rep", source_id="r1", name=SECRET_TEXT)])
_bad = st.sampled_from(
    [
        effort("e", occurred_at=SECRET_TEXT),
        effort("e", kind=SECRET_TEXT),
        effort("e", rep_id=None),
        effort("e", minutes=SECRET_TEXT),
        effort("e", version_at=SECRET_TEXT),
        effort("e", deleted=SECRET_TEXT),
        act(None, deleted=True),
        {"kept": [*effort("e")["kept"], *act("b", kind=SECRET_TEXT)["kept"]]},
    ]
)
_known = st.sampled_from([{"non_event": "auto_reply"}, {"non_event": "filtered"}])
_refused = st.sampled_from([{"reject": "truncated"}, {"reject": "bad_time"}])


@given(st.lists(st.one_of(_good, _bad, _known, _refused), max_size=30))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_item_ends_in_exactly_one_way(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, object]]
) -> None:
    home = create_home(tmp_path_factory.mktemp("accounts") / "home")
    batch = take(home, lines)
    bad = [line for line in lines if "kept" in line and _is_bad(line)]
    assert batch.read == len(lines) == batch.kept + sum(batch.non_events.values()) + batch.rejects
    assert batch.rejects == len(bad) + sum("reject" in line for line in lines) == len(rejects_of(home, batch))
    assert batch.non_events == dict(Counter(str(line["non_event"]) for line in lines if "non_event" in line))
    places = [number for number, line in enumerate(lines, 1) if line in bad or "reject" in line]
    assert sorted(row["at"] for row in rejects_of(home, batch)) == places  # type: ignore[type-var]
    assert SECRET_TEXT not in str(rejects_of(home, batch))
    assert batch == read_batches(home)[0]


def _is_bad(line: dict[str, object]) -> bool:
    return any(line == bad for bad in _bad.elements)  # type: ignore[attr-defined]


def test_of_an_item_with_one_bad_record_nothing_is_kept(home: Home) -> None:
    pair = (Record("effort", effort("e1")["kept"][0][1]), Record("buyer_action", act("b1", kind="waved")["kept"][0][1]))
    batch = hand_over(home, Kept(Place("mail", 7), pair))
    assert (batch.read, batch.kept, batch.rejects, batch.records) == (1, 0, 1, {})
    assert rejects_of(home, batch) == [
        {"file": "mail", "at": 7, "field": "kind", "reason": "not_allowed", "hint": rejects_of(home, batch)[0]["hint"]}
    ]
    assert str(rejects_of(home, batch)[0]["hint"]).startswith("one of inquired, ")


def test_the_bad_rows_of_a_table_are_rejected_at_their_places(home: Home) -> None:
    columns = pa.table(
        {
            "source_id": ["e1", "e2", "e3"],
            "rep_id": ["r", None, "r"],
            "occurred_at": ["2026-01-01", "2026-01-01", "soon"],
            "kind": ["call", "call", "waving"],
        }
    )
    batch = hand_over(home, Table("effort", columns, "a.csv", rows=pa.table({"row": pa.array([4, 8, 15])})))
    assert (batch.read, batch.kept, batch.rejects) == (3, 1, 2)
    assert [(row["at"], row["field"], row["reason"]) for row in rejects_of(home, batch)] == [
        (8, "rep_id", "missing"),
        (15, "occurred_at", "bad_time"),
    ]


def test_a_bad_further_row_or_record_counts_nowhere_and_is_told_once(home: Home) -> None:
    columns = pa.table({"event_id": ["e1", None, None], "contact_id": ["c", "c", "d"]})
    also = Also((Record("coverage", {"channel": "email", "from": "soon"}), Record("coverage", {"channel": "call"})))
    batch = hand_over(home, Table("participant", columns, "a.csv", counted=False), also)
    assert (batch.read, batch.records) == (0, {"participant": 1, "coverage": 1})
    assert [(note.file, note.reason, note.field) for note in batch.notes] == [
        ("a.csv", "missing", "participant.event_id"),
        ("", "bad_time", "coverage.from"),
    ]


def test_the_same_record_beside_several_items_is_one(home: Home) -> None:
    also = Also((Record("happening", {"text": "price change", "from": "2026-01-01"}),))
    assert hand_over(home, also, also).records == {"happening": 1}


def test_half_characters_in_names_of_files_and_values_stop_nothing(home: Home) -> None:
    folder = home.root.parent / "export"
    folder.mkdir()
    file = os.fsencode(folder / "caf") + b"\xe9.jsonl"
    Path(os.fsdecode(file)).write_text(
        '{"kept": [["effort", {}]]}\n{"kept": [["account", {"source_id": "\\udce9"}]]}\n'
    )
    batch = load(home, LoadRequest(Lines(), folder, "crm", "crm", PLAYBOOK, NOW, NOW, None, {}), ignore)
    assert (batch.read, batch.kept) == (2, 1)
    assert rejects_of(home, batch)[0]["file"] == "caf\\udce9.jsonl"
    assert batch == read_batches(home)[0]


def test_a_source_that_fails_leaves_nothing(home: Home) -> None:
    items: list[Item] = [Kept(Place("a", n), (Record("account", {"source_id": str(n)}),)) for n in range(20_000)]
    with pytest.raises(SourceError):
        hand_over(home, source=Failing(items, SourceError("this is no export")))
    assert list(home.log.iterdir()) == []


def test_an_input_without_rights_is_no_full_disk(home: Home) -> None:
    with pytest.raises(PermissionError):
        hand_over(home, source=Failing([], PermissionError(13, "Permission denied", "a.csv")))


def test_own_ids_are_the_source_s_and_other_systems_ids_another_s(home: Home) -> None:
    take(home, [kept("rep", source_id="r1")], name="crm")
    take(home, [effort("e1", reference="call:1")], name="dialler", ids_of="crm")
    take(home, [effort("e1", rep_id="r1")], name="mail")
    rows = current(home, "rep", "effort", "reference")
    by_source = {row["source"]: row for row in rows["effort"]}
    assert by_source["dialler"]["rep_key"] == rows["rep"][0]["rep_key"] != by_source["mail"]["rep_key"]
    assert by_source["dialler"]["effort_key"] != by_source["mail"]["effort_key"]
    assert [row["event_key"] for row in rows["reference"]] == [by_source["dialler"]["effort_key"]]


_A_MILLION = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from answerback.domain.reading import Kept, Place, Record, Reject, Table
from answerback.workspace.home import create_home
from tests.workspace.test_intake import Given, hand_over

class Streaming(Given):
    def read(self, path, reading):
        for number in range(1, 400_001):
            yield Reject(Place("big.csv", number), "truncated")
        for number in range(1, 200_001):
            yield Kept(Place("big.jsonl", number), (Record("account", {"deleted": "perhaps"}),))
        for start in range(1, 400_001, 50_000):
            yield Table("account", pa.table({"deleted": ["perhaps"] * 50_000}), "big.parquet", first_row=start)

home = create_home(Path(sys.argv[1]) / "home")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
batch = hand_over(home, source=Streaming([]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(batch.read, batch.rejects, (after - before) // 1024)
"""


@pytest.mark.slow
def test_a_million_rejects_need_little_memory(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _A_MILLION, str(tmp_path)], check=True, capture_output=True, text=True, cwd=Path.cwd()
    )
    read, rejects, megabytes = map(int, ran.stdout.split())
    assert (read, rejects) == (1_000_000, 1_000_000)
    assert megabytes < 250
