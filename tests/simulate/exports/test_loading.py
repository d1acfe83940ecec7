"""What was told comes back event by event, through the ordinary sources, to the second."""

from __future__ import annotations

from collections import Counter
from typing import Any

from answerback.domain.kinds import DEFAULT_STANCE, ActionKind
from answerback.simulate.tokens import message_id
from tests.simulate.exports.by_hand import at
from tests.simulate.exports.loaded import Loaded, seconds

Row = dict[str, Any]
_BY_TABLE = ("dialler", "esign", "crm")
_AS_TYPED = {"asked": "replied"}


def test_nothing_is_rejected(loaded: Loaded) -> None:
    batches = {row["source"]: row for row in _batches(loaded)}
    assert batches.keys() == {"salesforce", "office", "dialler", "esign"}
    assert [row["rejects"] for row in batches.values()] == [0] * 4


def _batches(loaded: Loaded) -> list[Row]:
    import answerback

    rows: list[Row] = answerback.open_workspace(loaded.root).show("batches").to_arrow().to_pylist()
    return rows


def test_efforts_are_those_that_were_told(loaded: Loaded) -> None:
    copied = {row["number"] for row in loaded.facts.rows("copy") if row["event"] == "effort"}
    wanted = Counter(
        _told(row) for row in loaded.facts.rows("effort") if row["system"] in _BY_TABLE or row["effort"] in copied
    )
    found = Counter(
        (
            row["kind"],
            loaded.number("rep", row["rep_key"]),
            loaded.number("account", row["account_key"]),
            loaded.number("contact", row["contact_key"]),
            loaded.number("deal", row["deal_key"]),
            seconds(row["occurred_at"]),
            row["evidence"],
            row["origin"],
            row["template"],
            row["purpose"],
            row["minutes"],
        )
        for row in loaded.query("select * from effort")
    )
    assert found == wanted


def _told(row: Row) -> tuple[object, ...]:
    """An effort as its system shows it: a CRM knows no purpose, and no minutes but those of meetings."""
    typed = row["system"] in {"crm", "mail"}
    held = row["kind"] in {"visit", "meeting"}
    return (
        row["kind"], row["seller"], row["account"], row["contact"], row["deal"], row["at"], row["evidence"],
        row["origin"], row["template"], None if typed else row["purpose"],
        row["minutes"] if held or not typed else None,
    )  # fmt: skip


def test_acts_are_those_that_were_told(loaded: Loaded) -> None:
    copied = {row["number"] for row in loaded.facts.rows("copy") if row["event"] == "action"}
    rows = [row for row in loaded.facts.rows("action") if row["system"] in _BY_TABLE or row["action"] in copied]
    wanted = Counter(_told_act(row) for row in rows)
    # Salesforce has one field for both: who refuses on the telephone has picked it up.
    refused = next(row for row in rows if (row["system"], row["kind"]) == ("crm", "declined"))
    wanted[_told_act(refused | {"kind": "answered_call"})] += 1
    found = Counter(
        (
            row["kind"],
            loaded.number("account", row["account_key"]),
            loaded.number("contact", row["contact_key"]),
            loaded.number("deal", row["deal_key"]),
            seconds(row["occurred_at"]),
            row["evidence"],
            row["stance"],
        )
        for row in loaded.query("select * from buyer_action")
    )
    assert found == wanted


def _told_act(row: Row) -> tuple[object, ...]:
    kind = str(_AS_TYPED.get(row["kind"], row["kind"]) if row["system"] == "crm" else row["kind"])
    stance = row["stance"] or str(DEFAULT_STANCE[ActionKind(kind)])
    return kind, row["account"], row["contact"], row["deal"], row["at"], row["evidence"], stance


