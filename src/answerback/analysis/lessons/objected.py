"""What buyers named most as standing in the way, in the deals of each rep."""

from __future__ import annotations

from collections.abc import Iterable

from answerback.analysis.lessons.touches import OBSTACLES
from answerback.analysis.reader import Reader


def objected(reader: Reader, rep_keys: Iterable[int]) -> dict[int, dict[str, int]]:
    """By rep and kind, in how many deals it was named until the instant that is looked from; the most frequent first.

    Who may see these reps is the caller's to know.
    """
    keys = sorted(set(rep_keys))
    rows = reader.query(f"""
        select deal.owner_key, named.kind, count(distinct named.deal_key) as n
        from {OBSTACLES} as named join deal_span as deal on deal.deal_key = named.deal_key
        where deal.owner_key in ({", ".join(map(str, keys)) or "null"}) and named.occurred_at <= {reader.instant}
        group by all order by deal.owner_key, n desc, named.kind""").to_pylist()
    found: dict[int, dict[str, int]] = {key: {} for key in keys}
    for row in rows:
        found[row["owner_key"]][row["kind"]] = row["n"]
    return found
