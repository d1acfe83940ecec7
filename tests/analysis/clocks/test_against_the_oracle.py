"""Clocks of reps against somebody who walks through the days minute by minute and looks at the clock on the wall.

Public holidays are typed in here from the laws of the countries, not taken from the library.
"""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.analysis.clocks.book import ClockBook
from answerback.analysis.clocks.due import due, elapsed
from answerback.analysis.clocks.reading import Stated, book_of
from answerback.domain.playbook import Organisation, Shift
from answerback.stats.working_time import NEVER
from tests.analysis.clocks.oracle import WEEKDAYS, Place, Worker, last_in_time, minute_of, worked

CLOSED = {
    code: frozenset(date.fromisoformat(f"2026-{day}") for day in days.split())
    for code, days in {
        "": "",
        "DE-BW": "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26",
        "PT": "01-01 04-03 04-05 04-25 05-01 06-04 06-10 08-15 10-05 11-01 12-01 12-08 12-25",
        # The Fourth of July 2026 is a Saturday, and kept on the Friday before.
        "US": "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25",
        # Anzac Day and Boxing Day fall on Saturdays; the Mondays after are holidays too.
        "AU-NSW": "01-01 01-26 04-03 04-04 04-05 04-06 04-25 04-27 06-08 10-05 12-25 12-26 12-28",
    }.items()
}
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kathmandu",
         "America/St_Johns", "Pacific/Apia", "Africa/Casablanca")  # fmt: skip
AROUND = (
    minute_of(2026, 3, 29, 1),  # Europe goes forward
    minute_of(2026, 10, 25, 1),  # and back
    minute_of(2026, 3, 8, 7),  # the United States go forward
    minute_of(2026, 11, 1, 6),  # and back
    minute_of(2026, 4, 4, 15, 30),  # Lord Howe and Sydney go back, the island by half an hour
    minute_of(2026, 10, 3, 16),  # and forward
    minute_of(2026, 2, 15, 2),  # Ramadan begins in Morocco
    minute_of(2026, 5, 1, 0),
    minute_of(2026, 12, 25, 0),
    minute_of(2026, 7, 4, 4),
)
NIGHT = (("00:00", "06:00"), ("22:00", "00:00"))
DAYS_HOURS = (
    (("09:00", "17:30"),),
    (("08:00", "12:00"), ("13:15", "17:00")),
    (("01:30", "02:30"), ("02:45", "03:10")),
    NIGHT,
    (("00:00", "00:00"),),
    (("23:59", "00:00"), ("00:00", "00:01")),
)


def clock_time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[str, time, time], ...]:
    """Hours by weekday: some days off, some with hours of their own, now and then none stated at all."""
    if draw(st.integers(0, 7)) == 0:
        return ()
    usual = draw(st.sampled_from(DAYS_HOURS))
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True))
    other = {draw(st.sampled_from(days)): draw(st.sampled_from(DAYS_HOURS))} if draw(st.booleans()) else {}
    return tuple((day, clock_time(a), clock_time(b)) for day in days for a, b in other.get(day, usual))


@st.composite
def workers(draw: st.DrawFn) -> tuple[Worker, int]:
    """A worker and the minute around which something happens to their clock."""
    middle = draw(st.sampled_from(AROUND))
    first = Place(-(10**9), draw(st.sampled_from(ZONES)), CLOSED[code := draw(st.sampled_from(sorted(CLOSED)))])
    codes, places = [code], [first]
    if draw(st.booleans()):  # moves
        code = draw(st.sampled_from(sorted(CLOSED)))
        since = middle + draw(st.integers(-2000, 2000))
        places.append(Place(since, draw(st.sampled_from(ZONES)), CLOSED[code]))
        codes.append(code)
    away = draw(st.lists(st.tuples(st.integers(-3000, 3000), st.integers(1, 2500)), max_size=3))
    gone = tuple((middle + start, middle + start + length) for start, length in away)
    return Worker(draw(weeks()), tuple(places), gone), middle


