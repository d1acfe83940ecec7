"""What was usual before: each stream's rate and how well it is known, as of a given week.

The baseline of a week is the 26 weeks before it less the newest 6, so that a change that is about to be found is not
part of it; after an alarm it begins anew with the weeks that the alarm spoke of. It is set every fourth week, on a
fixed calendar.

The first baseline with 40 touches whose answers are due begins a stream's watch. It is drawn toward the same kind of
touch of the other reps, and taken for what it is, a distribution (`answerback.stats.usual_rate`): what is seen later is
learnt. Baselines set later say what is usual now, for all who do the same: by how much a whole kind of touch moved is
taken over into what counts as unchanged (`shared_move`).

For all touches of a rep together the kinds keep their own rates, and what is not known is the rep's common odds: a rep
who changes the mix of touches has not changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.due import Due, DueWeeks
from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, Floats, Lags
from answerback.analysis.peers import FEWEST_PEERS
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import LEAST_BASELINE
from answerback.stats.prior import PeerPrior, peer_prior
from answerback.stats.rate import drawn
from answerback.stats.usual_rate import UsualRate

BASELINE_WEEKS = 26
NEWEST_WEEKS = 6
ANCHOR_WEEKS = 4
"""A baseline is set in every week whose number is a multiple of this."""


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What is usual from one week on; arrays of streams.

    `mean` is the expected rate, resting on `answered` and `matured`; `peers` says whether those of others are in it.
    `usual` is what the log odds may be, by group: of a stream for itself its own; of a rep's touches together what all
    their log odds have in common beyond `mean`. NaN where the group's baseline is too short.
    """

    week: int
    lags: Lags
    mean: Floats
    answered: Floats
    matured: Floats
    peers: NDArray[np.bool_]
    usual: UsualRate


@dataclass(slots=True, eq=False)
class Since:
    """From which week each one's baseline may begin, and up to which week an alarm has already judged it."""

    begins: NDArray[np.int64]
    judged: NDArray[np.int64]

    @classmethod
    def never(cls, size: int) -> Since:
        """No alarm yet."""
        return cls(np.full(size, -(10**6)), np.full(size, -(10**6)))


@dataclass(slots=True, eq=False)
class Past:
    """Counts by week before the weeks in which baselines are set, and what peers say; each worked out once."""

    cells: Cells
    kinds: tuple[NDArray[np.int64], ...]
    """The streams of each kind of touch."""
    due: DueWeeks
    week: int = -1
    known: Due | None = None
    peers: dict[int, tuple[bytes, PeerPrior | None]] = field(default_factory=dict)
    """Of each kind: what they said when a baseline was last set, and of which counts."""

    @classmethod
    def of(cls, cells: Cells) -> Past:
        """Of all cells."""
        kinds: dict[tuple[str, int], list[int]] = {}
        for number, each in enumerate(cells.streams):
            kinds.setdefault((each.play, each.waiting_days), []).append(number)
        return cls(cells, tuple(np.array(members) for members in kinds.values()), DueWeeks.by_stream(cells))

    def lags(self, week: int) -> Lags:
        """Lag curves as one could know them at the start of a week."""
        return self.cells.lags(week * WEEK + FIRST_MONDAY)

    def before(self, week: int) -> Due:
        """The weeks before a week, as known at its start."""
        if self.known is None or self.week != week:
            self.week, self.known = week, self.due.known(week, self.lags(week), last=BASELINE_WEEKS)
        return self.known

    def _peers(self, kind: int, answered: Floats, matured: Floats) -> PeerPrior | None:
        """What the members of a kind say, if they are enough; both families ask the same where nobody began anew."""
        own = self.kinds[kind][matured[self.kinds[kind]] > 0.0]
        key = answered[own].tobytes() + matured[own].tobytes()
        if kind not in self.peers or self.peers[kind][0] != key:
            enough = own.size >= FEWEST_PEERS
            self.peers[kind] = (key, peer_prior(answered[own], matured[own]) if enough else None)
        return self.peers[kind][1]

    def drawn(
        self, answered: Floats, matured: Floats, wanted: NDArray[np.bool_]
    ) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
        """Mean, and Beta's a and b, of streams drawn toward the same kind of touch of others, and whether they were.

        Those that are not wanted are NaN.
        """
        mean, a, b = (np.full(matured.size, np.nan) for _ in range(3))
        by_peers = np.zeros(matured.size, np.bool_)
        for kind, members in enumerate(self.kinds):
            own = members[wanted[members]]
            if not own.size:
                continue
            peers = self._peers(kind, answered, matured)
            if peers is not None:
                mean[own], a[own], b[own] = drawn(answered[own], matured[own], peers)
                by_peers[own] = True
            else:
                a[own], b[own] = answered[own] + 0.5, matured[own] - answered[own] + 0.5
                mean[own] = a[own] / (matured[own] + 1.0)
        return np.clip(mean, 1e-6, 1.0 - 1e-6), a, b, by_peers


