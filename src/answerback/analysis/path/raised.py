"""Findings on the buyer's path, where one thing stands out by more than chance among all that was looked at.

Two things are looked at, for everybody and by segment: a channel that buyers choose far more often than we do, and
deals in which buyers had to ask for the same again. Both are about how the work is arranged: no rep is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date

import numpy as np
import pyarrow.compute as pc

from answerback.analysis.path.walked import Paths, counted_paths
from answerback.analysis.path.walking import CHANNELS
from answerback.analysis.reader import Reader
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Role, Size, Subject, SureBy
from answerback.domain.scope import Scope
from answerback.stats.apart import paired_shares, two_shares
from answerback.stats.arrays import BoolArray, IntArray
from answerback.stats.compare import shares
from answerback.stats.multiplicity import adjusted

FEWEST_DEALS = 30
"""In which buyers chose a channel, or asked for something."""
FEWEST_ACTS = 50
"""Of buyers that chose a channel, and as many touches."""
LEAST_APART = 0.2
"""Channels less far apart than this are nobody's news."""
LEAST_AGAIN = 0.1
"""And so are shares of deals in which the same was asked again."""
CHOSEN = ("call",)
"""Channels that can stand out: whoever answers a mail by mail has not chosen it."""
RATE = 0.01
"""Of what is raised, this much is chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """Something that was looked at; raised where it is large and by more than chance."""

    p_value: float
    large: bool
    measure: Measure
    segment: str
    size: Size
    evidence: Evidence
    next_step: str
    play: str = ""
    first_for: Role = Role.LEADER


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """What stands out on the buyer's path; only for who may see everybody."""
    if not scope.everybody:
        return ()
    found = counted_paths(reader, scope)
    if found.rows.num_rows < FEWEST_DEALS:
        return ()
    today = reader.as_of.astimezone(UTC).date()
    segments = _segments(reader, found)
    candidates = [*_channels(found, segments), *_again(found, segments)]
    if not candidates:
        return ()
    sure = adjusted([each.p_value for each in candidates])
    return tuple(
        _made(each, float(p_value), today)
        for each, p_value in zip(candidates, sure, strict=True)
        if p_value <= RATE and each.large
    )


def _segments(reader: Reader, found: Paths) -> dict[str, BoolArray]:
    """By segment, which rows are of it; everybody under the empty name."""
    named = reader.query("select account_key, segment from account where segment is not null")
    place = pc.index_in(found.rows["account_key"], value_set=named["account_key"].combine_chunks())
    own = pc.fill_null(named["segment"].take(place), "").combine_chunks().dictionary_encode()
    codes, names = own.indices.to_numpy(), own.dictionary.to_pylist()
    everybody = {"": np.ones(len(codes), np.bool_)}
    return everybody | {each: codes == names.index(each) for each in sorted(set(names) - {""})}


def _column(found: Paths, name: str) -> IntArray:
    column: IntArray = pc.fill_null(found.rows[name].cast("int64"), 0).to_numpy()
    return column


def _channels(found: Paths, segments: dict[str, BoolArray]) -> Iterator[_Candidate]:
    """Channels by which buyers come more often than we go to them."""
    acts = {each: _column(found, f"acts_{each}") for each in CHANNELS}
    touches = {each: _column(found, f"touches_{each}") for each in CHANNELS}
    all_acts, all_touches = (np.sum(list(each.values()), axis=0) for each in (acts, touches))
    for segment, rows in segments.items():
        own, ours = all_acts[rows], all_touches[rows]
        if min(own.sum(), ours.sum()) < FEWEST_ACTS or (own > 0).sum() < FEWEST_DEALS:
            continue
        for channel in CHOSEN:
            apart = paired_shares(acts[channel][rows], own, touches[channel][rows], ours)
            yield _Candidate(
                p_value=apart.p_value,
                large=apart.difference >= LEAST_APART,
                measure=Measure.CHANNEL,
                play=channel,
                segment=segment,
                size=Size(apart.other, apart.one, apart.difference, apart.low, apart.high),
                evidence=Evidence(efforts=int(ours.sum()), answers=int(own.sum())),
                next_step="answer_where_they_are",
            )


def _again(found: Paths, segments: dict[str, BoolArray]) -> Iterator[_Candidate]:
    """Segments in which buyers had to ask again in more of the deals than elsewhere."""
    asked, again = _column(found, "asks") > 0, _column(found, "asked_again") > 0
    for segment, rows in segments.items():
        here, there = asked & rows, asked & ~rows
        if not segment or min(here.sum(), there.sum()) < FEWEST_DEALS:
            continue
        one, other = ((int((again & each).sum()), int(each.sum())) for each in (here, there))
        size = shares(other, one)
        yield _Candidate(
            p_value=two_shares(one, other),
            large=size.change >= LEAST_AGAIN,
            measure=Measure.ASKED_AGAIN,
            segment=segment,
            size=Size(size.before, size.after, size.change, size.low, size.high),
            evidence=Evidence(answers=one[1]),
            next_step="answer_before_asked_again",
            first_for=Role.OPERATIONS,
        )


def _made(candidate: _Candidate, sure: float, today: date) -> Finding:
    segment = candidate.segment
    return Finding(
        kind=FindingKind.PATH,
        subject=Subject("segment", name=segment) if segment else Subject("organisation"),
        measure=candidate.measure,
        play=candidate.play,
        direction="rise",
        raised_on=today,
        size=candidate.size,
        sure_by=SureBy.P_VALUE,
        sure=sure,
        evidence=candidate.evidence,
        first_for=candidate.first_for,
        next_step=candidate.next_step,
    )
