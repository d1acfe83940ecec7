"""How often the answers of lift are right: the tables of docs/methods/lift.md.

Forty reps, 20 touches a week, 12 weeks before and 6 after; true rates drawn from Beta(4, 16), and each week's around
them. Who is coached is chosen by the rate of the four weeks before, so that all that follows from that choice is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng

from answerback.stats.ancova import Lift, ancova
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.lottery import Drawn, drawn_lots
from answerback.stats.prior import peer_prior
from answerback.stats.rebound import dispersion_of, own_change
from answerback.stats.sequences import peeking_factor, rate_sequence
from answerback.stats.special import logistic, student_quantile
from answerback.stats.staggered import NEVER, Rollout, rollout
from answerback.stats.switchback import Switched, switchback, switched
from calibration.lift_trials import two_ways
from calibration.tables import Table

REPS, A_WEEK, EARLIER, RECENT, POST = 40, 20, 8, 4, 6
COACHED = 8
WOBBLE = 0.35
"""By how much a week's rate moves around a rep's own: the standard deviation in log odds."""
LIFTED = 0.066


@dataclass(frozen=True)
class Setting:
    """Who is coached, what it does, and what else happens."""

    name: str
    lottery: bool = False
    effect: float = 0.0
    dips: bool = False


SETTINGS = (
    Setting("worst 20 % coached"),
    Setting("half of the worst 40 %, by lot", lottery=True),
    Setting("worst 20 %, true +.066", effect=LIFTED),
    Setting("lasting dips and a rising market, worst 20 %", dips=True),
)
EXPECTED = {
    "before (4 weeks) and after": ("+.032/.63/.37", "+.023/.82/.18", "+.032/.79/.99", "+.072/.11/.89"),
    "before (12 weeks) and after": ("+.011/.91/.08", "+.007/.93/.05", "+.011/.95/.98", "+.048/.35/.65"),
    "the same, drawn toward the mean": ("+.002/.95/.02", "+.001/.94/.02", "+.002/.97/.93", "+.040/.51/.49"),
    "before without the 4 weeks, and after": ("-.001/.95/.02", "-.001/.95/.02", "-.000/.96/.90", "+.036/.63/.37"),
    "against all others (4 weeks)": ("+.040/.64/.36", "+.029/.83/.17", "+.041/.76/.98", "+.026/.89/.11"),
    "against all others, without the 4 weeks": ("-.001/.97/.01", "-.001/.96/.02", "-.001/.97/.81", "-.019/.91/.00"),
    "matched on the 4 weeks' rate": ("-.020/.73/.03", "-.004/.88/.03", "-.015/.83/.35", "-.023/.74/.03"),
    "matched on the drawn rate": ("-.008/.86/.03", "-.003/.90/.03", "-.005/.90/.59", "-.016/.84/.02"),
    "**ANCOVA, recent and earlier, HC3**": ("+.002/.96/.02", "-.000/.95/.02", "+.002/.97/.69", "-.003/.96/.02"),
    "**lot and ANCOVA**": ("-.001/.96/.02", "-.000/.98/.01", "+.011/.96/.29", "-.002/.97/.01"),
}


@dataclass(frozen=True)
class Teams:
    """Many teams: rates seen by rep, shape (teams, reps), and who was coached."""

    earlier: FloatArray
    recent: FloatArray
    post: FloatArray
    coached: BoolArray
    pool: BoolArray
    """The worst 40 %, among whom lots are drawn."""


@dataclass(frozen=True)
class Answer:
    """One method on many teams: estimate, and 95 % interval, shape (teams,)."""

    effect: FloatArray
    low: FloatArray
    high: FloatArray


def teams_of(setting: Setting, teams: int, rng: Generator, reps: int = REPS) -> Teams:
    """Teams under a setting."""
    weeks = EARLIER + RECENT + POST
    own = rng.beta(4, 16, (teams, reps, 1))
    odds = np.log(own / (1 - own)) + rng.normal(0.0, WOBBLE, (teams, reps, weeks))
    if setting.dips:
        begins, lasts = rng.integers(0, EARLIER + RECENT, (teams, reps, 1)), rng.integers(4, 13, (teams, reps, 1))
        week = np.arange(weeks)
        dipped = (rng.random((teams, reps, 1)) < 0.4) & (week >= begins) & (week < begins + lasts)
        odds = odds + np.log(0.5) * dipped + 0.25 * (week >= EARLIER + RECENT)
    rate = logistic(odds)
    hits = rng.binomial(A_WEEK, rate[..., : EARLIER + RECENT])
    earlier = hits[..., :EARLIER].sum(axis=2) / (A_WEEK * EARLIER)
    recent = hits[..., EARLIER:].sum(axis=2) / (A_WEEK * RECENT)
    order = np.argsort(np.argsort(recent + rng.random(recent.shape) * 1e-6, axis=1), axis=1)
    pool = order < 2 * COACHED * reps // REPS
    coached = order < COACHED * reps // REPS
    if setting.lottery:
        lot = np.where(pool, rng.random(recent.shape), 2.0)
        coached = np.argsort(np.argsort(lot, axis=1), axis=1) < COACHED * reps // REPS
    after = np.clip(rate[..., EARLIER + RECENT :] + setting.effect * coached[..., None], 0, 1)
    post = rng.binomial(A_WEEK, after).sum(axis=2) / (A_WEEK * POST)
    return Teams(earlier, recent, post, coached, pool)


def _one_sample(values: FloatArray) -> Answer:
    """The mean of each row with its t interval; nan is nobody."""
    n = (~np.isnan(values)).sum(axis=1)
    mean, error = np.nanmean(values, axis=1), np.nanstd(values, axis=1, ddof=1) / np.sqrt(n)
    half = student_quantile(n - 1, 0.975) * error
    return Answer(mean, mean - half, mean + half)


def _against(teams: Teams, change: FloatArray) -> Answer:
    """The coached less all others, Welch."""
    sides = [np.where(side, change, np.nan) for side in (teams.coached, ~teams.coached)]
    n = [(~np.isnan(side)).sum(axis=1) for side in sides]
    part = [np.nanvar(side, axis=1, ddof=1) / k for side, k in zip(sides, n, strict=True)]
    df = (part[0] + part[1]) ** 2 / (part[0] ** 2 / (n[0] - 1) + part[1] ** 2 / (n[1] - 1))
    mean = np.nanmean(sides[0], axis=1) - np.nanmean(sides[1], axis=1)
    half = student_quantile(df, 0.975) * np.sqrt(part[0] + part[1])
    return Answer(mean, mean - half, mean + half)


def _matched(teams: Teams, by: FloatArray) -> Answer:
    """Each coached rep less the other one with the nearest rate."""
    apart = np.abs(by[:, :, None] - by[:, None, :]) + np.where(teams.coached, np.inf, 0.0)[:, None, :]
    nearest = np.take_along_axis(teams.post, np.argmin(apart, axis=2), axis=1)
    return _one_sample(np.where(teams.coached, teams.post - nearest, np.nan))


def _drawn(teams: Teams) -> FloatArray:
    """The 12 weeks' rate drawn toward the team's mean, by moments."""
    whole, n = _whole(teams), A_WEEK * (EARLIER + RECENT)
    mean = whole.mean(axis=1, keepdims=True)
    noise = mean * (1 - mean) / n
    between = np.maximum(whole.var(axis=1, ddof=1, keepdims=True) - noise, 1e-9)
    return np.asarray(mean + (whole - mean) * between / (between + noise))


def _whole(teams: Teams) -> FloatArray:
    return (teams.earlier * EARLIER + teams.recent * RECENT) / (EARLIER + RECENT)


def _ancova(teams: Teams) -> Answer:
    found = [
        ancova(post=y, treated=t, recent=r, earlier=e)
        for y, t, r, e in zip(teams.post, teams.coached, teams.recent, teams.earlier, strict=True)
    ]
    return _answers([each.effect if isinstance(each, Lift) else None for each in found])


def _lots(teams: Teams) -> Answer:
    found = [
        drawn_lots(post=y[p], now=t[p], recent=r[p], earlier=e[p])
        for y, t, r, e, p in zip(teams.post, teams.coached, teams.recent, teams.earlier, teams.pool, strict=True)
    ]
    return _answers([each.effect if isinstance(each, Drawn) else None for each in found])


def _answers(found: list) -> Answer:  # type: ignore[type-arg]
    rows = np.array([(each.value, each.low, each.high) if each is not None else (np.nan,) * 3 for each in found])
    return Answer(*rows.T)


METHODS: dict[str, Callable[[Teams], Answer]] = {
    "before (4 weeks) and after": lambda t: _one_sample(np.where(t.coached, t.post - t.recent, np.nan)),
    "before (12 weeks) and after": lambda t: _one_sample(np.where(t.coached, t.post - _whole(t), np.nan)),
    "the same, drawn toward the mean": lambda t: _one_sample(np.where(t.coached, t.post - _drawn(t), np.nan)),
    "before without the 4 weeks, and after": lambda t: _one_sample(np.where(t.coached, t.post - t.earlier, np.nan)),
    "against all others (4 weeks)": lambda t: _against(t, t.post - t.recent),
    "against all others, without the 4 weeks": lambda t: _against(t, t.post - t.earlier),
    "matched on the 4 weeks' rate": lambda t: _matched(t, t.recent),
    "matched on the drawn rate": lambda t: _matched(t, _drawn(t)),
    "**ANCOVA, recent and earlier, HC3**": _ancova,
    "**lot and ANCOVA**": _lots,
}


def score(answer: Answer, truth: float) -> tuple[float, float, float]:
    """Bias, coverage, and how often a lift is claimed."""
    known = ~np.isnan(answer.effect)
    held = (answer.low <= truth) & (truth <= answer.high)
    claims = (answer.low[known] > 0.0).mean()
    return float(answer.effect[known].mean() - truth), float(held[known].mean()), float(claims)


def groups(teams: int, rng: Generator) -> Table:
    """The table of all methods."""
    made = [teams_of(setting, teams, rng) for setting in SETTINGS]
    rows = []
    for name, method in METHODS.items():
        cells = []
        for setting, team, expected in zip(SETTINGS, made, EXPECTED[name], strict=True):
            bias, held, claims = score(method(team), setting.effect)
            cells.append(f"{bias:+.3f}/{held:.2f}/{claims:.2f} ({expected})")
        rows.append((name, *cells))
    note = (
        f"{teams:,} teams; standard error of a share of .95 is {np.sqrt(0.95 * 0.05 / teams):.3f}. In brackets what was"
        " expected from an earlier simulation, whose dips and drift are not ours to the figure."
    )
    return Table("groups", ("bias / coverage / claims a lift", *(each.name for each in SETTINGS)), rows, note)


def several_starts(runs: int, rng: Generator) -> Table:
    """Of 30 reps the worst three are coached every eight weeks: pooled over starts."""
    rows = []
    for name, effect in (("no effect", 0.0), ("true +.05", 0.05)):
        held, claims, naive, bias = [], [], [], []
        for _ in range(runs):
            weeks, reps = 46, 30
            rate = np.repeat(rng.beta(4, 16, reps)[:, None], weeks, axis=1)
            parts = []
            seen = rng.binomial(A_WEEK, rate) / A_WEEK
            for number, week in enumerate(range(12, 40, 8)):
                recent = seen[:, week - 4 : week].mean(axis=1)
                worst = np.zeros(reps, dtype=bool)
                worst[np.argsort(recent + rng.random(reps) * 1e-6)[:3]] = True
                after = rng.binomial(A_WEEK * POST, np.clip(rate[:, 0] + effect * worst, 0, 1)) / (A_WEEK * POST)
                seen[:, week + 1 : week + 7] = after[:, None]
                before = seen[:, week - 12 : week - 4].mean(axis=1)
                parts.append((after, worst, recent, before, np.full(reps, number), np.arange(reps)))
            y, t, r, e, start, who = (np.concatenate(each) for each in zip(*parts, strict=True))
            said = ancova(post=y, treated=t, recent=r, earlier=e, start=start, person=who)
            if isinstance(said, Lift):
                held.append(said.effect.low <= effect <= said.effect.high)
                claims.append(said.effect.low > 0)
                bias.append(said.effect.value - effect)
                change = (y - r)[t]
                half = float(student_quantile(len(change) - 1, 0.975)) * change.std(ddof=1) / np.sqrt(len(change))
                naive.append(change.mean() - half > 0)
        rows.append(
            (name, f"{np.mean(bias):+.3f}", f"{np.mean(held):.3f}", f"{np.mean(claims):.3f}", f"{np.mean(naive):.3f}")
        )
    header = ("truth", "bias", "coverage", "claims a lift", "before (4 weeks) and after claims one")
    return Table("starts", header, rows, f"{runs:,} companies of 30 reps, four starts each.")


def single_reps(runs: int, rng: Generator) -> Table:
    """One rep: how often a rise is called more than a rebound."""
    rows = []
    kinds = (("the lowest of 40, nothing done", None), ("3 % to 30 %", (0.03, 0.30)), ("20 % to 33 %", (0.2, 0.33)))
    for wobble in (0.0, 0.15):
        for name, rates in kinds:
            sure, rebounds, rises = [], [], []
            for _ in range(runs):
                base = rng.beta(4, 16, REPS)
                odds = np.log(base / (1 - base))
                was, then = (logistic(odds + rng.normal(0, wobble, REPS)) for _ in range(2))
                if rates is not None:
                    was[0], then[0] = rates
                before, after = rng.binomial(80, was).astype(float), rng.binomial(120, then).astype(float)
                rep = int(np.argmin(before)) if rates is None else 0
                others = np.arange(REPS) != rep
                prior = peer_prior(before, np.full(REPS, 80.0))
                moved = after[others] / 120 - before[others] / 80
                left = [(each[others], np.full(REPS - 1, m)) for each, m in ((before, 80.0), (after, 120.0))]
                change = own_change(
                    (before[rep], 80.0),
                    (after[rep], 120.0),
                    prior=prior,
                    drift=float(moved.mean()),
                    drift_error=float(moved.std(ddof=1) / np.sqrt(len(moved))),
                    dispersion=dispersion_of(left[0], left[1], prior=prior),
                )
                sure.append(change.sure >= 0.975)
                rebounds.append(change.rebound)
                rises.append(change.rise)
            rows.append(
                (name, f"{wobble:g}", f"{np.mean(rises):+.3f}", f"{np.mean(rebounds):+.3f}", f"{np.mean(sure):.3f}")
            )
    header = ("rep", "wobble of skill (log odds)", "rise seen", "rebound expected", "called more than a rebound")
    return Table("alone", header, rows, f"{runs:,} teams of 40; 80 touches before, 120 after.")


def looks(runs: int, rng: Generator) -> Table:
    """Looking every week: how often some look is wrong."""
    setting = Setting("lot", lottery=True)
    wrong = np.zeros((2, runs), dtype=bool)
    width = []
    for run in range(runs):
        team = teams_of(setting, 1, rng)
        pool, now = team.pool[0], team.coached[0]
        rate = np.clip((team.earlier[0] * 2 + team.recent[0]) / 3, 0.01, 0.99)
        hits = rng.binomial(A_WEEK, np.repeat(rate[:, None], POST, axis=1)).cumsum(axis=1)
        for week in range(1, POST + 1):
            before = {"recent": team.recent[0][pool], "earlier": team.earlier[0][pool]}
            said = drawn_lots(post=hits[pool, week - 1] / (A_WEEK * week), now=now[pool], **before)
            if isinstance(said, Drawn):
                effect = said.effect
                half = float(peeking_factor(week / POST, df=effect.df)) * effect.error
                wrong[0, run] |= not effect.low <= 0.0 <= effect.high
                wrong[1, run] |= abs(effect.value) > half
                if week == POST:
                    width.append(half / ((effect.high - effect.low) / 2))
    rows = [
        ("lot of 16 reps, 6 weekly looks", "usual interval at each look", f"{wrong[0].mean():.3f}", "1"),
        ("", "interval for every look", f"{wrong[1].mean():.3f}", f"{np.mean(width):.2f}"),
    ]
    trials, n = 2_000, np.arange(1, 2_001)
    for p in (0.03, 0.2):
        s = (rng.random((runs, trials)) < p).cumsum(axis=1)
        interval = rate_sequence(s, n)
        missed = ((interval.low > p) | (interval.high < p)).any(axis=1).mean()
        error = np.sqrt(np.maximum(s / n * (1 - s / n), 1e-12) / n)
        often = (np.abs(s / n - p) > 1.96 * error)[:, 50:].any(axis=1).mean()
        rows.append(
            (f"one rate of {p:.0%}, a look at each of 2,000 touches", "Wald from the 50th on", f"{often:.3f}", "1")
        )
        wide = float(((interval.high - interval.low)[:, -1] / (2 * 1.96 * error[:, -1])).mean())
        rows.append(("", "interval for every look", f"{missed:.3f}", f"{wide:.2f}"))
    return Table(
        "looks",
        ("looked at", "by", "some look leaves out the truth", "width at the end"),
        rows,
        f"{runs:,} runs; promised is .050 at most over all looks together.",
    )


def routines(runs: int, rng: Generator) -> Table:
    """Switched by week and team: what carry-over does."""
    teams, weeks, effect = 10, 24, 0.06
    found: dict[str, list[tuple[float, bool, bool]]] = {}
    for _ in range(runs):
        on = switched(teams, weeks, 2, rng)
        share = np.stack([np.roll(on, back, axis=1) if back else on for back in range(3)]).astype(float)
        for back in (1, 2):
            share[back, :, :back] = on[:, :1]
        felt = np.tensordot([0.3, 0.4, 0.3], share, axes=1)
        season = rng.normal(0, 0.01, weeks)
        rate = rng.normal(0.0, 0.01, (teams, 1)) + season + effect * felt + rng.normal(0, 0.04, (teams, weeks))
        naive = np.array([rate[t][on[t]].mean() - rate[t][~on[t]].mean() if 0 < on[t].sum() < weeks else np.nan
                          for t in range(teams)])  # fmt: skip
        naive = naive[~np.isnan(naive)]
        half = float(student_quantile(len(naive) - 1, 0.975)) * naive.std(ddof=1) / np.sqrt(len(naive))
        entry = (float(naive.mean()), bool(abs(naive.mean() - effect) <= half), bool(naive.mean() > half))
        found.setdefault("all weeks, on against off", []).append(entry)
        said = switchback(rate, on, carry_over=2, draws=1)
        if isinstance(said, Switched):
            each = said.effect
            found.setdefault("weeks after two alike (carry-over 2)", []).append(
                (each.value, each.low <= effect <= each.high, each.low > 0)
            )
    rows = [
        (name, f"{np.mean([e[0] for e in each]) - effect:+.3f}", f"{np.mean([e[1] for e in each]):.3f}",
         f"{np.mean([e[2] for e in each]):.3f}")
        for name, each in found.items()
    ]  # fmt: skip
    note = f"{runs:,} runs: 10 teams, 24 weeks, a true effect of +.06; 30 % show at once, the rest within two weeks."
    return Table("routines", ("counted", "bias", "coverage", "claims a lift"), rows, note)


def rollouts(runs: int, rng: Generator) -> Table:
    """Starts one after the other, few starters."""
    rows = []
    for starters in (4, 12):
        for name, effect, picked in (("order of no meaning", 0.05, False), ("the lowest first", 0.0, True)):
            by_error, by_draw, bias, claims = [], [], [], []
            for _ in range(runs):
                reps, periods = 30, 8
                true = rng.beta(4, 16, reps)
                seen = rng.binomial(60, np.repeat(true[:, None], periods, axis=1)) / 60
                starts = np.full(reps, NEVER)
                if picked:
                    half = starters // 2
                    starts[np.argsort(seen[:, 2])[:half]] = 3
                    rest = np.flatnonzero(starts == NEVER)
                    starts[rest[np.argsort(seen[rest, 4])[: starters - half]]] = 5
                else:
                    starts[:starters] = rng.permutation(np.arange(starters)) % 2 * 2 + 3
                seen = seen + effect * (np.arange(periods) >= starts[:, None])
                said = rollout(seen, starts, draws=99, seed=int(rng.integers(1 << 30)))
                if isinstance(said, Rollout):
                    by_error.append(abs(said.effect - effect) <= 1.96 * said.error)
                    by_draw.append(said.low <= effect <= said.high)
                    bias.append(said.effect - effect)
                    claims.append(said.low > 0)
            shares = (np.mean(each) for each in (by_error, by_draw, claims))
            cells = (f"{np.mean(bias):+.3f}", *(f"{each:.3f}" for each in shares))
            rows.append((f"{starters} of 30, {name}", *cells))
    header = ("who starts", "bias", "coverage by standard error", "coverage by redrawing", "claims a lift")
    return Table("rollouts", header, rows, f"{runs:,} runs; true effect +.05, and 0 where the lowest start first.")


def measure(*, quick: bool) -> list[Table]:
    """All tables of the page."""
    rng = default_rng(5)
    part = 15 if quick else 1
    return [
        groups(1_500 // part, rng),
        several_starts(1_000 // part, rng),
        single_reps(400 // part, rng),
        looks(600 // part, rng),
        routines(1_000 // part, rng),
        rollouts(300 // part, rng),
        two_ways(600 // part, default_rng(7)),
    ]
