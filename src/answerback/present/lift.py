"""What lift found, in words and as rows: the answer first, beside it what would have come back anyway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pyarrow as pa

from answerback.analysis.lift.alone import Alone
from answerback.analysis.lift.answers import Lifts, Row
from answerback.analysis.lift.practices import Lottery
from answerback.domain.refusals import CannotTell, Refused
from answerback.present import trials
from answerback.present.refusals import refusal_text

Names = Mapping[int, str]
"""The id behind each rep's key."""

_TEXT = ("about", "what", "by", "rep", "play", "answer", "reason", "text")
_DAYS = ("since", "until", "fixed_on", "later_starts")
_WHOLE = ("reps", "starts", "now", "later", "seed", "weeks_done", "weeks", "pending", "untreated")
_REAL = ("before", "after", "rise", "anyway", "lift", "low", "high", "p_value", "sure", "rebound", "drift", "overlap")
_MORE = ("efforts", "answers")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXT]
    + [(name, pa.date32()) for name in _DAYS]
    + [(name, pa.int64()) for name in _WHOLE]
    + [(name, pa.float64()) for name in (*_REAL, *_MORE)]
    + [(name, pa.string()) for name in trials.TEXT]
    + [(name, pa.int64()) for name in trials.WHOLE]
    + [(name, pa.float64()) for name in trials.REAL]
    + [("extrapolated", pa.bool_()), ("drawn_again", pa.bool_()), ("changed_on", pa.string())]
)
"""Rows for machines: `about` says group, rep, draw or trial; shares run from 0 to 1."""
EYES = {
    "group": ("what", "by", "reps", "starts", "before", "after", "rise", "anyway", "left", "between", "answer"),
    "rep": ("rep", "what", "since", "before", "after", "rise", "comes_back", "others", "left", "between", "answer"),
    "draw": ("what", "since", "until", "week", "now", "later", "rise", "anyway", "left", "between", "answer"),
    "trial": trials.EYES,
}
"""Columns for eyes."""
TITLES = {"group": "", "rep": "One rep at a time", "draw": "Drawn by lot", "trial": "Two ways, dealt by lot"}
_ANSWER = {
    "helped": "it helped",
    "harmed": "it made it worse",
    "cannot_tell": "cannot tell",
    "beyond": "more than comes back",
    **trials.ANSWER,
}


def rows(found: Lifts, names: Names) -> list[dict[str, object]]:
    """Every answer as a row by `SCHEMA`."""
    told = [_draw(each) for each in found.draws] + [trials.trial_row(each) for each in found.trials]
    told += [_group(found, each, names) for each in found.rows]
    told += [_alone(found, what, each, names) for what, each in found.alone]
    return told


def sentences(found: Lifts, names: Names) -> list[str]:
    """The answers in plain words, the ones about groups first; then what is not known.

    Where everybody who gave something meets the same refusal, it is said once.
    """
    if found.refused is not None:
        return [refusal_text(found.refused)]
    said = [_draw_text(each) for each in found.draws] + [trials.trial_text(each) for each in found.trials]
    said += [_group_text(each, names) for each in found.rows if each.by is None or each.judged.lift is not None]
    sure = [(what, each) for what, each in found.alone if each.refused is None]
    said += [_alone_text(found, what, each, names) for what, each in sure[:5]]
    return said


def notes(found: Lifts) -> list[str]:
    """What the answers rest on, and what is not known."""
    said = trials.trial_notes(found.trials)
    if any(each.judged.lift is not None for each in found.rows):
        said.append(
            "Compared are reps who began with nothing in the same weeks and had like rates before. Rates are by proof,"
            " at the usual mix of touches, over 6 weeks after; the week itself is left out."
        )
    if any(each.judged.lift is not None and each.judged.lift.extrapolated for each in found.rows):
        said.append(
            "Extrapolated: no rep without it had a recent rate as low, so the comparison reaches beyond the data."
        )
    if pending := sum(each.judged.pending for each in found.rows if each.by is None):
        verb = "start is" if pending == 1 else "starts are"
        said.append(f"{pending} {verb} too recent: their 6 weeks are not over.")
    if silent := sum(each.by is not None and each.judged.lift is None for each in found.rows):
        said.append(f"Of {silent} who gave it too little is known to tell for each; --format json has them all.")
    if found.alone:
        said.append(
            "One rep at a time: 'comes back' is what so low a rate regains by itself, 'others' how far other reps moved"
            f" in the same weeks. Of {len(found.alone)} looked at, a rise must be the surer to be told. That a rise is"
            " larger does not show what it came from, and it is no sole basis for a"
            " judgement on anybody."
        )
    return said


