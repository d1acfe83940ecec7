"""How near the increment comes to the truth, and how often its checks speak: tables of docs/methods/increment.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import default_rng

from answerback.analysis.increment.answer import Way
from answerback.analysis.increment.counted import Moments
from answerback.analysis.increment.estimate import Found, Looked, look
from answerback.domain.refusals import CannotTell
from answerback.stats.arrays import BoolArray, IntArray
from answerback.stats.crowding import before_and_after, brought, delays, early_and_late
from answerback.stats.event_study import DAY, Events, event_study, events, within
from answerback.stats.holdout import difference, lots
from answerback.stats.risk_time import after_touches
from calibration.increment_worlds import BRINGS, DAYS, SETTINGS, Setting, World, larger, world
from calibration.tables import Table

WINDOW = 7 * DAY
LASTS = DAYS * DAY
EXPECTED = {
    "S0 clean": ("+.006 / .95", "-.003 / .96"),
    "S1 hot accounts": ("-.006 / .98", "+.021 / .96"),
    "S2 hot episodes": ("+.011 / .98", "+.092 / .04"),
    "S3 reps answer": ("-.009 / .88", "-.101 / 0"),
    "S4 all of it": ("+.013 / .98", "+.057 / .60"),
    "S5 pouncing": ("+.28 / 0", ""),
    "S3, 80 % known": ("-.106 / .05", ""),
    "S4, 80 % known": ("-.085 / .48", ""),
}
"""Bias and coverage of the event study and of Mantel-Haenszel, as expected beforehand from another simulation."""
MORE = {
    "S3, 80 % known": replace(SETTINGS["S3 reps answer"], recall=0.8),
    "S4, 80 % known": replace(SETTINGS["S4 all of it"], recall=0.8),
    "touches in runs": Setting(bursts=True),
    "three people each": Setting(people=3, heat=0.8, touch_rate=0.05, act_rate=0.012),
}


@dataclass(frozen=True)
class Run:
    """One world's estimates as shares of all acts."""

    truth: float
    truth_any: float
    linked: float
    study: tuple[float, float]
    apart: tuple[float, float]
    late: tuple[float, float]
    ratio: float
    placebo: float
    pre_gain: float
    drift: float
    said: tuple[float, float, float] | None
    said_of_any: bool
    calls: tuple[float, float]
    """Acts a mail and a call bring, by the early and late days."""


def run(setting: Setting, seed: int) -> Run:
    """One world and what is found in it."""
    told = world(setting, default_rng(seed))
    order = np.lexsort((told.touch_at, told.touch_account))
    kind = told.touch_kind[order]
    touches = events(told.touch_account, told.touch_at, begins=0)
    acts = events(told.act_account, told.act_at, begins=0)
    first: BoolArray = kind < 2
    proactive = Events(touches.place[first], 0)
    curve, kinds, whole = delays(told.delay, longest=30 * DAY), int(kind.max()) + 1, len(acts.place)
    study = event_study(proactive, acts, window=WINDOW, lasts=LASTS)
    checked = np.array([True, True, False])[:kinds]
    late = brought(touches, kind, acts, early_and_late(curve), curve, lasts=LASTS, checked=checked)
    apart = brought(
        proactive, kind[first], acts, before_and_after(WINDOW), curve, lasts=LASTS, checked=np.ones(2, bool)
    )
    count = np.bincount(kind)
    ratio = after_touches(proactive, acts, window=WINDOW, stratum_days=28, lasts=LASTS)
    said, of_any = _said(told, kind[np.argsort(order, kind="stable")], count, whole)
    by_late, by_apart = late.total(count), apart.total(count[:2])
    return Run(
        told.share,
        told.share_of_any,
        float((within(acts, touches, -WINDOW - 1, -1) > 0).mean()),
        (study.lift * first.sum() / whole, study.error * first.sum() / whole),
        (by_apart[0] / whole, by_apart[1] / whole),
        (by_late[0] / whole, by_late[1] / whole),
        ratio.incremental / whole if ratio else 0.0,
        study.placebo,
        study.pre_gain,
        late.check,
        said,
        of_any,
        (float(late.extra[0]), float(late.extra[1])),
    )


