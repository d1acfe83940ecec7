"""The same company in HubSpot: exported from its screens, and copied into a warehouse."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.playbook import Playbook
from answerback.sources.crm.rules import check_dialect
from answerback.sources.hubspot import DIALECT, SOURCE
from answerback.sources.hubspot.words import DISPOSITION_NAMES, DISPOSITIONS
from tests.sources.readings import Loaded, load

FIXTURES = Path(__file__).parent / "fixtures"
IN_OSLO = Playbook.model_validate({"organisation": {"own_domains": ["lumen.example"], "time_zone": "Europe/Oslo"}})


@pytest.fixture(scope="module")
def screens() -> Loaded:
    return load(SOURCE, FIXTURES / "screens", playbook=IN_OSLO)


@pytest.fixture(scope="module")
def warehouse() -> Loaded:
    return load(SOURCE, FIXTURES / "api", playbook=IN_OSLO)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_the_table_of_objects_fits_the_records() -> None:
    assert check_dialect(DIALECT) == []


@pytest.mark.parametrize("folder", ["screens", "api"])
def test_every_row_is_accounted_for(folder: str) -> None:
    rows = 0
    for path in (FIXTURES / folder).iterdir():
        with path.open(newline="") as file:
            rows += sum(1 for _ in csv.DictReader(file))
    assert load(SOURCE, FIXTURES / folder).read == rows


def test_what_is_no_event_is_said(screens: Loaded, warehouse: Loaded) -> None:
    assert screens.non_events == {"not_sent": 1, "internal_mail": 1, "open_task_without_deal": 1, "note": 1}
    assert screens.reasons() == {("bad_time", "Activity date"): 1}
    assert warehouse.non_events == {
        "stage_name": 3,
        "association": 2,
        "other_property": 1,
        "nothing_changed": 1,
        "association_of_no_event": 1,
        "filtered_event": 1,
        "mailing_event": 1,
        "detail_of_a_mailing_event": 1,
    }
    assert warehouse.rejects == []


def test_screens_show_the_organisations_own_time_and_the_warehouse_utc(screens: Loaded, warehouse: Loaded) -> None:
    assert screens.of("effort", "9001")["occurred_at"] == at(2026, 3, 3, 10, 15)
    assert warehouse.of("effort", "9001")["occurred_at"] == at(2026, 3, 3, 10, 15)


def test_a_call_is_the_same_from_both(screens: Loaded, warehouse: Loaded) -> None:
    one, other = (dict(each.of("effort", "9001")) for each in (screens, warehouse))
    for each in (one, other):
        del each["version_at"]
    assert one == other
    assert (one["account_id"], one["contact_id"], one["deal_id"], one["minutes"]) == ("501", "301", "701", 3)


def test_outcomes_by_id_and_by_word(screens: Loaded) -> None:
    acts = {each["source_id"]: (each["kind"], each["evidence"]) for each in screens.records["buyer_action"]}
    assert acts["9001-answered"] == ("answered_call", "captured")
    assert acts["9002-answered"] == ("answered_call", "claimed")
    assert acts["9004"] == ("called", "captured")
    assert "9003-answered" not in acts
    assert screens.of("effort", "9003")["subkind"] == "no answer"


def test_every_documented_outcome_has_a_name() -> None:
    assert set(DISPOSITIONS) == set(DISPOSITION_NAMES)
    assert [key for key, said in DISPOSITIONS.items() if said == "answered"] == ["f240bbac-87c9-4f6e-bf70-924b57d47db7"]


def test_owners_are_found_by_name_and_by_address(screens: Loaded) -> None:
    assert screens.of("effort", "9001")["rep_id"] == "801"
    assert screens.of("effort", "9003")["rep_id"] == "802"
    assert screens.of("deal", "701")["owner_id"] == "801"


def test_directions_of_mail(screens: Loaded) -> None:
    assert screens.of("effort", "9101")["reference"] == "message:a1@lumen.example message:hs-9101"
    answer = screens.of("buyer_action", "9102")
    assert (answer["kind"], answer["about"]) == ("replied", "thread:T1")
    # Forwarded into the CRM from outside: what an outside party wrote.
    assert screens.of("buyer_action", "9105")["kind"] == "inquired"
    assert screens.of("buyer_action", "9103-bounced")["refers_to"] == "message:d4@lumen.example message:hs-9103"
    assert screens.of("effort", "9103")["origin"] == "sequence"


def test_everybody_beside_an_activity_takes_part(screens: Loaded, warehouse: Loaded) -> None:
    for loaded in (screens, warehouse):
        took_part = [each for each in loaded.records["participant"] if each["event_id"] == "9001"]
        assert {each["contact_id"] for each in took_part} == {"301", "302"}
        assert len({each["source_id"] for each in took_part}) == 2


def test_a_meeting_typed_as_held_is_a_claim_and_a_booked_one_the_buyers_act(screens: Loaded) -> None:
    held = screens.of("buyer_action", "9201-outcome")
    assert (held["kind"], held["evidence"], held["refers_to"]) == ("attended", "claimed", "meeting:hs-9201")
    assert screens.of("effort", "9201")["minutes"] == 45
    booked = screens.of("buyer_action", "9202")
    assert (booked["kind"], booked["evidence"]) == ("accepted_meeting", "captured")
    assert screens.of("buyer_action", "9202-outcome")["kind"] == "no_show"
    assert [each["source_id"] for each in screens.records["effort"] if each["kind"] == "meeting"] == ["9201"]


def test_forms_inquire(screens: Loaded, warehouse: Loaded) -> None:
    assert screens.of("buyer_action", "301-first-conversion")["subkind"] == "Lamp guide"
    form = warehouse.of("buyer_action", "form-conv-1")
    assert (form["kind"], form["evidence"], form["reference"]) == ("inquired", "captured", "form:conv-1")


def test_stages_by_their_labels_in_order(warehouse: Loaded) -> None:
    stages = [each for each in warehouse.records["deal_change"] if each["field"] == "stage"]
    assert [(each.get("old"), each["new"]) for each in stages] == [(None, "Qualified"), ("Qualified", "Proposal sent")]
    others = {each["field"]: each.get("new", each.get("new_rep_id")) for each in warehouse.records["deal_change"]}
    assert others == {"stage": "Proposal sent", "amount": "1250050", "close_date": "2026-05-01", "owner": "801"}


def test_a_deal_without_history_says_how_it_stands(screens: Loaded) -> None:
    ends = {(each["deal_id"], each["field"]): each["new"] for each in screens.records["deal_change"]}
    assert ends == {
        ("701", "stage"): "Proposal sent",
        ("702", "stage"): "Closed Lost",
        ("702", "outcome"): "lost",
        ("702", "loss_reason"): "Price",
    }


def test_merges_are_decisions(screens: Loaded, warehouse: Loaded) -> None:
    assert {each["subject_id"] for each in screens.records["decision"]} == {"299", "298"}
    (merged,) = warehouse.records["decision"]
    assert (merged["subject_id"], merged["other_id"], merged["kind"]) == ("299", "301", "merge")


def test_opens_never_count_and_an_unsubscription_is_a_retreat(warehouse: Loaded) -> None:
    kinds = {each["source_id"]: each["kind"] for each in warehouse.records["buyer_action"]}
    assert (kinds["ev1"], kinds["ev3"]) == ("opened", "unsubscribed")
    assert "ev2" not in kinds  # a filtered click: a machine's


def test_done_tasks_are_efforts_and_open_ones_promises(screens: Loaded) -> None:
    assert screens.of("effort", "9302")["kind"] == "task"
    assert screens.of("promise", "9301")["deal_id"] == "701"


def test_a_ticket_is_a_case(screens: Loaded) -> None:
    case = screens.of("case", "601")
    assert (case["account_id"], case["kind"], case["opened_at"]) == ("501", "Delivery", at(2026, 3, 8, 10))


def test_view_names_do_not_matter(tmp_path: Path) -> None:
    text = (FIXTURES / "screens" / "hubspot-crm-exports-all-calls-2026-03-21.csv").read_text()
    (tmp_path / "my team's march.csv").write_text(text)
    assert len(load(SOURCE, tmp_path).records["effort"]) == 3