def test_acts_are_linked_to_the_efforts_that_they_name(loaded: Loaded) -> None:
    """By reference: what names an effort that any of these systems holds."""
    efforts = {row["effort"]: row for row in loaded.facts.rows("effort")}
    acts = {(row["kind"], row["at"], row["contact"]): row for row in loaded.facts.rows("action")}
    found = {}
    for row in loaded.query(
        """select action.kind, action.occurred_at, action.contact_key, effort.occurred_at as effort_at, link.basis
           from link join buyer_action as action on action.action_key = link.action_key
           join effort on effort.effort_key = link.effort_key"""
    ):
        act = acts.get((row["kind"], seconds(row["occurred_at"]), loaded.number("contact", row["contact_key"])))
        if act is not None and row["basis"] == "reference":
            found[act["action"]] = seconds(row["effort_at"])
    named = {
        row["action"]: efforts[row["answers"]]["at"]
        for row in loaded.facts.rows("action")
        if row["answers"] is not None
        and row["system"] in {"dialler", "esign"}
        # Meetings are known by their invitations, which only calendars have.
        and row["kind"] not in {"attended", "no_show"}
    }
    assert len(named) > 7
    assert {number: when for number, when in found.items() if number in named} == named


def test_who_joined_names_the_invitation(loaded: Loaded) -> None:
    uids = {row["token"] for row in _tokens(loaded, "answers") if row["token"].startswith("meeting:")}
    assert len(uids) == 3  # two of the conference service and one of the CRM
    assert sum(uid.endswith("@halden.example") for uid in uids) == 2


def test_a_copied_mail_bears_the_id_that_its_mailbox_knows(loaded: Loaded) -> None:
    known = {row["token"] for row in _tokens(loaded, "is") if row["token"].startswith("message:")}
    effort, act = message_id("effort", 10, 7, "halden.example"), message_id("action", 12, 7, "company1.example")
    assert {f"message:{effort}", f"message:{act}"} <= known
    answered = {row["token"] for row in _tokens(loaded, "answers") if row["token"].startswith("message:sf-02s")}
    assert len(answered) == 1


def _tokens(loaded: Loaded, role: str) -> list[Row]:
    ids = {row["key"]: row["id"] for row in loaded.query("select key, id from ids where space = 'token'")}
    return [{"token": ids[row["token_key"]]} for row in loaded.log("reference") if row["role"] == role]


def test_a_person_of_several_systems_is_one(loaded: Loaded) -> None:
    assert {space: sorted(numbers.values()) for space, numbers in loaded.keys.items()} == {
        "rep": [0, 1, 2, 3],
        "account": [0, 1, 2, 3],
        "contact": [0, 1, 2, 3, 4, 5],
        "deal": [0, 1, 2],
    }
    sources = loaded.query("select distinct source from effort where kind = 'call'")
    assert sorted(row["source"] for row in sources) == ["dialler", "salesforce"]
    assert loaded.query("select * from doubtful") == []


def test_deals_stand_as_they_were_told(loaded: Loaded) -> None:
    found = {
        loaded.number("deal", row["deal_key"]): (
            loaded.number("account", row["account_key"]),
            loaded.number("rep", row["owner_key"]),
            row["amount_minor"],
            row["currency"],
            seconds(row["created_at"]),
        )
        for row in loaded.query("select * from deal")
    }
    opened = at("2026-01-20 10:00:00")
    assert found == {
        0: (0, 0, 1_500_000, "EUR", opened),
        1: (1, 0, 990_000, "USD", opened),  # handed over
        2: (2, 0, 125_000, "JPY", opened),
    }


def test_changes_of_deals_are_those_that_were_told(loaded: Loaded) -> None:
    found: Counter[tuple[object, ...]] = Counter(
        (
            loaded.raw("deal", row["deal_key"]),
            seconds(row["occurred_at"]),
            row["field"],
            row["old"],
            row["new"],
            loaded.raw("rep", row["old_rep_key"]),
            loaded.raw("rep", row["new_rep_key"]),
            loaded.raw("rep", row["actor_key"]) if row["field"] != "outcome" else None,
        )
        for row in loaded.log("deal_change")
    )
    told = Counter(_told_change(row) for row in loaded.facts.rows("deal_change"))
    assert not told - found
    # A CRM's history begins with every field as it was entered, and it sets the day of closing.
    more = Counter((number, seconds_, field) for number, seconds_, field, *_ in (found - told).elements())
    opened = at("2026-01-20 10:00:00")
    entered = Counter((number, opened, field) for number in (0, 1, 2) for field in ("amount", "close_date"))
    entered[2, opened, "stage"] += 1
    closed = Counter({(0, at("2026-03-02 23:30:00"), "close_date"): 1, (1, at("2026-03-05 10:00:00"), "close_date"): 1})
    assert more == entered + closed