def _said(told: World, kind: IntArray, count: IntArray, whole: int) -> tuple[tuple[float, float, float] | None, bool]:
    """What the product would say of the world: share, low and high; and whether it speaks of touches of any kind."""
    at = Moments(told.touch_account, told.touch_at, kind, told.act_account, told.act_at, 0, LASTS, 1)
    reactive = np.array([False, False, True])[: len(count)]
    found = look(at, told.delay[told.delay <= 14 * DAY], reactive, count)
    answer = found.found if isinstance(found, Looked) else found
    if isinstance(answer, CannotTell):
        return None, False
    value, low, high = answer.total
    return (value / whole, low / whole, high / whole), _speaks_of_any(answer)


def _speaks_of_any(answer: Found) -> bool:
    return answer.way is Way.EARLY_AND_LATE


def measure(*, quick: bool = False) -> list[Table]:
    """The tables."""
    runs, many = (3, 1) if quick else (30, 6)
    settings = {**SETTINGS, **MORE}
    small = {name: [run(each, 100 + seed) for seed in range(runs)] for name, each in settings.items()}
    large = {name: [run(larger(each, 2000), 900 + seed) for seed in range(many)] for name, each in settings.items()}
    return [
        _shares("shares", small, runs, 400),
        _shares("shares-2000", large, many, 2000),
        _checks("checks", small, large),
        _told("told", small, large),
        _credit(large),
        _holdout(quick=quick),
    ]


Runs = dict[str, list[Run]]


def _shares(name: str, found: Runs, runs: int, accounts: int) -> Table:
    rows = []
    for setting, each in found.items():
        expected = EXPECTED.get(setting, ("", ""))
        rows.append(
            (
                setting,
                f"{np.mean([run.truth for run in each]):.3f}",
                _bias([run.linked - run.truth for run in each]),
                _of(each, lambda run: (*run.study, run.truth)),
                expected[0] if accounts == 400 else "",
                _of(each, lambda run: (*run.apart, run.truth)),
                _of(each, lambda run: (*run.late, run.truth_any)),
                _bias([run.ratio - run.truth for run in each]),
                expected[1].split(" /")[0] if accounts == 400 else "",
            )
        )
    header = (
        "setting", "truth", "any touch within 7 d", "event study", "expected", "before and after, told apart",
        "early and late, told apart", "Mantel-Haenszel", "expected",
    )  # fmt: skip
    return Table(
        name,
        header,
        rows,
        f"Bias of the share of all acts / how often the 95 % interval holds the truth; {accounts:,} accounts, {DAYS} "
        f"days, {runs} worlds each, so coverage is uncertain by {1.96 * np.sqrt(0.95 * 0.05 / runs):.2f}. Early and "
        "late is held against the share of touches of any kind, answers included; all else against touches that nothing"
        " called for.",
    )


def _of(found: Sequence[Run], each: Callable[[Run], tuple[float, float, float]]) -> str:
    value, error, truth = np.array([each(run) for run in found]).T
    held = np.mean(np.abs(value - truth) <= 1.96 * error)
    return f"{np.mean(value - truth):+.3f} / {held:.2f}"


def _bias(values: Sequence[float]) -> str:
    return f"{np.mean(values):+.3f}"


def _checks(name: str, small: Runs, large: Runs) -> Table:
    rows = []
    for setting in small:
        cells = [setting]
        for found in (small[setting], large[setting]):
            cells += [
                _often([abs(run.placebo) > 2 for run in found]),
                _often([abs(run.drift) > 2 for run in found]),
                _often([abs(run.pre_gain) > 3 for run in found]),
            ]
        rows.append(tuple(cells))
    header = (
        "setting", "placebo, 400", "drift, 400", "pre-gain, 400", "placebo, 2,000", "drift, 2,000", "pre-gain, 2,000",
    )  # fmt: skip
    note = (
        "How often a check speaks. Expected of the placebo under pouncing: .57 at 400 accounts, 1.00 at 2,000; .05 to "
        ".10 where nothing is wrong. Expected of the pre-gain in hot episodes: 1.00."
    )
    return Table(name, header, rows, note)


