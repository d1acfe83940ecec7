"""Balls in the seller's court: what opens one, what settles it, whose it is, until when, and what people say of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from answerback.analysis.court.balls import Balls, State, balls
from answerback.analysis.court.kept import kept
from answerback.analysis.court.waiting import court
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.present.balls import open_for_eyes, turns_title
from answerback.stats.working_time import NEVER
from tests.analysis.asking import looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

EVERYBODY = Scope("test", everybody=True)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = 20.0
PLAYBOOK = """
version = 1
[organisation]
time_zone = "UTC"
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "asked", "declined"]
aim = ["replied", "asked"]
seen_on = ["email"]
[[stage]]
name = "New"
step = "opening"
[[stage]]
name = "Priced"
step = "closing"
[[stage]]
name = "Lost"
outcome = "lost"
[[policy]]
name = "waits"
after = ["replied", "asked"]
within_hours = 48
[[policy]]
name = "offer"
after = ["requested_offer"]
within_hours = 72
working_time = false
settled_by = ["proposal"]
[[policy]]
name = "chat"
after = ["asked"]
subkinds = ["chat"]
within_minutes = 15
[[policy]]
name = "closing"
after = ["asked"]
steps = ["closing"]
within_hours = 4
[[policy]]
name = "lead"
after = ["inquired"]
within_hours = 24
clock = "assignment"
[[policy]]
name = "no-show"
after = ["no_show"]
within_hours = 48
settled_by = ["meeting", "call"]
"""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def instant(number: float) -> int:
    return int(day(number).timestamp())


class World:
    """Tables, written case by case; each case has a deal, a company and a person of its own name."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {"rep": [{"rep_id": each, "name": each} for each in REPS]}

    def put(self, record: str, **row: str) -> None:
        self.tables.setdefault(record, []).append(row)

    def deal(self, name: str, owner: str = "ann", account: str = "", opened: float = 0) -> None:
        self.put("deal", deal_id=name, account_id=account or name, owner_id=owner, created_at=text(day(opened)))

    def act(self, name: str, number: float, kind: str = "asked", **more: str) -> None:
        row = {"deal_id": name, "account_id": name, "contact_id": f"{name}-p", **more}
        self.put("buyer_action", action_id=f"{name}-{number}-{kind}", occurred_at=text(day(number)), kind=kind, **row)

    def touch(self, name: str, number: float, rep: str = "ann", **more: str) -> None:
        row = {"deal_id": name, "account_id": name, "contact_id": f"{name}-p", "kind": "email", **more}
        self.put("effort", effort_id=f"{name}-{number}-{rep}", rep_id=rep, occurred_at=text(day(number)), **row)

    def said(self, kind: str, of: str, number: float, until: float | None = None) -> None:
        space = "deal" if any(each["deal_id"] == of for each in self.tables["deal"]) else "event"
        row = {"subject_kind": space, "subject_id": of, "kind": kind, "occurred_at": text(day(number))}
        more = {"until": text(day(until))} if until is not None else {}
        self.put("decision", decision_id=f"{kind}-{of}-{number}", **row, **more)


REPS = ("ann", "ben", "cleo", "abe")


