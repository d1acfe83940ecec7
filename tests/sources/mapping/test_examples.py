"""The mappings under examples/, on the real files they are for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import read_playbook
from answerback.domain.reading import Also, FullExtract, NonEvent, Note, Reading, Reject, Source, Table
from answerback.sources.mapping import MappingSource
from answerback.sources.xes import XesSource

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
EXPORTED = datetime(2026, 5, 1, tzinfo=UTC)


class Loaded:
    """A whole reading: tables per type and counts."""

    def __init__(self, source: Source, path: Path, example: str, playbook: Playbook) -> None:
        mapping = EXAMPLES / example / "mapping.toml"
        self.kept: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self.rejects = 0
        self.notes: list[Note] = []
        self.extents: list[str] = []
        self.coverage: list[object] = []
        parts: dict[str, list[pa.Table]] = {}
        for item in source.read(path, Reading(playbook=playbook, exported_at=EXPORTED, mapping=mapping)):
            if isinstance(item, Table):
                table = pa.table(item.columns)
                parts.setdefault(item.type, []).append(table)
                if item.counted:
                    self.kept[item.type] = self.kept.get(item.type, 0) + table.num_rows
            elif isinstance(item, NonEvent):
                self.skipped[item.kind] = self.skipped.get(item.kind, 0) + item.count
            elif isinstance(item, Reject):
                self.rejects += 1
            elif isinstance(item, Note):
                self.notes.append(item)
            elif isinstance(item, FullExtract):
                self.extents.append(item.type)
            elif isinstance(item, Also):
                self.coverage += [record.fields for record in item.records]
        self.tables = {
            name: pa.concat_tables(some, promote_options="default").sort_by("source_id") for name, some in parts.items()
        }

    @property
    def read(self) -> int:
        return sum(self.kept.values()) + sum(self.skipped.values()) + self.rejects


@cache
def bpi(folder: Path, form: str) -> Loaded:
    playbook = read_playbook(EXAMPLES / "bpic2012" / "playbook.toml")
    if form == "xes":
        return Loaded(XesSource(), folder / "BPI_Challenge_2012.xes.gz", "bpic2012", playbook)
    return Loaded(MappingSource(), folder / "bpic2012_events_flat.csv.gz", "bpic2012", playbook)


@pytest.fixture(params=["xes", "csv"])
def log(request: pytest.FixtureRequest, shared_data: Path) -> Loaded:
    return bpi(shared_data / "bpic2012", request.param)


def test_every_event_is_accounted_for(log: Loaded) -> None:
    assert (log.read, log.rejects, log.notes) == (262_200, 0, [])
    assert log.kept == {"effort": 62_288, "buyer_action": 18_344, "deal_change": 44_955}
    assert log.skipped == {
        "automatic_cancellation": 1_004,
        "internal_work": 21_485,
        "offer_closed": 6_700,
        "offer_prepared": 14_060,
        "work_item_completed": 64_248,
        "work_item_scheduled": 21_159,
        "work_item_without_clerk": 7_957,
    }


def counts(table: pa.Table, column: str) -> dict[str, int]:
    return {each["values"]: each["counts"] for each in pc.value_counts(table[column]).to_pylist()}


def test_what_sellers_and_buyers_did(log: Loaded) -> None:
    effort, action = log.tables["effort"], log.tables["buyer_action"]
    assert counts(effort, "kind")["proposal"] == 7_030
    assert counts(effort, "subkind") == {
        "O_SENT": 7_030,
        "W_Nabellen offertes": 22_406 - 3_129,
        "W_Nabellen incomplete dossiers": 11_400 - 971,
        "W_Afhandelen leads": 5_897 - 817,
        "W_Completeren aanvraag": 23_512 - 3_040,
    }
    assert counts(action, "kind") == {"inquired": 13_087, "returned_offer": 3_454, "declined": 2_807 - 1_004}
    offers = effort.filter(pc.equal(effort["kind"], "proposal"))
    assert len(offers["deal_id"].unique()) == 5_015
    assert offers["about"].to_pylist() == [f"offer:{case}" for case in offers["account_id"].to_pylist()]
    returned = action.filter(pc.equal(action["kind"], "returned_offer"))
    assert returned["registered_by_id"].null_count == 0
    assert pc.all(pc.is_in(returned["about"], offers["about"].unique())).as_py()


def test_the_bank_refusing_is_no_act_of_a_buyer(log: Loaded) -> None:
    changes = log.tables["deal_change"]
    outcomes = changes.filter(pc.equal(changes["field"], "outcome"))
    assert counts(outcomes, "new") == {"won": 2_246, "lost": 7_635 + 2_807}
    assert 13_087 - outcomes.num_rows == 399
    assert "A_DECLINED" not in counts(log.tables["buyer_action"], "subkind")


def test_the_system_user_is_nobody(log: Loaded) -> None:
    for table, column in (("effort", "rep_id"), ("rep", "source_id"), ("deal_change", "actor_id")):
        assert "112" not in log.tables[table][column].to_pylist()
    assert log.tables["rep"].num_rows == 67


def test_ids_are_unique_and_times_in_order(log: Loaded) -> None:
    for name, table in log.tables.items():
        assert len(table["source_id"].unique()) == table.num_rows, name
    assert log.tables["deal"].num_rows == log.tables["account"].num_rows == 13_087
    span = {"from": datetime(2011, 9, 30, 22, 38, 44, tzinfo=UTC), "to": datetime(2012, 3, 14, 15, 4, 47, tzinfo=UTC)}
    assert log.coverage == [{"channel": channel, **span} for channel in ("offer", "form")]


def test_both_forms_of_the_log_give_the_same(shared_data: Path) -> None:
    xes, csv = (bpi(shared_data / "bpic2012", form) for form in ("xes", "csv"))
    assert xes.tables.keys() == csv.tables.keys()
    for name, table in xes.tables.items():
        columns = sorted(table.schema.names)
        assert table.select(columns).equals(csv.tables[name].select(columns)), name
        assert table.num_rows


def test_maven_crm(shared_data: Path) -> None:
    crm = Loaded(MappingSource(), shared_data / "maven_crm", "maven_crm", Playbook())
    assert crm.kept == {"deal": 8_800, "account": 85, "rep": 35}
    assert (crm.skipped, crm.rejects, crm.coverage) == ({"product": 7}, 0, [])
    assert [(note.reason, note.field) for note in crm.notes] == [("unlisted_value", "product_line")]
    assert crm.extents == ["rep", "account", "deal"]
    deals = crm.tables["deal"]
    assert counts(deals, "product_line")["GTXPro"] == 1_480, "kept as the CRM has it"
    assert counts(crm.tables["account"], "industry")["technolgy"] == 12
    assert (deals["account_id"].null_count, deals["created_at"].null_count) == (1_425, 500)
    assert crm.tables["deal_change"].num_rows == 8_300 + 2 * (4_238 + 2_473)
    assert pc.sum(deals["amount_minor"]).as_py() % 100 == 0
    assert counts(crm.tables["rep"], "role") == {"rep": 35, "manager": 6}
    known = crm.tables["rep"]["source_id"]
    assert pc.all(pc.is_in(deals["owner_id"], known.combine_chunks())).as_py()
