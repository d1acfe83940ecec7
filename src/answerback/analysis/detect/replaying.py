"""Every rep's touches watched week by week, as it would have been done then: what was raised, and when.

The replay goes through the weeks in order and never looks ahead: lag curves, baselines, the chance of a change and
what the others did in the same weeks are as they were known at the end of each week. So it is the same from build to
build, and its last week is what is true today.

What was usual before is a distribution that learns (`answerback.stats.usual_rate`): evidence is averaged over it. Every
fourth week its points are laid anew.

For every stream (a rep's touches of one kind) and for all touches of a rep together it keeps the evidence that the rate
has fallen, and that it has risen (`answerback.stats.detect`). At 104 a stream is **on watch**; an **alarm** is a
probability of .9. After an alarm a stream begins anew: evidence at 0, the baseline from the week in which the change
most probably began. So one change gives one alarm.

Four things are no fall. *Answers not recorded*: such efforts are in no rate. *Answers not due*: young efforts weigh
what the lag curve says, itself taken to the careful side of its error. *Answers slower than before*: then only efforts
that have waited in full count. *What all share*: if the others' rates for the same kind of touch fell in the same
weeks, as before holidays, a rep is held to that much less; and what all gained is nobody's rise.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, Past
from answerback.analysis.detect.opened import Index, Open
from answerback.analysis.detect.raised import Family, Raised, Replay
from answerback.analysis.detect.watching import MIDDLE, Watch
from answerback.analysis.detect.weekly import WEEK, Cells, Floats, monday
from answerback.analysis.detect.weighing import Look, Members
from answerback.stats.alarms import alarm_level, e_bh, hazard_from, posterior
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import WATCH, Direction, evidence, share_by_start
from answerback.stats.slower import LEVEL
from answerback.stats.special import logistic

_STRICT_LEVEL = 10.0
"""Evidence below which e-BH lists nobody."""


def replay(cells: Cells, *, until: int | None = None, strict: bool = False, follow: Collection[int] = ()) -> Replay:
    """Every alarm and watch up to a week (the last full one, unless said), in one pass over the weeks.

    With `strict` an alarm is what e-BH lists among all streams not raised before, instead of a probability of .9.
    The evidence of reps to `follow` is worked out in every week; that of others where it may come to a level, and in
    the last.
    """
    weeks = cells.weeks()
    last = weeks.stop if until is None else min(until + 1, weeks.stop)
    if not cells.streams or weeks.start >= last:
        return Replay((), None, None, weeks.start, last - 1)
    index, past = Index.of(cells), Past.of(cells)
    watches = [Watch.over(index, together=each, strict=strict, follow=follow) for each in (False, True)]
    raised: list[Raised] = []
    depth = int(-(-int(cells.waiting.max()) // WEEK))
    with ThreadPoolExecutor(len(watches)) as pool:
        for week in range(weeks.start, last):
            set_in = week - week % ANCHOR_WEEKS
            for watch in watches:
                if set_in not in watch.baselines:
                    watch.anchor(set_in, past)
            now = index.open_weeks(week, depth, watches[0].baselines[set_in].lags)
            one = partial(_one_week, now=now, number=week, everybody=week == last - 1)
            for watch, found in zip(watches, pool.map(one, watches), strict=True):
                _follow_up(watch, found, week, past)
                raised += [each for _, each in found]
    by_play, together = (_family(watch, last - 1) for watch in watches)
    return Replay(tuple(raised), by_play, together, weeks.start, last - 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """Members whose evidence in a direction may come to a level, in order, and what the weeks still open say of them.

    `ratios` have the shape (weeks, members, points, factors), the oldest open week, folded in by now, included.
    """

    members: Members
    ratios: Floats
    evidence: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Week:
    """What one family weighs at the end of a week."""

    number: int
    now: Open
    later: Look
    """Of those watched the weeks after the oldest of the open ones, which has been folded in."""
    hazard: float
    near: dict[Direction, _Near]

    @property
    def set_in(self) -> int:
        """The week whose baseline holds now."""
        return self.number - self.number % ANCHOR_WEEKS

    @property
    def begin(self) -> int:
        """The oldest of the open weeks."""
        return self.now.begin


@dataclass(frozen=True, slots=True)
class _Found:
    """Who is raised in which direction: since when, whether it is an alarm, and the p-value that held one back."""

    side: Direction
    place: int
    since: int
    alarm: bool
    held: float | None


def _one_week(watch: Watch, now: Open, number: int, *, everybody: bool) -> list[tuple[int, Raised]]:
    """Folds in the week that is settled, weighs those that are open, and raises what there is to raise."""
    watch.first[(watch.first < 0) & _any(watch, now, number)] = number
    hazard, look = hazard_from(watch.alarms, watch.stream_weeks), Look.of(watch, now)
    oldest, near = _fold(look), {}
    watched = watch.first >= 0
    later = look.only(np.flatnonzero((look.now.week > now.begin) & watched[watch.group[look.now.stream]]))
    for side in Direction:
        chosen = watched if everybody else _chosen(later, side, np.flatnonzero(watched))
        near[side] = _near(later, side, np.flatnonzero(chosen), oldest[side])
        watch.evidence[side] = np.zeros(watch.size)
        watch.evidence[side][near[side].members] = near[side].evidence
        watch.paths[side].append(np.where(watched & ~chosen, np.nan, watch.evidence[side]).astype(np.float32))
    week = _Week(number, now, later, hazard, near)
    return [one for side in Direction for one in _raise(watch, week, side)]


def _follow_up(watch: Watch, found: list[tuple[int, Raised]], number: int, past: Past) -> None:
    """After a week: who gave an alarm begins anew."""
    begun_anew = [place for place, one in found if one.alarm]
    for place, one in found:
        if one.alarm:
            _begin_anew(watch, place, one)
    if begun_anew:
        watch.anchor_again(number - number % ANCHOR_WEEKS, number + 1, np.isin(watch.group, begun_anew), past)
    watch.stream_weeks += int(np.count_nonzero(~np.isnan(watch.usual.middle)))


def _fold(look: Look) -> dict[Direction, Floats]:
    """Folds the oldest of the open weeks into what is settled: nobody in it waits any longer. Its ratios."""
    watch, now = look.watch, look.now
    oldest = look.only(np.flatnonzero(now.week == now.begin))
    found = {side: oldest.ratios(side)[0] for side in Direction}
    watch.weeks.fold(found, oldest.unchanged()[0], look.begun[0])
    for side, of in found.items():
        watch.history[side][now.begin] = of[:, MIDDLE].astype(np.float32)
    return found


def _chosen(later: Look, side: Direction, watched: Members) -> NDArray[np.bool_]:
    """Whose evidence decides anything, or is followed, of those watched."""
    watch = later.watch
    level = np.where(watch.on_watch[side][watched], WATCH / 2.0, WATCH)
    if watch.strict:
        level = np.minimum(level, _STRICT_LEVEL)
    chosen = np.zeros(watch.size, np.bool_)
    chosen[watched] = later.possible(side, watched, level) | watch.followed[watched]
    return chosen


def _near(later: Look, side: Direction, members: Members, oldest: Floats) -> _Near:
    """The evidence of some members, after the oldest of the open weeks was folded in."""
    chosen = np.zeros(later.watch.size, np.bool_)
    chosen[members] = True
    few = later.only(np.flatnonzero(chosen[later.watch.group[later.now.stream]]))
    found = few.ratios(side, members)
    r = _weighed(few, side, members, found)
    found[0] = oldest[members]
    return _Near(members, found, r)


def _weighed(look: Look, side: Direction, members: Members, ratios: Floats) -> Floats:
    """What is settled of some members, and the open weeks after it, averaged over the points."""
    watch = look.watch
    state = watch.weeks.state(side, members).transpose(2, 0, 1).astype(np.float64)
    weight = watch.usual.of(members).weight(look.unchanged(members).sum(axis=0))
    return np.asarray((evidence(state, ratios[1:], look.begun[1:, members, None]) * weight).sum(axis=1))


def _begin_anew(watch: Watch, place: int, alarm: Raised) -> None:
    """After an alarm: no evidence, and a baseline from where the change began."""
    for side in Direction:
        watch.evidence[side][place], watch.on_watch[side][place] = 0.0, False
    watch.weeks.begin_anew(np.arange(watch.size) == place)
    watch.valid[place] = watch.first[place] = alarm.week + 1
    watch.since.begins[place], watch.since.judged[place] = alarm.since, alarm.week
    watch.alarms += 1


def _any(watch: Watch, now: Open, week: int) -> NDArray[np.bool_]:
    """Which have efforts with a baseline in this week."""
    known = ~np.isnan(watch.usual.middle[watch.group] + watch.offset)
    own = (now.week == week) & known[now.stream]
    return np.asarray(np.bincount(watch.group[now.stream[own]], minlength=watch.size) > 0)


def _raise(watch: Watch, week: _Week, side: Direction) -> list[tuple[int, Raised]]:
    """What is raised in this direction, with the place of each."""
    r, level = watch.evidence[side], alarm_level(week.hazard)
    listed = r >= level
    if watch.strict:
        listed = e_bh(r, np.where(watch.first < 0, 0, week.number + 1 - watch.first))
    found = []
    for place in np.flatnonzero(r >= WATCH).tolist():
        alarm, held = bool(listed[place]), None
        if alarm and side is Direction.FALL:
            alarm, held = _still(watch, week, place, level)
        if alarm or not watch.on_watch[side][place]:
            found.append(_Found(side, place, _began(watch, week, side, place), alarm, held))
    watch.on_watch[side] |= r >= WATCH
    watch.on_watch[side] &= r >= WATCH / 2.0
    return _told(watch, week, found) if found else []


def _told(watch: Watch, week: _Week, found: list[_Found]) -> list[tuple[int, Raised]]:
    """The same with what was counted since; all are counted at once."""
    streams = np.flatnonzero(np.isin(watch.group, [each.place for each in found]))
    oldest = min(each.since for each in found)
    lags = watch.baselines[week.set_in].lags.of(streams)
    known = watch.cells.of(streams).weekly(monday(week.number + 1), lags, last=week.number + 1 - oldest)
    told = []
    for each in found:
        rows, own = known.weeks >= each.since, watch.group[streams] == each.place
        counts = [of[rows][:, own].sum(axis=0) for of in (known.efforts, known.answered, known.matured)]
        told.append((each.place, _raised(watch, week, each, counts)))
    return told


def _still(watch: Watch, week: _Week, place: int, level: float) -> tuple[bool, float | None]:
    """Whether a fall is an alarm even if answers have become slower; if not, the p-value that says they have."""
    later, alone = week.later, np.array([place])
    streams = np.unique(week.now.stream[watch.group[week.now.stream] == place])
    p_value = watch.index.slower(week.number, streams, watch.baselines[week.set_in].lags)
    if p_value >= LEVEL:
        return True, None
    full = later.only(np.flatnonzero(watch.group[later.now.stream] == place), full=True)
    r = float(_weighed(full, Direction.FALL, alone, full.ratios(Direction.FALL, alone))[0])
    return (True, None) if r >= level else (False, p_value)


def _began(watch: Watch, week: _Week, side: Direction, place: int) -> int:
    """The week in which the change most probably began."""
    begin = max(int(watch.valid[place]), int(watch.first[place]))
    past = [number for number in sorted(watch.history[side]) if begin <= number < week.begin]
    open_ = [number for number in range(week.begin, week.number + 1) if number >= begin]
    path = [watch.history[side][number][place] for number in past]
    near = week.near[side]
    own = near.ratios[:, np.searchsorted(near.members, place), MIDDLE]
    path += [own[number - week.begin] for number in open_]
    return int((past + open_)[int(np.argmax(share_by_start(np.array(path, dtype=np.float64))))])


def _raised(watch: Watch, week: _Week, found: _Found, counts: list[Floats]) -> Raised:
    """One that is raised; `counts` are its efforts, answers and matured efforts since, by stream."""
    side, place, since = found.side, found.place, found.since
    if found.alarm:
        watch.episodes[place, side] = watch.episodes.get((place, side), 0) + 1
    own = np.flatnonzero(watch.group == place)
    efforts, answered, matured = counts
    before = watch.baselines[since - since % ANCHOR_WEEKS]
    middle = logistic(watch.usual.middle[place] + watch.offset[own])
    weight = np.where(np.isnan(middle), 0.0, matured)
    rates = [float((weight * np.nan_to_num(of)).sum() / max(weight.sum(), 1e-9)) for of in (middle, before.mean[own])]
    return Raised(
        rep_key=int(watch.rep_keys[place]),
        play=watch.plays[place],
        direction=side,
        alarm=found.alarm,
        week=week.number,
        since=since,
        evidence=float(watch.evidence[side][place]),
        sure=float(posterior(watch.evidence[side][place], week.hazard)),
        episode=watch.episodes.get((place, side), 0) + (not found.alarm),
        expected=rates[0],
        usual=rates[1],
        usual_matured=float(before.matured[own].sum()),
        efforts=int(efforts.sum()),
        answered=int(answered.sum()),
        matured=float(matured.sum()),
        weeks_watched=week.number + 1 - max(int(watch.valid[place]), int(watch.first[place])),
        held_back=found.held,
    )


def _family(watch: Watch, week: int) -> Family:
    base = watch.baselines[week - week % ANCHOR_WEEKS]
    matured = weighted_count(watch.group, base.matured, watch.size)
    return Family(
        rep_keys=watch.rep_keys,
        plays=watch.plays,
        evidence=watch.evidence,
        watched=np.where(watch.first < 0, 0, week + 1 - watch.first),
        baseline=base,
        answered=weighted_count(watch.group, base.answered, watch.size),
        matured=matured,
        known=~np.isnan(watch.usual.middle),
        hazard=hazard_from(watch.alarms, watch.stream_weeks),
        paths={side: np.array(of) for side, of in watch.paths.items()},
        lags=base.lags,
    )
