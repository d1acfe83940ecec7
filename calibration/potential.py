"""How often targets, territories and lost potential are judged rightly, on invented teams whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator, default_rng

from answerback.analysis.potential.books import Deals, Period, Target
from answerback.analysis.potential.quota import Quota, quota_realism
from answerback.analysis.potential.weeks import Weeks
from answerback.domain.scope import Scope
from answerback.stats.compare import Compared, exposure_per_event, means, shares, weekly_ratio
from answerback.stats.multiplicity import adjusted
from answerback.stats.seat import Seat, Whose, seat, whose
from answerback.stats.special import logistic
from answerback.stats.yields import draw_yields, yield_prior
from calibration.tables import Table

MONDAY = date(2026, 1, 5)
PAST_WEEKS, PERIOD_WEEKS = 26, 13
_UNTIL = MONDAY + timedelta(weeks=PAST_WEEKS)
_PERIOD = Period("2026Q3", _UNTIL, _UNTIL + timedelta(weeks=PERIOD_WEEKS))
_EVERYBODY = Scope("calibration", everybody=True)
_WIN, _RATE, _VALUE = 0.08, 0.25, 3_000_000.0
LEVELS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def measure(*, quick: bool) -> list[Table]:
    """All tables of docs/methods/potential.md."""
    return [
        _reliability(runs=12 if quick else 160),
        _realism(runs=8 if quick else 120),
        _seats(runs=100 if quick else 2_000),
        _figures(runs=60 if quick else 1_000),
        _upper_quarter(runs=20 if quick else 300),
    ]


class Team:
    """Thirty reps of whom all is known: what they will reach in the next quarter is drawn from their own truth."""

    def __init__(self, rng: Generator, *, reps: int = 30, kind: str = "as assumed") -> None:
        self.rng, self.reps, self.kind = rng, reps, kind
        self.rate = rng.beta(40 * _RATE, 40 * (1 - _RATE), reps)
        self.win = _WIN * rng.gamma(16.0, 1.0 / 16.0, reps)
        if kind == "good at both":
            self.win = _WIN * (self.rate / _RATE) * rng.gamma(40.0, 1.0 / 40.0, reps)
        self.scale = np.exp(rng.normal(0.0, 0.2, reps))
        self.spread = 1.1 if kind == "few large deals" else 0.8
        self.pace = rng.gamma(25.0, 20.0 / 25.0, reps)

    @property
    def mean(self) -> float:
        """What an average rep may expect to win in a quarter, in minor units."""
        worth = _VALUE * np.exp(self.spread**2 / 2.0)
        return float((self.pace * PERIOD_WEEKS * self.rate * self.win * self.scale).mean() * worth)

    def weekly(self, weeks: int, factor: float = 1.0) -> np.ndarray:
        """Touches by rep and week."""
        wobble = self.rng.gamma(30.0, 1.0 / 30.0, (1, weeks)) if self.kind == "good and bad weeks" else 1.0
        return self.rng.poisson(factor * self.pace[:, None] * np.ones((1, weeks)) * wobble)

    def wins(self, touches: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Touches that moved a buyer, by rep and week; who won each deal, and what it was worth."""
        moved = self.rng.binomial(touches, self.rate[:, None])
        many = self.rng.poisson(touches.sum(axis=1) * self.rate * self.win)
        owner = np.repeat(np.arange(self.reps), many)
        worth = _VALUE * self.scale[owner] * np.exp(self.rng.normal(0.0, self.spread, owner.size))
        return moved, owner, worth

    def next_quarter(self) -> np.ndarray:
        """What each rep wins in it."""
        factor = 0.85 if self.kind == "a slower quarter" else 1.0
        _, owner, worth = self.wins(self.weekly(PERIOD_WEEKS, factor))
        return np.bincount(owner, worth, self.reps)


