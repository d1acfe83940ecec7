"""How often patterns of one's own craft are right: the same ending again, strengths, ruts, grooves."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, default_rng

from answerback.analysis.craft.cells import Cells, Group, priors
from answerback.analysis.craft.endings import MOST_WRONG, how_sure
from answerback.analysis.craft.plays import WORTH, ruts, strengths
from answerback.domain.scope import Scope
from answerback.stats.groove import grooves
from answerback.stats.multiplicity import adjusted
from answerback.stats.same_ending import LAST, SAME
from calibration.tables import Table

_ALL = Scope("calibration", everybody=True)
_REPS = 30
_ENDINGS = np.array([0.33, 0.05, 0.28, 0.24, 0.10])
"""Won; lost at approach, discover, offer, close."""
_BASE = {("email", "a"): 0.13, ("call", "a"): 0.19, ("email", "b"): 0.28, ("call", "b"): 0.34}


def measure(*, quick: bool) -> list[Table]:
    """Three tables: repeats, strengths and ruts, grooves."""
    return [_repeats(4 if quick else 60), _plays(3 if quick else 30), _grooves(3 if quick else 40)]


def team_endings(rng: Generator, *, chains: int, spread: float, planted: float = 0.0) -> np.ndarray:
    """Ended chains per rep and ending. Reps differ (`spread`, log odds); the first loses `planted` at the offer."""
    log = np.log(_ENDINGS) + rng.normal(0, spread, (_REPS, len(_ENDINGS)))
    share = np.exp(log) / np.exp(log).sum(axis=1, keepdims=True)
    if planted:
        share[0] *= (1 - planted) / (1 - share[0, 3])
        share[0, 3] = planted
    return rng.multinomial(chains, share).astype(np.float64)


def _repeats(teams: int) -> Table:
    rows = []
    for name, chains, spread, planted, recorded in (
        ("calm, 40 chains each", 40, 0.0, 0.0, False),
        ("calm, reps differ (0.25)", 40, 0.25, 0.0, False),
        ("the same, causes recorded", 40, 0.25, 0.0, True),
        ("calm, 15 chains each", 15, 0.25, 0.0, False),
        ("one loses half at the offer, 40 chains", 40, 0.25, 0.5, False),
        ("the same, mostly to one cause, recorded", 40, 0.25, 0.5, True),
        ("one loses half at the offer, 15 chains", 15, 0.25, 0.5, False),
        ("the same, mostly to one cause, recorded", 15, 0.25, 0.5, True),
        ("one loses 60 % at the offer, 40 chains", 40, 0.25, 0.6, False),
    ):
        rng = default_rng(11)
        wrong = right = plain = 0
        for _ in range(teams):
            table = team_endings(rng, chains=chains, spread=spread, planted=planted)
            last = _last_five(rng, table)
            caused = _causes(rng, table, last, planted=planted > 0) if recorded else ()
            named = how_sure(table, last, np.arange(1, table.shape[1]), *caused)[0] <= MOST_WRONG
            right += bool(planted) and bool(named[0, 3])
            others = named.copy()
            if planted:
                others[0, 3] = False
            wrong += bool(others.any())
            plain += int((last[:, 1:] >= SAME).sum())
        found = f"{right / teams:.2f}" if planted else ""
        rows.append((name, f"{plain / teams:.1f}", f"{wrong / teams:.2f}", found))
    error = np.sqrt(0.05 * 0.95 / teams)
    return Table(
        "repeats",
        ("team of 30", "three of five alike, a team", "teams in which somebody is wrongly named", "planted one found"),
        rows,
        f"{teams} teams each; standard error at 0.05: {error:.3f}.",
    )


def _last_five(rng: Generator, table: np.ndarray) -> np.ndarray:
    drawn = [rng.multivariate_hypergeometric(row.astype(np.int64), LAST) for row in table]
    return np.stack(drawn)


def _causes(rng: Generator, table: np.ndarray, last: np.ndarray, *, planted: bool) -> tuple[np.ndarray, np.ndarray]:
    """Of the last five and of all, what stood in the way: recorded for two of three, one of five causes."""
    share = np.full((*table.shape, 6), [2 / 15] * 5 + [1 / 3])
    if planted:
        share[0, 3] = [0.6, *[1 / 60] * 4, 1 / 3]
    late, earlier = (rng.multinomial(each.astype(np.int64), share)[..., :5] for each in (last, table - last))
    return late.astype(np.float64), (late + earlier).astype(np.float64)


def team_cells(
    rng: Generator, *, spread: float, per_rep: int = 120, planted: bool = False, alike: bool = False
) -> tuple[Cells, np.ndarray]:
    """Touches by two channels at two steps, and the true rates. The planted rep mails on where calls work for all.

    Reps differ in skill by channel (`spread`, log odds) and in which channel they like. With `alike` both channels work
    equally well.
    """
    groups, truth, n = [], [], []
    taste = rng.normal(0, 0.5, _REPS)
    for (kind, step), base in _BASE.items():
        rate = 1 / (1 + np.exp(-(np.log(base / (1 - base)) + rng.normal(0, spread, _REPS))))
        if alike:
            rate[:] = 0.2
        share = 1 / (1 + np.exp(-(taste if kind == "email" else -taste)))
        touches = rng.poisson(per_rep * share)
        if planted and step == "a":
            rate[0] = 0.04 if kind == "email" else 0.2
            touches[0] = round(per_rep * (0.9 if kind == "email" else 0.1))
        groups.append(Group(f"{kind} @ {step}", kind, "follow_up", step, "small"))
        truth.append(rate)
        n.append(touches)
    rates, touches = np.concatenate(truth), np.concatenate(n)
    cells = Cells(
        groups=tuple(groups),
        rep=np.tile(np.arange(_REPS), len(groups)),
        group=np.repeat(np.arange(len(groups)), _REPS),
        n=touches.astype(np.float64),
        s=rng.binomial(touches, rates).astype(np.float64),
    )
    return cells, rates.reshape(len(groups), _REPS)


def _plays(teams: int) -> Table:
    rows = []
    for name, spread, planted, alike in (
        ("everybody and every channel alike", 0.0, False, True),
        ("calls work better for all, reps alike", 0.0, False, False),
        ("reps differ (0.25)", 0.25, False, False),
        ("reps differ much (0.5)", 0.5, False, False),
        ("one mails on at 4 % where calls move 20 %", 0.25, True, False),
    ):
        rng = default_rng(12)
        strong, wrong_strong, rut, wrong_rut, found = 0, 0, 0, 0, 0
        for _ in range(teams):
            cells, truth = team_cells(rng, spread=spread, planted=planted, alike=alike)
            known = priors(cells)
            place = {each.play: number for number, each in enumerate(cells.groups)}
            for each in strengths(cells, known, _ALL):
                own = truth[place[each.group.play]]
                strong += each.named
                wrong_strong += each.named and own[each.rep_key] <= own.mean()
            for one in ruts(cells, known, _ALL):
                own, other = truth[place[one.group.play]], truth[place[one.other.play]]
                true = own[one.rep_key] < own.mean() and other[one.rep_key] > own[one.rep_key] + WORTH
                rut += one.named
                wrong_rut += one.named and not true
                found += one.named and planted and one.rep_key == 0 and one.group.play == "email @ a"
        rows.append(
            (
                name,
                f"{strong / teams:.2f}",
                f"{wrong_strong / max(strong, 1):.2f}" if strong else "none named",
                f"{rut / teams:.2f}",
                f"{wrong_rut / max(rut, 1):.2f}" if rut else "none named",
                f"{found / teams:.2f}" if planted else "",
            )
        )
    return Table(
        "plays",
        ("team of 30", "strengths a team", "of them wrong", "ruts a team", "of them wrong", "planted rut found"),
        rows,
        f"{teams} teams each, 120 touches a rep and step. Wrong: a strength not above the peers' mean; a rut whose rate"
        " is not below the peers', or whose other channel is not better by three points for that very rep.",
    )


def _grooves(teams: int) -> Table:
    rows = []
    for name, before, after, weekly in (
        ("constant, 10 a week", 0.15, 0.15, 10),
        ("15 % to 30 % from week 20 on, 10 a week", 0.15, 0.30, 10),
        ("10 % to 30 % from week 20 on, 10 a week", 0.10, 0.30, 10),
        ("up for eight weeks, then back", 0.10, -0.30, 10),
    ):
        rng = default_rng(13)
        named = right = 0
        for _ in range(teams):
            n = rng.poisson(weekly, (60, 40)).astype(np.float64)
            rate = np.full((60, 40), before)
            rate[0, 20:] = abs(after)
            if after < 0:
                rate[0, 28:] = before
            told = grooves(rng.binomial(n.astype(np.int64), rate).astype(np.float64), n)
            tried = told.week >= 0
            sure = np.ones(60)
            sure[tried] = adjusted(told.p_value[tried])
            said = (sure <= 0.1) & told.held
            named += int(said[1:].sum())
            right += bool(said[0])
        rows.append((name, f"{named / teams:.2f}", f"{right / teams:.2f}"))
    return Table(
        "grooves",
        ("60 streams of 40 weeks", "constant streams named, a team", "first stream named"),
        rows,
        f"{teams} teams each.",
    )
