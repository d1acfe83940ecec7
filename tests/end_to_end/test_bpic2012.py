"""BPI Challenge 2012: what comes out of the command line, held against scans of the table with the standard library."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Loaded, Row
from tests.reference.process_pm4py import digest

Events = list[dict[str, str]]
CALLS = ("W_Nabellen offertes", "W_Nabellen incomplete dossiers", "W_Afhandelen leads", "W_Completeren aanvraag")
NON_EVENTS = {
    "automatic_cancellation": 1_004,
    "internal_work": 21_485,
    "offer_closed": 6_700,
    "offer_prepared": 14_060,
    "work_item_completed": 64_248,
    "work_item_scheduled": 21_159,
    "work_item_without_clerk": 7_957,
}


def when(event: dict[str, str]) -> datetime:
    """The instant, cut to the whole second as in the log."""
    return datetime.fromisoformat(event["timestamp"]).replace(microsecond=0)


def event_of(row_id: str) -> tuple[str, str]:
    """Case and activity, from the id that the mapping makes."""
    case, activity = row_id.split(" ")[:2]
    return case, activity


@pytest.mark.slow
def test_every_event_is_accounted_for(from_log: Loaded, from_table: Loaded) -> None:
    for each in (from_log, from_table):
        (said,) = each.said
        assert (said["read"], said["kept"], said["non_events"], said["rejects"]) == (262_200, 125_587, 136_613, 0)
        assert said["read"] == said["kept"] + said["non_events"] + said["rejects"]
        assert {row["kind"]: row["items"] for row in said["non_event_kinds"]} == NON_EVENTS
        assert each.show("rejects") == []


def test_known_non_events_are_what_a_scan_counts(events: Events) -> None:
    counts = Counter((event["activity"], event["lifecycle"]) for event in events)
    closed = sum(counts[name, "COMPLETE"] for name in ("O_ACCEPTED", "O_DECLINED", "O_CANCELLED"))
    automatic = sum(event["activity"] == "A_CANCELLED" and event["resource"] == "112" for event in events)
    assert len(events) == 262_200
    assert counts["O_SELECTED", "COMPLETE"] + counts["O_CREATED", "COMPLETE"] == NON_EVENTS["offer_prepared"]
    assert closed == NON_EVENTS["offer_closed"]
    assert automatic == NON_EVENTS["automatic_cancellation"]


@pytest.mark.parametrize("what", ["links", "outcomes", "efforts", "deals", "bases", "lags"])
def test_both_forms_of_the_log_give_the_same(from_log: Loaded, from_table: Loaded, what: str) -> None:
    as_of = ("--as-of", "2012-03-15")
    one, other = from_log.show(what, *as_of), from_table.show(what, *as_of)
    assert one == other
    assert one


@pytest.mark.parametrize("by", ["rep,play", "play,month", "step,kind", "rep,week"])
def test_both_forms_of_the_log_give_the_same_rates(from_log: Loaded, from_table: Loaded, by: str) -> None:
    as_of = ("--by", by, "--as-of", "2012-03-15")
    assert from_log.show("on-base", *as_of) == from_table.show("on-base", *as_of)


def test_the_facts_of_the_offers(from_log: Loaded, events: Events) -> None:
    (offers,) = from_log.show("deals")
    assert (offers["play"], offers["deals"]) == ("offer", 5_015)
    assert round(offers["share"], 3) == 0.649
    assert [round(offers[f"p{quarter}_days"], 1) for quarter in (25, 50, 75)] == [6.7, 9.0, 13.9]
    first_sent: dict[str, datetime] = {}
    first_back: dict[str, datetime] = {}
    for event in events:
        for name, first in (("O_SENT", first_sent), ("O_SENT_BACK", first_back)):
            if event["activity"] == name:
                first.setdefault(event["case_id"], when(event))
    assert len(first_sent) == offers["deals"]
    assert len(first_back.keys() & first_sent.keys()) == offers["moved_forward"]
    days = sorted((first_back[case] - first_sent[case]) / timedelta(days=1) for case in first_back)
    assert abs(days[len(days) // 2] - offers["p50_days"]) < 0.01


def test_every_return_is_linked_to_its_cases_latest_earlier_offer(from_log: Loaded, events: Events) -> None:
    sent: defaultdict[str, list[datetime]] = defaultdict(list)
    wanted: dict[tuple[str, datetime], datetime] = {}
    for event in events:
        if event["activity"] == "O_SENT":
            sent[event["case_id"]].append(when(event))
        if event["activity"] == "O_SENT_BACK":
            returned = when(event)
            wanted[event["case_id"], returned] = max(at for at in sent[event["case_id"]] if at <= returned)
    acts = {row["action_id"]: row for row in from_log.show("actions") if row["kind"] == "returned_offer"}
    efforts = {row["effort_id"]: row for row in from_log.show("efforts")}
    links = [row for row in from_log.show("links") if row["action_id"] in acts]
    assert len(links) == len(acts) == 3_454
    for link in links:
        act, effort = acts[link["action_id"]], efforts[link["effort_id"]]
        assert (link["basis"], link["grade"]) == ("object", "E2")
        assert event_of(effort["effort_id"]) == (event_of(act["action_id"])[0], "O_SENT")
        returned, made = datetime.fromisoformat(act["occurred_at"]), datetime.fromisoformat(effort["occurred_at"])
        assert wanted[act["account_id"], returned] == made
        assert link["lag_seconds"] == (returned - made).total_seconds()


def test_offers_of_each_clerk(from_log: Loaded, events: Events) -> None:
    sent = Counter(event["resource"] for event in events if event["activity"] == "O_SENT")
    rows = from_log.show("on-base", "--by", "rep", "--where", "kind=proposal")
    assert {row["rep"]: row["efforts"] for row in rows} == dict(sent)
    assert (len(rows), sum(row["efforts"] for row in rows)) == (58, 7_030)
    assert sum(row["efforts"] >= 50 for row in rows) == 38
    rated = [row for row in rows if row["rate"] is not None]
    assert len(rated) > 20
    assert all(0 < row["low"] < row["rate"] < row["high"] < 1 for row in rated)
    assert all(row["unseen"] == 0 for row in rows)


def test_the_system_is_no_rep(from_log: Loaded, events: Events) -> None:
    assert any(event["resource"] == "112" for event in events)
    assert "112" not in {row["rep_id"] for row in from_log.show("efforts")}
    assert "112" not in {row["rep"] for row in from_log.show("on-base", "--by", "rep")}
    assert "no touches fit" in from_log.terminal("explain", "on-base", "rep=112").text


def test_a_declined_application_is_no_act_of_the_buyer(from_log: Loaded, events: Events) -> None:
    acts = Counter(event_of(row["action_id"])[1] for row in from_log.show("actions"))
    assert acts == {"A_SUBMITTED": 13_087, "O_SENT_BACK": 3_454, "A_CANCELLED": 1_803}
    assert sum(event["activity"] == "A_DECLINED" for event in events) == 7_635


def registering(events: Events) -> set[tuple[str, str, datetime]]:
    """Work items opened by somebody at most ten minutes before that person registers an act of the case."""
    acts: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for event in events:
        if event["activity"] == "O_SENT_BACK" or (event["activity"] == "A_CANCELLED" and event["resource"] != "112"):
            acts[event["case_id"], event["resource"]].append(when(event))
    found = set()
    for event in events:
        if event["activity"] in CALLS and event["lifecycle"] == "START" and event["resource"] not in ("", "112"):
            at = when(event)
            if any(
                timedelta(0) <= act - at <= timedelta(minutes=10) for act in acts[event["case_id"], event["resource"]]
            ):
                found.add((event["case_id"], event["activity"], at))
    return found


def test_opening_a_work_item_to_register_is_no_call(from_log: Loaded, events: Events) -> None:
    efforts = from_log.show("efforts")
    told = {(*event_of_item(row), datetime.fromisoformat(row["occurred_at"])) for row in efforts if row["registration"]}
    assert told == registering(events)
    outcomes = {row["effort_id"] for row in from_log.show("outcomes")}
    assert not outcomes & {row["effort_id"] for row in efforts if row["registration"]}


def event_of_item(row: Row) -> tuple[str, str]:
    """Case and activity of a work item."""
    return row["account_id"], row["subkind"]


def test_how_many_returns_such_an_item_comes_before(events: Events) -> None:
    """3,432 returns have an item opened less than ten minutes before them, 3,065 by the clerk who registers them.

    (3,087 have one of that clerk's at any time before them: 22 were opened earlier and are calls like any other.)
    """
    opened: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for event in events:
        if event["activity"].startswith("W_") and event["lifecycle"] == "START":
            opened[event["case_id"]].append((datetime.fromisoformat(event["timestamp"]), event["resource"]))
    anybody, same, ever = 0, 0, 0
    for event in events:
        if event["activity"] == "O_SENT_BACK":
            at, clerk = datetime.fromisoformat(event["timestamp"]), event["resource"]
            before = [(at - start, who) for start, who in opened[event["case_id"]] if start <= at]
            near = [who for age, who in before if age < timedelta(minutes=10)]
            anybody += bool(near)
            same += clerk in near
            ever += clerk in [who for _, who in before]
    assert (anybody, same, ever) == (3_432, 3_065, 3_087)


def test_calls_are_not_visible_and_get_no_rate(from_log: Loaded) -> None:
    for row in from_log.show("on-base", "--by", "kind"):
        if row["kind"] == "call":
            assert row["unseen"] == row["efforts"] > 20_000
            assert (row["rate"], row["reason"]) == (None, "nothing_seen")


def test_a_figure_opens_to_as_many_offers_as_it_counts(from_log: Loaded) -> None:
    (cell,) = from_log.show("on-base", "--by", "rep", "--where", "rep=10909", "--where", "kind=proposal")
    (document,) = from_log.terminal.rows("explain", "on-base", "rep=10909", "kind=proposal")
    assert len(document["efforts"]) == cell["efforts"]
    assert sum(row["state"] == "on_base" for row in document["efforts"]) == cell["on_base"]


PM4PY = json.loads((Path(__file__).parents[1] / "reference" / "process_pm4py.json").read_text(encoding="utf-8"))


def test_how_applications_run_is_what_pm4py_says_of_the_same_events(from_log: Loaded) -> None:
    rows = from_log.terminal.rows("--as-of", "2012-03-01", "process", "--variants", "100000")
    expected = PM4PY["expected"]["bpic2012"]
    follows = [
        [row["name"], row["next"], row["count"], row["mean_seconds"], row["median_seconds"]]
        for row in rows
        if row["about"] == "next"
    ]
    variants = {row["name"]: row["chains"] for row in rows if row["about"] == "variant"}
    assert sorted(follows) == expected["follows"]
    assert (len(variants), digest(variants)) == (expected["variants"]["count"], expected["variants"]["digest"])
    assert (rows[0]["count"], rows[0]["chains"], rows[0]["high"]) == (77_045, 13_087, expected["durations"]["greatest"])
