"""The weekly counts of everybody as answers and matured touches by rep and week."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from answerback.analysis.detect.weekly import Cells, Weekly, monday
from answerback.analysis.lift.weeks import RepWeeks
from answerback.analysis.reader import Reader
from answerback.stats.arrays import FloatArray


def managers(reader: Reader) -> frozenset[int]:
    """Who is, or was, somebody's manager: they sell beside, so they are nobody to compare reps with."""
    rows = reader.query("select distinct manager_key from rep where manager_key is not null")
    return frozenset(rows["manager_key"].to_pylist())


def rep_weeks(cells: Cells, as_of: datetime, play: str = "", *, without: frozenset[int] = frozenset()) -> RepWeeks:
    """Rates of all reps by week but those `without`; `play` keeps to one kind of touch, as named or any coarser one."""
    weekly = cells.weekly(as_of)
    kept = np.array(
        [
            each.rep_key not in without and (not play or play in (each.play, each.play_wide, each.play_channel))
            for each in weekly.streams
        ]
    )
    streams = np.flatnonzero(kept) if len(kept) else np.zeros(0, np.int64)
    keys = np.array([weekly.streams[at].rep_key for at in streams], np.int64)
    reps, rep = np.unique(keys, return_inverse=True)
    success, exposure = (each[:, streams] for each in (weekly.answered, weekly.matured))
    expected = exposure * _rate_of_kind(weekly, streams)
    won, made, usual = (_by_rep(each, rep.reshape(-1), len(reps)) for each in (success, exposure, expected))
    first = int(weekly.weeks[0]) if weekly.weeks.size else 0
    return RepWeeks(reps, monday(first), int(weekly.weeks.size), won, made, usual)


def _rate_of_kind(weekly: Weekly, streams: np.ndarray) -> FloatArray:
    """For each stream the rate of all efforts of its kind, shape (streams,)."""
    names = np.array([weekly.streams[at].play for at in streams], object).astype(str)
    kinds, kind = np.unique(names, return_inverse=True)
    kind = kind.reshape(-1)
    won = np.bincount(kind, weekly.answered[:, streams].sum(axis=0), len(kinds))
    made = np.bincount(kind, weekly.matured[:, streams].sum(axis=0), len(kinds))
    return np.asarray((won / np.maximum(made, 1e-300))[kind]) if len(kinds) else np.zeros(0)


def _by_rep(values: FloatArray, rep: np.ndarray, reps: int) -> FloatArray:
    """Streams added up to reps: from (weeks, streams) to (reps, weeks)."""
    total = np.zeros((reps, values.shape[0]))
    np.add.at(total, rep, values.T)
    return total
