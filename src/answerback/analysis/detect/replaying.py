"""Every rep's touches watched week by week, as it would have been done then: what was raised, and when.

The replay goes through the weeks in order and never looks ahead: lag curves, baselines, the chance of a change and
what the others did in the same weeks are as they were known at the end of each week. So it is the same from build to
build, and its last week is what is true today.

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

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, Baseline, Past, Since, baseline
from answerback.analysis.detect.opened import Index, Open
from answerback.analysis.detect.raised import Family, Raised, Replay
from answerback.analysis.detect.weekly import WEEK, Cells, Floats, monday
from answerback.analysis.peers import FEWEST_PEERS
from answerback.stats.alarms import alarm_level, e_bh, hazard_from, posterior
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import WATCH, Direction, evidence, settle, share_by_start
from answerback.stats.open_weeks import log_ratios
from answerback.stats.shared_shift import shared_shift
from answerback.stats.slower import LEVEL
from answerback.stats.special import logistic, normal_quantile

_CAREFUL_SIDE = normal_quantile(0.75)
"""Standard errors of a lag curve by which it is taken to the careful side."""


@dataclass(slots=True, eq=False)
class _Watch:
    """One family on the way."""

    cells: Cells
    index: Index
    group: NDArray[np.int64]
    size: int
    rep_keys: NDArray[np.int64]
    plays: tuple[str, ...]
    since: Since
    settled: dict[Direction, Floats]
    valid: NDArray[np.int64]
    first: NDArray[np.int64]
    on_watch: dict[Direction, NDArray[np.bool_]]
    strict: bool
    episodes: dict[tuple[int, Direction], int] = field(default_factory=dict)
    baselines: dict[int, Baseline] = field(default_factory=dict)
    history: dict[Direction, dict[int, NDArray[np.float32]]] = field(
        default_factory=lambda: {each: {} for each in Direction}
    )
    evidence: dict[Direction, Floats] = field(default_factory=dict)
    paths: dict[Direction, list[NDArray[np.float32]]] = field(default_factory=lambda: {each: [] for each in Direction})
    alarms: int = 0
    stream_weeks: int = 0

    @classmethod
    def over(cls, index: Index, *, together: bool, strict: bool) -> _Watch:
        cells = index.cells
        reps = np.array([each.rep_key for each in cells.streams], np.int64)
        keys, group = np.unique(reps, return_inverse=True) if together else (reps, np.arange(reps.size))
        size = keys.size
        return cls(
            cells,
            index,
            np.asarray(group, np.int64),
            size,
            keys,
            ("",) * size if together else tuple(each.play for each in cells.streams),
            Since.never(size),
            {each: np.zeros((size, 5)) for each in Direction},
            np.full(size, -(10**6), np.int64),
            np.full(size, -1, np.int64),
            {each: np.zeros(size, np.bool_) for each in Direction},
            strict,
        )

    def anchor(self, week: int, past: Past) -> None:
        self.baselines[week] = baseline(past, week, self.since, self.group, self.size)

    def anchor_again(self, set_in: int, week: int, own: NDArray[np.bool_], past: Past) -> None:
        """Gives streams whose baseline begins anew theirs at once; what they did before is not weighed any more."""
        now = self.baselines[set_in]
        new = baseline(past, week, self.since, self.group, self.size, only=own)
        for of, by in ((now.mean, new.mean), (now.answered, new.answered), (now.matured, new.matured)):
            of[own] = by[own]
        for side in Direction:
            now.expected[side][own] = new.expected[side][own]

    def expected(self, now: Open, side: Direction | None) -> Floats:
        """What counted as unchanged for efforts of streams when they were made; the mean where no side is given."""
        found = np.full(now.week.size, np.nan)
        for number in range(now.begin - now.begin % ANCHOR_WEEKS, now.begin + now.weeks, ANCHOR_WEEKS):
            if number in self.baselines:
                own = slice(*np.searchsorted(now.week, (number, number + ANCHOR_WEEKS)))
                base = self.baselines[number]
                found[own] = (base.mean if side is None else base.expected[side])[now.stream[own]]
        return found

    def summed(self, now: Open, column: Floats) -> Floats:
        """A column of pairs by week and member of this family, shape (weeks, size)."""
        place = (now.week - now.begin) * self.size + self.group[now.stream]
        return weighted_count(place, column, now.weeks * self.size).reshape(now.weeks, self.size)


def replay(cells: Cells, *, until: int | None = None, strict: bool = False) -> Replay:
    """Every alarm and watch up to a week (the last full one, unless said), in one pass over the weeks.

    With `strict` an alarm is what e-BH lists among all streams not raised before, instead of a probability of .9.
    """
    weeks = cells.weeks()
    last = weeks.stop if until is None else min(until + 1, weeks.stop)
    if not cells.streams or weeks.start >= last:
        return Replay((), None, None, weeks.start, last - 1)
    index, past = Index.of(cells), Past.of(cells)
    watches = [_Watch.over(index, together=each, strict=strict) for each in (False, True)]
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

    @property
    def set_in(self) -> int:
        """The week whose baseline holds now."""
        return self.number - self.number % ANCHOR_WEEKS

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The open weeks."""
        return self.now.begin + np.arange(self.now.weeks)


