"""How much work it is to ask everything that judges: how often what is read, and how it grows, without a clock."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import cast

import numpy as np
import pyarrow as pa
import pytest

from answerback.analysis.detect.reading import read_cells
from answerback.analysis.detect.silences import Silent, silences_known, watch_silences
from answerback.analysis.findings.gathering import AREAS
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.duckdb import DuckDB
from answerback.stats.separate import separate
from answerback.stats.summed import Efforts
from calibration.worlds.company import company, world

EVERYBODY = Scope("test", everybody=True)
WEEKS = 26
SCANS = {"changes": 1, "verdicts": 4, "potential": 8, "lift": 1, "increment": 8, "friction": 4, "craft": 4}
"""How often an area may read the relation that has a row for each effort: each time costs what all efforts cost."""
OTHERS = 4
"""How often an area that is not listed may."""


@pytest.fixture(scope="module")
def small() -> Iterator[Reader]:
    """Four reps."""
    with world(company(3, reps=4, managers=1, weeks=WEEKS)) as found:
        yield found.reader


@pytest.fixture(scope="module")
def larger() -> Iterator[Reader]:
    """Three times as many, with more managers."""
    with world(company(3, reps=12, managers=4, weeks=WEEKS)) as found:
        yield found.reader


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of every query, and of what is made of one."""
    texts: list[str] = []
    query, make = DuckDB.query, DuckDB.make

    def queried(duck: DuckDB, sql: str) -> pa.Table:
        texts.append(sql)
        return query(duck, sql)

    def made(duck: DuckDB, name: str, sql: str) -> int:
        texts.append(sql)
        return make(duck, name, sql)

    monkeypatch.setattr(DuckDB, "query", queried)
    monkeypatch.setattr(DuckDB, "make", made)
    return texts


def reads(texts: list[str], relation: str) -> int:
    """How many queries read a relation."""
    return sum(bool(re.search(rf"\b{relation}\b", text)) for text in texts)


def findings(area: str, reader: Reader) -> None:
    reader.forget_all()
    import_module(AREAS[area]).findings(reader, EVERYBODY)


@pytest.mark.parametrize("area", AREAS)
def test_an_area_asks_no_more_of_more_people(area: str, small: Reader, larger: Reader, asked: list[str]) -> None:
    findings(area, small)
    few = [len(asked), reads(asked, "outcome")]
    asked.clear()
    findings(area, larger)
    assert len(asked) <= few[0] + 2  # what findings name is asked where there are any, of all of them at once
    assert few[1] <= SCANS.get(area, OTHERS)
    assert reads(asked, "outcome") <= SCANS.get(area, OTHERS)


def test_counts_by_week_are_read_once_for_all_areas_and_days(larger: Reader, asked: list[str]) -> None:
    larger.forget_all()
    for days in (0, 7, 21):
        earlier = replace(larger, as_of=larger.as_of - timedelta(days=days))
        for area in ("changes", "lift"):
            import_module(AREAS[area]).findings(earlier, EVERYBODY)
    assert 0 < reads(asked, "effort_count") <= 3
    assert 0 < reads(asked, "answer_count") <= 2


def test_silences_are_worked_out_once_for_all_who_ask_up_to_one_week(larger: Reader) -> None:
    cells = read_cells(larger, EVERYBODY)
    newest = cells.weeks().stop - 1
    known = silences_known(larger, cells)
    assert known == watch_silences(cells)
    assert silences_known(larger, read_cells(larger, EVERYBODY), until=newest) is known
    earlier = silences_known(larger, cells, until=newest - 1)
    larger.forget_all()
    made: tuple[Silent, ...] = (cast(Silent, None),)
    assert larger.once(("silences", cells, newest + 1), lambda: made) is made
    assert silences_known(larger, cells, until=newest) is made
    assert silences_known(larger, cells, until=newest - 1) == earlier
    larger.forget_all()


def test_what_was_read_once_is_read_anew_where_relations_are_replaced(larger: Reader) -> None:
    larger.forget_all()
    assert larger.once("this", lambda: 1) == 1
    assert replace(larger).once("this", lambda: 2) == 1
    larger.forget_all()
    assert larger.once("this", lambda: 2) == 2


def peak(ask: Callable[[], object]) -> int:
    """Bytes that arrays take at most meanwhile."""
    tracemalloc.start()
    try:
        ask()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def efforts(number: int, reps: int) -> Efforts:
    rng = np.random.default_rng(1)
    account = rng.integers(0, number // 10, number)
    rep, week = account % reps, rng.integers(0, 30, number)
    kind = rng.integers(0, 5, number)
    dimensions = {"segment": account // 7 % 3, "region": account // 5 % 4, "kind": kind, "play": kind * 4 + account % 4}
    success = (rng.random(number) < 0.25).astype(np.float64)
    groups = {"manager": np.arange(reps) // 8}
    return Efforts(rep, account, week >= 26, success, np.ones(number), week, dimensions, groups)


def _separated(times: int) -> None:
    separate(efforts(20_000 * times, 25 * times))


def test_a_diagnosis_takes_no_more_than_in_proportion() -> None:
    once, fourfold = (peak(partial(_separated, times)) for times in (4, 16))
    assert fourfold < 4.5 * once
