"""Where every rep's touches stand today: changed, on watch, quiet, or too short a past; and how soon a fall could show.

Kinds of touch stand for themselves, and all touches of a rep together beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from answerback.analysis.detect.raised import Family, Raised, Replay
from answerback.analysis.detect.weekly import Cells, Floats, monday
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.alarms import posterior
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import LEAST_BASELINE, WATCH, Direction
from answerback.stats.quick_limit import quick_limit

NEW_WEEKS = 26
"""Somebody whose first touch is not older is new, and so is an alarm."""
RECENT_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one rep's touches stand today: of one kind, or all together (`play` empty)."""

    rep_key: int
    play: str
    state: str
    """changed, on watch, quiet, or too short a past."""
    direction: str
    since: date | None
    usual: float | None
    usual_matured: float
    recent: float | None
    recent_matured: float
    per_week: float
    sure: float
    """The larger of both directions' probabilities."""
    weeks_watched: int
    limit_weeks: float | None
    """How long a fall to .3 times the odds takes to show at the least, on average, at this many touches a week."""
    fall_to: float | None
    settle: tuple[CannotTell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Recent:
    """Of each stream or rep of a family: the newest weeks, the usual rate, and what could show."""

    efforts: Floats
    answered: Floats
    matured: Floats
    usual: Floats
    """NaN without a past."""
    limit: Floats
    fall_to: Floats


def standings(cells: Cells, found: Replay, week: int) -> tuple[Standing, ...]:
    """Where everybody stands at the end of a week, by rep and kind of touch."""
    last = {(each.rep_key, each.play): each for each in found.raised if each.alarm or week - each.week < NEW_WEEKS}
    rows: list[Standing] = []
    for family in (found.together, found.by_play):
        if family is not None:
            recent = _recent(cells, family, week)
            rows += [
                _standing(family, place, last.get((rep, play)), week, recent)
                for place, (rep, play) in enumerate(zip(family.rep_keys.tolist(), family.plays, strict=True))
            ]
    return tuple(sorted(rows, key=lambda one: (one.rep_key, one.play)))


def _recent(cells: Cells, family: Family, week: int) -> _Recent:
    known = cells.weekly(monday(week + 1), family.lags, last=RECENT_WEEKS)
    size = len(family.plays)
    place = np.arange(size)
    if not any(family.plays):
        place = np.searchsorted(family.rep_keys, [each.rep_key for each in cells.streams])
    n, s, m = (weighted_count(place, of.sum(axis=0), size) for of in (known.efforts, known.answered, known.matured))
    usual = np.divide(family.answered, family.matured, out=np.full(size, np.nan), where=family.matured > 0.0)
    return _Recent(n, s, m, usual, *quick_limit(usual, n / RECENT_WEEKS))


def _standing(family: Family, place: int, last: Raised | None, week: int, recent: _Recent) -> Standing:
    n, s, m = (float(of[place]) for of in (recent.efforts, recent.answered, recent.matured))
    matured = float(family.matured[place])
    own = bool(family.known[place])
    usual, limit, to = (_known(of[place]) for of in (recent.usual, recent.limit, recent.fall_to))
    side = max(Direction, key=lambda each: float(family.evidence[each][place]))
    r = float(family.evidence[side][place])
    changed = last is not None and last.alarm and week - last.week < NEW_WEEKS
    watch = last is not None and r >= WATCH
    state = "changed" if changed else "on watch" if watch else "quiet" if own else "too short a past"
    if changed and last is not None:
        usual, matured = last.usual, last.usual_matured
    if not own or changed:
        limit = to = None
    watched = int(family.watched[place])
    settle: list[CannotTell] = []
    if not own:
        settle.append(CannotTell(Refused.BASELINE_TOO_SHORT, round(matured), LEAST_BASELINE))
    elif state == "quiet" and limit is not None and watched < limit:
        settle.append(CannotTell(Refused.TOO_SOON, watched, limit))
    shown = last if changed or watch else None
    return Standing(
        rep_key=int(family.rep_keys[place]),
        play=family.plays[place],
        state=state,
        direction=str(shown.direction) if shown is not None else "",
        since=monday(shown.since) if shown is not None else None,
        usual=usual,
        usual_matured=matured,
        recent=min(s / m, 1.0) if m > 0.0 else None,
        recent_matured=m,
        per_week=n / RECENT_WEEKS,
        sure=shown.sure if changed and shown is not None else float(posterior(r, family.hazard)),
        weeks_watched=watched,
        limit_weeks=limit,
        fall_to=to,
        settle=tuple(settle),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
