"""One chain as it went: the order of things, whose turn it was after each, and who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.analysis.court.balls import balls
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.reader import Reader, ids_of, keys_of, keys_sql
from answerback.analysis.story import Sort, Story, deals_of, open_deals_of, story, story_of
from answerback.domain.court import Court
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope
from answerback.present.story import answer_lines, notes, rows_for_eyes, rows_for_machines
from tests.analysis.asking import looking, scope_of, workspace_of
from tests.analysis.team import Row, text

EVERYBODY = Scope("test", everybody=True)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "asked", "declined"]
aim = ["replied", "asked"]
seen_on = ["email"]
[[stage]]
name = "New"
[[stage]]
name = "Lost"
outcome = "lost"
"""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def touch(deal: str, number: float, rep: str = "ann", **more: str) -> Row:
    return {
        "effort_id": f"{deal}-{number}-{rep}",
        "rep_id": rep,
        "account_id": "acme",
        "deal_id": deal,
        "occurred_at": text(day(number)),
        "kind": "email",
        **more,
    }


def act(deal: str, number: float, kind: str, **more: str) -> Row:
    return {
        "action_id": f"{deal}-{number}-{kind}",
        "account_id": "acme",
        "contact_id": "zoe",
        "deal_id": deal,
        "occurred_at": text(day(number)),
        "kind": kind,
        **more,
    }


def deal(name: str, **more: str) -> Row:
    return {"deal_id": name, "account_id": "acme", "owner_id": "ann", "created_at": text(day(0)), **more}


TABLES: dict[str, list[Row]] = {
    "rep": [{"rep_id": name, "name": name} for name in ("ann", "ben", "cleo")],
    "deal": [deal("told"), deal("lost"), deal("served"), deal("silent"), deal("still")],
    "deal_change": [
        {"deal_id": "told", "occurred_at": text(day(0)), "field": "stage", "new": "New"},
        {"deal_id": "lost", "occurred_at": text(day(3)), "field": "stage", "new": "Lost"},
        {"deal_id": "served", "occurred_at": text(day(3)), "field": "outcome", "new": "won"},
    ],
    "case": [{"case_id": "c", "deal_id": "served", "opened_at": text(day(9)), "kind": "delivery"}],
    "obstacle": [{"deal_id": "told", "occurred_at": text(day(4)), "kind": "price", "said_by": "buyer"}],
    "promise": [{"deal_id": "told", "by": "seller", "due_at": text(day(6)), "what": "a plan"}],
    "effort": [
        touch("told", 1, reference="mail-1"),
        touch("told", 2, origin="sequence"),
        touch("told", 5, "ben", evidence="claimed"),
        touch("told", 7, "ben", kind="task"),
        touch("lost", 1),
        touch("served", 1),
        touch("still", 1),
    ],
    "buyer_action": [
        act("told", 3, "asked", refers_to="mail-1"),
        act("told", 3.5, "opened"),
        act("told", 8, "no_show"),
        act("lost", 2, "replied"),
        act("still", 2, "declined"),
    ],
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("story"), TABLES, PLAYBOOK), day(10)) as reader:
        yield reader


@pytest.fixture(scope="module")
def told(reader: Reader) -> Story:
    return story(reader, EVERYBODY, "told")


def test_everything_is_there_in_order(told: Story) -> None:
    assert [(line.sort, line.what) for line in told.lines] == [
        (Sort.STAGE, "New"),
        (Sort.TOUCH, "email"),
        (Sort.TOUCH, "email (sequence)"),
        (Sort.ACT, "asked"),
        (Sort.OBSTACLE, "price"),
        (Sort.TOUCH, "email"),
        (Sort.PROMISED, "seller"),
        (Sort.TOUCH, "no play"),
        (Sort.ACT, "no_show"),
    ]


def test_the_turn_goes_to_the_other_side_but_not_by_a_sequence_or_a_task(told: Story) -> None:
    turns = {line.event_id: line.court for line in told.lines if line.event_id}
    assert turns == {
        "told-1-ann": Court.BUYER,
        "told-2-ann": None,
        "told-3-asked": Court.SELLER,
        "told-5-ben": Court.BUYER,
        "told-7-ben": None,
        "told-8-no_show": Court.SELLER,
    }
    assert (told.turn.court, told.turn.since) == (Court.SELLER, day(8))


