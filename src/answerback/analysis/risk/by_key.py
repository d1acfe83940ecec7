"""Risk taken by what it was taken with: the key of a deal or of a touch, for whoever looks at one chain."""

from __future__ import annotations

from collections.abc import Mapping

from answerback.analysis.reader import Reader
from answerback.analysis.risk.attempts import Tried
from answerback.analysis.risk.taken import risk_taken
from answerback.domain.scope import Scope


def attempts_by_key(reader: Reader, scope: Scope) -> Mapping[int, tuple[Tried, ...]]:
    """What was tried with a deal or a touch within the last year, whatever came of it; most have nothing."""
    found: dict[int, tuple[Tried, ...]] = {}
    for each in risk_taken(reader, scope).looks:
        if each.is_attempt:
            found[each.key] = (*found.get(each.key, ()), each.tried)
    return found
