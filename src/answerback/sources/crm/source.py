"""A CRM's exports as a source: finds the objects in a folder, reads them one by one, and says what could be seen.

Files that others refer to (associations, labels, people of ours) are read first; everything else streams by batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.reading import (
    Also,
    FullExtract,
    Item,
    NonEvent,
    Note,
    Place,
    Progress,
    Reading,
    Recognition,
    Record,
    Reject,
)
from answerback.sources import files
from answerback.sources.addresses import Sellers
from answerback.sources.crm import constant_time, exports, ordered
from answerback.sources.crm.exports import Export
from answerback.sources.crm.frame import Frame, World, plain
from answerback.sources.crm.lookups import Lookup
from answerback.sources.crm.rules import Dialect, LookupOf
from answerback.sources.crm.translate import Tally, translate
from answerback.sources.tables import Header, Rows, read_rows

OPTIONS: Final = {
    "full": "full=true: the folder holds every record of its kinds, so what is absent is gone",
    "dates": "dates=mdy or dates=dmy: how files write dates with slashes",
    "own": "own=domain,name@domain: further domains and people of ours",
}
_CHOICES: Final = {"full": ("true", "false"), "dates": ("mdy", "dmy")}
CONSTANT_HINT: Final = "the file gives one instant to every activity; export the real times"


class CrmSource:
    """A source made of a dialect."""

    name: ClassVar[str]
    meaning: ClassVar[str]
    dialect: ClassVar[Dialect]

    def recognise(self, path: Path) -> Recognition:
        """Sure by the share of its tables that are this CRM's by name and header."""
        try:
            tables = exports.tables_in(path)
        except SourceError:
            return Recognition(0.0, "it cannot be read")
        matching = sum(self._is_ours(each) for each in tables[:200])
        if not matching:
            return Recognition(0.0, f"no table of it is an object of {self.name}")
        sure = 0.6 + 0.35 * matching / len(tables[:200])
        return Recognition(sure, f"{matching} of {len(tables[:200])} tables are objects of {self.name}")

    def _is_ours(self, path: Path) -> bool:
        columns = exports.peeked_header(path)
        return exports.object_of(self.dialect, path, columns) is not None

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Everything in the folder or file, object by object.

        Raises SourceError where nothing can be read, UsageError where an option is none.
        """
        _check_options(self.name, reading)
        found: list[Export] = []
        broken: list[SourceError] = []
        for each in exports.exports_in(self.dialect, path):
            if isinstance(each, Export):
                found.append(each)
            else:
                broken.append(each)
        if not any(each.object for each in found):
            raise (
                broken[0]
                if broken and not found
                else SourceError(
                    f"there is no object of {self.name} here", where=str(path), next_step=self.dialect.next_step
                )
            )
        return self._read(found, broken, reading, _world(self.dialect, found, reading))

    def _read(self, found: list[Export], broken: list[SourceError], reading: Reading, world: World) -> Iterator[Item]:
        tally = Tally()
        whole = not broken
        for error in broken:
            yield Reject(Place(Path(error.where).name or error.where, 0), "unreadable", hint=error.what)
        position = {each.name: index for index, each in enumerate(self.dialect.objects)}
        found = sorted(
            found, key=lambda each: (position[each.object.name] if each.object else len(position), each.file)
        )
        size, done = sum(each.path.stat().st_size for each in found), 0
        for export in found:
            for item in _read_export(self.dialect, export, world, tally):
                if isinstance(item, Progress):
                    yield Progress(done + item.done, size)
                    continue
                whole = whole and not (isinstance(item, Reject) and item.reason in _LOSSES)
                yield item
            yield from tally.notes(export.file)
            done += export.path.stat().st_size
        yield from _coverage(tally, reading)
        if whole and reading.options.get("full") == "true":
            yield from (FullExtract(each, reading.exported_at) for each in sorted(tally.types))


_LOSSES: Final = frozenset({"truncated", "unreadable"})


def _check_options(name: str, reading: Reading) -> None:
    for option, value in reading.options.items():
        if option not in OPTIONS or value not in _CHOICES.get(option, (value,)):
            raise UsageError(
                f"{name} has no option {option}={value}", where="--set", next_step="; ".join(OPTIONS.values())
            )


def _world(dialect: Dialect, found: list[Export], reading: Reading) -> World:
    """What holds for the whole folder: the objects in it, our people, and the files that others refer to."""
    own_zone = ZoneInfo(reading.playbook.organisation.time_zone)
    world = World(
        reading,
        present=frozenset(name for each in found if each.object for name in each.object.file_names()),
        day_zone=own_zone,
        sellers=Sellers.from_playbook(reading.playbook, reading.options.get("own", "").split(",")),
        date_order=reading.options.get("dates", ""),
    )
    if dialect.needs_sellers and not world.sellers.by_address and not world.sellers.own_domains:
        raise SourceError(
            "nothing says who sells, so no mail can be told to be an effort or an answer",
            where=dialect.name,
            next_step="set own_domains in the playbook, or give --set own=example.com",
        )
    if dialect.companies is not None:
        world.company_ids = _told_once(_pairs(dialect, found, dialect.companies, world))
    lookups: dict[str, Lookup] = {}
    world.lookups = lookups
    for name, wanted in dialect.lookups.items():
        lookups[name] = Lookup(_pairs(dialect, found, wanted, world))
    if dialect.sellers is None:
        return world
    listing, address, ident = dialect.sellers
    pairs = _pairs(dialect, found, LookupOf(object=listing, key=address, value=ident), world)
    world.seller_ids = {
        key: value
        for keys, values in pairs
        for key, value in zip(keys.to_pylist(), values.to_pylist(), strict=True)
        if key and value
    }
    return world


def _told_once(pairs: Iterable[tuple[pa.Array, pa.Array]]) -> dict[str, str]:
    """The value of each key that has one value only."""
    found: dict[str, str | None] = {}
    for keys, values in pairs:
        for key, value in zip(keys.to_pylist(), values.to_pylist(), strict=True):
            if key and value:
                found[key] = value if found.get(key, value) == value else None
    return {key: value for key, value in found.items() if value is not None}


def _pairs(
    dialect: Dialect, found: list[Export], wanted: LookupOf, world: World
) -> Iterator[tuple[pa.Array, pa.Array]]:
    for export in found:
        if export.object is None or export.object.name != wanted.object:
            continue
        for frame in frames(dialect, export, world):
            keys, values = wanted.key.of(frame), wanted.value.of(frame)
            if wanted.when is not None:
                chosen = wanted.when.of(frame)
                keys, values = keys.filter(chosen), values.filter(chosen)
            yield keys, values


def frames(dialect: Dialect, export: Export, world: World) -> Iterator[Frame]:
    """A file's rows as frames, whatever cannot be read of it left out (its main reading says so)."""
    try:
        for item in framed(dialect, export, world):
            if isinstance(item, Frame):
                yield item
    except (SourceError, files.Truncated):
        return


