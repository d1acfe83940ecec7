"""Snapshots: which stay, what a reader may rely on, and that nothing is built twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from answerback.domain.errors import NotFoundError, WorkspaceError
from answerback.domain.playbook import Keep
from answerback.workspace.build import code_digest
from answerback.workspace.home import Home
from answerback.workspace.snapshots import (
    LEASE_SECONDS,
    Part,
    RelationFiles,
    Snapshot,
    damaged_files,
    kept,
    prune,
    publish,
    read_snapshot,
    views_sql,
)
from tests.workspace.world import NOW, PLAYBOOK, act, effort, make, relations, take

DAY = timedelta(days=1)


def snapshot(number: int, built_at: datetime, *files: str) -> Snapshot:
    listed = {name: RelationFiles((Part(f"pool/{name}.parquet", 0, ""),), {}) for name in files}
    return Snapshot(number, built_at, "1", str(number), "{}", (), listed)


def test_the_newest_and_the_last_of_each_day_and_month_stay() -> None:
    every_half_day = [snapshot(n, NOW - (400 - n) * DAY / 2) for n in range(1, 401)]
    staying = kept(every_half_day, Keep(last=3, daily=5, monthly=4))
    assert staying == kept(reversed(every_half_day), Keep(last=3, daily=5, monthly=4))
    built = {each.number: each.built_at for each in every_half_day}
    assert {400, 399, 398} <= staying
    newest_of_day = {built[n].date(): n for n in range(1, 401)}
    assert set(sorted(newest_of_day.values())[-5:]) <= staying
    newest_of_month = {f"{built[n]:%Y-%m}": n for n in range(1, 401)}
    assert set(sorted(newest_of_month.values())[-4:]) <= staying
    assert len(staying) <= 3 + 5 + 4
    assert kept(every_half_day, Keep(last=1, daily=0, monthly=0)) == {400}


def test_a_file_stays_for_a_lease_after_its_snapshot_went(home: Home) -> None:
    now = datetime.now(UTC)
    for number in (1, 2):
        file = home.pool / f"r{number}.parquet"
        file.write_bytes(b"")
        os.utime(file, (0, 0))  # built long ago
        publish(home, snapshot(number, now - (3 - number) * DAY, f"r{number}"))
    opened = read_snapshot(home, "1")
    prune(home, Keep(last=1, daily=0, monthly=0), now)
    assert {path.name for path in home.snapshots.iterdir()} == {"000002.json", "000002.views.sql"}
    assert all((home.root / part.path).exists() for part in opened.parts()), "opened a moment before"
    prune(home, Keep(last=1, daily=0, monthly=0), now + timedelta(seconds=LEASE_SECONDS - 1))
    assert (home.pool / "r1.parquet").exists()
    prune(home, Keep(last=1, daily=0, monthly=0), now + timedelta(seconds=LEASE_SECONDS + 1))
    assert {path.name for path in home.pool.iterdir()} == {"r2.parquet"}


def test_a_snapshot_is_named_by_number_or_by_day(home: Home) -> None:
    for number, at in enumerate((NOW - 3 * DAY, NOW - 2 * DAY, NOW - 2 * DAY, NOW), 1):
        publish(home, snapshot(number, at))
    named = {
        name: read_snapshot(home, name).number for name in ("1", "000002", "2026-05-29", "2026-05-31", "2027-01-01")
    }
    assert named == {"1": 1, "000002": 2, "2026-05-29": 1, "2026-05-31": 3, "2027-01-01": 4}
    assert read_snapshot(home).number == 4


@pytest.mark.parametrize("name", ["9", "2026-05-28", "last week", "²", "", "../000001", "2026-02-30"])
def test_what_names_no_snapshot_is_not_found(home: Home, name: str) -> None:
    with pytest.raises(NotFoundError, match="nothing has been built"):
        read_snapshot(home, name)
    publish(home, snapshot(1, NOW))
    with pytest.raises(NotFoundError, match="no snapshot"):
        read_snapshot(home, name)


def test_who_comes_second_does_not_publish(home: Home) -> None:
    assert publish(home, snapshot(1, NOW))
    assert not publish(home, snapshot(1, NOW + DAY))
    assert read_snapshot(home).built_at == NOW


def test_the_views_of_a_killed_build_do_not_stand_for_another_one_s(home: Home) -> None:
    (home.snapshots / "000001.views.sql").write_text(
        "create view effort as select * from read_parquet('pool/gone.parquet');"
    )
    mine = snapshot(1, NOW, "effort")
    publish(home, mine)
    assert (home.snapshots / "000001.views.sql").read_text() == views_sql(mine)


def test_a_build_without_a_change_gives_the_snapshot_that_stands(home: Home) -> None:
    take(home, [effort("e1"), act("b1")])
    first, again = make(home), make(home, now=NOW + DAY)
    assert (first.new, again.new) == (True, False)
    assert first.snapshot == again.snapshot


def test_another_playbook_gives_another_snapshot_that_shares_what_did_not_change(home: Home) -> None:
    take(home, [effort("e1"), effort("e2"), act("b1")])
    first = make(home).snapshot
    plays = tuple(play.model_copy(update={"waiting_days": 1}) for play in PLAYBOOK.play)
    second = make(home, playbook=PLAYBOOK.model_copy(update={"play": plays})).snapshot
    assert second.number == 2
    same = {name for name, file in first.relations.items() if second.relations[name].parts == file.parts}
    assert {"effort", "buyer_action", "account", "contact", "rep"} <= same
    assert "playbook_play" not in same
    assert read_snapshot(home, "1") == first


def test_other_code_gives_another_snapshot(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(code_digest.cache_clear)
    copies = {}
    for package in ("engine", "workspace", "sql", "domain"):
        copies[f"answerback.{package}"] = tmp_path / package
        shutil.copytree(str(files(f"answerback.{package}")), tmp_path / package)
    monkeypatch.setattr("answerback.workspace.build.files", copies.__getitem__)
    take(home, [effort("e1"), act("b1")])
    assert make(home).new
    code_digest.cache_clear()
    assert not make(home).new
    for changed in ("engine/current.py", "workspace/identity.py", "sql/effort.sql", "domain/kinds.py"):
        with (tmp_path / changed).open("a") as file:
            file.write("\n")
        code_digest.cache_clear()
        assert make(home).new, changed


def test_a_lost_file_is_made_again(home: Home) -> None:
    take(home, [effort("e1"), act("b1")])
    first = make(home)
    rows = relations(home, first)
    (home.root / first.snapshot.relations["effort"].parts[0].path).unlink()
    again = make(home)
    assert again.new
    assert relations(home, again) == rows


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1], lambda whole: whole[:99] + b"?" + whole[100:]])
def test_a_damaged_file_is_named_and_made_again(home: Home, damage: Callable[[bytes], bytes]) -> None:
    take(home, [effort("e1"), act("b1")])
    first = make(home)
    rows = relations(home, first)
    assert damaged_files(home, first.snapshot) == []
    file = home.root / first.snapshot.relations["effort"].parts[0].path
    file.write_bytes(damage(file.read_bytes()))
    assert damaged_files(home, first.snapshot) == [first.snapshot.relations["effort"].parts[0].path]
    again = make(home)
    assert again.new
    assert damaged_files(home, again.snapshot) == []
    assert relations(home, again) == rows


def test_the_views_work_in_any_duckdb_started_in_the_folder(home: Home) -> None:
    take(home, [effort("e1"), act("b1")])
    built = make(home)
    script = (
        "import duckdb, pathlib\n"
        f"duckdb.execute(pathlib.Path('snapshots/{built.snapshot.name}.views.sql').read_text())\n"
        "print(duckdb.sql('select count(*) from effort join link using (effort_key)').fetchall()[0][0])\n"
        "views = duckdb.sql('select view_name from duckdb_views() where not internal').fetchall()\n"
        "print(sorted(row[0] for row in views))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=home.root, check=True, capture_output=True, text=True)
    counted, names = ran.stdout.splitlines()
    assert counted == "1"
    assert names == str(sorted(built.snapshot.relations))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"number": 1}', b'{"format": 2}', b"\xff\xfe", b'{"format": 2, "built_at": 5}'],
)
def test_a_damaged_manifest_is_named(home: Home, content: bytes) -> None:
    publish(home, snapshot(1, NOW))
    (home.snapshots / "000001.json").write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"000001\.json is damaged .*snapshots.000001\.json"):
        read_snapshot(home)


def test_a_manifest_of_a_later_version_says_so(home: Home) -> None:
    (home.snapshots / "000001.json").write_bytes(b'{"format": 3}')
    with pytest.raises(WorkspaceError, match="format 3, this version reads 2"):
        read_snapshot(home)


def test_other_files_beside_the_manifests_are_left_alone(home: Home) -> None:
    publish(home, snapshot(1, NOW))
    (home.snapshots / "1 copy.json").write_text("mine")
    assert read_snapshot(home).number == 1


def test_a_lost_or_damaged_file_of_the_log_stops_a_build_with_its_name(home: Home, tmp_path: Path) -> None:
    batch = take(home, [effort("e1"), act("b1")])
    file = home.log / batch.folder / "effort.parquet"
    whole = file.read_bytes()
    file.unlink()
    with pytest.raises(WorkspaceError, match=rf"is gone \(log/{batch.folder}/effort\.parquet\)"):
        make(home)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WorkspaceError, match=r"damaged \(.*effort\.parquet\)"):
        make(home)
    assert list(home.snapshots.iterdir()) == []
    assert list(home.pool.iterdir()) == []
    file.write_bytes(whole)
    assert make(home).new
