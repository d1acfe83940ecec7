"""What never enters: sensitive meetings, excluded people and labels, outside parties whom nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.domain.playbook import Privacy
from answerback.domain.reading import Item, Kept
from tests.sources.calendar.calendars import (
    BUYER,
    OTHER_BUYER,
    SELLER,
    asked,
    calendar,
    event,
    playbook,
    reading,
    translated,
)

SECRET = "Acquisition of Bob"


@pytest.mark.parametrize("word", ["PRIVATE", "confidential", "X-OURS"])
def test_a_sensitive_meeting_leaves_a_count_and_nothing_else(tmp_path: Path, word: str) -> None:
    found = translated(tmp_path, calendar(event(f"CLASS:{word}")))
    assert (found.kinds, found.also("contact"), found.read) == ({"sensitive": 1}, [], 1)


def test_the_playbook_decides_what_is_sensitive(tmp_path: Path) -> None:
    assert translated(tmp_path, calendar(event("CLASS:PUBLIC"))).read == len(
        translated(tmp_path, calendar(event("CLASS:PUBLIC"))).of("effort")
    )
    load = reading(playbook(Privacy(outside="all", exclude_sensitivity=("company-confidential",))))
    text = calendar(event("CLASS:PRIVATE"), event("CLASS:CONFIDENTIAL", uid="2"))
    found = translated(tmp_path, text, load)
    assert (found.kinds, len(found.of("effort"))) == ({"sensitive": 1}, 1)


@pytest.mark.parametrize("excluded", [BUYER, BUYER.upper(), "buyer.example", "@buyer.example", "example"])
def test_an_excluded_party_closes_the_whole_meeting(tmp_path: Path, excluded: str) -> None:
    load = reading(playbook(Privacy(outside="all", exclude_addresses=(excluded,))))
    found = translated(tmp_path, calendar(event(attendees=(asked("zoe@other.test"), asked(BUYER)))), load)
    assert (found.kinds, found.also("contact")) == ({"excluded": 1}, [])


def test_a_name_that_only_ends_alike_is_not_excluded(tmp_path: Path) -> None:
    load = reading(playbook(Privacy(outside="all", exclude_addresses=("uyer.example", "ob@buyer.example"))))
    assert translated(tmp_path, calendar(event()), load).of("effort")


def test_an_excluded_label_closes_the_meeting(tmp_path: Path) -> None:
    load = reading(playbook(Privacy(outside="all", exclude_labels=("Family",))))
    text = calendar(event("CATEGORIES:Work,FAMILY"), event("CATEGORIES:Work", uid="2"))
    found = translated(tmp_path, text, load)
    assert (found.kinds, len(found.of("effort"))) == ({"excluded": 1}, 1)


def test_without_being_known_nobody_enters(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event(attendees=(asked(BUYER, "ACCEPTED"),))), reading(playbook(Privacy())))
    assert (found.kinds, found.also("contact")) == ({"unknown_outside_party": 1}, [])


@pytest.mark.parametrize(
    ("field", "text", "enters"),
    [
        ("email", BUYER, True),
        ("email", OTHER_BUYER, True),
        ("domain", "buyer.example", True),
        ("email", SELLER, False),
        ("domain", "seller.example", False),
        ("email", "buyer.example", False),
    ],
)
def test_one_known_outside_party_is_enough_and_ours_do_not_count(
    tmp_path: Path, field: str, text: str, enters: bool
) -> None:
    load = reading(playbook(Privacy()), lambda *asked_for: asked_for == (field, text))
    found = translated(tmp_path, calendar(event(attendees=(asked(BUYER), asked(OTHER_BUYER)))), load)
    assert bool(found.of("effort")) is enters


def test_a_free_mail_domain_makes_nobody_known(tmp_path: Path) -> None:
    load = reading(playbook(Privacy()), lambda field, _text: field == "domain")
    found = translated(tmp_path, calendar(event(attendees=(asked("bob@gmail.com"),))), load)
    assert found.kinds == {"unknown_outside_party": 1}


def test_no_title_text_place_or_name_is_kept(tmp_path: Path) -> None:
    text = calendar(
        event(
            f"SUMMARY:{SECRET}",
            f"DESCRIPTION:{SECRET}",
            f"LOCATION:{SECRET}",
            f"COMMENT:{SECRET}",
            attendees=(asked(BUYER, "ACCEPTED", f';CN="{SECRET}"'),),
        ),
        event(f"SUMMARY:{SECRET}", "DTSTART:broken", uid="2"),
    )
    items: tuple[Item, ...] = translated(tmp_path, text).items
    assert any(isinstance(each, Kept) for each in items)
    assert SECRET not in repr(items)
