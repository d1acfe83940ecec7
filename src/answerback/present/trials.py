"""Trials of two ways of doing a thing, in words and as rows: lots, the answer, both rates, how many more it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import pyarrow as pa

from answerback.analysis.lift.trial_lots import LATELY_WEEKS, Lot
from answerback.analysis.lift.trials import LEAST_TOLD, Foreseen, Measured, Trial, Tried, least_to_show
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.refusals import percent, refusal_text

TEXT = ("design", "new_way", "usual_way")
WHOLE = ("days_done", "days", "new_units", "usual_units", "needed", "told")
REAL = ("new", "usual", "kept")
"""Columns of rows for machines that only trials have."""
EYES = ("what", "new_way", "usual_way", "day", "new", "usual", "difference", "between", "as_lots_said", "answer")
ANSWER = {"new_way": "the new way is better", "usual_way": "the usual way is better"}


def trial_row(each: Tried) -> dict[str, object]:
    """A trial as a row by the schema of lift."""
    trial, measured = each.trial, each.measured
    told: dict[str, object] = {
        "about": "trial",
        "what": trial.draw,
        "play": trial.play,
        "design": str(trial.plan.design),
        "new_way": trial.plan.new.name,
        "usual_way": trial.plan.usual.name,
        "fixed_on": trial.frozen_on,
        "since": trial.starts,
        "until": trial.ends,
        "reps": len(trial.reps),
        "seed": trial.plan.seed,
        "weeks_done": each.days_done // 7,
        "weeks": trial.weeks,
        "days_done": each.days_done,
        "days": (trial.ends - trial.starts).days,
        "efforts": each.efforts,
        "answers": each.answers,
        "kept": each.kept,
        "told": each.told,
        "drawn_again": trial.drawn_again,
        "changed_on": " ".join(map(str, trial.changed_on)),
    }
    if measured is not None:
        told |= {"new": measured.new, "usual": measured.usual, "lift": measured.effect.value}
        told |= {"low": measured.low, "high": measured.high, "p_value": measured.effect.p_value}
        told |= {"new_units": measured.units[0], "usual_units": measured.units[1], "needed": measured.needed}
    refused = each.refused
    told["answer"] = "cannot_tell" if refused is not None else "new_way" if each.better else "usual_way"
    return told | {
        "reason": None if refused is None else str(refused.reason),
        "text": None if refused is None else refusal_text(refused),
    }


def trial_eyes(row: Mapping[str, object]) -> dict[str, object]:
    """Cells for eyes, from cells that all answers of lift have and the row of `trial_row`."""
    shown = {"difference": row["left"], "day": f"{row['days_done']} of {row['days']}"}
    for name, of, said in (("new", "new", _rate), ("usual", "usual", _rate), ("as_lots_said", "kept", percent)):
        value = row.get(of)
        shown[name] = said(value) if isinstance(value, float) else ""
    return dict(row) | shown


def trial_text(each: Tried) -> str:
    """One trial in a few sentences: the answer first."""
    trial = each.trial
    early = "" if each.over else f", {each.days_done} of {(trial.ends - trial.starts).days} days over"
    label = f"Trial {trial.draw} ({_touches(trial)}, {trial.starts} to {trial.ends}{early})"
    said = [f"{label}: {_verdict(each)}", *_figures(each), *_kept(each)]
    said += [
        f"The plan was changed after it began, on {day}; judged is what was fixed before." for day in trial.changed_on
    ]
    if trial.drawn_again:
        said.append("Lots were drawn before for these two ways, some of these reps and that time; those count.")
    return " ".join(said)


def trial_notes(found: Sequence[Tried]) -> list[str]:
    """What trials rest on, and what is not known."""
    if not found:
        return []
    rests = (
        "Trials are told as the lots fell, whoever went the other way. Rates are by proof. Before the end the interval"
        " holds however often one looks; from the end on it is the usual one."
    )
    said = [rests]
    if any(not each.trial.by_company for each in found):
        said.append(
            "Where weeks are switched, the difference is taken beside each rep's own rate of the 12 weeks before, and"
            " weeks right after a switch do not count."
        )
    if silent := sum(each.kept is None and each.days_done > 0 for each in found):
        said.append(
            f"In {silent} of {len(found)} fewer than {LEAST_TOLD} show by their records which way they were made: it is"
            " not known how far the lots were kept to. --shown-by at the next draw says by what they show it."
        )
    return said


def _verdict(each: Tried) -> str:
    refused, plan = each.refused, each.trial.plan
    if refused is None:
        better, other = (plan.new, plan.usual) if each.better else (plan.usual, plan.new)
        sure = "moves more buyers" if each.over else "already surely moves more buyers"
        return f"{better.name!r} {sure} than {other.name!r}."
    if refused.reason is Refused.NOTHING_STANDS_OUT:
        return f"cannot tell {plan.new.name!r} from {plan.usual.name!r}."
    if refused.reason is Refused.NOT_OVER and not each.days_done:
        return f"begins on {each.trial.starts}."
    return refusal_text(refused, today=each.trial.starts + timedelta(days=each.days_done))


def _figures(each: Tried) -> list[str]:
    measured, plan = each.measured, each.trial.plan
    if measured is None:
        return []
    so_far = "So far " if not each.over else ""
    beside = "" if each.trial.by_company else " beside each rep's own rate before"
    between = f"between {measured.low * 100:+.1f} and {measured.high * 100:+.1f}"
    rates = (
        f"{so_far}{plan.new.name!r} moved {_rate(measured.new)}, {plan.usual.name!r} {_rate(measured.usual)}:"
        f" {measured.effect.value * 100:+.1f} points{beside}, {between},"
        f" from {measured.units[0]:,} and {measured.units[1]:,} {_units(each)}."
    )
    said = [rates]
    if each.refused is not None and (more := _more(measured)):
        said.append(
            f"To see a difference of {plan.worth * 100:g} points takes about {measured.needed:,} a side: {more:,} more."
        )
    return said


def _more(measured: Measured) -> int:
    return max(0, measured.needed - min(measured.units))


def _kept(each: Tried) -> list[str]:
    if each.kept is None or (each.refused is not None and each.refused.reason is Refused.NOT_KEPT_TO):
        return []
    return [f"By their records {percent(each.kept)} of {each.told:,} {_units(each)} went as their lot said."]


def _units(each: Tried) -> str:
    return "companies" if each.trial.by_company else "weeks of a rep"


def _rate(share: float) -> str:
    """A rate with one decimal.

    >>> _rate(0.1234)
    '12.3 %'
    """
    return f"{share * 100:.1f} %"


LOT_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("draw", "design", "play", "rep", "asked", "company")]
    + [("known", pa.bool_()), ("week", pa.date32()), ("way", pa.string()), ("new", pa.bool_()), ("seed", pa.int64())]
    + [("since", pa.date32()), ("until", pa.date32())]
)
"""Lots for machines: one row per company, or per rep and week."""


def lot_rows(lots: Iterable[Lot], names: Mapping[int, str]) -> list[dict[str, object]]:
    """Lots as rows by `LOT_SCHEMA`; `names` are the ids behind keys of reps."""
    return [
        {
            "draw": each.trial.draw,
            "design": str(each.trial.plan.design),
            "play": each.trial.play,
            "rep": None if each.rep_key is None else names.get(each.rep_key, ""),
            "asked": each.asked or None,
            "company": each.company or None,
            "known": each.known,
            "week": each.week,
            "way": each.way,
            "new": each.new,
            "seed": each.trial.plan.seed,
            "since": each.trial.starts,
            "until": each.trial.ends,
        }
        for each in lots
    ]


def fixed_text(trial: Trial) -> list[str]:
    """What was fixed, and how anybody draws the lots again."""
    plan, seed = trial.plan, trial.plan.seed
    reps = "1 rep" if len(trial.reps) == 1 else f"{len(trial.reps)} reps"
    what = (
        f"Trial {trial.draw}: {plan.new.name!r} against {plan.usual.name!r} (the usual way), {_touches(trial)},"
        f" {trial.starts} to {trial.ends}, {reps}."
    )
    said = [what]
    if trial.by_company:
        said.append("Each company gets one of the two ways, from everybody, as long as the trial lasts.")
        lot, example = "company", f"{seed}:acme"
    else:
        washed_out = _washed_out(plan.wash_out)
        said.append(f"Each rep goes one way for some weeks and then, by lot, the other or the same; {washed_out}.")
        said.append(f"Lots are drawn for the weeks of {', '.join(map(str, trial.drawn_for))}, and hold until the next.")
        lot, example = "rep:Monday", f"{seed}:ann:{trial.starts}"
    again = (
        f"Seed {seed}: a lot is the SHA-256 of '{seed}:{lot}'; from 0 to 7 it begins for {plan.new.name!r}, from 8"
        f" to f {plan.usual.name!r}. Anybody can draw it again: printf '{example}' | sha256sum"
    )
    return [*said, "Measured: touches that moved a buyer, by proof, as the lots fell.", again]


def foreseen_text(trial: Trial, expected: Foreseen) -> str:
    """How much would show, by what these lots would have said of the weeks before."""
    weeks, worth, told = trial.weeks, trial.plan.worth, expected.told
    paced = f"With as many touches as in the {weeks} weeks to {expected.ends}"
    if isinstance(told, CannotTell):
        return f"{paced} no answer would come of it. {refusal_text(told)}"
    least = least_to_show(told)
    units = "companies" if trial.by_company else "weeks of a rep"
    said = (
        f"{paced} ({told.units[0]:,} and {told.units[1]:,} {units}) a difference of {least * 100:.0f} points would show"
        " in four of five cases."
    )
    if least <= worth:
        return said
    longer = math.ceil(weeks * (least / worth) ** 2)
    return f"{said} To see one of {worth * 100:g} takes about {longer:,} weeks at that pace, or more reps."


def lot_sentences(trial: Trial, lots: Sequence[Lot], day: date, names: Mapping[int, str]) -> list[str]:
    """Which way it is: on this day for reps whose weeks are switched, and for companies."""
    plan = trial.plan
    what = f"Trial {trial.draw} ({_touches(trial)}, {plan.new.name!r} or {plan.usual.name!r})"
    began = f"begins on {trial.starts}" if day < trial.starts else f"lasts until {trial.ends}"
    said = [f"{what} {began}."]
    if not trial.by_company:
        now = [each for each in lots if each.week is not None and each.week <= day < each.week + timedelta(days=7)]
        said += [f"{names.get(each.rep_key or 0, '')} this week: {each.way}." for each in now]
    elif len(lots) == 1:
        said.append(f"{lots[0].asked}: {lots[0].way}.")
    if any(not each.known for each in lots):
        said.append("Where no record speaks of a company yet, it is the lot of the id as you typed it.")
    if not lots:
        said.append(f"Nobody was touched in the last {LATELY_WEEKS} weeks; name a company.")
    return said


def _washed_out(weeks: int) -> str:
    if weeks == 1:
        return "the week right after a switch does not count"
    return f"the {weeks} weeks right after a switch do not count" if weeks else "every week counts"


def _touches(trial: Trial) -> str:
    return trial.play or "all touches"
