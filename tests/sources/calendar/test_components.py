"""A file cut into components: folds, breaks, encodings, broken and hostile ones."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.sources.calendar import components as parts
from answerback.sources.calendar.components import CalendarFile, Component, unfolded
from tests.sources.calendar.calendars import BUYER, SELLER, asked, calendar, event, outcome, reading, translated


def cut(data: bytes) -> list[Component]:
    return list(CalendarFile(io.BufferedReader(io.BytesIO(data))))


def lines(data: bytes) -> list[tuple[str, bool]]:
    return list(unfolded(io.BufferedReader(io.BytesIO(data))))


@given(st.lists(st.integers(1, 75), min_size=1), st.sampled_from(["\r\n ", "\n ", "\n\t", "\r ", "\r\n\r\n "]))
def test_a_folded_line_is_one_line_wherever_it_is_folded(widths: list[int], fold: str) -> None:
    whole = "ATTENDEE;CN=Zoë Überall;PARTSTAT=ACCEPTED:mailto:" + BUYER * 5
    folded, rest = b"", whole.encode()
    for width in widths:
        # A fold may cut a letter's bytes in two.
        folded, rest = folded + rest[:width] + fold.encode(), rest[width:]
    assert lines(folded + rest + b"\r\nEND:VEVENT\r\n") == [(whole, False), ("END:VEVENT", False)]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_line_ends_and_encodings_do_not_matter(tmp_path: Path, end: str, encoding: str) -> None:
    text = calendar(event(attendees=(asked(BUYER, "ACCEPTED", ";CN=Zoë"),))).replace("\r\n", end)
    found = translated(tmp_path, text.encode(encoding))
    assert found.one("buyer_action")["contact_id"] == BUYER


def test_a_name_in_an_old_encoding_does_not_cost_the_address(tmp_path: Path) -> None:
    text = calendar(event(attendees=(asked(BUYER, "ACCEPTED", ";CN=Zoë"),)))
    assert translated(tmp_path, text.encode("latin-1")).one("buyer_action")["contact_id"] == BUYER


def test_names_are_read_in_any_case(tmp_path: Path) -> None:
    text = calendar(event(attendees=(asked(BUYER, "ACCEPTED"),)), method="PUBLISH")
    assert translated(tmp_path, text.lower().replace("20260504t080000z", "20260504T080000Z")).read == 1


def test_parts_of_an_event_are_not_the_event(tmp_path: Path) -> None:
    alarm = f"BEGIN:VALARM\r\nATTENDEE:mailto:{BUYER}\r\nUID:alarm\r\nEND:VALARM"
    found = translated(tmp_path, calendar(event(alarm, attendees=())))
    assert (found.kinds, found.read) == ({"no_attendees": 1}, 1)
    found = translated(tmp_path, calendar(event(alarm)))
    assert (found.one("effort")["source_id"], found.read) == ("1@seller.example", 1)


def test_other_components_are_counted_by_kind(tmp_path: Path) -> None:
    others = "".join(
        f"BEGIN:{name}\r\nUID:1\r\nEND:{name}\r\n"
        for name in ("VTODO", "VJOURNAL", "VFREEBUSY", "VALARM", "X-OURS", "VTIMEZONE")
    )
    found = translated(tmp_path, calendar(others))
    assert found.kinds == {"to_do": 1, "journal": 1, "free_busy": 1, "alarm": 1, "other_component": 1}


@pytest.mark.parametrize(
    "broken",
    [
        event().replace("END:VEVENT\r\n", ""),
        event("BEGIN:VALARM").replace("END:VEVENT\r\n", ""),
    ],
)
def test_a_component_without_an_end_is_one_reject_and_the_next_is_read(tmp_path: Path, broken: str) -> None:
    found = translated(tmp_path, calendar(broken, event(uid="2")))
    assert found.rejects == [("truncated", "VEVENT")]
    assert found.one("effort")["source_id"] == "2"
    found = translated(tmp_path, calendar(event(uid="2"), broken))
    assert found.rejects == [("truncated", "VEVENT")]


def test_an_alarm_without_an_end_does_not_hide_the_next_event(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event("BEGIN:VALARM"), event(uid="2")))
    assert found.read == 2
    assert [each["source_id"] for each in found.of("effort")][-1] == "2"


def test_a_line_that_is_no_property_costs_its_component_alone(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event("ORGANIZER;;;CN:x"), event(uid="2")))
    assert found.rejects == [("bad_line", "ORGANIZER")]
    assert found.one("effort")["source_id"] == "2"


def test_an_event_without_a_calendar_around_it_is_read(tmp_path: Path) -> None:
    assert translated(tmp_path, event()).one("effort")["rep_id"] == SELLER


def test_what_one_calendar_says_does_not_hold_for_the_next(tmp_path: Path) -> None:
    replied = calendar(event(attendees=(asked(BUYER, "ACCEPTED"),)), method="REPLY")
    found = translated(tmp_path, replied + calendar(event(uid="2")))
    assert [each["source_id"] for each in found.of("effort")] == ["2"]
    assert [each["source_id"] for each in translated(tmp_path, replied + event(uid="3")).of("effort")] == ["3"]


def test_a_component_beyond_all_size_is_one_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LARGEST_COMPONENT", 1000)
    crowd = tuple(asked(f"a{number}@buyer.example") for number in range(50))
    found = translated(tmp_path, calendar(event(attendees=crowd), event(uid="2")))
    assert found.rejects == [("too_large", "VEVENT")]
    assert found.one("effort")["source_id"] == "2"


def test_an_endless_line_is_passed_over_where_it_is_not_wanted_and_rejected_where_it_is(tmp_path: Path) -> None:
    long = "x" * (3 * parts.LONGEST_LINE)
    folded = "\r\n ".join(["y" * 70] * 3000)
    found = translated(tmp_path, calendar(event(f"ATTACH:{long}", f"DESCRIPTION:{folded}"), event(f"ORGANIZER:{long}")))
    assert len(found.of("effort")) == 1
    assert found.rejects == [("too_large", "VEVENT")]


def test_memory_stays_bounded_in_one_line_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "line.ics.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(calendar(event()).encode())
        file.write(b"BEGIN:VEVENT\r\nATTENDEE:")
        for _ in range(40):
            file.write(b"z" * (1 << 20))
    found = outcome(path, reading())
    assert (len(found.of("effort")), found.rejects) == (1, [("too_large", "VEVENT")])


def test_only_so_many_zones_are_kept() -> None:
    zones = "".join(f"BEGIN:VTIMEZONE\r\nTZID:z{number}\r\nEND:VTIMEZONE\r\n" for number in range(1000))
    (component,) = cut(calendar(zones, event()).encode())
    assert len(component.calendar.zones) == parts.MOST_ZONES


NOISE = st.one_of(
    st.sampled_from(
        [
            b"BEGIN:VCALENDAR",
            b"END:VCALENDAR",
            b"BEGIN:VEVENT",
            b"END:VEVENT",
            b"BEGIN:VALARM",
            b"BEGIN:VTODO",
            b"BEGIN:",
            b"METHOD:REPLY",
            b"METHOD:REQUEST",
            f"ORGANIZER:mailto:{SELLER}".encode(),
            f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BUYER}".encode(),
            b"UID:1",
            b"CREATED:20260504T080000Z",
            b"DTSTAMP:20260504T080000Z",
            b"DTSTART;TZID=Europe/Berlin:20260504T080000",
            b"RRULE:FREQ=WEEKLY;COUNT=3",
            b"EXDATE:20260504T080000Z,20260511T080000Z",
            b"RECURRENCE-ID:20260511",
            b"SEQUENCE:1",
            b" folded",
            b"",
        ]
    ),
    st.binary(max_size=30),
)


@given(st.lists(NOISE, max_size=40))
def test_whatever_is_in_a_file_every_component_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, noise: list[bytes]
) -> None:
    data = b"\r\n".join([b"BEGIN:VCALENDAR", *noise])
    path = tmp_path_factory.mktemp("noise") / "noise.ics"
    path.write_bytes(data)
    assert outcome(path).read == len(cut(data))
