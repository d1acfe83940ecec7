"""Changes in words, as rows, and as a run chart for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from answerback.analysis.detect.changes import Changes
from answerback.analysis.detect.raised import Raised
from answerback.analysis.detect.standing import Standing
from answerback.analysis.detect.story import Story, Week
from answerback.present.explain import Told
from answerback.present.refusals import refusal_text
from answerback.stats.alarms import RUN

ALL = "all touches"
_BAR = 24

SCHEMA = pa.schema(
    [
        ("rep", pa.string()),
        ("touches", pa.string()),
        ("state", pa.string()),
        ("direction", pa.string()),
        ("since", pa.date32()),
        ("usual", pa.float64()),
        ("usual_due", pa.float64()),
        ("lately", pa.float64()),
        ("lately_due", pa.float64()),
        ("a_week", pa.float64()),
        ("sure", pa.float64()),
        ("weeks_watched", pa.int64()),
        ("limit_weeks", pa.float64()),
        ("fall_to", pa.float64()),
        ("reason", pa.string()),
        ("reason_text", pa.string()),
    ]
)
_SHORT = "too short a past"
_STILL_AT_IT = 0.5
"""Touches a week of the last eight: with fewer, a rep without a change is counted and not listed."""
EYES = ("rep", "touches", "state", "since", "usual %", "lately %", "a week", "sure %", "shows in")


def change_rows(found: Changes, names: Mapping[int, str]) -> pa.Table:
    """Every rep's kinds of touch, and all touches of each together, as rows for machines."""
    rows = [
        {
            "rep": names.get(each.rep_key, str(each.rep_key)),
            "touches": each.play or ALL,
            "state": each.state,
            "direction": each.direction,
            "since": each.since,
            "usual": each.usual,
            "usual_due": each.usual_matured,
            "lately": each.recent,
            "lately_due": each.recent_matured,
            "a_week": each.per_week,
            "sure": each.sure,
            "weeks_watched": each.weeks_watched,
            "limit_weeks": each.limit_weeks,
            "fall_to": each.fall_to,
            "reason": str(each.settle[0].reason) if each.settle else "",
            "reason_text": refusal_text(each.settle[0], per_week=each.per_week or None) if each.settle else "",
        }
        for each in found.standings
    ]
    rows.sort(key=lambda row: (str(row["rep"]), row["touches"] != ALL, str(row["touches"])))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def change_eyes(found: Changes, names: Mapping[int, str], *, every: bool) -> pa.Table:
    """The same for eyes: each rep's touches together and whatever changed or is on watch, unless all are wanted."""
    rows = [
        _eyes(row)
        for row in change_rows(found, names).to_pylist()
        if every or row["state"] in {"changed", "on watch"} or (row["touches"] == ALL and row["a_week"] >= _STILL_AT_IT)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in EYES]))


def _eyes(row: Mapping[str, Any]) -> dict[str, str]:
    values = (
        row["rep"],
        row["touches"],
        f"{row['state']}: {row['direction']}" if row["direction"] else row["state"],
        "" if row["since"] is None else row["since"].isoformat(),
        "" if row["state"] == _SHORT else _percent(row["usual"]),
        "" if row["state"] == _SHORT else _percent(row["lately"]),
        f"{row['a_week']:.0f}",
        f"{row['sure'] * 100:.0f}" if row["sure"] >= 0.01 else "",
        "" if row["limit_weeks"] is None else weeks_text(row["limit_weeks"]),
    )
    return dict(zip(EYES, values, strict=True))


