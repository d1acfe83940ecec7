"""A fortnight of an organisation's mail flow, as Exchange reports it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.errors import SourceError
from answerback.domain.playbook import Playbook
from answerback.sources.crm.rules import check_dialect
from answerback.sources.trace import DIALECT, SOURCE
from tests.sources.readings import OURS, Loaded, load

FIXTURES = Path(__file__).parent / "fixtures"
TRACE = FIXTURES / "message_trace.csv"


def knows(field: str, text: str) -> bool:
    return field == "domain" and text in ("fjordlights.example", "harbourgoods.example")


@pytest.fixture(scope="module")
def trace() -> Loaded:
    return load(SOURCE, TRACE, knows=knows)


def test_the_table_of_objects_fits_the_records() -> None:
    assert check_dialect(DIALECT) == []


def test_every_row_is_accounted_for(trace: Loaded) -> None:
    assert trace.read == 13
    assert trace.non_events == {"internal_mail": 1, "unknown_outside_party": 1, "calendar_mail": 1, "spam": 1}
    assert trace.reasons() == {("bad_time", "Received"): 1, ("missing", "source_id"): 1}


def test_rows_of_one_message_are_one_mail(trace: Loaded) -> None:
    mail = trace.of("effort", "a1@lumen.example")
    assert (mail["rep_id"], mail["contact_id"]) == ("ann.archer@lumen.example", "cleo.dale@fjordlights.example")
    assert (mail["reference"], mail["occurred_at"]) == (
        "message:a1@lumen.example",
        datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    took_part = {each["contact_id"] for each in trace.records["participant"] if each["event_id"] == "a1@lumen.example"}
    assert took_part == {"cleo.dale@fjordlights.example", "eri.kase@harbourgoods.example"}


def test_what_comes_in_is_a_buyers_act(trace: Loaded) -> None:
    kinds = {each["source_id"]: each["kind"] for each in trace.records["buyer_action"]}
    assert kinds == {
        "b2@fjordlights.example": "replied",
        "c3@fjordlights.example": "inquired",
        "d4@lumen.example-old@harbourgoods.example-bounced": "bounced",
        "f6@harbourgoods.example": "auto_replied",
    }
    reps = {each.get("rep_id") for each in trace.records["participant"] if each["event_id"] == "b2@fjordlights.example"}
    assert reps == {"ann.archer@lumen.example", "bo.berg@lumen.example"}


def test_nothing_of_subjects_or_strangers_is_kept(trace: Loaded) -> None:
    everything = repr(trace.records) + repr(trace.also)
    for word in ("Lamps", "A question", "family.example", "spam.example"):
        assert word not in everything


def test_the_playbook_may_let_everybody_in_or_keep_somebody_out() -> None:
    everybody = Playbook.model_validate(
        {
            "organisation": {"own_domains": ["lumen.example"]},
            "privacy": {"outside": "all", "exclude_addresses": ["harbourgoods.example"]},
        }
    )
    loaded = load(SOURCE, TRACE, playbook=everybody, knows=lambda *_: False)
    contacts = {each["source_id"] for each in loaded.records["contact"]}
    assert contacts == {"cleo.dale@fjordlights.example", "aunt@family.example"}


def test_a_summary_report_has_all_recipients_in_one_row() -> None:
    loaded = load(SOURCE, FIXTURES / "summary.csv", knows=knows)
    took_part = {each["contact_id"] for each in loaded.records["participant"] if "contact_id" in each}
    assert took_part == {"cleo.dale@fjordlights.example", "eri.kase@harbourgoods.example"}
    assert [each["kind"] for each in loaded.records["buyer_action"]] == ["replied", "bounced"]
    assert loaded.read == 2


def test_utf_16_is_read(tmp_path: Path, trace: Loaded) -> None:
    (tmp_path / "trace.csv").write_bytes(TRACE.read_text().encode("utf-16"))
    again = load(SOURCE, tmp_path / "trace.csv", knows=knows)
    assert again.records == trace.records


def test_dates_with_slashes_are_read_when_their_order_is_said(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(TRACE.read_text().replace("2026-03-02T13:20:10Z", "3/2/2026 1:20:10 PM"))
    assert load(SOURCE, path, knows=knows).reasons()["bad_time", "Received"] == 3
    for order, month in (("mdy", 3), ("dmy", 2)):
        loaded = load(SOURCE, path, knows=knows, options={"dates": order})
        answer = loaded.of("buyer_action", "b2@fjordlights.example")
        assert answer["occurred_at"] == datetime(2026, month, 5 - month, 13, 20, 10, tzinfo=UTC)


def test_without_sellers_nothing_can_be_told() -> None:
    with pytest.raises(SourceError, match="who sells"):
        load(SOURCE, TRACE, playbook=Playbook())
    told = load(SOURCE, TRACE, playbook=Playbook(), options={"own": "lumen.example"}, knows=knows)
    assert told.records == load(SOURCE, TRACE, playbook=OURS, knows=knows).records


def test_coverage_ends_with_the_last_mail(trace: Loaded) -> None:
    (covered,) = trace.also["coverage"]
    assert covered["channel"] == "email"
    assert covered["from"] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert covered["to"] == datetime(2026, 3, 3, 9, 0, 1, tzinfo=UTC)
