"""What would not have come anyway: the question that is asked of a snapshot."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from answerback.analysis.increment.answer import Checks, Increment, Parts, PlayIncrement, Told, parts
from answerback.analysis.increment.counted import (
    Chosen,
    Counted,
    Moments,
    chosen,
    counted,
    days_only,
    moments,
    proven_delays,
    reactive_known,
)
from answerback.analysis.increment.estimate import LEAST_ACTS, LEAST_TOUCHES, Found, Looked, look
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope

REACTIVE_NEEDED = 0.9
MOST_DAYS_ONLY = 0.5
MOST_TOUCHES = 250_000
"""Of more touches, those of a part of the accounts are looked at: the error is small by then."""


def increment(reader: Reader, scope: Scope, *, where: Mapping[str, str] | None = None) -> Increment:
    """Buyer actions in four parts, by kind of touch and in total.

    With `where`, or a scope that is not everybody's, only acts that link to touches within it are counted.

    Raises UsageError for a dimension that does not exist.
    """
    asked = chosen(reader, scope, where or {})
    plays, alone = counted(reader, asked)
    alone = alone if asked.everything else 0
    known = reactive_known(reader)
    refused = _refused_kinds(plays, known)
    told = [play for play in plays if play not in refused]
    looked = _looked(reader, asked, plays, told, alone)
    found = looked.found if isinstance(looked, Looked) else looked
    rows = [_row(play, each, refused.get(play), found, told) for play, each in plays.items()]
    rows.sort(key=lambda row: (-row.parts.acts, -row.touches, row.play))
    eligible = [row for row in rows if not isinstance(row.a_touch, CannotTell)]
    whole, eligible_parts = _totals(rows, eligible, alone, found)
    return Increment(
        whole,
        found if isinstance(found, CannotTell) else None,
        eligible_parts,
        tuple(rows),
        parts(alone, 0, 0, (0.0, 0.0, 0.0) if isinstance(found, Found) else None),
        _checks(looked, known) if isinstance(looked, Looked) else None,
        reader.as_of,
        reader.snapshot.name,
    )


def _refused_kinds(plays: Mapping[str, Counted], known: Mapping[str, float]) -> dict[str, CannotTell]:
    """Kinds of touch of which nothing can be told, whatever the times are."""
    refused = {}
    for play, each in plays.items():
        share = known.get(each.kind, 0.0)
        if share < REACTIVE_NEEDED:
            refused[play] = CannotTell(Refused.REACTIVE_UNKNOWN, have=share, need=REACTIVE_NEEDED, names=(each.kind,))
        elif each.touches < LEAST_TOUCHES:
            refused[play] = CannotTell(Refused.TOO_FEW_TOUCHES, have=each.touches, need=LEAST_TOUCHES, names=(play,))
    return refused


def _looked(
    reader: Reader, asked: Chosen, plays: Mapping[str, Counted], told: list[str], alone: int
) -> Looked | CannotTell:
    """The estimate, where there is enough for one."""
    acts = alone + sum(each.proof + each.plausible for each in plays.values())
    first = sum(plays[play].touches for play in told if not plays[play].reactive)
    if not told and plays:
        most = max(plays, key=lambda play: (plays[play].touches, play))
        return _refused_kinds(plays, reactive_known(reader))[most]
    if first < LEAST_TOUCHES:
        return CannotTell(Refused.TOO_FEW_TOUCHES, have=first, need=LEAST_TOUCHES)
    if acts < LEAST_ACTS:
        return CannotTell(Refused.TOO_FEW_ACTS, have=acts, need=LEAST_ACTS)
    at_one_time = days_only(reader)
    if at_one_time > MOST_DAYS_ONLY:
        return CannotTell(Refused.DAYS_ONLY, have=at_one_time, need=MOST_DAYS_ONLY)
    read: Moments = moments(reader, asked, told, most=MOST_TOUCHES)
    reactive = np.array([plays[play].reactive for play in told], np.bool_)
    touches = np.array([plays[play].open for play in told], np.int64)
    return look(read, proven_delays(reader), reactive, touches)


def _row(
    play: str, each: Counted, refused: CannotTell | None, found: Found | CannotTell, told: list[str]
) -> PlayIncrement:  # fmt: skip
    acts = each.proof + each.plausible
    if refused is None and isinstance(found, CannotTell):
        refused = found
    said = found.told[told.index(play)] if refused is None and isinstance(found, Found) else None
    if said is None:
        why = refused or CannotTell(Refused.PLACEBO_FAILED)
        return PlayIncrement(play, each.touches, parts(acts, each.proof, 0, None), why)
    of_all = each.open / each.touches
    said = Told(*(of_all * value for value in (said.value, said.low, said.high)))
    extra = tuple(each.touches * value for value in (said.value, said.low, said.high))
    return PlayIncrement(play, each.touches, parts(acts, each.proof, 0, (extra[0], extra[1], extra[2])), said)


def _totals(
    rows: list[PlayIncrement], eligible: list[PlayIncrement], alone: int, found: Found | CannotTell
) -> tuple[Parts, Parts]:
    """All acts in four parts, and those of the kinds of touch that can be told with those that link to none."""
    acts = alone + sum(row.parts.acts for row in rows)
    proof = sum(row.parts.proof for row in rows)
    own = alone + sum(row.parts.acts for row in eligible), sum(row.parts.proof for row in eligible)
    extra = found.total if isinstance(found, Found) else None
    unknown = sum(row.parts.acts - row.parts.proof for row in rows if isinstance(row.a_touch, CannotTell))
    return parts(acts, proof, unknown, extra), parts(*own, 0, extra)


def _checks(looked: Looked, known: Mapping[str, float]) -> Checks:
    found, opinion, one_in = looked.found, looked.second_opinion, looked.one_in
    return Checks(
        way=found.way if isinstance(found, Found) else None,
        placebo=looked.placebo,
        drift=looked.drift,
        pre_gain=looked.study.pre_gain,
        differ=looked.differ,
        overlap=looked.study.overlap,
        window_days=looked.window_days,
        reactive_known=known,
        second_opinion=opinion.incremental * one_in if opinion else None,
        used=looked.used,
        accounts_in=one_in,
    )