def _often(values: Sequence[bool]) -> str:
    return f"{np.mean(values):.2f}"


def _told(name: str, small: Runs, large: Runs) -> Table:
    rows = []
    for setting in small:
        cells = [setting]
        for found in (small[setting], large[setting]):
            told = [(run.said, run.truth_any if run.said_of_any else run.truth) for run in found]
            said = [(each, truth) for each, truth in told if each is not None]
            over = [low > truth for (_, low, _), truth in said]
            inside = [low <= truth <= high for (_, low, high), truth in said]
            cells += [
                _often([run.said is None for run in found]),
                _often(inside) if said else "",
                _often(over) if said else "",
            ]
        rows.append(tuple(cells))
    header = (
        "setting", "cannot tell, 400", "holds the truth, 400", "claims too much, 400", "cannot tell, 2,000",
        "holds the truth, 2,000", "claims too much, 2,000",
    )  # fmt: skip
    note = (
        "What the product says in the end. It claims too much where the lower end of its interval is above the truth."
    )
    return Table(name, header, rows, note)


def _credit(found: Runs) -> Table:
    rows = []
    for setting in ("S0 clean", "S1 hot accounts", "S5 pouncing", "touches in runs"):
        mail, call = np.array([run.calls for run in found[setting]]).mean(axis=0)
        rows.append((setting, f"{mail:.3f}", f"{call:.3f}", f"{call / mail:.2f}"))
    note = (
        f"2,000 accounts. Truth: {BRINGS[0]:.3f} a mail, {BRINGS[1]:.3f} a call, 2.55 to 1. Last touch gives 1.50 to 1."
    )
    return Table("credit", ("setting", "a mail brings", "a call brings", "ratio"), rows, note)


def _holdout(*, quick: bool) -> Table:
    """A hold-out of one company in eight, in worlds where touching brings something, or nothing, and reps overrule."""
    rng, runs, rows = default_rng(7), 200 if quick else 2000, []
    for name, units, brings, overruled in (
        ("touching brings nothing", 1000, 0.0, 0.0),
        ("one act in ten companies", 1000, 0.1, 0.0),
        ("one act in ten companies", 3000, 0.1, 0.0),
        ("the same, a third overruled", 3000, 0.1, 0.33),
        ("the same, hot buyers overruled", 3000, 0.1, -1.0),
    ):
        hits, inside, seen, compliers = [], [], [], []
        for _ in range(runs):
            heat = rng.gamma(1.0, 0.3, units)
            held = lots(np.repeat(np.arange(20), -(-units // 20))[:units], 0.125, rng)
            chance = np.full(units, overruled) if overruled >= 0 else np.minimum(heat, 1.0)
            treated = ~held | (rng.random(units) < chance)
            acts = rng.poisson(heat + brings * treated).astype(float)
            found = difference(acts, held, treated, np.zeros(units, np.int64))
            if found is None or found.on_compliers is None:
                continue
            hits.append(found.value)
            seen.append(found.low > 0 or found.high < 0)
            inside.append(found.on_compliers[1] <= brings <= found.on_compliers[2])
            compliers.append(found.on_compliers[0])
        rows.append(
            (
                name,
                f"{units:,}",
                f"{np.mean(hits):+.3f}",
                f"{np.mean(compliers):+.3f}",
                f"{np.mean(inside):.3f}",
                f"{np.mean(seen):.2f}",
            )
        )
    header = ("world", "companies", "as the lots fell", "for those who did as the lot said", "its coverage", "seen")
    return Table("holdout", header, rows, f"One company in eight waits; acts a company; {runs:,} drawings each.")
