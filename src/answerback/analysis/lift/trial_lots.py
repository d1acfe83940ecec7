"""Which way it is: the lots of a trial, for the companies that are asked about, or for reps by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from answerback.analysis.lift.trial_touches import names_of, touched_lately
from answerback.analysis.lift.trials import Trial
from answerback.analysis.reader import Reader, keys_sql
from answerback.domain.scope import Scope

LATELY_WEEKS = 12
"""Where no company is named, those are told that were touched in so many weeks."""


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot.

    Attributes:
        trial: Of which trial.
        rep_key: Whose; None where the company's lot holds for all who take part.
        company: The id that the lot is drawn by, of a company, or of a person where there is none; empty for weeks.
        asked: What was asked for.
        known: Whether any record speaks of it.
        week: The Monday of the week that is switched; None where companies are dealt.
        new: Whether it is the new way.
    """

    trial: Trial
    rep_key: int | None
    company: str
    asked: str
    known: bool
    week: date | None
    new: bool

    @property
    def way(self) -> str:
        """What the way is called."""
        return (self.trial.plan.new if self.new else self.trial.plan.usual).name


def lots_of(reader: Reader, scope: Scope, trial: Trial, asked: Sequence[str] = (), rep: int | None = None) -> list[Lot]:
    """The lots of a trial.

    Args:
        reader: The snapshot: which records are of one company.
        scope: Whose touches may be looked at.
        trial: Which.
        asked: Ids of companies, or of persons; else those that the reps touched in the last 12 weeks.
        rep: Whose weeks or companies alone, by key.
    """
    if not trial.by_company:
        return _weeks(trial, rep)
    if asked:
        return [_asked(reader, trial, each) for each in dict.fromkeys(asked)]
    reps = trial.reps if rep is None else tuple(each for each in trial.reps if each == rep)
    pairs = touched_lately(reader, scope, reps, LATELY_WEEKS)
    names = names_of(reader, np.array([unit for _, unit in pairs], np.int64))
    companies = sorted({names[unit] for _, unit in pairs if unit in names})
    return [Lot(trial, rep, each, each, True, None, trial.is_new(each)) for each in companies]


def _weeks(trial: Trial, rep: int | None) -> list[Lot]:
    return [
        Lot(trial, whose, "", "", True, trial.starts + timedelta(weeks=week), new)
        for whose, weeks in zip(trial.reps, trial.new_weeks, strict=True)
        if rep is None or whose == rep
        for week, new in enumerate(weeks)
    ]


def _asked(reader: Reader, trial: Trial, asked: str) -> Lot:
    """The lot of what an id stands for: a company, or a person's company; of nobody known, that of the id itself."""
    keys = reader.query(f"""
        with named as (
            select key, 0 as place from ({keys_sql("account", asked)})
            union all
            select coalesce(contact.account_key, person.key), 1
            from ({keys_sql("contact", asked)}) as person left join contact on contact.contact_key = person.key
        )
        select key from named order by place, key""")["key"].to_pylist()
    names = names_of(reader, np.array(keys[:1], np.int64))
    company = names.get(keys[0], asked) if keys else asked
    return Lot(trial, None, company, asked, bool(keys), None, trial.is_new(company))
