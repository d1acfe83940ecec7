"""Talks: planned, prepared and held by those who have them, and seen by nobody else; only that one was held leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from answerback.people.learning.models import Commitment, Debrief, DebriefOf, Practice, Reach, Rhythm, Talk, TalkNote
from answerback.people.models import Organisation, Person, Reporting, Visibility
from answerback.people.own_data import account_of
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import desk
from answerback.workspace.journal import written

REP, PEER, MANAGER = "Oskar Ricci", "Nadia Winkler", "Kofi Novak"
OTHERS = ("Lena Uribe", "Jana Sato", "Revenue operations", "Enablement", "Admin")
SECRET = "the buyer was cross with our invoice"
SignedIn = Callable[[str], Client]


def of_another_team() -> str:
    """Somebody who does not report to the manager."""
    line = Reporting.objects.filter(manager__name="Lena Uribe").order_by("rep_id")[0]
    return Person.objects.get(rep_id=line.rep_id).name


def soon(days: int = 1) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT09:30")


def plan(client: Client, what: str, **said: Any) -> Talk:
    given = {f"{what}-{name}": value for name, value in ({"at": soon(-1), "minutes": "30"} | said).items()}
    assert client.post("/talks/plan/", {"what": what, **given}).status_code == 302
    return Talk.objects.latest("pk")


def say(client: Client, talk: Talk, act: str, **said: Any) -> int:
    return client.post(f"/talks/{talk.pk}/say/", {"act": act, **said}).status_code


def shown(client: Client, talk: Talk) -> str:
    response = client.get(f"/talks/{talk.pk}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def one_to_one(signed_in: SignedIn, practice: dict[str, Person]) -> Talk:
    return plan(signed_in(MANAGER), "coached", other=practice[REP].pk, kind="one_to_one")


def test_what_is_said_in_a_talk_is_read_by_both_and_by_nobody_else(signed_in: SignedIn, one_to_one: Talk) -> None:
    assert say(signed_in(REP), one_to_one, "note", text=SECRET) == 302
    assert say(signed_in(MANAGER), one_to_one, "words", lesson="Ask for the invoice first", serves="Next deal") == 302
    for name in (REP, MANAGER):
        page = shown(signed_in(name), one_to_one)
        assert SECRET in page
        assert "Ask for the invoice first" in page
    for name in (PEER, of_another_team(), *OTHERS):
        client = signed_in(name)
        assert client.get(f"/talks/{one_to_one.pk}/").status_code == 404, name
        assert client.get(f"/talks/{one_to_one.pk}/talk.ics").status_code == 404, name
        assert say(client, one_to_one, "note", text="mine too") == 404, name
        listed = client.get("/talks/")
        assert listed.status_code in (200, 404)
        assert f"/talks/{one_to_one.pk}/" not in listed.content.decode()
    assert TalkNote.objects.count() == 1


def test_a_note_is_taken_back_by_whoever_wrote_it_alone(signed_in: SignedIn, one_to_one: Talk) -> None:
    say(signed_in(REP), one_to_one, "note", text=SECRET)
    number = TalkNote.objects.get().pk
    assert say(signed_in(MANAGER), one_to_one, "strike", note=number) == 404
    assert say(signed_in(REP), one_to_one, "strike", note=number) == 302
    assert SECRET not in shown(signed_in(MANAGER), one_to_one)


def test_that_it_took_place_goes_into_the_log_and_no_word_of_it_does(
    signed_in: SignedIn, one_to_one: Talk, practice: dict[str, Person]
) -> None:
    say(signed_in(REP), one_to_one, "note", text=SECRET)
    page = shown(signed_in(MANAGER), one_to_one)
    topics = re.findall(r'<option value="([^"]+)"', page.split('value="held"')[1].split("</form>")[0])
    assert topics
    assert say(signed_in(MANAGER), one_to_one, "held", topic=topics[0]) == 302
    (entry,) = written(desk().home, "conversation")
    assert entry.fields["rep_id"] == practice[REP].rep_id
    assert entry.fields["coach_id"] == practice[MANAGER].rep_id
    assert entry.fields["kind"] == "one_to_one"
    assert entry.fields["topic"]
    assert not any(SECRET in str(each) for each in entry.fields.values())
    one_to_one.refresh_from_db()
    assert one_to_one.held_at == one_to_one.planned_at
    assert say(signed_in(MANAGER), one_to_one, "held") == 404  # once
    assert len(written(desk().home, "conversation")) == 1


def test_a_talk_still_ahead_did_not_take_place(
    signed_in: SignedIn, practice: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerback.web.answering.desk.Desk.is_old", lambda _: False)
    made = plan(signed_in(MANAGER), "coached", other=practice[REP].pk, kind="one_to_one", at=soon(3))
    say(signed_in(MANAGER), made, "held")
    made.refresh_from_db()
    assert made.held_at is None
    assert written(desk().home, "conversation") == []


def test_nobody_coaches_whom_they_do_not_lead(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    for name, other in ((MANAGER, of_another_team()), (REP, PEER), (REP, "Lena Uribe"), (MANAGER, MANAGER)):
        said = {
            "coached-other": practice[other].pk,
            "coached-kind": "one_to_one",
            "coached-at": soon(),
            "coached-minutes": "30",
        }
        answer = signed_in(name).post("/talks/plan/", {"what": "coached", **said})
        assert answer.status_code == 200, (name, other)
        assert "errorlist" in answer.content.decode()
    assert not Talk.objects.exists()


def test_a_rep_plans_a_talk_with_whom_they_report_to(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    made = plan(signed_in(REP), "coached", other=practice[MANAGER].pk, kind="ride_along")
    assert (made.coach, made.person) == (practice[MANAGER], practice[REP])


@pytest.mark.parametrize(
    "said",
    [
        {"at": "2026-13-01T09:00"},
        {"at": "1066-10-14T09:00"},
        {"minutes": "100000"},
        {"kind": "peer_session"},
        {"other": "-1"},
    ],
)
def test_what_cannot_be_planned_is_not(said: dict[str, str], signed_in: SignedIn, practice: dict[str, Person]) -> None:
    given = {"other": practice[REP].pk, "kind": "one_to_one", "at": soon(), "minutes": "30"} | said
    answer = signed_in(MANAGER).post(
        "/talks/plan/", {"what": "coached"} | {f"coached-{k}": v for k, v in given.items()}
    )
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Talk.objects.exists()


def test_what_one_does_not_offer_is_not_there(signed_in: SignedIn) -> None:
    assert signed_in(REP).post("/talks/plan/", {"what": "rhythm"}).status_code == 404
    assert signed_in(REP).post("/talks/plan/", {"what": "x"}).status_code == 404
    assert signed_in(REP).get("/talks/plan/").status_code == 405


def test_a_rhythm_lays_its_talks_out_once_and_ends(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    client = signed_in(MANAGER)
    plan(client, "rhythm", other=practice[REP].pk, every="week", at=soon(1))
    laid = list(Talk.objects.values_list("planned_at", flat=True))
    assert len(laid) == 2
    assert laid[1] - laid[0] in (timedelta(days=7), timedelta(days=7, hours=1), timedelta(days=6, hours=23))
    client.get("/talks/")
    assert signed_in(REP).get("/talks/").content.decode().count("took place") == 0
    assert Talk.objects.count() == 2
    made = Rhythm.objects.get()
    assert signed_in(PEER).post(f"/talks/rhythms/{made.pk}/end/").status_code == 404
    assert signed_in(REP).post(f"/talks/rhythms/{made.pk}/end/").status_code == 302
    assert not Talk.objects.filter(cancelled_at=None).exists()
    client.get("/talks/")
    assert Talk.objects.count() == 2


def calendar(client: Client, address: str) -> tuple[Calendar, Any]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    found = Calendar.from_ical(response.content)
    return found, found.walk("VEVENT")[0]


def test_a_calendar_takes_a_talk_its_move_and_its_end(signed_in: SignedIn, one_to_one: Talk) -> None:
    client, address = signed_in(MANAGER), f"/talks/{one_to_one.pk}/talk.ics"
    whole, event = calendar(client, address)
    assert (whole["METHOD"], event["SEQUENCE"]) == ("REQUEST", 0)
    assert event["DTSTART"].dt == one_to_one.planned_at
    say(client, one_to_one, "note", text=SECRET)
    assert say(client, one_to_one, "move", at=soon(5), minutes="60") == 302
    _, moved = calendar(client, address)
    assert (moved["UID"], moved["SEQUENCE"]) == (event["UID"], 1)
    assert moved["DTSTART"].dt - event["DTSTART"].dt >= timedelta(days=5)
    assert say(client, one_to_one, "call_off") == 302
    gone, last = calendar(client, address)
    assert (gone["METHOD"], last["STATUS"], last["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)
    assert SECRET.encode() not in client.get(address).content
    assert say(client, one_to_one, "held") == 404


def test_a_rhythm_is_one_entry_with_a_rule_and_its_talks_are_times_of_it(
    signed_in: SignedIn, practice: dict[str, Person]
) -> None:
    talk = plan(signed_in(MANAGER), "rhythm", other=practice[REP].pk, every="fortnight", at=soon(2))
    _, event = calendar(signed_in(REP), f"/talks/rhythms/{talk.rhythm_id}/talks.ics")
    assert event["RRULE"]["FREQ"] == ["WEEKLY"]
    assert event["RRULE"]["INTERVAL"] == [2]
    assert event["DTSTART"].params["TZID"] == str(desk().zone)
    _, one = calendar(signed_in(REP), f"/talks/{talk.pk}/talk.ics")
    assert one["UID"] == event["UID"]
    assert one["RECURRENCE-ID"].dt == talk.slot_at


def test_the_agenda_has_what_both_see_and_nothing_else(
    signed_in: SignedIn, one_to_one: Talk, practice: dict[str, Person]
) -> None:
    now, rep = datetime.now(UTC), practice[REP]
    mine = {"owner": rep, "ended_at": now, "of": DebriefOf.LOST}
    Debrief.objects.create(**mine, chain_id="a", lesson="kept to myself", closed_at=now)
    Debrief.objects.create(**mine, chain_id="b", lesson="shared with my manager", closed_at=now, reach=Reach.MANAGER)
    days = {"starts_on": now.date(), "ends_on": now.date()}
    Practice.objects.create(person=rep, what="my own practice", ended_at=now, **days)
    Practice.objects.create(person=rep, what="a practice to talk about", shown_to_manager=True, **days)
    Commitment.objects.create(owner=rep, text="a promise to myself", due_on=now.date())
    Commitment.objects.create(owner=rep, text="a promise in a talk", due_on=now.date(), talk=one_to_one)
    for name in (REP, MANAGER):
        page = shown(signed_in(name), one_to_one)
        for text in ("shared with my manager", "a practice to talk about", "a promise in a talk"):
            assert text in page, name
        for text in ("kept to myself", "my own practice", "a promise to myself"):
            assert text not in page, name
    Debrief.objects.update(reach=Reach.NOBODY)
    Practice.objects.update(shown_to_manager=False)
    for name in (REP, MANAGER):
        page = shown(signed_in(name), one_to_one)
        assert "shared with my manager" not in page
        assert "a practice to talk about" not in page


def test_its_findings_are_those_that_both_may_open(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    found = {}
    for name in (PEER, REP):
        talk = plan(signed_in(MANAGER), "coached", other=practice[name].pk, kind="one_to_one")
        both = [set(re.findall(r'/findings/([\w-]+)/"', shown(signed_in(each), talk))) for each in (name, MANAGER)]
        assert both[0] == both[1]
        for finding in both[0]:
            assert signed_in(name).get(f"/findings/{finding}/").status_code == 200
            assert signed_in(MANAGER).get(f"/findings/{finding}/").status_code == 200
        found[name] = both[0]
    board, keys = board_of(desk()), desk().roster()
    first = [
        each.finding.finding_id
        for each in board.gathered.findings
        if each.finding.subject.key == keys.key_of(practice[PEER].rep_id) and each.finding.others_from is None
    ]
    assert found[PEER]
    assert first
    assert not set(first) & found[PEER]


def test_without_a_chosen_visibility_no_finding_is_on_it(signed_in: SignedIn, practice: dict[str, Person]) -> None:
    talk = plan(signed_in(MANAGER), "coached", other=practice[PEER].pk, kind="one_to_one")
    for chosen in ("", Visibility.GROUPS):
        Organisation.objects.update(visibility=chosen)
        assert "/findings/" not in shown(signed_in(PEER), talk)
        assert "/findings/" not in shown(signed_in(MANAGER), talk)


def test_what_somebody_said_they_would_do_is_asked_after_and_answered_by_themselves(
    signed_in: SignedIn, one_to_one: Talk, practice: dict[str, Person]
) -> None:
    day = str(desk().today() + timedelta(days=3))
    assert say(signed_in(REP), one_to_one, "commit", text="call Bea back", due_on=day) == 302
    made = Commitment.objects.get()
    later = plan(signed_in(MANAGER), "coached", other=practice[REP].pk, kind="one_to_one")
    assert "call Bea back" in shown(signed_in(MANAGER), later)
    for name in (MANAGER, PEER, "Admin"):
        assert signed_in(name).post(f"/commitments/{made.pk}/", {"held": "no"}).status_code == 404
    assert signed_in(REP).post(f"/commitments/{made.pk}/", {"held": "perhaps"}).status_code == 404
    assert signed_in(REP).post(f"/commitments/{made.pk}/", {"held": "partly"}).status_code == 302
    made.refresh_from_db()
    assert made.held == "partly"
    assert "call Bea back" not in shown(signed_in(MANAGER), later)
    assert "In part" in shown(signed_in(MANAGER), one_to_one)


@pytest.mark.parametrize("due_on", ["", "yesterday", "1999-01-01", "2999-01-01"])
def test_a_commitment_has_a_day_that_can_come(due_on: str, signed_in: SignedIn, one_to_one: Talk) -> None:
    assert say(signed_in(REP), one_to_one, "commit", text="x", due_on=due_on) == 200
    assert not Commitment.objects.exists()


@pytest.fixture
def among_peers(signed_in: SignedIn, practice: dict[str, Person]) -> Talk:
    return plan(signed_in(REP), "peers", guests=[practice[PEER].pk])


def test_peers_see_the_touches_that_their_owner_ticked_and_no_other(signed_in: SignedIn, among_peers: Talk) -> None:
    address = f"/talks/{among_peers.pk}/sides/"
    page = signed_in(REP).get(address).content.decode()
    laid = re.findall(r'name="shown" value="([^"]+)"', page)
    kind = re.findall(r'name="kind" value="([^"]+)"', page)[0]
    assert 2 <= len(laid) <= 20
    assert "No answer" in page
    signed_in(REP).post(address, {"kind": kind, "shown": [laid[0], "somebody-else", "'; drop table effort; --"]})
    among_peers.refresh_from_db()
    assert among_peers.shown == [laid[0]]
    with_it = shown(signed_in(PEER), among_peers)
    assert len(re.findall(r'<section aria-labelledby="sides">.*?</section>', with_it, re.DOTALL)) == 1
    assert with_it.count('<li class="row"><span class="grow"><strong>') == 1
    assert signed_in(PEER).get(address).status_code == 404
    assert signed_in(MANAGER).get(address).status_code == 404
    assert signed_in(MANAGER).get(f"/talks/{among_peers.pk}/").status_code == 404
    say(signed_in(REP), among_peers, "hide", event=laid[0])
    assert "has chosen no touch" in shown(signed_in(PEER), among_peers)
    assert say(signed_in(PEER), among_peers, "hide", event=laid[0]) == 404


def test_a_touch_of_somebody_else_is_not_shown_whatever_the_row_says(signed_in: SignedIn, among_peers: Talk) -> None:
    other = plan(signed_in(PEER), "peers", guests=[among_peers.person_id])
    page = signed_in(PEER).get(f"/talks/{other.pk}/sides/").content.decode()
    theirs = re.findall(r'name="shown" value="([^"]+)"', page)
    assert theirs
    Talk.objects.filter(pk=among_peers.pk).update(shown=theirs)
    assert "has chosen no touch" in shown(signed_in(PEER), among_peers)


def test_a_guest_advises_and_changes_nothing_else(signed_in: SignedIn, among_peers: Talk) -> None:
    say(signed_in(REP), among_peers, "words", hardest="To hear a no", advice="", will_try="")
    peer = signed_in(PEER)
    assert "To hear a no" in shown(peer, among_peers)
    for act in ("words", "held", "move", "call_off"):
        assert say(peer, among_peers, act) == 404
    assert say(peer, among_peers, "note", text="I ask twice") == 302
    assert say(peer, among_peers, "stay_away") == 302
    assert peer.get(f"/talks/{among_peers.pk}/").status_code == 404
    assert "I ask twice" not in shown(signed_in(REP), among_peers)


def test_of_peers_each_took_part_for_themselves(
    signed_in: SignedIn, among_peers: Talk, practice: dict[str, Person]
) -> None:
    assert say(signed_in(REP), among_peers, "held") == 302
    found = {(each.fields["rep_id"], each.fields["coach_id"]) for each in written(desk().home, "conversation")}
    assert found == {(practice[name].rep_id, practice[name].rep_id) for name in (REP, PEER)}


def test_a_talk_with_a_buyer_coaches_nobody(signed_in: SignedIn) -> None:
    made = plan(signed_in("Jana Sato"), "buyer")
    assert say(signed_in("Jana Sato"), made, "held") == 302
    made.refresh_from_db()
    assert made.held_at is not None
    assert written(desk().home, "conversation") == []


def test_one_s_own_export_has_one_s_own_words_and_forgetting_takes_all(
    signed_in: SignedIn, one_to_one: Talk, practice: dict[str, Person]
) -> None:
    say(signed_in(REP), one_to_one, "note", text="my own note")
    say(signed_in(MANAGER), one_to_one, "note", text="the note of my manager")
    say(signed_in(REP), one_to_one, "commit", text="call Bea back", due_on=str(desk().today()))
    own = account_of(practice[REP], desk().today())
    assert [each["text"] for each in own["talk_notes"]] == ["my own note"]
    assert [each["text"] for each in own["commitments"]] == ["call Bea back"]
    assert [each["coach__name"] for each in own["talks"]] == [MANAGER]
    assert account_of(practice[PEER], desk().today())["talks"] == []
    practice[REP].delete()
    assert not Talk.objects.exists()
    assert not TalkNote.objects.exists()
    assert not Commitment.objects.exists()


def test_who_coached_and_is_forgotten_leaves_the_talk_to_whose_it_is(
    signed_in: SignedIn, one_to_one: Talk, practice: dict[str, Person]
) -> None:
    say(signed_in(MANAGER), one_to_one, "note", text="the note of my manager")
    practice[MANAGER].delete()
    page = shown(signed_in(REP), one_to_one)
    assert "the note of my manager" not in page
    assert MANAGER not in page.split("<main")[1]
    assert say(signed_in(REP), one_to_one, "held") == 302
    assert written(desk().home, "conversation") == []


def test_markup_in_a_talk_is_shown_as_text(signed_in: SignedIn, one_to_one: Talk) -> None:
    say(signed_in(REP), one_to_one, "note", text="<script>alert(1)</script>")
    page = shown(signed_in(MANAGER), one_to_one)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_it_asks_the_database_little(
    signed_in: SignedIn, one_to_one: Talk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(MANAGER)
    shown(client, one_to_one)
    with django_assert_max_num_queries(40):
        shown(client, one_to_one)
    with django_assert_max_num_queries(30):
        client.get("/talks/")
