"""Charts as SVG, drawn once and shown everywhere: a page, a mail and a report have the same picture.

Only this module knows Altair. It comes with `pip install answerback[charts]`; without it the command says so.
"""

from __future__ import annotations

from html import escape
from typing import Any

from answerback.analysis.detect.story import Story
from answerback.analysis.detect.weekly import monday
from answerback.domain.errors import UsageError
from answerback.present.changes import ALL

_WIDTH, _HEIGHT = 640, 260
_INK, _BAND, _LINE = "#1b1b1b", "#c9d3dd", "#5a6570"


def change_chart(story: Story) -> str:
    """The run chart of one rep's touches: weekly rates with 95 % bands, the usual rate, what happened, the start.

    It reads without colour: a line with points, a band, a dashed line, and labels. Title and description are in it.

    Raises UsageError where Altair is not installed.
    """
    try:
        import altair as alt
        import vl_convert
    except ImportError as error:
        raise UsageError(
            "charts need Altair and vl-convert", where="--chart", next_step="pip install 'answerback[charts]'"
        ) from error
    known = [each for each in story.weeks if each.rate is not None]
    rows = [
        {"week": each.first_day.isoformat(), "rate": each.rate, "low": each.low, "high": each.high} for each in known
    ]
    x = alt.X("week:T", title="week from", axis=alt.Axis(format="%Y-%m-%d", tickCount=6))
    axis = alt.Axis(format=".0%")
    base = _over(alt, rows)
    layers = [
        base.mark_area(color=_BAND).encode(x=x, y=alt.Y("low:Q", title="moved a buyer", axis=axis), y2="high:Q"),
        base.mark_line(color=_INK, point=alt.OverlayMarkDef(color=_INK, size=22)).encode(x=x, y="rate:Q"),
    ]
    if story.usual is not None:
        usual = _over(alt, [{"rate": story.usual}])
        layers.append(usual.mark_rule(color=_LINE, strokeDash=[6, 4]).encode(y="rate:Q"))
    layers += [_mark(alt, day, text) for day, text in _marks(story)]
    title = f"{story.rep}: {story.play or ALL}"
    chart = alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)
    svg = str(vl_convert.vegalite_to_svg(chart.to_json()))
    head, tag, body = svg.partition(">")
    labels = f"<title>{escape(title)}</title><desc>{escape(describe(story))}</desc>"
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


def _mark(alt: Any, day: str, text: str) -> Any:
    base = _over(alt, [{"week": day, "text": text}])
    rule = base.mark_rule(color=_LINE).encode(x="week:T")
    label = base.mark_text(align="left", dx=4, y=8, color=_INK).encode(x="week:T", text="text:N")
    return rule + label
