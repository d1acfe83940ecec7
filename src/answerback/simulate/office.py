"""What a company keeps beside its deals: holidays, assignments, targets, expenses, coaching, service cases, obstacles.

Targets are what a seller of average skill would win in a quarter, times `target_ease`. Expenses grow with visits and
meetings. Managers who coach talk with each of their reps; the worst may be coached besides, which changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.deals import OUTCOME, WON
from answerback.simulate.ledger import Columns, renamed
from answerback.simulate.parameters import DAY, OBJECTIONS, STEP_NAMES, WEEK, Kind
from answerback.simulate.people import team_of
from answerback.simulate.worktime import quarter_of

if TYPE_CHECKING:
    from answerback.simulate.model import Told

Ints = NDArray[np.int64]

_HELD = 0.85
"""Share of planned one-to-ones that take place."""
_CASES = ("question", "fault", "delivery", "invoice")
_MONTHLY_MINOR, _VISIT_MINOR, _MEETING_MINOR = 60_000, 18_000, 2_500
_WEEKS_A_QUARTER = 13


def office_columns(told: Told, efforts: Columns, acts: Columns, deals: Columns, numbers: Ints) -> dict[str, Any]:
    """All of these facts, by kind. Draws from a generator of its own: what buyers do does not depend on it."""
    rng = np.random.default_rng((told.parameters.seed, 2))
    return {
        "absence": _absences(told),
        "assignment": _assignments(told, efforts, acts),
        "target": _targets(told, deals, numbers),
        "expense": _expenses(told, efforts),
        "happening": _happenings(told),
        "conversation": _conversations(told, rng),
        "case": _cases(told, deals, numbers, rng),
        "obstacle": _obstacles(told, numbers),
        "coverage": _coverage(told),
    }


def _absences(told: Told) -> dict[str, Any]:
    rows = [(seller, told.worktime.start + first * DAY, told.worktime.start + end * DAY)
            for seller, first, end in told.staffing.absences]  # fmt: skip
    return {"seller": [each[0] for each in rows], "from": [each[1] for each in rows], "to": [each[2] for each in rows]}


def _assignments(told: Told, efforts: Columns, acts: Columns) -> dict[str, Any]:
    """Each company to who held its territory when it first occurred, and to whoever took over."""
    account = np.concatenate([told.pursuits.account[each["pursuit"]] for each in (efforts, acts)])
    at = np.concatenate([efforts["at"], acts["at"]])
    order = np.lexsort((at, account))
    companies, first = np.unique(account[order], return_index=True)
    rows = []
    for company, since in zip(companies.tolist(), at[order][first].tolist(), strict=True):
        seat = int(told.buyers.seat[company])
        shifts = _shifts(told, seat)
        for seller, begins, ends in shifts:
            if ends is None or ends > since:
                start = max(begins, since - DAY)
                rows.append((company, seller, start, start, ends))
    names = ("account", "seller", "notified_at", "from", "to")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _shifts(told: Told, seat: int) -> list[tuple[int, int, int | None]]:
    """Who held a territory, from when to when."""
    parameters, start = told.parameters, told.worktime.start
    holders = [seat, *(each for each, of in parameters.seats.items() if of == seat)]
    return [
        (each, start + parameters.joins.get(each, 0) * DAY,
         start + parameters.leaves[each] * DAY if each in parameters.leaves else None)
        for each in holders
    ]  # fmt: skip


def _targets(told: Told, deals: Columns, numbers: Ints) -> dict[str, Any]:
    """Money to win, by rep and quarter: a fair share of what all deals were worth, times `target_ease`."""
    parameters, quarters = told.parameters, _quarters(told)
    won = _won(told, numbers)
    # A dollar counts as a euro here: targets are round numbers that somebody wished for.
    weekly = float(deals["amount_minor"][won].sum()) / (parameters.reps * parameters.weeks)
    value = int(round(weekly * _WEEKS_A_QUARTER * parameters.target_ease, -5))
    rows = [(seller, period, value) for seller in range(parameters.reps) for period in quarters]
    return {
        "seller": [each[0] for each in rows],
        "metric": ["won_amount"] * len(rows),
        "period": [each[1] for each in rows],
        "value": [each[2] for each in rows],
    }


def _won(told: Told, numbers: Ints) -> Ints:
    """The deals that were won in the time told."""
    changes = told.courses.deals.changes.columns()
    end = told.worktime.start + told.parameters.days * DAY
    ended = (changes["field"] == OUTCOME) & (changes["new"] == WON)
    won, at = changes["deal"][ended], changes["at"][ended]
    deal = renamed(won, numbers)
    found: Ints = deal[(deal >= 0) & (at >= told.worktime.start) & (at < end)]
    return found


def _quarters(told: Told) -> list[str]:
    weeks = (told.worktime.start + week * WEEK * DAY for week in range(told.parameters.weeks))
    return list(dict.fromkeys(map(quarter_of, weeks)))


def _expenses(told: Told, efforts: Columns) -> dict[str, Any]:
    rows = []
    on = efforts["at"].astype("datetime64[s]").astype("datetime64[M]").astype(str)
    for seller in range(told.parameters.reps):
        own = efforts["seller"] == seller
        for month in np.unique(on[own]):
            kinds = efforts["kind"][own & (on == month)]
            visits, meetings = (int((kinds == int(each)).sum()) for each in (Kind.VISIT, Kind.MEETING))
            rows.append((seller, str(month), _MONTHLY_MINOR + visits * _VISIT_MINOR + meetings * _MEETING_MINOR))
    return {
        "seller": [each[0] for each in rows],
        "period": [each[1] for each in rows],
        "amount_minor": [each[2] for each in rows],
        "currency": ["EUR"] * len(rows),
    }


def _happenings(told: Told) -> dict[str, Any]:
    start, rows = told.worktime.start, told.parameters.happenings
    return {
        "from": [start + each[0] * DAY for each in rows],
        "to": [start + each[1] * DAY for each in rows],
        "scope": [each[2] for each in rows],
        "text": [each[3] for each in rows],
    }


def _conversations(told: Told, rng: np.random.Generator) -> dict[str, Any]:
    parameters, rows = told.parameters, []
    for day, seller, coach, kind in [*((*each, "training") for each in told.talks), *parameters.talks]:
        rows.append((seller, coach, day, kind, STEP_NAMES[0]))
    for week in range(0, parameters.weeks, parameters.coaching_every_weeks):
        for seller in range(parameters.reps):
            coach = parameters.reps + team_of(seller, parameters)
            here = parameters.joins.get(seller, 0) <= week * WEEK < parameters.leaves.get(seller, parameters.days)
            coaches = not parameters.coaching_managers or coach in parameters.coaching_managers
            if coaches and here and rng.random() < _HELD:
                topic = STEP_NAMES[int(rng.integers(len(STEP_NAMES)))]
                rows.append((seller, coach, week * WEEK + int(rng.integers(5)), "one_to_one", topic))
    rows.sort(key=lambda row: (row[2], row[0]))
    half_hours = rng.integers(0, 14, len(rows)) * 1800
    return {
        "seller": [each[0] for each in rows],
        "coach": [each[1] for each in rows],
        "at": np.array([told.worktime.start + row[2] * DAY + 8 * 3600 for row in rows], dtype=np.int64) + half_hours,
        "kind": [each[3] for each in rows],
        "topic": [each[4] for each in rows],
        "minutes": rng.integers(2, 7, len(rows)) * 10,
    }  # fmt: skip


def _cases(told: Told, deals: Columns, numbers: Ints, rng: np.random.Generator) -> dict[str, Any]:
    changes = told.courses.deals.changes.columns()
    end = told.worktime.start + told.parameters.days * DAY
    won = (changes["field"] == OUTCOME) & (changes["new"] == WON)
    deal, at = renamed(changes["deal"][won], numbers), changes["at"][won]
    rows = []
    for each, since in zip(deal.tolist(), at.tolist(), strict=True):
        for _ in range(int(rng.poisson(told.parameters.case_rate))):
            opened = since + int(rng.uniform(10, 110) * DAY)
            if each >= 0 and opened < end:
                closed = opened + int(rng.exponential(6 * DAY)) + 3600
                kind = _CASES[int(rng.integers(len(_CASES)))]
                rows.append((int(deals["account"][each]), each, opened, closed if closed < end else None, kind))
    rows.sort(key=lambda row: (row[2], row[1]))
    names = ("account", "deal", "opened_at", "closed_at", "kind")
    return {"case": list(range(len(rows)))} | {n: [row[place] for row in rows] for place, n in enumerate(names)}


def _obstacles(told: Told, numbers: Ints) -> dict[str, Any]:
    """What buyers said stood in the way; what sellers say is the loss reason in the CRM."""
    said = told.courses.deals.said.columns()
    end = told.worktime.start + told.parameters.days * DAY
    deal = renamed(said["deal"], numbers)
    kept = np.flatnonzero((deal >= 0) & (said["at"] < end))
    kept = kept[np.argsort(said["at"][kept], kind="stable")]
    return {
        "deal": deal[kept],
        "at": said["at"][kept],
        "kind": [OBJECTIONS[each] for each in said["kind"][kept]],
        "said_by": ["buyer"] * len(kept),
        "evidence": ["captured"] * len(kept),
    }


def _coverage(told: Told) -> dict[str, Any]:
    """Which system of whom was read, from when to when. That mails did not arrive nobody was told."""
    start, end = told.worktime.start, told.worktime.start + told.parameters.days * DAY
    rows = []
    for seller in range(told.parameters.reps + told.parameters.managers):
        begins = start + told.parameters.joins.get(seller, 0) * DAY
        ends = min(end, start + told.parameters.leaves.get(seller, told.parameters.days) * DAY)
        rows += [(seller, system, begins, ends) for system in ("mail", "calendar", "dialler", "esign")]
    names = ("seller", "system", "from", "to")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
