"""Effort where nothing answers: which share of the touches goes to where hardly any is ever answered.

Where: a kind of touch, a segment and the how-manieth touch of a silent run. A place is silent where fewer than one of
fifty touches is answered; whether it is, is known with an error only, so the share comes as draws: few touches without
an answer do not make a place silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.random import default_rng

from answerback.analysis.friction.touches import ANSWERED, Touches, read_touches
from answerback.analysis.potential.books import Period
from answerback.analysis.potential.weeks import numbered
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.arrays import FloatArray
from answerback.stats.compare import Compared
from answerback.stats.prior import peer_prior
from answerback.stats.yields import draw_rates

SILENT = 0.02
"""A rate of answers below this is as good as none."""
LAST_NUMBER = 8
"""Later touches of a run are one place."""
LEAST_TOUCHES = 200
MOST_TOUCHES = 300_000
"""Where there are more, buyers are taken by lot: a share needs no more."""
_DRAWS = 400


def silent_share(
    reader: Reader, scope: Scope, before: Period, now: Period, *, strict: float
) -> tuple[Compared, Compared, float] | CannotTell:  # fmt: skip
    """The share of touches in silent places, before and now: with its 95 % interval, the stricter one, and touches now.

    Args:
        reader: the snapshot.
        scope: of whom counts are made; nobody is named.
        before: the time to compare with.
        now: the time in question.
        strict: coverage of the second interval.
    """
    days = (reader.as_of.date() - before.start).days
    touches = read_touches(reader, scope, days=days, most=MOST_TOUCHES)
    sides = [_inside(touches, each) for each in (before, now)]
    few = min(int(each.sum()) for each in sides)
    if few < LEAST_TOUCHES:
        return CannotTell(Refused.TOO_FEW_TOUCHES, have=float(few), need=float(LEAST_TOUCHES))
    place = _places(reader, touches)
    known = sides[0] | sides[1]
    cells = int(place.max()) + 1
    n = np.bincount(place[known], minlength=cells).astype(np.float64)
    answered = (touches.result == ANSWERED) & touches.proved
    s = np.bincount(place[known], answered[known], cells)
    theta = draw_rates(peer_prior(s, n), s, n, rng=default_rng(1), draws=_DRAWS)
    silent = theta < SILENT
    drawn = [_share(silent, place[side], cells) for side in sides]
    both = [_compared(drawn, coverage) for coverage in (0.95, strict)]
    return both[0], both[1], float(sides[1].sum() * touches.one_in)


def _inside(touches: Touches, period: Period) -> np.ndarray:
    first, end = (_seconds(each) for each in (period.start, period.end))
    settled = touches.waited & touches.visible & touches.started
    return np.asarray((touches.at >= first) & (touches.at < end) & settled)


def _seconds(day: date) -> float:
    return midnight(day).timestamp()


def _places(reader: Reader, touches: Touches) -> np.ndarray:
    """The place of each touch, numbered."""
    reader.duck.put(
        "_silent_touch", pa.table({"effort_key": touches.effort, "row_number": np.arange(touches.effort.size)})
    )
    segments = reader.query("""
        select touch.row_number, coalesce(account.segment, outcome.segment) as segment
        from _silent_touch as touch
        join outcome on outcome.effort_key = touch.effort_key
        left join account on account.account_key = outcome.account_key
        order by touch.row_number""")
    known, code = numbered(segments["segment"])
    segment = np.zeros(touches.effort.size, np.int64)
    segment[segments["row_number"].to_numpy()] = code + 1
    number = np.minimum(touches.number, LAST_NUMBER)
    code = (touches.play * (len(known) + 1) + segment) * (LAST_NUMBER + 1) + number
    return np.asarray(np.unique(code, return_inverse=True)[1]).reshape(-1)


def _share(silent: np.ndarray, place: np.ndarray, cells: int) -> FloatArray:
    many = np.bincount(place, minlength=cells)
    return np.asarray(silent @ many / max(int(many.sum()), 1), np.float64)


def _compared(drawn: Sequence[FloatArray], coverage: float) -> Compared:
    change = drawn[1] - drawn[0]
    low, high = np.quantile(change, (0.5 - coverage / 2.0, 0.5 + coverage / 2.0)).tolist()
    return Compared(float(drawn[0].mean()), float(drawn[1].mean()), float(change.mean()), low, high)
