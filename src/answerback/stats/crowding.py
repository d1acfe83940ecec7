"""How many acts touches bring that lie close to one another: each kind's own, told apart by the times of answers.

Every touch has a contrast: acts in some windows around it less acts in others. Two such designs are here. *Before and
after* sets the time after a touch against the same time before it. *Early and late* sets the days right after it
against the same days one and two weeks on: it looks at nothing before the touch, so it does no harm that reps choose
their moment (after an act, after a silence, at the onset of heat); it asks that whatever else makes buyers act does not
fall or rise within those weeks, which its `drift` checks.

What touches close by bring into the windows is taken out: a touch in a run of five is not credited with what the other
four brought, and none is counted twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.event_study import DAY, Events, within

WEEK = 7 * DAY
EARLY = 3 * DAY
MOST_NEIGHBOURS = 60
"""An account with more touches than this within reach of one another is left out: nobody can tell them apart."""
_STEP = 900
"""Seconds of one step in which times between touches are looked up."""

Window = tuple[int, int, float]
"""Acts later than so many seconds after a touch, until so many, and how they count."""


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """How long answers take: `share[i]` of all come within `i` steps of a quarter of an hour; the last is 1."""

    share: FloatArray

    def by(self, seconds: IntArray) -> FloatArray:
        """The share that has come after so many seconds; 0 before the touch."""
        place = np.clip(seconds // _STEP, -1, len(self.share) - 1)
        return np.where(place < 0, 0.0, self.share[np.maximum(place, 0)])

    def point(self, share: float) -> float:
        """The seconds by which such a share has come."""
        return float(np.searchsorted(self.share, share - 1e-12) * _STEP)

    @property
    def longest(self) -> int:
        """The seconds after which nothing comes."""
        return len(self.share) * _STEP


def delays(seconds: IntArray, *, longest: int) -> Delays:
    """The delays of known answers, those beyond `longest` seconds left out.

    Raises:
        ValueError: none is left.

    >>> delays(np.array([900, 1800, 90_000]), longest=86_400).point(0.5)
    900.0
    """
    kept = np.minimum(np.ceil(np.maximum(seconds[seconds <= longest], 1) / _STEP), longest // _STEP).astype(np.int64)
    if not len(kept):
        raise ValueError("no answer comes within the longest delay")
    return Delays(np.cumsum(np.bincount(kept, minlength=longest // _STEP + 1)) / len(kept))


@dataclass(frozen=True, slots=True)
class Design:
    """Which windows are set against which, and which two tell whether that is fair."""

    windows: tuple[Window, ...]
    check: tuple[Window, ...]


def before_and_after(window: int) -> Design:
    """The `window` seconds after a touch against those before it; checked by a week of acts 10 days away or further.

    >>> before_and_after(7 * DAY).windows
    ((0, 604800, 1.0), (-604801, -1, -1.0))
    """
    near = max(10 * DAY, window)
    far = near + WEEK
    return Design(((0, window, 1.0), (-window - 1, -1, -1.0)), ((near, far, 1.0), (-far - 1, -near - 1, -1.0)))


def early_and_late(curve: Delays) -> Design:
    """The 3 days after a touch against the same days one and two weeks on; more weeks where answers are slow.

    The weeks are as many as it takes for 80 % of answers to come. The same days of the week are compared.
    """
    weeks: int = max(1, math.ceil(curve.point(0.8) / WEEK))
    early, apart = EARLY * max(1, weeks // 2), weeks * WEEK
    late = [(at, at + early) for at in (apart, 2 * apart)]
    return Design(
        ((0, early, 1.0), (*late[0], -0.5), (*late[1], -0.5)),
        ((*late[0], 1.0), (*late[1], -1.0)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """Acts that touches bring, by kind.

    Attributes:
        extra: Acts a touch, by kind, shape (kinds,); may be below 0 by chance.
        covariance: Of these, robust to whatever happens within an account, shape (kinds, kinds).
        used: Touches whose windows were observed, by kind.
        crowded: Touches left out because their account has too many at a time.
        check: z of a difference where no touch is felt.
    """

    extra: FloatArray
    covariance: FloatArray
    used: IntArray
    crowded: int
    check: float

    def total(self, touches: IntArray | FloatArray) -> tuple[float, float]:
        """The acts that so many touches of each kind bring, and the standard error."""
        variance = float(touches @ self.covariance @ touches)
        return float(touches @ self.extra), float(np.sqrt(max(variance, 0.0)))


def brought(
    touches: Events, kind: IntArray, acts: Events, design: Design, curve: Delays, *, lasts: int, checked: BoolArray
) -> Brought:
    """Acts that touches of each kind bring.

    Method: the contrast of touch j has the mean sum_i theta(kind of i) f(t_i - t_j) over all touches i of its account,
    where f follows from the curve of delays and the windows; theta solves the equations of moments, one for each kind.
    The covariance is a sandwich over accounts (Liang and Zeger 1986, Biometrika 73).

    Args:
        touches: touches of every kind that may bring acts.
        kind: of each in their order, whole numbers from 0, shape (touches,).
        acts: what buyers did.
        design: the windows.
        curve: how long answers take.
        lasts: seconds from `begins` until when all is observed.
        checked: which kinds the check is made with, by kind.

    Raises:
        ValueError: a kind has no touch whose windows were observed, or kinds cannot be told apart.
    """
    sums = _Sums(touches, curve, design)
    kinds, account = len(checked), touches.account
    anchor = sums.observed(design.windows, lasts)
    used = np.bincount(kind[anchor], minlength=kinds)
    if not used.all():
        raise ValueError("a kind of touch has none that was observed for long enough")
    felt, matrix = _Felt(curve, design.windows), np.zeros((kinds, kinds))
    for one, other, later in sums.pairs():
        taken = anchor[one]
        code = kind[one[taken]] * kinds + kind[other[taken]]
        matrix += np.bincount(code, felt(later[taken]), kinds * kinds).reshape(kinds, kinds)
    seen = contrast(touches, acts, design.windows)
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError as error:
        raise ValueError("kinds of touch always come together") from error
    extra = inverse @ np.bincount(kind[anchor], seen[anchor], kinds)
    left = seen - sums.explained(felt, extra[kind])
    accounts = int(account[-1]) + 1
    scores = np.bincount(account[anchor] * kinds + kind[anchor], left[anchor], accounts * kinds)
    scores = scores.reshape(accounts, kinds)
    covariance = inverse @ (scores.T @ scores) @ inverse.T
    far = contrast(touches, acts, design.check) - sums.explained(_Felt(curve, design.check), extra[kind])
    chosen = sums.observed(design.check, lasts) & checked[kind]
    by_account = np.bincount(account[chosen], far[chosen], accounts)
    spread = float(np.sqrt((by_account**2).sum()))
    check = float(by_account.sum()) / spread if spread else 0.0
    return Brought(extra, covariance, used, int((~sums.kept).sum()), check)


def contrast(touches: Events, acts: Events, windows: Sequence[Window]) -> FloatArray:
    """Of each touch the acts in its windows, each as it counts."""
    found = np.zeros(len(touches.place))
    for after, until, weight in windows:
        found += weight * within(touches, acts, after, until)
    return found


class _Felt:
    """How much of a touch's answers falls into the windows of another, by how many seconds the first is later."""

    def __init__(self, curve: Delays, windows: Sequence[Window]) -> None:
        self._least = -curve.longest + min(after for after, _, _ in windows)
        later = np.arange(self._least, max(until for _, until, _ in windows) + _STEP, _STEP)
        table = np.zeros(len(later))
        for after, until, weight in windows:
            table += weight * (curve.by(until - later) - curve.by(after - later))
        self._table = table

    def __call__(self, later: IntArray) -> FloatArray:
        place = (later - self._least) // _STEP
        inside = (place >= 0) & (place < len(self._table))
        return np.where(inside, self._table[np.where(inside, place, 0)], 0.0)