def settling(w: World) -> None:
    """What settles a ball, and what does not."""
    second = 1 / 86_400
    asked = [("person", 2.0), ("late", 4.0), ("edge", 3.0), ("past_the_edge", 3.0 + second), ("same_instant", 1.0)]
    for name, answered in asked:
        w.deal(name)
        w.act(name, 1)
        w.touch(name, answered)
    for name in ("never", "to_another", "by_sequence", "by_task", "typed_in", "without_a_name", "token", "thread"):
        w.deal(name)
        more = {"token": {"reference": "mail-1"}, "thread": {"about": "talk-1"}}
        w.act(name, 1, **more.get(name, {}))
    w.touch("to_another", 2, contact_id="somebody")
    w.touch("by_sequence", 2, origin="sequence")
    w.touch("by_task", 2, kind="task")
    w.touch("typed_in", 2, evidence="claimed")
    w.touch("without_a_name", 2, contact_id="")
    w.touch("token", 2, contact_id="somebody", refers_to="mail-1")
    w.touch("thread", 2, contact_id="somebody", about="talk-1")
    w.deal("nobodys_act")
    w.act("nobodys_act", 1, contact_id="")
    w.touch("nobodys_act", 2, contact_id="somebody")
    w.deal("young")
    w.act("young", 19)
    w.act("before_the_deal", 1, "asked", deal_id="")
    w.deal("opened_for_it", account="before_the_deal", opened=1.5)
    w.touch("opened_for_it", 2, account_id="before_the_deal", contact_id="")


def policies(w: World) -> None:
    """What policies ask for."""
    for name, kind in (("mailed_for_offer", "email"), ("offered", "proposal")):
        w.deal(name)
        w.act(name, 1, "requested_offer")
        w.touch(name, 2, kind=kind)
    for name, stage in (("chatted", "New"), ("priced", "Priced")):
        w.deal(name)
        w.put("deal_change", deal_id=name, occurred_at=text(day(0.5)), field="stage", new=stage)
        w.act(name, 1, subkind="chat" if name == "chatted" else "mail")
        w.touch(name, 1.5)
    for name, kind in (("stood_up_mail", "email"), ("stood_up_call", "call")):
        w.deal(name)
        w.act(name, 1, "no_show")
        w.touch(name, 2, kind=kind)
    w.deal("while_away", owner="abe")
    w.put("absence", absence_id="a", rep_id="abe", **{"from": text(day(2)), "to": text(day(6))})
    w.act("while_away", 1)
    w.touch("while_away", 6.5, "abe")


def endings(w: World) -> None:
    """Refusals and deals that end."""
    for name, refused, who in (("refused", 2, "refused-p"), ("refused_late", 5, "refused_late-p"), ("other", 2, "x")):
        w.deal(name)
        w.act(name, 1)
        w.act(name, refused, "declined", contact_id=who)
    w.deal("refused_by_nobody")
    w.act("refused_by_nobody", 1)
    w.act("refused_by_nobody", 2, "declined", contact_id="")
    w.deal("refused_then_touched")
    w.act("refused_then_touched", 1)
    w.act("refused_then_touched", 2, "declined")
    w.touch("refused_then_touched", 3)
    for name, at in (("over", 2), ("over_late", 5), ("over_before", 0.5)):
        w.deal(name)
        w.act(name, 1)
        w.put("deal_change", deal_id=name, occurred_at=text(day(at)), field="stage", new="Lost")


def runs(w: World) -> None:
    """Several acts of one person."""
    for name in ("twice", "again", "two_people", "disputed"):
        w.deal(name)
        w.act(name, 1)
    w.act("twice", 1.5, "replied")
    w.touch("again", 2)
    w.act("again", 3)
    w.act("two_people", 1.2, contact_id="second")
    w.said("contest", "disputed-1-asked", 2)


def words(w: World) -> None:
    """What people say of balls."""
    names = ("none", "none_of_deal", "none_then_more", "none_by_the_second", "undone", "waits", "waited", "waited_late")
    for name in names:
        w.deal(name)
        w.act(name, 1)
    w.said("not_a_ball", "none-1-asked", 2)
    w.said("not_a_ball", "none_of_deal", 2)
    w.act("none_then_more", 4, "replied")
    w.said("not_a_ball", "none_then_more-1-asked", 2)
    w.act("none_by_the_second", 1.5, "replied")
    w.said("not_a_ball", "none_by_the_second-1.5-replied", 2)
    w.said("not_a_ball", "undone-1-asked", 2)
    w.said("undo", "undone-1-asked", 3)
    w.deal("late_then_none")
    w.act("late_then_none", 1)
    w.touch("late_then_none", 5)
    w.said("not_a_ball", "late_then_none", 8)
    w.said("wait_until", "waits", 2, until=30)
    w.said("wait_until", "waited-1-asked", 2, until=10)
    w.touch("waited", 11)
    w.said("wait_until", "waited_late-1-asked", 5, until=10)
    w.touch("waited_late", 11)


