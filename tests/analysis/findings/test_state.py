"""The state of a finding is a fold over words: the latest stands, the order of loading does not matter."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from answerback.analysis.findings.state import Said, State, Status, Word, fold
from tests.analysis.findings.made import SUNDAY, at

START = at(SUNDAY)
DAY = timedelta(days=1)


def said(kind: str, day: int, **fields: object) -> Word:
    return Word(kind, START + day * DAY, **fields)  # type: ignore[arg-type]


def status(*words: Word, day: int = 99) -> Status:
    return fold(words, START + day * DAY).status


words = st.lists(
    st.builds(
        Word,
        kind=st.sampled_from([*Said, "contest"]),
        occurred_at=st.integers(0, 6).map(lambda day: START + day * DAY),
        until=st.none() | st.integers(0, 9).map(lambda day: START + day * DAY),
        reason=st.sampled_from(("", "known", "wrong")),
        content_hash=st.integers(0, 2),
        decision_key=st.integers(0, 10**9),
    ),
    max_size=8,
    unique_by=lambda word: word.decision_key,
)
instants = st.integers(0, 12).map(lambda day: START + day * DAY)


@given(words, instants, st.randoms())
def test_the_order_in_which_words_were_loaded_changes_nothing(found: list[Word], now: datetime, dice) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    dice.shuffle(shuffled)
    assert fold(shuffled, now) == fold(found, now)


@given(words, instants)
def test_what_is_said_later_is_not_known_yet(found: list[Word], now: datetime) -> None:
    assert fold(found, now) == fold([word for word in found if word.occurred_at <= now], now)


@given(words, instants)
def test_it_is_what_a_plain_reading_makes_of_it(found: list[Word], now: datetime) -> None:
    """Nested loops: a word stands if no other of its thread comes after it."""

    def standing(thread: set[str]) -> Word | None:
        mine = [word for word in found if word.kind in thread and word.occurred_at <= now]
        last = [one for one in mine if not any(two.place > one.place for two in mine)]
        return last[0] if last else None

    state = fold(found, now)
    word = standing({"dismiss", "wait_until", "done", "reopen"})
    if word is None or word.kind == "reopen":
        assert state.status is Status.OPEN
    elif word.kind == "wait_until":
        over = word.until is not None and word.until <= now
        assert state.status is (Status.OPEN if over else Status.WAITING)
    else:
        assert state.status is {"dismiss": Status.DISMISSED, "done": Status.DONE}[word.kind]
    sharing = standing({"share", "withdraw"})
    assert (state.shared_since is not None) == (sharing is not None and sharing.kind == "share")


def test_nothing_said_is_open() -> None:
    assert fold([], START) == State()


def test_waiting_ends_by_itself_and_says_when() -> None:
    wait = said("wait_until", 1, until=START + 5 * DAY)
    assert status(wait, day=4) is Status.WAITING
    assert fold([wait], START + 5 * DAY) == State(Status.OPEN, since=START + 5 * DAY)


def test_to_see_it_closes_nothing() -> None:
    state = fold([said("seen", 2), said("seen", 1)], START + 9 * DAY)
    assert (state.status, state.seen_at) == (Status.OPEN, START + DAY)


def test_a_reason_stands_with_the_word_it_was_given_for() -> None:
    assert fold([said("dismiss", 1, reason="known")], START + 9 * DAY).reason == "known"
    assert fold([said("dismiss", 1, reason="known"), said("reopen", 2)], START + 9 * DAY).reason == ""


def test_to_withdraw_leaves_what_there_would_be_had_it_never_been_shared() -> None:
    assert fold([said("share", 1), said("withdraw", 2)], START + 9 * DAY) == fold([], START + 9 * DAY)
