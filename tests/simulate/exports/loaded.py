"""Exports in a real workspace, and what it holds in the words of the facts: everybody and everything by number."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import answerback
from answerback.analysis.reader import reading
from answerback.simulate.exports.salesforce_ids import record_id
from answerback.simulate.facts import Facts
from tests.workspace.world import current

Row = dict[str, Any]


def run_load_script(exports: Path, home: Path) -> str:
    """Runs the `load.sh` that lies beside the exports, as a person would; what it said."""
    tools = str(Path(sys.executable).parent)
    ran = subprocess.run(
        ["sh", str(exports / "load.sh"), str(home)],
        env=dict(os.environ) | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@dataclass(frozen=True)
class Loaded:
    """A built workspace, beside the facts whose exports it was loaded from."""

    facts: Facts
    root: Path

    def query(self, sql: str) -> list[Row]:
        """Rows of the newest snapshot."""
        with reading(answerback.open_workspace(self.root).home) as reader:
            rows: list[Row] = reader.query(sql).to_pylist()
            return rows

    def log(self, record: str) -> list[Row]:
        """The newest version of each record of a type."""
        return current(answerback.open_workspace(self.root).home, record)[record]

    @cached_property
    def names(self) -> dict[tuple[str, str], int]:
        """Under which names a seller, company, person or deal may go in any system, and its number in the facts."""
        facts, found = self.facts, {}
        spaces = {"contact": ("Contact", "email"), "account": ("Account", "domain"), "deal": ("Opportunity", "")}
        for space, (thing, own) in spaces.items():
            for row in facts.rows(space):
                found[space, record_id(thing, row[space], facts.seed)] = row[space]
                if own:
                    found[space, row[own]] = row[space]
        found |= {("deal", f"d{row['deal']}"): row["deal"] for row in facts.rows("deal")}
        for row in facts.rows("seller"):
            found["rep", record_id("User", row["seller"], facts.seed)] = row["seller"]
            found["rep", row["email"]] = row["seller"]
        for row in facts.rows("action"):
            if row["kind"] == "inquired":
                lead = record_id("Lead", row["action"], facts.seed)
                found["contact", lead], found["account", lead] = row["contact"], row["account"]
        return found

    @cached_property
    def keys(self) -> dict[str, dict[int, int]]:
        """By space, the number in the facts that a key of the snapshot stands for."""
        rows = self.query(
            """select distinct ids.space, ids.id, coalesce(same.canonical_key, ids.key) as key
               from ids left join same_as as same on same.key = ids.key and same.space = ids.space
               where ids.space in ('rep', 'account', 'contact', 'deal')"""
        )
        found: dict[str, dict[int, int]] = {}
        for row in rows:
            number = self.names[row["space"], row["id"]]
            known = found.setdefault(row["space"], {}).setdefault(row["key"], number)
            assert known == number, f"{row['space']} {known} and {number} were taken for one"
        for space, numbers in found.items():
            assert len(set(numbers.values())) == len(numbers), f"one {space} was taken for two"
        return found

    def number(self, space: str, key: int | None) -> int | None:
        """The number in the facts of a key."""
        return None if key is None else self.keys[space][key]

    @cached_property
    def same(self) -> dict[int, int]:
        """The key that stands for another."""
        return {row["key"]: row["canonical_key"] for row in self.query("select key, canonical_key from same_as")}

    def raw(self, space: str, key: int | None) -> int | None:
        """The number in the facts of a key as the log has it."""
        return None if key is None else self.number(space, self.same.get(key, key))


def seconds(instant: datetime | None) -> int | None:
    """An instant of a relation as facts tell it."""
    return None if instant is None else int(instant.replace(tzinfo=UTC).timestamp())
