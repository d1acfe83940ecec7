"""How often the verdict is right: teams whose truth is known, of many shapes, with one change, several or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator, default_rng

from answerback.stats.arrays import FloatArray, IntArray
from answerback.stats.separate import Separated, separate
from answerback.stats.special import logistic
from answerback.stats.summed import Efforts
from answerback.stats.two_times import Where
from calibration.tables import Table

CANNOT = "cannot tell"


@dataclass(frozen=True)
class Team:
    """A made-up team and what happens to it. Shifts are of log odds.

    Attributes:
        efforts: A week and rep.
        wobble: How much each rep changes by themselves from the one time to the other (standard deviation).
        system, person, segment, manager: What is planted: on all, on `fallen` reps, on one segment, on the first
            manager's reps.
        accounts: Of each rep; 0: each effort is with a company of its own. `heat` is how companies differ, `mood` how
            they change.
        weather: How weeks differ for all.
        mix: The share of bad leads goes from 15 % to this; 0: there are none. They answer at .3 times the odds.
    """

    reps: int = 30
    managers: int = 5
    segments: int = 3
    weeks: tuple[int, int] = (12, 4)
    efforts: int = 20
    mean: float = -1.4
    spread: float = 0.5
    wobble: float = 0.15
    system: float = 0.0
    person: float = 0.0
    fallen: int = 3
    segment: float = 0.0
    second: float = 0.0
    manager: float = 0.0
    accounts: int = 0
    heat: float = 0.0
    mood: float = 0.0
    weather: float = 0.0
    mix: float = 0.0


@dataclass
class Score:
    """Over many teams: verdicts, and what was said of persons."""

    verdicts: Counter[str] = field(default_factory=Counter)
    found: int = 0
    planted: int = 0
    false: int = 0
    named: int = 0
    teams: int = 0

    def share(self, verdict: str) -> float:
        """Of the teams, those with this verdict."""
        return self.verdicts[verdict] / self.teams


def drawn(team: Team, rng: Generator) -> Efforts:
    """One team. Efforts of one rep, week, segment and lead source are put together where companies play no part."""
    before, after = team.weeks
    if team.accounts:
        return _with_accounts(team, rng)
    reps, weeks, segments, leads = team.reps, before + after, team.segments, 2 if team.mix else 1
    share = np.full((weeks, leads), 1.0)
    if team.mix:
        share[:, 1] = np.where(np.arange(weeks) >= before, team.mix, 0.15)
        share[:, 0] = 1.0 - share[:, 1]
    chance = np.repeat(share[:, None, :], segments, axis=1).reshape(weeks, -1) / segments
    number = rng.multinomial(team.efforts, np.tile(chance, (reps, 1))).reshape(reps, weeks, segments, leads)
    rep, week, segment, lead = (each.ravel() for each in np.indices(number.shape))
    odds = _log_odds(team, rep, week, segment, rng) + np.where(lead == 1, np.log(0.3), 0.0)
    n = number.ravel()
    used = n > 0
    success = rng.binomial(n, logistic(odds))
    rows = np.arange(int(used.sum()))
    dimensions = {"segment": segment[used]} | ({"lead_source": lead[used]} if team.mix else {})
    return Efforts(
        rep=rep[used],
        account=rows,
        now=week[used] >= before,
        success=success[used].astype(np.float64),
        exposure=n[used].astype(np.float64),
        week=week[used],
        dimensions=dimensions,
        groups={"manager": np.arange(reps) % team.managers},
    )


def _with_accounts(team: Team, rng: Generator) -> Efforts:
    before, after = team.weeks
    size = team.reps * (before + after) * team.efforts
    rep = np.repeat(np.arange(team.reps), (before + after) * team.efforts)
    week = np.tile(np.repeat(np.arange(before + after), team.efforts), team.reps)
    account = rep * team.accounts + rng.integers(0, team.accounts, size)
    segment = account % team.segments
    heat = rng.normal(0.0, team.heat, team.reps * team.accounts)[account]
    mood = rng.normal(0.0, team.mood, (team.reps * team.accounts, 2))[account, (week >= before).astype(int)]
    odds = _log_odds(team, rep, week, segment, rng) + heat + mood
    success = (rng.random(size) < logistic(odds)).astype(np.float64)
    return Efforts(
        rep=rep,
        account=account,
        now=week >= before,
        success=success,
        exposure=np.ones(size),
        week=week,
        dimensions={"segment": segment},
        groups={"manager": np.arange(team.reps) % team.managers},
    )


def _log_odds(team: Team, rep: IntArray, week: IntArray, segment: IntArray, rng: Generator) -> FloatArray:
    before, after = team.weeks
    own = team.mean + rng.normal(0.0, team.spread, team.reps)
    usual = np.linspace(-0.3, 0.3, team.segments)
    wobble = rng.normal(0.0, team.wobble, team.reps)
    weather = rng.normal(0.0, team.weather, before + after) if team.weather else np.zeros(before + after)
    moved = wobble + team.system + np.where(np.arange(team.reps) < team.fallen, team.person, 0.0)
    moved = moved + np.where(np.arange(team.reps) % team.managers == 0, team.manager, 0.0)
    odds: FloatArray = own[rep] + usual[segment] + weather[week]
    change = moved[rep] + np.where(segment == 1, team.segment, 0.0) + np.where(segment == 2, team.second, 0.0)
    return odds + np.where(week >= before, change, 0.0)


def verdict_of(found: Separated) -> str:
    """The verdict in words; several kinds at once are joined."""
    parts = []
    if any(each.where is Where.LEVEL for each in found.causes):
        parts.append("segment")
    if any(each.where is Where.GROUP for each in found.causes):
        parts.append("manager")
    if found.system_changed:
        parts.append("system")
    if found.apart.any():
        parts.append("person")
    return " + ".join(parts) or CANNOT


def scored(team: Team, teams: int, seed: int = 1) -> Score:
    """What is said of many such teams."""
    rng = default_rng(seed)
    score = Score(teams=teams)
    fallen = team.fallen if team.person else 0
    for _ in range(teams):
        found = separate(drawn(team, rng))
        score.verdicts[verdict_of(found)] += 1
        score.found += int(found.apart[:fallen].sum())
        score.planted += fallen
        score.false += int(found.apart[fallen:].sum())
        score.named += int(found.apart.sum())
    return score


TRUTHS: Mapping[str, tuple[Team, str, tuple[str, str, str]]] = {
    "nothing": (Team(), CANNOT, ("cannot tell .95", "cannot tell .92", "cannot tell .91")),
    "all, -.7": (Team(system=-0.7), "system", ("system .89", "system .94", "system .89")),
    "all, -.3": (Team(system=-0.3), "system", ("cannot tell .83, system .12", "system .86", "system .91")),
    "3 of 30 reps, -1.5": (
        Team(person=-1.5),
        "person",
        ("cannot tell .94", "person .52, cannot tell .39", "person .90"),
    ),
    "one segment, -1.2": (Team(segment=-1.2), "segment", ("segment .95", "segment 1.00", "segment 1.00")),
    "all -.7, and 3 reps -1.5": (
        Team(system=-0.7, person=-1.5),
        "system + person",
        ("system .91", "system .82, both .12", "both .87"),
    ),
}
"""What is planted, the right verdict, and what the published rule gave at 5, 20 and 60 efforts a week."""
EFFORTS = (5, 20, 60)

SHAPES: Mapping[str, Team] = {
    "10 reps, 2 managers: nothing": Team(reps=10, managers=2),
    "10 reps, 2 managers: all -.7": Team(reps=10, managers=2, system=-0.7),
    "10 reps, 2 managers: 1 rep -1.5": Team(reps=10, managers=2, person=-1.5, fallen=1),
    "60 reps, 10 managers: nothing": Team(reps=60, managers=10),
    "one manager's 6 reps -.7": Team(manager=-0.7),
    "segment -1.2 and 3 reps -1.5": Team(segment=-1.2, person=-1.5),
    "two segments of 5, -1.2 and +.8": Team(segments=5, segment=-1.2, second=0.8),
    "12 segments: nothing": Team(segments=12),
    "rates of 5 %: nothing": Team(mean=-3.0),
    "reps alike (no wobble): nothing": Team(wobble=0.0),
    "reps change twice as much: nothing": Team(wobble=0.3),
    "weeks differ for all (.2): nothing": Team(weather=0.2),
    "companies differ (sd 1): nothing": Team(accounts=40, heat=1.0),
    "companies differ and change (sd .7): nothing": Team(accounts=40, heat=1.0, mood=0.7),
    "companies differ: 3 reps -1.5": Team(accounts=40, heat=1.0, person=-1.5),
    "bad leads from 15 to 50 %, nobody changes": Team(mix=0.5),
}


def measure(*, quick: bool) -> list[Table]:
    """The tables of docs/methods/separate.md."""
    teams, others = (4, 2) if quick else (200, 100)
    return [_verdicts(teams), _shapes(others)]


def _verdicts(teams: int) -> Table:
    rows = []
    for name, (team, right, published) in TRUTHS.items():
        for efforts, expected in zip(EFFORTS, published, strict=True):
            score = scored(replace(team, efforts=efforts), teams)
            power = f"{score.found / score.planted:.2f}" if score.planted else ""
            rows.append(
                (
                    name,
                    str(efforts),
                    _most(score),
                    f"**{score.share(right):.2f}**",
                    expected,
                    power,
                    f"{score.false / teams:.3f}",
                )
            )
    head = ("planted", "efforts a week", "verdicts", "right", "published", "reps found", "reps falsely named, per team")
    return Table(
        "verdicts",
        head,
        rows,
        f"{teams} teams a line: 30 reps, 5 managers, 3 segments, 12 weeks before and 4 now, rates "
        f"about 20 %, each rep's own "
        f"change of sd .15. Standard error of a share at most {0.5 / np.sqrt(teams):.3f}.",
    )


def _shapes(teams: int) -> Table:
    rows = []
    for name, team in SHAPES.items():
        score = scored(team, teams, seed=2)
        power = f"{score.found / score.planted:.2f}" if score.planted else ""
        rows.append((name, _most(score), power, f"{score.false / teams:.3f}"))
    return Table(
        "shapes",
        ("team", "verdicts", "reps found", "reps falsely named, per team"),
        rows,
        f"{teams} teams a line, 20 efforts a week; as above where nothing else is said. Standard "
        f"error of a share at most "
        f"{0.5 / np.sqrt(teams):.3f}.",
    )


def _most(score: Score) -> str:
    common = score.verdicts.most_common(4)
    return ", ".join(f"{name} {count / score.teams:.2f}" for name, count in common if count / score.teams >= 0.015)
