"""Opens an engine by its name, loading only the one that is asked for: the others need not be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from answerback.engine.protocol import Engine, EngineError, Limits


class EngineName(StrEnum):
    """Engines by the name that a user gives."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Which engine, and where it runs."""

    name: EngineName = EngineName.DUCKDB
    master: str = ""
    """A cluster's address, such as `spark://host:7077`; empty: this machine."""


@contextmanager
def open_engine(
    choice: EngineChoice = EngineChoice(),
    limits: Limits = Limits(),  # noqa: B008 - frozen
    scratch_on: Path | None = None,
) -> Iterator[Engine]:
    """An engine for a while; its scratch files lie in a folder of its own in `scratch_on`, and go with it.

    Raises EngineError where it is not installed or cannot be started.

    >>> with open_engine() as engine:
    ...     engine.make("answer", "select cast(42 as bigint) as value")
    ...     engine.query("select value from answer").to_pylist()
    1
    [{'value': 42}]
    """
    if choice.name is EngineName.SPARK:
        with _spark()(limits, scratch_on, choice.master) as cluster:
            yield cluster
    else:
        from answerback.engine.duckdb import engine

        with engine(limits, scratch_on) as duck:
            yield duck


def _spark() -> Callable[[Limits, Path | None, str], AbstractContextManager[Engine]]:
    try:
        from answerback.engine.spark import spark
    except ModuleNotFoundError as error:
        if (error.name or "").split(".", maxsplit=1)[0] not in {"pyspark", "py4j"}:
            raise
        raise EngineError("Spark is not installed", next_step="install answerback[spark], and Java 17") from error
    return spark