def owners(w: World) -> None:
    """Whose it is."""
    for name in ("held", "kept", "owned", "handed_on"):
        w.deal(name)
        w.act(name, 1)
    w.put("assignment", assignment_id="held", deal_id="held", rep_id="ben", notified_at=text(day(0.2)))
    w.put("assignment", assignment_id="kept", account_id="kept", rep_id="cleo", **{"from": text(day(0))})
    change = {"field": "owner", "old_rep_id": "ann", "new_rep_id": "ben"}
    w.put("deal_change", deal_id="handed_on", occurred_at=text(day(0.5)), **change)
    for name in ("by_proof", "reached", "spoken", "worked"):
        w.deal(name, owner="")
    w.touch("by_proof", 0.1, "ben", reference="mail-2", contact_id="x")
    w.touch("by_proof", 0.2, "cleo")
    w.act("by_proof", 1, refers_to="mail-2")
    w.act("reached", 1)
    w.put("participant", event_id="reached-1-asked", event_type="buyer_action", rep_id="cleo", role="to")
    w.put("participant", event_id="reached-1-asked", event_type="buyer_action", rep_id="ben", role="cc")
    w.touch("spoken", 0.1, "ben")
    w.touch("spoken", 0.2, "cleo", contact_id="x")
    w.act("spoken", 1)
    w.touch("worked", 0.2, "cleo", contact_id="x")
    w.act("worked", 1)
    for name in ("given_later", "never_given", "picked_up", "told_later"):
        w.act(name, 1, "inquired", deal_id="")
    w.put(
        "assignment",
        assignment_id="later",
        account_id="given_later",
        rep_id="ben",
        notified_at=text(day(6)),
        **{"from": text(day(5))},
    )
    w.touch("given_later", 6.5, "ben", deal_id="")
    w.touch("picked_up", 9, "ben", deal_id="")
    w.put(
        "assignment",
        assignment_id="told",
        account_id="told_later",
        rep_id="ben",
        notified_at=text(day(4)),
        **{"from": text(day(0))},
    )
    w.touch("told_later", 5.5, "ben", deal_id="")


def beside(w: World) -> None:
    """Promises and service cases."""
    for name, made in (("promised", 1.0), ("broken", 1.0), ("promised_ahead", 1.0), ("undated", 10.0)):
        w.deal(name)
        due = {"promised_ahead": 25.0}.get(name, 4.0)
        row = {"deal_id": name, "by": "seller", "due_at": text(day(due)), "version_at": text(day(made))}
        w.put("promise", promise_id=name, **row)
    w.put("promise", promise_id="theirs", deal_id="promised", by="buyer", due_at=text(day(4)), version_at=text(day(1)))
    w.touch("promised", 3)
    w.deal("served")
    w.put("deal_change", deal_id="served", occurred_at=text(day(3)), field="outcome", new="won")
    w.put("case", case_id="open", deal_id="served", opened_at=text(day(9)), kind="delivery")
    w.put("case", case_id="closed", deal_id="served", opened_at=text(day(9)), closed_at=text(day(12)))
    w.put("case", case_id="second", deal_id="served", opened_at=text(day(11)), kind="fault")


@dataclass(frozen=True)
class Event:
    """A made-up event of the random world."""

    name: str
    at: int
    deal: int
    person: int | None
    kind: str
    """Of an act its kind; of a touch email, proposal, task or sequence."""


ACTS = ("asked", "replied", "requested_offer", "declined", "viewed_document")
TOUCHES = ("email", "proposal", "task", "sequence")


