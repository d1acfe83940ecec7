"""Few rows looked up among many are those that going through all of them finds, whether or not files are sorted."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.errors import WorkspaceError
from answerback.engine.lookup import During, Lookups

START = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - as relations hold them
_VALUE = st.integers(-4, 4) | st.sampled_from([-(2**63), 2**63 - 1]) | st.none()
_FILES = st.lists(st.lists(_VALUE, max_size=12), min_size=1, max_size=3)


def written(
    folder: Path, files: Sequence[Sequence[int | None]], rows_in_group: int, *, told: bool = True
) -> list[Path]:
    paths = []
    for number, values in enumerate(files):
        path = folder / f"{number}.parquet"
        words = [f"{number}-{place}" for place in range(len(values))]
        table = pa.table({"key": pa.array(values, pa.int64()), "word": pa.array(words, pa.string())})
        pq.write_table(table, path, row_group_size=rows_in_group, write_statistics=told)
        paths.append(path)
    return paths


@given(_FILES, st.lists(_VALUE, min_size=1, max_size=4), st.integers(1, 5), st.booleans(), st.booleans())
def test_what_is_looked_up_is_what_going_through_all_finds(
    files: list[list[int | None]], asked: list[int | None], rows_in_group: int, in_order: bool, told: bool
) -> None:
    if in_order:
        files = [sorted(each, key=lambda value: (value is None, value)) for each in files]
    wanted = [
        {"key": value, "word": f"{number}-{place}"}
        for number, values in enumerate(files)
        for place, value in enumerate(values)
        if value in asked
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        Lookups({"some": written(Path(folder), files, rows_in_group, told=told)}) as lookups,
    ):
        assert lookups.rows("some", "key", asked).to_pylist() == wanted
        words = lookups.rows("some", "key", asked, ["word"])
        assert words.to_pydict() == {"word": [row["word"] for row in wanted]}
        assert words.schema.field("word").type == pa.string()


@given(_FILES, st.lists(_VALUE, min_size=1, max_size=3), st.integers(0, 12), st.integers(0, 12), st.booleans())
def test_during_a_stretch_of_time_only_what_lies_in_it(
    files: list[list[int | None]], asked: list[int | None], first: int, last: int, told: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths, wanted = [], []
        for number, values in enumerate(files):
            times = [START + timedelta(hours=place) for place in range(number, number + len(values))]
            paths.append(Path(folder, f"{number}.parquet"))
            columns = {"key": pa.array(values, pa.int64()), "at": pa.array(times, pa.timestamp("us"))}
            pq.write_table(pa.table(columns), paths[-1], row_group_size=2, write_statistics=told)
            wanted += [
                (value, at)
                for value, at in zip(values, times, strict=True)
                if value in asked and first <= (at - START) / timedelta(hours=1) <= last
            ]
        stretch = During("at", START + timedelta(hours=first), START + timedelta(hours=last))
        with Lookups({"some": paths}) as lookups:
            found = lookups.rows("some", "key", asked, during=stretch).to_pylist()
            assert [(row["key"], row["at"]) for row in found] == wanted
            keys = lookups.rows("some", "key", asked, ["key"], stretch).to_pydict()
            assert keys == {"key": [value for value, _ in wanted]}


def test_several_may_ask_at_once_until_a_file_is_gone(tmp_path: Path) -> None:
    values = [place // 3 for place in range(3_000)]
    paths = written(tmp_path, [values, values], 100)
    with Lookups({"some": paths}) as lookups:
        with ThreadPoolExecutor(8) as pool:
            found = list(
                pool.map(lambda key: lookups.rows("some", "key", [key], ["word"])["word"].to_pylist(), range(200))
            )
        assert found == [[f"{n}-{3 * key + place}" for n in range(2) for place in range(3)] for key in range(200)]
        paths[1].unlink()
        with pytest.raises(WorkspaceError, match="gone"):
            lookups.rows("some", "key", [1])