def _told_change(row: Row) -> tuple[object, ...]:
    if row["field"] == "owner":
        return row["deal"], row["at"], "owner", None, None, int(row["old"]), int(row["new"]), row["seller"]
    by = None if row["field"] == "outcome" else row["seller"]  # Salesforce does not say who closed a deal
    return row["deal"], row["at"], row["field"], row["old"], row["new"], None, None, by


def test_the_day_of_closing_is_the_sellers_own(loaded: Loaded) -> None:
    """Half past eleven at night in London is the next day in Berlin and the same in New York."""
    days = {row["new"] for row in loaded.log("deal_change") if row["field"] == "close_date"}
    assert "2026-03-02" in days


def test_the_rest_of_a_company_is_there(loaded: Loaded) -> None:
    counts = {name: len(loaded.log(name)) for name in ("case", "obstacle", "absence", "target", "expense", "happening")}
    assert counts == {name: len(loaded.facts.rows(name)) for name in counts}
    assert sorted(row["value"] for row in loaded.log("target")) == [12, 12_345_678]
    assert sorted(row["amount_minor"] for row in loaded.log("expense")) == [9_000, 72_550]
    (talk,) = loaded.log("conversation")
    assert (loaded.raw("rep", talk["rep_key"]), loaded.raw("rep", talk["coach_key"]), talk["minutes"]) == (0, 2, 30)
    given = {
        (loaded.raw("account", row["account_key"]), loaded.raw("rep", row["rep_key"]))
        for row in loaded.log("assignment")
    }
    assert given == {(0, 0), (1, 1), (1, 0), (2, 0), (3, 0)}  # the last is a lead's, by the CRM


def test_people_are_in_their_teams_at_their_times(loaded: Loaded) -> None:
    rows = loaded.query("select * from rep order by valid_from")
    teams = [(row["team"], row["role"]) for row in rows if loaded.number("rep", row["rep_key"]) == 1]
    assert teams == [("Team Süd", "rep"), ("Team Ost", "rep")]
    bosses = {loaded.number("rep", row["rep_key"]): loaded.raw("rep", row["manager_key"]) for row in rows}
    assert bosses == {0: 2, 1: 2, 2: 3, 3: None}


def test_companies_have_their_segments_and_sources(loaded: Loaded) -> None:
    found = {
        loaded.number("account", row["account_key"]): (row["segment"], row["size_band"], row["industry"])
        for row in loaded.query("select * from account")
    }
    assert found == {
        row["account"]: (row["segment"], row["size_band"], row["industry"]) for row in loaded.facts.rows("account")
    }
    sources = {
        loaded.number("account", row["subject_key"]): row["value"]
        for row in loaded.query("select * from attribute where name = 'lead_source'")
    }
    assert sources == {row["account"]: row["lead_source"] for row in loaded.facts.rows("account")}


def test_what_could_be_seen_is_what_was_recording(loaded: Loaded) -> None:
    found = {
        (loaded.raw("rep", row["rep_key"]), row["channel"], seconds(row["starts_at"]), seconds(row["ends_at"]))
        for row in loaded.log("coverage")
        if row["channel"] in {"call", "offer"}
    }
    channels = {"dialler": "call", "esign": "offer"}
    assert found == {
        (row["seller"], channels[row["system"]], row["from"], row["to"]) for row in loaded.facts.rows("coverage")
    }
