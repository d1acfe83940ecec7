"""What a build has that the one before it had not, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from answerback.present.words import counted
from answerback.workspace.snapshots import Snapshot

_ENTERED = "journal"
"""The kind of source of what people entered."""
_COUNTED = {"effort": ("touch", "touches"), "buyer_action": ("act of a buyer", "acts of buyers")}


def changes(newer: Snapshot, older: Snapshot, kinds: Mapping[str, str]) -> list[str]:
    """What differs between a build and the one before it, what came in first.

    Args:
        newer: The build.
        older: The one before it.
        kinds: Of which kind of source each load is, by its id.
    """
    lines = _loads(set(newer.batches) - set(older.batches), kinds)
    if gone := len(set(older.batches) - set(newer.batches)):
        lines.append(f"{counted(gone, 'load is', 'loads are')} gone")
    if newer.playbook != older.playbook:
        lines.append("other settings")
    if newer.code_version != older.code_version:
        lines.append(f"version {newer.code_version} instead of {older.code_version}")
    elif newer.code != older.code:
        lines.append("other code of the same version, or somebody was forgotten")
    for name, (one, many) in _COUNTED.items():
        if more := _rows(newer, name) - _rows(older, name):
            lines.append(f"{counted(abs(more), one, many)} {'more' if more > 0 else 'fewer'}")
    return lines or ["nothing that is counted here"]


def _loads(fresh: set[str], kinds: Mapping[str, str]) -> list[str]:
    entered = sum(kinds.get(each) == _ENTERED for each in fresh)
    others = Counter(kinds.get(each, "") for each in fresh if kinds.get(each) != _ENTERED)
    lines = ["what people entered"] if entered else []
    if others:
        named = ", ".join(sorted(kind for kind in others if kind))
        lines.append(counted(others.total(), "load", "loads") + (f" ({named})" if named else ""))
    return lines


def _rows(snapshot: Snapshot, name: str) -> int:
    return snapshot.relations[name].rows if name in snapshot.relations else 0
