"""Real column names and ids of both CRMs, values masked: everything loads, and what does not fit is said."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from answerback.sources import registry
from tests.sources.readings import Loaded, load


def rows_in(folder: Path) -> int:
    total = 0
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            total += sum(1 for row in csv.reader(file) if row) - 1
    return total


def copy_of(crm: str, shared_data: Path) -> tuple[Loaded, Path]:
    folder = shared_data / "fivetran_crm_fixtures" / crm
    return load(registry.by_name(crm), folder), folder


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_every_row_is_kept_or_counted_or_rejected(crm: str, shared_data: Path) -> None:
    loaded, folder = copy_of(crm, shared_data)
    assert loaded.read == rows_in(folder)
    assert loaded.kept.total() > 0


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_it_is_recognised(crm: str, shared_data: Path) -> None:
    assert registry.recognise(shared_data / "fivetran_crm_fixtures" / crm).name == crm


def test_salesforces_masked_activity_times_are_no_evidence(shared_data: Path) -> None:
    loaded, _ = copy_of("salesforce", shared_data)
    constant = {each.file for each in loaded.notes if each.reason == "constant_time"}
    assert constant == {"sf_task_data.csv", "sf_event_data.csv"}
    assert loaded.records["effort"] == []
    assert loaded.reasons() == {("constant_time", "occurred_at"): 20}
    assert ("sf_user_data.csv", "email") in {
        (each.file, each.field) for each in loaded.notes if each.reason == "masked"
    }


def test_hubspots_activities_without_owners_are_rejected_for_that(shared_data: Path) -> None:
    loaded, _ = copy_of("hubspot", shared_data)
    assert loaded.reasons() == {("missing", "rep_id"): 103}
    masked = {(each.file, each.field) for each in loaded.notes if each.reason == "masked"}
    assert {("contact_data.csv", "email"), ("owner_data.csv", "email"), ("deal_data.csv", "name")} <= masked


def test_hubspots_merges_stages_and_mailing_events_are_read(shared_data: Path) -> None:
    loaded, _ = copy_of("hubspot", shared_data)
    merged = {each["subject_kind"] for each in loaded.records["decision"]}
    assert merged == {"contact", "deal"}
    assert {each["field"] for each in loaded.records["deal_change"]} == {"stage"}
    kinds = {each["kind"] for each in loaded.records["buyer_action"]}
    assert "inquired" in kinds
    assert kinds <= {"inquired", "opened", "clicked", "bounced", "complained", "unsubscribed"}
