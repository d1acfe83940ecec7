"""A practice company in memory, built by the product's own relations and opened by its own reader: a world.

What takes a load and a build a quarter of a minute takes a few seconds here, because nothing is written; the rows are
the same (`tests/calibration/test_worlds.py` holds that). A world may be kept in a folder and opened again in no time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.reader import Reader
from answerback.domain.log import ColumnType, name_columns
from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import playbook_from
from answerback.domain.records import RECORDS, key_column
from answerback.engine.catalogue import catalogue
from answerback.engine.current import current_columns, current_sql
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.lookup import Lookups
from answerback.engine.settings import playbook_relations
from answerback.simulate.assemble import Story, assemble
from answerback.simulate.dirt import dirtied
from answerback.simulate.exports.playbook import playbook_text
from answerback.simulate.facts import Facts
from answerback.simulate.model import Model
from answerback.simulate.parameters import DAY, Parameters
from answerback.simulate.scenarios import Plan, planned
from answerback.workspace.home import Home
from answerback.workspace.identity import DOUBTFUL, SAME_AS
from answerback.workspace.keys import Keys
from answerback.workspace.snapshots import Part, RelationFiles, Snapshot
from calibration.worlds.log import IDS, SOURCE, Log, log_of

SECRET = bytes(32)
"""Nothing here is anybody's."""
NOWHERE = Home(Path("/nonexistent"))
_ONE_THREAD = Limits(threads=1)
More = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
"""Records that a company's systems do not write, such as practices: by name their rows."""


@dataclass(frozen=True)
class Told:
    """What is known of a world besides its relations."""

    start: int
    end: int
    playbook: Playbook
    sellers: dict[str, int]
    """By the id of a rep, the number that the plan knows them by."""


@dataclass(frozen=True)
class World:
    """A practice company that can be asked, and what is true of it."""

    plan: Plan
    told: Told
    reader: Reader

    @property
    def rep_numbers(self) -> dict[int, int]:
        """By key, the number that the plan knows a seller by."""
        rows = self.reader.query("select id, key from ids where space = 'rep'").to_pylist()
        return {row["key"]: self.told.sellers[row["id"]] for row in rows}

    def day(self, number: float) -> datetime:
        """The instant at which a day of the story begins."""
        return _instant(self.told.start + int(number * DAY))


def company(
    seed: int, *, reps: int = 30, managers: int = 5, weeks: int = 40, efforts_per_week: float = 20
) -> Parameters:
    """The company that every scenario is planted in."""
    return Parameters(reps=reps, managers=managers, weeks=weeks, seed=seed, efforts_per_week=efforts_per_week)


@contextmanager
def world(
    parameters: Parameters, scenario: str = "calm", *, misspecified: bool = False, keep: Path | None = None
) -> Iterator[World]:
    """Tells a company, builds its relations in memory and opens them, looking from the end of the story.

    With a folder to `keep` it in, the log and the relations are written there, or read if they were before; relations
    that are made otherwise by now are made again.
    """
    plan = planned(parameters, [scenario], misspecified=misspecified)
    with engine(_ONE_THREAD) as duck:
        if keep is None or not (keep / "told.json").exists():
            story = assemble(Model(plan.parameters).tell())
            told = _recorded(duck, recorded(story, scenario))
            rows, made_by = make_relations(duck, told.playbook), ""
        else:
            told, rows, made_by = _opened(duck, keep)
            if made_by != _code():
                rows, made_by = make_relations(duck, told.playbook), ""
        if keep is not None and made_by != _code():
            _put_away(duck, told, rows, keep)
        yield _world(duck, plan, told, rows)


@contextmanager
def world_of(plan: Plan, facts: Facts, more: More = ()) -> Iterator[World]:
    """The world of what was recorded of a company that was told already; with `more` records, by name."""
    with engine(_ONE_THREAD) as duck:
        told = _recorded(duck, facts, more)
        yield _world(duck, plan, told, make_relations(duck, told.playbook))


def recorded(story: Story, scenario: str) -> Facts:
    """What the systems of a company wrote down: of a badly kept one, not quite what happened."""
    return dirtied(story)[0].facts if scenario == "dirty" else story.facts


def open_log(duck: DuckDB, log: Log) -> None:
    """The standing version of each record, as `current_<record>`, and the strings behind the keys."""
    duck.put("_ids", pa.concat_tables(log.ids) if log.ids else IDS.empty_table())
    duck.make("ids", "select distinct * from _ids")
    duck.drop("_ids")
    for name, record in RECORDS.items():
        duck.put(f"log_{name}", log.table(name))
        duck.make(f"current_{name}", current_sql(record, extents=False))
        duck.drop(f"log_{name}")
    for name, personal in _names().items():
        key = key_column(RECORDS[name])
        columns = {key: pa.int64(), "content_hash": pa.int64(), **dict.fromkeys(personal, pa.string())}
        none = pa.schema(list(columns.items())).empty_table()
        duck.put("_names", pa.concat_tables([none, *(each.select(list(columns)) for each in log.names[name])]))
        newest = ", ".join(f"max_by({each}, content_hash) as {each}" for each in personal)
        duck.make(f"names_{name}", f"select {key}, {newest} from _names group by {key}")  # noqa: S608 - columns of ours
        duck.drop("_names")


