"""A snapshot opened for questions: its relations by name, the ids behind its keys, the instant it is seen from."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import pyarrow as pa

from answerback.domain.errors import WorkspaceError
from answerback.domain.log import ColumnType, name_columns
from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import playbook_of_snapshot
from answerback.domain.records import RECORDS, key_column
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.protocol import QueryError
from answerback.workspace.home import Home
from answerback.workspace.intake import IDS
from answerback.workspace.log import Batch, LogFile, files_of, over_log, read_batches
from answerback.workspace.snapshots import Snapshot, read_snapshot

_IDS = dict.fromkeys(("space", "source", "id"), ColumnType.VARCHAR) | {"key": ColumnType.BIGINT}
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Reader:
    """One snapshot, one engine, one instant."""

    home: Home
    snapshot: Snapshot
    playbook: Playbook
    duck: DuckDB
    as_of: datetime
    batches: tuple[Batch, ...]
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What was made for a key, made when it is first asked for: areas that ask for the same read it once.

        All readers of a snapshot share it, from whatever instant they look (`dataclasses.replace`): the key says
        everything that it depends on, and nobody changes what they got.
        """
        if key not in self._kept:
            self._kept[key] = make()
        made: _Made = self._kept[key]
        return made

    def forget_all(self) -> None:
        """What was made is made anew: for whoever puts other relations in the place of the snapshot's."""
        self._kept.clear()

    @property
    def instant(self) -> str:
        """`as_of` as an SQL literal."""
        return sql_instant(self.as_of)

    def query(self, sql: str) -> pa.Table:
        """Runs a query over the snapshot's relations.

        Raises WorkspaceError where it asks for one that the version which made the snapshot did not know.
        """
        try:
            return self.duck.query(sql)
        except QueryError as error:
            if lacking := sorted(each for each in self._unmade() if re.search(rf"\b{each}\b", error.what)):
                raise WorkspaceError(
                    f"snapshot {self.snapshot.name} was made by an earlier version: it has no {lacking[0]}",
                    next_step="run `answerback build`",
                ) from error
            raise

    def _unmade(self) -> set[str]:
        """Relations that a build would make now, and that this snapshot does not have."""
        from answerback.engine.catalogue import catalogue

        return {each.name for each in catalogue() if each.kept} - self.snapshot.relations.keys()


@contextmanager
def reading(
    home: Home,
    *,
    snapshot: str | None = None,
    as_of: datetime | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    names: bool = True,
    confined: bool = False,
) -> Iterator[Reader]:
    """A reader of a snapshot (the newest unless named), looking from `as_of` (when it was built, unless said).

    Without `names` there are keys only, no ids and no personal text. `confined` is for queries that a user wrote:
    nothing but the files of this snapshot can be reached.

    Raises NotFoundError where nothing was built, WorkspaceError where a file of the snapshot is gone.
    """
    chosen = read_snapshot(home, snapshot)
    batches = tuple(batch for batch in read_batches(home) if batch.batch_id in set(chosen.batches))
    with engine(limits, scratch_on=home.pool) as duck:
        for name, files in chosen.relations.items():
            for part in files.parts:
                if not (home.root / part.path).exists():
                    raise WorkspaceError(
                        f"a file of snapshot {chosen.name} is gone", where=part.path, next_step="run `answerback build`"
                    )
            duck.over_files(name, [(home.root / part.path).resolve() for part in files.parts])
        if names:
            _open_strings(duck, home, batches)
        if confined:
            duck.confine()
        playbook = playbook_of_snapshot(chosen.playbook)
        yield Reader(home, chosen, playbook, duck, as_of or chosen.built_at, batches)


def _open_strings(duck: DuckDB, home: Home, batches: tuple[Batch, ...]) -> None:
    """The ids behind keys as `ids`, and personal fields of the newest version of each record as `names_<record>`."""
    # An id means the same whenever it was loaded: those of later loads in a merged file do no harm.
    over_log(duck, "ids", [LogFile(file.path) for file in files_of(home, batches, IDS)], _IDS)
    for record in RECORDS.values():
        personal = name_columns(record)
        if not personal:
            continue
        key = key_column(record)
        columns = {key: ColumnType.BIGINT, "version_at": ColumnType.TIMESTAMP, "content_hash": ColumnType.BIGINT}
        columns |= dict.fromkeys(personal, ColumnType.VARCHAR)
        over_log(duck, f"_names_{record.name}", files_of(home, batches, f"{record.name}.names.parquet"), columns)
        newest = ", ".join(
            f"first_value({name} ignore nulls) over (partition by {key} order by version_at desc, content_hash desc"
            f" rows between unbounded preceding and unbounded following) as {name}"
            for name in personal
        )
        duck.view(f"names_{record.name}", f"select distinct {key}, {newest} from _names_{record.name}")


def ids_sql(spaces: str) -> str:
    """A subquery (key, id): one id for each key of the spaces, such as `'rep'`."""
    return f"(select key, min(id) as id from ids where space in ({spaces}) group by key)"


def ids_of(reader: Reader, keys: Iterable[int], *spaces: str) -> dict[int, str]:
    """The id behind each of these keys, as far as one of the spaces, such as `rep`, has one; by key."""
    wanted = ", ".join(str(key) for key in sorted({int(key) for key in keys})) or "null"
    named = ids_sql(", ".join(sql_text(space) for space in spaces))
    table = reader.query(f"select key, id from {named} where key in ({wanted})")
    return dict(zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True))


def keys_sql(space: str, text: str, source: str = "") -> str:
    """A query for the keys that an id stands for: those of the records that its own were merged into.

    An id means what its source means by it; where several sources have it, all are found unless `source` names one.
    """
    merged = "same_event" if space == "event" else "same_as"
    own = "event_key" if space == "event" else "key"
    of = f" and ids.source = {sql_text(source)}" if source else ""
    return f"""select distinct coalesce(merged.canonical_key, ids.key) as key
        from ids left join {merged} as merged on merged.{own} = ids.key
        where ids.space = {sql_text(space)} and ids.id = {sql_text(text)}{of}"""
