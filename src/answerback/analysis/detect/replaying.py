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

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, Past
from answerback.analysis.detect.opened import Index, Open
from answerback.analysis.detect.raised import Family, Raised, Replay
from answerback.analysis.detect.watching import MIDDLE, Watch
from answerback.analysis.detect.weekly import WEEK, Cells, Floats, monday
from answerback.analysis.peers import FEWEST_PEERS
from answerback.stats.alarms import alarm_level, e_bh, hazard_from, posterior
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import WATCH, Direction, evidence, settle, share_by_start
from answerback.stats.open_weeks import log_ratios, unchanged_likelihood
from answerback.stats.shared_shift import shared_shift
from answerback.stats.slower import LEVEL
from answerback.stats.special import logistic, normal_quantile

_CAREFUL_SIDE = normal_quantile(0.75)
"""Standard errors of a lag curve by which it is taken to the careful side."""


def replay(cells: Cells, *, until: int | None = None, strict: bool = False) -> Replay:
    """Every alarm and watch up to a week (the last full one, unless said), in one pass over the weeks.

    With `strict` an alarm is what e-BH lists among all streams not raised before, instead of a probability of .9.
    """
    weeks = cells.weeks()
    last = weeks.stop if until is None else min(until + 1, weeks.stop)
    if not cells.streams or weeks.start >= last:
        return Replay((), None, None, weeks.start, last - 1)
    index, past = Index.of(cells), Past.of(cells)
    watches = [Watch.over(index, together=each, strict=strict) for each in (False, True)]
    raised: list[Raised] = []
    depth = int(-(-int(cells.waiting.max()) // WEEK))
    for week in range(weeks.start, last):
        set_in = week - week % ANCHOR_WEEKS
        for watch in watches:
            if set_in not in watch.baselines:
                watch.anchor(set_in, past)
        now = index.open_weeks(week, depth, watches[0].baselines[set_in].lags)
        for watch in watches:
            raised += _one_week(watch, now, week, past)
    by_play, together = (_family(watch, last - 1) for watch in watches)
    return Replay(tuple(raised), by_play, together, weeks.start, last - 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Week:
    """What one family weighs at the end of a week."""

    number: int
    now: Open
    shift: Floats
    """By pair of `now`: what is shared with all others, in log odds."""
    hazard: float
    ratios: dict[Direction, Floats]
    """Of the open weeks, shape (weeks, members, points, factors)."""
    unchanged: Floats
    """Their log likelihoods without a change, shape (weeks, members, points)."""

    @property
    def set_in(self) -> int:
        """The week whose baseline holds now."""
        return self.number - self.number % ANCHOR_WEEKS

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The open weeks."""
        return self.now.begin + np.arange(self.now.weeks)


def _one_week(watch: Watch, now: Open, number: int, past: Past) -> list[Raised]:
    """Weighs what is known at the end of a week, raises what there is to raise, and folds in the week that is over."""
    watch.first[(watch.first < 0) & _any(watch, now, number)] = number
    shift = _shift(watch, now)
    hazard = hazard_from(watch.alarms, watch.stream_weeks)
    ratios = {side: _ratios(watch, now, side, shift) for side in Direction}
    week = _Week(number, now, shift, hazard, ratios, _unchanged(watch, now, shift))
    begun = _begun(watch, now)
    watched = np.flatnonzero(watch.first >= 0)
    weight = watch.usual.weight(week.unchanged.sum(axis=0))[watched]
    folded = {}
    for side in Direction:
        state, weeks, may = watch.settled[side][watched], ratios[side][:, watched], begun[:, watched, None]
        folded[side] = settle(state, weeks[0], may[0])
        watch.evidence[side] = np.zeros(watch.size)
        watch.evidence[side][watched] = (evidence(folded[side], weeks[1:], may[1:]) * weight).sum(axis=1)
        watch.paths[side].append(watch.evidence[side].astype(np.float32))
    found = [one for side in Direction for one in _raise(watch, week, side)]
    for side in Direction:
        watch.history[side][now.begin] = week.ratios[side][0, :, MIDDLE].astype(np.float32)
        watch.settled[side][watched] = folded[side]
    watch.usual.learn(week.unchanged[0])
    begun_anew = [place for place, one in found if one.alarm]
    for place, one in found:
        if one.alarm:
            _begin_anew(watch, place, one)
    if begun_anew:
        watch.anchor_again(week.set_in, number + 1, np.isin(watch.group, begun_anew), past)
    watch.stream_weeks += int(np.count_nonzero(~np.isnan(watch.usual.middle)))
    return [one for _, one in found]


def _begun(watch: Watch, now: Open) -> NDArray[np.bool_]:
    """In which of the open weeks a change may have begun: those with touches, from the first that was watched on."""
    made = watch.summed(now, now.n) > 0.0
    number = (now.begin + np.arange(now.weeks))[:, None]
    return np.asarray(made & (watch.first >= 0) & (number >= np.maximum(watch.valid, watch.first)))


def _begin_anew(watch: Watch, place: int, alarm: Raised) -> None:
    """After an alarm: no evidence, and a baseline from where the change began."""
    for side in Direction:
        watch.settled[side][place], watch.evidence[side][place], watch.on_watch[side][place] = 0.0, 0.0, False
    watch.valid[place] = watch.first[place] = alarm.week + 1
    watch.since.begins[place], watch.since.judged[place] = alarm.since, alarm.week
    watch.alarms += 1


def _any(watch: Watch, now: Open, week: int) -> NDArray[np.bool_]:
    """Which have efforts with a baseline in this week."""
    known = ~np.isnan(watch.usual.middle[watch.group] + watch.offset)
    own = (now.week == week) & known[now.stream]
    return np.asarray(np.bincount(watch.group[now.stream[own]], minlength=watch.size) > 0)


def _shift(watch: Watch, now: Open) -> Floats:
    """By pair: the log odds by which all others who make such touches moved in the same week."""
    usual = watch.means(now)
    known = ~np.isnan(usual)
    usual = np.where(known, usual, 0.0)
    kinds = watch.index.kind
    group = (now.week - now.begin) * (int(kinds.max()) + 1) + kinds[now.stream]
    due = usual * now.due
    return shared_shift(now.answered * known, due, due - usual**2 * now.due_squared, group, fewest=FEWEST_PEERS)


def _ratios(watch: Watch, now: Open, side: Direction, shift: Floats) -> Floats:
    """The log likelihood ratios of the open weeks, shape (weeks, size, factors)."""
    sign = -1.0 if side is Direction.FALL else 1.0
    waiting = now.waiting
    share = np.clip(waiting.share + sign * _CAREFUL_SIDE * waiting.error, 0.0, 1.0)
    share = np.where(waiting.moved, np.maximum(share, 1e-6), share)
    odds = watch.odds(now) + (np.minimum(shift, 0.0) if sign < 0.0 else np.maximum(shift, 0.0))[:, None]
    of = _Known.of(now, odds, share)
    found = log_ratios(of.n, of.answered, of.rates, **of.waits, factors=side.factors)
    return watch.summed(now, found, of.known)


def _unchanged(watch: Watch, now: Open, shift: Floats) -> Floats:
    """The log likelihoods of the open weeks if nothing changed but what all share, shape (weeks, size, points)."""
    of = _Known.of(now, watch.odds(now) + shift[:, None], np.clip(now.waiting.share, 1e-6, 1.0))
    counted = now.week >= np.maximum(watch.valid, watch.first)[watch.group[now.stream]]
    found = unchanged_likelihood(of.n, of.answered, of.rates, **of.waits) * counted[of.known][:, None]
    return watch.summed(now, found, of.known)


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Those pairs of which something counts as unchanged, and who of them still wait."""

    known: NDArray[np.int64]
    n: Floats
    answered: Floats
    rates: Floats
    waits: dict[str, Any]

    @classmethod
    def of(cls, now: Open, odds: Floats, share: Floats) -> _Known:
        known = ~np.isnan(odds[:, MIDDLE])
        number, rows = np.cumsum(known) - 1, known[now.waiting.of]
        waits = {
            "of": number[now.waiting.of[rows]],
            "still": now.waiting.still[rows],
            "share_in": share[rows],
        }
        return cls(np.flatnonzero(known), now.n[known], now.answered[known], logistic(odds[known]), waits)


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
            found.append((place, _raised(watch, week, side, place, level=level if alarm else 0.0, held=held)))
    watch.on_watch[side] |= r >= WATCH
    watch.on_watch[side] &= r >= WATCH / 2.0
    return found


def _still(watch: Watch, week: _Week, place: int, level: float) -> tuple[bool, float | None]:
    """Whether a fall is an alarm even if answers have become slower; if not, the p-value that says they have."""
    now = week.now
    own = np.flatnonzero(watch.group[now.stream] == place)
    p_value = watch.index.slower(week.number, np.unique(now.stream[own]), watch.baselines[week.set_in].lags)
    if p_value >= LEVEL:
        return True, None
    only, shift = now.only_full(own), week.shift[own]
    ratios = _ratios(watch, only, Direction.FALL, shift)[:, place : place + 1]
    begun = _begun(watch, now)[:, place : place + 1, None]
    weight = watch.usual.weight(_unchanged(watch, only, shift).sum(axis=0))[place]
    r = weight @ evidence(watch.settled[Direction.FALL][place : place + 1], ratios, begun)[0]
    return (True, None) if r >= level else (False, p_value)


def _began(watch: Watch, week: _Week, side: Direction, place: int) -> int:
    """The week in which the change most probably began."""
    begin = max(int(watch.valid[place]), int(watch.first[place]))
    past = [number for number in sorted(watch.history[side]) if begin <= number < week.now.begin]
    open_ = [number for number in week.numbers.tolist() if number >= begin]
    path = [watch.history[side][number][place] for number in past]
    path += [week.ratios[side][number - week.now.begin, place, MIDDLE] for number in open_]
    return int((past + open_)[int(np.argmax(share_by_start(np.array(path, dtype=np.float64))))])


def _raised(watch: Watch, week: _Week, side: Direction, place: int, *, level: float, held: float | None) -> Raised:
    alarm = level > 0.0
    since = _began(watch, week, side, place)
    if alarm:
        watch.episodes[place, side] = watch.episodes.get((place, side), 0) + 1
    own = np.flatnonzero(watch.group == place)
    lags = watch.baselines[week.set_in].lags.of(own)
    known = watch.cells.of(own).weekly(monday(week.number + 1), lags, last=week.number + 1 - since)
    efforts, answered, matured = known.efforts, known.answered, known.matured
    before = watch.baselines[since - since % ANCHOR_WEEKS]
    middle = logistic(watch.usual.middle[place] + watch.offset[own])
    weight = np.where(np.isnan(middle), 0.0, matured.sum(axis=0))
    rates = [float((weight * np.nan_to_num(of)).sum() / max(weight.sum(), 1e-9)) for of in (middle, before.mean[own])]
    return Raised(
        rep_key=int(watch.rep_keys[place]),
        play=watch.plays[place],
        direction=side,
        alarm=alarm,
        week=week.number,
        since=since,
        evidence=float(watch.evidence[side][place]),
        sure=float(posterior(watch.evidence[side][place], week.hazard)),
        episode=watch.episodes.get((place, side), 0) + (not alarm),
        expected=rates[0],
        usual=rates[1],
        usual_matured=float(before.matured[own].sum()),
        efforts=int(efforts.sum()),
        answered=int(answered.sum()),
        matured=float(matured.sum()),
        weeks_watched=week.number + 1 - max(int(watch.valid[place]), int(watch.first[place])),
        held_back=held,
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
