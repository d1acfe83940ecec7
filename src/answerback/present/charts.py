"""Charts as SVG, drawn once and shown everywhere: a page, a mail and a report have the same picture.

Only this module knows Altair. It comes with `pip install answerback[charts]`; without it the command says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from importlib.util import find_spec
from typing import Any

import numpy as np
import pyarrow as pa

from answerback.analysis.detect.story import Story
from answerback.analysis.detect.weekly import monday
from answerback.analysis.path import Pooled
from answerback.analysis.path.pooled import AGES
from answerback.analysis.process import Flow
from answerback.analysis.steps import Steps, StepTimes
from answerback.analysis.weekly_rates import WeeklyRates
from answerback.domain.errors import UsageError
from answerback.present.changes import ALL
from answerback.present.explain import duration
from answerback.present.spoken import day_text
from answerback.stats.incidence import band

_WIDTH, _HEIGHT, _CLIMB_HEIGHT = 640, 260, 110
_PANELS, _PANEL, _POINTS = 3, 190, 160
_DAY_HOURS = 24.0
_ARROWS = 15
_LONG = 2
"""The place in `AGES` from which a turn is told as long."""
_DAY = "%-d %b %Y"
_INK, _BAND, _LINE = "#1b1b1b", "#c9d3dd", "#5a6570"


def change_chart(story: Story) -> str:
    """The run chart of one rep's touches: weekly rates with 95 % bands, the usual rate, what happened, the start.

    Below it is the CUSUM path on the same weeks: flat while all is as usual, climbing from where a change began. Both
    read without colour: a line with points, a band, a dashed line, and labels. Title and description are in it.

    Raises UsageError where Altair is not installed.
    """
    alt, _ = _drawing()
    known = [each for each in story.weeks if each.rate is not None]
    rows = [
        {"week": each.first_day.isoformat(), "rate": each.rate, "low": each.low, "high": each.high} for each in known
    ]
    x = alt.X("week:T", title="week from", axis=alt.Axis(format=_DAY, tickCount=6))
    axis = alt.Axis(format=".0%")
    base = _over(alt, rows)
    layers = [
        base.mark_area(color=_BAND).encode(x=x, y=alt.Y("low:Q", title="moved a buyer", axis=axis), y2="high:Q"),
        base.mark_line(color=_INK, point=alt.OverlayMarkDef(color=_INK, size=22)).encode(x=x, y="rate:Q"),
    ]
    if story.usual is not None:
        usual = _over(alt, [{"rate": story.usual}])
        layers.append(usual.mark_rule(color=_LINE, strokeDash=[6, 4]).encode(y="rate:Q"))
    layers += _marked(alt, _marks(story), [str(row["week"]) for row in rows])
    title = f"{story.rep}: {story.play or ALL}"
    chart = alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)
    if any(each.cusum > 0.0 for each in story.weeks):
        chart = alt.vconcat(chart, _climb(alt, story, x)).resolve_scale(x="shared")
    return _svg(chart, title, describe(story))


def weekly_chart(
    found: WeeklyRates, title: str, *, usual: float | None, began: date | None, width: int = _WIDTH
) -> str:  # fmt: skip
    """A figure week by week: rates with 95 % bands, the usual rate before, where it began, and what happened.

    Raises UsageError where Altair is not installed.
    """
    alt, _ = _drawing()
    known = [each for each in found.weeks if each.rate is not None]
    rows = [
        {"week": each.first_day.isoformat(), "rate": each.rate, "low": each.low, "high": each.high} for each in known
    ]
    x = alt.X("week:T", title="week from", axis=alt.Axis(format=_DAY, tickCount=6 if width == _WIDTH else 3))
    y = alt.Y("low:Q", title="moved a buyer", axis=alt.Axis(format=".0%"))
    base = _over(alt, rows)
    layers = [
        base.mark_area(color=_BAND).encode(x=x, y=y, y2="high:Q"),
        base.mark_line(color=_INK, point=alt.OverlayMarkDef(color=_INK, size=22)).encode(x=x, y="rate:Q"),
    ]
    if usual is not None:
        layers.append(_over(alt, [{"rate": usual}]).mark_rule(color=_LINE, strokeDash=[6, 4]).encode(y="rate:Q"))
    layers += _marked(alt, _weekly_marks(found, began), [str(row["week"]) for row in rows], width)
    chart = alt.layer(*layers).properties(width=width, height=_HEIGHT, title=title)
    return _svg(chart, title, describe_weekly(found, usual=usual, began=began))


def describe_weekly(found: WeeklyRates, *, usual: float | None, began: date | None) -> str:
    """The same in words."""
    known = [each for each in found.weeks if each.rate is not None]
    if not known:
        return "No week has a rate."
    said = [f"Share of touches that moved a buyer in {len(known)} weeks, with 95 % limits."]
    if usual is not None:
        said.append(f"Usual before: {usual:.0%}.")
    touches, moved = (sum(getattr(each, name) for each in known[-4:]) for name in ("touches", "moved"))
    said.append(f"In the last four of them {moved} of {touches} touches moved a buyer so far.")
    return " ".join([*said, *(f"{text} on {day}." for day, text in _weekly_marks(found, began))])


def weeks_for_eyes(found: WeeklyRates) -> pa.Table:
    """The table behind the chart."""
    known = [each for each in found.weeks if each.rate is not None]
    return pa.table(
        {
            "week from": [day_text(each.first_day) for each in known],
            "touches": [f"{each.touches:,}" for each in known],
            "moved forward": [f"{each.moved:,}" for each in known],
            "rate": [f"{each.rate or 0.0:.0%}".replace("%", " %") for each in known],
            "95 % limits": [f"{100 * (each.low or 0.0):.0f} to {100 * (each.high or 0.0):.0f} %" for each in known],
        }
    )


def _weekly_marks(found: WeeklyRates, began: date | None) -> list[tuple[str, str]]:
    first = found.weeks[0].first_day if found.weeks else None
    days = [(began, "began")] if began is not None else []
    days += [(each.starts, each.text) for each in found.happened]
    return [(day.isoformat(), text) for day, text in days if first is not None and day >= first]


def as_png(svg: str) -> bytes:
    """A drawn chart as a picture for documents, at twice its size."""
    _, vl_convert = _drawing()
    return bytes(vl_convert.svg_to_png(svg, scale=2))


def can_draw() -> bool:
    """Whether the packages that draw are there."""
    return find_spec("altair") is not None and find_spec("vl_convert") is not None


def _climb(alt: Any, story: Story, x: Any) -> Any:
    """The CUSUM path, with the marks of the chart above it."""
    base = _over(alt, [{"week": each.first_day.isoformat(), "sum": each.cusum} for each in story.weeks])
    y = alt.Y("sum:Q", title=f"evidence of a {story.direction}", scale=alt.Scale(domainMin=0.0))
    line = base.mark_line(color=_INK, point=alt.OverlayMarkDef(color=_INK, size=22)).encode(x=x, y=y)
    rules = [_over(alt, [{"week": day}]).mark_rule(color=_LINE).encode(x="week:T") for day in dict(_marks(story))]
    return alt.layer(line, *rules).properties(width=_WIDTH, height=_CLIMB_HEIGHT)


def steps_chart(answer: Steps) -> str:
    """How soon the next step comes: the curve of each of the most frequent sorts of step, with its 95 % band.

    Raises UsageError where Altair is not installed, or no curve can be told.
    """
    alt, _ = _drawing()
    drawn = [each for each in answer.steps if each.median_hours is not None and each.taken_from == each.key][:_PANELS]
    if not drawn:
        raise UsageError(
            "there is no curve to draw", where="--chart", next_step="answerback steps says what is missing"
        )
    panels = []
    for each in drawn:
        rows = _curve_rows(answer, each)
        x = alt.X("days:Q", title="days after it")
        y = alt.Y(
            "low:Q", title="followed by the next step", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])
        )
        base = _over(alt, rows)
        area = base.mark_area(color=_BAND, interpolate="step-after").encode(x=x, y=y, y2="high:Q")
        line = base.mark_line(color=_INK, interpolate="step-after").encode(x=x, y="share:Q")
        panels.append((area + line).properties(width=_PANEL, height=_HEIGHT - 60, title=each.key.shown))
    title = "How soon the next step comes"
    said = [f"{each.key.shown}: {each.ever.value:.0%} of {each.spells:,}." for each in drawn if each.ever is not None]
    return _svg(
        alt.hconcat(*panels), title, f"Share followed by a next step, by days, with 95 % bands. {' '.join(said)}"
    )


def _curve_rows(answer: Steps, each: StepTimes) -> list[dict[str, Any]]:
    """Points of a curve, from 0 to where 99 of 100 of its movers have moved."""
    of = answer.curves
    place = of.places[each.key]
    last = of.movers(0.99).age[place]
    ages = np.linspace(0.0, last if np.isfinite(last) else of.watched.until[place], _POINTS)
    low, high = band(of.watched.curves, place, ages)
    share = of.watched.curves.share_by(place, ages)
    columns = zip(ages / _DAY_HOURS, share, low, high, strict=True)
    return [dict(zip(("days", "share", "low", "high"), map(float, each), strict=True)) for each in columns]


def arrows_chart(told: Flow) -> str:
    """The strongest arrows of the directly-follows graph as bars, each with how often and how soon.

    Raises UsageError where Altair is not installed, or nothing came after anything.
    """
    alt, _ = _drawing()
    if not told.follows:
        raise UsageError("nothing came after anything", where="--chart", next_step="leave out --chart or --where")
    rows = [
        {
            "arrow": f"{each.before} → {each.after}".replace("_", " "),
            "count": each.count,
            "said": f"{each.count:,} · half within {duration(round(each.median_seconds))}",
        }
        for each in told.follows[:_ARROWS]
    ]
    title = "What comes next, and how soon"
    said = " ".join(f"{row['arrow']}: {row['said']}." for row in rows[:5])
    return _svg(_bars(alt, rows, ("arrow", "", "count", "times"), title), title, f"The most frequent ones. {said}")


def turns_chart(told: Pooled) -> str:
    """Whose turn it is in open deals: for each stage, how many wait on whom, and the share of them that does so long.

    Raises UsageError where Altair is not installed, or no deal is open.
    """
    alt, _ = _drawing()
    places = {(turn.stage, turn.court): 0 for turn in told.turns}
    if not places:
        raise UsageError("no deal is open", where="--chart", next_step="leave out --chart")
    rows = []
    for stage, court in places:
        own = [turn for turn in told.turns if (turn.stage, turn.court) == (stage, court)]
        number = sum(turn.chains for turn in own)
        long = sum(turn.chains for turn in own if turn.age >= _LONG)
        said = f"{number:,}" + (f" · {long:,} for more than {AGES[_LONG - 1]} days" if long else "")
        rows.append({"whose": f"{stage or 'no stage'}: {court}'s", "count": number, "said": said})
    title = "Whose turn it is in open deals"
    return _svg(
        _bars(alt, rows, ("whose", "", "count", "open deals"), title),
        title,
        " ".join(f"{row['whose']}: {row['said']}." for row in rows),
    )


def _bars(alt: Any, rows: list[dict[str, Any]], names: tuple[str, str, str, str], title: str) -> Any:
    """Bars from the left in the order of the rows, what is `said` of each beside it; `names`: y, its title, x, its."""
    row, row_title, value, value_title = names
    most = max(each[value] for each in rows)
    y = alt.Y(f"{row}:N", title=row_title or None, sort=None, axis=alt.Axis(labelLimit=330))
    x = alt.X(f"{value}:Q", title=value_title, scale=alt.Scale(domain=[0, most * 1.45]))
    base = _over(alt, rows)
    bars = base.mark_bar(color=_BAND, stroke=_LINE).encode(x=x, y=y)
    labels = base.mark_text(align="left", dx=4, color=_INK).encode(x=x, y=y, text="said:N")
    return (bars + labels).properties(width=_WIDTH - 120, height=22 * len(rows), title=title)


def _drawing() -> tuple[Any, Any]:
    try:
        import altair as alt
        import vl_convert
    except ImportError as error:
        raise UsageError(
            "charts need Altair and vl-convert", where="--chart", next_step="pip install 'answerback[charts]'"
        ) from error
    return alt, vl_convert


def _svg(chart: Any, title: str, description: str) -> str:
    """The chart as SVG, with a title and a description for whoever cannot see it."""
    _, vl_convert = _drawing()
    svg = str(vl_convert.vegalite_to_svg(chart.to_json()))
    head, tag, body = svg.partition(">")
    labels = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    return f'{head} role="img"{tag}{labels}{body}'


def describe(story: Story) -> str:
    """The chart in words, for whoever cannot see it."""
    known = [each for each in story.weeks if each.rate is not None]
    if not known:
        return "No week has a rate."
    said = [f"Share of touches that moved a buyer in {len(known)} weeks, with 95 % limits."]
    if story.usual is not None:
        said.append(f"Usual before: {story.usual:.0%}.")
    said.append(f"Last week: {known[-1].answered} of {known[-1].efforts}.")
    if any(each.cusum > 0.0 for each in story.weeks):
        said.append(
            f"Below: evidence of a {story.direction}, added up week by week; it stays at 0 while all is as usual."
        )
    said += [f"{text} on {day}." for day, text in _marks(story)]
    return " ".join(said)


def _marks(story: Story) -> list[tuple[str, str]]:
    """Days that are marked: where a change most probably began, and what is known to have happened."""
    first = story.weeks[0].first_day if story.weeks else story.last_day
    began = [(monday(each.since), f"{each.direction} began") for each in story.raised if each.alarm]
    happened = [(each.starts, each.text) for each in story.happened]
    return [(day.isoformat(), text) for day, text in began + happened if day >= first]


def _over(alt: Any, rows: list[dict[str, Any]]) -> Any:
    return alt.Chart(alt.Data(values=rows))


def _marked(alt: Any, marks: list[tuple[str, str]], weeks: list[str], width: int = _WIDTH) -> list[Any]:
    """A line for each marked day, with its text on the side that has more room, each a line below the one before."""
    if not weeks:
        return []
    first, last = (date.fromisoformat(each) for each in (min(weeks), max(weeks)))
    layers = []
    for place, (day, text) in enumerate(marks):
        share = min(max((date.fromisoformat(day) - first) / max(last - first, timedelta(days=1)), 0.0), 1.0)
        left = share > 0.5
        room = width * (share if left else 1.0 - share) - 8.0
        base = _over(alt, [{"week": day, "text": text}])
        label = base.mark_text(
            align="right" if left else "left", dx=-4 if left else 4, y=8 + 13 * place, color=_INK, limit=room
        )
        layers += [base.mark_rule(color=_LINE).encode(x="week:T"), label.encode(x="week:T", text="text:N")]
    return layers
