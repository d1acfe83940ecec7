"""Runs placebos: many data sets without an effect, how many of them show one, and whether that is what was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from answerback.analysis.placebo.dealing import READS, WAYS
from answerback.analysis.placebo.standin import StandIns
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.stats.special import binomial_share, gamma_share

FAILS_BELOW = 0.05
"""For all checks together: how likely a sound product fails by chance."""

OnStep = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an analysis says of one data set.

    `found`: findings; `looked`: at how many things it looked that could have been found (streams, reps, estimates), 0
    where it could look at none.
    """

    found: int
    looked: int


@dataclass(frozen=True, slots=True)
class Check:
    """One effect that must vanish.

    Attributes:
        name: What it is called.
        way: How the data are dealt (a name of `dealing.WAYS`).
        ask: What the analysis says of the data as they lie there.
        promised: Given what was looked at in a data set without an effect, the probability that it shows one
            nevertheless, at most; or how many are expected, where single findings are `counted`.
        counted: Findings are counted, not data sets: for what looks at very many things.
        one_in: It is asked of one in so many data sets, where that takes long.
    """

    name: str
    way: str
    ask: Callable[[Reader, Scope], Shown]
    promised: Callable[[Shown], float]
    counted: bool = False
    one_in: int = 1


@dataclass(frozen=True, slots=True)
class Vanished:
    """Whether an effect vanished.

    Attributes:
        check, way: What was asked, and how the data were dealt.
        true: What the data show as they are.
        draws: Data sets in which there was something to look at.
        shown: How many of these showed something; how many findings they showed together, where these are `counted`.
        promised: In which share of them that may happen; how many findings are expected, where these are `counted`.
        counted: What `shown` and `promised` are about.
        chance: How likely so many or more are, if the promise holds.
        vanishes: Whether chance explains it.
        could_tell: Whether enough data sets could be looked at for a failure to show at all.
    """

    check: str
    way: str
    true: Shown
    draws: int
    shown: int
    promised: float
    counted: bool
    chance: float
    vanishes: bool
    could_tell: bool


def run_checks(
    reader: Reader, scope: Scope, checks: Sequence[Check], *, draws: int, seed: int, on_step: OnStep
) -> tuple[Vanished, ...]:
    """Asks each check of the data as they are, and of `draws` data sets that were dealt in its way.

    The reader's relations are replaced meanwhile: it must not be used for anything else. Checks of one way are asked of
    the same data sets. The same seed deals in the same way.
    """
    there = [check for check in checks if READS[check.way] in reader.snapshot.relations]
    ways = {way: [check for check in there if check.way == way] for way in dict.fromkeys(each.way for each in there)}
    total, done, stand_ins = sum(1 + -(-draws // check.one_in) for check in there), 0, StandIns(reader)
    found = []
    for way, some in ways.items():
        answers: dict[str, list[Shown]] = {check.name: [] for check in some}
        for draw in range(-1, draws):
            turn = [check for check in some if draw % check.one_in == 0 or draw < 0]
            with _dealt(stand_ins, way, draw, seed):
                for check in turn:
                    on_step(check.name, done, total)
                    answers[check.name].append(check.ask(reader, scope))
                    done += 1
        found += [_judged(check, answers[check.name], len(there)) for check in some]
    return tuple(found)


@contextmanager
def _dealt(stand_ins: StandIns, way: str, draw: int, seed: int) -> Iterator[None]:
    """The data dealt once; as they are at the draw -1."""
    if draw < 0:
        yield
        return
    try:
        WAYS[way](stand_ins, np.random.default_rng([seed, list(WAYS).index(way), draw]))
        yield
    finally:
        stand_ins.restore()


def _judged(check: Check, answers: Sequence[Shown], checks: int) -> Vanished:
    true, *dealt = answers
    looked = [each for each in dealt if each.looked]
    promises = [check.promised(each) for each in looked]
    if check.counted:
        shown, promised = sum(each.found for each in looked), sum(promises)
        chance, least = _of_findings(shown, promised), 0.0
    else:
        shown, promised = sum(each.found > 0 for each in looked), max(promises, default=0.0)
        chance, least = _of_data_sets(shown, len(looked), promised), _of_data_sets(len(looked), len(looked), promised)
    level = FAILS_BELOW / checks
    return Vanished(
        check=check.name,
        way=check.way,
        true=true,
        draws=len(looked),
        shown=shown,
        promised=promised,
        counted=check.counted,
        chance=chance,
        vanishes=chance >= level,
        could_tell=bool(looked) and least < level,
    )


def _of_data_sets(shown: int, draws: int, promised: float) -> float:
    """How likely so many of all data sets show something, or more (binomial)."""
    return 1.0 - float(binomial_share(shown - 1, draws, promised)) if shown else 1.0


def _of_findings(shown: int, expected: float) -> float:
    """How likely so many findings are, or more (Poisson)."""
    return float(gamma_share(float(shown), expected)) if shown else 1.0