def judged(team: Team, target: np.ndarray) -> Quota:
    """What the product says of a team's targets."""
    touches = team.weekly(PAST_WEEKS)
    moved, owner, worth = team.wins(touches)
    rep, week = (each.ravel() for each in np.indices(touches.shape))
    weeks = Weeks(
        reps=np.arange(1, team.reps + 1),
        plays=("email",),
        segments=("all",),
        first_day=MONDAY,
        weeks=PAST_WEEKS,
        last_day=_UNTIL - timedelta(days=1),
        rep=rep,
        week=week,
        play=np.zeros(rep.size, np.int64),
        segment=np.zeros(rep.size, np.int64),
        efforts=touches.ravel().astype(np.float64),
        exposure=touches.ravel().astype(np.float64),
        success=moved.ravel().astype(np.float64),
    )
    first = (MONDAY - date(1970, 1, 1)).days
    deals = Deals(
        day=first + team.rng.integers(0, 7 * PAST_WEEKS, owner.size),
        owner=owner + 1,
        account=owner,
        won=np.ones(owner.size, np.bool_),
        worth=worth,
        margin=np.full(owner.size, np.nan),
        no_rate=(),
    )
    targets = [Target(number + 1, "won_amount", _PERIOD, int(value)) for number, value in enumerate(target)]
    found = quota_realism(weeks, deals, targets, _EVERYBODY, until=_UNTIL, currency="EUR")
    if not isinstance(found, Quota):
        raise TypeError(f"a team of {team.reps} with a target each is judged, not {found}")
    return found


KINDS = ("as assumed", "good at both", "few large deals", "good and bad weeks", "a slower quarter")