def make_relations(duck: DuckDB, playbook: Playbook) -> dict[str, int]:
    """Every relation that a snapshot has, made over `current_<record>`; their numbers of rows."""
    # Ids of one source: nobody is there twice.
    settings = playbook_relations(playbook) | {"same_as": SAME_AS.empty_table(), "doubtful": DOUBTFUL.empty_table()}
    rows = {}
    for name, table in settings.items():
        duck.put(name, table)
        rows[name] = table.num_rows
    rows |= {relation.name: duck.make(relation.name, relation.sql) for relation in catalogue()}
    for relation in catalogue():
        if not relation.kept:
            duck.drop(relation.name)
            del rows[relation.name]
    return rows


def _world(duck: DuckDB, plan: Plan, told: Told, rows: dict[str, int]) -> World:
    for name in RECORDS:
        duck.drop(f"current_{name}")
    return World(plan, told, _reader(duck, told, rows))


def _recorded(duck: DuckDB, facts: Facts, more: More = ()) -> Told:
    open_log(duck, log_of(facts, SECRET, more))
    duck.put("true_cause", true_causes(facts))
    return Told(facts.start, facts.end, playbook_from(playbook_text(facts)), _sellers(facts))


def true_causes(facts: Facts) -> pa.Table:
    """By key, whether a touch caused what a buyer did: of all acts."""
    acts = facts.tables["action"]
    ids = pa.array([f"a{number}" for number in range(acts.num_rows)])
    keys, _ = Keys(SECRET).keyed("event", SOURCE, ids)
    return pa.table({"action_key": keys, "caused": pc.is_valid(acts["cause"])})


def _sellers(facts: Facts) -> dict[str, int]:
    return {row["email"]: row["seller"] for row in facts.rows("seller")}


def _names() -> dict[str, tuple[str, ...]]:
    return {name: personal for name, record in RECORDS.items() if (personal := name_columns(record))}


def _put_away(duck: DuckDB, told: Told, rows: dict[str, int], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*rows, *_inputs()):
        if not (folder / f"{name}.parquet").exists() or name in rows:
            duck.write(name, folder / f"new-{name}", ())
            (folder / f"new-{name}.parquet").replace(folder / f"{name}.parquet")
    said = asdict(told) | {"playbook": told.playbook.model_dump_json()}
    (folder / "told.json").write_text(json.dumps(said | {"rows": rows, "code": _code()}), encoding="utf-8")


def _opened(duck: DuckDB, folder: Path) -> tuple[Told, dict[str, int], str]:
    said = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    rows, code = said.pop("rows"), said.pop("code")
    for name, columns in [*((name, None) for name in (rows if code == _code() else ())), *_inputs().items()]:
        path = folder / f"{name}.parquet"
        duck.over_files(name, [path] if path.exists() else [], columns)
    return Told(**said | {"playbook": Playbook.model_validate_json(said["playbook"])}), rows, code


def _inputs() -> dict[str, dict[str, ColumnType]]:
    """What relations and readers rest on, with its columns: a record that came later has no file in what was kept."""
    names = {
        f"names_{name}": {key_column(RECORDS[name]): ColumnType.BIGINT, **dict.fromkeys(personal, ColumnType.VARCHAR)}
        for name, personal in _names().items()
    }
    ids = dict.fromkeys(("space", "source", "id"), ColumnType.VARCHAR) | {"key": ColumnType.BIGINT}
    truth = {"action_key": ColumnType.BIGINT, "caused": ColumnType.BOOLEAN}
    return {
        "ids": ids,
        "true_cause": truth,
        **{f"current_{name}": current_columns(RECORDS[name]) for name in RECORDS},
        **names,
    }


@cache
def _code() -> str:
    texts = "\0".join(relation.sql for relation in catalogue())
    return hashlib.blake2b(texts.encode(), digest_size=8).hexdigest()


def _reader(duck: DuckDB, told: Told, rows: dict[str, int]) -> Reader:
    listed = {name: RelationFiles((Part("", count, ""),), {}) for name, count in rows.items()}
    end = _instant(told.end)
    snapshot = Snapshot(1, end, "", "", told.playbook.model_dump_json(), (), listed)
    return Reader(NOWHERE, snapshot, told.playbook, duck, end, (), Lookups({}), None)


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