def random_events(seed: int = 3) -> tuple[list[Event], list[Event], dict[int, int]]:
    """Acts, touches, and when deals are lost; at full hours, so that many things happen at one instant."""
    draw = random.Random(seed)
    acts: list[Event] = []
    touches: list[Event] = []
    for number in range(420):
        event = Event(
            f"r{number}",
            draw.randrange(0, 20 * 24),
            draw.randrange(24),
            draw.choice((None, 1, 2)),
            draw.choice(ACTS if number % 2 else TOUCHES),
        )
        (acts if number % 2 else touches).append(event)
    return acts, touches, {deal: draw.randrange(100, 480) for deal in range(0, 24, 3)}


def drawn(w: World) -> None:
    acts, touches, lost = random_events()
    for number in range(24):
        w.deal(f"d{number}")
        if number in lost:
            at = text(day(lost[number] / 24))
            w.put("deal_change", deal_id=f"d{number}", occurred_at=at, field="stage", new="Lost")
    for event in acts:
        who = "" if event.person is None else f"d{event.deal}-{event.person}"
        row = {"deal_id": f"d{event.deal}", "account_id": f"d{event.deal}", "contact_id": who, "kind": event.kind}
        w.put("buyer_action", action_id=event.name, occurred_at=text(day(event.at / 24)), **row)
    for event in touches:
        who = "" if event.person is None else f"d{event.deal}-{event.person}"
        kind, origin = ("email", "sequence") if event.kind == "sequence" else (event.kind, "hand")
        row = {"deal_id": f"d{event.deal}", "account_id": f"d{event.deal}", "contact_id": who, "kind": kind}
        w.put("effort", effort_id=event.name, rep_id="ann", origin=origin, occurred_at=text(day(event.at / 24)), **row)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    world = World()
    for part in (settling, policies, endings, runs, words, owners, beside, drawn):
        part(world)
    with looking(workspace_of(tmp_path_factory.mktemp("court"), world.tables, PLAYBOOK), day(NOW)) as reader:
        yield reader


@dataclass(frozen=True)
class Seen:
    """A ball as the tests ask for it: ids, and days since the start."""

    case: str
    policy: str
    state: State
    event: str
    times: int
    rep: str
    since: float
    runs_from: float
    due: float | None
    ended: float | None
    settled: str


def seen(reader: Reader, found: Balls) -> list[Seen]:
    ids = {(row["space"], row["key"]): row["id"] for row in reader.query("select space, key, id from ids").to_pylist()}

    def name(key: int, *spaces: str) -> str:
        return next((ids[space, int(key)] for space in spaces if (space, int(key)) in ids), "")

    def days(value: int) -> float:
        return round((int(value) - instant(0)) / 86_400, 6)

    return [
        Seen(
            name(found.chain_key[row], "deal") or name(found.account_key[row], "account"),
            found.names[int(found.policy[row])],
            found.state_of(row),
            name(found.event_key[row], "event", "promise", "case"),
            int(found.times[row]),
            name(found.rep_key[row], "rep"),
            days(found.since[row]),
            days(found.runs_from[row]),
            None if found.due_at[row] == NEVER else days(found.due_at[row]),
            None if found.ended_at[row] < 0 else days(found.ended_at[row]),
            name(found.settled_key[row], "event"),
        )
        for row in range(len(found))
    ]


@pytest.fixture(scope="module")
def every(reader: Reader) -> list[Seen]:
    return seen(reader, balls(reader, EVERYBODY))


def of(every: list[Seen], case: str) -> list[Seen]:
    return [each for each in every if each.case == case]


def state(every: list[Seen], case: str, policy: str = "waits") -> State | None:
    rows = [each for each in of(every, case) if each.policy == policy]
    assert len(rows) <= 1, rows
    return rows[0].state if rows else None


