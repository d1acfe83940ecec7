"""The ids behind keys: laid out by builds, found by halving, each once, whatever was loaded in how many parts."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.errors import PromiseBroken, WorkspaceError
from answerback.engine.duckdb import Limits
from answerback.workspace.build import build
from answerback.workspace.compaction import FACTOR
from answerback.workspace.home import Home
from answerback.workspace.ids import Ids, LogIds, MadeIds, ids_in, write_ids
from answerback.workspace.snapshots import Snapshot, put_snapshot, read_snapshot
from tests.workspace.world import NOW, PLAYBOOK, act, effort, ids, ignore, kept, make, take

Loaded = list[tuple[int, str]]
_KEY = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3) | st.integers(2**62, 2**62 + 3)
_LOADED = st.lists(st.tuples(_KEY, st.sampled_from(["event", "rep", "token"])), max_size=40)


def written(folder: Path, name: str, rows: Loaded, *, in_group: int = 3, checks: list[int] | None = None) -> Path:
    path = folder / f"{name}.parquet"
    said = checks or [key % 1000 for key, _ in rows]
    table = pa.table(
        {
            "key": pa.array([key for key, _ in rows], pa.int64()),
            "check": pa.array(said, pa.int32()),
            "id": pa.array([f"{space} {key}" for key, space in rows], pa.string()),
            "space": pa.array([space for _, space in rows], pa.string()),
        }
    )
    pq.write_table(table, path, row_group_size=in_group)
    return path


def wanted(rows: Loaded) -> dict[int, str]:
    return {key: f"{space} {key}" for key, space in rows if space != "token"}


def one_space(rows: Loaded) -> Loaded:
    """Each key in one space only, as keys are."""
    return [(key, dict(reversed(rows))[key]) for key, _ in rows]


@given(_LOADED, _LOADED)
def test_every_id_but_tokens_is_found_by_its_key_and_nothing_else(one: Loaded, other: Loaded) -> None:
    rows = one_space([*one, *other])
    one, other = rows[: len(one)], rows[len(one) :]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        parts = [write_ids(LogIds([written(folder, n, some)]), folder / n) for n, some in (("a", one), ("b", other))]
        together = write_ids(LogIds([folder / "a.parquet", folder / "b.parquet"]), folder / "together")
        merged = write_ids(MadeIds(parts), folder / "merged")
        asked = [key + step for key, _ in rows for step in (-1, 0, 1) if -(2**63) <= key + step < 2**63]
        for files in (parts, [together], [merged]):
            assert Ids(files).of([*asked, 0]) == wanted(rows)
        assert ids_in(together) == ids_in(merged) == len(wanted(rows))


def test_many_keys_that_agree_in_their_first_bits_are_in_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    keys = np.concatenate([rng.integers(-(2**63), 2**63 - 1, 3_000), 2**40 + rng.permutation(2_000)]).tolist()
    rows = [(int(key), "event") for key in keys]
    path = write_ids(LogIds([written(tmp_path, "many", rows, in_group=500)]), tmp_path / "many")
    assert Ids([path]).of(keys) == wanted(rows)


def test_two_ids_of_one_load_on_one_key_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "forged", [(5, "event"), (7, "event"), (5, "rep")], checks=[1, 2, 3])
    with pytest.raises(PromiseBroken, match="different ids share a key: 1 of them"):
        write_ids(LogIds([path]), tmp_path / "forged")


def test_it_may_be_asked_by_several_at_once_until_the_file_is_gone(tmp_path: Path) -> None:
    rows = [(key * 2**40, "event") for key in range(500)]
    path = write_ids(LogIds([written(tmp_path, "ids", rows)]), tmp_path / "ids")
    made = Ids([path])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: made.of([row[0]]), rows))
    assert found == [{key: text} for key, text in wanted(rows).items()]
    path.unlink()
    with pytest.raises(WorkspaceError, match="gone"):
        made.of([0])


def paths_of(home: Home, snapshot: Snapshot) -> list[Path]:
    return [home.root / part.path for part in snapshot.ids]


def test_a_build_lays_out_what_came_since_the_one_before_and_merges_what_is_of_one_size(home: Home) -> None:
    listed = []
    for number in range(FACTOR + 1):
        take(home, [kept("rep", source_id="r1"), effort(f"e{number}", rep_id="r1"), act(f"b{number}")])
        made = make(home).snapshot
        assert Ids(paths_of(home, made)).of(ids(home)) == ids(home)
        listed.append(made.ids)
    assert [len(each) for each in listed] == [1, 2, 3, 1, 2]
    assert listed[2][:2] == listed[1], "what an earlier build laid out is listed again"
    assert read_snapshot(home).ids == listed[-1]
    again = build(home, PLAYBOOK, now=NOW, limits=Limits(threads=1), on_step=ignore, afresh=True).snapshot
    assert len(again.ids) == 1
    assert Ids(paths_of(home, again)).of(ids(home)) == ids(home)


def test_a_build_upon_a_snapshot_without_them_lays_out_all(home: Home) -> None:
    take(home, [effort("e1")])
    first = make(home).snapshot
    put_snapshot(home, replace(first, ids=()))
    take(home, [effort("e2")], name="mail")
    second = make(home).snapshot
    assert len(second.ids) == 1
    assert Ids(paths_of(home, second)).of(ids(home)) == ids(home)
