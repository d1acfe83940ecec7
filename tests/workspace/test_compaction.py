"""Compaction: the same rows in fewer files, in whatever steps it was merged and at whatever step it was killed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from answerback.analysis.listing import Log, batch_table, show_log
from answerback.analysis.reader import reading
from answerback.domain.errors import WorkspaceError
from answerback.domain.log import ColumnType, log_columns
from answerback.domain.records import RECORDS
from answerback.engine.duckdb import Limits, engine
from answerback.workspace.batches import Known
from answerback.workspace.compaction import FACTOR, MOST_ROWS, SMALLEST_ROWS, compact_log, groups_due
from answerback.workspace.disk import checksum
from answerback.workspace.home import Home, create_home
from answerback.workspace.intake import IDS
from answerback.workspace.log import files_of, over_log, read_batches, read_folders, sweep
from answerback.workspace.snapshots import LEASE_SECONDS
from tests.workspace.dying import Mortals, answer_of, steps_of
from tests.workspace.world import FULL_EFFORT, NOW, Line, act, effort, kept, make, relations, take

MANY_FILES = 300
"""More than this in the log of a year of daily loads is too many."""
ONE = Limits(threads=1)


def after_the_lease() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS + 3_600)


def merge(home: Home) -> int:
    """Merges what is due, and lets what it took over go at once."""
    return compact_log(home, now=after_the_lease(), limits=ONE)


def rows_of(home: Home) -> dict[str, list[str]]:
    """Everything that the log holds, and what is told of it, in an order of no meaning."""
    batches = read_batches(home)
    found = {name: [str(row) for row in show_log(Log(home, tuple(batches)), name).to_pylist()] for name in ("rejects",)}
    found["batches"] = [str(row) for row in batch_table(Log(home, tuple(batches))).to_pylist()]
    with engine(ONE) as duck:
        for name, record in RECORDS.items():
            over_log(duck, f"log_{name}", files_of(home, batches, f"{name}.parquet"), log_columns(record))
            found[name] = [str(row) for row in duck.query(f"select * from log_{name}").to_pylist()]
        ids = [file.path for file in files_of(home, batches, IDS)]
        kinds = dict.fromkeys(("space", "source", "id"), ColumnType.VARCHAR) | {"key": ColumnType.BIGINT}
        duck.over_files("ids", ids, kinds)
        found["ids"] = [str(row) for row in duck.query("select distinct * from ids").to_pylist()]
    return {name: sorted(rows) for name, rows in found.items()}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Fresh workspaces that all have one secret, so that their rows can be compared."""
    folder = tmp_path_factory.mktemp("compaction")
    numbers = count()

    def fresh() -> Home:
        root = folder / str(next(numbers)) / "home"
        root.mkdir(parents=True)
        (root / "secret").write_bytes(bytes(range(32)))
        return create_home(root)

    return fresh


_lines = st.lists(
    st.one_of(
        st.builds(
            lambda own, version, minutes, gone, token: effort(
                own, version_at=version, minutes=minutes, deleted=gone and own is not None, reference=token
            ),
            st.sampled_from(["e1", "e2", "e3", None]),
            st.sampled_from(["2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", None]),
            st.integers(1, 2),
            st.booleans(),
            st.sampled_from(["", "message:1", "message:1 message:2"]),
        ),
        st.builds(
            lambda own, name, minute: kept("contact", source_id=own, name=name, email=f"{own}@b.example", level=minute),
            st.sampled_from(["c1", "c2"]), st.sampled_from(["Kim", "Lou", None]), st.sampled_from(["a", "b"]),
        ),
        st.builds(lambda own: act(own, refers_to="message:1", contact_id="c1"), st.sampled_from(["b1", "b2"])),
        st.sampled_from([FULL_EFFORT, {"full": "contact"}, {"reject": "truncated"}, {"non_event": "bounce"}]),
    ),
    max_size=6,
)  # fmt: skip
_loads = st.lists(
    st.tuples(_lines, st.sampled_from(["crm", "mail"]), st.integers(0, 4), st.booleans()), min_size=FACTOR, max_size=9
)


