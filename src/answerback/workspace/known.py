"""Which sources know an id: what a person types is checked here before it is written down for good."""

from __future__ import annotations

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
    found: set[str] = set()
    wanted = (pc.field("space") == space) & (pc.field("id") == writable(name))
    for file in files_of(home, read_batches(home), IDS):
        found.update(pq.read_table(file.path, columns=["source"], filters=wanted)["source"].to_pylist())
    return frozenset(found)


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