def answer_text(found: Changes, names: Mapping[int, str]) -> str:
    """The answer in a sentence or two.

    >>> from answerback.analysis.detect.raised import Replay
    >>> answer_text(Changes(None, Replay((), None, None, 0, 0), (), (), -1), {})
    'No touches yet: load a mailbox, a calendar, or a CRM, then build.'
    """
    if not found.standings:
        return "No touches yet: load a mailbox, a calendar, or a CRM, then build."
    whole = [each for each in found.standings if not each.play]
    changed = [each for each in found.standings if each.state == "changed"]
    watch = [each for each in found.standings if each.state == "on watch"]
    short = sum(each.state == _SHORT for each in whole)
    away = sum(each.per_week < _STILL_AT_IT and each.state not in {"changed", "on watch"} for each in whole)
    told = [f"{_people(len(whole))} watched, all touches together and each kind of touch for itself."]
    if changed:
        told += [f"{_change_text(each, names)}" for each in changed]
    else:
        told.append("Nobody's rate has changed for sure.")
    if watch:
        told.append(f"{len(watch)} on watch: too little to say anything, and nobody's business but the rep's.")
    if short:
        told.append(f"{_people(short)} with too short a past to be compared with it.")
    if away:
        told.append(f"{_people(away)} with hardly a touch in the last eight weeks, not listed.")
    return "\n".join(told)


def _people(n: int) -> str:
    return "1 rep" if n == 1 else f"{n:,} reps"


def _change_text(one: Standing, names: Mapping[int, str]) -> str:
    name = names.get(one.rep_key, str(one.rep_key))
    since = f" since about {one.since.isoformat()}" if one.since is not None else ""
    way = "fewer" if one.direction == "fall" else "more"
    return (
        f"{name}, {one.play or ALL}: {way} touches moved a buyer{since}: {_percent(one.usual)} % before, "
        f"{_percent(one.recent)} % in the last eight weeks ({one.sure * 100:.0f} % sure that something changed)."
    )


def limit_text(one: Standing) -> str:
    """How soon a fall could show at all, and how long it has been watched.

    >>> at = Standing(1, "", "quiet", "", None, 0.1, 400.0, 0.1, 160.0, 20.0, 0.0, 2, 5.1, 0.03, ())
    >>> limit_text(at)
    'At 20 touches a week a fall from 10 % to 3 % takes about 5 weeks to show; 2 weeks in.'
    """
    if one.limit_weeks is None or one.fall_to is None:
        return ""
    watched = "1 week" if one.weeks_watched == 1 else f"{one.weeks_watched} weeks"
    return (
        f"At {one.per_week:.0f} touches a week a fall from {_percent(one.usual)} % to {_percent(one.fall_to)} % "
        f"takes about {weeks_text(one.limit_weeks)} to show; {watched} in."
    )


def weeks_text(weeks: float) -> str:
    """A number of weeks.

    >>> weeks_text(0.6), weeks_text(1.2), weeks_text(5.1)
    ('less than a week', '1 week', '5 weeks')
    """
    if weeks < 0.95:
        return "less than a week"
    whole = round(weeks)
    return "1 week" if whole == 1 else f"{whole} weeks"


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{share * 100:.0f}"


BY_PROOF = (
    "Only touches that captured systems recorded, and answers that name the touch or share its offer, meeting "
    "or thread (proof), are counted."
)
BY_CONTACT = (
    "Only touches that captured systems recorded are counted. As answers count those that are proved and, as the "
    "playbook asks, acts of the very buyer: they are more frequent after touches than before, and than at other times."
)
NOT_BY_CONTACT = (
    "The playbook asks that acts of the very buyer count too. Here they do not: they are no more frequent after "
    "touches than before them, or than when the touches are moved by whole weeks, or there are too few to tell."
)


def notes(found: Changes) -> list[str]:
    """What is not known, and what the columns mean."""
    if not found.standings:
        return []
    quiet = [each for each in found.standings if not each.play and each.limit_weeks is not None]
    told = [
        BY_CONTACT if found.cells.basis == "contact" else BY_PROOF,
        (
            "sure: how probable it is that something changed; 90 % or more is raised. shows in: how long a fall to .3 "
            "times the odds takes at the least, on average, whatever the method."
        ),
    ]
    if found.not_by_contact is not None:
        told.insert(1, NOT_BY_CONTACT)
    if quiet:
        told.append(limit_text(max(quiet, key=lambda each: each.per_week)))
    return told


