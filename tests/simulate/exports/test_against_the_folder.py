"""The tables and the canonical folder of one story say the same, loaded and built: record for record."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import answerback
from answerback.simulate.assemble import simulate
from answerback.simulate.exports.folder import write_folder
from answerback.simulate.facts import Facts
from answerback.simulate.parameters import Parameters
from tests.simulate.exports.conftest import write_tables
from tests.simulate.exports.loaded import Loaded, run_load_script, seconds

Row = tuple[object, ...]
_HERE = ("dialler", "esign", "crm")


def _without_mail(facts: Facts) -> Facts:
    """The same story, but mails and calendars were not recorded."""
    tables = dict(facts.tables)
    for name in ("effort", "action"):
        table = tables[name]
        system = pc.if_else(pc.is_in(table["system"], pa.array(_HERE)), table["system"], "none")
        tables[name] = table.set_column(table.schema.get_field_index("system"), "system", system)
    tables["coverage"] = tables["coverage"].filter(pc.is_in(tables["coverage"]["system"], pa.array(_HERE)))
    return replace(facts, tables=tables)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Loaded]:
    """The tables and the folder of ten weeks of five sellers, loaded."""
    facts = _without_mail(simulate(Parameters(reps=4, managers=1, weeks=10, seed=11)).facts)
    place = tmp_path_factory.mktemp("both")
    write_tables(facts, place / "tables")
    run_load_script(place / "tables", place / "from_tables")
    write_folder(facts, place / "folder")
    workspace = answerback.open_workspace(place / "from_folder", create=True)
    shutil.copy(place / "tables" / "playbook.toml", workspace.home.root / "playbook.toml")
    workspace = answerback.open_workspace(place / "from_folder")
    workspace.load(place / "folder", exported_at=datetime.fromtimestamp(facts.end, UTC))
    workspace.build()
    return Loaded(facts, place / "from_tables"), Loaded(facts, place / "from_folder")


_OF = {
    "effort": "kind, rep_key, account_key, contact_key, deal_key, occurred_at, purpose, origin, template, evidence",
    "buyer_action": "kind, account_key, contact_key, deal_key, occurred_at, stance, evidence, counts",
    "account": "account_key, industry, size_band, region, segment",
    "contact": "contact_key, account_key, level",
    "rep": "rep_key, valid_from, valid_to, manager_key, team, role, segment, region, tenure_start",
    "deal": "deal_key, account_key, owner_key, amount_minor, currency, created_at",
}
"""By relation, what is compared. Salesforce keeps no product with a deal."""


def rows(loaded: Loaded, relation: str) -> Counter[Row]:
    """The rows of a relation with numbers of the facts in place of keys."""
    return Counter(tuple(_named(loaded, row)) for row in loaded.query(f"select {_OF[relation]} from {relation}"))


def _named(loaded: Loaded, row: dict[str, Any]) -> Iterator[object]:
    spaces = {"owner_key": "rep", "manager_key": "rep"}
    for name, value in row.items():
        yield loaded.raw(spaces.get(name, name.removesuffix("_key")), value) if name.endswith("_key") else value


def _differ(both: tuple[Loaded, Loaded], relation: str) -> tuple[Counter[Row], Counter[Row]]:
    """The rows that only the tables have, and those that only the folder has."""
    tables, folder = (rows(each, relation) for each in both)
    assert sum(tables.values()) == sum(folder.values()) > 4
    return tables - folder, folder - tables


@pytest.mark.parametrize("relation", ["account", "contact", "rep", "deal"])
def test_people_companies_and_deals_are_the_same(both: tuple[Loaded, Loaded], relation: str) -> None:
    assert _differ(both, relation) == (Counter(), Counter())


def test_efforts_differ_by_what_a_crm_does_not_ask_for(both: tuple[Loaded, Loaded]) -> None:
    """Who types something in does not say what it was for."""
    only_tables, only_folder = _differ(both, "effort")
    assert {row[-1] for row in only_folder} == {"claimed"}
    assert only_tables == Counter({(*row[:6], None, *row[7:]): count for row, count in only_folder.items()})


def test_acts_are_the_same(both: tuple[Loaded, Loaded]) -> None:
    assert _differ(both, "buyer_action") == (Counter(), Counter())


def test_links_are_the_same(both: tuple[Loaded, Loaded]) -> None:
    """A typed-in call and its answer are one row of the CRM, which is a reference; elsewhere they share a person."""
    found = []
    for loaded in both:
        links = loaded.query(
            """select effort.kind, effort.occurred_at, effort.contact_key, effort.evidence,
                      action.kind as act, link.basis
               from link join effort on effort.effort_key = link.effort_key
               join buyer_action as action on action.action_key = link.action_key"""
        )
        assert len(links) > 100
        found.append(
            Counter(
                (row["kind"], row["occurred_at"], loaded.number("contact", row["contact_key"]), row["act"],
                 "typed" if row["evidence"] == "claimed" else row["basis"])
                for row in links
            )
        )  # fmt: skip
    assert found[0] == found[1]


def test_what_came_of_each_effort_is_the_same(both: tuple[Loaded, Loaded]) -> None:
    typed = {row["at"] for row in both[0].facts.rows("effort") if row["system"] == "crm"}
    states = []
    for loaded in both:
        shown = answerback.open_workspace(loaded.root).show(
            "outcomes", as_of=datetime.fromtimestamp(loaded.facts.end, UTC)
        )
        rows_ = shown.to_arrow().to_pylist()
        states.append(
            Counter(
                (row["rep_id"], row["account_id"], row["occurred_at"], row["state"],
                 None if seconds(row["occurred_at"]) in typed else row["answered_at"])
                for row in rows_
            )
        )  # fmt: skip
    assert states[0] == states[1]
    assert {row[3] for row in states[0]} == {"on_base", "answered", "unanswered", "open", "unseen"}