def test_what_settles_a_ball_and_what_does_not(every: list[Seen]) -> None:
    answered = ("person", "edge", "same_instant", "typed_in", "without_a_name", "token", "thread", "nobodys_act")
    found = {name: state(every, name) for name in answered}
    assert found == dict.fromkeys(answered, State.ANSWERED)
    assert state(every, "before_the_deal") is State.ANSWERED
    late = ("late", "past_the_edge")
    assert {name: state(every, name) for name in late} == dict.fromkeys(late, State.LATE)
    dropped = ("never", "to_another", "by_sequence", "by_task")
    assert {name: state(every, name) for name in dropped} == dict.fromkeys(dropped, State.DROPPED)
    assert state(every, "young") is State.WAITING
    (person,) = of(every, "person")
    assert (person.settled, person.ended, person.due, person.since) == ("person-2.0-ann", 2, 3, 1)


def test_a_policy_says_which_acts_and_what_settles_them(every: list[Seen]) -> None:
    assert state(every, "mailed_for_offer", "offer") is State.DROPPED
    assert state(every, "offered", "offer") is State.ANSWERED
    assert {each.policy: each.state for each in of(every, "chatted")} == {"waits": State.ANSWERED, "chat": State.LATE}
    assert {each.policy: each.state for each in of(every, "priced")} == {"waits": State.ANSWERED, "closing": State.LATE}
    assert state(every, "stood_up_mail", "no-show") is State.DROPPED
    assert state(every, "stood_up_call", "no-show") is State.ANSWERED
    (away,) = of(every, "while_away")
    assert (away.state, away.due) == (State.ANSWERED, 7)


def test_a_refusal_or_the_end_of_the_deal_takes_it_out(every: list[Seen]) -> None:
    assert state(every, "refused") is State.OFF
    assert state(every, "refused_by_nobody") is State.OFF
    assert state(every, "refused_late") is State.LOST
    assert state(every, "other") is State.DROPPED
    (touched,) = of(every, "refused_then_touched")
    assert (touched.state, touched.ended, touched.settled) == (State.OFF, 2, "")
    assert state(every, "over") is State.OFF
    assert state(every, "over_late") is State.LOST
    assert not of(every, "over_before")


def test_acts_of_one_person_are_one_ball_until_it_is_settled(every: list[Seen]) -> None:
    (twice,) = of(every, "twice")
    assert (twice.event, twice.times, twice.since, twice.due) == ("twice-1-asked", 2, 1, 3)
    assert [(each.event, each.state) for each in of(every, "again")] == [
        ("again-1-asked", State.ANSWERED),
        ("again-3-asked", State.DROPPED),
    ]
    assert len(of(every, "two_people")) == 2
    assert not of(every, "disputed")


def test_words_hold_for_what_was_there_when_they_were_said(every: list[Seen]) -> None:
    for name in ("none", "none_of_deal", "none_by_the_second"):
        assert not of(every, name), name
    (more,) = of(every, "none_then_more")
    assert (more.event, more.times, more.since) == ("none_then_more-4-replied", 1, 4)
    assert state(every, "undone") is State.DROPPED
    # What was late stays visible, whatever is said of the deal afterwards.
    assert state(every, "late_then_none") is State.LATE


def test_who_waits_in_time_has_the_policys_time_from_that_day(every: list[Seen]) -> None:
    assert state(every, "waits") is State.POSTPONED
    (waited,) = of(every, "waited")
    assert (waited.state, waited.since, waited.runs_from, waited.due) == (State.ANSWERED, 1, 10, 12)
    (late,) = of(every, "waited_late")
    assert (late.state, late.due) == (State.LATE, 3)


def test_whose_it_is(every: list[Seen]) -> None:
    expected = {
        "held": "ben",
        "kept": "cleo",
        "owned": "ann",
        "handed_on": "ben",
        "by_proof": "ben",
        "reached": "cleo",
        "spoken": "ben",
        "worked": "cleo",
        "given_later": "ben",
        "never_given": "",
        "picked_up": "ben",
        "told_later": "ben",
    }
    assert {case: of(every, case)[0].rep for case in expected} == expected


