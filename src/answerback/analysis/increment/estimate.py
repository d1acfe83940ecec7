"""From the instants of touches and acts to what touches bring beyond proof: two ways, and the checks between them.

*Early and late* looks at nothing before a touch, so reps may choose their moment; it fails where what makes buyers act
fades within the weeks after touches. *Before and after* stands that, and fails where reps wait for a stir. Each has a
check that shows when it fails. Where both pass and agree, the sharper one is told; where they do not agree, the lower
one with an interval that holds both; where none passes, nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.analysis.increment.answer import Told, Way
from answerback.analysis.increment.counted import LEAST_DELAYS, Moments
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.crowding import Brought, Delays, Design, before_and_after, brought, delays, early_and_late
from answerback.stats.event_study import DAY, Events, EventStudy, event_study, events
from answerback.stats.risk_time import RateRatio, after_touches

LONGEST_DAYS = 45
LEAST_TOUCHES = 200
LEAST_ACTS = 50
MOST_OVERLAP = 0.6
WINDOW_DAYS = 7.0
MOST_WINDOW_DAYS = 14.0
Z_LARGEST = 2.0
_STRATUM_DAYS = 28


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What touches bring beyond proof, by the kinds that were asked for.

    Attributes:
        way: By which way the value is told.
        told: By kind; None for a kind that this way cannot speak of.
        total: Acts that the kinds' touches bring together: value, low, high.
    """

    way: Way
    told: tuple[Told | None, ...]
    total: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """The estimate or why there is none, and everything that was checked on the way."""

    found: Found | CannotTell
    study: EventStudy
    drift: float | None
    placebo: float
    differ: float | None
    window_days: float
    second_opinion: RateRatio | None
    used: int
    one_in: int


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    touches: Events
    kind: IntArray
    acts: Events
    curve: Delays
    known_curve: bool
    window: int
    lasts: int


def look(at: Moments, proven: IntArray, reactive: BoolArray, touches: IntArray) -> Looked | CannotTell:
    """What the touches bring, or why nobody can tell.

    Args:
        at: the instants. A touch's kind is a place in `reactive`, or their number for touches of any other kind.
        proven: seconds that proven answers took.
        reactive: by kind, whether its touches answer buyers.
        touches: by kind, how many there are in all that no proof says were answered.
    """
    data = _prepared(at, proven)
    kinds = len(reactive)
    first = np.append(~reactive, False)[data.kind]
    study_touches = Events(data.touches.place[first], data.touches.begins)
    study = event_study(study_touches, data.acts, window=data.window, lasts=data.lasts)
    if study.touches < LEAST_TOUCHES:
        return CannotTell(Refused.TOO_FEW_TOUCHES, have=study.touches, need=LEAST_TOUCHES)
    if study.overlap > MOST_OVERLAP:
        return CannotTell(Refused.WINDOWS_OVERLAP, have=study.overlap, need=MOST_OVERLAP)
    late = _early_and_late(data, kinds, reactive)
    both = _before_and_after(data, reactive)
    ratio = after_touches(study_touches, data.acts, window=data.window, stratum_days=_STRATUM_DAYS, lasts=data.lasts)
    found, differ = _settled(late, both, reactive, touches)
    return Looked(
        found,
        study,
        late.check if late else None,
        both.check if both else study.placebo,
        differ,
        data.window / DAY,
        ratio,
        study.touches,
        at.one_in,
    )


def _prepared(at: Moments, proven: IntArray) -> _Data:
    known = len(proven) >= LEAST_DELAYS
    if not known:  # a curve of the usual form: the window is not sensitive to it
        usual = -np.log(1.0 - np.linspace(0.005, 0.995, 100)) * WINDOW_DAYS / 3.0
        proven = (usual * DAY).astype(np.int64)
    curve = delays(proven, longest=LONGEST_DAYS * DAY)
    days = min(max(curve.point(0.95) / DAY, 1.0), MOST_WINDOW_DAYS) if known else WINDOW_DAYS
    return _Data(
        events(at.account, at.at, begins=at.begins),
        at.kind[np.lexsort((at.at, at.account))],
        events(at.act_account, at.act_at, begins=at.begins),
        curve,
        known,
        int(days * DAY),
        at.ends - at.begins,
    )


