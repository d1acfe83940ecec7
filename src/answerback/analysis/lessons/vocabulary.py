"""Which steps, sorts of buyers, obstacles and kinds of touch there are: what a lesson may speak of."""

from __future__ import annotations

from dataclasses import dataclass

from answerback.analysis.lessons.touches import OBSTACLES
from answerback.analysis.lessons.usual import LEAST_PEOPLE
from answerback.analysis.reader import Reader

MOST = 60
"""So many kinds of touch are offered, the most frequent ones."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What occurs in the log: steps as the playbook has them, kinds of touch by how often, and what five people met."""

    steps: tuple[str, ...]
    segments: tuple[str, ...]
    obstacles: tuple[str, ...]
    plays: tuple[str, ...]


def vocabulary(reader: Reader) -> Vocabulary:
    """What occurs in the log."""
    steps = reader.query("""
        select step, min(stage) as first from playbook_stage
        where step is not null and coalesce(outcome, '') = '' group by step order by first""")["step"].to_pylist()
    order = {each.step: place for place, each in enumerate(reader.playbook.stage) if each.step}
    segments = reader.query("""
        select distinct coalesce(segment, size_band) as segment from account
        where coalesce(segment, size_band) is not null order by 1""")["segment"].to_pylist()
    obstacles = reader.query(f"""
        select named.kind from {OBSTACLES} as named join deal_span as deal on deal.deal_key = named.deal_key
        group by named.kind having count(distinct deal.owner_key) >= {LEAST_PEOPLE} order by named.kind""")
    plays = reader.query(f"""
        with named as (
            select play_channel as play, 0 as place, rep_key from outcome where origin = 'hand' and not reactive
            union all
            select play_wide, 1, rep_key from outcome where origin = 'hand' and not reactive
        )
        select play from named group by play having count(distinct rep_key) >= {LEAST_PEOPLE}
        order by min(place), count(*) desc, play limit {MOST}""")
    return Vocabulary(
        tuple(sorted(steps, key=lambda each: (order.get(each, len(order)), each))),
        tuple(segments),
        tuple(obstacles["kind"].to_pylist()),
        tuple(plays["play"].to_pylist()),
    )
