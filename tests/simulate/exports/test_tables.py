"""The files themselves: as the systems write them, readable by others, the same for the same facts."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from answerback.domain.playbook_file import read_playbook, warnings_of
from answerback.simulate.exports.esign import write_esign
from answerback.simulate.exports.guide import LOADS, write_guide
from answerback.simulate.exports.playbook import playbook_text
from answerback.simulate.exports.salesforce import write_salesforce
from answerback.simulate.exports.salesforce_ids import PREFIXES
from answerback.simulate.exports.telephony import write_telephony
from answerback.simulate.parameters import STAGES, STEP_NAMES
from answerback.sources.registry import recognise
from answerback.sources.salesforce.ids import long_ids
from tests.simulate.exports.by_hand import ACCOUNTS, ACTIONS, CONTACTS, EFFORTS, SELLERS, START, story, told
from tests.simulate.exports.conftest import write_tables

BASE = {"seller": SELLERS, "account": ACCOUNTS, "contact": CONTACTS}


def sheet(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_same_facts_give_the_same_bytes(tables: Path, tmp_path: Path) -> None:
    write_tables(story(), tmp_path)
    again = {each.relative_to(tmp_path): each for each in tmp_path.rglob("*") if each.is_file()}
    first = {each.relative_to(tables): each for each in tables.rglob("*") if each.is_file()}
    assert again.keys() == first.keys()
    assert len(first) > 25
    for name, path in first.items():
        assert path.read_bytes() == again[name].read_bytes(), name


def test_each_object_has_ids_of_its_own_with_a_valid_check(tables: Path) -> None:
    files = sorted((tables / "salesforce").iterdir())
    assert {each.stem for each in files} == PREFIXES.keys()
    seen: Counter[str] = Counter()
    for file in files:
        ids = [row["Id"] for row in sheet(file)]
        assert {each[:3] for each in ids} == {PREFIXES[file.stem]}
        assert long_ids(pa.array([each[:15] for each in ids])).to_pylist() == ids
        seen.update(ids)
    assert set(seen.values()) == {1}


def test_every_id_that_is_named_exists(tables: Path) -> None:
    rows = [row for file in (tables / "salesforce").iterdir() for row in sheet(file)]
    known = {row["Id"] for row in rows}
    named = {
        cell
        for row in rows
        for column, cell in row.items()
        if column.endswith("Id") and re.fullmatch(r"[A-Za-z0-9]{18}", cell)
    }
    assert len(named) > 15
    assert named <= known


def test_times_are_the_apis(tables: Path) -> None:
    for file in (tables / "salesforce").iterdir():
        for row in sheet(file):
            for column, cell in row.items():
                if column in {"CreatedDate", "SystemModstamp", "LastModifiedDate", "CompletedDateTime"} and cell:
                    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000", cell), (file.name, column)
            if "CreatedDate" in row and "SystemModstamp" in row:
                assert row["CreatedDate"] <= row["SystemModstamp"] <= "2026-06-01T00:00:00.000+0000", file.name


def test_names_stand_as_they_are(tables: Path) -> None:
    assert [row["Name"] for row in sheet(tables / "salesforce" / "Account.csv")] == [row["name"] for row in ACCOUNTS]
    assert [row["Name"] for row in sheet(tables / "salesforce" / "Contact.csv")] == [row["name"] for row in CONTACTS]
    assert {row["Company"] for row in sheet(tables / "telephony" / "calls.csv")} <= {row["name"] for row in ACCOUNTS}


def test_amounts_are_in_whole_units_of_their_currency(tables: Path) -> None:
    deals = sheet(tables / "salesforce" / "Opportunity.csv")
    assert [(row["Amount"], row["CurrencyIsoCode"]) for row in deals] == [
        ("15000.00", "EUR"),
        ("9900.00", "USD"),
        ("125000", "JPY"),
    ]
    ends = [(row["StageName"], row["IsClosed"], row["IsWon"]) for row in deals]
    assert ends == [("Closed Won", "true", "true"), ("Closed Lost", "true", "false"), ("Proposal", "false", "false")]


def test_a_call_is_at_its_agents_clock(tables: Path) -> None:
    rows = {row["Started"]: row for row in sheet(tables / "telephony" / "calls.csv")}
    assert {"2026-01-10T03:00:01-05:00", "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"} <= rows.keys()
    for row in rows.values():
        started, ended = (datetime.fromisoformat(row[name]) for name in ("Started", "Ended"))
        assert started <= ended
        if row["Answered"] == "yes":
            picked = datetime.fromisoformat(row["Answered at"])
            assert started <= picked
            assert int(row["Talk seconds"]) == (ended - picked).total_seconds()
        else:
            assert (row["Answered at"], row["Talk seconds"]) == ("", "0")


def test_nothing_tells_what_no_system_recorded(tables: Path) -> None:
    hidden = [row for row in (*EFFORTS, *ACTIONS) if row["system"] == "none"]
    assert {row["kind"] for row in hidden} == {"call", "answered_call"}
    text = "".join(each.read_text(encoding="utf-8") for each in tables.rglob("*.csv"))
    for row in hidden:
        when = f"{datetime.fromtimestamp(row['at']):%H:%M:%S}"  # noqa: DTZ006 - any hour will do: minutes and seconds count
        assert not re.search(rf"2026-01-13T\d\d:{when[3:]}", text)


def test_folders_are_known_for_what_they_are(tables: Path) -> None:
    assert recognise(tables / "salesforce").name == "salesforce"


def test_a_reply_is_nothing_that_a_dialler_records(tmp_path: Path) -> None:
    act = {"action": 0, "account": 0, "contact": 0, "at": START, "kind": "replied", "system": "dialler"}
    with pytest.raises(ValueError, match="cannot record this replied"):
        write_telephony(told(**BASE, action=[act]), tmp_path)


def test_a_call_is_nothing_that_a_signing_service_sends(tmp_path: Path) -> None:
    effort = {"effort": 0, "seller": 0, "account": 0, "contact": 0, "at": START, "kind": "call", "system": "esign"}
    with pytest.raises(ValueError, match="sends no call"):
        write_esign(told(**BASE, effort=[effort]), tmp_path)


@pytest.mark.parametrize("kind", ["signed", "answered_call", "no_show"])
def test_an_act_that_no_field_of_a_crm_can_hold_is_a_mistake(tmp_path: Path, kind: str) -> None:
    act = {"action": 0, "account": 0, "contact": 0, "at": START, "kind": kind, "system": "crm"}
    with pytest.raises(ValueError, match=f"no field for this {kind}"):
        write_salesforce(told(**BASE, action=[act]), tmp_path)


def test_an_event_of_somebody_who_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    effort = {"effort": 0, "seller": 0, "account": 0, "contact": 99, "at": START, "kind": "call", "system": "dialler"}
    with pytest.raises(ValueError, match="contact 99"):
        write_telephony(told(**BASE, effort=[effort]), tmp_path)


def test_the_playbook_is_one(tables: Path) -> None:
    playbook = read_playbook(tables / "playbook.toml")
    assert (playbook.organisation.name, playbook.organisation.currency) == ("Halden, Sons & Co.", "EUR")
    assert playbook.organisation.own_domains == ("halden.example",)
    assert playbook.organisation.time_zone == "Europe/Berlin"
    assert tuple(each.name for each in playbook.stage) == STAGES
    assert tuple(dict.fromkeys(each.step for each in playbook.stage)) == STEP_NAMES
    worth = {each.currency: each.rate for each in playbook.rate}
    assert worth.keys() == {"USD", "JPY"}
    assert 0.5 < worth["USD"] < 1  # in euros
    assert worth["JPY"] < 0.02
    (moved,) = [each for each in playbook.rep if each.aliases]
    assert (moved.email, moved.aliases) == ("soren.cote-berg@halden.example", ("soren.cote@halden.example",))
    assert warnings_of(tables / "playbook.toml") == []


def test_money_of_unknown_worth_is_a_mistake() -> None:
    deal = {"deal": 0, "account": 0, "contact": 0, "seller": 0, "name": "x", "currency": "XTS", "created_at": START}
    with pytest.raises(ValueError, match="XTS"):
        playbook_text(told(**BASE, deal=[deal]))


def test_the_guide_names_what_lies_there_in_order(tables: Path, tmp_path: Path) -> None:
    said = (tables / "load.sh").read_text(encoding="utf-8")
    loads = re.findall(r"^answerback load (\S+)", said, re.MULTILINE)
    assert loads == ["salesforce", "office", "telephony", "esign"]
    page = (tables / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)/`", page, re.MULTILINE) == loads
    for each in LOADS:
        (tmp_path / each.folder).mkdir()
    write_guide(story(), tmp_path)
    said = (tmp_path / "load.sh").read_text(encoding="utf-8")
    assert re.findall(r"^answerback load (\S+)", said, re.MULTILINE) == [each.folder for each in LOADS]


def test_mappings_lie_beside_what_they_are_for(tables: Path) -> None:
    mapped = [each for each in LOADS if each.mapping]
    assert len(mapped) == 3
    for each in mapped:
        stated = tomllib.loads((tables / each.mapping).read_text(encoding="utf-8"))
        files = {record.get("file") for record in stated["record"]} | {skip["file"] for skip in stated.get("skip", [])}
        assert files == {path.name for path in (tables / each.folder).glob("*.csv")}


def test_who_left_is_no_longer_active(tmp_path: Path) -> None:
    spans = [{"seller": each, "system": "dialler", "from": START, "to": START + 86_400 * (7 + each)} for each in (0, 1)]
    kept = [{"seller": 2, "system": "mail", "from": START}]
    write_salesforce(told(**BASE, coverage=[*spans, *kept]), tmp_path)
    users = {row["Name"]: row for row in sheet(tmp_path / "salesforce" / "User.csv")}
    assert [row["IsActive"] for row in users.values()] == ["false", "false", "true", "true", "true"]
    assert users["Anna Berg"]["SystemModstamp"] == "2026-01-12T00:00:00.000+0000"


def test_what_was_typed_in_lies_in_the_place_that_a_crm_has_for_it(tables: Path) -> None:
    tasks = sheet(tables / "salesforce" / "Task.csv")
    assert [(row["TaskSubtype"], row["CallType"], row["CallDisposition"]) for row in tasks[:2]] == [
        ("Call", "Outbound", "Connected"),
        ("Call", "Outbound", "Not interested"),
    ]
    assert tasks[2]["CallDisposition"] in {"Left voicemail", "No answer", "Busy"}
    assert Counter((row["TaskSubtype"], row["CallType"]) for row in tasks[3:]) == {
        ("Email", ""): 2,
        ("Call", "Inbound"): 1,
    }
    # Nothing that a dialler or mail integration writes.
    assert {(row["CallObject"], row["CallDurationInSeconds"]) for row in tasks} == {("", "")}
    events = sheet(tables / "salesforce" / "Event.csv")
    assert [(row["Type"], row["No_Show__c"]) for row in events] == [("On-site visit", "false"), ("Meeting", "true")]


def test_companies_are_entered_before_anything_happens_with_them(tables: Path) -> None:
    accounts = {row["Id"]: row["CreatedDate"] for row in sheet(tables / "salesforce" / "Account.csv")}
    for name in ("Opportunity", "Task", "Event", "Case", "Contact"):
        for row in sheet(tables / "salesforce" / f"{name}.csv"):
            assert accounts[row["AccountId"]] <= row["CreatedDate"]
    hours = {each[11:13] for each in accounts.values()}
    assert hours <= {"13", "14", "15", "16"}
    assert all(datetime.fromisoformat(each).weekday() < 5 for each in accounts.values())


def test_an_envelope_that_nobody_knows_has_no_number_and_no_sender(tables: Path) -> None:
    rows = sheet(tables / "esign" / "envelopes.csv")
    (unknown,) = [row for row in rows if not row["Envelope ID"]]
    assert (unknown["Event"], unknown["Sender email"], unknown["Recipient email"]) == (
        "Signed",
        "",
        "person3@company3.example",
    )
    sent = [row["Envelope ID"] for row in rows if row["Event"] == "Sent"]
    assert len(set(sent)) == len(sent) == 4
    assert {row["Envelope ID"] for row in rows} == {*sent, ""}
