"""What a rep's kinds of touch truly move in a practice company, and whether a rut that was named is one.

Reps differ by channel and step in a practice company where nothing is planted, too; so a rut may well be true there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.craft.plays import WORTH
from answerback.simulate.chances import Touches
from answerback.simulate.model import Model
from answerback.simulate.parameters import KIND_NAMES, SEGMENTS, STEP_NAMES, WEEK
from calibration.worlds.running import Case

_EVERY = 4 * WEEK
"""Days from one at which the rates are looked up to the next."""
_SIZES = {"1-50": "small", "51-500": "middle", "501+": "large"}


@cache
def true_rates(case: Case, kind: str, step: str, segment: str) -> NDArray[np.float64]:
    """By rep: how likely a touch of this kind by hand moves an average company of a segment, on the average day."""
    from calibration.worlds.scoring import truth_of

    parameters = truth_of(case)[0].parameters
    model = Model(parameters)
    reps = np.arange(parameters.reps)

    def all_alike(value: int) -> NDArray[np.int64]:
        return np.full(len(reps), value)

    none = np.zeros(len(reps), np.bool_)
    touches = Touches(
        reps,
        all_alike(KIND_NAMES.index(kind)),
        all_alike(STEP_NAMES.index(step)),
        all_alike(SEGMENTS.index(segment)),
        all_alike(0),
        none,
        none,
        all_alike(-1),
    )
    days = range(0, parameters.days, _EVERY)
    return np.asarray(np.mean([model.chances.of(touches, day)[0] for day in days], axis=0))


def is_rut(case: Case, row: Mapping[str, Any]) -> bool:
    """Whether what was named as a rut is true: the kind of touch is below the peers', and the other one better."""
    segment = row["where"].get("segment", "middle")
    place = row["where"].get("step", STEP_NAMES[0]), _SIZES.get(segment, segment)
    own, other = (
        true_rates(case, each.split(" / ")[0], *place) for each in (row["play"], row["details"]["other_play"])
    )
    rep = row["seller"]
    return bool(rep < len(own) and own[rep] < own.mean() and other[rep] >= own[rep] + WORTH)