def test_gaps_are_between_events_that_hand_over(told: Story) -> None:
    days = [line.gap_seconds and line.gap_seconds / 86_400 for line in told.lines if line.court is not None]
    assert days == [None, 2, 2, 3]
    assert told.longest_gap_seconds == 3 * 86_400


def test_another_rep_who_goes_on_is_a_hand_over(told: Story) -> None:
    assert [line.event_id for line in told.lines if line.handed_over] == ["told-5-ben"]
    assert told.handovers == 1


def test_an_act_says_what_it_answers_and_on_what_that_rests(told: Story) -> None:
    (asked,) = (line for line in told.lines if line.what == "asked")
    assert (asked.answers, asked.grade) == ("told-1-ann", "E1")


def test_after_the_end_it_is_nobodys_turn_unless_a_case_is_open(reader: Reader) -> None:
    lost, served = story(reader, EVERYBODY, "lost"), story(reader, EVERYBODY, "served")
    assert (lost.turn.court, lost.turn.ended, lost.outcome) == (Court.NOBODY, True, "lost")
    assert (served.turn.court, served.turn.since, served.outcome) == (Court.SELLER, day(9), "won")


def test_a_refusal_leaves_it_to_nobody_and_silence_is_nobodys_yet(reader: Reader) -> None:
    refused, silent = story(reader, EVERYBODY, "still"), story(reader, EVERYBODY, "silent")
    assert (refused.turn.court, refused.turn.ended) == (Court.NOBODY, False)
    assert (silent.turn.court, silent.turn.since, silent.lines) == (Court.NOBODY, None, ())


def test_an_earlier_day_knows_nothing_later(reader: Reader) -> None:
    earlier = story(replace(reader, as_of=day(2.5)), EVERYBODY, "lost")
    assert (earlier.turn.court, earlier.outcome, earlier.ends_at) == (Court.SELLER, "", None)


def test_it_opens_for_who_may_see_somebody_of_it_and_is_not_found_for_others(reader: Reader) -> None:
    bens = scope_of(reader, "ben")
    assert len(story(reader, bens, "told").lines) == 9
    for chain in ("told", "lost", "silent"):
        with pytest.raises(NotFoundError):
            story(reader, scope_of(reader, "cleo"), chain)
    with pytest.raises(NotFoundError):
        story(reader, bens, "silent")
    with pytest.raises(NotFoundError, match="there is no deal or company 'never'"):
        story(reader, EVERYBODY, "never")


def test_a_company_has_a_chain_of_what_belongs_to_no_deal(reader: Reader) -> None:
    company = story(reader, EVERYBODY, "acme")
    assert (company.is_deal, company.lines) == (False, ())
    assert answer_lines(company, day(10))[0] == "Company acme: no touch and no act of a buyer is known."


def test_the_words_say_the_turn_first(told: Story, reader: Reader) -> None:
    lines = answer_lines(told, day(10))
    assert lines[0] == "Deal told: the seller's turn since 2026-03-10, 2 d ago."
    assert "1 hand-over" in lines[2]
    ended = answer_lines(story(reader, EVERYBODY, "lost"), day(10))
    assert ended[0] == "Deal lost: lost on 2026-03-05: nobody's turn."
    table = rows_for_eyes(told).to_pydict()
    assert "email (handed over, typed in)" in table["the seller"]
    assert "no show (back)" in table["the buyer"]
    assert "objection: price, said by buyer" in table["beside"]
    assert len(notes(told)) == 2
    assert rows_for_machines(told).num_rows == len(told.lines)


def test_of_a_snapshot_of_an_earlier_version_the_same_is_told(reader: Reader) -> None:
    earlier = replace(reader, ids=None)
    for chain in (*(row["deal_id"] for row in TABLES["deal"]), "acme"):
        assert story(earlier, EVERYBODY, chain) == story(reader, EVERYBODY, chain)


def test_many_may_ask_at_once(reader: Reader) -> None:
    chains = ["told", "lost", "served", "silent", "still", "acme"] * 8
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda chain: story(reader, EVERYBODY, chain), chains))
    assert found == [story(reader, EVERYBODY, chain) for chain in chains]