def _one_week(watch: _Watch, now: Open, number: int, past: Past) -> list[Raised]:
    """Weighs what is known at the end of a week, raises what there is to raise, and folds in the week that is over."""
    watch.first[(watch.first < 0) & _any(watch, now, number)] = number
    shift = _shift(watch, now)
    hazard = hazard_from(watch.alarms, watch.stream_weeks)
    week = _Week(number, now, shift, hazard, {side: _ratios(watch, now, side, shift) for side in Direction})
    begun = _begun(watch, now)
    watched = np.flatnonzero(watch.first >= 0)
    for side in Direction:
        watch.evidence[side] = np.zeros(watch.size)
        of = (watch.settled[side][watched], week.ratios[side][:, watched], begun[:, watched])
        watch.evidence[side][watched] = evidence(*of)
        watch.paths[side].append(watch.evidence[side].astype(np.float32))
    found = [one for side in Direction for one in _raise(watch, week, side)]
    for side in Direction:
        watch.history[side][now.begin] = week.ratios[side][0].astype(np.float32)
        first = (watch.settled[side][watched], week.ratios[side][0, watched], begun[0, watched])
        watch.settled[side][watched] = settle(*first)
    begun_anew = [place for place, one in found if one.alarm]
    for place, one in found:
        if one.alarm:
            _begin_anew(watch, place, one)
    if begun_anew:
        watch.anchor_again(week.set_in, number + 1, np.isin(watch.group, begun_anew), past)
    known = ~np.isnan(watch.baselines[week.set_in].expected[Direction.FALL])
    watch.stream_weeks += int(np.count_nonzero(np.bincount(watch.group, known, watch.size)))
    return [one for _, one in found]


def _begun(watch: _Watch, now: Open) -> NDArray[np.bool_]:
    """In which of the open weeks a change may have begun: those with touches, from the first that was watched on."""
    made = watch.summed(now, now.n) > 0.0
    number = (now.begin + np.arange(now.weeks))[:, None]
    return np.asarray(made & (watch.first >= 0) & (number >= np.maximum(watch.valid, watch.first)))


def _begin_anew(watch: _Watch, place: int, alarm: Raised) -> None:
    """After an alarm: no evidence, and a baseline from where the change began."""
    for side in Direction:
        watch.settled[side][place], watch.evidence[side][place], watch.on_watch[side][place] = 0.0, 0.0, False
    watch.valid[place] = watch.first[place] = alarm.week + 1
    watch.since.begins[place], watch.since.judged[place] = alarm.since, alarm.week
    watch.alarms += 1


def _any(watch: _Watch, now: Open, week: int) -> NDArray[np.bool_]:
    """Which have efforts with a baseline in this week."""
    base = watch.baselines[week - week % ANCHOR_WEEKS].expected[Direction.FALL]
    own = (now.week == week) & ~np.isnan(base[now.stream])
    return np.asarray(np.bincount(watch.group[now.stream[own]], minlength=watch.size) > 0)


def _shift(watch: _Watch, now: Open) -> Floats:
    """By pair: the log odds by which all others who make such touches moved in the same week."""
    usual = watch.expected(now, None)
    known = ~np.isnan(usual)
    usual = np.where(known, usual, 0.0)
    kinds = watch.index.kind
    group = (now.week - now.begin) * (int(kinds.max()) + 1) + kinds[now.stream]
    due = usual * now.due
    return shared_shift(now.answered * known, due, due - usual**2 * now.due_squared, group, fewest=FEWEST_PEERS)


