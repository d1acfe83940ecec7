"""Real calendars, against counts made by scanning their text: no parser, no shared code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerback.domain.playbook import Playbook, Privacy
from answerback.domain.reading import Reading, Reject
from answerback.sources.calendar.source import ENDINGS
from tests.sources.calendar.calendars import EXPORTED, Outcome, outcome

EVERYTHING = Playbook(privacy=Privacy(outside="all", exclude_sensitivity=()))


def load(**options: str) -> Reading:
    return Reading(EVERYTHING, EXPORTED, options=options)


def scanned(path: Path) -> str:
    """The file's text, unfolded by hand."""
    text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    return re.sub(r"\n[ \t]", "", text)


def events(text: str) -> Iterator[str]:
    """Each event without its alarms: an alarm by mail has attendees of its own."""
    text = re.sub(r"^BEGIN:VALARM$.*?^END:VALARM$", "", text, flags=re.DOTALL | re.MULTILINE)
    return (each[1] for each in re.finditer(r"^BEGIN:VEVENT$(.*?)^END:VEVENT$", text, re.DOTALL | re.MULTILINE))


def addresses(lines: list[str]) -> list[str]:
    return [re.split("mailto:", line, flags=re.IGNORECASE)[-1].strip().lower() for line in lines]


def lines_of(event: str, name: str) -> list[str]:
    return re.findall(rf"^{name}[;:].*$", event, re.MULTILINE)


@pytest.fixture(scope="module")
def big(shared_data: Path) -> Path:
    return shared_data / "ics" / "recurring_ical_events" / "issue42.ics"


def owner_of(text: str) -> str:
    found = re.search(r"^X-WR-CALNAME:(.*)$", text, re.MULTILINE)
    assert found
    return found[1].strip().lower()


@pytest.mark.timeout(60)
def test_every_event_of_a_real_calendar_is_accounted_for(big: Path) -> None:
    text = scanned(big)
    found = outcome(big, load())
    assert found.read == len(list(events(text))) == 4778
    assert found.rejects == []
    without = sum(not lines_of(event, "ATTENDEE") for event in events(text))
    assert found.kinds["no_attendees"] == without


def test_the_owner_of_a_real_calendar_as_the_seller(big: Path) -> None:
    """All acceptances in it are the owner's own: not one is a buyer's. Who invited the owner made an inquiry."""
    text = scanned(big)
    owner = owner_of(text)
    invited, accepted_outside, own = 0, 0, 0
    for event in events(text):
        organiser = addresses(lines_of(event, "ORGANIZER"))
        attendees = lines_of(event, "ATTENDEE")
        if not organiser or "unknownorganizer" in organiser[0]:
            continue
        if organiser[0] == owner:
            own += 1
            accepted_outside += sum("PARTSTAT=ACCEPTED" in line and owner not in line.lower() for line in attendees)
        else:
            invited += owner in addresses(attendees)
    found = outcome(big, load())
    kinds = Counter(str(each["kind"]) for each in found.of("buyer_action"))
    assert kinds == {"inquired": invited}
    assert accepted_outside == 0
    assert invited > 30
    assert [each["subkind"] for each in found.of("effort")] == ["invitation"] * own


def test_the_acceptances_of_a_real_calendar_are_counted_exactly(big: Path) -> None:
    """The meetings without a known organiser taken as a seller's: each acceptance in them is the attendee's act."""
    text = scanned(big)
    lines = [
        (event, line)
        for event in events(text)
        for line in lines_of(event, "ATTENDEE")
        if not any("unknownorganizer" not in each for each in lines_of(event, "ORGANIZER"))
    ]
    accepted = sum("PARTSTAT=ACCEPTED" in line for _event, line in lines)
    found = outcome(big, load(owner="seller@seller.example"))
    answers = found.of("buyer_action")
    assert Counter(str(each["kind"]) for each in answers) == {"accepted_meeting": accepted}
    assert accepted == len(re.findall(r"^ATTENDEE[^\n]*PARTSTAT=ACCEPTED", text, re.MULTILINE)) == 298
    # No system saw an invitation go out, so none of them is proof; and none has a time of its own.
    assert {each["evidence"] for each in answers} == {"claimed"}
    assert len(found.attributes("interval_start")) == accepted


