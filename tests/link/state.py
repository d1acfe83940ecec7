"""The state of an effort as of an instant, from the instants that the relation `outcome` keeps and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def state_of(outcome: Mapping[str, Any], as_of: datetime) -> str | None:
    """One of the five states; None where the effort was not made yet."""
    made, seen_until = outcome["occurred_at"], outcome["seen_until"]
    if made > as_of:
        return None
    if seen_until is None:
        return "unseen"
    if outcome["on_base_at"] is not None and outcome["on_base_at"] <= as_of:
        return "on_base"
    if outcome["other_at"] is not None and outcome["other_at"] <= as_of:
        return "answered"
    waited = (min(as_of, seen_until) - made).total_seconds()
    return "open" if waited < outcome["waiting_seconds"] else "unanswered"
