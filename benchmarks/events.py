"""A made-up year of selling, of any size: who did what toward whom and when, each fact a function of a number.

Effort number 12 is the same effort whether a hundred or a hundred million are asked for, one by one or in slices:
nothing has to be held to know what an answer answers. Numbers follow time, as an export does. Number `efforts` is the
first effort after the year, so that further days can be had, one at a time. The same size and seed give the same facts.

Four of five events are efforts. One account has one of a hundred events; the others differ twentyfold. One day has one
of a hundred events too: a million of a hundred million. Three of five efforts are mails with an id, a fifth has a
thread; half the answers to mails name the mail, a quarter of all answers only a thread, and the rest nothing. Answers
come after a day and a half in the middle, some after half a year; now and then a buyer moves unasked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Ints = NDArray[np.int64]
Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]

DAY = 86_400
START = 1_735_689_600
"""2025-01-01, in seconds since 1970."""
DAYS = 365
BUSY_DAY = 200
BUSY_SHARE = 0.01
HUB = 0
HUB_SHARE = 0.01
KINDS = ("email", "call", "meeting", "proposal")
KIND_SHARES = (0.6, 0.25, 0.1, 0.05)
MAIL, CALL, MEETING, OFFER = range(4)
ACTS = ("replied", "answered_call", "accepted_meeting", "returned_offer", "declined", "inquired")
REPLIED, ANSWERED, ACCEPTED, RETURNED, DECLINED, INQUIRED = range(6)
MEDIAN_LAG_DAYS, LAG_SPREAD, LONGEST_LAG_DAYS = 1.5, 1.3, 200
LATE = 1 << 36
"""Efforts that arrive long after they were made have numbers from here on."""


@dataclass(frozen=True, slots=True)
class Efforts:
    """Some efforts, column by column; each of shape (n,)."""

    number: Ints
    account: Ints
    contact: Ints
    deal: Ints
    """-1: none."""
    rep: Ints
    at: Ints
    """Seconds since 1970."""
    kind: Ints
    """Index into KINDS."""
    thread: Ints
    """Its thread, whether it says so or not."""


@dataclass(frozen=True, slots=True)
class Acts:
    """Some buyer actions, column by column; each of shape (n,)."""

    number: Ints
    parent: Ints
    """The effort that it answers; -1: none."""
    toward: Efforts
    """That effort, or else one of the same company."""
    at: Ints
    kind: Ints
    """Index into ACTS."""


@dataclass(frozen=True)
class World:
    """All facts of a year with so many events, and of the days after it."""

    events: int
    seed: int = 1

    @property
    def efforts(self) -> int:
        """Efforts of the year."""
        return self.events * 4 // 5

    @property
    def acts(self) -> int:
        """Buyer actions of the year."""
        return self.events - self.efforts

    @property
    def accounts(self) -> int:
        """Companies, the hub among them."""
        return max(100, self.events // 50)

    @property
    def contacts(self) -> int:
        """Three people each; after them many more at the hub."""
        return self.accounts * 3 + self._hub_contacts

    @property
    def deals(self) -> int:
        """Two each; after them many more with the hub."""
        return self.accounts * 2 + self._hub_deals

    @property
    def sellers(self) -> int:
        """Reps who do anything. One more does nothing."""
        return max(20, self.events // 10_000)

    @property
    def _hub_contacts(self) -> int:
        return max(3, self.events // 2_000)

    @property
    def _hub_deals(self) -> int:
        return max(2, self.events // 5_000)

    def some_efforts(self, number: Ints, at: Ints | None = None) -> Efforts:
        """The efforts of these numbers, at their own time unless said."""
        at = self.time_of(number, self.efforts, "effort") if at is None else at
        chance, within = self.chance("account", number), self.dice("within", number)
        account = np.where(chance < HUB_SHARE, HUB, self._account((chance - HUB_SHARE) / (1 - HUB_SHARE)))
        hub = account == HUB
        contact = np.where(hub, self.accounts * 3 + within % self._hub_contacts, account * 3 + within % 3)
        bargain = np.where(hub, self.accounts * 2 + within % self._hub_deals, account * 2 + within % 2)
        kind = np.searchsorted(np.cumsum(KIND_SHARES)[:-1], self.chance("kind", number), side="right")
        return Efforts(
            number=number,
            account=account,
            contact=contact,
            deal=np.where(self.chance("deal", number) < 0.7, bargain, -1),
            rep=np.where(hub, within % 20, account % self.sellers),
            at=at,
            kind=kind.astype(np.int64),
            thread=contact * 32 + (at - START) // (30 * DAY),
        )

    def some_acts(self, number: Ints) -> Acts:
        """The buyer actions of these numbers."""
        at = self.time_of(number, self.acts, "act")
        lag = np.exp(np.log(MEDIAN_LAG_DAYS) + LAG_SPREAD * ndtri(self.chance("lag", number))) * DAY
        parent = self.latest_effort(at - np.minimum(lag, LONGEST_LAG_DAYS * DAY))
        parent = np.where(self.chance("asked", number) < 0.02, -1, parent)
        toward = self.some_efforts(np.where(parent < 0, self.efforts + number, parent))
        usual = np.select([toward.kind == CALL, toward.kind == MEETING, toward.kind == OFFER], [1, 2, 3], REPLIED)
        kind = np.where(self.chance("did", number) < 0.08, DECLINED, usual)
        return Acts(number, parent, toward, at, np.where(parent < 0, INQUIRED, kind))

    def time_of(self, number: Ints, of: int, what: str) -> Ints:
        """When it was: whole seconds, rising with the number."""
        share = (number + self.chance(what, number)) / of
        return np.interp(share, self._shares, self._days).astype(np.int64)

    def latest_effort(self, at: Floats | Ints) -> Ints:
        """An effort at or shortly before these times; -1 before the first."""
        share = np.interp(at, self._days, self._shares)
        found: Ints = np.floor(share * self.efforts).astype(np.int64) - 1
        return found

    def shares(self, days: Sequence[int]) -> Floats:
        """Which share of the year's events came before these days."""
        return np.array([self._shares[day] for day in days])

    @cached_property
    def _days(self) -> Floats:
        """Midnights of two years, in seconds since 1970."""
        return np.asarray(START + DAY * np.arange(2 * DAYS + 1), np.float64)

    @cached_property
    def _shares(self) -> Floats:
        """By those midnights, the share of the year's events that came before. The second year has no busy day."""
        daily = np.full(2 * DAYS, (1 - BUSY_SHARE) / DAYS)
        daily[BUSY_DAY] += BUSY_SHARE
        return np.concatenate([[0.0], np.cumsum(daily)])

    def _account(self, chance: Floats) -> Ints:
        """An account that is not the hub; low numbers have up to twenty times as much as the middle."""
        return 1 + ((self.accounts - 1) * chance * (0.05 + 0.95 * chance)).astype(np.int64)

    def dice(self, what: str, number: Ints) -> Ints:
        """A number below 2**53 as good as random, the same for the same fact."""
        salt = mixed(np.array([self.seed * 1_000_003 + int.from_bytes(what.encode(), "little") % (1 << 40)]))
        return (mixed(number ^ salt).view(np.uint64) >> np.uint64(11)).astype(np.int64)

    def chance(self, what: str, number: Ints) -> Floats:
        """Above zero and below one, as good as random, the same for the same fact."""
        return (self.dice(what, number) + 0.5) * 2.0**-53


def mixed(number: Ints) -> Ints:
    """A bijection of 64-bit numbers that leaves no order (splitmix64)."""
    with np.errstate(over="ignore"):
        value = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (value ^ (value >> np.uint64(31))).view(np.int64)
