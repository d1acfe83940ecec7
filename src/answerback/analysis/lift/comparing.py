"""Those who were given something in some week, against those who were not, in the same weeks.

Counted is who had not been given it in the six weeks before (a fresh start), with the rate of the four weeks before, of
the eight weeks before these, and of the six weeks after; the week itself is left out. Compared are those who were given
it neither in the six weeks before nor until the end of the six weeks after, and began with nothing else meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.analysis.lift.weeks import EARLIER_WEEKS, POST_WEEKS, RECENT_WEEKS, RepWeeks, Stretch
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ancova import LEAST_TREATED, LEAST_UNTREATED, Lift, ancova
from answerback.stats.arrays import BoolArray, FloatArray, IntArray

SURE = 0.05
"""The p-value below which an effect is told."""

MOST_COMPARED = 80
"""Of more untreated reps in one start (and more than four for each treated one) every second, third, ... is taken, in
the order of their keys, which is that of a hash: more would make the answer slower and hardly surer."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A week in which some were given something: who was, who was not, and all rates.

    `fresh` are those who were, with rates just before and after; `treated` those of them whose earlier rate is known.
    """

    week: int
    fresh: BoolArray
    treated: BoolArray
    untreated: BoolArray
    earlier: Stretch
    recent: Stretch
    post: Stretch


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be said of the treatment of a group.

    Attributes:
        lift: All that was measured, where there is enough to measure.
        refused: Why it cannot be told whether it helped; empty where it can.
        reps: Who was given it at all.
        pending: Starts whose weeks after are not over.
        efforts, answers: Of the treated in the weeks after: matured touches, and those that moved a buyer.
        first, last: Weeks of the first and last start that count.
    """

    lift: Lift | None
    refused: CannotTell | None
    reps: int
    pending: int = 0
    efforts: float = 0.0
    answers: float = 0.0
    first: int | None = None
    last: int | None = None

    @property
    def helped(self) -> bool:
        """Whether it is sure that it helped."""
        return self.refused is None and self.lift is not None and self.lift.effect.value > 0.0


def fresh_weeks(given: BoolArray) -> BoolArray:
    """In which weeks something began: given, and not in the six weeks before; of the first six weeks nothing is known.

    >>> fresh_weeks(np.array([[0] * 7 + [1, 1, 0, 1]], bool)).astype(int).tolist()
    [[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]]
    """
    found = np.zeros_like(given)
    so_far = _so_far(given)
    before = so_far[:, POST_WEEKS:-1] - so_far[:, : -POST_WEEKS - 1]
    found[:, POST_WEEKS:] = given[:, POST_WEEKS:] & (before == 0)
    return found


def _so_far(given: BoolArray) -> IntArray:
    """In how many weeks before each, shape (reps, weeks + 1)."""
    return np.concatenate([np.zeros((len(given), 1), np.int64), np.cumsum(given, axis=1)], axis=1)


def starts(
    weeks: RepWeeks, given: BoolArray, own: BoolArray | None = None, busy: BoolArray | None = None
) -> tuple[list[Start], int]:
    """The fresh starts week by week whose six weeks after are over, and how many people's are not.

    Args:
        weeks: Rates.
        given: In which weeks a rep was given it by anybody, shape (reps, weeks).
        own: In which weeks by the one who is asked about; None: by anybody.
        busy: In which weeks a rep began with anything else: then they are nobody to compare with.
    """
    mine = given if own is None else own
    found: list[Start] = []
    pending = 0
    had, began = _so_far(given), None if busy is None else _so_far(busy)
    for week in np.flatnonzero(mine.any(axis=0)).tolist():
        if week < POST_WEEKS:  # what was given before the data begin is not known
            continue
        fresh = mine[:, week] & (had[:, week] == had[:, week - POST_WEEKS])
        if not fresh.any():
            continue
        if week + POST_WEEKS >= weeks.done:
            pending += int(fresh.sum())
            continue
        end = week + POST_WEEKS + 1
        never = had[:, end] == had[:, week - POST_WEEKS]
        if began is not None:
            never &= began[:, end] == began[:, week - RECENT_WEEKS]
        earlier = weeks.stretch(week - RECENT_WEEKS - EARLIER_WEEKS, EARLIER_WEEKS)
        recent = weeks.stretch(week - RECENT_WEEKS, RECENT_WEEKS)
        post = weeks.stretch(week + 1, POST_WEEKS)
        counted = recent.enough & post.enough
        fresh = fresh & counted
        known = fresh & earlier.enough
        found.append(Start(week, fresh, known, never & counted & earlier.enough, earlier, recent, post))
    return found, pending


