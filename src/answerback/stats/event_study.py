"""How many more acts follow a touch than go before it: the symmetric event study, and the checks that it must pass.

Times are whole seconds; accounts are small whole numbers. Whether a touch came first or answers a buyer is the caller's
to know: touches that answer an act have it before them and must not be in here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray

DAY = 86_400
PLACEBO_DAYS = (10, 17)
"""Acts so long after a touch, less those so long before it: no touch is felt there, so any difference is no effect."""
PRE_DAYS = (3, 14, 7)
"""Acts of the last 3 days before a touch, against those of 14 to 7 days before it, by the day."""
_SPAN = 1 << 33
"""Seconds that an account's events may be apart, some 270 years."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events of accounts in order of account and time.

    Attributes:
        place: Account times a span plus seconds since `begins`; sorted, int64, shape (n,).
        begins: The instant from which seconds count.
    """

    place: IntArray
    begins: int

    @property
    def account(self) -> IntArray:
        """The account of each."""
        return self.place // _SPAN

    @property
    def seconds(self) -> IntArray:
        """Seconds since `begins` of each."""
        return self.place % _SPAN


def events(account: IntArray, at: IntArray, *, begins: int) -> Events:
    """Events sorted by account and time.

    Args:
        account: whole numbers from 0, shape (n,).
        at: instants in whole seconds, none before `begins`, shape (n,).
        begins: the first instant of all that is looked at.
    """
    return Events(np.sort(account.astype(np.int64) * _SPAN + (at.astype(np.int64) - begins)), begins)


def within(touches: Events, acts: Events, after: int, until: int) -> IntArray:
    """For each touch the acts later than `after` seconds from it and no later than `until`; on its own account.

    >>> touch = events(np.array([0]), np.array([100]), begins=0)
    >>> act = events(np.array([0, 0]), np.array([100, 160]), begins=0)
    >>> within(touch, act, 0, 60), within(touch, act, -1, 0)
    (array([1]), array([1]))
    """
    # Windows reach over the border of a span only where nothing lies: events keep away from it by far.
    upper = np.searchsorted(acts.place, _held(touches, until), side="right")
    return (upper - np.searchsorted(acts.place, _held(touches, after), side="right")).astype(np.int64)


def _held(touches: Events, shift: int) -> IntArray:
    """The places shifted in time, but never into a neighbouring account."""
    seconds = touches.seconds
    return touches.place - seconds + np.clip(seconds + shift, -1, _SPAN - 1)


@dataclass(frozen=True, slots=True)
class EventStudy:
    """More acts after a touch than before it.

    Attributes:
        lift: Acts a touch.
        error: Its standard error, clustered by account.
        touches: Touches with both windows observed.
        placebo: z of the same where there can be no effect (10 to 17 days away).
        pre_gain: z of the rise in acts in the days just before touches.
        overlap: The share of time of accounts with touches that lies within the window after some touch.
    """

    lift: float
    error: float
    touches: int
    placebo: float
    pre_gain: float
    overlap: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `lift`."""
        return self.lift - 1.96 * self.error, self.lift + 1.96 * self.error


def event_study(touches: Events, acts: Events, *, window: int, lasts: int, days_only: bool = False) -> EventStudy:
    """Acts in the `window` seconds after each touch less those in the same time before it, a touch.

    Only touches with both windows observed count. Acts at the very instant of a touch count on neither side; with
    `days_only` those of the same day neither, as the order within a day is unknown then.

    Method: symmetric event study with a standard error that is robust to whatever happens within an account (sum of
    squared account residuals; Liang and Zeger 1986, Biometrika 73). The difference removes whatever is as strong before
    as after: a hot account, a hot episode at any place in it. It does not remove touches that wait for heat to rise.

    Args:
        touches: touches that answer no act.
        acts: what buyers did.
        window: seconds.
        lasts: seconds from `begins` until when all is observed.
        days_only: times are known to the day.

    >>> touch = events(np.zeros(3, np.int64), np.array([40, 60, 80]) * DAY, begins=0)
    >>> act = events(np.zeros(2, np.int64), np.array([41, 79]) * DAY, begins=0)
    >>> event_study(touch, act, window=7 * DAY, lasts=120 * DAY).lift
    0.0
    """
    least = DAY if days_only else 1
    hits = within(touches, acts, least - 1, window) - within(touches, acts, -window - 1, -least)
    seconds, account = touches.seconds, touches.account
    known = (seconds >= window) & (seconds + window <= lasts)
    lift, error = clustered_mean(hits[known], account[known])
    near, far = (each * DAY for each in PLACEBO_DAYS)
    placebo = within(touches, acts, near, far) - within(touches, acts, -far - 1, -near - 1)
    known_far = (seconds >= far) & (seconds + far <= lasts)
    last, first, until = (each * DAY for each in PRE_DAYS)
    rise = within(touches, acts, -last - 1, -least) / last
    rise -= within(touches, acts, -first - 1, -until - 1) / (first - until)
    return EventStudy(
        lift,
        error,
        int(known.sum()),
        z_score(placebo[known_far], account[known_far]),
        z_score(rise[seconds >= first], account[seconds >= first]),
        overlap(touches, window=window, lasts=lasts),
    )


def clustered_mean(values: IntArray | FloatArray, account: IntArray) -> tuple[float, float]:
    """A mean and its standard error clustered by account; both 0 without values.

    >>> clustered_mean(np.array([1.0, 1.0, -1.0, -1.0]), np.array([0, 0, 1, 1]))
    (0.0, 0.7071067811865476)
    """
    if not len(values):
        return 0.0, 0.0
    mean = float(np.mean(values))
    total = np.bincount(account, values - mean)
    return mean, float(np.sqrt((total**2).sum()) / len(values))


def z_score(values: IntArray | FloatArray, account: IntArray) -> float:
    """The mean over its clustered standard error; 0 where nothing varies."""
    mean, error = clustered_mean(values, account)
    return mean / error if error else 0.0


def overlap(touches: Events, *, window: int, lasts: int) -> float:
    """Of the time of accounts with touches, the share that lies within `window` seconds after some touch.

    >>> overlap(events(np.zeros(1, np.int64), np.array([50]), begins=0), window=10, lasts=100)
    0.1
    """
    if not len(touches.place) or lasts <= 0:
        return 0.0
    seconds, account = touches.seconds, touches.account
    end = np.minimum(seconds + window, lasts)
    fresh: BoolArray = np.diff(account, prepend=-1) != 0
    # Windows are of one length, so the one before is the only one that reaches into the next.
    start = np.where(fresh, seconds, np.maximum(seconds, np.concatenate([[0], end[:-1]])))
    return float((end - start).sum() / (fresh.sum() * lasts))
