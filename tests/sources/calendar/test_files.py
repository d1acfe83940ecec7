"""Files and folders: packed, damaged, wrong, many; coverage, options, progress and recognition."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.playbook import Organisation, Playbook, Privacy
from answerback.domain.reading import Progress, Reading
from answerback.sources import files
from answerback.sources.calendar import SOURCE
from tests.sources.calendar.calendars import (
    BUYER,
    COLLEAGUE,
    EXPORTED,
    SELLER,
    asked,
    calendar,
    event,
    outcome,
    playbook,
    reading,
    translated,
)

TEXT = calendar(event())
ANYBODY = Playbook(privacy=Privacy(outside="all"))


def test_a_packed_file_is_read_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "c.ics.gz").write_bytes(gzip.compress(TEXT.encode()))
    assert outcome(tmp_path / "c.ics.gz").one("effort") == translated(tmp_path, TEXT).one("effort")


def test_a_packed_file_that_ends_early_gives_what_it_held(tmp_path: Path) -> None:
    many = calendar(*(event(f"X-FILLER:{os.urandom(300).hex()}", uid=str(number)) for number in range(400)))
    packed = gzip.compress(many.encode())
    path = tmp_path / "c.ics.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found = outcome(path)
    assert 0 < len(found.of("effort")) < 400
    assert found.rejects[-1] == ("truncated", "")


def test_a_bomb_is_one_reject_after_what_was_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FREE_BYTES", 1 << 20)
    path = tmp_path / "c.ics.gz"
    path.write_bytes(gzip.compress(TEXT.encode() + b"\r\n" * (4 << 20)))
    found = outcome(path)
    assert (len(found.of("effort")), found.rejects) == (1, [("bomb", "")])


@pytest.mark.parametrize("content", [b"", b"From: ann\r\n\r\nHello", b"\x89PNG\r\n\x1a\n", b"\x00" * 1000])
def test_a_file_that_is_no_calendar_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.ics"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="holds no calendar"):
        outcome(path)


def test_an_empty_calendar_is_a_calendar(tmp_path: Path) -> None:
    assert translated(tmp_path, calendar()).read == 0


def test_a_missing_file_and_a_folder_without_calendars_are_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        outcome(tmp_path / "none.ics")
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(SourceError, match="no calendar file"):
        outcome(tmp_path)


def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "b.ICS").write_text(calendar(event(uid="b")))
    (tmp_path / "deep" / "a.ics").write_text(calendar(event(uid="a")))
    (tmp_path / "deep" / "deeper" / "c.ics.gz").write_bytes(gzip.compress(calendar(event(uid="c")).encode()))
    (tmp_path / "deep" / "bad.ics").write_text("no calendar")
    (tmp_path / "deep" / "notes.txt").write_text("x")
    return tmp_path


def test_a_folder_is_read_to_its_depths_and_one_bad_file_is_one_reject(tmp_path: Path) -> None:
    found = outcome(folder(tmp_path))
    assert [each["source_id"] for each in found.of("effort")] == ["b", "a", "c"]
    assert (found.rejects, found.notes) == ([("not_a_calendar", "")], ["other_files"])


def test_a_pipe_or_a_link_in_a_circle_does_not_stop_a_load(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.ics")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "gone.ics").symlink_to(tmp_path / "nowhere.ics")
    (tmp_path / "c.ics").write_text(TEXT)
    assert len(outcome(tmp_path).of("effort")) == 1


def test_a_file_without_rights_in_a_folder_is_one_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.ics").write_text(TEXT)
    (tmp_path / "b.ics").write_text(TEXT)
    really = Path.open

    def refused(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "a.ics":
            raise PermissionError
        return really(path, *arguments, **options)

    # The superuser may read everything, so taking the right away would prove nothing there.
    monkeypatch.setattr(Path, "open", refused)
    found = outcome(tmp_path)
    assert (found.rejects, len(found.of("effort"))) == ([("unreadable", "")], 1)


def test_an_excluded_folder_is_not_opened(tmp_path: Path) -> None:
    load = reading(playbook(Privacy(outside="all", exclude_folders=("Deeper",))))
    found = outcome(folder(tmp_path), load)
    assert [each["source_id"] for each in found.of("effort")] == ["b", "a"]
    assert sorted(found.notes) == ["excluded", "other_files"]


def test_the_owners_calendar_is_covered_from_its_first_to_its_last_stamp(tmp_path: Path) -> None:
    early = event("CREATED:20250101T000000Z", "LAST-MODIFIED:20250102T000000Z", attendees=(), uid="early")
    ahead = event("DTSTART:20300101T000000Z")
    found = translated(tmp_path, calendar(early, ahead), reading(owner=SELLER))
    assert found.also("coverage") == [
        {
            "rep_id": SELLER,
            "channel": "calendar",
            "from": datetime(2025, 1, 1, tzinfo=UTC),
            "to": datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC),
        }
    ]


def test_a_clock_that_runs_wild_covers_nothing(tmp_path: Path) -> None:
    wild = event("LAST-MODIFIED:20990101T000000Z", attendees=(), uid="wild")
    (covered,) = translated(tmp_path, calendar(wild, event()), reading(owner=SELLER)).also("coverage")
    assert covered["to"] == datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)


def test_without_an_owner_the_sellers_in_kept_meetings_are_covered(tmp_path: Path) -> None:
    by_colleague = event("CREATED:20260301T000000Z", organiser=COLLEAGUE, uid="2")
    found = translated(tmp_path, calendar(event(), by_colleague, event(attendees=(), uid="3")))
    assert [(each["rep_id"], each["from"]) for each in found.also("coverage")] == [
        (SELLER, datetime(2026, 5, 4, 8, tzinfo=UTC)),
        (COLLEAGUE, datetime(2026, 3, 1, tzinfo=UTC)),
    ]


def test_the_files_of_one_folder_are_one_calendar(tmp_path: Path) -> None:
    (tmp_path / "2026.ics").write_text(TEXT)
    (tmp_path / "2025.ics").write_text(calendar(event("CREATED:20250101T000000Z", uid="2")))
    (covered,) = outcome(tmp_path, reading(owner=SELLER)).also("coverage")
    assert covered["from"] == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "head", "options", "owner"),
    [
        ("c.ics", (), {"owner": COLLEAGUE}, COLLEAGUE),
        ("c.ics", (f"X-WR-CALNAME:{SELLER}",), {"owner": COLLEAGUE}, COLLEAGUE),
        ("c.ics", (f"X-WR-CALNAME:{COLLEAGUE}",), {}, COLLEAGUE),
        (f"{COLLEAGUE}.ics", (), {}, COLLEAGUE),
        (f"{COLLEAGUE}.ics", (f"X-WR-CALNAME:{BUYER}",), {}, COLLEAGUE),
        ("c.ics", ("X-WR-CALNAME:Holidays",), {}, SELLER),
        ("c.ics", (f"X-WR-CALNAME:{BUYER}",), {}, SELLER),
    ],
)
def test_whose_calendar_it_is(
    tmp_path: Path, name: str, head: tuple[str, ...], options: dict[str, str], owner: str
) -> None:
    path = tmp_path / name
    path.write_text(calendar(event(), head=head))
    assert [each["rep_id"] for each in outcome(path, reading(**options)).also("coverage")] == [owner]


def test_where_no_seller_is_named_the_calendars_owner_is_one(tmp_path: Path) -> None:
    named = calendar(event(organiser="me@gmail.com"), head=("X-WR-CALNAME:Me@gmail.com",))
    assert translated(tmp_path, named, reading(ANYBODY)).one("effort")["rep_id"] == "me@gmail.com"
    assert translated(tmp_path, TEXT, reading(ANYBODY)).kinds == {"no_own_party": 1}


@pytest.mark.parametrize("own", ["seller.example", f"{SELLER}, {COLLEAGUE}", f"other.example {SELLER}"])
def test_own_addresses_and_domains_can_be_given_with_the_load(tmp_path: Path, own: str) -> None:
    assert translated(tmp_path, TEXT, reading(ANYBODY, own=own)).one("effort")["rep_id"] == SELLER


def test_an_option_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no option owned"):
        translated(tmp_path, TEXT, reading(owned="x"))


def test_an_alias_is_the_same_rep(tmp_path: Path) -> None:
    book = Playbook.model_validate(
        {"rep": [{"email": SELLER, "aliases": ["ann@old.example"]}], "privacy": {"outside": "all"}}
    )
    text = calendar(event(organiser="ann@old.example", attendees=(asked(BUYER), asked(SELLER))))
    found = translated(tmp_path, text, Reading(book, EXPORTED))
    assert found.one("effort")["rep_id"] == SELLER


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    found = outcome(folder(tmp_path))
    notes = [each for each in found.items if isinstance(each, Progress)]
    assert notes[-1].done <= notes[-1].total
    assert [each.done for each in notes] == sorted(each.done for each in notes)


@pytest.mark.parametrize(
    ("name", "content", "sure"),
    [
        ("c.ics", TEXT.encode(), 1.0),
        ("c", b"\xef\xbb\xbf\r\n" + TEXT.encode(), 1.0),
        ("c.ics", TEXT.encode("utf-16"), 1.0),
        ("c.ics.gz", gzip.compress(TEXT.encode(), mtime=0), 1.0),
        ("c.ics", b"X-COMMENT:odd\r\n" + TEXT.encode(), 0.6),
        ("c.mbox", b"From ann\r\nSubject: x\r\n\r\n" + TEXT.encode(), 0.0),
        ("c.ics.gz", gzip.compress(TEXT.encode(), mtime=0)[:12], 0.6),
        ("c.csv", b"a,b\r\n", 0.0),
    ],
)
def test_a_calendar_is_recognised_by_how_it_begins(tmp_path: Path, name: str, content: bytes, sure: float) -> None:
    (tmp_path / name).write_bytes(content)
    assert SOURCE.recognise(tmp_path / name).sure == sure


def test_a_folder_is_recognised_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert SOURCE.recognise(tmp_path).sure == 0
    (tmp_path / "c.ics").write_text(TEXT)
    assert SOURCE.recognise(tmp_path).sure > 0.5
    assert SOURCE.recognise(tmp_path / "nowhere").sure == 0


def test_the_organisation_may_be_named_by_subdomain(tmp_path: Path) -> None:
    book = Playbook(organisation=Organisation(own_domains=("seller.example",)), privacy=Privacy(outside="all"))
    text = calendar(event(organiser="ann@eu.seller.example"))
    assert translated(tmp_path, text, reading(book)).one("effort")["rep_id"] == "ann@eu.seller.example"
