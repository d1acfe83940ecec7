"""Kinds of touch that are not answered at all any more, of several reps at once: a tool that lost answers, not people.

Every week it is asked of each channel, with what was known at the end of that week: did two reps or more, of whom
enough answers were to be expected, get none from some week on (`answerback.stats.silence`)? A silence that is named
stays named, with the weeks that it lasted and all who are found to be in it later.

Nobody is judged by touches of these weeks: `without` takes them out of all rates, as if their answers could not have
been recorded. Like coverage that is as it is known today, also where it is looked back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, BASELINE_WEEKS
from answerback.analysis.detect.due import Due, DueWeeks
from answerback.analysis.detect.weekly import (
    WEEK,
    Answers,
    Cells,
    Efforts,
    Floats,
    Ints,
    day_number,
    monday,
    week_of,
)
from answerback.analysis.reader import Reader
from answerback.stats.alarms import alarm_level, posterior
from answerback.stats.silence import FEWEST, LEAST_PAST, Watched, silence

LONGEST_WEEKS = 13
"""Weeks back to which a silence may reach when it is first named."""
SILENCE_HAZARD = 1.0 / 104.0
"""The chance that a channel loses answers of several reps in a week: about once in two years."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A channel of which nothing is answered.

    `since` and `last` are its weeks by number, `week` the last week that was known when it was raised; `reps` are keys,
    each with the answers that were to be expected.
    """

    channel: str
    since: int
    last: int
    week: int
    reps: Mapping[int, float]
    evidence: float
    over_falls: float
    episode: int

    @property
    def raised_on(self) -> date:
        """The day on which it was raised."""
        return monday(self.week + 1)

    @property
    def sure(self) -> float:
        """The least probability that something changed."""
        return float(posterior(min(self.evidence, 1e12), SILENCE_HAZARD))

    def holds(self, rep_key: int, first: int, last: int) -> bool:
        """Whether it is a rep's, in some of these weeks."""
        return rep_key in self.reps and first <= self.last and last >= self.since


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Counts of reps, shape (weeks, reps), by channel and of all else; `numbers` are the weeks."""

    numbers: NDArray[np.int64]
    answered: Mapping[str, tuple[Floats, Floats]]
    due: Mapping[str, tuple[Floats, Floats]]


def silences_known(reader: Reader, cells: Cells, *, until: int | None = None) -> tuple[Silent, ...]:
    """`watch_silences`, once for all areas that ask it of the same counts."""
    return reader.once(("silences", cells, _end(cells, until)), lambda: watch_silences(cells, until=until))


def watch_silences(cells: Cells, *, until: int | None = None) -> tuple[Silent, ...]:
    """Every silence of a channel, in order of the weeks in which they were raised."""
    weeks, last = cells.weeks(), _end(cells, until)
    if not cells.streams or weeks.start >= last:
        return ()
    keys = np.unique([each.rep_key for each in cells.streams])
    depth = int(-(-int(cells.waiting.max()) // WEEK))
    due, channels = _by_channel(cells, keys)
    past = _summed(_counts(due.known(last, cells.lags(day_number(monday(last)))), channels))
    found: list[Silent] = []
    for week in range(weeks.start + depth, last):
        lags = cells.lags(day_number(monday(week - week % ANCHOR_WEEKS)))
        now = _counts(due.known(week + 1, lags, last=LONGEST_WEEKS), channels)
        for channel in now.due:
            of, others = (_watched(now, past, channel, place, week - depth) for place in (0, 1))
            one = silence(of, others)
            if one is not None and one.stands and one.evidence >= alarm_level(SILENCE_HAZARD):
                reps = {int(keys[each]): float(one.expected[each]) for each in np.flatnonzero(one.people)}
                begin, end = (int(now.numbers[each]) for each in (one.first, one.last))
                new = Silent(channel, begin, end, week, reps, one.evidence, one.over_falls, 1)
                found = _with(found, new)
    return tuple(found)


def _end(cells: Cells, until: int | None) -> int:
    """The first week that is not looked at."""
    last = cells.weeks().stop
    return last if until is None else min(until + 1, last)


def without(cells: Cells, silences: Sequence[Silent]) -> Cells:
    """The counts with touches of silent weeks taken for ones whose answer could not have been recorded."""
    if not silences:
        return cells

    def lost(stream: Ints, day: Ints) -> NDArray[np.bool_]:
        week, found = week_of(day), np.zeros(stream.size, np.bool_)
        for one in silences:
            hit = [each.play_channel == one.channel and each.rep_key in one.reps for each in cells.streams]
            found |= np.array(hit, np.bool_)[stream] & (week >= one.since) & (week <= one.last)
        return found

    made, moved = cells.efforts, cells.answers
    blind = lost(made.stream, made.day)
    kept = ~lost(moved.stream, moved.day)
    seen = np.where(blind, -1, made.seen).astype(made.seen.dtype)
    answers = Answers(*(each[kept] for each in (moved.stream, moved.day, moved.seen, moved.lag, moved.n)))
    efforts = Efforts(made.stream, made.day, seen, made.n, made.claimed)
    return replace(cells, efforts=efforts, answers=answers, _by_stream={})


def alone_since(cells: Cells, rep_key: int, since: int, week: int) -> tuple[str, float] | None:
    """A channel of which one rep had no answer from a week on, all else being answered, and how many were expected.

    None where there is no such channel: what was known at the end of `week`.
    """
    own = np.array([rep_key])
    streams = np.flatnonzero([each.rep_key == rep_key for each in cells.streams])
    if not streams.size:
        return None
    known = cells.lags(day_number(monday(week - week % ANCHOR_WEEKS)))
    due, channels = _by_channel(cells.of(streams), own)
    counts = _counts(due.known(week + 1, known.of(streams)), channels)
    now = counts.numbers >= since
    before = ~now & (counts.numbers >= since - BASELINE_WEEKS)
    for channel in counts.due:
        sides = [(counts.answered[channel][each][:, 0], counts.due[channel][each][:, 0]) for each in (0, 1)]
        (none, expected), (others, usual) = (
            (answered[now].sum(), due[now].sum() * answered[before].sum() / max(due[before].sum(), LEAST_PAST))
            for answered, due in sides
        )
        if none == 0.0 and expected >= FEWEST and others >= max(usual / 2.0, 1.0):
            return channel, float(expected)
    return None


def _with(found: list[Silent], new: Silent) -> list[Silent]:
    """The list with one more, or with what is now known of a silence that was raised before.

    Of the looks at one silence the surest stands. One that lasts longer than a look reaches back keeps its first week.
    """
    same = [each for each in found if each.channel == new.channel]
    if not same or same[-1].last < new.since - 1:
        return [*found, replace(new, episode=len(same) + 1)]
    old = same[-1]
    goes_on = new.last == new.week and new.since == new.week - LONGEST_WEEKS + 1
    if new.evidence >= old.evidence:
        since = min(old.since, new.since) if goes_on else new.since
        now = replace(new, since=since, week=old.week, episode=old.episode)
    else:
        now = replace(old, last=max(old.last, new.last) if goes_on else old.last)
    return [now if each is old else each for each in found]


def _by_channel(cells: Cells, keys: NDArray[np.int64]) -> tuple[DueWeeks, tuple[str, ...]]:
    """Counts by channel and rep, channel by channel, and the channels."""
    names, channel = np.unique([each.play_channel for each in cells.streams], return_inverse=True)
    group = channel * keys.size + np.searchsorted(keys, [each.rep_key for each in cells.streams])
    return DueWeeks(cells, group, names.size * keys.size), tuple(names.tolist())


def _counts(due: Due, channels: tuple[str, ...]) -> _Counts:
    def sides(of: Floats) -> dict[str, tuple[Floats, Floats]]:
        by_channel = of.reshape(of.shape[0], len(channels), -1)
        every = by_channel.sum(axis=1)
        return {name: (by_channel[:, at], every - by_channel[:, at]) for at, name in enumerate(channels)}

    return _Counts(due.weeks, sides(due.answered), sides(due.matured))


def _summed(of: _Counts) -> _Counts:
    """What was counted before each week, and after the last: one row more."""

    def before(sides: Mapping[str, tuple[Floats, Floats]]) -> dict[str, tuple[Floats, Floats]]:
        return {name: (_before(one), _before(rest)) for name, (one, rest) in sides.items()}

    return _Counts(of.numbers, before(of.answered), before(of.due))


def _before(each: Floats) -> Floats:
    return np.vstack([np.zeros(each.shape[1]), np.cumsum(each, axis=0)])


def _watched(now: _Counts, past: _Counts, channel: str, place: int, settled: int) -> Watched:
    """The newest weeks of a channel (0) or of all else (1), and before each the weeks that have waited in full.

    `past` are sums over all weeks before.
    """
    start, weeks = int(past.numbers[0]), past.numbers.size
    ends = np.clip(np.minimum(now.numbers, settled) - start, 0, weeks)
    begins = np.maximum(ends - BASELINE_WEEKS, 0)
    sums = (past.answered[channel][place], past.due[channel][place])
    before = [each[ends] - each[begins] for each in sums]
    return Watched(now.answered[channel][place], now.due[channel][place], before[0], before[1])
