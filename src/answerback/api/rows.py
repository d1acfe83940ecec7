"""An answer as rows, in the form that whoever asks works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import pyarrow as pa

from answerback.analysis.on_base import Cell, OnBase
from answerback.domain.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer as rows, and whatever else it says of itself."""

    table: pa.Table
    left_out: int = field(default=0, kw_only=True)
    """Rows that are not there because they are contested and that is not settled."""

    def to_arrow(self) -> pa.Table:
        """As a pyarrow Table."""
        return self.table

    def to_pandas(self) -> pd.DataFrame:
        """As a pandas DataFrame. Raises UsageError where pandas is not installed."""
        try:
            return self.table.to_pandas()
        except ModuleNotFoundError as error:
            raise UsageError("pandas is not installed", next_step="install answerback[pandas]") from error

    def to_polars(self) -> pl.DataFrame:
        """As a Polars DataFrame. Raises UsageError where Polars is not installed."""
        try:
            import polars as pl
        except ModuleNotFoundError as error:
            raise UsageError("polars is not installed", next_step="install answerback[polars]") from error
        frame = pl.from_arrow(self.table)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table never becomes a series
        return frame


@dataclass(frozen=True, slots=True)
class OnBaseRows(Rows):
    """On-base rates: `cells` typed, `table` as rows."""

    answer: OnBase

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells: counts, and a `Rate` or `NotEnoughData` each."""
        return self.answer.cells


@dataclass(frozen=True, slots=True)
class JudgedRows(Rows, Generic[Answer]):
    """An answer that judges: `answer` typed, with what it refuses to say and why; `table` as rows."""

    answer: Answer
