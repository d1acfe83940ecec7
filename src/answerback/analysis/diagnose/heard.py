"""Weeks in which a rep's answers seem not to arrive, taken out of a diagnosis before anybody is named for a fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from answerback.analysis.detect.basis import cells_for_alarms
from answerback.analysis.detect.silences import silences_known
from answerback.analysis.detect.weekly import day_number, week_of
from answerback.analysis.diagnose.answer import Diagnosis
from answerback.analysis.diagnose.counted import WEEK, Counted
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.silence import FEWEST_PEOPLE

_MIDDLE = timedelta(days=3)


def names_a_fall(told: Diagnosis) -> bool:
    """Whether anybody or anything is said to have fallen."""
    shifts = [each.shift for each in told.people] + [each.shift for each in told.causes]
    shifts += [told.everybody.shift] if told.everybody is not None and told.everybody.changed else []
    return any(not each.good_news for each in shifts)


def heard(reader: Reader, scope: Scope, counted: Counted) -> tuple[Counted, tuple[CannotTell, ...]]:
    """The efforts without those of silent weeks, and what is not known of these.

    Who is silent is worked out from everybody, whoever is asking.
    """
    cells, _ = cells_for_alarms(reader, replace(scope, everybody=True))
    plays, play_names = counted.levels["play"], counted.names["play"]
    begins = [day_number(counted.start + WEEK * each + _MIDDLE) for each in range(counted.weeks)]
    weeks = np.array([week_of(each) for each in begins])[counted.week]
    lost, unknown = np.zeros(counted.rep.size, np.bool_), []
    for one in silences_known(reader, cells):
        channel = {each.play for each in cells.streams if each.play_channel == one.channel}
        of_channel = np.array([*(each in channel for each in play_names), False])[plays]
        of_reps = np.array([each in one.reps for each in counted.rep_keys])[counted.rep]
        here = of_channel & of_reps & (weeks >= one.since) & (weeks <= one.last)
        if here.any():
            unknown.append(CannotTell(Refused.SILENT_TOGETHER, len(one.reps), FEWEST_PEOPLE, (one.channel,)))
        lost |= here
    left = replace(
        counted, exposure=np.where(lost, 0.0, counted.exposure), success=np.where(lost, 0.0, counted.success)
    )
    return left, tuple(unknown)
