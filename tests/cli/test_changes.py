"""`answerback changes` and `explain change` on a made-up team that is too small to say much, and on nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from answerback.analysis.detect.raised import Raised
from answerback.analysis.detect.standing import Standing
from answerback.analysis.detect.story import Story, Week
from answerback.analysis.detect.weekly import day_number, week_of
from answerback.present.changes import limit_text, run_chart, tell_change_story
from answerback.present.charts import change_chart
from answerback.stats.detect import Direction

WEEKS = tuple(
    Week(date(2026, 3, 2 + 7 * number), 20, moved, 20.0, moved / 20, moved / 40, moved / 10, 1.0, 1.0, 0, 0, 0)
    for number, moved in enumerate((5, 4, 1, 0))
)
FALL = Raised(
    rep_key=1,
    play="",
    direction=Direction.FALL,
    alarm=True,
    week=int(week_of(day_number(date(2026, 3, 23)))),
    since=int(week_of(day_number(date(2026, 3, 16)))),
    evidence=9000.0,
    sure=0.94,
    episode=1,
    expected=0.22,
    usual=0.25,
    usual_matured=400.0,
    efforts=40,
    answered=1,
    matured=40.0,
    weeks_watched=20,
)
STANDING = Standing(1, "", "changed", "fall", date(2026, 3, 16), 0.25, 400.0, 0.1, 80.0, 20.0, 0.94, 2, 5.1, 0.09, ())
STORY = Story("ann", "", STANDING, WEEKS, (FALL,), 0.25, (), date(2026, 3, 29))


def test_the_story_leads_with_acts_and_says_since_when() -> None:
    told = tell_change_story(STORY)
    assert "1 of 40, where 10 were to be expected" in told.story
    assert "since about 2026-03-16" in told.story
    assert told.rows.num_rows == len(WEEKS)
    assert told.document["raised"]


def test_the_limit_is_told_in_weeks() -> None:
    assert (
        limit_text(STANDING) == "At 20 touches a week a fall from 25 % to 9 % takes about 5 weeks to show; 2 weeks in."
    )


def test_the_run_chart_has_a_line_for_each_week_and_none_for_no_weeks() -> None:
    assert len(run_chart(WEEKS, 0.25)) == len(WEEKS) + 1
    assert run_chart((), 0.25) == []


def test_the_chart_has_a_title_and_says_what_it_shows() -> None:
    svg = change_chart(STORY)
    assert svg.startswith("<svg")
    assert "<title>ann: all touches</title><desc>Share of touches" in svg
    assert "fall began on 2026-03-16" in svg


def test_below_the_rates_evidence_climbs_from_where_the_fall_began() -> None:
    climbing = tuple(replace(week, cusum=sum_) for week, sum_ in zip(WEEKS, (0.0, 0.0, 2.0, 5.0), strict=True))
    svg = change_chart(replace(STORY, weeks=climbing))
    assert "evidence of a fall" in svg
    assert svg.count(">week from<") == 2
    assert change_chart(STORY).count(">week from<") == 1