@given(_loads)
@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_a_compacted_log_says_what_the_log_said(homes: Any, loads: list[tuple[list[Line], str, int, bool]]) -> None:
    plain, merged = homes(), homes()
    for lines, source, day, pause in loads:
        for home in (plain, merged):
            take(home, lines, name=source, at=NOW + timedelta(days=day))
        if pause:
            merge(merged)
    merge(merged)
    if len(read_batches(plain)) >= FACTOR:
        assert len(read_folders(merged)) < len(read_folders(plain))
    assert rows_of(merged) == rows_of(plain)
    known = [Known(home, home.keys()).digest_now() for home in (plain, merged)]
    assert known[0] == known[1]
    built = [make(home) for home in (plain, merged)]
    assert relations(merged, built[1]) == relations(plain, built[0])
    assert built[0].snapshot.made_from == built[1].snapshot.made_from


def days(home: Home, number: int, *, first: int = 0) -> None:
    """Small daily loads of one source, with eight types of records."""
    for day in range(first, first + number):
        own = [effort(f"e{day}", reference=f"message:{day}"), act(f"b{day}", refers_to=f"message:{day}")]
        people = [
            kept("rep", source_id="r1", name="Ann"),
            kept("contact", source_id=f"c{day % 5}", name=f"Kim {day}", email=f"kim{day}@buyer.example"),
            kept("account", source_id="a1", name="Acme"),
            kept("deal", source_id=f"d{day}", account_id="a1", name="Big"),
            kept("participant", source_id=f"p{day}", event_id=f"e{day}", contact_id="c1"),
        ]
        take(home, [*own, *people, {"reject": "truncated"}], at=NOW + timedelta(days=day))


def test_what_was_merged_counts_as_loaded(home: Home) -> None:
    days(home, FACTOR)
    assert merge(home) == 1
    again = take(home, [effort("e-new")], at=NOW)
    assert again.new
    days(home, FACTOR)
    assert len(read_batches(home)) == FACTOR + 1
    assert sorted(path.name for path in home.log.glob("*.json")) == sorted(
        ["merge-000001.json", f"{again.batch_id}.json"]
    )


def test_what_was_taken_over_stays_for_its_readers_and_then_goes(home: Home) -> None:
    days(home, FACTOR)
    before = {folder.name for folder in read_folders(home)}
    compact_log(home, now=datetime.now(UTC), limits=ONE)
    [merged] = read_folders(home)
    assert before < {path.name for path in home.log.iterdir()}
    assert sweep(home, older_than_seconds=LEASE_SECONDS, now=after_the_lease()) == FACTOR
    assert {path.name for path in home.log.iterdir()} == {merged.name, merged.manifest.name}


def test_an_older_snapshot_shows_the_names_of_its_time(home: Home) -> None:
    days(home, FACTOR - 1)
    make(home)
    days(home, 6, first=FACTOR)
    merge(home)
    with reading(home, snapshot="1") as reader:
        names = {row["name"] for row in reader.query("select name from names_contact").to_pylist()}
    assert names == {"Kim 0", "Kim 1", "Kim 2"}


def test_events_lie_in_the_order_of_time(home: Home) -> None:
    for day in (3, 1, 2, 4):
        take(home, [effort(f"e{day}", occurred_at=f"2026-01-0{day}")], at=NOW + timedelta(days=day))
    merge(home)
    [folder] = read_folders(home)
    times = pq.read_table(home.log / folder.name / "effort.parquet")["occurred_at"].to_pylist()
    assert times == sorted(times)
    assert len(times) == 4


def test_merges_that_contradict_each_other_are_told(home: Home) -> None:
    days(home, FACTOR)
    merge(home)
    kept_aside = home.log / "merge-000001.json"
    days(home, FACTOR, first=FACTOR)
    path = home.log / "merge-000002.json"
    said = kept_aside.read_text()
    own = next(iter(batch.batch_id for batch in read_batches(home) if batch.together > 1))
    path.write_text(said.replace(own, "0" * 16))
    with pytest.raises(WorkspaceError, match="states some batches of another"):
        read_batches(home)


