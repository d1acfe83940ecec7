"""Endings of a rep's own, and what a chain showed until then; what a rep named as standing in the way is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from answerback.analysis.court.balls import State
from answerback.analysis.court.by_chain import ChainBall
from answerback.analysis.ended.endings import Ended, Ends, endings_of, lately
from answerback.analysis.ended.facts import Facts, facts_of
from answerback.analysis.reader import Reader, keys_of
from answerback.analysis.risk.attempts import Tried
from answerback.analysis.story import Sort, story
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope, Stretch
from tests.analysis.asking import looking, workspace_of
from tests.analysis.team import Row, text
from tests.analysis.test_story import PLAYBOOK, act, day, deal, touch

TABLES: dict[str, list[Row]] = {
    "rep": [{"rep_id": name, "name": name} for name in ("ann", "ben", "cleo")],
    "account": [{"account_id": "acme", "name": "Acme", "segment": "middle"}],
    "deal": [deal("lost"), deal("won"), deal("given"), deal("open")],
    "deal_change": [
        {"deal_id": "lost", "occurred_at": text(day(0)), "field": "stage", "new": "New"},
        {"deal_id": "lost", "occurred_at": text(day(6)), "field": "stage", "new": "Lost"},
        {"deal_id": "lost", "occurred_at": text(day(7)), "field": "loss_reason", "new": "No_Need"},
        {"deal_id": "won", "occurred_at": text(day(8)), "field": "outcome", "new": "won"},
        {"deal_id": "given", "occurred_at": text(day(2)), "field": "owner", "old": "ann", "new": "ben"},
        {"deal_id": "given", "occurred_at": text(day(5)), "field": "outcome", "new": "won"},
    ],
    "case": [
        {"case_id": "c", "deal_id": "won", "opened_at": text(day(8.5)), "closed_at": text(day(9)), "kind": "delivery"},
        {"case_id": "d", "deal_id": "won", "opened_at": text(day(8.6)), "kind": "delivery"},
        {"case_id": "e", "account_id": "acme", "opened_at": text(day(8.7)), "closed_at": text(day(9.2))},
        {"case_id": "f", "account_id": "acme", "opened_at": text(day(6)), "closed_at": text(day(6.5))},
        {"case_id": "g", "account_id": "acme", "opened_at": text(day(4)), "closed_at": text(day(4.5))},
    ],
    "obstacle": [
        {"deal_id": "lost", "occurred_at": text(day(4)), "kind": "Price", "said_by": "buyer"},
        {"deal_id": "lost", "occurred_at": text(day(5)), "kind": "own_mistake", "said_by": "rep"},
    ],
    "effort": [
        touch("lost", 1, reference="mail-1"),
        touch("lost", 2, "cleo"),
        touch("lost", 3, origin="sequence"),
        touch("lost", 6.5),
        touch("won", 1),
        touch("given", 3, "ben"),
    ],
    "buyer_action": [
        act("lost", 1.5, "replied", refers_to="mail-1"),
        act("lost", 2.5, "asked", evidence="claimed"),
        act("lost", 5, "declined"),
        act("lost", 6.8, "replied"),
    ],
}
EVERYBODY = Scope("test", everybody=True)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder: Path = tmp_path_factory.mktemp("ended")
    with looking(workspace_of(folder, TABLES, PLAYBOOK), day(10)) as reader:
        yield reader


def key(reader: Reader, rep: str) -> int:
    return keys_of(reader, "rep", rep)[0]


def of(reader: Reader, rep: str) -> tuple[Ended, ...]:
    own = key(reader, rep)
    return endings_of(reader, Scope("test", stretches=(Stretch(own),), viewer_key=own), own)


def lost(reader: Reader) -> Ended:
    return next(each for each in of(reader, "ann") if each.ends is Ends.LOST)


def test_endings_are_deals_and_cases_that_were_the_rep_s_when_they_ended(reader: Reader) -> None:
    told = [(each.ends, each.deal_id, each.started_at, each.ended_at) for each in of(reader, "ann")]
    assert told == [
        (Ends.CASE, "won", day(8.7), day(9.2)),
        (Ends.CASE, "won", day(8.5), day(9)),
        (Ends.WON, "won", day(0), day(8)),
        (Ends.LOST, "lost", day(0), day(6)),
    ]
    assert [(each.ends, each.started_at) for each in of(reader, "ben")] == [(Ends.CASE, day(6)), (Ends.WON, day(0))]
    assert {each.deal_id for each in of(reader, "ben")} == {"given"}, "won last when the case was opened"
    assert of(reader, "cleo") == ()


def test_nothing_has_ended_that_ends_later_or_outside_of_the_scope(reader: Reader) -> None:
    ann = key(reader, "ann")
    assert [each.ends for each in endings_of(replace(reader, as_of=day(7)), EVERYBODY, ann)] == [Ends.LOST]
    assert endings_of(reader, Scope("test"), ann) == ()
    until = Scope("test", stretches=(Stretch(ann, end=day(7)),))
    assert [each.deal_id for each in endings_of(reader, until, ann)] == ["lost"]


def test_asked_since_a_day_it_tells_what_ended_from_then_on(reader: Reader) -> None:
    every = of(reader, "ann")
    for since in (day(0), day(6), day(8.1), day(9.2), day(9.3)):
        found = endings_of(reader, EVERYBODY, key(reader, "ann"), since=since)
        assert found == tuple(each for each in every if each.ended_at >= since)


@pytest.mark.parametrize(
    ("today", "ends"),
    [
        (date(2026, 3, 10), {Ends.LOST, Ends.WON, Ends.CASE}),  # ended on Sunday 8, Tuesday 10, Wednesday 11
        (date(2026, 3, 11), {Ends.WON, Ends.CASE}),
        (date(2026, 3, 12), {Ends.WON, Ends.CASE}),
        (date(2026, 3, 13), {Ends.CASE}),
        (date(2026, 3, 16), set()),
    ],
)
def test_lately_is_two_working_days(today: date, ends: set[Ends], reader: Reader) -> None:
    assert {each.ends for each in lately(of(reader, "ann"), reader.playbook, today)} == ends


def test_a_chain_shows_what_happened_until_its_end(reader: Reader) -> None:
    found = facts_of(reader, EVERYBODY, lost(reader), (), {})
    assert found == Facts(
        touches=2,
        by_sequence=1,
        answered=1,
        acts=2,
        forward=0,
        retreats=("declined",),
        missed=0,
        handovers=1,
        days=6,
        silence_days=2,
        typed_in="New",
        tried=(),
        reason="no need",
        buyer_said=("price",),
        way="the buyer said no",
        segment="middle",
    )


def test_what_is_not_worked_out_yet_is_not_known(reader: Reader) -> None:
    found = facts_of(reader, EVERYBODY, lost(reader), None, None)
    assert (found.missed, found.tried) == (None, None)


def test_dropped_balls_are_those_that_fell_due_before_the_end(reader: Reader) -> None:
    def ball(due: datetime | None, state: State = State.LATE) -> ChainBall:
        return ChainBall(event_key=1, rep_key=1, policy="reply", state=state, due_at=due)

    balls = (ball(day(2)), ball(day(5), State.LOST), ball(day(7)), ball(None), ball(day(2), State.WAITING))
    assert facts_of(reader, EVERYBODY, lost(reader), balls, {}).missed == 2


def test_risk_is_told_of_the_deal_and_of_its_touches(reader: Reader) -> None:
    ended = lost(reader)
    rows = reader.rows("effort", "deal_key", [ended.deal_key], ("effort_key", "occurred_at"))
    first, last = (pick(rows, key=lambda row: row["occurred_at"])["effort_key"] for pick in (min, max))
    tried = {ended.deal_key: (Tried.LARGE,), first: (Tried.HIGHER,), last: (Tried.NEW_MARKET,)}
    assert facts_of(reader, EVERYBODY, ended, (), tried).tried == ("large", "higher")


def test_whose_chain_does_not_open_has_no_facts(reader: Reader) -> None:
    with pytest.raises(NotFoundError):
        facts_of(reader, Scope("test"), lost(reader), (), {})


def test_what_the_rep_named_is_in_the_story_for_them_and_for_the_owner_of_the_workspace(reader: Reader) -> None:
    ann, cleo = key(reader, "ann"), key(reader, "cleo")
    manager = Scope("test", stretches=(Stretch(ann), Stretch(cleo)), viewer_key=key(reader, "ben"))
    worked_on_it = Scope("test", stretches=(Stretch(cleo),), viewer_key=cleo)
    owner = Scope("test", stretches=(Stretch(ann),), viewer_key=ann)
    seen = {
        name: [line.what for line in story(reader, scope, "lost").lines if line.sort is Sort.OBSTACLE]
        for name, scope in {"all": EVERYBODY, "owner": owner, "manager": manager, "other": worked_on_it}.items()
    }
    assert seen == {
        "all": ["Price", "own_mistake"],
        "owner": ["Price", "own_mistake"],
        "manager": ["Price"],
        "other": ["Price"],
    }
