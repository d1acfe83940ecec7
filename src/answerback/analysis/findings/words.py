"""What people said on findings, by the key that a finding's id has in the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from answerback.analysis.findings.state import Word
from answerback.analysis.reader import Reader
from answerback.workspace.home import Home

SPACE = "finding"
RELATION = "finding_decision"


def key_maker(home: Home) -> Callable[[str], int]:
    """What makes the key of a finding's id: the same in every source, since the id is ours."""
    keys = home.keys()
    return lambda finding_id: keys.key(SPACE, "", finding_id)


def read_words(reader: Reader) -> Mapping[int, tuple[Word, ...]]:
    """All that was said on findings by the reader's instant, by the finding's key."""
    if RELATION not in reader.snapshot.relations:  # a snapshot of an earlier version
        return {}
    rows = reader.query(f"""
        select subject_key, kind, occurred_at, until, reason, value, actor_key, content_hash, decision_key
        from {RELATION} where occurred_at <= {reader.instant}
        order by subject_key, occurred_at, content_hash, decision_key""").to_pylist()
    found: dict[int, list[Word]] = defaultdict(list)
    for row in rows:
        found[row["subject_key"]].append(_word(row))
    return {key: tuple(words) for key, words in found.items()}


def _word(row: Mapping[str, Any]) -> Word:
    return Word(
        kind=row["kind"],
        occurred_at=row["occurred_at"],
        until=row["until"],
        reason=row["reason"] or "",
        value=row["value"] or "",
        actor_key=row["actor_key"],
        content_hash=row["content_hash"],
        decision_key=row["decision_key"],
    )
