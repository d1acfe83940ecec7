"""Whom an id on the command line means."""

from __future__ import annotations

from answerback.analysis.reader import Reader, keys_sql
from answerback.domain.errors import NotFoundError


def keys_of_rep(reader: Reader, rep: str) -> list[int]:
    """The keys that a rep's id stands for. Raises NotFoundError where nobody has it."""
    keys: list[int] = reader.query(keys_sql("rep", rep))["key"].to_pylist()
    if not keys:
        raise NotFoundError(f"there is no rep {rep!r}", next_step="take the id as answerback show prints it")
    return keys