def judge(
    weeks: RepWeeks, given: BoolArray, own: BoolArray | None = None, busy: BoolArray | None = None
) -> Judged:  # fmt: skip
    """Did what was given help? See `starts` for the arguments."""
    mine = given if own is None else own
    reps = int(mine.any(axis=1).sum())
    every, pending = starts(weeks, given, own, busy)
    useful = [each for each in every if each.treated.any() and each.untreated.sum() >= LEAST_UNTREATED]
    treated = {int(rep) for each in every for rep in np.flatnonzero(each.treated)}
    if not useful:
        return Judged(None, _nothing(weeks, given, treated, pending), reps, pending)
    rows = [_rows(number, each) for number, each in enumerate(useful)]
    columns = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    said = ancova(**columns)
    of = [(each, np.flatnonzero(each.treated)) for each in useful]
    sums = {
        name: sum(float(getattr(each.post, name)[who].sum()) for each, who in of) for name in ("exposure", "success")
    }
    facts = {"pending": pending, "efforts": sums["exposure"], "answers": sums["success"]}
    span = {"first": useful[0].week, "last": useful[-1].week}
    if isinstance(said, CannotTell):
        return Judged(None, said, reps, **facts, **span)  # type: ignore[arg-type]
    return Judged(said, doubt(said), reps, **facts, **span)  # type: ignore[arg-type]


def doubt(lift: Lift, level: float = SURE) -> CannotTell | None:
    """Why it cannot be told from this that it helped or harmed; None where it can.

    A rise that what would have come anyway explains is called that; else nothing stands out.
    """
    if lift.effect.p_value <= level:
        return None
    if lift.rise > 0.0 and lift.anyway > 0.0:
        return CannotTell(Refused.WITHIN_REBOUND, have=lift.rise, need=lift.anyway)
    return CannotTell(Refused.NOTHING_STANDS_OUT, have=lift.effect.p_value, need=level)


def _nothing(weeks: RepWeeks, given: BoolArray, treated: set[int], pending: int) -> CannotTell:
    """Why there is no start to look at."""
    if pending and not treated:
        return CannotTell(Refused.NOT_OVER, have=0.0, need=POST_WEEKS * 7.0)
    there = weeks.exposure.sum(axis=1) > 0.0
    never = int((~given.any(axis=1) & there).sum())
    if never < LEAST_UNTREATED:
        return CannotTell(Refused.NOBODY_UNTREATED, have=float(never), need=float(LEAST_UNTREATED))
    return CannotTell(Refused.TOO_FEW_TREATED, have=float(len(treated)), need=float(LEAST_TREATED))


def _rows(number: int, start: Start) -> dict[str, FloatArray | IntArray | BoolArray]:
    others = np.flatnonzero(start.untreated)
    enough = max(MOST_COMPARED, 4 * int(start.treated.sum()))
    others = others[:: -(-len(others) // enough)] if len(others) else others
    who = np.sort(np.concatenate([np.flatnonzero(start.treated), others]))
    return {
        "post": start.post.rate[who],
        "treated": start.treated[who],
        "recent": start.recent.rate[who],
        "earlier": start.earlier.rate[who],
        "start": np.full(len(who), number, np.int64),
        "person": who,
    }