def test_nobody_is_late_for_what_they_had_not_been_given(every: list[Seen]) -> None:
    (later,) = of(every, "given_later")
    assert (later.state, later.since, later.runs_from, later.due) == (State.ANSWERED, 1, 6, 7)
    assert state(every, "never_given", "lead") is State.UNASSIGNED
    (picked,) = of(every, "picked_up")
    assert (picked.state, picked.runs_from) == (State.ANSWERED, 9)
    (told,) = of(every, "told_later")
    assert (told.state, told.runs_from, told.due) == (State.LATE, 4, 5)


def test_promises_and_cases(every: list[Seen]) -> None:
    assert [(each.policy, each.state) for each in of(every, "promised")] == [("promise", State.ANSWERED)]
    (broken,) = of(every, "broken")
    # Kept to until the day on which it was due is over; every hour counts here.
    assert (broken.state, broken.event, broken.since, broken.due) == (State.DROPPED, "broken", 4, 4 + 15 / 24)
    assert not of(every, "promised_ahead")
    assert not of(every, "undated")
    assert {(each.event, each.state, each.due) for each in of(every, "served")} == {
        ("closed", State.ANSWERED, None),
        ("open", State.WAITING, None),
        ("second", State.WAITING, None),
    }


def test_an_earlier_day_knows_nothing_later(reader: Reader) -> None:
    then = replace(reader, as_of=day(1.8))
    every = seen(then, balls(then, EVERYBODY))
    for case in ("person", "late", "refused", "none", "waits"):
        assert state(every, case) is State.WAITING, case
    assert state(every, "given_later", "lead") is State.UNASSIGNED
    assert state(every, "picked_up", "lead") is State.UNASSIGNED
    assert not of(every, "broken")


def rows_of(found: Balls, which: np.ndarray) -> list[tuple[object, ...]]:
    names = ("policy", "event_key", "state", "times", "rep_key", "since", "due_at", "ended_at", "settled_key")
    return sorted(zip(*(getattr(found, name)[which].tolist() for name in names), strict=True))


def test_a_part_of_the_balls_is_as_it_is_among_all(reader: Reader) -> None:
    whole = balls(reader, EVERYBODY)
    for then in (1, 1.8, 3, 6):
        part = balls(reader, EVERYBODY, since=day(then))
        late = whole.since >= day(then).timestamp()
        assert late.any()
        assert rows_of(part, np.ones(len(part), np.bool_)) == rows_of(whole, late)
    for chain in np.unique(whole.chain_key)[::12].tolist():
        part = balls(reader, EVERYBODY, chains=[chain])
        assert rows_of(part, np.ones(len(part), np.bool_)) == rows_of(whole, whole.chain_key == chain)


def test_a_scope_sees_its_own_and_nobodys_are_for_everybody(reader: Reader) -> None:
    own = seen(reader, balls(reader, scope_of(reader, "cleo")))
    assert {each.case for each in own} == {"kept", "reached", "worked"}
    assert {each.rep for each in own} == {"cleo"}
    mine = replace(scope_of(reader, "ann"), viewer_key=rep_keys(reader)["ann"])
    own = seen(reader, balls(reader, mine))
    assert len(own) > 20
    # What one contests stays in one's own view until that is settled.
    assert of(own, "disputed")
    bens = replace(scope_of(reader, "ben"), viewer_key=rep_keys(reader)["ben"])
    assert not of(seen(reader, balls(reader, bens)), "disputed")


