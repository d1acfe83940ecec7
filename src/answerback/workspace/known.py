"""Which sources know an id: what a person types is checked here before it is written down for good."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.domain.errors import NotFoundError, UsageError
from answerback.workspace.home import Home
from answerback.workspace.intake import IDS
from answerback.workspace.keys import writable
from answerback.workspace.log import files_of, read_batches

OWN_SOURCE = "answerback"
"""The source of decisions on what we found ourselves."""


def sources_knowing(home: Home, space: str, name: str) -> frozenset[str]:
    """The sources in whose records an id of this space occurs, in any batch."""
    return sources_knowing_each(home, space, [name])[name]


def sources_knowing_each(home: Home, space: str, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The same of several ids, each batch read once."""
    found: dict[str, set[str]] = {name: set() for name in names}
    written = {writable(name): name for name in found}
    wanted = (pc.field("space") == space) & pc.field("id").isin(list(written))
    for file in files_of(home, read_batches(home), IDS):
        rows = pq.read_table(file.path, columns=["id", "source"], filters=wanted)
        for name, source in zip(rows["id"].to_pylist(), rows["source"].to_pylist(), strict=True):
            found[written[name]].add(source)
    return {name: frozenset(sources) for name, sources in found.items()}


def source_of(home: Home, space: str, names: tuple[str, ...], source: str = "") -> str:
    """The one source whose ids all of these are.

    Raises NotFoundError where one of them is nobody's (or not the named source's), UsageError where they are of
    different sources, or where several sources have them all and none was named.
    """
    what = "effort or buyer action" if space == "event" else space
    known = {name: sources_knowing(home, space, name) for name in names}
    for name, sources in known.items():
        if not sources or (source and source not in sources):
            of = f" of {source}" if source else ""
            having = f"; {', '.join(sorted(sources))} has one" if sources else ""
            raise NotFoundError(
                f"there is no {what} {name!r}{of}{having}", next_step="take the id as answerback show prints it"
            )
    common = sorted(frozenset.intersection(*known.values()))
    if source:
        return source
    if not common:
        raise UsageError(
            f"{' and '.join(repr(name) for name in names)} are ids of different systems",
            where="--source",
            next_step="a decision speaks of the ids of one; give both the same address or domain instead",
        )
    if len(common) > 1:
        raise UsageError(
            f"several sources have {what} {names[0]!r}", where="--source", next_step=f"name one of {', '.join(common)}"
        )
    return common[0]
