"""How often the tests of friction are right: the curve of answers by touch number, and harm after many touches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator, default_rng

from answerback.domain.refusals import CannotTell
from answerback.stats.harm import Harm, harm
from answerback.stats.touch_curve import Departure, TouchCounts, departure, touch_counts
from calibration.tables import Table

_EXPECTED = (0.106, 0.094, 0.075, 0.071, 0.064, 0.057, 0.052, 0.046, 0.045, 0.039)
_ALPHA, _BETA, _STOPS, _TOUCHES = 0.56, 4.7, 0.1, 10


def measure(*, quick: bool) -> list[Table]:
    """Three tables: the fall that nobody caused, the test of a departure, the test of harm."""
    return [_by_itself(), _departures(2 if quick else 16), _harms(20 if quick else 120)]


def runs(rng: Generator, size: int, *, ratio: float = 1.0, cold: float = 0.0, two_sorts: bool = False) -> TouchCounts:
    """Runs of touches of buyers who differ, stopped by the seller after one in ten touches."""
    chance = rng.beta(_ALPHA, _BETA, size) * (rng.random(size) >= cold)
    if two_sorts:
        chance = np.where(rng.random(size) < 0.3, 0.3, 0.03)
    length, answered, going = np.zeros(size, np.int64), np.zeros(size, bool), np.ones(size, bool)
    for touch in range(1, _TOUCHES + 1):
        length[going] = touch
        won = going & (rng.random(size) < chance * ratio ** max(0, touch - 3))
        answered |= won
        going &= ~won & (rng.random(size) >= _STOPS)
    return touch_counts(length, answered)


def _by_itself() -> Table:
    of = runs(default_rng(1), 400_000)
    curve = _ALPHA / (_ALPHA + _BETA + np.arange(_TOUCHES))
    return Table(
        "by-itself",
        ("touch", *map(str, range(1, _TOUCHES + 1))),
        (
            ("expected", *(f"{each:.3f}" for each in _EXPECTED)),
            ("the curve, alpha .56, beta 4.7", *(f"{each:.3f}" for each in curve)),
            ("drawn", *(f"{each:.3f}" for each in of.answered / of.at_risk)),
        ),
        "Nobody is pestered, and nobody becomes colder. 400,000 runs.",
    )


def _departures(sets: int) -> Table:
    worlds: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("buyers differ", {}, "0.08"),
        ("two sorts of buyers, 30 % and 3 %", {"two_sorts": True}, ""),
        ("40 % never answer", {"cold": 0.4}, ""),
        ("each touch after the third ×0.9", {"ratio": 0.9}, ""),
        ("each touch after the third ×0.8", {"ratio": 0.8}, "1.00, r 0.80"),
        ("×0.8, and 40 % never answer", {"ratio": 0.8, "cold": 0.4}, ""),
    )
    rows = []
    for number, (name, options, expected) in enumerate(worlds):
        rng = default_rng(100 + number)
        told = [_tested(rng, **options) for _ in range(sets)]
        flags = np.array([(each.statistic > 2.71, each.p_value <= 0.05, each.shown) for each in told])
        ratio = np.mean([each.departing.ratio for each in told])
        rows.append((name, expected, *(f"{each:.2f}" for each in flags.mean(axis=0)), f"{ratio:.2f}"))
    return Table(
        "departures",
        ("world", "expected (rule 2.71)", "rule 2.71", "by drawing", "shown: beyond cold leads, too", "mean r"),
        rows,
        f"Share of {sets} sets of 10,000 runs each; standard error at 0.05: {np.sqrt(0.05 * 0.95 / sets):.2f}.",
    )


def _tested(rng: Generator, **options: Any) -> Departure:
    told = departure(runs(rng, 10_000, **options), rng=rng, draws=99)
    if isinstance(told, CannotTell):
        raise TypeError(f"too few runs were drawn: {told}")
    return told


def harmed(
    rng: Generator, buyers: int, *, ratio: float, chased: float = 0.0
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Touches of buyers, up to eight each, half of them close upon another: per touch its buyer, number, pace, result.

    Buyers differ in how readily they forbid mail; with `chased` those who do so readily are touched closely more often.
    """
    readily = rng.gamma(1.0, 1.0, buyers)
    close = rng.random(buyers) < 0.5 + chased * (np.tanh(readily - 1.0) / 2.0)
    going = np.ones(buyers, bool)
    parts = []
    for place in range(1, 9):
        many = close & (place >= 4)
        won = rng.random(buyers) < 0.12
        hurt = ~won & (rng.random(buyers) < 0.004 * readily * np.where(many, ratio, 1.0))
        parts.append((np.flatnonzero(going), place, many[going], hurt[going]))
        going &= ~won & ~hurt & (rng.random(buyers) >= 0.1)
    buyer = np.concatenate([each[0] for each in parts])
    number = np.concatenate([np.full(len(each[0]), each[1]) for each in parts])
    told = {"number": number, "many": np.concatenate([each[2] for each in parts])}
    return told | {"hurt": np.concatenate([each[3] for each in parts])}, buyer


def compared(told: dict[str, np.ndarray], strata: np.ndarray) -> Harm | CannotTell:
    """The ratio over any strata."""
    size = int(strata.max()) + 1
    many, hurt = told["many"], told["hurt"]
    return harm(*(np.bincount(strata[each], minlength=size) for each in (many & hurt, many, ~many & hurt, ~many)))


def _harms(sets: int) -> Table:
    rows = []
    for name, ratio, chased in (
        ("no harm from many touches", 1.0, 0.0),
        ("no harm; who forbids readily is touched closely", 1.0, 0.8),
        ("many touches harm: ×3", 3.0, 0.0),
        ("many touches harm: ×6", 6.0, 0.0),
    ):
        rng = default_rng(7)
        like, own, ratios, inside = [], [], [], []
        for _ in range(sets):
            told, buyer = harmed(rng, 4000, ratio=ratio, chased=chased)
            ours = compared(told, np.searchsorted([2, 4], told["number"], side="right"))
            theirs = compared(told, buyer)
            if isinstance(ours, Harm):
                like.append(ours.p_value <= 0.05)
                ratios.append(ours.ratio)
                inside.append(ours.low <= ratio <= ours.high)
            own.append(isinstance(theirs, Harm) and theirs.p_value <= 0.05)
        median = f"{np.median(ratios):.1f}"
        rows.append((name, f"{np.mean(like):.2f}", median, f"{np.mean(inside):.2f}", f"{np.mean(own):.2f}"))
    return Table(
        "harm",
        ("world", "found, like touches", "median ratio", "interval holds it", "found, within one buyer"),
        rows,
        f"Share of {sets} sets of 4,000 buyers; standard error at 0.05: {np.sqrt(0.05 * 0.95 / sets):.3f}."
        " Within one buyer the last touch is the one that harmed and the one with most before it: that test finds harm"
        " where there is none.",
    )
