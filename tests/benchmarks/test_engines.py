"""Who compares speeds must compare the same answers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.asof import ENGINES, digest
from benchmarks.engines import agree, hold
from benchmarks.log_files import write_log

MANY = 64


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("held")
    write_log(folder / "log", 20_000)
    hold(folder / "log", folder)
    return folder


@pytest.mark.parametrize("name", ["ours", "pandas", "polars", "polars_streaming"])
def test_every_engine_finds_the_pairs_that_duckdb_finds(held: Path, name: str) -> None:
    bare = ENGINES["duckdb"](held, 1)()
    assert bare.num_rows > 3_000
    assert digest(ENGINES[name](held, MANY)()) == digest(bare)


def test_all_bases_link_at_least_what_proof_links(held: Path) -> None:
    linked = ENGINES["ours_all"](held, 1)()
    assert linked.num_rows > 3_000
    assert len(linked["action_key"].unique()) == linked.num_rows


def test_one_pair_less_or_another_one_is_noticed() -> None:
    pairs = pa.table({"action_key": [1, 2, 3], "effort_key": [10, 20, 30]})
    moved = pa.table({"action_key": [1, 2, 3], "effort_key": [10, 30, 20]})
    assert digest(pairs) == digest(pairs.take([2, 0, 1]))
    assert len({digest(pairs), digest(pairs.slice(1)), digest(moved)}) == 3
    with pytest.raises(ValueError, match="do not agree"):
        agree({"one": [{"rows": 3, "digest": digest(pairs)}], "other": [{"rows": 3, "digest": digest(moved)}]})