def baseline(
    past: Past,
    week: int,
    since: Since,
    group: NDArray[np.int64],
    groups: int,
    *,
    only: NDArray[np.bool_] | None = None,
) -> Baseline:
    """The baseline for a week and those after it, as it was known at its start.

    Args:
        past: the counts.
        week: its number.
        since: for each group, from when.
        group: of each stream, 0 to groups - 1: itself, or all streams of its rep.
        groups: how many there are. Where it is one a stream, each stands for itself.
        only: the streams that are asked for, whole groups; else all. The rates of others are NaN.
    """
    known = past.before(week)
    number = known.weeks[:, None]
    old = (number < week - NEWEST_WEEKS) | (number <= since.judged[group][None, :])
    counted = old & (number >= since.begins[group][None, :])
    answered, matured = (known.answered * counted).sum(axis=0), (known.matured * counted).sum(axis=0)
    answered = np.minimum(answered, matured)
    wanted = np.ones(matured.size, np.bool_) if only is None else only
    mean, a, b, peers = past.drawn(answered, matured, wanted)
    if groups == matured.size:
        usual = UsualRate.beta(np.where(wanted, a, 1.0), np.where(wanted, b, 1.0))
        usual.middle[~wanted | (matured < LEAST_BASELINE)] = np.nan
    else:
        usual = _together(mean, answered, matured, group, groups)
    return Baseline(week, past.lags(week), mean, answered, matured, peers, usual)


def _together(mean: Floats, answered: Floats, matured: Floats, group: NDArray[np.int64], groups: int) -> UsualRate:
    """What the log odds of each group's streams have in common beyond their means (one step of Newton's method)."""
    total = weighted_count(group, matured, groups)
    spread = weighted_count(group, matured * mean * (1.0 - mean), groups)
    beyond = weighted_count(group, answered - matured * mean, groups)
    known = (spread > 0.0) & (total >= LEAST_BASELINE)
    common = np.divide(beyond, spread, out=np.full(groups, np.nan), where=known)
    return UsualRate.normal(common, np.divide(1.0, np.sqrt(spread), out=np.ones(groups), where=known))


def shared_move(past: Past, before: Baseline, now: Baseline) -> Floats:
    """By how many log odds the usual rate of each kind of touch moved between two baselines, by stream.

    It is what the weekly shift of the others (`answerback.stats.shared_shift`) no longer shows once it has become
    usual. The median over those who have both baselines: neither a new colleague nor one who changed moves the others.
    0 where they are fewer than five.
    """
    found = np.zeros(now.mean.size)
    moved = np.log(now.mean / (1.0 - now.mean)) - np.log(before.mean / (1.0 - before.mean))
    both = (now.matured > 0.0) & (before.matured > 0.0) & ~np.isnan(moved)
    for members in past.kinds:
        own = moved[members[both[members]]]
        if own.size >= FEWEST_PEERS:
            found[members] = np.median(own)
    return found
