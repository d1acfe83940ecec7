"""How late changes are seen, how often there are false alarms, and what each thing that is not known costs.

The comparator of the first tables is the binomial CUSUM that knows both rates, sees the same answers come in, and has
its threshold set so that false alarms are as frequent as ours were measured to be. Nobody can use it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator, default_rng

from answerback.simulate.answering import answering
from answerback.stats.alarms import ALARM, SURE, alarm_level, e_bh, posterior, set_fdr
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.detect import FALLS, WATCH, Direction, changed_rate, expected_rate, settle, weights
from answerback.stats.settled_weeks import SettledWeeks
from answerback.stats.shared_shift import shared_shift
from answerback.stats.special import logistic, normal_quantile
from answerback.stats.usual_rate import DRIFT, UsualRate
from calibration.detect_worlds import (
    AFTER,
    QUIET,
    Found,
    Learning,
    Watching,
    at_rate,
    betas,
    ours,
    run,
    theirs,
)
from calibration.tables import Table

CHANGES = ((0.10, 0.03), (0.50, 0.35), (0.20, 0.10))
EFFORTS = 20
FALL = 0.3
"""The change of the odds where baselines are estimated."""
QUARTERS = (-1.15, -0.32, 0.32, 1.15)
"""The middles of the quarters of a normal distribution."""
H = np.arange(1.6, 6.6, 0.35)


def known_rates(streams: int) -> list[Table]:
    """Table 1 (all answers in) and table 4 (answers coming), rates known."""
    published = {
        (0, 104): ("4.0 (4.4)", "4.0 (4.3)", "4.0 (4.4)"),
        (0, 1040): ("7.0 (7.9)", "6.0 (6.3)", "7.0 (7.6)"),
    }
    cusums = {104: ("4.0 (4.5)", "3.0 (3.9)", "4.0 (4.3)"), 1040: ("7.0 (7.4)", "5.0 (6.1)", "7.0 (7.3)")}
    published[0, 104] = ("4.0 (4.4)", "3.0 (3.7)", "4.0 (4.4)")
    levels = np.geomspace(25.0, 1300.0, 9)
    rows: list[list[str]] = []
    found = {}
    for number, (before, after) in enumerate(CHANGES):
        p, q = np.full(streams, before), np.full(streams, after)
        at_once = answering(EFFORTS, 0.0)
        watches = [ours(at_once, p, levels), theirs(at_once, p, q, H)]
        found[number] = run(at_once, p, q, watches, default_rng(10 + number))
    for weeks in (104, 1040):
        for name, which, said in (("ours", 0, published[0, weeks]), ("CUSUM tuned to the truth", 1, cusums[weeks])):
            cells = [
                f"{at_rate(found[n][which], weeks, np.median):.1f}"
                f" ({at_rate(found[n][which], weeks, np.mean):.1f}); {said[n]}"
                for n in range(3)
            ]
            rows.append([f"{name}, one false alarm in {weeks} weeks", *cells])
    header = ["weeks until seen: median (mean); expected", ".10 to .03", ".50 to .35", ".20 to .10"]
    note = f"{streams:,} streams of 20 efforts a week, rates known, all answers in at the end of the week."
    return [Table("known rates", header, rows, note)]


def coming_in(streams: int) -> Table:
    """Table 4: answers still coming, rates known; curves known, estimated, and wrong."""
    expected = ("147; 5 (5.6)", "223; 5 (5.4)", "171; 5 (5.7)")
    rows = [["curve known", *[""] * 3], ["estimated from 300 answers, as it is"], ["estimated, to the careful side"]]
    rows += [["answers half again as slow, not noticed"]]
    slow = ("112", "79", "110")
    level = np.array([WATCH])
    for number, (before, after) in enumerate(CHANGES):
        p, q = np.full(streams, before), np.full(streams, after)
        truth = answering(EFFORTS, 2.0)
        rng = default_rng(20 + number)
        error = np.sqrt(truth.share_in * (1.0 - truth.share_in) / 300.0)
        side = normal_quantile(0.75)
        careful = [np.clip(truth.share_in + error * (z - side), 0, 1) for z in QUARTERS]
        plain = [np.clip(truth.share_in + error * z, 0, 1) for z in QUARTERS]
        one = run(truth, p, q, [ours(truth, p, level)], rng)[0]
        figures = [_figures(one, 0)]
        for curves in (plain, careful):
            parts = run(truth, p, q, [ours(truth, p, level, each) for each in curves], rng)
            rate = float(np.mean([1.0 / each.between[0] for each in parts]))
            figures.append(f"{1 / rate:.0f}; {np.mean([each.delays.mean() for each in parts]):.1f}")
        late = answering(EFFORTS, 3.0)
        believed = np.ones_like(late.share_in)
        believed[: truth.share_in.shape[0]] = truth.share_in
        figures.append(
            f"{run(late, p, q, [ours(late, p, level, believed)], rng)[0].between[0]:.0f}; expected {slow[number]}"
        )
        rows[0][number + 1] = f"{figures[0]}; expected {expected[number]}"
        for row, figure in zip(rows[1:], figures[1:], strict=True):
            row.append(figure)
    header = ["weeks between false alarms (promised: 104); weeks until seen", ".10 to .03", ".50 to .35", ".20 to .10"]
    note = f"{streams:,} streams of 20 efforts a week, half of the answers after 2 days. Estimated: four curves whose"
    return Table("answers coming in", header, rows, note + " error stands for that of 300 answers.")


def _figures(found: Found, at: int) -> str:
    delays = found.delays[at]
    return f"{found.between[at]:.0f}; {np.median(delays):.0f} ({delays.mean():.1f})"


def estimated(teams: int) -> list[Table]:
    """Table 3, and the budget: baselines estimated, against the comparator that sees the same answers come in."""
    rng = default_rng(30)
    expected = {
        40: {"own rate": ".41; 9.6", "peers' mean": ".44; 5.0", "25 % quantile": ".20; 8.5"},
        160: {"own rate": ".35; 5.5", "peers' mean": ".37; 4.9", "25 % quantile": ".17; 6.2"},
        400: {"own rate": ".30; 5.1", "peers' mean": ".31; 4.9", "25 % quantile": ".16; 5.7"},
    }
    rows, budget = [], []
    for baseline, names in expected.items():
        rate = rng.beta(4, 16, (teams, 40))
        seen = rng.binomial(baseline, rate)
        used = {name: _used(name, seen, baseline) for name in names}
        p = np.clip(rate.ravel(), 0.005, 0.995)
        q = changed_rate(p, [FALL])[..., 0]
        at_once = answering(EFFORTS, 0.0)
        a, b = betas(seen, float(baseline))
        level = np.array([WATCH])
        watches: list[Watching | Learning] = [ours(at_once, of.ravel(), level) for of in used.values()]
        watches.append(Learning(at_once, a, b, level))
        told = {**names, "averaged, learning (ours)": ""}
        for name, found in zip(told, run(at_once, p, q, watches, rng, quiet=52), strict=True):
            first = _first_year(p, used[name].ravel() if name in used else (a, b), rng)
            rows.append([f"{baseline}", name, f"{first:.2f}; {found.delays.mean():.1f}", told[name]])
        truth = answering(EFFORTS, 2.0)
        limit = {400: "1.15", 160: "1.3", 40: "reported"}[baseline]
        for quiet in (13, QUIET):
            mine: list[Watching | Learning] = [
                Learning(truth, a, b, level),
                ours(truth, used["25 % quantile"].ravel(), level),
            ]
            *got, tuned = run(truth, p, q, [*mine, theirs(truth, p, q, H)], rng, quiet=quiet)
            figures = []
            for each in got:
                late, best = float(each.delays.mean()), at_rate(tuned, float(each.between[0]), np.mean)
                figures.append(f"{each.between[0]:.0f}; {late:.2f}; {best:.2f}; {late / best:.2f}")
            budget.append([f"{baseline}", f"{quiet}", *figures, limit])
    said_of = "false alarm in a year; mean weeks until seen"
    header = ["baseline efforts", "what counts as unchanged", said_of, "expected"]
    note = f"{teams} teams of 40, rates drawn from Beta(4,16), 20 efforts a week, all answers in; odds fall to .3."
    columns = [
        "baseline efforts",
        "weeks before the change",
        "ours: weeks between false alarms; mean delay; CUSUM's; ratio",
        "25 % quantile: the same",
        "ratio at most",
    ]
    said = "The same teams, half of the answers after 2 days. The CUSUM knows both rates and has as many false alarms."
    return [Table("estimated baselines", header, rows, note), Table("budget", columns, budget, said)]


def _used(name: str, seen: IntArray, baseline: int) -> FloatArray:
    if name == "own rate":
        return np.clip(seen / baseline, 0.005, 0.995)
    exposure = np.full(seen.shape[1], float(baseline))
    if name == "peers' mean":
        from answerback.stats.rate import shrunk_rates

        return np.array([shrunk_rates(each, exposure).rate for each in seen])
    return np.array([expected_rate(each, exposure, direction=Direction.FALL) for each in seen])


def _first_year(p: FloatArray, used: FloatArray | tuple[FloatArray, FloatArray], rng: Generator) -> float:
    """The share with a false alarm within a year, from the start; ours if Betas are given."""
    if isinstance(used, tuple):
        ever, watch = np.zeros(p.size, bool), _falls(UsualRate.beta(*used))
        for _ in range(52):
            ever |= watch.week(rng.binomial(EFFORTS, p), EFFORTS)[Direction.FALL] >= WATCH
        return float(ever.mean())
    state, alarmed = np.zeros((p.size, len(FALLS))), np.zeros(p.size, bool)
    weight = weights(used, direction=Direction.FALL)
    for _ in range(52):
        s = rng.binomial(EFFORTS, p)[:, None]
        state = settle(state, s * weight.answered + (EFFORTS - s) * weight.unanswered)
        alarmed |= state.mean(axis=1) >= WATCH
    return float(alarmed.mean())


def many(streams: int) -> Table:
    """Table 5: many streams, each tenth of which drops once; rates known, and estimated from 160 efforts."""
    rows = []
    names = {
        "R at 104": ("0.83", "4.5"),
        "R at 10,400": ("0.034", "10.0"),
        "each posterior at .9 (ours)": ("0.046", "9.8"),
        "set FDR 10 %": ("0.085", "9.0"),
        "e-BH 10 % (strict)": ("0.001", "13.8"),
    }
    results = {kind: _many(streams, kind=kind, names=tuple(names)) for kind in ("known", "quantile", "averaged")}
    for name, said in names.items():
        cells = []
        for kind in results:
            alarms, false, found, delay = results[kind][name]
            wrong = false / alarms if alarms else 0.0
            cells.append(f"{wrong:.3f}; {found:.3f}; {delay:.1f}")
        rows.append([name, *cells, f"{said[0]}; {said[1]}"])
    header = [
        "listed",
        "rates known: share wrong; found; mean weeks",
        "25 % quantile of 160 efforts, kept",
        "averaged over 160 efforts, learning (ours)",
        "expected (known): wrong; weeks",
    ]
    note = f"{streams:,} streams, 104 weeks, 20 a week; a tenth drops once, to odds times .2 to .5; hazard 1/1,040."
    return Table("many streams", header, rows, note)


def _many(streams: int, *, kind: str, names: tuple[str, ...]) -> dict[str, tuple[int, int, float, float]]:
    rng = default_rng(50 if kind == "known" else 51)
    p = np.clip(rng.beta(4, 16, streams), 0.01, 0.9)
    used = p
    seen = rng.binomial(0 if kind == "known" else 160, p).reshape(-1, 40)
    if kind == "quantile":
        used = np.array([expected_rate(each, np.full(40, 160.0), direction=Direction.FALL) for each in seen]).ravel()
    drops = rng.random(streams) < 0.1
    begins = np.where(drops, rng.integers(0, 104, streams), 10**6)
    factor = rng.uniform(0.2, 0.5, streams)
    q = factor * p / (1.0 - p + factor * p)
    weight = weights(used, direction=Direction.FALL)
    hazard = 1.0 / 1040.0
    state = {name: np.zeros((streams, len(FALLS))) for name in names}
    averaged = {name: _falls(UsualRate.beta(*betas(seen, 160.0))) for name in names} if kind == "averaged" else {}
    since = {name: np.zeros(streams) for name in names}
    delays = {name: np.full(streams, np.nan) for name in names}
    alarms, false = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for week in range(104):
        moved = rng.binomial(EFFORTS, np.where(week >= begins, q, p)).astype(float)
        s = moved[:, None]
        ratio = s * weight.answered + (EFFORTS - s) * weight.unanswered
        for name in names:
            active = np.isnan(delays[name])
            since[name] += 1
            if averaged:
                r = averaged[name].week(moved, EFFORTS)[Direction.FALL] * active
            else:
                state[name] = settle(state[name], ratio)
                r = state[name].mean(axis=1) * active
            listed = _listed(name, r, since[name], active, hazard)
            real = listed & (begins <= week)
            alarms[name] += int(listed.sum())
            false[name] += int((listed & ~real).sum())
            delays[name][real] = (week + 1 - begins)[real]
            state[name][listed], since[name][listed] = 0.0, 0.0
            if averaged:
                averaged[name].begin_anew(listed)
    able = drops & (begins < 104 - 26)
    return {
        name: (
            alarms[name],
            false[name],
            float(np.mean(~np.isnan(delays[name][able]))),
            float(np.nanmean(delays[name][able])),
        )
        for name in names
    }


def _listed(name: str, r: FloatArray, weeks: FloatArray, active: BoolArray, hazard: float) -> BoolArray:
    if name.startswith("R at"):
        return np.asarray(r >= (ALARM if "10,400" in name else WATCH))
    if name.startswith("each"):
        return np.asarray(posterior(r, hazard) >= SURE)
    if name.startswith("set"):
        return set_fdr(posterior(r, hazard), ~active)
    return e_bh(r, weeks)


_ALLOWED = {
    "learning, 2.5 % in four weeks allowed for (ours)": DRIFT,
    "learning, 4 % allowed for": 0.04,
    "learning, no drift allowed for": 0.0,
    "quantile, set anew": None,
}


def renewed(streams: int) -> Table:
    """What the product does, against a careful quantile set anew every fourth week, where rates drift and do not."""
    rows = []
    for drift in (0.0, 0.02, 0.04):
        for efforts in (20, 8):
            for name, allowed in _ALLOWED.items():
                if allowed is None and (efforts == 8 or drift == 0.02):
                    continue  # Half a minute each, and no news.
                alarms, false, found, delay = _renewed(streams, efforts, allowed=allowed, drift=drift)
                wrong = false / max(alarms, 1)
                cells = [f"{alarms}", f"{wrong:.3f}", f"{found:.2f}", f"{delay:.1f}"]
                rows.append([f"{drift:.2f}", f"{efforts}", name, *cells])
    header = [
        "drift a week",
        "efforts a week",
        "what was usual",
        "alarms",
        "share wrong",
        "found",
        "mean weeks until seen",
    ]
    note = f"{streams:,} streams over 104 weeks after 26, a tenth drops once to odds times .2 to .5; posterior .9."
    note += " Drift: log odds of each. An alarm without a drop counts as wrong, although a drift is a change."
    return Table("renewed baselines", header, rows, note)


def _renewed(streams: int, efforts: int, *, allowed: float | None, drift: float) -> tuple[int, int, float, float]:
    rng = default_rng(70 + efforts)
    base, gap, weeks = 20, 6, 104
    p = np.clip(rng.beta(4, 16, streams), 0.01, 0.9)
    begins = np.where(rng.random(streams) < 0.1, rng.integers(0, weeks, streams), 10**6)
    fall = np.log(rng.uniform(0.2, 0.5, streams))
    week = np.arange(-base - gap, weeks)[:, None]
    walk = np.cumsum(drift * rng.standard_normal((week.size, streams)), axis=0)
    odds = np.log(p / (1.0 - p)) + walk - walk[base + gap] + np.where(week >= begins, fall, 0.0)
    seen = rng.binomial(efforts, logistic(odds)).astype(float)
    state, delays = np.zeros((streams, len(FALLS))), np.full(streams, np.nan)
    alarms = false = 0
    exposure = np.full(40, float(base * efforts))
    weight = weights(p, direction=Direction.FALL)
    usual = UsualRate.beta(*betas(seen[: base + gap].sum(axis=0).reshape(-1, 40), float((base + gap) * efforts)))
    watch = _falls(usual, allowed or 0.0)
    for now in range(weeks):
        if now % 4 == 0 and allowed is None:
            total = seen[now : now + base].sum(axis=0).reshape(-1, 40)
            used = [expected_rate(each, exposure, direction=Direction.FALL) for each in total]
            weight = weights(np.concatenate(used), direction=Direction.FALL)
        s = seen[now + base + gap][:, None]
        if allowed is None:
            state = settle(state, s * weight.answered + (efforts - s) * weight.unanswered)
            r = state.mean(axis=1)
        else:
            r = watch.week(s[:, 0], efforts)[Direction.FALL]
        listed = (r >= alarm_level(1.0 / 1040.0)) & np.isnan(delays)
        real = listed & (begins <= now)
        alarms += int(listed.sum())
        false += int((listed & ~real).sum())
        delays[real] = (now + 1 - begins)[real]
        state[listed] = 0.0
        watch.begin_anew(listed)
    able = begins < weeks - 26
    return alarms, false, float(np.mean(~np.isnan(delays[able]))), float(np.nanmean(delays[able]))


def together(teams: int) -> Table:
    """What teams share, and answers that come in pairs: false alarms with and without the shift of the others."""
    rows = []
    for name, holiday, pairs in (
        ("nothing in common", 1.0, 1),
        ("every 13th week and the one after: odds times .5 for all", 0.5, 1),
        ("each buyer's two contacts answer alike", 1.0, 2),
        ("each buyer's four contacts answer alike", 1.0, 4),
    ):
        cells = []
        for shared in (False, True):
            between, delay = _team(teams, holiday=holiday, pairs=pairs, shared=shared)
            cells.append(f"{between:.0f}; {delay:.1f}")
        rows.append([name, *cells])
    header = [
        "",
        "own past alone: weeks between false alarms; weeks until seen",
        "what the others share taken off (ours)",
    ]
    note = (
        f"{teams} teams of 30 at 20 %, 20 efforts a week, rate known, answers in, level 104; one of the team falls to "
        "odds times .3 at the end. Promised: 104."
    )
    return Table("together", header, rows, note)


def _team(teams: int, *, holiday: float, pairs: int, shared: bool) -> tuple[float, float]:
    rng = default_rng([60, round(holiday * 10), pairs])
    size, p, alarms = teams * 30, 0.2, 0
    group = np.repeat(np.arange(teams), 30)
    state = np.zeros((size, len(FALLS)))
    falls = np.arange(size) % 30 == 0
    delays = np.full(size, float(AFTER + 1))
    for week in range(QUIET + AFTER):
        odds = (holiday if week % 13 < 2 else 1.0) * np.where(falls & (week >= QUIET), FALL, 1.0)
        rate = odds * p / (1.0 - p + odds * p)
        s = pairs * rng.binomial(EFFORTS // pairs, rate).astype(float)
        mean, spread = np.full(size, EFFORTS * p), np.full(size, EFFORTS * p * (1.0 - p))
        shift = np.minimum(shared_shift(s, mean, spread, group), 0.0) if shared else np.zeros(size)
        used = logistic(np.log(p / (1.0 - p)) + shift)
        weight = weights(used, direction=Direction.FALL)
        state = settle(state, s[:, None] * weight.answered + (EFFORTS - s)[:, None] * weight.unanswered)
        alarmed = state.mean(axis=1) >= WATCH
        alarms += int(alarmed.sum()) if week < QUIET else 0
        first = alarmed & falls & (week >= QUIET) & (delays > AFTER)
        delays[first] = week - QUIET + 1
        state[alarmed] = 0.0
    return size * QUIET / max(alarms, 1), float(delays[falls].mean())


def _falls(usual: UsualRate, drift: float = DRIFT) -> SettledWeeks:
    """The product's evidence of falls where all answers are in at the end of the week."""
    return SettledWeeks(usual, directions=(Direction.FALL,), drift=drift)


PARTS: dict[str, Callable[[bool], list[Table]]] = {
    "known": lambda quick: known_rates(400 if quick else 2_000),
    "coming": lambda quick: [coming_in(200 if quick else 1_000)],
    "estimated": lambda quick: estimated(5 if quick else 20),
    "many": lambda quick: [many(1_000 if quick else 10_000)],
    "renewed": lambda quick: [renewed(200 if quick else 2_000)],
    "together": lambda quick: [together(5 if quick else 30)],
}
"""What `--part` can name."""


def measure(*, quick: bool) -> list[Table]:
    """All tables; the quick ones have a tenth of the streams."""
    return [table for part in PARTS.values() for table in part(quick)]