def reliability(kind: str, runs: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """P(hit) that was said, and whether the target was hit, of all reps of all runs."""
    said, hit = [], []
    rng = default_rng(seed)
    for _ in range(runs):
        team = Team(rng, kind=kind)
        target = np.maximum(team.mean * rng.uniform(0.3, 2.0, team.reps), 1.0).astype(np.int64)
        found = judged(team, target)
        said.append([each.chance for each in found.reps])
        hit.append(
            team.next_quarter()[[each.rep_key - 1 for each in found.reps]] >= [each.target for each in found.reps]
        )
    return np.concatenate(said), np.concatenate(hit)


def _reliability(runs: int) -> Table:
    rows = []
    for number, kind in enumerate(KINDS):
        said, hit = reliability(kind, runs if number < 2 else max(runs // 2, 4), 10 + number)
        cells = []
        for low, high in zip(LEVELS[:-1:2], LEVELS[2::2], strict=True):
            inside = (said >= low) & (said < high if high < 1.0 else said <= 1.0)
            cells.append(f"{said[inside].mean():.2f} → {hit[inside].mean():.2f}" if inside.sum() >= 20 else "")
        rows.append((kind, *cells, f"{((said - hit) ** 2).mean():.3f}"))
    header = ("truth", *(f"said {low:.1f} to {low + 0.2:.1f}" for low in LEVELS[:-1:2]), "Brier score")
    note = (
        f"Chance that was said → share that hit. 30 reps, 26 weeks of 20 touches known, 13 weeks ahead; {runs} teams "
        "(half as many in the last three rows); targets from 0.3 to 2 times what an average rep wins."
    )
    return Table("chance", header, rows, note)


def truly_out_of_reach(team: Team, target: float, rng: Generator) -> bool:
    """The rule, applied to what is true: at the upper quarter's wins per touch, would most more likely miss?"""
    good = np.quantile(team.rate * team.win, 0.75)
    below = 0
    for pace, scale in zip(team.pace, team.scale, strict=True):
        many = rng.poisson(pace * PERIOD_WEEKS * good, 400)
        worth = _VALUE * scale * np.exp(rng.normal(0.0, team.spread, int(many.sum())))
        total = np.bincount(np.repeat(np.arange(400), many), worth, 400)
        below += (total >= target).mean() < 0.5
    return bool(below > team.reps / 2)


def realism(ease: float, runs: int, seed: int, kind: str = "as assumed") -> dict[str, float]:
    """How often targets of so many times the average are called out of reach, in reach, or neither; and the truth."""
    rng = default_rng(seed)
    said = {"out": 0, "in": 0, "neither": 0, "truly out": 0, "wrong": 0}
    for _ in range(runs):
        team = Team(rng, kind=kind)
        target = ease * team.mean
        found = judged(team, np.full(team.reps, target)).out_of_reach
        truth = truly_out_of_reach(team, target, rng)
        said["out"] += found is True
        said["in"] += found is False
        said["neither"] += not isinstance(found, bool)
        said["truly out"] += truth
        said["wrong"] += isinstance(found, bool) and found != truth
    return {name: count / runs for name, count in said.items()}


def _realism(runs: int) -> Table:
    rows = []
    for kind in ("as assumed", "good at both", "few large deals"):
        for ease in (0.5, 0.8, 1.0, 1.5, 2.5):
            found = realism(ease, runs, 20, kind)
            shown = (f"{found[name]:.2f}" for name in ("truly out", "out", "in", "neither", "wrong"))
            rows.append((kind, f"{ease:g}", *shown))
    header = ("truth", "targets against the average", "truly out of reach", "called so", "called in reach",
              "cannot tell", "wrong")  # fmt: skip
    return Table("realism", header, rows, f"Shares of {runs} teams of 30 reps each.")


def seats_judged(
    runs: int, *, efforts: int, shifts: Callable[[Generator, int], np.ndarray], holders: int, seed: int
) -> tuple[list[Whose], list[Seat]]:  # fmt: skip
    """What is said of seats, each looked at alone; the variance between peers comes from thirty of them."""
    rng = default_rng(seed)
    said, found = [], []
    base = np.log(_RATE / (1.0 - _RATE))
    for _ in range(runs):
        peers = logistic(base + rng.normal(0.0, 0.3, 30))
        own, error = _shift(rng.binomial(20 * 39, peers), 20 * 39, base)
        between = max(0.0, float(own.var(ddof=1) - error.mean()))
        rate = logistic(base + shifts(rng, holders))
        shift, variance = _shift(rng.binomial(efforts, rate), efforts, base)
        each = seat(shift, variance, between=between)
        found.append(each)
        said.append(whose(each, p_value=float(adjusted([each.p_value])[0]), p_step=each.p_step))
    return said, found


def _shift(successes: np.ndarray, efforts: int, base: float) -> tuple[np.ndarray, np.ndarray]:
    s, f = successes + 0.5, efforts - successes + 0.5
    return np.log(s / f) - base, 1.0 / s + 1.0 / f


def _alike(size: float, spread: float = 0.3) -> Callable[[Generator, int], np.ndarray]:
    return lambda rng, holders: size + rng.normal(0.0, spread, holders)


def _only_one(size: float) -> Callable[[Generator, int], np.ndarray]:
    def shifts(rng: Generator, holders: int) -> np.ndarray:
        found = rng.normal(0.0, 0.3, holders)
        found[0] += size
        return found

    return shifts


def _ramp(rng: Generator, holders: int) -> np.ndarray:
    """Nothing but that each new holder still learns in the weeks that count: a quarter less."""
    found = rng.normal(0.0, 0.3, holders)
    found[1:] -= 0.29
    return found


SEATS: tuple[tuple[str, Callable[[Generator, int], np.ndarray]], ...] = (
    ("nothing", _alike(0.0)),
    ("new holders still learn", _ramp),
    ("the seat: odds x 0.35", _alike(-1.05)),
    ("the seat: odds x 0.5", _alike(-0.69)),
    ("one holder: odds x 0.35", _only_one(-1.05)),
    ("one holder: odds x 0.2", _only_one(-1.61)),
)


def _seats(runs: int) -> Table:
    rows = []
    for name, shifts in SEATS:
        for holders, efforts in ((2, 80), (2, 250), (3, 80), (3, 250)):
            said, found = seats_judged(runs, efforts=efforts, shifts=shifts, holders=holders, seed=30)
            shown = [f"{said.count(each) / runs:.2f}" for each in (Whose.SEAT, Whose.PERSON, Whose.CANNOT_TELL)]
            truth = {"nothing": 0.0, "the seat: odds x 0.35": -1.05, "the seat: odds x 0.5": -0.69}.get(name)
            held = "" if truth is None else f"{np.mean([each.low <= truth <= each.high for each in found]):.2f}"
            rows.append((name, str(holders), str(efforts), *shown, held))
    header = ("truth", "holders", "touches each", "seat", "person", "cannot tell", "interval holds the seat's part")
    note = f"{runs} territories a row; reps differ by 0.3 in log odds, and holders as reps do; rate 25 %."
    return Table("seat", header, rows, note)


def figures(runs: int, seed: int) -> dict[str, tuple[float, float, float]]:
    """For each comparison: coverage of the interval, claims where nothing changed, claims where something did."""
    rng, strict = default_rng(seed), 1.0 - 0.05 / 7

    def win_rate(change: float, coverage: float) -> tuple[Compared | None, float]:
        won = (rng.binomial(300, 0.35), rng.binomial(150, 0.35 * (1.0 + change)))
        return shares((won[0], 300), (won[1], 150), coverage=coverage), 0.35 * change

    def value(change: float, coverage: float) -> tuple[Compared | None, float]:
        draw = [_mixture(rng, many) for many in (110, 60)]
        mean = _MIXTURE_MEAN
        found = means(draw[0], draw[1] * (1.0 + change), rng=rng, draws=500, coverage=coverage)
        return found, mean * change

    def per_win(change: float, coverage: float) -> tuple[Compared | None, float]:
        wins = rng.poisson(110), rng.poisson(60 / (1.0 + change))
        return exposure_per_event((wins[0], 7_000.0), (wins[1], 3_500.0), coverage=coverage), (
            (1.0 + change) * 3_500 / 60 / (7_000 / 110) - 1.0
        )

    def moved(change: float, coverage: float) -> tuple[Compared | None, float]:
        wobble = np.exp(rng.normal(0.0, 0.15, 39))
        later = np.arange(39) >= 26
        expected = np.full(39, 150.0)
        reached = rng.poisson(expected * wobble * np.where(later, 1.0 + change, 1.0))
        return weekly_ratio(reached, expected, later, coverage=coverage), change

    found = {}
    for name, one, change in (
        ("touches that moved a buyer", moved, -0.3),
        ("deals won of those that ended", win_rate, -0.3),
        ("value of a win", value, -0.4),
        ("touches per win", per_win, 0.5),
    ):
        inside, none, some = 0, 0, 0
        for _ in range(runs):
            calm, truth = one(0.0, 0.95)
            inside += calm is not None and calm.low <= truth <= calm.high
            # Half of what is claimed without a change would be gains: only losses are counted.
            calm, truth = one(0.0, strict)
            none += calm is not None and _worse(name, calm) and name != "touches per win"
            none += calm is not None and name == "touches per win" and calm.low > truth and calm.low > 0.0
            planted, _ = one(change, strict)
            some += planted is not None and _worse(name, planted)
        found[name] = (inside / runs, none / runs, some / runs)
    return found


def _worse(name: str, found: Compared) -> bool:
    return found.low > 0.0 if name == "touches per win" else found.high < 0.0


_SIZES, _SHARES = np.array([1.0, 2.2, 5.0]), np.array([0.5, 0.3, 0.2])
_MIXTURE_MEAN = float((_SIZES * _SHARES).sum() * np.exp(0.6**2 / 2.0))


def _mixture(rng: Generator, many: int) -> np.ndarray:
    """Amounts of deals: small, middle and large companies."""
    return np.asarray(rng.choice(_SIZES, many, p=_SHARES) * np.exp(rng.normal(0.0, 0.6, many)))


def _figures(runs: int) -> Table:
    planted = ("a fall by 30 %", "a fall by 30 %", "a fall by 40 %", "half as many again")
    rows: Sequence[Sequence[str]] = [
        (name, *(f"{value:.3f}" for value in values), what)
        for (name, values), what in zip(figures(runs, 40).items(), planted, strict=True)
    ]
    header = ("figure", "95 % interval holds the truth", "called lost, nothing is", "called lost, and is", "planted")
    return Table("figures", header, rows, f"{runs} companies a row; 26 weeks before, 13 now; about 110 and 60 wins.")


def upper_quarter(runs: int, touches: int, seed: int) -> tuple[float, float, float]:
    """What the upper quarter's level would bring: coverage, and what is promised, also by raw rates, over the truth."""
    rng = default_rng(seed)
    inside, said, naive, truth = 0, 0.0, 0.0, 0.0
    for _ in range(runs):
        ratio = np.exp(rng.normal(0.0, 0.25, 30))
        due = np.full(30, touches * _RATE)
        reached = rng.binomial(touches, np.minimum(_RATE * ratio, 0.9)).astype(np.float64)
        drawn = draw_yields(yield_prior(reached, due), reached, due, rng=rng, draws=600)
        more = (np.maximum(np.quantile(drawn, 0.75, axis=1, keepdims=True) - drawn, 0.0) * due).sum(axis=1)
        true = float((np.maximum(np.quantile(ratio, 0.75) - ratio, 0.0) * due).sum())
        low, high = np.quantile(more, (0.025, 0.975))
        inside += low <= true <= high
        raw = reached / due
        said, truth = said + more.mean(), truth + true
        naive += float((np.maximum(np.quantile(raw, 0.75) - raw, 0.0) * due).sum())
    return inside / runs, said / truth, naive / truth


def _upper_quarter(runs: int) -> Table:
    rows = [
        (str(touches), *(f"{value:.2f}" for value in upper_quarter(runs, touches, 50)))
        for touches in (40, 100, 260, 780)
    ]
    header = ("touches a rep", "95 % interval holds the truth", "promised / true", "from raw rates / true")
    return Table("upper-quarter", header, rows, f"{runs} teams of 30 reps a row, who differ by a quarter; rate 25 %.")