def book_for(worker: Worker) -> ClockBook:
    """The same worker as rep 7 of an organisation that sits in the first place."""
    codes = {closed: code for code, closed in CLOSED.items()}
    shifts = tuple(Shift(days=(day,), start=start, end=end) for day, start, end in worker.hours)  # type: ignore[arg-type]
    home = worker.places[0]
    stated = [
        Stated(name, value, place.since * 60, NEVER)
        for place in worker.places[1:]
        for name, value in (("time_zone", place.zone), ("holidays", codes[place.closed]))
        if value
    ]
    if any(not each.closed for each in worker.places[1:]):
        home = Place(home.since, home.zone, frozenset())  # no record can say that somebody keeps no holidays
    return book_of(
        Organisation(working_hours=shifts, time_zone=home.zone, holidays=codes[home.closed]),
        [7],
        sellers={},
        attributes={7: stated},
        away={7: [(since * 60, until * 60) for since, until in worker.away]},
    )


def settled(worker: Worker) -> Worker:
    """The worker whom a book can be made for: without holidays at home where they keep none afterwards."""
    if any(not each.closed for each in worker.places[1:]):
        home = worker.places[0]
        return Worker(worker.hours, (Place(home.since, home.zone, frozenset()), *worker.places[1:]), worker.away)
    return worker


@settings(max_examples=50, deadline=None, derandomize=True)
@given(workers(), st.lists(st.tuples(st.integers(-2500, 2500), st.integers(0, 1500)), min_size=1, max_size=4))
def test_elapsed_time_is_what_was_worked_minute_by_minute(
    made: tuple[Worker, int], stretches: list[tuple[int, int]]
) -> None:
    worker, middle = settled(made[0]), made[1]
    starts = [middle + start for start, _ in stretches]
    ends = [middle + start + length for start, length in stretches]
    found = elapsed(book_for(worker), [7] * len(starts), np.array(starts) * 60, np.array(ends) * 60)
    assert (found // 60).tolist() == [worked(worker, start, end) for start, end in zip(starts, ends, strict=True)]
    assert not (found % 60).any()


@settings(max_examples=50, deadline=None, derandomize=True)
@given(workers(), st.lists(st.tuples(st.integers(-2500, 2500), st.integers(0, 900)), min_size=1, max_size=3))
def test_due_is_the_last_minute_in_time(made: tuple[Worker, int], asked: list[tuple[int, int]]) -> None:
    """Neither a false breach nor one that is missed: what the walker calls the last minute in time, due is."""
    worker, middle = settled(made[0]), made[1]
    starts = np.array([middle + start for start, _ in asked])
    minutes = np.array([each for _, each in asked])
    found = due(book_for(worker), 7, starts * 60, minutes * 60)
    for start, length, seconds in zip(starts.tolist(), minutes.tolist(), found.tolist(), strict=True):
        limit = start + 6_000
        last = last_in_time(worker, start, length, limit)
        assert seconds >= limit * 60 if last is None else seconds == last * 60


@pytest.mark.parametrize("code", [code for code in CLOSED if code])
def test_a_year_of_public_holidays(code: str) -> None:
    """Every day of the year, not only those around which something is drawn."""
    shift = Shift(days=WEEKDAYS, start=time(9), end=time(10))  # type: ignore[arg-type]
    made = book_of(Organisation(working_hours=(shift,), holidays=code), [], sellers={}, attributes={}, away={})
    book = ClockBook(made.organisation)
    mornings = np.array([minute_of(2026, 1, 1) * 60 + day * 86_400 for day in range(365)])
    off = np.flatnonzero(elapsed(book, 0, mornings, mornings + 86_400) == 0)
    assert {date.fromordinal(date(2026, 1, 1).toordinal() + int(day)) for day in off} == CLOSED[code]