def _ratios(watch: _Watch, now: Open, side: Direction, shift: Floats) -> Floats:
    """The log likelihood ratios of the open weeks, shape (weeks, size, factors)."""
    sign = -1.0 if side is Direction.FALL else 1.0
    rate = watch.expected(now, side)
    with np.errstate(divide="ignore"):
        odds = np.log(rate) - np.log1p(-rate) + (np.minimum(shift, 0.0) if sign < 0.0 else np.maximum(shift, 0.0))
    waiting = now.waiting
    share = np.clip(waiting.share + sign * _CAREFUL_SIDE * waiting.error, 0.0, 1.0)
    share = np.where(waiting.moved, np.maximum(share, 1e-6), share)
    known = ~np.isnan(rate)
    number, rows = np.cumsum(known) - 1, known[waiting.of]
    pairs = np.zeros((rate.size, len(side.factors)))
    pairs[known] = log_ratios(
        now.n[known],
        now.answered[known],
        logistic(odds[known]),
        of=number[waiting.of[rows]],
        still=waiting.still[rows],
        share_in=share[rows],
        factors=side.factors,
    )
    if watch.size == len(watch.cells.streams):
        found = np.zeros((now.weeks, watch.size, len(side.factors)))
        found[now.week - now.begin, watch.group[now.stream]] = pairs
        return found
    return np.stack([watch.summed(now, pairs[:, number]) for number in range(len(side.factors))], axis=-1)


def _raise(watch: _Watch, week: _Week, side: Direction) -> list[tuple[int, Raised]]:
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


def _still(watch: _Watch, week: _Week, place: int, level: float) -> tuple[bool, float | None]:
    """Whether a fall is an alarm even if answers have become slower; if not, the p-value that says they have."""
    now = week.now
    own = np.flatnonzero(watch.group[now.stream] == place)
    p_value = watch.index.slower(week.number, np.unique(now.stream[own]), watch.baselines[week.set_in].lags)
    if p_value >= LEVEL:
        return True, None
    ratios = _ratios(watch, now.only_full(own), Direction.FALL, week.shift[own])[:, place : place + 1]
    begun = _begun(watch, now)[:, place : place + 1]
    r = evidence(watch.settled[Direction.FALL][place : place + 1], ratios, begun)
    return (True, None) if r[0] >= level else (False, p_value)


def _began(watch: _Watch, week: _Week, side: Direction, place: int) -> int:
    """The week in which the change most probably began."""
    begin = max(int(watch.valid[place]), int(watch.first[place]))
    past = [number for number in sorted(watch.history[side]) if begin <= number < week.now.begin]
    open_ = [number for number in week.numbers.tolist() if number >= begin]
    path = [watch.history[side][number][place] for number in past]
    path += [week.ratios[side][number - week.now.begin, place] for number in open_]
    return int((past + open_)[int(np.argmax(share_by_start(np.array(path, dtype=np.float64))))])


def _raised(watch: _Watch, week: _Week, side: Direction, place: int, *, level: float, held: float | None) -> Raised:
    alarm = level > 0.0
    since = _began(watch, week, side, place)
    if alarm:
        watch.episodes[place, side] = watch.episodes.get((place, side), 0) + 1
    own = np.flatnonzero(watch.group == place)
    lags = watch.baselines[week.set_in].lags.of(own)
    known = watch.cells.of(own).weekly(monday(week.number + 1), lags, last=week.number + 1 - since)
    efforts, answered, matured = known.efforts, known.answered, known.matured
    before = watch.baselines[since - since % ANCHOR_WEEKS]
    careful = before.expected[side][own]
    weight = np.where(np.isnan(careful), 0.0, matured.sum(axis=0))
    rates = [float((weight * np.nan_to_num(of)).sum() / max(weight.sum(), 1e-9)) for of in (careful, before.mean[own])]
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


def _family(watch: _Watch, week: int) -> Family:
    base = watch.baselines[week - week % ANCHOR_WEEKS]
    matured = weighted_count(watch.group, base.matured, watch.size)
    expected = {}
    for side in Direction:
        known = np.where(np.isnan(base.expected[side]), 0.0, base.matured)
        total, weight = (
            weighted_count(watch.group, of, watch.size) for of in (known * np.nan_to_num(base.expected[side]), known)
        )
        expected[side] = np.divide(total, weight, out=np.full(watch.size, np.nan), where=weight > 0.0)
    return Family(
        rep_keys=watch.rep_keys,
        plays=watch.plays,
        evidence=watch.evidence,
        watched=np.where(watch.first < 0, 0, week + 1 - watch.first),
        baseline=base,
        answered=weighted_count(watch.group, base.answered, watch.size),
        matured=matured,
        expected=expected,
        hazard=hazard_from(watch.alarms, watch.stream_weeks),
        paths={side: np.array(of) for side, of in watch.paths.items()},
        lags=base.lags,
    )
