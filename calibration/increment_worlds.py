"""Made-up accounts in which it is known what every touch brought: the settings S0 to S5 of the increment's tables.

Each account is touched and acts by itself at constant rates; a touch brings an act with a probability of its kind,
after a log-normal time. On top of that, by setting: accounts of lasting heat (S1), hot episodes (S2), reps who answer
what buyers do (S3), all of it (S4), reps who touch a company the moment it becomes hot (S5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from answerback.stats.arrays import BoolArray, FloatArray, IntArray

DAY = 86_400
DAYS = 182
WARM_DAYS = 60
BRINGS = (0.060, 0.153)
"""Acts that a touch brings, by kind: a mail, a call."""
_CALLS = 0.4
_LAG_MEDIAN, _LAG_SPREAD = 1.3, 1.0
_LONGEST_LAG = 30.0


@dataclass(frozen=True)
class Setting:
    """What a world is like."""

    accounts: int = 400
    touch_rate: float = 0.12
    act_rate: float = 0.024
    heat: float = 0.0
    """Spread of the logarithm of an account's lasting heat."""
    episodes: float = 0.0
    """Hot episodes an account in 182 days."""
    answers: float = 0.0
    """Share of acts that a rep answers."""
    answer_brings: float = 0.25
    pounce: float = 0.0
    """Share of episodes at whose onset a rep touches at once, three times in the first days."""
    recall: float = 1.0
    """Share of touches that answer an act and are known to."""
    people: int = 1
    """Persons an account, each touched and acting apart from the others."""
    bursts: bool = False
    """Touches come in runs of three, two days apart."""


SETTINGS = {
    "S0 clean": Setting(),
    "S1 hot accounts": Setting(heat=0.8),
    "S2 hot episodes": Setting(episodes=1.5),
    "S3 reps answer": Setting(answers=0.5),
    "S4 all of it": Setting(heat=0.8, episodes=1.5, answers=0.5),
    "S5 pouncing": Setting(episodes=1.5, pounce=0.8),
}
_HOT_DAYS = (14.0, 28.0)
_HOT_TIMES = 5.0
_TOUCHED_TIMES = 3.0


@dataclass(frozen=True, eq=False)
class World:
    """What happened; times in whole seconds from the first day told."""

    touch_account: IntArray
    touch_at: IntArray
    touch_kind: IntArray
    """0 mail, 1 call, 2 an answer to an act that is known as one."""
    act_account: IntArray
    act_at: IntArray
    caused: BoolArray
    """By a touch that nothing called for, or by an answer to an act that such a touch brought."""
    brought: BoolArray
    """By any touch, answers to acts that came by themselves included."""
    delay: IntArray
    """Seconds that the acts which touches brought took."""
    proactive: IntArray
    """Touches that nothing called for, told."""

    @property
    def share(self) -> float:
        """Of all acts, those that would not have come without proactive touches."""
        return float(self.caused.mean())

    @property
    def share_of_any(self) -> float:
        """Of all acts, those that would not have come without touches of any kind."""
        return float(self.brought.mean())


def world(setting: Setting, rng: Generator) -> World:
    """One world."""
    accounts, whole = setting.accounts * setting.people, float(DAYS + WARM_DAYS)
    heat = np.exp(rng.normal(-(setting.heat**2) / 2, setting.heat, accounts)) if setting.heat else np.ones(accounts)
    hot_account, hot_from, hot_to = _episodes(setting, accounts, whole, rng)
    touch = _spread(setting.touch_rate * heat**0.7 / (3 if setting.bursts else 1), whole, rng)
    if setting.bursts:
        account, at = touch
        touch = np.tile(account, 3), np.concatenate([at + 2.0 * number for number in range(3)])
    act = _spread(setting.act_rate * heat, whole, rng)
    touch, act = (
        _more(each, rate, times, (hot_account, hot_from, hot_to), rng)
        for each, rate, times in (
            (touch, setting.touch_rate * heat**0.7, _TOUCHED_TIMES if not setting.pounce else 1.0),
            (act, setting.act_rate * heat, _HOT_TIMES),
        )
    )
    if setting.pounce:
        lucky = rng.random(len(hot_account)) < setting.pounce
        for number in range(3):
            at = hot_from[lucky] + number * 2.0 + rng.random(int(lucky.sum()))
            touch = np.concatenate([touch[0], hot_account[lucky]]), np.concatenate([touch[1], at])
    kind = (rng.random(len(touch[0])) < _CALLS).astype(np.int64)
    return _told(setting, touch, kind, act, rng)