class _Sums:
    """The pairs of touches of one account that are felt in one another's windows."""

    def __init__(self, touches: Events, curve: Delays, design: Design) -> None:
        windows = (*design.windows, *design.check)
        self._touches = touches
        self._before = curve.longest - min(after for after, _, _ in windows)
        self._ahead = max(until for _, until, _ in windows)
        around = within(touches, touches, -self._before, self._ahead)
        account = touches.account
        crowded = np.zeros(int(account.max(initial=-1)) + 1, np.bool_)
        crowded[account[around > MOST_NEIGHBOURS]] = True
        self.kept: BoolArray = ~crowded[account]

    def observed(self, windows: Sequence[Window], lasts: int) -> BoolArray:
        """Which touches have all of these windows in the time that is observed, and are not crowded."""
        seconds = self._touches.seconds
        first, last = min(after for after, _, _ in windows), max(until for _, until, _ in windows)
        found: BoolArray = (seconds + min(first, 0) >= -1) & (seconds + last <= lasts) & self.kept
        return found

    def pairs(self) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
        """Places of two touches and by how many seconds the second is later; each is paired with itself, too.

        One shift of the whole column at a time, so no more pairs are made than there are.
        """
        place, number = self._touches.place[self.kept], np.flatnonzero(self.kept)
        yield number, number, np.zeros(len(number), np.int64)
        for sign, furthest in ((1, self._ahead), (-1, self._before)):
            left, step = np.arange(len(place)), 0
            while len(left):
                step += sign
                left = left[(left + step >= 0) & (left + step < len(place))]
                later = place[left + step] - place[left]
                near = np.abs(later) < furthest
                left, later = left[near], later[near]
                if len(left):
                    yield number[left], number[left + step], later

    def explained(self, felt: _Felt, extra: FloatArray) -> FloatArray:
        """What all touches around each bring into its windows, `extra` acts by the touch."""
        found = np.zeros(len(extra))
        for one, other, later in self.pairs():
            found += np.bincount(one, felt(later) * extra[other], len(found))
        return found
