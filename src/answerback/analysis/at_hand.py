"""What a list of touches shows beside their keys: the acts that answered them, and what buyers are called.

Both are asked of the engine by key, or of what was read of everybody before (`Acts`, `analysis.directory`): a page that
lists few touches of very many then asks no engine at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from answerback.analysis.directory import Directory
from answerback.analysis.reader import Reader
from answerback.engine.literals import sql_keys
from answerback.stats.arrays import IntArray

_ACTS = """select action.action_key, action.account_key, action.contact_key, action.kind, action.subkind,
       action.occurred_at, link.lag_seconds, link.grade
    from buyer_action as action join link using (action_key)"""


@dataclass(frozen=True, slots=True)
class Act:
    """An act that answered a touch: whose it was, and how it hangs together with the touch."""

    account_key: int | None
    contact_key: int | None
    kind: str
    subkind: str
    occurred_at: datetime
    """Naive, in UTC."""
    lag_seconds: int
    grade: str


class AtHand(Protocol):
    """Where acts and names come from."""

    def acts(self, keys: Collection[int]) -> Mapping[int, Act]:
        """The acts with these keys that answered something."""
        ...

    def called(self, space: str, keys: Collection[int]) -> Mapping[int, str]:
        """The names of companies (`account`) or persons (`contact`), of those that have one."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The engine, asked for no others than these."""

    reader: Reader

    def acts(self, keys: Collection[int]) -> Mapping[int, Act]:
        """As `AtHand` has it."""
        rows = self.reader.query(f"{_ACTS} where action.action_key in ({sql_keys(keys)})").to_pylist()
        return {row.pop("action_key"): _act(row) for row in rows}

    def called(self, space: str, keys: Collection[int]) -> Mapping[int, str]:
        """As `AtHand` has it."""
        rows = self.reader.query(f"""
            select coalesce(same.canonical_key, named.{space}_key) as key, min(named.name) as name
            from names_{space} as named left join same_as as same on same.key = named.{space}_key
            where coalesce(same.canonical_key, named.{space}_key) in ({sql_keys(keys)}) and named.name is not null
            group by all""").to_pylist()
        return {row["key"]: row["name"] for row in rows}


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """Every act that answered something, in order of the keys."""

    keys: IntArray
    table: pa.Table

    def of(self, wanted: Iterable[int]) -> dict[int, Act]:
        """Those with these keys."""
        asked = np.array(sorted({int(key) for key in wanted}), np.int64)
        if not len(self.keys):
            return {}
        at = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        there = self.keys[at] == asked
        rows = self.table.take(pa.array(at[there])).to_pylist()
        return {key: _act(row) for key, row in zip(asked[there].tolist(), rows, strict=True)}


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What was read of everybody before."""

    every: Acts
    directory: Directory

    def acts(self, keys: Collection[int]) -> Mapping[int, Act]:
        """As `AtHand` has it."""
        return self.every.of(keys)

    def called(self, space: str, keys: Collection[int]) -> Mapping[int, str]:
        """As `AtHand` has it."""
        return self.directory.called(space, keys)


def read_acts(reader: Reader) -> Acts:
    """All acts that answered something: kept in memory it takes some forty bytes for each."""
    table = reader.query(f"{_ACTS} order by action.action_key").combine_chunks()
    for name in ("kind", "subkind", "grade"):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].dictionary_encode())
    return Acts(table["action_key"].to_numpy(), table.drop_columns(["action_key"]))


def _act(row: Mapping[str, Any]) -> Act:
    known: dict[str, Any] = dict(row)
    return Act(**known | {name: known[name] or "" for name in ("subkind", "grade")})
