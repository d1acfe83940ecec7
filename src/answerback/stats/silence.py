"""Answers that seem not to arrive: several people of whom one kind of touch is not answered at all from one week on.

A person whose work gets worse is still answered now and then; a mailbox that is cut off is not. So what is asked of a
stretch of weeks is: did **no** answer come to several people where each let expect at least five?

Each one's rate before is a Gamma variable with the answers and touches of their own past, and is integrated, not
plugged in: answers of a stretch are negative binomial. A stretch without any answer is then (1 + due / past)^answers
times as probable if nothing can arrive as if all is as before. Which people are hit is not known: each is with chance
q, q itself one of a few, and at least two must be. Over every first week, and every length, this is summed; while
nothing happens the sum is on average at most the number of weeks watched (Shiryaev 1963; Pollak 1985). So an alarm at A
comes by mistake once in at least A weeks.

That alone would take a bad time of a whole team for silence. So it must also be nine times as probable as a fall of the
same sort of set: of all their touches to a half, a quarter or a tenth, where their other touches have a say; or of
these touches alone to a half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray

FEWEST = 5.0
"""Answers that must have been due for a stretch without any to say something."""
SAYS = 2.0
"""With so many due somebody's silence supports that of others."""
FEWEST_PEOPLE = 2
"""One person alone may have fallen silent, or their mailbox: nobody can tell."""
LEAST_PAST = 20.0
"""Matured touches of the past, without which nothing is expected of anybody."""
AGAINST_FALLS = 9.0
"""Times as probable as any fall."""
MEMBER = 99.0
"""The odds of being in it from which somebody is named."""
ENDS = 1.0 / 13.0
"""The chance that a silence ends in a given week."""
TOGETHER = (0.5, 0.25, 0.1)
"""What all touches of a set may have fallen to."""
ALONE = 0.5
"""What these touches of a set alone may have fallen to."""
_MOST = 300.0
"""Logs beyond this are taken for this."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Counts of people in the newest weeks, shape (weeks, people), and of their past before each of these weeks.

    Attributes:
        answered: answers so far.
        due: touches, each weighted by the share of its answers due.
        past_answered: answers to matured touches of the past, for a stretch that begins in this week.
        past_due: those touches.
    """

    answered: FloatArray
    due: FloatArray
    past_answered: FloatArray
    past_due: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """The most probable silence at the end of a week.

    Attributes:
        evidence: the sum over all stretches, to be held against an alarm level.
        first: its first week, by its place in the arrays.
        last: its last week.
        people: who is named, shape (people,).
        expected: answers due of each in these weeks by their own past, shape (people,).
        over_falls: how many times as probable as the most probable fall.
    """

    evidence: float
    first: int
    last: int
    people: BoolArray
    expected: FloatArray
    over_falls: float

    @property
    def stands(self) -> bool:
        """Whether it is no fall."""
        return self.over_falls >= AGAINST_FALLS


def silence(of: Watched, others: Watched) -> Silence | None:
    """The most probable silence in the newest weeks; None where there were not two people without an answer.

    Args:
        of: the touches that are asked about.
        others: all other touches of the same people in the same weeks.

    >>> weeks, people = 6, 8
    >>> past = [np.full((weeks, people), each) for each in (30.0, 150.0)]
    >>> due = np.full((weeks, people), 10.0)
    >>> answered = np.full((weeks, people), 2.0)
    >>> calls = Watched(answered, due, *past)
    >>> cut = answered.copy()
    >>> cut[1:, :3] = 0.0
    >>> found = silence(Watched(cut, due, *past), calls)
    >>> found.first, found.last, np.flatnonzero(found.people).tolist(), found.evidence > 936, found.stands
    (1, 5, [0, 1, 2], True, True)
    """
    weeks = of.due.shape[0]
    best, most, total = None, 0.0, 0.0
    for first in range(weeks):
        due, answered = (np.cumsum(each[first:], axis=0) for each in (of.due, of.answered))
        shape, before = of.past_answered[first] + 0.5, of.past_due[first] + 1e-9
        expected, known = due * shape / before, before >= LEAST_PAST
        quiet = (answered == 0.0) & (expected >= SAYS) & known
        enough = (quiet & (expected >= FEWEST)).sum(axis=1) >= FEWEST_PEOPLE
        for length in np.flatnonzero(enough).tolist():
            lasts = (1.0 - ENDS) ** length * (1.0 if first + length == weeks - 1 else ENDS)
            cut = np.where(quiet[length], shape * np.log1p(due[length] / before), -np.inf)
            value = lasts * float(np.exp(min(_several(cut[known]), _MOST)))
            total += value
            if value > most:
                best, most = (slice(first, first + length + 1), known, cut, expected[length]), value
    if best is None:
        return None
    span, known, cut, expected = best
    over = _several(cut[known]) - _most_like_a_fall(of, others, span, known)
    people = _members(np.where(expected >= FEWEST, cut, -np.inf), cut, known)
    over_falls = float(np.exp(np.clip(over, -_MOST, _MOST)))
    return Silence(total, span.start, span.stop - 1, people, expected, over_falls)


