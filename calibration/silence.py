"""How often answers are said not to arrive although they do, and how soon it is seen where they do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, default_rng

from answerback.analysis.detect.silences import LONGEST_WEEKS, SILENCE_HAZARD
from answerback.stats.alarms import alarm_level
from answerback.stats.arrays import FloatArray
from answerback.stats.silence import Silence, Watched, silence
from calibration.tables import Table

REPS, QUIET, AFTER = 30, 26, 40
"""Reps, weeks before the watch, and weeks watched."""
CUT = QUIET + 8
"""The week from which mails do not arrive, or answers fall."""
WAITING = 3
"""Weeks that a touch waits; the newest are in no past."""


@dataclass(frozen=True)
class Company:
    """What is told of a company.

    `mails` a week of each rep, and as many calls; `hit` reps get no answer to mails for `weeks`; the answers of
    `fallen` reps fall to `share`, of all touches or of mails alone; `heat` is the standard deviation of each one's log
    rate, lasting some weeks.
    """

    mails: float = 10.0
    hit: int = 0
    weeks: int = 6
    fallen: int = 0
    share: float = 1.0
    mails_alone: bool = False
    heat: float = 0.0

    def counts(self, rng: Generator) -> tuple[tuple[FloatArray, FloatArray], ...]:
        """Answers and touches by week and rep, of mails and of calls."""
        shape = (QUIET + AFTER, REPS)
        heat = np.zeros(shape)
        for week in range(shape[0]):
            before = heat[week - 1] if week else np.zeros(REPS)
            heat[week] = 0.8 * before + 0.6 * self.heat * rng.normal(size=REPS)
        more = np.exp(heat - self.heat**2 / 2.0)
        found = []
        for number, alpha in enumerate((4.0, 5.0)):
            rate = rng.beta(alpha, 25.0 - alpha, REPS) * more
            if number == 0 or not self.mails_alone:
                rate[CUT:, : self.fallen] *= self.share
            made = rng.poisson(self.mails, shape)
            found.append((rng.binomial(made, np.clip(rate, 0.0, 0.95)).astype(float), made.astype(float)))
        found[0][0][CUT : CUT + self.weeks, : self.hit] = 0.0
        return tuple(found)


@dataclass(frozen=True)
class Named:
    """In which week, counted from the cut, and who."""

    week: int
    right: int
    wrong: int


def watched(company: Company, rng: Generator) -> Named | None:
    """What is first named in a company, with who is named when it is surest."""
    (sides, found) = company.counts(rng), []
    sums = [[np.vstack([np.zeros(REPS), np.cumsum(each, axis=0)]) for each in side] for side in sides]
    for week in range(QUIET, QUIET + AFTER):
        rows = np.arange(week - LONGEST_WEEKS + 1, week + 1)
        ends = np.minimum(rows, week - WAITING)
        begins = np.maximum(ends - QUIET, 0)
        now = [
            Watched(*(each[rows] for each in side), *(each[ends] - each[begins] for each in total))
            for side, total in zip(sides, sums, strict=True)
        ]
        one = silence(*now)
        if one is not None and one.stands and one.evidence >= alarm_level(SILENCE_HAZARD):
            found.append((week, one))
    if not found:
        return None
    surest: Silence = max((one for _, one in found), key=lambda one: one.evidence)
    people = np.flatnonzero(surest.people)
    right = int((people < company.hit).sum())
    return Named(found[0][0] - CUT + 1, right, people.size - right)


FALSE = (
    ("nothing", Company()),
    ("nothing, 5 mails a week", Company(mails=5.0)),
    ("nothing, 20 mails a week", Company(mails=20.0)),
    ("rates that go up and down by a third", Company(heat=0.3)),
    ("rates that go up and down by half", Company(heat=0.5)),
    ("a team of six answered 0.4 times as often", Company(fallen=6, share=0.4)),
    ("all answered 0.4 times as often", Company(fallen=REPS, share=0.4)),
    ("all answered a sixth as often", Company(fallen=REPS, share=0.15)),
    ("six reps' mails answered half as often", Company(fallen=6, share=0.5, mails_alone=True)),
    ("six reps' mails answered a quarter as often", Company(fallen=6, share=0.25, mails_alone=True)),
    ("one rep's mails do not arrive", Company(hit=1)),
)
CAUGHT = tuple((hit, weeks, mails) for mails in (10.0, 20.0, 5.0) for weeks in (6, 32) for hit in (2, 3, 6))


def measure(*, quick: bool) -> list[Table]:
    """The tables of the page."""
    runs = 4 if quick else 80
    return [_false(runs), _caught(2 if quick else 25)]


def _false(runs: int) -> Table:
    rows = []
    for number, (what, company) in enumerate(FALSE):
        rng = default_rng(100 + number)
        named = sum(watched(company, rng) is not None for _ in range(runs))
        years = runs * AFTER / 52.0
        rows.append((what, f"{named} of {runs}", f"{named / years:.3f}"))
    note = (
        "30 reps over 40 weeks after 26, with 10 mails and 10 calls a week unless said, 16 % and 20 % of them "
        "answered, reps differing. What happens begins after 8 weeks and lasts; in the last row six weeks."
    )
    return Table("false silences", ("what is so", "named in companies", "a year of one company"), rows, note)


def _caught(runs: int) -> Table:
    rows = []
    for number, (hit, weeks, mails) in enumerate(CAUGHT):
        rng = default_rng(200 + number)
        found = [watched(replace(Company(), hit=hit, weeks=weeks, mails=mails), rng) for _ in range(runs)]
        named = [each for each in found if each is not None and each.right >= min(hit, 2)]
        after = f"{np.median([each.week for each in named]):.0f}" if named else "-"
        who = f"{sum(each.right for each in named) / (hit * len(named)):.2f}" if named else "-"
        wrong = f"{sum(each.wrong for each in named) / len(named):.2f}" if named else "-"
        lasts = "6" if weeks < AFTER - 8 else "lasts"
        rows.append((f"{2 * mails:.0f}", str(hit), lasts, f"{len(named) / runs:.2f}", after, who, wrong))
    header = ("touches a week", "reps hit", "weeks", "named", "after weeks", "of those hit", "others named")
    note = f"{runs} companies each. Half of the touches are mails. After weeks: the median, where named."
    return Table("silences named", header, rows, note)
