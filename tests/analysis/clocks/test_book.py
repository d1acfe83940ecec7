"""What the clocks of reps rest on: playbook, attributes, absences; and what is said to be assumed."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, datetime, time
from pathlib import Path

import numpy as np

from answerback.analysis.clocks.book import NOBODY, Assumption, ClockBook, Taken, absences
from answerback.analysis.clocks.calendars import Calendar
from answerback.analysis.clocks.due import due, elapsed
from answerback.analysis.clocks.reading import Stated, book_of, clock_book
from answerback.domain.playbook import Organisation, Seller, Shift
from answerback.present.clocks import clock_sentences
from answerback.stats.working_time import NEVER
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row

HOUR = 3600
PLAYBOOK = """
[organisation]
time_zone = "Europe/Berlin"
holidays = "DE"
working_hours = [
  { days = ["mon", "tue", "wed", "thu", "fri"], from = 09:00:00, to = 12:00:00 },
  { days = ["mon", "tue", "wed", "thu"], from = 13:00:00, to = 17:00:00 },
]
[[rep]]
email = "Pia@acme.example"
aliases = ["pia@old.example"]
time_zone = "Europe/Lisbon"
holidays = "PT"
"""
TABLES: dict[str, list[Row]] = {
    "rep": [
        {"rep_id": "ann", "email": "ann@acme.example"},
        {"rep_id": "pia", "email": "pia@OLD.example"},
        {"rep_id": "moe", "email": "moe@acme.example"},
        {"rep_id": "odd", "email": "odd@acme.example"},
    ],
    "absence": [
        {"rep_id": "ann", "from": "2026-03-02T00:00:00Z", "to": "2026-03-09T00:00:00Z"},
        {"rep_id": "ann", "from": "2026-03-06T00:00:00Z", "to": "2026-03-10T00:00:00Z"},
        {"rep_id": "odd", "from": "2026-06-01T00:00:00Z"},
    ],
    "attribute": [
        {"subject_kind": "rep", "subject_id": who, "name": name, "value": value, "from": since}
        for who, name, value, since in (
            ("moe", "time_zone", "America/New_York", "2026-03-04T17:00:00Z"),
            ("moe", "holidays", "US", "2026-03-04T17:00:00Z"),
            ("odd", "time_zone", "W. Europe Standard Time", ""),
            ("odd", "holidays", "de-xx", ""),
        )
    ],
}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def shown(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%m-%d %H:%M")


def test_what_is_known_of_reps_makes_their_clocks(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, TABLES, PLAYBOOK)) as reader:
        book, keys = clock_book(reader, OWNER), rep_keys(reader)
        narrow = clock_book(reader, scope_of(reader, "moe"))

    def due_of(rep: str, since: str, hours: float, among: ClockBook = book) -> str:
        return shown(int(due(among, keys.get(rep, NOBODY), [at(since)], hours * HOUR)[0]))

    # Ann: seven hours a day but Friday; Monday is hers at eight in the morning UTC.
    assert due_of("ann", "2026-02-26T14:00", 4) == "02-27 10:00"
    assert due_of("ann", "2026-02-26T14:00", 6) == "03-10 09:00"  # two absences that overlap are one
    # Pia: an hour behind, by an address that she no longer has; and no work on the 25th of April, a Friday in 2025.
    assert due_of("pia", "2026-03-02T08:00", 1) == "03-02 10:00"
    assert due_of("pia", "2025-04-24T15:00", 2) == "04-28 09:00"
    assert due_of("ann", "2025-04-24T15:00", 2) == "04-25 09:00"
    # Moe moves at noon of New York: Berlin is closed by then, New York is not.
    assert due_of("moe", "2026-03-04T15:00", 1.5) == "03-04 18:30"
    # The odd one goes by the organisation's, until they are gone for good.
    assert due_of("odd", "2026-02-26T14:00", 4) == "02-27 10:00"
    assert due(book, keys["odd"], [at("2026-05-29T08:00")], 9 * HOUR).tolist() == [NEVER]
    # Nobody's goes by the organisation's clock, as does whoever is not within the scope.
    assert due_of("nobody", "2026-02-26T14:00", 6) == due_of("ann", "2026-02-26T14:00", 6, narrow) == "03-02 09:00"
    assert due_of("moe", "2026-03-04T15:00", 1.5, narrow) == "03-04 18:30"

    said = {(each.rep_key, each.taken, each.said) for each in book.assumed}
    assert said == {
        (keys["ann"], Taken.ZONE_NOT_STATED, ""),
        (keys["ann"], Taken.HOLIDAYS_NOT_STATED, ""),
        (keys["odd"], Taken.ZONE_UNKNOWN, "W. Europe Standard Time"),
        (keys["odd"], Taken.HOLIDAYS_UNKNOWN, "de-xx"),
    }


def test_what_was_taken_from_the_organisation_is_said() -> None:
    office = Calendar((Shift(days=("mon",), start=time(9), end=time(17)),), "Europe/Berlin", "DE")
    assert clock_sentences(ClockBook(office)) == []
    assumed = (
        *(Assumption(rep, Taken.ZONE_NOT_STATED) for rep in (1, 2)),
        Assumption(3, Taken.ZONE_UNKNOWN, "CET+1"),
        Assumption(3, Taken.HOLIDAYS_UNKNOWN, "XX"),
        Assumption(4, Taken.HOLIDAYS_NOT_STATED),
    )
    assert clock_sentences(ClockBook(office, assumed=assumed)) == [
        "For 2 reps no time zone is stated, so the organisation's (Europe/Berlin) holds.",
        "For 1 rep no public holidays are stated, so the organisation's (DE) hold.",
        "No such time zone is known: CET+1. For 1 rep the organisation's (Europe/Berlin) holds then.",
        "No such public holidays are known: XX. For 1 rep the organisation's (DE) hold then.",
    ]
    bare = ClockBook(Calendar((), "UTC"), assumed=(Assumption(4, Taken.HOLIDAYS_NOT_STATED),))
    assert clock_sentences(bare) == [
        "The playbook states no working_hours: every hour of every day counts, nights and weekends too.",
        "The playbook states no public holidays: none are kept.",
    ]


def test_an_attribute_that_ends_gives_way_to_the_one_before() -> None:
    said = [
        Stated("time_zone", "Asia/Tokyo", 0, NEVER),
        Stated("time_zone", "America/Lima", 100 * HOUR, 200 * HOUR),
        Stated("time_zone", "no/where", 120 * HOUR, 130 * HOUR),
    ]
    sellers = {7: Seller(email="a@seller.example", time_zone="UTC")}
    book = book_of(Organisation(), [7], sellers=sellers, attributes={7: said}, away={})
    assert [(stay.since, stay.calendar.zone) for stay in book.stays[7]][1:] == [
        (0, "Asia/Tokyo"),
        (100 * HOUR, "America/Lima"),
        (200 * HOUR, "Asia/Tokyo"),
    ]


def test_without_working_hours_every_hour_counts_but_for_holidays_and_absences() -> None:
    organisation = Organisation(time_zone="Europe/Berlin", holidays="DE")
    away = {7: [(at("2026-01-05T00:00"), at("2026-01-06T00:00"))]}
    book = book_of(organisation, [7, 8], sellers={}, attributes={}, away=away)
    since, until = at("2026-01-01T12:00"), at("2026-01-07T00:00")
    # New Year's Day lasts until eleven at night in UTC.
    assert elapsed(book, [7, 8], since, until).tolist() == [
        until - at("2026-01-01T23:00") - 24 * HOUR,
        until - at("2026-01-01T23:00"),
    ]
    assert elapsed(book, 7, since, until, working_time=False).tolist() == [until - since]


def test_hours_of_ones_own_and_no_holidays_at_all() -> None:
    """Part time on Mondays and Tuesdays, and a rep who works through the holidays that the others keep."""
    week = Shift(days=("mon", "tue", "wed", "thu", "fri"), start=time(9), end=time(17))
    short = Shift(days=("mon", "tue"), start=time(10), end=time(14))
    sellers = {
        7: Seller(email="a@seller.example", working_hours=(short,)),
        8: Seller(email="b@seller.example", holidays="none"),
    }
    organisation = Organisation(working_hours=(week,), holidays="DE")
    book = book_of(organisation, [7, 8, 9], sellers=sellers, attributes={}, away={})
    # Easter Monday, 6 April 2026, is a holiday in Germany.
    since, until = at("2026-04-06T00:00"), at("2026-04-13T00:00")
    worked = elapsed(book, [7, 8, 9], since, until) // HOUR
    assert worked.tolist() == [4, 5 * 8, 4 * 8]
    assert not [each for each in book.assumed if each.rep_key == 8 and each.taken is Taken.HOLIDAYS_NOT_STATED]


def test_plain_and_working_time_side_by_side() -> None:
    shift = Shift(days=("mon", "tue", "wed", "thu", "fri"), start=time(9), end=time(17))
    book = ClockBook(Calendar((shift,), "UTC"))
    friday = at("2026-02-27T16:00")
    found = due(book, 0, friday, [2 * HOUR, 2 * HOUR, HOUR], working_time=[True, False, True])
    # Used up as the shift ends, it is in time until the next begins: nothing is spent over the weekend.
    assert [shown(each) for each in found.tolist()] == ["03-02 10:00", "02-27 18:00", "03-02 09:00"]
    rows = due(book, np.zeros(0, np.int64), np.zeros(0, np.int64), 5)
    assert rows.tolist() == []


def test_what_falls_due_years_later_is_found() -> None:
    yearly = Shift(days=("mon",), start=time(9), end=time(9, 1))
    book = ClockBook(Calendar((yearly,), "UTC"), away={7: absences([(at("2026-01-01T00:00"), at("2031-01-01T00:00"))])})
    assert shown(int(due(book, 7, [at("2026-02-01T00:00")], 60)[0])) == "01-13 09:00"
    assert due(book, 8, [at("2026-02-01T00:00")], 60 * 52 * 20).tolist() == [NEVER]


def test_a_thousand_reps_are_quick() -> None:
    """Four hundred thousand rows by a thousand clocks, each with absences of its own: the calendars are made once."""
    rng = np.random.default_rng(5)
    hours = tuple(
        Shift(days=("mon", "tue", "wed", "thu", "fri"), start=time(start), end=time(end))
        for start, end in ((9, 12), (13, 17))
    )
    zones = ("Europe/Berlin", "Europe/Lisbon", "America/New_York")
    start = at("2024-01-01T00:00")
    first = start + rng.integers(0, 700, (1000, 10)) * 86_400
    book = book_of(
        Organisation(working_hours=hours, holidays="DE"),
        range(1, 1001),
        sellers={rep: Seller(email=f"r{rep}@seller.example", time_zone=zones[rep % 3]) for rep in range(1, 1001)},
        attributes={},
        away={rep + 1: [(int(each), int(each) + 86_400) for each in first[rep]] for rep in range(1000)},
    )
    reps, since = rng.integers(1, 1001, 400_000), start + rng.integers(0, 700 * 86_400, 400_000)
    began = stopwatch.process_time()
    found = due(book, reps, since, 16 * HOUR)
    took = stopwatch.process_time() - began
    assert took < 8, took  # about one second on a quiet machine
    assert (elapsed(book, reps, since, found) == 16 * HOUR).all()
    assert len(book._made) <= 6
