"""A snapshot opened for questions: its relations by name, the ids behind its keys, the instant it is seen from."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
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
from answerback.engine.lookup import During, Lookups
from answerback.engine.protocol import QueryError
from answerback.workspace.home import Home
from answerback.workspace.ids import Ids
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
    lookups: Lookups
    ids: Ids | None
    """None without names, and where an earlier version made the snapshot."""
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
                raise self._lacks(lacking[0]) from error
            raise

    def rows(
        self,
        relation: str,
        column: str,
        values: Iterable[int | None],
        columns: Sequence[str],
        during: During | None = None,
    ) -> list[dict[str, Any]]:
        """Rows of one relation by the values of a column of keys: few among many, where its files are sorted by it.

        With `during` those of a stretch of time. They come from the snapshot's files past the engine, so it may be
        asked from several threads. Instants are naive and in UTC. Raises WorkspaceError as `query` does, and where a
        file has gone.
        """
        if not self._has_rows(relation):
            return []
        parts = self.lookups.parts(relation, column, values, columns, during)
        return [row for part in parts for row in part.to_pylist()]

    def table(
        self,
        relation: str,
        column: str,
        values: Iterable[int | None],
        columns: Sequence[str],
        during: During | None = None,
    ) -> pa.Table:
        """The same as a table: for many rows of which few are wanted."""
        self._has_rows(relation)
        return self.lookups.rows(relation, column, values, columns, during)

    def _has_rows(self, relation: str) -> bool:
        if relation not in self.snapshot.relations:
            raise self._lacks(relation)
        return self.snapshot.relations[relation].rows > 0

    def _lacks(self, relation: str) -> WorkspaceError:
        return WorkspaceError(
            f"snapshot {self.snapshot.name} was made by an earlier version: it has no {relation}",
            next_step="run `answerback build`",
        )

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
    for part in chosen.parts():
        if not (home.root / part.path).exists():
            raise WorkspaceError(
                f"a file of snapshot {chosen.name} is gone", where=part.path, next_step="run `answerback build`"
            )
    files = {name: [(home.root / part.path).resolve() for part in of.parts] for name, of in chosen.relations.items()}
    ids = Ids([home.root / part.path for part in chosen.ids]) if names and chosen.ids else None
    with engine(limits, scratch_on=home.pool) as duck, Lookups(files) as lookups:
        for name, paths in files.items():
            duck.over_files(name, paths)
        if names:
            _open_strings(duck, home, batches)
        if confined:
            duck.confine()
        playbook = playbook_of_snapshot(chosen.playbook)
        yield Reader(home, chosen, playbook, duck, as_of or chosen.built_at, batches, lookups, ids)


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
    """The id behind each of these keys, as far as one of the spaces, such as `rep`, has one; by key.

    No two spaces share a key. May be asked from several threads, but of a snapshot that an earlier version made.
    """
    if reader.ids is not None:
        return reader.ids.of(keys)
    wanted = ", ".join(str(key) for key in sorted({int(key) for key in keys})) or "null"
    named = ids_sql(", ".join(sql_text(space) for space in spaces))
    table = reader.query(f"select key, id from {named} where key in ({wanted})")
    return dict(zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True))


def keys_of(reader: Reader, space: str, text: str, source: str = "") -> list[int]:
    """The keys that `keys_sql` asks for, in order, found without looking at all ids.

    An id's key can be made anew by whoever has the workspace's secret; that it was loaded, the ids say.
    """
    if reader.ids is None:
        return sorted(reader.query(keys_sql(space, text, source))["key"].to_pylist())
    keys = reader.once("keys", reader.home.keys)
    sources = {source} if source else {name for batch in reader.batches for name in (batch.source, batch.ids_of)}
    made = {keys.key(space, each, text) for each in sources}
    known = [key for key, own in reader.ids.of(made).items() if own == text]
    relation, own_key = ("same_event", "event_key") if space == "event" else ("same_as", "key")
    merged = reader.rows(relation, own_key, known, (own_key, "canonical_key")) if known else []
    alone = set(known) - {row[own_key] for row in merged}
    return sorted(alone | {row["canonical_key"] for row in merged})


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