def test_a_year_of_daily_loads_leaves_few_files(home: Home) -> None:
    most = 0
    for day in range(40):
        days(home, 1, first=day)
        compact_log(home, now=datetime.now(UTC), limits=ONE)
        most = max(most, sum(path.is_file() for path in home.log.rglob("*")))  # with what waits for its readers
        sweep(home, older_than_seconds=LEASE_SECONDS, now=after_the_lease())
    assert len(read_batches(home)) == 40
    each = max(len(folder.files) for folder in read_folders(home)) + 1
    assert each == 15, "eight types of records, four files of names, ids, rejects and the manifest"
    assert most <= each * 2 * FACTOR


@pytest.mark.parametrize("rows", [10, 1_000, 100_000])
def test_ten_years_of_daily_loads_leave_a_number_of_folders_that_grows_with_its_logarithm(rows: int) -> None:
    chance = random.Random(rows)
    folders: list[tuple[list[int], int]] = [([0], 20_000_000)]
    written, most = 0, {365: 0, 3_650: 0}
    for day in range(1, 3_651):
        folders.append(([day], chance.randint(rows // 2, rows * 2)))
        for group in groups_due([(folder, folder[1]) for folder in folders]):
            folders = [folder for folder in folders if folder not in group]
            folders.append(([each for folder in group for each in folder[0]], sum(folder[1] for folder in group)))
            written += folders[-1][1]
        most = {limit: max(seen, len(folders)) if day <= limit else seen for limit, seen in most.items()}
    loaded = sum(size for _, size in folders)
    assert sorted(each for members, _ in folders for each in members) == list(range(3_651))
    assert most[365] * 15 < MANY_FILES
    assert most[3_650] * 15 < MANY_FILES * 1.5
    assert written < loaded * 8
    assert all(size < FACTOR * MOST_ROWS + SMALLEST_ROWS for _, size in folders)


def prepared(home: Home) -> None:
    days(home, FACTOR)


def assert_nothing_lost(home: Home, said: dict[str, list[str]]) -> int:
    for folder in read_folders(home):
        for file in folder.files:
            path = home.log / folder.name / file.name
            assert (checksum(path), pq.read_metadata(path).num_rows) == (file.checksum, file.rows)
    assert rows_of(home) == said
    return len(read_folders(home))


@pytest.fixture(scope="module")
def mortals() -> Iterator[Mortals]:
    made = Mortals()
    yield made
    made.end()


def compact_now(home: Home) -> None:
    merge(home)


@pytest.mark.slow
def test_killed_at_a_spread_of_its_steps_it_loses_nothing_and_shows_nothing_twice(
    mortals: Mortals, tmp_path: Path
) -> None:
    template = create_home(tmp_path / "template")
    prepared(template)
    said = rows_of(template)
    shutil.copytree(template.root, tmp_path / "counted")
    total = answer_of(steps_of, compact_now, Home(tmp_path / "counted"))
    assert total > 60
    home = Home(tmp_path / "home")
    shutil.copytree(template.root, home.root)
    seen = set()
    for step in sorted({*range(1, total + 1, 16), *range(total - 14, total + 1)}):
        mortals.killed(compact_now, home, step=step)
        folders = assert_nothing_lost(home, said)
        seen.add(folders)
        if folders == 1:
            shutil.rmtree(home.root)
            shutil.copytree(template.root, home.root)
    assert seen == {1, FACTOR}
    merge(home)
    sweep(home, older_than_seconds=LEASE_SECONDS, now=after_the_lease())
    assert assert_nothing_lost(home, said) == 1
    assert len(list(home.log.iterdir())) == 2, "the merge and its manifest"
    assert list(home.log.rglob(".*")) == []