def tell_change_story(story: Story) -> Told:
    """The story of one rep's touches, its weeks as rows, and one document for machines."""
    lines = [f"{story.rep}, {story.play or ALL}, up to {story.last_day.isoformat()}", ""]
    lines += [_raised_text(each) for each in story.raised if each.alarm]
    if not any(each.alarm for each in story.raised):
        lines.append("Nothing was raised: what was seen is what chance does.")
    own = story.standing
    lines += [refusal_text(each, per_week=own.per_week or None) for each in own.settle]
    if limit := limit_text(own):
        lines.append(limit)
    lines += [
        f"Known to have happened: {each.starts.isoformat()}"
        + (f" to {each.ends.isoformat()}" if each.ends else "")
        + f" {each.text}"
        for each in story.happened
    ]
    lines += ["", *run_chart(story.weeks, story.usual), ""]
    longest = max((abs(each.run) for each in story.weeks), default=0)
    lines.append(
        f"o the week's rate, · its 95 % limits, | the usual rate. Longest run on one side of it: {longest} weeks"
        + (f" ({RUN} or more are a sign by themselves)." if longest >= RUN else f" ({RUN} would be a sign).")
    )
    return Told("\n".join(lines), week_rows(story.weeks), _document(story))


def _raised_text(one: Raised) -> str:
    way = "Fewer touches moved a buyer" if one.direction == "fall" else "More touches moved a buyer"
    start = _monday(one)
    return (
        f"{way} since about {start.isoformat()}: {one.answered} of {one.efforts}, where {one.usual * one.matured:.0f} "
        f"were to be expected. Raised on {one.raised_on.isoformat()}, {one.sure * 100:.0f} % sure."
    )


def _monday(one: Raised) -> date:
    from answerback.analysis.detect.weekly import monday

    return monday(one.since)


def run_chart(weeks: tuple[Week, ...], usual: float | None) -> list[str]:
    """One line a week: where its rate and its limits lie between 0 and the highest limit, and the usual rate."""
    known = [each for each in weeks if each.rate is not None]
    if not known:
        return []
    top = max(*(each.rate or 0.0 for each in known), usual or 0.0, 0.1) * 1.25
    lines = []
    for each in weeks:
        row = [" "] * (_BAR + 1)

        def put(value: float | None, sign: str, into: list[str] = row) -> None:
            if value is not None:
                into[min(round(value / top * _BAR), _BAR)] = sign

        if each.rate is not None:
            first, last = (min(round((value or 0.0) / top * _BAR), _BAR) for value in (each.low, each.high))
            row[first : last + 1] = "·" * (last + 1 - first)
        put(usual, "|")
        put(each.rate, "o")
        lines.append(f"{each.first_day.isoformat()}  {''.join(row)}  {each.answered} of {each.efforts}")
    return [f"{'':12}0 %{'':{_BAR - 6}}{top * 100:.0f} %", *lines]


def week_rows(weeks: tuple[Week, ...]) -> pa.Table:
    """The weeks as rows."""
    schema = pa.schema(
        [("week", pa.date32()), ("touches", pa.int64()), ("moved", pa.int64()), ("due", pa.float64())]
        + [(name, pa.float64()) for name in ("rate", "low", "high", "fall_evidence", "rise_evidence")]
        + [("run", pa.int64()), ("not_visible", pa.int64()), ("typed_in", pa.int64())]
    )
    rows = [
        {
            "week": each.first_day,
            "touches": each.efforts,
            "moved": each.answered,
            "due": each.matured,
            "rate": each.rate,
            "low": each.low,
            "high": each.high,
            "fall_evidence": round(each.fall, 1),
            "rise_evidence": round(each.rise, 1),
            "run": each.run,
            "not_visible": each.unseen,
            "typed_in": each.claimed,
        }
        for each in weeks
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _document(story: Story) -> dict[str, object]:
    weeks = [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        for row in week_rows(story.weeks).to_pylist()
    ]
    raised = [
        {
            "level": "alarm" if each.alarm else "watch",
            "direction": str(each.direction),
            "since": _monday(each).isoformat(),
            "raised_on": each.raised_on.isoformat(),
            "sure": each.sure,
            "evidence": each.evidence,
            "touches": each.efforts,
            "moved": each.answered,
            "usual": each.usual,
        }
        for each in story.raised
    ]
    return {
        "rep": story.rep,
        "touches": story.play or ALL,
        "usual": story.usual,
        "limit": limit_text(story.standing),
        "raised": raised,
        "weeks": weeks,
    }