def _early_and_late(data: _Data, kinds: int, reactive: BoolArray) -> Brought | None:
    """By the early and the late days, of all kinds and the others; None without enough proven answers."""
    if not data.known_curve:
        return None
    checked = np.append(~reactive, False)
    return _told_apart(
        data, data.touches, data.kind, kinds=kinds + 1, design=early_and_late(data.curve), checked=checked
    )


def _before_and_after(data: _Data, reactive: BoolArray) -> Brought | None:
    """By the time before and after, of the kinds that answer no buyer."""
    first = np.append(~reactive, False)[data.kind]
    place = np.cumsum(~reactive) - 1
    return _told_apart(
        data,
        Events(data.touches.place[first], data.touches.begins),
        place[data.kind[first]],
        kinds=len(place[~reactive]),
        design=before_and_after(data.window),
        checked=np.ones(len(place[~reactive]), np.bool_),
    )


def _told_apart(
    data: _Data, touches: Events, kind: IntArray, *, kinds: int, design: Design, checked: BoolArray
) -> Brought | None:
    """Kinds without a touch are left out of the equations and get 0, as they bring nothing."""
    there = np.unique(kind)
    dense = np.searchsorted(there, kind)
    try:
        said = brought(touches, dense, data.acts, design, data.curve, lasts=data.lasts, checked=checked[there])
    except ValueError:
        return None
    extra, covariance, used = np.zeros(kinds), np.zeros((kinds, kinds)), np.zeros(kinds, np.int64)
    extra[there], used[there] = said.extra, said.used
    covariance[np.ix_(there, there)] = said.covariance
    return Brought(extra, covariance, used, said.crowded, said.check)


def _settled(
    late: Brought | None, both: Brought | None, reactive: BoolArray, touches: IntArray
) -> tuple[Found | CannotTell, float | None]:
    """Which way is told, and by how many standard errors the two ways differ in what they both speak of."""
    first = np.flatnonzero(~reactive)
    sound_late, sound_both = (each is not None and abs(each.check) <= Z_LARGEST for each in (late, both))
    by_late = _found(Way.EARLY_AND_LATE, late, np.arange(len(reactive)), touches) if late and sound_late else None
    by_both = _found(Way.BEFORE_AND_AFTER, both, first, touches) if both and sound_both else None
    if by_both is not None and by_both.total[2] < 0.0:
        by_both = None  # no touch takes acts away: these touches follow acts, and nobody wrote down that they do
    if by_late is None and by_both is None:
        worst = min((abs(each.check) for each in (late, both) if each is not None), default=np.inf)
        return CannotTell(Refused.PLACEBO_FAILED, have=float(worst), need=Z_LARGEST), None
    if late is None or both is None or by_late is None or by_both is None:
        return by_late or by_both or CannotTell(Refused.PLACEBO_FAILED), None
    weight = touches[first].astype(np.float64)
    ours = np.zeros(len(late.extra))
    ours[first] = weight
    (one, one_error), (other, other_error) = late.total(ours), both.total(weight)
    differ = (one - other) / max(float(np.hypot(one_error, other_error)), 1e-12)
    if abs(differ) <= Z_LARGEST:
        return by_late, differ
    lower, upper = (by_both, by_late) if one > other else (by_late, by_both)
    return _holding_both(lower, upper), differ


def _found(way: Way, said: Brought, kinds: IntArray, touches: IntArray) -> Found:
    """What was found by one way; `kinds` are the places of its kinds among those asked for."""
    error = np.sqrt(np.maximum(np.diag(said.covariance), 0.0))
    told: list[Told | None] = [None] * len(touches)
    weight: FloatArray = np.zeros(len(said.extra))
    for place, kind in enumerate(kinds):
        value, half = float(said.extra[place]), 1.96 * float(error[place])
        told[kind] = Told(value, value - half, value + half)
        weight[place] = touches[kind]
    value, spread = said.total(weight)
    return Found(way, tuple(told), (value, value - 1.96 * spread, value + 1.96 * spread))


def _holding_both(lower: Found, upper: Found) -> Found:
    """The lower one, with intervals that hold both."""
    told = tuple(
        one if other is None or one is None else Told(one.value, min(one.low, other.low), max(one.high, other.high))
        for one, other in zip(lower.told, upper.told, strict=True)
    )
    value, low, high = lower.total
    return Found(lower.way, told, (value, min(low, upper.total[1]), max(high, upper.total[2])))
