"""Every source of the product, in the order in which they are offered, and which of them a path is for.

Sources are imported when they are asked for, so that `import answerback` does not load what a run does not need.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.reading import Recognition, Source

NAMES: Final = ("folder", "mapping", "xes", "mailbox", "calendar", "salesforce", "hubspot", "trace")
"""The sources, each a package beside this module that exposes `SOURCE`."""


def names() -> tuple[str, ...]:
    """The names of all sources, in order."""
    return NAMES


def by_name(name: str) -> Source:
    """The source of that name.

    Raises UsageError where there is none.

    >>> by_name("trace").name
    'trace'
    """
    if name not in NAMES:
        raise UsageError(
            f"there is no source called {name!r}", where="--source", next_step=f"use one of {', '.join(NAMES)}"
        )
    return cast("Source", import_module(f"answerback.sources.{name}").SOURCE)


def all_sources() -> Iterator[Source]:
    """Every source, in order."""
    return map(by_name, NAMES)


def recognised_by(path: Path) -> list[tuple[Source, Recognition]]:
    """Every source with how sure it is that a path is for it, the surest first."""
    answers = [(source, source.recognise(path)) for source in all_sources()]
    return sorted(answers, key=lambda answer: -answer[1].sure)


def recognise(path: Path) -> Source:
    """The source that is surest of a path.

    Raises SourceError, with what each source said, where none knows it or two are equally sure.
    """
    if not path.exists():
        raise SourceError("there is no such file or folder", where=str(path), next_step="check the path")
    answers = recognised_by(path)
    (best, surest), (second, runner_up) = answers[:2]
    if surest.sure <= 0.0:
        said = "; ".join(f"{source.name}: {answer.why}" for source, answer in answers)
        raise SourceError(
            f"no source knows what this is ({said})",
            where=str(path),
            next_step="name one with --source, or map its columns with --mapping",
        )
    if surest.sure == runner_up.sure:
        raise SourceError(
            f"two sources are equally sure of this ({best.name}: {surest.why}; {second.name}: {runner_up.why})",
            where=str(path),
            next_step=f"say which: --source {best.name} or --source {second.name}",
        )
    return best
