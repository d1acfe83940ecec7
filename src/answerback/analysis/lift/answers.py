"""The answers of lift: what was given, by kind and by who gave it, what came of it, and how sure that is.

Rates are everybody's whoever asks, because those who were not given anything are the comparison; they are pooled, at
least five of them. What a scope allows decides whose talks, practices and tools are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from answerback.analysis.detect.reading import read_cells
from answerback.analysis.lift.alone import Alone, doubted, each_alone
from answerback.analysis.lift.comparing import Judged, fresh_weeks, judge, starts
from answerback.analysis.lift.given import Gift, by_week, gifts
from answerback.analysis.lift.practices import Lottery, lotteries, versions, without_lots
from answerback.analysis.lift.rates import managers, rep_weeks
from answerback.analysis.lift.trials import Tried, trials_of, tried
from answerback.analysis.lift.weeks import WEEK, RepWeeks
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader
from answerback.domain.errors import UsageError
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope

WHERE = ("play", "kind", "coach", "rep")
"""What an answer may be restricted to."""
_EVERYBODY = Scope("what peers say", everybody=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer about a group: what was given, by whom (a key; None: by anybody), and what can be said."""

    what: str
    by: int | None
    judged: Judged


@dataclass(frozen=True, slots=True)
class Lifts:
    """All answers about one sort of gift.

    Attributes:
        of: conversation, practice, training or tool.
        rows: Groups: each kind, then each who gave it.
        alone: Single reps, one row for each fresh start.
        draws: Practices drawn by lot: some start now, the others later.
        trials: Two ways of doing a thing, dealt by lot.
        refused: Why there is nothing at all.
        rates: Everybody's weeks.
    """

    of: str
    rows: tuple[Row, ...]
    alone: tuple[tuple[str, Alone], ...]
    draws: tuple[Lottery, ...]
    trials: tuple[Tried, ...]
    refused: CannotTell | None
    rates: RepWeeks

    def day_of(self, week: int) -> date:
        """The Monday of a week."""
        return self.rates.day_of(week)


def lifts(reader: Reader, scope: Scope, of: str, where: Mapping[str, str] | None = None) -> Lifts:
    """Did it help? All talks, practices, trainings or tools that the scope has.

    Raises UsageError for what cannot be asked about, or cannot be restricted by.
    """
    chosen = where or {}
    if strange := sorted(chosen.keys() - set(WHERE)):
        raise UsageError(
            f"lift cannot be restricted by {strange[0]!r}", where="--where", next_step=f"use {', '.join(WHERE)}"
        )

    def rates_of(play: str) -> RepWeeks:
        return rates_of_reps(reader, play)

    rates = rates_of(chosen.get("play", ""))
    draws: tuple[Lottery, ...] = ()
    trials: tuple[Tried, ...] = ()
    if of == "practice":
        found = versions(reader, scope)
        draws = tuple(lotteries(found, rates_of, as_of=reader.as_of))
        trials = tuple(tried(reader, scope, each) for each in trials_of(found))
        mine = without_lots(found)
    else:
        began = rates.monday + WEEK  # what a rep had in the first week may have been there before
        mine = [each for each in gifts(reader, scope, of, chosen) if of != "tool" or each.day >= began]
    rows, alone = _answers(rates, _chosen(reader, mine, chosen), everything_given(reader))
    refused = None if rows or draws or trials else CannotTell(Refused.NO_RECORDS, have=0.0, need=1.0, names=(of,))
    return Lifts(of, tuple(rows), tuple(alone), draws, trials, refused, rates)


def rates_of_reps(reader: Reader, play: str = "", *, own: int | None = None) -> RepWeeks:
    """Everybody's rates by week, managers aside, but for one who is asked about (`own`)."""
    aside = managers(reader) - {own}

    def made() -> RepWeeks:
        return rep_weeks(read_cells(reader, _EVERYBODY), reader.as_of, play, without=aside)

    return reader.once(("rates of reps", reader.as_of, play, aside), made)


def everything_given(reader: Reader) -> list[Gift]:
    """All that anybody was given: whoever began with something else in the same weeks is no comparison."""
    return reader.once(("everything given", reader.as_of), lambda: _everything(reader, _EVERYBODY))


def _everything(reader: Reader, everybody: Scope) -> list[Gift]:
    practising = versions(reader, everybody)
    lots = [Gift(each.rep_key, each.starts, f"draw {each.plan.draw}") for each in practising if each.plan.draw]
    talks, tools = (gifts(reader, everybody, of, {}) for of in ("conversation", "tool"))
    return [*talks, *tools, *without_lots(practising), *lots]


def _answers(rates: RepWeeks, mine: list[Gift], every: list[Gift]) -> tuple[list[Row], list[tuple[str, Alone]]]:
    """By kind: the group of all, of each who gave it, and single reps."""
    rows: list[Row] = []
    alone: list[tuple[str, Alone]] = []
    kinds: dict[str, list[Gift]] = {}
    for each in every:
        kinds.setdefault(each.what, []).append(each)
    given = {what: by_week(rates, found) for what, found in kinds.items()}
    begun = {what: fresh_weeks(each).astype(np.int64) for what, each in given.items()}
    total = sum(begun.values(), start=np.zeros((len(rates.reps), rates.weeks), np.int64))
    for what in sorted({each.what for each in mine}):
        busy = total - begun[what] > 0
        own = [each for each in mine if each.what == what]
        rows.append(Row(what, None, judge(rates, given[what], by_week(rates, own), busy)))
        found, _ = starts(rates, given[what], by_week(rates, own), busy)
        alone += [(what, each) for each in each_alone(rates.reps, found)]
        by_coach: dict[int, list[Gift]] = {}
        for each in own:
            if each.by is not None:
                by_coach.setdefault(each.by, []).append(each)
        rows += [
            Row(what, coach, judge(rates, given[what], by_week(rates, talks), busy))
            for coach, talks in sorted(by_coach.items())
        ]
    told = doubted([each for _, each in alone])
    return rows, [(what, each) for (what, _), each in zip(alone, told, strict=True)]


def _chosen(reader: Reader, found: list[Gift], where: Mapping[str, str]) -> list[Gift]:
    """Those that are asked about, by rep and by coach."""
    if not {"rep", "coach"} & where.keys():
        return found
    ids = id_of(reader, "rep")
    return [
        each
        for each in found
        if where.get("rep", ids.get(each.rep_key)) == ids.get(each.rep_key)
        and ("coach" not in where or (each.by is not None and ids.get(each.by) == where["coach"]))
    ]
