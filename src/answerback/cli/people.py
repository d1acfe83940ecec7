"""Whom an id on the command line means."""

from __future__ import annotations

from answerback.analysis.reader import Reader, keys_of
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope, Stretch
from answerback.workspace.access import owner_scope


def keys_of_rep(reader: Reader, rep: str) -> list[int]:
    """The keys that a rep's id stands for. Raises NotFoundError where nobody has it."""
    keys: list[int] = keys_of(reader, "rep", rep)
    if not keys:
        raise NotFoundError(f"there is no rep {rep!r}", next_step="take the id as answerback show prints it")
    return keys


def scope_for(reader: Reader, purpose: str, rep: str) -> Scope:
    """Everybody's rows, or those of the rep that was named. Raises NotFoundError where nobody has the id."""
    if not rep:
        return owner_scope(purpose)
    keys = keys_of_rep(reader, rep)
    return Scope(purpose, stretches=tuple(Stretch(key) for key in keys), viewer_key=keys[0])
