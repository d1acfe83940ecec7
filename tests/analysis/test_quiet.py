"""Stories that went quiet: which ones, what revived such stories before, what dropped balls may cost, who is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from answerback.analysis.court.balls import balls
from answerback.analysis.court.juggling import juggling
from answerback.analysis.court.opened import explain_ball
from answerback.analysis.court.quiet import Quiet, quiet_chains
from answerback.analysis.court.raised import findings
from answerback.analysis.court.stakes import Difference, stakes
from answerback.analysis.court.waiting import court
from answerback.analysis.reader import Reader
from answerback.domain.errors import NotFoundError
from answerback.domain.findings import Role, Verdict
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.present.ball_opened import tell_ball
from answerback.present.balls import open_for_machines
from answerback.present.quiet import answer_lines, notes, revivals_for_eyes, sorts_for_eyes
from answerback.present.stakes import juggling_lines, stake_notes, stakes_for_eyes
from tests.analysis.asking import looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

EVERYBODY = Scope("test", everybody=True)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = 100.0
PLAYBOOK = """
version = 1
[organisation]
time_zone = "UTC"
currency = "EUR"
[[play]]
name = "email"
kind = "email"
answered_by = ["replied"]
aim = ["replied"]
waiting_days = 14
seen_on = ["email"]
[[play]]
name = "call"
kind = "call"
answered_by = ["replied"]
aim = ["replied"]
waiting_days = 14
seen_on = ["email"]
[[policy]]
name = "waits"
after = ["asked"]
within_hours = 48
[[policy]]
name = "hopeless"
after = ["called"]
within_minutes = 5
[[policy]]
name = "lead"
after = ["inquired"]
within_hours = 24
clock = "assignment"
"""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def touch(deal: str, number: float, rep: str = "ann", kind: str = "email") -> Row:
    row = {"rep_id": rep, "account_id": deal, "deal_id": deal, "contact_id": f"{deal}-p", "kind": kind}
    return {"effort_id": f"{deal}-{number}", "occurred_at": text(day(number)), **row}


def act(deal: str, number: float, kind: str) -> Row:
    row = {"account_id": deal, "deal_id": deal, "contact_id": f"{deal}-p", "kind": kind}
    return {"action_id": f"{deal}-{number}-{kind}", "occurred_at": text(day(number)), **row}


class World(dict[str, list[Row]]):
    """Tables by record."""

    def deal(self, name: str, owner: str = "ann", currency: str = "EUR") -> None:
        row = {"deal_id": name, "account_id": name, "owner_id": owner, "created_at": text(day(0))}
        self.setdefault("deal", []).append({**row, "amount_minor": "100000", "currency": currency})

    def put(self, record: str, row: Row) -> None:
        self.setdefault(record, []).append(row)


def silent(w: World) -> None:
    """Mails that are answered within a day or never; some are tried again when they have gone quiet."""
    for number in range(120):
        name = f"old{number}"
        w.deal(name)
        w.put("effort", touch(name, 1 + number % 20))
        if number % 2:
            w.put("buyer_action", act(name, 2 + number % 20, "replied"))
            w.put("effort", touch(name, 2.1 + number % 20))
            w.put("buyer_action", act(name, 3 + number % 20, "replied"))
            w.put("deal_change", ended(name, 40, "won"))
        elif number < 48:
            # By call it comes back in one of two, by mail never.
            w.put("effort", touch(name, 45, kind="call" if number < 24 else "email"))
            if number < 24 and number % 4:
                w.put("buyer_action", act(name, 46, "replied"))
    for name, at in (("fresh", 99.5), ("silent", 60.0), ("closed", 60.0), ("waiting", 60.0)):
        w.deal(name, owner="ben")
        w.put("effort", touch(name, at, "ben"))
    said = {"occurred_at": text(day(70))}
    closed = {"subject_kind": "event", "subject_id": "closed-60.0", "kind": "not_a_ball"}
    waits = {"subject_kind": "deal", "subject_id": "waiting", "kind": "wait_until", "until": text(day(200))}
    w.put("decision", {"decision_id": "1", **said, **closed})
    w.put("decision", {"decision_id": "2", **said, **waits})


def asked(w: World) -> None:
    """Reps who answer what they are asked, but for one; and leads that lie four days until somebody is given them."""
    for rep in ("ann", "ben", "cleo", "dan", "eve", "fay"):
        for number in range(24):
            name, at = f"{rep}{number}", 20 + number * 3
            w.deal(name, owner=rep, currency="USD" if name == "cleo23" else "EUR")
            missed = number % 2 if rep == "cleo" else number == 0
            w.put("buyer_action", act(name, at, "asked"))
            if not (missed and number >= 20):
                w.put("effort", touch(name, at + (4 if missed else 1), rep))
            if number < 20:
                w.put("buyer_action", act(name, at, "called"))
                w.put("deal_change", ended(name, 96, "lost" if missed or number % 4 == 2 else "won"))
    for number in range(30):
        name = f"lead{number}"
        row = {"account_id": name, "contact_id": f"{name}-p", "kind": "inquired", "occurred_at": text(day(30 + number))}
        w.put("buyer_action", {"action_id": name, **row})
        given = {"assignment_id": name, "account_id": name, "rep_id": "ben", "from": text(day(34 + number))}
        w.put("assignment", given)
        w.put("effort", {**touch(name, 34.5 + number, "ben"), "deal_id": ""})


def tables() -> dict[str, list[Row]]:
    world = World()
    silent(world)
    asked(world)
    return world


def ended(deal: str, number: float, outcome: str) -> Row:
    return {"deal_id": deal, "occurred_at": text(day(number)), "field": "outcome", "new": outcome}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("quiet"), tables(), PLAYBOOK), day(NOW)) as reader:
        yield reader


@pytest.fixture(scope="module")
def quiet(reader: Reader) -> Quiet:
    return quiet_chains(reader, EVERYBODY)


def chains(reader: Reader, found: Quiet) -> dict[str, float]:
    ids = {row["key"]: row["id"] for row in reader.query("select key, id from ids where space = 'deal'").to_pylist()}
    return {ids.get(int(key), ""): float(found.chance[row]) for row, key in enumerate(found.chain_key)}


def test_a_story_is_quiet_by_what_its_step_did_before(reader: Reader, quiet: Quiet) -> None:
    chance = chains(reader, quiet)
    assert chance["silent"] < 0.2 < chance["fresh"]
    assert quiet.below == 0.2
    assert sum(each.quiet for each in quiet.sorts) == int(quiet.quiet.sum())
    assert sum(each.open for each in quiet.sorts) == len(quiet)


def test_ended_answered_and_closed_stories_are_not_among_them(reader: Reader, quiet: Quiet) -> None:
    chance = chains(reader, quiet)
    assert not {"old1", "closed", "waiting"} & set(chance)
    assert quiet.closed == 2


def test_what_revived_quiet_stories_is_counted(quiet: Quiet) -> None:
    counted = {each.step: (each.tries, each.came) for each in quiet.revivals}
    assert counted == {"call": (12, 6), "email": (12, 0)}
    for each in quiet.revivals:
        assert each.low is not None
        assert each.high is not None
        assert each.low <= each.came / each.tries <= each.high


def test_a_scope_has_its_own_and_an_earlier_day_knows_nothing_later(reader: Reader) -> None:
    assert set(chains(reader, quiet_chains(reader, scope_of(reader, "ben")))) >= {"silent", "fresh"}
    assert not any(name.startswith("old") for name in chains(reader, quiet_chains(reader, scope_of(reader, "ben"))))
    then = quiet_chains(replace(reader, as_of=day(61)), EVERYBODY)
    assert {"silent", "closed", "waiting"} <= set(chains(reader, then))


def test_the_words_give_counts_and_never_a_long_list(quiet: Quiet) -> None:
    assert "went quiet" in answer_lines(quiet)[0]
    assert sorts_for_eyes(quiet).num_rows == len(quiet.sorts) <= 3
    assert "50% (" in revivals_for_eyes(quiet)["share"].to_pylist()[0]
    assert any("close_quiet ben" in line for line in notes(quiet, "ben"))


def test_what_is_at_stake_is_the_difference_of_deals_that_ended(reader: Reader) -> None:
    found = balls(reader, EVERYBODY)
    told = {each.policy: each for each in stakes(reader, found)}
    waits = told["waits"]
    # cleo missed 10 of 20, the other five 1 each; of the kept ones every fourth, from the third on, was lost.
    assert (waits.missed, waits.missed_won, waits.kept) == (15, 0, 105)
    assert isinstance(waits.difference, Difference)
    assert 0.4 < waits.difference.low < waits.difference.value < waits.difference.high < 0.8
    assert (waits.open_deals, waits.missing, waits.worth_minor) == (2, ("USD",), None)
    assert waits.loss_minor == CannotTell(Refused.NO_EXCHANGE_RATE, names=("USD",))
    assert "cannot tell" in stakes_for_eyes([waits], "EUR")["may cost"].to_pylist()
    assert any("USD" in line for line in stake_notes([waits]))
    rows = open_for_machines(court(reader, found), [waits]).to_pylist()
    losses = {row["deal_id"]: row["loss_minor"] for row in rows if row["late"]}
    assert losses["cleo23"] is None
    assert losses["cleo21"] == round(100_000 * waits.difference.value)


def test_few_weeks_say_nothing_of_juggling(reader: Reader) -> None:
    told = juggling(reader, balls(reader, EVERYBODY))
    assert isinstance(told.found, CannotTell)
    assert "annot tell" in juggling_lines(told)[0] or "No limit" in juggling_lines(told)[0]


def test_who_misses_more_is_named_only_where_the_others_keep_the_policy(reader: Reader) -> None:
    found = findings(reader, EVERYBODY)
    (person,) = (each for each in found if each.subject.kind == "rep")
    assert person.subject.key == rep_keys(reader)["cleo"]
    assert (person.verdict, person.first_for) == (Verdict.INDIVIDUAL, Role.REP)
    policies = {(each.subject.name, each.where.get("from")): each for each in found if each.subject.kind == "policy"}
    assert set(policies) == {("hopeless", None), ("lead", "routing")}
    assert policies["hopeless", None].verdict is Verdict.SYSTEMIC
    assert policies["lead", "routing"].first_for is Role.OPERATIONS
    assert findings(reader, scope_of(reader, "cleo")) == ()


def test_a_ball_opens_to_its_act_its_clock_and_what_settled_it(reader: Reader) -> None:
    (ball,) = explain_ball(reader, EVERYBODY, "cleo1-23-asked")
    assert (ball.rep_id, ball.why, ball.settled_id) == ("cleo", "owner", "cleo1-27")
    assert (ball.counted_seconds, ball.skipped_seconds) == (4 * 86_400, 0)
    story = tell_ball([ball]).story
    assert "they owned the deal in the CRM" in story
    assert "within 48 h of working time" in story
    assert "It was answered late" in story
    (lead,) = explain_ball(reader, EVERYBODY, "lead0")
    assert (lead.why, lead.runs_from) == ("given_later", day(34))
    assert "given to them later" in tell_ball([lead]).story
    with pytest.raises(NotFoundError, match="opened no ball"):
        explain_ball(reader, EVERYBODY, "old1-2-replied")
