"""The connectors there are, each imported when it is needed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.reading import Recognition, Source

_NAMES = ("folder", "mapping", "xes", "mailbox", "calendar", "salesforce", "hubspot", "trace")
_SURE_ENOUGH = 0.5


def names() -> tuple[str, ...]:
    """The names of all connectors."""
    return _NAMES


def by_name(name: str) -> Source:
    """One connector. Raises UsageError that lists the known ones."""
    if name not in _NAMES:
        raise UsageError(f"there is no source {name!r}", where="--source", next_step="use one of " + ", ".join(_NAMES))
    return cast(Source, import_module(f"answerback.sources.{name}").SOURCE)


def recognise(path: Path) -> Source:
    """The connector that is surest of a path. Raises SourceError where none is, or two are equally."""
    if not path.exists():
        raise SourceError("there is no such file or folder", where=str(path), next_step="check the path")
    found: list[tuple[Recognition, Source]] = []
    for name in _NAMES:
        source = by_name(name)
        found.append((source.recognise(path), source))
    best = max(recognition.sure for recognition, _ in found)
    chosen = [source for recognition, source in found if recognition.sure == best]
    if best < _SURE_ENOUGH or len(chosen) > 1:
        told = "; ".join(f"{source.name}: {recognition.why}" for recognition, source in found)
        raise SourceError(
            f"it is not clear what this is ({told})", where=str(path), next_step="name the connector with --source"
        )
    return chosen[0]
