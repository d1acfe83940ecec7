"""A rehearsal in words: when a change shows, what that costs in false alarms, and what more touches would bring."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from answerback.simulate.rehearse import MARKS, PEERS_STRENGTH, QUIET_WEEKS, Estimate, Rehearsal, Seen
from answerback.stats.special import beta_quantile

_TWO_ERRORS = 1.96
_SHOWN_MARKS = (4, 8, 13)


def percent(share: float) -> str:
    """A share in percent, with as few digits as it was given.

    >>> percent(0.1), percent(0.035), percent(0.0021)
    ('10 %', '3.5 %', '0.21 %')
    """
    return f"{share * 100:.4g} %"


def weeks_text(weeks: float) -> str:
    """A number of weeks.

    >>> weeks_text(1.0), weeks_text(6.0), weeks_text(5.09)
    ('1 week', '6 weeks', '5.1 weeks')
    """
    shown = f"{weeks:.1f}".removesuffix(".0")
    return f"{shown} week{'' if shown == '1' else 's'}"


def years_text(years: float) -> str:
    """A number of years.

    >>> years_text(3.52), years_text(14.8), years_text(0.5)
    ('3.5 years', '15 years', '6 months')
    """
    if years < 1.0:
        return f"{years * 12:.0f} months"
    return f"{years:.1f} years" if years < 10.0 else f"{years:.0f} years"


def paragraphs(rehearsal: Rehearsal) -> list[str]:
    """What is told before the table: the answer, its price, its limit."""
    return [_answer(rehearsal), _price(rehearsal), _limit(rehearsal)]


def assumptions(rehearsal: Rehearsal) -> str:
    """What is told after the table: how sure the figures are and what they rest on."""
    plan, own = rehearsal.plan, rehearsal.own
    team = rehearsal.team_false_alarms(own)
    baseline = (
        "that the rate before is known exactly"
        if plan.baseline_weeks is None
        else f"{plan.baseline_weeks:,} weeks of baseline for each rep, the reps' own rates mostly {_peers(plan.before)}"
    )
    lag = "that answers come at once" if plan.lag_days == 0 else f"half of the answers within {plan.lag_days:g} days"
    mean, alarms = _with_error(own.mean), _with_error(team)
    return (
        f"How sure: with {rehearsal.streams:,} changes simulated the mean is {mean} weeks, the team's false alarms are "
        f"{alarms} a year (95 %). Assumed: {baseline}; {QUIET_WEEKS} weeks of watching before the change; "
        f"{lag}, before and after; every answer recorded. If buyers merely answer more slowly, as in holidays, there "
        f"are more false alarms."
    )


def more_touches(rehearsal: Rehearsal) -> pa.Table:
    """What more touches a week would bring, for eyes."""
    seen = rehearsal.seen
    marks = [mark for mark in _SHOWN_MARKS if mark <= rehearsal.plan.weeks]
    columns: dict[str, list[Any]] = {
        "touches a week": [each.efforts_per_week for each in seen],
        "half seen within": [_weeks_or_more(each.median, rehearsal) for each in seen],
        "9 of 10 within": [_weeks_or_more(each.ninety, rehearsal) for each in seen],
    }
    columns |= {f"seen in {mark} weeks": [_share_text(each.within[mark]) for each in seen] for mark in marks}
    columns |= {
        "missed": [_share_text(each.missed) for each in seen],
        "false alarms a year, team": [_number(rehearsal.team_false_alarms(each).value) for each in seen],
        "limit, mean weeks": [f"{each.limit:.1f}" for each in seen],
    }
    return pa.table(columns)


def rehearsal_rows(rehearsal: Rehearsal) -> pa.Table:
    """All of it for machines: one row for each number of efforts a week, the plan's own first."""
    plan = rehearsal.plan
    rows = []
    for seen in rehearsal.seen:
        row: dict[str, Any] = {
            "efforts_per_week": seen.efforts_per_week,
            "reps": plan.reps,
            "from": plan.before,
            "to": plan.after,
            "weeks": plan.weeks,
            "lag_days": plan.lag_days,
            "baseline_weeks": plan.baseline_weeks,
        }
        for name, figure in _figures(rehearsal, seen).items():
            row |= {name: figure.value, f"{name}_error": figure.error}
        row |= {"limit_weeks": seen.limit, "simulated": rehearsal.streams}
        row |= {f"seen_in_{mark}_weeks": seen.within[mark].value if mark in seen.within else None for mark in MARKS}
        rows.append(row)
    whole = ("efforts_per_week", "reps", "weeks", "baseline_weeks", "simulated")
    schema = pa.schema([(name, pa.int64() if name in whole else pa.float64()) for name in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema)


def _peers(rate: float) -> str:
    """Where nine of ten reps of a team lie."""
    low, high = (
        float(beta_quantile(rate * PEERS_STRENGTH, (1.0 - rate) * PEERS_STRENGTH, share)) for share in (0.05, 0.95)
    )
    return f"between {low * 100:.0f} and {high * 100:.0f} %"


def _figures(rehearsal: Rehearsal, seen: Seen) -> dict[str, Estimate]:
    return {
        "median_weeks": seen.median,
        "mean_weeks": seen.mean,
        "p90_weeks": seen.ninety,
        "missed": seen.missed,
        "false_alarms_per_rep_year": seen.false_alarms,
        "false_alarms_per_team_year": rehearsal.team_false_alarms(seen),
    }


def _change(rehearsal: Rehearsal) -> str:
    plan = rehearsal.plan
    return f"{plan.direction.value} from {percent(plan.before)} to {percent(plan.after)}"


def _answer(rehearsal: Rehearsal) -> str:
    plan, own, change = rehearsal.plan, rehearsal.own, rehearsal.plan.direction.value
    what = f"A {_change(rehearsal)}, at {plan.efforts_per_week:,} touches a week,"
    if own.median.value is None:
        return f"{what} mostly does not show. {_missed(rehearsal)}"
    half = f"{what} shows after about {weeks_text(own.median.value)}: half of such {change}s sooner, half later."
    tail = "" if own.ninety.value is None else f" 1 of 10 takes longer than {weeks_text(own.ninety.value)}."
    return f"{half}{tail} {_missed(rehearsal)}"


def _missed(rehearsal: Rehearsal) -> str:
    missed, weeks = rehearsal.own.missed.value or 0.0, weeks_text(rehearsal.plan.weeks)
    if missed == 0.0:
        return f"Of {rehearsal.streams:,} simulated, none was missed for {weeks}."
    share = _share_text(rehearsal.own.missed)
    return f"{share[0].upper()}{share[1:]} are still not seen after {weeks}."


def _price(rehearsal: Rehearsal) -> str:
    plan, each = rehearsal.plan, rehearsal.own.false_alarms.value or 0.0
    if not each:
        return f"No false alarm of a {plan.direction.value} came in the simulated years without a change."
    often, what = years_text(1.0 / each), f"of a {plan.direction.value}"
    if plan.reps == 1:
        return f"Meanwhile, without any change, about one false alarm {what} in {often}."
    team = _number(rehearsal.team_false_alarms(rehearsal.own).value)
    return (
        f"Meanwhile, without any change, about {team} false alarms {what} a year in a team of {plan.reps:,} "
        f"(one per rep in {often})."
    )


def _limit(rehearsal: Rehearsal) -> str:
    own, plan = rehearsal.own, rehearsal.plan
    least = "at least " if own.missed.value else ""
    return (
        f"The limit: no method that raises one false alarm per rep in two years at most can do better on average than "
        f"{weeks_text(own.limit)} when the {plan.direction.value} comes at the worst moment, even if every answer came "
        f"at once and the rate before were known. Here the mean is {least}{weeks_text(own.mean.value or 0.0)}."
    )


def _with_error(figure: Estimate) -> str:
    return f"{_number(figure.value)} ± {_TWO_ERRORS * (figure.error or 0.0):.1g}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _share_text(share: Estimate) -> str:
    value = share.value or 0.0
    if 0.0 < value < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= value < 1.0 else f"{value * 100:.0f} %"


def _weeks_or_more(figure: Estimate, rehearsal: Rehearsal) -> str:
    return f"over {weeks_text(rehearsal.plan.weeks)}" if figure.value is None else weeks_text(figure.value)