def points(share: float | None) -> str:
    """A difference of shares in points.

    >>> points(0.049), points(-0.1), points(None)
    ('+4.9', '-10.0', '')
    """
    return "" if share is None else f"{share * 100:+.1f}"


def eyes(row: Mapping[str, object]) -> dict[str, object]:
    """A row as a table for eyes shows it: shares as percent, differences in points."""
    number = {name: row.get(name) for name in (*_REAL,)}
    shown: dict[str, object] = dict(row)
    for name in ("before", "after"):
        shown[name] = "" if number[name] is None else f"{_float(number[name]) * 100:.0f} %"
    for name, of in (
        ("rise", "rise"),
        ("anyway", "anyway"),
        ("left", "lift"),
        ("comes_back", "rebound"),
        ("others", "drift"),
    ):
        shown[name] = points(None if number[of] is None else _float(number[of]))
    low, high = number["low"], number["high"]
    shown["between"] = "" if low is None or high is None else f"{points(_float(low))} and {points(_float(high))}"
    shown["answer"] = _ANSWER[str(row["answer"])] + (" (extrapolated)" if row.get("extrapolated") else "")
    if row.get("weeks") is not None:
        shown["week"] = f"{row['weeks_done']} of {row['weeks']}"
    return trials.trial_eyes(shown) if row["about"] == "trial" else shown


def tells_nothing(row: Mapping[str, object]) -> bool:
    """Whether a row is of one who gave something, and too little is known to measure it: no row for eyes."""
    return row["about"] == "group" and bool(row["by"]) and row.get("lift") is None


def _float(value: object) -> float:
    if not isinstance(value, float):
        raise TypeError(f"{value!r} is no share")
    return value


def _answer(refused: CannotTell | None, effect: float | None) -> dict[str, object]:
    if refused is None and effect is not None:
        return {"answer": "helped" if effect > 0.0 else "harmed", "reason": None, "text": None}
    if refused is None:
        return {"answer": "cannot_tell", "reason": None, "text": None}
    return {"answer": "cannot_tell", "reason": str(refused.reason), "text": refusal_text(refused)}


def _group(found: Lifts, row: Row, names: Names) -> dict[str, object]:
    judged, lift = row.judged, row.judged.lift
    told: dict[str, object] = {
        "about": "group",
        "what": row.what,
        "by": "" if row.by is None else names.get(row.by, ""),
        "reps": judged.reps,
        "pending": judged.pending,
        "efforts": judged.efforts,
        "answers": judged.answers,
        "since": None if judged.first is None else found.day_of(judged.first),
        "until": None if judged.last is None else found.day_of(judged.last + 7),
    }
    if lift is not None:
        effect = lift.effect
        told |= {"starts": lift.starts, "untreated": lift.untreated, "before": lift.before, "after": lift.after}
        told |= {"rise": lift.rise, "anyway": lift.anyway, "lift": effect.value, "low": effect.low, "high": effect.high}
        told |= {"p_value": effect.p_value, "overlap": lift.overlap, "extrapolated": lift.extrapolated}
    return told | _answer(judged.refused, None if lift is None else lift.effect.value)


def _alone(found: Lifts, what: str, each: Alone, names: Names) -> dict[str, object]:
    change = each.change
    return {
        "about": "rep",
        "what": what,
        "rep": names.get(each.rep_key, ""),
        "since": found.day_of(each.week),
        "until": found.day_of(each.week + 7),
        "before": change.before,
        "after": change.after,
        "rise": change.rise,
        "rebound": change.rebound,
        "drift": change.drift,
        "anyway": change.rebound + change.drift,
        "lift": change.beyond,
        "low": change.low,
        "high": change.high,
        "sure": change.sure,
        "efforts": each.efforts,
        "answers": each.answers,
        "untreated": each.others,
    } | (_answer(each.refused, change.beyond) | ({} if each.refused else {"answer": "beyond"}))


