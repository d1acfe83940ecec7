"""Whole builds: of one log both engines make snapshots that no reader can tell apart, from scratch or in increments."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answerback.api import Workspace, open_workspace
from answerback.engine.catalogue import catalogue
from answerback.engine.opening import EngineChoice, EngineName
from answerback.engine.protocol import Engine, Limits
from answerback.workspace.build import build
from answerback.workspace.home import Home
from answerback.workspace.snapshots import RelationFiles, Snapshot
from tests.cli.terminal import Terminal
from tests.parity.both import Both

ROOT = Path(__file__).resolve().parents[2]
TEAM = ROOT / "examples" / "small_team"
BPI = ROOT / "examples" / "bpic2012"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def built(workspace: Workspace, engine: EngineName, *, afresh: bool, events_in_block: int = 700) -> Snapshot:
    made = build(
        workspace.home,
        workspace.playbook,
        now=NOW,
        limits=Limits(threads=2),
        on_step=lambda *_: None,
        choice=EngineChoice(engine),
        afresh=afresh,
        events_in_block=events_in_block,
    )
    assert made.new
    return made.snapshot


def differences(home: Home, usual: Snapshot, spark: Snapshot) -> dict[str, list[str]]:
    """By relation, what differs: which block a file is of, the columns as the manifest has them, the rows."""
    assert usual.relations.keys() == spark.relations.keys()
    found = {}
    for name, files in usual.relations.items():
        other = spark.relations[name]
        if files.columns != other.columns:
            found[name] = [f"{files.columns} and {other.columns}"]
            continue
        for block in sorted({part.block for part in (*files.parts, *other.parts)}):
            both = Both(rows(home, files, block), rows(home, other, block))
            if differing := both.differences():
                found.setdefault(name, []).extend([f"block {block}", *differing])
    return found


def rows(home: Home, files: RelationFiles, block: str) -> pa.Table:
    tables = [pq.read_table(home.root / part.path) for part in files.parts if part.block == block]
    assert tables, f"no file of block {block}"
    return pa.concat_tables([table.replace_schema_metadata(None) for table in tables])


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example's team, the last fifth of its efforts and acts not loaded yet."""
    folder = tmp_path_factory.mktemp("team")
    for table in TEAM.glob("*.csv"):
        with table.open(encoding="utf-8", newline="") as file:
            head, *lines = csv.reader(file)
        if "occurred_at" in head:
            lines.sort(key=lambda line: line[head.index("occurred_at")])
            cut = len(lines) * 4 // 5
            written(folder / "then" / table.name, [head, *lines[cut:]])
            lines = lines[:cut]
        written(folder / "first" / table.name, [head, *lines])
    workspace = open_workspace(folder / "home", create=True)
    workspace.load(folder / "first", source="team")
    return workspace


def written(path: Path, lines: list[list[str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(lines)


@pytest.fixture(scope="module")
def snapshots(team: Workspace, spark: Engine) -> tuple[Snapshot, Snapshot, Snapshot]:
    """The first part by the default engine; all of it by Spark, building on that; all by the default engine alone."""
    first = built(team, EngineName.DUCKDB, afresh=True)
    team.load(team.home.root.parent / "then", source="team")
    increment = built(team, EngineName.SPARK, afresh=False)
    shutil.copytree(team.home.root, team.home.root.parent / "by_spark")
    return first, increment, built(team, EngineName.DUCKDB, afresh=True)


def test_spark_builds_on_what_another_made(team: Workspace, snapshots: tuple[Snapshot, Snapshot, Snapshot]) -> None:
    first, increment, whole = snapshots
    assert differences(team.home, whole, increment) == {}
    assert increment.relations["effort"].rows > first.relations["effort"].rows
    assert len(increment.blocks) > 1, "or nothing is shown of blocks"
    kept = {part.path for part in increment.parts()} & {part.path for part in first.parts()}
    assert any("/effort-" in path for path in kept), "the first block had no change"


def test_what_spark_made_is_built_on(team: Workspace, snapshots: tuple[Snapshot, Snapshot, Snapshot]) -> None:
    """An effort and its answer come late to the first block; the last one, as Spark made it, stays."""
    first, by_spark, _ = snapshots
    folder = team.home.root.parent
    effort = "effort_id,rep_id,account_id,occurred_at,kind,reference"
    written(
        folder / "last" / "effort.csv", lines(effort, "new,ann,a1,2026-01-06T09:00:00Z,email,message:new@x.example")
    )
    action = "action_id,account_id,occurred_at,kind,refers_to"
    written(
        folder / "last" / "buyer_action.csv",
        lines(action, "answer,a1,2026-01-06T15:00:00Z,replied,message:new@x.example"),
    )
    workspace = open_workspace(folder / "by_spark")
    workspace.load(folder / "last", source="team")
    increment = built(workspace, EngineName.DUCKDB, afresh=False)
    assert increment.relations["link"].rows == by_spark.relations["link"].rows + 1
    assert differences(workspace.home, built(workspace, EngineName.DUCKDB, afresh=True), increment) == {}
    sparks = {part.path for part in by_spark.parts()} - {part.path for part in first.parts()}
    kept = sparks & {part.path for part in increment.parts()}
    assert any("/effort-" in path for path in kept), "the last block had no change"


def lines(*texts: str) -> list[list[str]]:
    return [text.split(",") for text in texts]


def test_the_files_are_of_one_form(team: Workspace, snapshots: tuple[Snapshot, Snapshot, Snapshot]) -> None:
    """Sorted as the relation says, instants in micros without a zone: as the usual ones."""
    first, increment, whole = snapshots
    old = {part.path for part in first.parts()}
    seen = 0
    for relation in catalogue():
        if not relation.kept:
            continue
        forms = {form(team.home.root / part.path) for part in whole.relations[relation.name].parts}
        for part in increment.relations[relation.name].parts:
            path = team.home.root / part.path
            assert {form(path)} == forms, relation.name
            if relation.order:
                table = pq.read_table(path, columns=list(relation.order))
                assert table.equals(table.sort_by([(name, "ascending") for name in relation.order])), relation.name
            seen += part.path not in old
    assert seen > len(catalogue()) // 2, "most were written by Spark"


def form(path: Path) -> tuple[tuple[str, str, str], ...]:
    """The columns of a file: their types, there and in Arrow."""
    file = pq.ParquetFile(path)
    kinds = [str(field.type) for field in file.schema_arrow]
    return tuple((each.name, each.physical_type, kind) for each, kind in zip(file.schema, kinds, strict=True))


@pytest.mark.slow
def test_bpic2012(shared_data: Path, spark: Engine, tmp_path: Path) -> None:
    """262,200 events of a real log."""
    terminal = Terminal(tmp_path / "home")
    assert terminal("init", "--no-ask", "--outside", "all").code == 0
    (terminal.home / "playbook.toml").write_bytes((BPI / "playbook.toml").read_bytes())
    log = shared_data / "bpic2012" / "BPI_Challenge_2012.xes.gz"
    assert terminal("load", log, "--mapping", BPI / "mapping.toml").code == 0
    workspace = open_workspace(terminal.home)
    usual = built(workspace, EngineName.DUCKDB, afresh=True, events_in_block=10_000_000)
    made = built(workspace, EngineName.SPARK, afresh=True, events_in_block=10_000_000)
    assert differences(workspace.home, usual, made) == {}
    assert made.relations["link"].rows > 1_000
