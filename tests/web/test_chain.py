"""A chain's page: who may open it, what it says, marks on what waits, and what was noted since the last build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from answerback.analysis.chain_around import around_company, around_deal
from answerback.analysis.court.balls import State
from answerback.analysis.court.by_chain import ChainBall
from answerback.analysis.reader import ids_of
from answerback.analysis.stages.one_deal import backed
from answerback.analysis.stages.standing import standings
from answerback.analysis.story import Line, Sort, Story, Turn
from answerback.domain.court import Court
from answerback.domain.scope import Scope
from answerback.people.models import Look
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.desk import Desk, desk
from answerback.web.noted.marks import marked_events
from answerback.web.shown.chains import BallsIn, Names, entries_of
from answerback.workspace.home import open_home
from answerback.workspace.journal import Entry, append
from answerback.workspace.known import source_of

SignedIn = Callable[[str], Client]
EVERYBODY = Scope("test", everybody=True)
OSKAR, KOFI, TESSA = "oskar.ricci@halden.example", "Kofi Novak", "tessa.dahl@halden.example"


@dataclass(frozen=True)
class Waiting:
    """A deal whose buyer waits on somebody: its id, and the act."""

    deal_id: str
    event_id: str


def waiting_on(at: Desk, rep_id: str) -> Waiting:
    """An open ball of a rep in a deal's chain."""
    found, key = ahead(at, Ahead.BALLS), at.roster().key_of(rep_id)
    with at.reading() as reader:
        for chain in sorted(set(found.chain_key.tolist())):
            for ball in found.of(chain):
                if ball.open and ball.rep_key == key and ball.policy != "promise":
                    ids = ids_of(reader, [chain, ball.event_key], "deal", "event")
                    if reader.rows("deal_span", "deal_key", [chain], ("deal_key",)) and ball.event_key in ids:
                        return Waiting(ids[chain], ids[ball.event_key])
    raise AssertionError(f"nobody waits on {rep_id}")


def touch_of(at: Desk, rep_id: str) -> tuple[str, Line]:
    """A deal in which a rep made a touch, and that touch; which of their ids a line has depends on the secret."""
    key_of = at.roster().key_of
    with at.reading() as reader:
        chains = sorted(set(ahead(at, Ahead.BALLS).chain_key.tolist()))
        chains = [row["deal_key"] for row in reader.rows("deal_span", "deal_key", chains, ("deal_key",))]
        for deal in ids_of(reader, chains, "deal").values():
            told = around_deal(reader, EVERYBODY, deal).told
            for line in told.lines if told is not None else ():
                if line.sort is Sort.TOUCH and line.event_id and key_of(line.who) == key_of(rep_id):
                    return deal, line
    raise AssertionError(f"{rep_id} touched nobody")


def deal_of(at: Desk, rep_id: str, *, won: bool = False) -> str:
    """The latest deal that a rep owns: an open one, or one that was won."""
    key = at.roster().key_of(rep_id)
    with at.reading() as reader:
        rows = reader.query(f"""
            select distinct deal_key, starts_at from deal_owner join deal_span using (deal_key)
            where deal_owner.owner_key = {key} and starts_at <= {reader.instant}
              and {f"outcome = 'won' and ends_at <= {reader.instant}" if won else f"ends_at > {reader.instant}"}
            order by starts_at desc, deal_key limit 1""").to_pylist()
        return ids_of(reader, [rows[0]["deal_key"]], "deal")[rows[0]["deal_key"]]


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_a_rep_opens_their_own_chain_and_is_told_whose_turn_it_is(signed_in: SignedIn) -> None:
    found = waiting_on(desk(), OSKAR)
    shown = page(signed_in("Oskar Ricci"), f"/deals/{quote(found.deal_id)}/")
    assert "Your turn" in shown
    assert "What usually comes next" in shown
    assert "Typed in and buyer-backed" in shown
    assert "@halden.example" not in shown.split("<main")[1]  # people are named, not addressed


def test_what_is_over_says_so_and_tells_no_next_step(signed_in: SignedIn) -> None:
    shown = page(signed_in("Oskar Ricci"), f"/deals/{deal_of(desk(), OSKAR, won=True)}/")
    assert "Won on" in shown
    assert "What usually comes next" not in shown