def _draw(each: Lottery) -> dict[str, object]:
    told: dict[str, object] = {
        "about": "draw",
        "what": each.draw,
        "play": each.play,
        "fixed_on": each.frozen_on,
        "since": each.starts,
        "until": each.ends,
        "later_starts": each.later_starts,
        "now": len(each.now),
        "later": len(each.later),
        "reps": len(each.now) + len(each.later),
        "seed": each.seed,
        "weeks_done": each.weeks_done,
        "weeks": each.weeks,
        "low": each.low,
        "high": each.high,
        "efforts": each.efforts,
        "answers": each.answers,
        "drawn_again": each.drawn_again,
        "changed_on": " ".join(map(str, each.changed_on)),
    }
    if each.drawn is not None:
        drawn = each.drawn
        told |= {"before": drawn.before, "after": drawn.after, "rise": drawn.after - drawn.before}
        told |= {"anyway": drawn.anyway, "lift": drawn.effect.value, "p_value": drawn.p_value}
    return told | _answer(each.refused, None if each.drawn is None else each.drawn.effect.value)


def _group_text(row: Row, names: Names) -> str:
    label = row.what.replace("_", "-") + ("" if row.by is None else f" by {names.get(row.by, '')}")
    lift, refused = row.judged.lift, row.judged.refused
    if lift is None or (refused is not None and refused.reason is not Refused.WITHIN_REBOUND):
        if refused is not None and refused.reason is Refused.NOTHING_STANDS_OUT and lift is not None:
            return f"{label}: cannot tell that it helped: {_moved(lift.rise)}, {_without(lift.anyway)}."
        return f"{label}: {refusal_text(refused) if refused is not None else 'cannot tell'}"
    if refused is not None:
        return (
            f"{label}: cannot tell that it helped: {_moved(lift.rise)}; {lift.anyway * 100:.0f} would have come back"
            " anyway."
        )
    effect = lift.effect
    reach = f"between {points(effect.low)} and {points(effect.high)}"
    verdict = "it helped" if effect.value > 0.0 else "it made it worse"
    return (
        f"{label}: {verdict}. {_moved(lift.rise).capitalize()}, {_without(lift.anyway)}: {points(effect.value)} points"
        f" are left ({reach})."
    )


def _moved(rise: float) -> str:
    return f"rates {'rose' if rise >= 0 else 'fell'} by {abs(rise) * 100:.0f} points"


def _without(anyway: float) -> str:
    way = "risen" if anyway >= 0 else "fallen"
    return f"and would have {way} by {abs(anyway) * 100:.0f} anyway"


def _alone_text(found: Lifts, what: str, each: Alone, names: Names) -> str:
    change = each.change
    return (
        f"{names.get(each.rep_key, '')}, {what.replace('_', '-')} in the week of {found.day_of(each.week)}: from"
        f" {change.before * 100:.0f} % to {change.after * 100:.0f} %, {change.rise * 100:.0f} points; of these"
        f" {max(0.0, change.rebound + change.drift) * 100:.0f} would have come back anyway."
    )


def _draw_text(each: Lottery) -> str:
    label = f"Practice {each.draw} ({each.play or 'all touches'}, {each.starts} to {each.ends})"
    changed = "".join(
        f" The plan was changed after it began, on {day}; judged is what was fixed before." for day in each.changed_on
    )
    again = " Some of these reps were in an earlier draw at that time; that one counts." if each.drawn_again else ""
    if each.drawn is None or (each.refused is not None and each.refused.reason is not Refused.WITHIN_REBOUND):
        refused = each.refused
        if refused is None or refused.reason is Refused.NOTHING_STANDS_OUT:
            return f"{label}: cannot tell that it helped.{changed}{again}"
        today = each.ends - timedelta(days=refused.need - refused.have)  # what is said of the end is the end fixed
        return f"{label}: {refusal_text(refused, today=today)}{changed}{again}"
    rise = each.drawn.after - each.drawn.before
    if each.refused is not None:
        text = f"cannot tell that it helped: {_moved(rise)}; {each.drawn.anyway * 100:.0f} would have come anyway"
    else:
        low, high = points(each.low), points(each.high)
        verdict = "it helped" if each.drawn.effect.value > 0.0 else "it made it worse"
        text = f"{verdict}: {points(each.drawn.effect.value)} points against those who wait (between {low} and {high})"
    early = "" if each.over else f", after {each.weeks_done} of {each.weeks} weeks"
    return f"{label}{early}: {text}.{changed}{again}"