def _members(enough: FloatArray, cut: FloatArray, known: BoolArray) -> BoolArray:
    """Who is in it, of those with enough due: `MEMBER` times as probable with them as without.

    Two or more are, so the two who are most probable are in any case.
    """
    among = cut[known]
    without = np.full(among.size, np.inf)
    for each in np.flatnonzero(~np.isneginf(among)).tolist():
        left = among.copy()
        left[each] = -np.inf
        without[each] = _several(left)
    people = np.zeros(known.size, np.bool_)
    people[known] = without <= _several(among) - np.log1p(MEMBER)
    people[np.argsort(-enough, kind="stable")[:FEWEST_PEOPLE]] = True
    return people & ~np.isneginf(enough)


def _shares(people: int) -> FloatArray:
    """The chances with which each may be hit: about two of them, and four times as many, up to nearly all."""
    low = min(FEWEST_PEOPLE / max(people, 1), 0.5)
    found = [low]
    while found[-1] * 4.0 < 0.95:
        found.append(found[-1] * 4.0)
    return np.array([*found, 0.95])


def _several(ratios: FloatArray) -> float:
    """The log of how many times as probable it is that two or more are hit, averaged over how many may be.

    `ratios` are logs of each one's own; -inf where somebody cannot be.
    """
    share = _shares(ratios.size)[:, None]
    odds = ratios[np.isfinite(ratios)][None, :] + np.log(share) - np.log1p(-share)
    all_of_them = np.logaddexp(0.0, odds).sum(axis=1)
    one = np.logaddexp.reduce(odds, axis=1)
    # Nobody, and one alone, are taken out; what is left is rounded at 0.
    none_or_one = np.logaddexp(0.0, one)
    several = all_of_them + np.log(np.maximum(-np.expm1(np.minimum(none_or_one - all_of_them, 0.0)), 1e-300))
    n, q = ratios.size, share[:, 0]
    nobody = n * np.log1p(-q)
    at_least_two = np.log1p(-np.exp(nobody) - n * q * np.exp(nobody - np.log1p(-q)))
    return float(np.logaddexp.reduce(several + nobody - at_least_two) - np.log(q.size))


def _most_like_a_fall(of: Watched, others: Watched, weeks: slice, known: BoolArray) -> float:
    """The log of how many times as probable the most probable fall of several people is as no change."""

    def chosen(kind: Watched) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        answered, due = (each[weeks][:, known].sum(axis=0) for each in (kind.answered, kind.due))
        return answered, due, kind.past_answered[weeks.start][known] + 0.5, kind.past_due[weeks.start][known]

    own, rest = chosen(of), chosen(others)
    falls = [_fallen(*own, ALONE), *(_fallen(*own, share) + _fallen(*rest, share) for share in TOGETHER)]
    return max(map(_several, falls))


def _fallen(answered: FloatArray, due: FloatArray, shape: FloatArray, before: FloatArray, share: float) -> FloatArray:
    """The log of how many times as probable these answers are if the rate is `share` of what it was."""
    known = before >= LEAST_PAST
    past = np.maximum(before, LEAST_PAST)
    ratio = answered * np.log(share) + (shape + answered) * np.log((past + due) / (past + share * due))
    return np.asarray(np.where(known, ratio, 0.0))
