"""Killed at any instant, a load or build shows the old or the new, loses nothing, and runs again to the same result.

`ANSWERBACK_KILLS=all` kills a build before each of its steps; without it a spread of them is taken.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from answerback.workspace.batches import LoadRequest, load, read_batches
from answerback.workspace.disk import checksum
from answerback.workspace.home import Home, create_home
from answerback.workspace.ids import ids_in
from answerback.workspace.journal import Entry, append
from answerback.workspace.snapshots import LEASE_SECONDS, Part, read_snapshot, views_sql
from tests.workspace.dying import Mortals, Steps, answer_of, interrupt_at, steps_of
from tests.workspace.world import (
    NOW,
    PLAYBOOK,
    Line,
    Lines,
    act,
    effort,
    ignore,
    kept,
    make,
    relations,
    take,
)

SEED = random.SystemRandom().randrange(1_000_000)
AFTER_THE_LEASE = timedelta(seconds=LEASE_SECONDS + 3_600)

OLD: list[Line] = [effort("e1", reference="message:1"), kept("rep", source_id="r1", email="anna@seller.example")]
NEW: list[list[Line]] = [
    [act("b1", refers_to="message:1"), {"non_event": "bounce"}, {"reject": "truncated"}],
    [effort("e1", version_at="2026-05-01", reference="message:2"), effort("e2"), kept("effort", source_id="e3")],
    [kept("account", source_id="a1", domain="buyer.example"), effort(None), effort(None)],
]
HAND = Entry("crm", "happening", {"source_id": "h1", "text": "price change", "from": "2026-01-01"}, NOW)


def prepared(folder: Path) -> Home:
    """A workspace with one snapshot, one entry by hand, and a new export beside it."""
    home = create_home(folder / "home")
    take(home, OLD)
    make(home)
    append(home, HAND)
    export = folder / "export"
    export.mkdir()
    for number, lines in enumerate(NEW):
        (export / f"{number}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return home


def load_new(home: Home) -> None:
    request = LoadRequest(Lines(), home.root.parent / "export", "crm", "crm", PLAYBOOK, NOW, NOW, None, {})
    load(home, request, ignore)


def build_new(home: Home) -> None:
    make(home, now=NOW + timedelta(hours=1))


def load_and_build(home: Home) -> None:
    load_new(home)
    build_new(home)


def assert_whole(home: Home) -> tuple[int, int]:
    """Everything that can be seen is complete and as it was written. The numbers of batches and snapshots."""
    batches = read_batches(home)
    for batch in batches:
        assert batch.read == batch.kept + sum(batch.non_events.values()) + batch.rejects
        for file in batch.files:
            path = home.log / batch.folder / file.name
            assert (checksum(path), pq.read_metadata(path).num_rows) == (file.checksum, file.rows)
    names = sorted(path.stem for path in home.snapshots.glob("[0-9]*.json"))
    for name in names:
        snapshot = read_snapshot(home, name)
        assert set(snapshot.batches) <= {batch.batch_id for batch in batches}
        assert (home.snapshots / f"{name}.views.sql").read_text() == views_sql(snapshot)
        for part in snapshot.parts():
            _assert_file(home, part)
    return len(batches), len(names)


def _assert_file(home: Home, part: Part) -> None:
    path = home.root / part.path
    rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else ids_in(path)
    assert (checksum(path), rows) == (part.checksum, part.rows)


@pytest.fixture(scope="module")
def mortals() -> Iterator[Mortals]:
    made = Mortals()
    yield made
    made.end()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    prepared(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What load and build give when nobody disturbs them."""
    home = copied(template, tmp_path_factory.mktemp("undisturbed"))
    load_new(home)
    return relations(home, make(home))


def copied(template: Path, folder: Path) -> Home:
    shutil.copytree(template, folder / "copy")
    return Home(folder / "copy" / "home")


def assert_recovers(home: Home, undisturbed: dict[str, Any]) -> None:
    """Once more, to the end: the same rows; and nothing is left of what was killed once the lease is over."""
    load_new(home)
    built = make(home, now=datetime.now(UTC) + AFTER_THE_LEASE)
    assert relations(home, built) == undisturbed
    assert_whole(home)
    assert_swept(home)