Points = tuple[IntArray, FloatArray]


def _spread(rate: FloatArray, whole: float, rng: Generator) -> Points:
    count = rng.poisson(rate * whole)
    account = np.repeat(np.arange(len(rate)), count)
    return account, rng.random(len(account)) * whole


def _episodes(setting: Setting, accounts: int, whole: float, rng: Generator) -> tuple[IntArray, FloatArray, FloatArray]:
    account, start = _spread(np.full(accounts, setting.episodes / DAYS), whole, rng)
    return account, start, start + rng.uniform(*_HOT_DAYS, len(start))


def _more(
    points: Points, rate: FloatArray, times: float, hot: tuple[IntArray, FloatArray, FloatArray], rng: Generator
) -> Points:
    """Those of hot episodes besides: the rate times so much."""
    account, begins, ends = hot
    count = rng.poisson(rate[account] * (times - 1) * (ends - begins))
    at = np.repeat(begins, count) + rng.random(int(count.sum())) * np.repeat(ends - begins, count)
    return np.concatenate([points[0], np.repeat(account, count)]), np.concatenate([points[1], at])


def _told(setting: Setting, touch: Points, kind: IntArray, act: Points, rng: Generator) -> World:
    """Touches bring acts, acts are answered, answers bring acts; then what happened in the days told."""
    touches, own = [(*touch, kind)], np.zeros(len(act[0]), bool)
    acts = [(*act, own, own)]
    fresh = (*touch, np.array(BRINGS)[kind], np.ones(len(kind), bool))
    unanswered, lags = (*act, own), []
    for generation in range(6):
        brings = rng.random(len(fresh[0])) < fresh[2]
        lag = np.minimum(_LAG_MEDIAN * np.exp(_LAG_SPREAD * rng.normal(size=int(brings.sum()))), _LONGEST_LAG)
        brought = (fresh[0][brings], fresh[1][brings] + lag, fresh[3][brings])
        acts.append((*brought, np.ones(len(lag), bool)))
        lags.append(lag)
        if not setting.answers:
            break
        asked = brought if generation else tuple(map(np.concatenate, zip(unanswered, brought, strict=True)))
        seen = rng.random(len(asked[0])) < setting.answers
        at = asked[1][seen] + rng.exponential(0.5, int(seen.sum()))
        known = rng.random(len(at)) < setting.recall
        touches.append((asked[0][seen], at, np.where(known, 2, 0)))
        fresh = asked[0][seen], at, np.full(len(at), setting.answer_brings), asked[2][seen]
    delay = (np.concatenate(lags) * DAY).astype(np.int64)
    account, at, kinds = map(np.concatenate, zip(*touches, strict=True))
    act_account, act_at, caused, by_any = map(np.concatenate, zip(*acts, strict=True))
    told, act_told = _within(at), _within(act_at)
    seconds, act_seconds = (((each - WARM_DAYS) * DAY).astype(np.int64) for each in (at, act_at))
    return World(
        account[told] // setting.people,
        seconds[told],
        kinds[told],
        act_account[act_told] // setting.people,
        act_seconds[act_told],
        caused[act_told],
        by_any[act_told],
        delay,
        np.flatnonzero(kinds[told] < 2),
    )


def _within(at: FloatArray) -> BoolArray:
    return (at >= WARM_DAYS) & (at < WARM_DAYS + DAYS)


def larger(setting: Setting, accounts: int) -> Setting:
    """The same world with more accounts."""
    return replace(setting, accounts=accounts)