def test_the_list_has_one_row_for_a_buyer_and_the_urgent_first(reader: Reader) -> None:
    found = balls(reader, EVERYBODY)
    told = court(reader, found)
    balls_of = [row for row in told.rows if row.kind != "service_case"]
    buyers = [(row.contact_id or row.deal_id or row.account_id, row.deal_id) for row in balls_of]
    assert len(buyers) == len(set(buyers))
    assert {row.event_id for row in told.rows if row.kind == "service_case"} == {"open", "second"}
    assert told.postponed == 1
    assert told.unassigned == 1
    few = open_for_eyes(told, reader.as_of, 7)
    assert few.num_rows == 7
    assert turns_title(told, 7) == f"The seller's turn: the 7 most urgent, {len(told.rows) - 7} more wait"
    assert open_for_eyes(told, reader.as_of).num_rows == len(told.rows)
    warm = [row for row in told.rows if row.since >= day(NOW) - timedelta(days=14)]
    assert [row.late for row in warm] == sorted((row.late for row in warm), reverse=True)


def test_how_policies_were_kept_adds_up(reader: Reader) -> None:
    found = balls(reader, EVERYBODY)
    together = {row.policy: row for row in kept(found)}
    by_rep = kept(found, by_rep=True)
    for policy, row in together.items():
        own = [each for each in by_rep if each.policy == policy]
        assert sum(each.balls for each in own) == row.balls == row.in_time + row.late + row.never
        assert sum(each.in_time for each in own) == row.in_time
    assert "service case" not in together
    assert all(row.rep_key for row in by_rep)


def oracle() -> dict[str, tuple[State, int, int | None]]:
    """Balls of the random world by plain loops: by the first act its state, its acts, when it was settled."""
    acts, touches, lost = random_events()
    hands = [each for each in touches if each.kind not in ("task", "sequence")]
    now = int(NOW * 24)
    balls_: dict[tuple[str, int, int | None, int | None, int | None], list[Event]] = {}
    for act in acts:
        if act.kind not in ("asked", "replied", "requested_offer") or lost.get(act.deal, 10**6) <= act.at:
            continue
        policy = "offer" if act.kind == "requested_offer" else "waits"
        settled = refused = None
        for touch in hands:
            same = touch.deal == act.deal and (touch.person == act.person or None in (touch.person, act.person))
            if same and touch.at >= act.at and (policy == "waits" or touch.kind == "proposal"):
                settled = touch.at if settled is None else min(settled, touch.at)
        for other in acts:
            same = other.deal == act.deal and (other.person == act.person or None in (other.person, act.person))
            if other.kind == "declined" and same and other.at >= act.at:
                refused = other.at if refused is None else min(refused, other.at)
        balls_.setdefault((policy, act.deal, act.person, settled, refused), []).append(act)
    found = {}
    for (policy, deal, _, settled, refused), run in balls_.items():
        first = min(run, key=lambda each: (each.at, each.name))
        ends = [each for each in (refused, lost.get(deal)) if each is not None and each <= now]
        over = min(ends, default=None)
        due = first.at + (72 if policy == "offer" else 48)
        found[first.name] = (_state(due, now, settled, over), len(run), settled if over is None else None)
    return found


def _state(due: int, now: int, settled: int | None, over: int | None) -> State:
    if settled is not None and (over is None or settled <= over):
        return State.ANSWERED if settled <= due else State.LATE
    if over is not None:
        return State.OFF if over <= due else State.LOST
    return State.WAITING if now <= due else State.DROPPED


def test_a_random_world_has_the_balls_of_plain_loops(every: list[Seen]) -> None:
    expected = oracle()
    drawn = [each for each in every if each.case[1:].isdigit()]
    assert len(expected) > 60
    assert {each for each, _, _ in expected.values()} == set(State) - {State.POSTPONED, State.UNASSIGNED}
    # Of acts at one instant it does not matter which one stands for the ball.
    assert sorted((each.state, each.times) for each in drawn) == sorted((each, n) for each, n, _ in expected.values())
    for ball in drawn:
        if ball.event in expected:
            assert (ball.state, ball.times) == expected[ball.event][:2], ball