def assert_swept(home: Home) -> None:
    listed = {f"{batch.batch_id}.json" for batch in read_batches(home)} | {batch.folder for batch in read_batches(home)}
    assert {path.name for path in home.log.iterdir()} == listed
    names = [path.stem for path in home.snapshots.glob("[0-9]*.json")]
    used = {part.path for name in names for part in read_snapshot(home, name).parts()}
    assert {f"pool/{path.name}" for path in home.pool.iterdir()} == used
    assert list(home.root.rglob(".*")) == []


def test_a_load_killed_before_each_of_its_steps(
    mortals: Mortals, template: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    home = copied(template, tmp_path)
    total = answer_of(steps_of, load_new, copied(template, tmp_path / "counted"))
    seen = []
    for step in range(1, total + 1):
        assert mortals.killed(load_new, home, step=step), f"step {step} of {total} was never reached"
        batches, _ = assert_whole(home)
        seen.append(batches)
        if batches == 2:  # it is there: from now on a load adds nothing, so begin anew
            load_new(home)
            assert assert_whole(home)[0] == 2
            shutil.rmtree(home.root)
            shutil.copytree(template / "home", home.root)
    assert set(seen) == {1, 2}
    assert seen == sorted(seen)
    assert_recovers(home, undisturbed)


def test_a_load_killed_at_random_times(
    mortals: Mortals, template: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    home = copied(template, tmp_path)
    chance = random.Random(SEED)
    kills = 0
    for _ in range(100):
        kills += mortals.killed(load_new, home, after=chance.uniform(0.0, 0.12))
        if assert_whole(home)[0] == 2:
            shutil.rmtree(home.root)
            shutil.copytree(template / "home", home.root)
    assert kills > 10, "hardly anything was killed: the test says nothing"
    assert_recovers(home, undisturbed)


@pytest.mark.slow
def test_builds_killed_at_a_spread_of_steps(
    mortals: Mortals, template: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    total = answer_of(steps_of, load_and_build, copied(template, tmp_path / "counted"))
    chance = random.Random(SEED)
    every = os.environ.get("ANSWERBACK_KILLS") == "all"
    steps = list(range(1, total + 1)) if every else sorted(chance.sample(range(1, total + 1), 18))
    third = (len(steps) + 2) // 3
    rounds = zip_longest(steps[:third], steps[third : 2 * third], steps[2 * third :], fillvalue=total)
    for number, row in enumerate(rounds):  # an early, a middle and a late one, each in what the one before left behind
        home = copied(template, tmp_path / str(number))
        for step in row:
            mortals.killed(load_and_build, home, step=step)
            batches, snapshots = assert_whole(home)
            assert 1 <= batches <= 3
            assert 1 <= snapshots <= 2
        assert_recovers(home, undisturbed)
        shutil.rmtree(home.root)


def test_builds_killed_at_random_times(
    mortals: Mortals, template: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    home = copied(template, tmp_path)
    chance = random.Random(SEED)
    for _ in range(10):
        mortals.killed(load_and_build, home, after=chance.uniform(0.05, 0.8))
        assert_whole(home)
    assert_recovers(home, undisturbed)


def _seen_by_a_reader(home: Home) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    Steps().watch(home.root, lambda _step: seen.append(assert_whole(home)))
    load_and_build(home)
    return seen


def test_at_every_step_a_reader_sees_the_old_or_the_new(template: Path, tmp_path: Path) -> None:
    seen = answer_of(_seen_by_a_reader, copied(template, tmp_path))
    assert len(seen) > 120
    assert seen == sorted(seen)
    assert set(seen) == {(1, 1), (2, 1), (3, 1), (3, 2)}, "one batch; the export; the entry by hand; the snapshot"


def _interrupted(template: Path, folder: Path) -> list[tuple[int, int]]:
    """At each step of a load: how many batches are there afterwards, and how many folders."""
    steps = Steps()
    found = []
    for step in range(1, 1_000):
        home = copied(template, folder / str(step))
        steps.watch(home.root, interrupt_at(step))
        try:
            load_new(home)
        except KeyboardInterrupt:
            found.append((assert_whole(home)[0], sum(path.is_dir() for path in home.log.iterdir())))
        else:
            break
    return found


def test_an_interruption_never_takes_files_from_a_batch_that_is_there(template: Path, tmp_path: Path) -> None:
    found = answer_of(_interrupted, template, tmp_path)
    assert len(found) > 30
    assert {batches for batches, _ in found} == {1, 2}
    assert all(folders in (batches, batches + 1) for batches, folders in found)