def replies(text: str, organiser: str) -> Counter[tuple[str, str]]:
    """Who answered what to this organiser by REPLY, over all calendars in a text."""
    counts: Counter[tuple[str, str]] = Counter()
    for block in re.split(r"^BEGIN:VCALENDAR$", text, flags=re.MULTILINE)[1:]:
        if re.search(r"^METHOD:REPLY$", block, re.MULTILINE):
            for event in events(block):
                if addresses(lines_of(event, "ORGANIZER")) == [organiser]:
                    for line in lines_of(event, "ATTENDEE"):
                        status = re.search(r"PARTSTAT=(ACCEPTED|DECLINED|DELEGATED)", line)
                        if status:
                            counts[status[1], addresses([line])[0]] += 1
    return counts


def answers(found: Outcome) -> Counter[tuple[str, str]]:
    status = {"accepted_meeting": "ACCEPTED", "declined_meeting": "DECLINED", "delegated": "DELEGATED"}
    timed = [each for each in found.of("buyer_action") if each["kind"] in status and "subkind" not in each]
    return Counter((status[str(each["kind"])], str(each["contact_id"])) for each in timed)


@pytest.mark.timeout(60)
def test_acceptances_and_refusals_in_scheduling_messages_are_counted_exactly(shared_data: Path) -> None:
    seller = "a@example.com"
    total: Counter[tuple[str, str]] = Counter()
    for path in sorted((shared_data / "ics" / "libical").glob("*.ics")):
        expected = replies(scanned(path), seller)
        if expected:
            assert answers(outcome(path, load(own=seller))) == expected, path.name
            total += expected
    assert sum(count for (status, _who), count in total.items() if status == "ACCEPTED") > 60
    assert {status for status, _who in total} == {"ACCEPTED", "DECLINED", "DELEGATED"}


def test_an_iTIP_conversation_reads_like_one(shared_data: Path) -> None:  # noqa: N802 - the standard's own name
    found = outcome(shared_data / "ics" / "libical" / "incoming.ics", load(own="a@example.com"))
    kinds = Counter(str(each["kind"]) for each in found.of("buyer_action"))
    # Of five replies two accept, two refuse and one delegates; one meeting is called off by its outside organiser.
    assert (kinds["accepted_meeting"], kinds["delegated"], kinds["declined_meeting"]) == (2, 1, 3)
    assert [each["subkind"] for each in found.of("buyer_action") if each.get("subkind") == "cancelled"] == ["cancelled"]


@pytest.mark.timeout(120)
def test_every_file_is_accounted_for_without_a_crash(shared_data: Path) -> None:
    """The scan counts the lines that begin one of the four sorts of item, which never stand inside one another."""
    folder = shared_data / "ics"
    paths = [path for path in sorted(folder.rglob("*")) if path.name.endswith(ENDINGS)]
    assert len(paths) > 250
    begun = re.compile(r"^BEGIN:(VEVENT|VTODO|VJOURNAL|VFREEBUSY)\s*$", re.IGNORECASE | re.MULTILINE)
    scan = {path.relative_to(folder).as_posix(): len(begun.findall(scanned(path))) for path in paths}
    found = outcome(folder, load(own="a@example.com"))
    assert found.read - found.kinds["alarm"] - found.kinds["other_component"] == sum(scan.values())
    refused = [item.place for item in found.items if isinstance(item, Reject)]
    assert {place.file for place in refused if place.at == 0} <= {name for name, count in scan.items() if not count}
    reasons = {reason for reason, _field in found.rejects}
    assert reasons <= {"truncated", "bad_line", "bad_time", "missing", "not_a_calendar"}