def test_a_manager_opens_it_too_and_the_rep_sees_that(signed_in: SignedIn) -> None:
    deal = deal_of(desk(), OSKAR)
    page(signed_in(KOFI), f"/deals/{deal}/")
    assert [look.page for look in Look.objects.filter(rep_id=OSKAR)] == ["chain"]
    page(signed_in("Oskar Ricci"), f"/deals/{deal}/")
    assert Look.objects.count() == 1  # one's own look is nobody's business


@pytest.mark.parametrize("name", ["Jana Sato", "Tessa Dahl", "Lena Uribe"])
def test_whoever_s_scope_does_not_touch_it_is_told_that_there_is_none(name: str, signed_in: SignedIn) -> None:
    deal = deal_of(desk(), OSKAR)
    assert signed_in(name).get(f"/deals/{deal}/").status_code == 404


@pytest.mark.parametrize(
    "hostile", ["'; drop table deal; --", "../../me", "%00", "<script>", "a" * 4000, "%F0%9F%92%A9"]
)
@pytest.mark.parametrize("space", ["deals", "companies"])
def test_a_hostile_id_is_an_id_that_nobody_has(space: str, hostile: str, signed_in: SignedIn) -> None:
    assert signed_in("Oskar Ricci").get(f"/{space}/{quote(hostile, safe='%')}/").status_code == 404


def test_a_company_shows_only_the_deals_that_open(signed_in: SignedIn) -> None:
    at = desk()
    scopes = {rep: Scope("test", stretches=_of(at, rep)) for rep in (OSKAR, TESSA)}
    with at.reading() as reader:
        deal = around_deal(reader, EVERYBODY, deal_of(at, OSKAR))
        whole = around_company(reader, EVERYBODY, deal.account_id)
        mine = around_company(reader, scopes[OSKAR], deal.account_id)
    assert {each.deal_id for each in mine.deals} <= {each.deal_id for each in whole.deals}
    assert deal.told is not None
    assert deal.told.chain_id in {each.deal_id for each in mine.deals}
    shown = page(signed_in("Oskar Ricci"), f"/companies/{quote(deal.account_id)}/")
    assert all(f"/deals/{each.deal_id}/" in shown for each in mine.deals)
    assert signed_in("Tessa Dahl").get(f"/companies/{quote(deal.account_id)}/").status_code == 404


def _of(at: Desk, rep_id: str) -> tuple:  # type: ignore[type-arg]
    from answerback.domain.scope import Stretch

    key = at.roster().key_of(rep_id)
    assert key is not None
    return (Stretch(key),)


def test_a_mark_takes_what_waits_off_the_list_and_can_be_undone(signed_in: SignedIn, workspace: Path) -> None:
    found, client = waiting_on(desk(), OSKAR), signed_in("Oskar Ricci")
    address = f"/deals/{quote(found.deal_id)}/"
    asked = {"space": "deal", "chain": found.deal_id, "event": found.event_id}
    assert 'value="no"' in page(client, address)
    response = client.post("/marks/chain/", asked | {"said": "no"})
    assert (response.status_code, response.headers["Location"]) == (302, address)
    assert found.event_id in marked_events(desk())
    assert "Off your list" in page(client, address)
    client.post("/marks/chain/", asked | {"said": "undo"})
    assert "Off your list" not in page(client, address)


@pytest.mark.parametrize("name", ["Kofi Novak", "Tessa Dahl"])
def test_nobody_marks_what_waits_on_another(name: str, signed_in: SignedIn, workspace: Path) -> None:
    found = waiting_on(desk(), OSKAR)
    asked = {"space": "deal", "chain": found.deal_id, "event": found.event_id, "said": "no"}
    assert signed_in(name).post("/marks/chain/", asked).status_code == 404
    assert signed_in("Oskar Ricci").post("/marks/chain/", asked | {"event": "other"}).status_code == 404
    assert signed_in("Oskar Ricci").post("/marks/chain/", asked | {"said": "shout"}).status_code == 404
    assert not marked_events(desk())