def framed(dialect: Dialect, export: Export, world: World) -> Iterator[Frame | Item]:
    """A file's rows as frames, between what else is to be said of it."""
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    plain_zone = world
    for item in read_rows(export.path, export.file):
        if isinstance(item, Header):
            plain_zone = _zoned(dialect, export, item.columns, world)
        elif isinstance(item, Rows):
            columns = tuple(item.batch.schema.names)
            if columns not in names:
                names[columns] = exports.plain_columns(dialect, columns, export.object)
            yield Frame.of(item.batch, names[columns], item.numbers, plain_zone)
        else:
            yield item


def _zoned(dialect: Dialect, export: Export, columns: tuple[str, ...], world: World) -> World:
    """The same world, with the zone of this file's times: screens show the organisation's own."""
    labels = export.object.labels if export.object is not None else {}
    labelled = any(plain(name) in labels for name in columns)
    if not (labelled and dialect.labelled_in_own_zone):
        return world
    return replace(world, naive_zone=world.day_zone)


def _read_export(dialect: Dialect, export: Export, world: World, tally: Tally) -> Iterator[Item]:
    if export.object is None:
        yield Note(export.file, "not_an_object", hint=f"its rows are counted; {dialect.name} has no such object here")
    constant = export.object is not None and constant_time.is_constant(export.object, frames(dialect, export, world))
    if constant:
        yield Note(export.file, "constant_time", hint=CONSTANT_HINT)
    rows = framed(dialect, export, world)
    if export.object is not None and export.object.order is not None:
        rows = ordered.in_order(export.object, export.object.order, rows)
    try:
        for item in rows:
            if not isinstance(item, Frame):
                yield item
            elif export.object is None:
                yield NonEvent("other_table", len(item))
            elif constant:
                yield from constant_time.rejected(export.object, item, export.file, CONSTANT_HINT)
            else:
                yield from translate(export.object, item, export.file, tally)
    except (SourceError, files.Truncated) as error:
        yield Reject(Place(export.file, 0), "unreadable", hint=str(error)[:200])


def _coverage(tally: Tally, reading: Reading) -> Iterator[Also]:
    """What could have been seen: each channel on which the buyer's side was recorded, up to the newest stamp."""
    until = (tally.newest or tally.last_seen or reading.exported_at) + timedelta(seconds=1)
    records = tuple(
        Record("coverage", {"source_id": f"coverage-{channel}", "channel": channel, "from": first, "to": until})
        for channel, first in sorted(tally.first_seen.items())
        if channel in tally.proved and first < until
    )
    if records:
        yield Also(records)