def test_the_key_of_an_id_is_made_anew_as_the_ids_have_it(reader: Reader) -> None:
    every = reader.query("select distinct space, id, key from ids where space <> 'token'").to_pylist()
    assert {row["space"] for row in every} >= {"rep", "deal", "account", "contact", "event"}
    for row in every:
        asked = (row["space"], row["id"])
        assert keys_of(reader, *asked) == sorted(reader.query(keys_sql(*asked))["key"].to_pylist()) == [row["key"]]
        assert keys_of(reader, *asked, "crm") == [row["key"]]
        assert keys_of(reader, *asked, "mail") == []
    assert keys_of(reader, "deal", "never") == keys_of(reader, "rep", "told") == []
    assert ids_of(reader, [row["key"] for row in every]) == {row["key"]: row["id"] for row in every}


def test_a_companys_deals_are_those_that_open_one_by_one(reader: Reader) -> None:
    (acme,) = keys_of(reader, "account", "acme")
    every = deals_of(reader, EVERYBODY, acme)
    assert [each.deal_key for each in every] == sorted(each.deal_key for each in every), "all began at one instant"
    assert sorted((each.deal_id, each.outcome, each.owner_id) for each in every) == [
        ("lost", "lost", "ann"),
        ("served", "won", "ann"),
        ("silent", "", "ann"),
        ("still", "", "ann"),
        ("told", "", "ann"),
    ]
    for rep in ("ann", "ben", "cleo"):
        scope = scope_of(reader, rep)
        keys = {each.deal_key for each in every if story_of(reader, scope, each.deal_key, is_deal=True) is not None}
        assert {each.deal_key for each in deals_of(reader, scope, acme)} == keys
    assert {each.deal_id for each in deals_of(reader, scope_of(reader, "ben"), acme)} == {"told"}
    assert deals_of(replace(reader, as_of=day(-1)), EVERYBODY, acme) == ()


def test_a_reps_open_deals_are_those_that_they_owned_then(reader: Reader) -> None:
    keys = {rep: keys_of(reader, "rep", rep)[0] for rep in ("ann", "ben", "cleo")}

    def opened(number: float, rep: str, scope: Scope = EVERYBODY) -> list[str]:
        found = open_deals_of(replace(reader, as_of=day(number)), scope, keys[rep])
        assert all(each.owner_id == rep and not each.outcome for each in found)
        return sorted(each.deal_id for each in found)

    assert opened(10, "ann") == ["silent", "still", "told"]
    assert opened(2.5, "ann") == ["lost", "served", "silent", "still", "told"]
    assert opened(-1, "ann") == opened(10, "ben") == []
    assert opened(10, "ann", scope_of(reader, "ann")) == ["silent", "still", "told"]
    assert opened(10, "ann", scope_of(reader, "ben")) == []


def test_a_deal_that_changed_hands_is_in_the_list_of_who_owned_it_then(tmp_path: Path) -> None:
    change = {"deal_id": "moved", "occurred_at": text(day(4)), "field": "owner", "old": "ann", "new": "ben"}
    tables = {"rep": TABLES["rep"], "deal": [deal("moved")], "deal_change": [change], "effort": [touch("moved", 1)]}
    with looking(workspace_of(tmp_path, tables, PLAYBOOK), day(10)) as reader:
        keys = {rep: keys_of(reader, "rep", rep)[0] for rep in ("ann", "ben")}
        for number, owner in ((3, "ann"), (4, "ben"), (9, "ben")):
            earlier = replace(reader, as_of=day(number))
            found = {
                rep: [each.deal_id for each in open_deals_of(earlier, EVERYBODY, key)] for rep, key in keys.items()
            }
            assert found == {"ann": [], "ben": []} | {owner: ["moved"]}


def test_an_open_case_is_known_by_the_key_of_its_ball(reader: Reader) -> None:
    lines = [line for name in ("told", "served") for line in story(reader, EVERYBODY, name).lines]
    keys = {line.sort: line.key for line in lines if line.key}
    assert keys.keys() == {Sort.PROMISED, Sort.CASE_OPENED}
    found = balls(reader, EVERYBODY)
    cases = found.event_key[found.policy == found.names.index(SERVICE)].tolist()
    assert cases == [keys[Sort.CASE_OPENED]]
