"""A kind of finding that is mostly dismissed mutes itself, tells operations, and comes back when they are done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from answerback.analysis.findings.muting import mutings
from answerback.analysis.findings.state import Word
from answerback.domain.findings import FindingKind, Role
from tests.analysis.findings.made import SUNDAY, at, fall, gathered, key_of

DAY = timedelta(days=1)


def decided(*kinds: str, value: str = "change", first: int = 0) -> dict[int, list[Word]]:
    """One word on each of so many findings, a day apart."""
    return {
        1000 + first + place: [Word(kind, at(SUNDAY + (first + place) * DAY), value=value, decision_key=place)]
        for place, kind in enumerate(kinds)
    }


@pytest.mark.parametrize(
    ("kinds", "muted"),
    [
        (["dismiss"] * 4, False),
        (["dismiss"] * 5, True),
        (["done", *["dismiss"] * 4], True),
        (["done", "done", *["dismiss"] * 4], False),
        (["seen", "share", *["dismiss"] * 4], False),
        (["wait_until", *["dismiss"] * 4], False),
    ],
)
def test_five_decided_and_four_in_five_dismissed(kinds: list[str], muted: bool) -> None:
    assert bool(mutings(decided(*kinds), key_of, at(SUNDAY + 30 * DAY))) is muted


def test_only_the_last_word_on_each_finding_counts() -> None:
    words = decided(*["dismiss"] * 4)
    words[1000].append(Word("done", at(SUNDAY + 20 * DAY), value="change", decision_key=50))
    words[2000] = [Word("dismiss", at(SUNDAY + 21 * DAY), value="change", decision_key=51)]
    (found,) = mutings(words, key_of, at(SUNDAY + 30 * DAY))  # four of five, the fifth being the one that was done
    assert found.finding.details == {"decided": 5, "dismissed": 4}


def test_it_is_told_to_operations_on_the_day_it_tipped() -> None:
    (found,) = mutings(decided(*["dismiss"] * 6), key_of, at(SUNDAY + 30 * DAY))
    told = found.finding
    assert (told.kind, told.first_for, told.subject.name) == (FindingKind.MUTED, Role.OPERATIONS, "change")
    assert (told.raised_on, found.ends) == (SUNDAY + 4 * DAY, None)


def test_not_before_it_was_said() -> None:
    assert not mutings(decided(*["dismiss"] * 6), key_of, at(SUNDAY + 3 * DAY))


def test_other_kinds_go_on() -> None:
    words = decided(*["dismiss"] * 5, value="rut")
    assert {each.kind for each in mutings(words, key_of, at(SUNDAY + 30 * DAY))} == {"rut"}


def test_done_brings_the_kind_back_and_the_count_begins_afresh() -> None:
    words = decided(*["dismiss"] * 5)
    (first,) = mutings(words, key_of, at(SUNDAY + 30 * DAY))
    words[key_of(first.finding.finding_id)] = [Word("done", at(SUNDAY + 10 * DAY), value="muted", decision_key=90)]
    words |= decided(*["dismiss"] * 4, first=12)
    (over,) = mutings(words, key_of, at(SUNDAY + 30 * DAY))
    assert over.ends == at(SUNDAY + 10 * DAY)
    assert over.holds(at(SUNDAY + 9 * DAY))
    assert not over.holds(at(SUNDAY + 10 * DAY))
    words |= decided("dismiss", first=20)
    again = mutings(words, key_of, at(SUNDAY + 30 * DAY))
    assert [each.ends is None for each in again] == [False, True]
    assert again[0].finding.finding_id != again[1].finding.finding_id


def test_a_muted_kind_is_on_nobodys_page() -> None:
    dismissed = [fall(10 + place, week=-3) for place in range(5)]
    words = {each.finding_id: [Word("dismiss", at(SUNDAY + DAY), value="change")] for each in dismissed}
    found = gathered([*dismissed, fall(1)], SUNDAY + 3 * DAY, words)
    shown = [each.finding.kind for page in found.shown.values() for each in page]
    assert shown == [FindingKind.MUTED]
    assert [each.muted for each in found.findings if each.finding.subject.key == 1] == [True]
