"""Succeeding yet failing: what is lost while the number is hit, or missed.

A period is held against the half year before it: touches that moved a buyer, deals won of those that ended, the value
of a win, touches and expenses per win, margin. Each figure has its 95 % interval, or says why there is none. What is
called lost is held to a stricter interval, because several figures are looked at (Bonferroni). Beside it stands what
the same touches would have moved at the level of the team's upper quarter: rates drawn toward the team, so that the
best are not taken to be as good as their luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.random import default_rng

from answerback.analysis.potential.books import (
    MONEY,
    Deals,
    Period,
    Target,
    cannot_add,
    day_number,
    read_deals,
    read_expenses,
    read_targets,
)
from answerback.analysis.potential.silent import silent_share
from answerback.analysis.potential.weeks import Floats, Weeks, read_weeks
from answerback.analysis.reader import Reader
from answerback.domain.findings import Measure
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.compare import Compared, exposure_per_event, means, shares, weekly_ratio
from answerback.stats.special import logistic
from answerback.stats.yields import draw_yields, yield_prior

BEFORE_WEEKS = 26
USUAL_WEEKS = 13
LEAST_WEEKS_BEFORE = 8
LEAST_WEEKS = 4
LEAST_DEALS = 20
LEAST_WINS = 10
LOOKED_AT = 7
"""Figures that may be called lost: what is claimed of one is held to a seventh of the usual error."""
STRICT = 1.0 - 0.05 / LOOKED_AT
_DRAWS = 1_000
_MORE_IS_WORSE = (Measure.EFFORTS_PER_WIN, Measure.EXPENSE_PER_WIN, Measure.SILENT_EFFORT)


@dataclass(frozen=True, slots=True)
class Amount:
    """So much, and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lost:
    """One figure, before and now.

    `compared.change` is after less before; of touches that moved a buyer, of touches and of expenses per win it is a
    ratio less 1. `lost` is what that comes to in the period, in the figure's own unit (moved touches, wins, money,
    touches); below 0 it is a gain. `claimed` says whether it is lost beyond chance.
    """

    measure: Measure
    compared: Compared | CannotTell
    lost: Amount | None = None
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Potential:
    """The answer.

    `hit` is whether all targets together were reached in the period, by `reached` and `wanted`; None where none were
    set. `at_good_rate` is how many touches more would have moved a buyer at the level of the upper quarter, `worth`
    what the lost ones would have been worth in money.
    """

    now: Period
    before: Period
    currency: str
    figures: tuple[Lost, ...]
    hit: bool | CannotTell
    reached: float
    wanted: float
    at_good_rate: Amount | None
    worth: Amount | None

    def figure(self, measure: Measure) -> Lost:
        """The figure of a measure. Raises StopIteration where there is none."""
        return next(each for each in self.figures if each.measure is measure)


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """What all questions of this package start from; read once."""

    weeks: Weeks
    deals: Deals
    targets: tuple[Target, ...]

    @classmethod
    def of(cls, reader: Reader, scope: Scope) -> Books:
        """Reads them."""
        return cls(read_weeks(reader, scope), read_deals(reader), read_targets(reader))

    def until(self, reader: Reader) -> date:
        """The day after the last of which something is known: that of the last touch, at most that of the reader."""
        last = self.weeks.last_day
        return min(reader.as_of.date(), last) + timedelta(days=1) if last is not None else reader.as_of.date()


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Everything that the figures are made from."""

    weeks: Weeks
    deals: Deals
    now: Period
    before: Period
    in_now: np.ndarray
    """Rows of `weeks`."""
    in_before: np.ndarray

    def ended(self, period: Period) -> np.ndarray:
        """Deals that ended in a period."""
        return np.asarray((self.deals.day >= day_number(period.start)) & (self.deals.day < day_number(period.end)))

    def won(self, period: Period) -> np.ndarray:
        """Those that were won."""
        return np.asarray(self.ended(period) & self.deals.won)


def potential(
    reader: Reader, scope: Scope, books: Books, *, until: date, now: Period | None = None
) -> Potential | CannotTell:  # fmt: skip
    """What is lost in a period: the one given, else the last one with targets that is over, else the last 13 weeks.

    Args:
        reader: the snapshot.
        scope: whoever asks; nobody is named.
        books: everybody's efforts, the deals that have ended, the targets.
        until: the day after the last of which data are known.
        now: the period.
    """
    weeks, deals, targets = books.weeks, books.deals, books.targets
    now = now or _last_period(targets, until)
    before = _period(max(now.start - timedelta(weeks=BEFORE_WEEKS), weeks.first_day), now.start)
    if before.weeks < LEAST_WEEKS_BEFORE or now.weeks < LEAST_WEEKS:
        return CannotTell(Refused.TOO_SOON, have=max(before.weeks, 0.0), need=float(LEAST_WEEKS_BEFORE))
    asked = _Asked(weeks, deals, now, before, _rows(weeks, now), _rows(weeks, before))
    moved = _moved(asked)
    figures = (
        moved,
        _win_rate(asked),
        _mean_of(asked, Measure.DEAL_VALUE, deals.worth),
        _efforts_per_win(asked),
        _silent(reader, scope, asked),
        _expense_per_win(reader, asked),
        _mean_of(asked, Measure.MARGIN, deals.margin),
    )
    hit, reached, wanted = _number(asked, targets)
    good = _at_good_rate(asked)
    currency = reader.playbook.organisation.currency
    return Potential(now, before, currency, figures, hit, reached, wanted, good, _worth(asked, moved))


def _last_period(targets: Sequence[Target], until: date) -> Period:
    over = {each.period for each in targets if each.period.end <= until and each.period.weeks <= 2 * USUAL_WEEKS}
    recent = [each for each in over if each.end > until - timedelta(weeks=USUAL_WEEKS)]
    if recent:
        return max(recent, key=lambda each: (each.weeks, each.end))
    return _period(until - timedelta(weeks=USUAL_WEEKS), until)


def _period(start: date, end: date) -> Period:
    return Period(f"{start} to {end - timedelta(days=1)}", start, end)


def _rows(weeks: Weeks, period: Period) -> np.ndarray:
    """Rows of the weeks that begin in a period."""
    first, end = ((day - weeks.first_day).days for day in (period.start, period.end))
    return np.asarray((7 * weeks.week >= first) & (7 * weeks.week < end))


def _lost(measure: Measure, compared: Compared, strict: Compared, amount: Amount) -> Lost:
    worse = strict.low > 0.0 if measure in _MORE_IS_WORSE else strict.high < 0.0
    return Lost(measure, compared, amount, worse)


def _moved(asked: _Asked) -> Lost:
    """Touches that moved a buyer, against those expected at the earlier level of reps, kinds of touch and segments."""
    weeks = asked.weeks
    usual = logistic(weeks.usual(asked.in_before, with_rep=True)) * weeks.exposure
    known = asked.in_before | asked.in_now
    reached = np.bincount(weeks.week[known], weeks.success[known], weeks.weeks)
    due = np.bincount(weeks.week[known], usual[known], weeks.weeks)
    later = np.bincount(weeks.week[asked.in_now], minlength=weeks.weeks) > 0
    both = [weekly_ratio(reached, due, later, coverage=each) for each in (0.95, STRICT)]
    found, strict = both
    if found is None or strict is None:
        few = CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=float(weeks.exposure[asked.in_now].sum()), need=40.0)
        return Lost(Measure.ON_BASE, few)
    got, efforts = float(weeks.success[asked.in_now].sum()), float(weeks.exposure[asked.in_now].sum())
    ends = [got * (1.0 / (1.0 + each) - 1.0) for each in (found.change, found.high, found.low)]
    rate = got / efforts if efforts else 0.0
    shown = replace(found, before=rate / (1.0 + found.change), after=rate)
    return _lost(Measure.ON_BASE, shown, strict, Amount(*ends))


def _win_rate(asked: _Asked) -> Lost:
    won = [(float(asked.won(each).sum()), float(asked.ended(each).sum())) for each in (asked.before, asked.now)]
    few = min(ended for _, ended in won)
    if few < LEAST_DEALS:
        return Lost(Measure.WIN_RATE, CannotTell(Refused.TOO_FEW_DEALS, have=few, need=float(LEAST_DEALS)))
    found, strict = (shares(*won, coverage=each) for each in (0.95, STRICT))
    many = won[1][1]
    return _lost(Measure.WIN_RATE, found, strict, _times(found, -many))


def _times(found: Compared, factor: float) -> Amount:
    ends = sorted((found.low * factor, found.high * factor))
    return Amount(found.change * factor, *ends)


def _mean_of(asked: _Asked, measure: Measure, values: Floats) -> Lost:
    """What a won deal is worth, or leaves."""
    if measure is Measure.DEAL_VALUE and asked.deals.no_rate:
        return Lost(measure, cannot_add(asked.deals.no_rate))
    sides = [values[asked.won(each)] for each in (asked.before, asked.now)]
    sides = [np.maximum(each[np.isfinite(each)], 0.0) for each in sides]
    few = min(each.size for each in sides)
    if few < LEAST_WINS:
        if measure is Measure.MARGIN and not np.isfinite(values).any():
            return Lost(measure, CannotTell(Refused.NO_RECORDS, names=("margin_minor",)))
        return Lost(measure, CannotTell(Refused.TOO_FEW_DEALS, have=float(few), need=float(LEAST_WINS)))
    found, strict = (means(*sides, rng=default_rng(1), coverage=each) for each in (0.95, STRICT))
    return _lost(measure, found, strict, _times(found, -float(sides[1].size)))


def _efforts_per_win(asked: _Asked) -> Lost:
    weeks = asked.weeks
    sides = [
        (float(asked.won(period).sum()), float(weeks.efforts[rows].sum()))
        for period, rows in ((asked.before, asked.in_before), (asked.now, asked.in_now))
    ]
    return _per_win(Measure.EFFORTS_PER_WIN, sides)


def _silent(reader: Reader, scope: Scope, asked: _Asked) -> Lost:
    found = silent_share(reader, scope, asked.before, asked.now, strict=STRICT)
    if isinstance(found, CannotTell):
        return Lost(Measure.SILENT_EFFORT, found)
    compared, strict, touches = found
    return _lost(Measure.SILENT_EFFORT, compared, strict, _times(compared, touches))


def _per_win(measure: Measure, sides: list[tuple[float, float]]) -> Lost:
    few = min(wins for wins, _ in sides)
    if few < LEAST_WINS or min(each for _, each in sides) <= 0.0:
        return Lost(measure, CannotTell(Refused.TOO_FEW_DEALS, have=few, need=float(LEAST_WINS)))
    found, strict = (exposure_per_event(*sides, coverage=each) for each in (0.95, STRICT))
    if found is None or strict is None:  # there are wins at both times
        return Lost(measure, CannotTell(Refused.TOO_FEW_DEALS, have=few, need=float(LEAST_WINS)))
    spent = sides[1][1]
    ends = [spent - spent / (1.0 + each) for each in (found.change, found.low, found.high)]
    return _lost(measure, found, strict, Amount(*ends))


def _expense_per_win(reader: Reader, asked: _Asked) -> Lost:
    spent = [read_expenses(reader, each.start, each.end) for each in (asked.before, asked.now)]
    for each in spent:
        if isinstance(each, CannotTell):
            return Lost(Measure.EXPENSE_PER_WIN, each)
    wins = [float(asked.won(each).sum()) for each in (asked.before, asked.now)]
    amounts = [each for each in spent if not isinstance(each, CannotTell)]
    return _per_win(Measure.EXPENSE_PER_WIN, list(zip(wins, amounts, strict=True)))


def _number(asked: _Asked, targets: Sequence[Target]) -> tuple[bool | CannotTell, float, float]:
    """Whether all targets of the period together were reached; money first."""
    own = [each for each in targets if each.period.start == asked.now.start and each.period.end == asked.now.end]
    money = [each for each in own if each.metric in MONEY]
    if not money:
        return CannotTell(Refused.NO_RECORDS, names=("target",)), 0.0, 0.0
    if asked.deals.no_rate:
        return cannot_add(asked.deals.no_rate), 0.0, 0.0
    wanted = float(sum(each.value for each in money))
    keys = np.array(sorted({each.rep_key for each in money}), np.int64)
    rows = asked.won(asked.now) & np.isin(asked.deals.owner, keys)
    reached = float(np.nansum(asked.deals.worth[rows]))
    return reached >= wanted, reached, wanted


def _at_good_rate(asked: _Asked) -> Amount | None:
    """What the touches of those below the upper quarter would have moved besides at its level, like for like.

    Reps are compared by moved touches per expected one, drawn toward the team. The quarter's edge and who is below it
    come anew in every draw, so that luck is not taken for skill.
    """
    weeks = asked.weeks
    alike = logistic(weeks.usual(asked.in_now | asked.in_before, with_rep=False)) * weeks.exposure
    known = asked.in_now | asked.in_before
    reached, due = weeks.by_rep(weeks.success, known), weeks.by_rep(alike, known)
    now = weeks.by_rep(alike, asked.in_now)
    here = (due > 0.0) & (now > 0.0)
    if here.sum() < 2:
        return None
    reached, due, now = reached[here], due[here], now[here]
    drawn = draw_yields(yield_prior(reached, due), reached, due, rng=default_rng(1), draws=_DRAWS)
    edge = np.quantile(drawn, 0.75, axis=1, keepdims=True)
    more = (np.maximum(edge - drawn, 0.0) * now).sum(axis=1)
    return Amount(float(more.mean()), *np.quantile(more, (0.025, 0.975)).tolist())


def _worth(asked: _Asked, moved: Lost) -> Amount | None:
    """What the lost touches would have been worth, at the wins and values of the time before."""
    wins = asked.won(asked.before)
    worth = asked.deals.worth[wins]
    found = moved.compared
    if isinstance(found, CannotTell) or asked.deals.no_rate or wins.sum() < LEAST_WINS or not np.isfinite(worth).any():
        return None
    rng = default_rng(1)
    got = float(asked.weeks.success[asked.in_now].sum())
    error = (np.log1p(found.high) - np.log1p(found.low)) / 3.92
    ratio = np.exp(np.log1p(found.change) + error * rng.standard_normal(_DRAWS))
    before = float(asked.weeks.success[asked.in_before].sum())
    per_move = rng.gamma(float(wins.sum()) + 0.5, 1.0 / max(before, 1.0), _DRAWS)
    values = worth[np.isfinite(worth)]
    mean = values.mean() * np.exp(rng.standard_normal(_DRAWS) * values.std() / values.mean() / np.sqrt(values.size))
    drawn = got * (1.0 / ratio - 1.0) * per_move * mean
    return Amount(float(np.median(drawn)), *np.quantile(drawn, (0.025, 0.975)).tolist())