def test_what_was_noted_since_the_build_is_there_at_once_and_turns_the_ball(
    signed_in: SignedIn, workspace: Path
) -> None:
    found, home = waiting_on(desk(), OSKAR), open_home(workspace)
    address, client = f"/deals/{quote(found.deal_id)}/", signed_in("Oskar Ricci")
    before = page(client, address)
    now = desk().as_of()
    crm = source_of(home, "deal", (found.deal_id,))
    fields = {"rep_id": OSKAR, "deal_id": found.deal_id, "kind": "call", "purpose": "follow_up"}
    append(home, Entry(crm, "effort", fields | {"source_id": "noted-1", "occurred_at": now.isoformat()}, now))
    append(
        home, Entry(crm, "effort", fields | {"source_id": "x", "deal_id": "other", "occurred_at": now.isoformat()}, now)
    )
    after = page(client, address)
    assert ("noted just now" in before, after.count("noted just now")) == (False, 1)
    assert "called (follow-up)" in after
    assert "The buyer's turn" in after
    assert "Your turn" not in after.split("<main")[1]


def test_a_contested_act_leaves_the_page_of_others_at_once(signed_in: SignedIn, workspace: Path) -> None:
    at, home = desk(), open_home(workspace)
    deal, touch = touch_of(at, OSKAR)
    address, shown = f"/deals/{quote(deal)}/", f'datetime="{touch.occurred_at.astimezone(at.zone).isoformat()}"'
    assert shown in page(signed_in(KOFI), address)
    now = datetime.now(UTC)
    said = {"subject_kind": "event", "subject_id": touch.event_id, "kind": "contest", "occurred_at": now.isoformat()}
    append(home, Entry(source_of(home, "event", (touch.event_id,)), "decision", said, now))
    assert shown not in page(signed_in(KOFI), address)
    assert shown in page(signed_in("Oskar Ricci"), address)


@pytest.mark.parametrize(
    ("sort", "policy", "state", "said"),
    [
        (Sort.PROMISED, "promise", State.DROPPED, ("overdue", "bad")),
        (Sort.PROMISED, "promise", State.LATE, ("kept late", "warn")),
        (Sort.PROMISED, "promise", State.LOST, ("never kept", "bad")),
        (Sort.PROMISED, "promise", State.WAITING, ("due", "warn")),
        (Sort.CASE_OPENED, "service case", State.WAITING, ("still open", "warn")),
    ],
)
def test_a_promise_says_what_became_of_it_and_a_case_that_it_is_open(
    sort: Sort, policy: str, state: State, said: tuple[str, str]
) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    lines = (Line(at, sort, "seller", key=7), Line(at, sort, "seller", key=8))
    told = Story("d", True, "", "", None, None, "", "", lines, Turn(Court.NOBODY, None), 0, None)
    balls = BallsIn({}, {7: ChainBall(7, 1, policy, state, at)})
    found = entries_of(told, Names({}, {}), balls, own_key=1, fresh=frozenset())
    assert [each.tags for each in found] == [(said,), ()]
    assert not any(each.markable for each in found)


@pytest.mark.parametrize("days_before", [0, 60])
def test_a_stage_is_backed_as_the_pipeline_says(days_before: int, workspace: Path) -> None:
    places_seen = set()
    with desk().reading() as found:
        reader = replace(found, as_of=found.as_of - timedelta(days=days_before))
        for each in standings(reader, EVERYBODY, [reader.as_of]):
            one = backed(reader, EVERYBODY, each.deal_key, each.account_key or None, each.starts_at)
            places = [place if place is not None else -1 for place in (one.said_place, one.place)]
            assert places == [each.claimed, each.evidenced], each
            places_seen.add((one.said_place, one.place))
    assert len(places_seen) > 3


def test_each_missed_or_open_ball_is_found_by_its_chain(workspace: Path) -> None:
    found = ahead(desk(), Ahead.BALLS)
    with desk().reading() as reader:
        from answerback.analysis.court.balls import MISSED, OPEN, balls

        every = balls(reader, EVERYBODY)
    kept = every.where(*OPEN, *MISSED)
    by_chain = [
        (int(chain), ball.event_key) for chain in sorted(set(every.chain_key.tolist())) for ball in found.of(chain)
    ]
    assert sorted(by_chain) == sorted(zip(every.chain_key[kept].tolist(), every.event_key[kept].tolist(), strict=True))
    assert by_chain


def test_a_page_asks_the_database_of_people_a_few_times_only(
    signed_in: SignedIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    deal, client = deal_of(desk(), OSKAR), signed_in("Oskar Ricci")
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        client.get(f"/deals/{deal}/")
