"""What the efforts of each cell amount to: young ones weighted by the share of answers that should be in by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.counting import Counts
from answerback.analysis.lags import PlayLag
from answerback.domain.answers import NotEnoughData
from answerback.stats.lag import LagCurve


@dataclass(frozen=True, slots=True)
class Exposed:
    """Per cell: matured exposure, the successes that go with it, and what the exposure rests on."""

    exposure: NDArray[np.float64]
    success: NDArray[np.float64]
    proved: NDArray[np.float64]
    curve: list[LagCurve | None]
    """The thinnest curve; None where every effort that counts has waited in full."""
    lacks: list[NotEnoughData | None]
    """Why young efforts had no curve, where that is so."""


def expose(counts: Counts, lags: Mapping[str, PlayLag], size: int) -> Exposed:
    """What the efforts of each cell amount to.

    Without a curve only efforts that have waited in full are counted: nothing is assumed of the young ones.
    """
    seen = counts.n - counts.state["unseen"]
    share = np.where(counts.full & (seen > 0), 1.0, 0.0)
    young = ~counts.full & (seen > 0)
    curve_of: list[LagCurve | None] = [None] * size
    lacks: list[NotEnoughData | None] = [None] * size
    plays, place = np.unique(np.array(counts.play, object).astype(str), return_inverse=True)
    for number, play in enumerate(plays.tolist()):
        rows = np.flatnonzero(young & (place == number))
        curve = lags[play].curve
        cells = np.unique(counts.cell[rows]).tolist()
        if isinstance(curve, LagCurve):
            share[rows] = curve.at(counts.age[rows])
            for cell in cells:
                thinnest = curve_of[cell]
                if thinnest is None or curve.matured_answers < thinnest.matured_answers:
                    curve_of[cell] = curve
        else:
            for cell in cells:
                lacks[cell] = curve
    used = share > 0
    exposure, success, proved = (
        np.bincount(counts.cell, values, size).astype(np.float64)
        for values in (seen * share, counts.due * used, counts.proved_due * used)
    )
    return Exposed(exposure, success, proved, curve_of, lacks)
