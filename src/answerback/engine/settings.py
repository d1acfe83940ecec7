"""The playbook as relations, so that SQL takes no parameters and a changed setting dirties only what reads it."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from answerback.domain.kinds import DEFAULT_STANCE, NEVER_COUNTED, ActionKind
from answerback.domain.playbook import Play, Playbook

MONTH_SECONDS = 2_629_746
"""A twelfth of the mean Gregorian year: tenure is a band, not a date."""
_FOR_EVER = 1 << 40


NO_PLAY = "no play"
"""The play of efforts that no play of the playbook fits: shown, never linked or rated."""


def durations(playbook: Playbook) -> dict[str, int]:
    """Seconds of the durations that the headers of relations name.

    >>> durations(Playbook())["the registration minutes"] >= 0
    True
    """
    return {
        "the longest waiting time": max((play.waiting_seconds for play in playbook.play), default=0),
        "the registration minutes": playbook.registration.minutes * 60,
    }


def playbook_relations(playbook: Playbook) -> dict[str, pa.Table]:
    """Every relation that SQL may read of the playbook.

    >>> sorted(playbook_relations(Playbook()))[:3]
    ['playbook_act', 'playbook_answer', 'playbook_play']
    """
    reaches = _reaches(playbook.play)
    last = Play(name=NO_PLAY, answered_by=(), aim=(), counts=False)
    plays = (*playbook.play, last)
    return {
        "playbook_act": _acts(playbook),
        "playbook_answer": _table(
            {"play_id": pa.int64(), "kind": pa.string(), "in_aim": pa.bool_()},
            [
                (number, kind.value, kind in play.aim)
                for number, play in enumerate(playbook.play)
                for kind in play.answered_by
            ],
        ),
        "playbook_play": _plays(plays, reaches),
        "playbook_proof": _table(
            {"position": pa.int64(), "kind": pa.string()},
            [
                (number, kind.value)
                for number, stage in enumerate(playbook.stage)
                for kind in dict.fromkeys(stage.requires)
            ],
        ),
        "playbook_reach": _table(
            {"reach_id": pa.int64(), "kind": pa.string(), "waiting_seconds": pa.int64()},
            [(number, kind, reach[1]) for reach, number in reaches.items() for kind in reach[0]],
        ),
        "playbook_registration": _table(
            {"subkind": pa.string(), "seconds": pa.int64()},
            [(name, playbook.registration.minutes * 60) for name in dict.fromkeys(playbook.registration.subkinds)],
        ),
        "playbook_seen": _table(
            {"play_id": pa.int64(), "channel": pa.string()},
            [(number, channel) for number, play in enumerate(playbook.play) for channel in dict.fromkeys(play.seen_on)],
        ),
        "playbook_stage": _table(
            {"stage": pa.string(), "position": pa.int64(), "step": pa.string(), "outcome": pa.string()},
            [
                (stage.name, number, stage.step or stage.name, stage.outcome or None)
                for number, stage in enumerate(playbook.stage)
            ],
        ),
        "playbook_tenure": _tenure(playbook.tenure_months),
    }


Reach = tuple[tuple[str, ...], int]
"""What can answer an effort, and for how many seconds it may wait."""


def _reach(play: Play) -> Reach:
    return tuple(sorted({kind.value for kind in play.answered_by})), play.waiting_seconds


def _reaches(plays: tuple[Play, ...]) -> dict[Reach, int]:
    """Plays that the same acts can answer within the same time are looked up together: each such reach once."""
    return {reach: number for number, reach in enumerate(sorted({_reach(play) for play in plays}))}


def _plays(plays: tuple[Play, ...], reaches: dict[Reach, int]) -> pa.Table:
    columns = {
        "play_id": pa.int64(),
        "name": pa.string(),
        "kind": pa.string(),
        "subkind": pa.string(),
        "purpose": pa.string(),
        "step": pa.string(),
        "reactive": pa.bool_(),
        "origin": pa.string(),
        "waiting_seconds": pa.int64(),
        "counts": pa.bool_(),
        "reach_id": pa.int64(),
    }
    rows = [
        (
            number,
            play.name,
            play.kind and play.kind.value,
            play.subkind,
            play.purpose,
            play.step,
            play.reactive,
            play.origin and play.origin.value,
            play.waiting_seconds,
            play.counts,
            reaches.get(_reach(play)),
        )
        for number, play in enumerate(plays)
    ]
    return _table(columns, rows)


def _acts(playbook: Playbook) -> pa.Table:
    usual = [(kind.value, None, DEFAULT_STANCE[kind].value, kind not in NEVER_COUNTED) for kind in ActionKind]
    particular = [(rule.kind.value, rule.subkind, rule.stance.value, True) for rule in playbook.stance if rule.subkind]
    overruled = {rule.kind.value: rule.stance.value for rule in playbook.stance if not rule.subkind}
    rows = [(kind, subkind, overruled.get(kind, stance), counts) for kind, subkind, stance, counts in usual]
    columns = {"kind": pa.string(), "subkind": pa.string(), "stance": pa.string(), "counts": pa.bool_()}
    return _table(columns, [*rows, *particular])


def _tenure(months: tuple[int, ...]) -> pa.Table:
    edges = [0, *months]
    rows = []
    for start, end in zip(edges, [*months, None], strict=True):
        name = f"{start}-{end} months" if end is not None else f"over {start} months"
        rows.append((name, start * MONTH_SECONDS, end * MONTH_SECONDS if end is not None else _FOR_EVER))
    return _table({"band": pa.string(), "from_seconds": pa.int64(), "to_seconds": pa.int64()}, rows)


def _table(columns: dict[str, pa.DataType], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    values = zip(*rows, strict=True) if rows else [[] for _ in columns]
    arrays = [pa.array(list(each), kind) for each, kind in zip(values, columns.values(), strict=True)]
    return pa.table(arrays, schema=pa.schema(list(columns.items())))
