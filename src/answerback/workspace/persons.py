"""Who is meant: every record of one person, however the sources know them.

Somebody is named by an address or by an id. Their records are those with that address or id in any version, and all
that identity makes one with them (see `identity`): by a shared address, or because a person merged them. What a person
separated stays apart. Where there is no company behind an address, the account with the address for its id is theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.log import ColumnType, log_columns, name_columns
from answerback.domain.records import RECORDS, key_column
from answerback.engine.literals import sql_text
from answerback.engine.protocol import Engine
from answerback.workspace.home import Home
from answerback.workspace.identity import identify
from answerback.workspace.intake import IDS
from answerback.workspace.keys import Keys, writable
from answerback.workspace.log import Batch, LogFile, files_of, over_log
from answerback.workspace.suppression import FORGOTTEN

_SPACES = ("contact", "rep")
_IDS = dict.fromkeys(("space", "source", "id"), ColumnType.VARCHAR) | {"key": ColumnType.BIGINT}
_FEW_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Person:
    """All by which somebody occurs in a workspace."""

    known_as: tuple[tuple[str, str, str], ...]
    """(space, source, id) of each of their records."""
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    reps: tuple[int, ...]
    contacts: tuple[int, ...]
    accounts: tuple[int, ...]
    """Accounts that are the person: there is no company."""
    emails: tuple[int, ...]
    """Keys of their addresses."""
    stand_in: dict[str, int]
    """By rep key: the key that stands for whoever was forgotten in that source."""
    employer: dict[str, int]
    """By contact key: the company, which their events stay with."""
    salt: str
    """Makes new content hashes for their events, and is gone with this."""

    @property
    def keys(self) -> tuple[int, ...]:
        """The keys of their records."""
        return self.reps + self.contacts + self.accounts

    @property
    def words(self) -> tuple[str, ...]:
        """What is looked for in texts: addresses, and names of more than one word, which are hardly anybody else's."""
        return self.addresses + tuple(name for name in self.names if " " in name and len(name) > _FEW_LETTERS)

    def marks(self, keys: Keys) -> list[str]:
        """By which they are known again."""
        own = [keys.marks(space, source, [text])[0] for space, source, text in self.known_as]
        return own + keys.marks("email", "", list(self.addresses))

    def to_dict(self) -> dict[str, Any]:
        """As a manifest takes it."""
        return asdict(self)


def person_of(said: Mapping[str, Any]) -> Person:
    """A person as a manifest states them."""
    lists = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    known_as = tuple((space, source, text) for space, source, text in said["known_as"])
    return Person(**{**said, **lists, "known_as": known_as})


def find_person(engine: Engine, home: Home, batches: Iterable[Batch], asked: str, *, of: str = "") -> Person:
    """Everything by which a person occurs in the log.

    Args:
        engine: Gets some relations over the log.
        home: The workspace.
        batches: All of the log.
        asked: An address, an id, or `SOURCE:ID`.
        of: `contact` or `rep`, where an id is both.

    Raises NotFoundError where nobody is known so, UsageError where several are.
    """
    some = list(batches)
    keys = home.keys()
    over_log(engine, "ids", [LogFile(file.path) for file in files_of(home, some, IDS)], _IDS)
    for name in (*_SPACES, "decision"):
        over_log(engine, f"log_{name}", files_of(home, some, f"{name}.parquet"), log_columns(RECORDS[name]))
    text = asked.strip()
    seeds = _by_address(engine, keys, text.lower()) if "@" in text else []
    seeds += _by_id(engine, text, of) if not seeds else []
    if not seeds and "@" not in text:
        raise NotFoundError(
            f"nobody is known as {asked!r}", next_step="name an address, an id as a source has it, or SOURCE:ID"
        )
    asked_address = text.lower() if "@" in text and ":" not in text else ""
    person = _described(engine, keys, set(seeds), _Told(engine, home, some), asked_address)
    if not person.keys and not person.addresses:
        raise NotFoundError(f"nobody is known as {asked!r}", next_step="check the address")
    return person


def _by_address(engine: Engine, keys: Keys, address: str) -> list[tuple[str, int]]:
    key = keys.key("email", "", address)
    found = engine.query(
        " union ".join(f"select '{space}' as space, {space}_key as key from log_{space} where email_key = {key}"
                       for space in _SPACES)
        + f" union select space, key from ids where space in ('contact', 'rep') and lower(id) = {sql_text(address)}"
    )  # fmt: skip
    return [(row["space"], row["key"]) for row in found.to_pylist()]


def _by_id(engine: Engine, text: str, of: str) -> list[tuple[str, int]]:
    """The one person whom a source knows by this id."""
    source, _, own = text.partition(":")
    rows = engine.query(
        f"""select distinct space, source, key from ids
            where space in ('contact', 'rep')
              and (id = {sql_text(writable(text))}
                   or (id = {sql_text(writable(own))} and source = {sql_text(source)} and {sql_text(own)} <> ''))
            order by space, source"""
    ).to_pylist()
    rows = [row for row in rows if row["space"] == of] if of else rows
    if len({row["source"] for row in rows}) > 1:
        choices = ", ".join(sorted({f"{row['source']}:{text}" for row in rows}))
        raise UsageError(f"several sources have {text!r}", where="PERSON", next_step=f"name one of {choices}")
    if len({row["space"] for row in rows}) > 1:
        raise UsageError(
            f"a contact and a rep have the id {text!r}", where="--of", next_step="say --of contact or --of rep"
        )
    return [(row["space"], row["key"]) for row in rows]


def _all_of(engine: Engine, space: str, seeds: set[int]) -> set[int]:
    """The records that are one with these, by address in any version or by what people decided."""
    people = engine.query(f"select {space}_key as key, email_key as match_key, source from log_{space}")
    decisions = engine.query(
        f"""select subject_kind, subject_key, other_key, kind from log_decision
            where kind in ('merge', 'separate') and subject_kind = '{space}' and not deleted
            qualify row_number() over (
                partition by least(subject_key, other_key), greatest(subject_key, other_key)
                order by version_at desc, occurred_at desc, content_hash desc, decision_key
            ) = 1"""
    )
    same = identify({space: people}, decisions).same_as
    stands_for = dict(zip(same["key"].to_pylist(), same["canonical_key"].to_pylist(), strict=True))
    wanted = {stands_for.get(key, key) for key in seeds}
    return seeds | wanted | {key for key, canonical in stands_for.items() if canonical in wanted}


class _Told:
    """What records say of themselves in words."""

    def __init__(self, engine: Engine, home: Home, batches: list[Batch]) -> None:
        self._engine = engine
        for space in _SPACES:
            record = RECORDS[space]
            columns = {key_column(record): ColumnType.BIGINT} | dict.fromkeys(name_columns(record), ColumnType.VARCHAR)
            over_log(engine, f"names_of_{space}", files_of(home, batches, f"{space}.names.parquet"), columns)

    def all_of(self, group: Mapping[str, set[int]], field: str) -> set[str]:
        """The values of a field, in any version of these records."""
        found = set[str]()
        for space in _SPACES:
            rows = self._engine.query(
                f"""select distinct {field} as said from names_of_{space}
                    where {field} is not null and {space}_key in ({_listed(group[space])})"""
            )
            found |= set(rows["said"].to_pylist())
        return found


def _described(engine: Engine, keys: Keys, seeds: set[tuple[str, int]], told: _Told, asked_address: str) -> Person:
    while True:
        group = {space: _all_of(engine, space, {key for where, key in seeds if where == space}) for space in _SPACES}
        known = _known_as(engine, group)
        borne = {each.lower() for each in told.all_of(group, "email")} | {asked_address} - {""}
        borne |= {row["id"].lower() for row in known if "@" in row["id"]}
        # Two people may share one address: what stays with somebody else is not taken from them.
        others = _borne_by_others(engine, keys, group, borne)
        addresses = sorted(borne - others)
        by_id = engine.query(
            f"""select distinct space, key from ids
                where space in ('contact', 'rep') and lower(id) in ({_quoted(addresses)})"""
        )
        more = {(row["space"], row["key"]) for row in by_id.to_pylist()}
        if all(key in group[space] for space, key in more):
            break
        seeds |= more
    accounts = _accounts(engine, addresses)
    return Person(
        known_as=tuple(sorted({(row["space"], row["source"], row["id"]) for row in known})),
        addresses=tuple(addresses),
        names=tuple(sorted(told.all_of(group, "name"))),
        reps=tuple(sorted(group["rep"])),
        contacts=tuple(sorted(group["contact"])),
        accounts=tuple(sorted(accounts)),
        emails=tuple(sorted(keys.key("email", "", each) for each in addresses)),
        stand_in=_stand_ins(keys, group["rep"], known),
        employer=_employers(engine, group["contact"], accounts),
        salt=secrets.token_hex(32),
    )


def _known_as(engine: Engine, group: Mapping[str, set[int]]) -> list[dict[str, Any]]:
    both = _listed(group["contact"] | group["rep"])
    found: list[dict[str, Any]] = engine.query(
        f"select distinct space, source, id, key from ids where space in ('contact', 'rep') and key in ({both})"
    ).to_pylist()
    return found


def _borne_by_others(engine: Engine, keys: Keys, group: Mapping[str, set[int]], addresses: set[str]) -> set[str]:
    by_key = {keys.key("email", "", address): address for address in addresses}
    found = set[str]()
    for space in _SPACES:
        rows = engine.query(
            f"""select distinct email_key from log_{space}
                where email_key in ({_listed(by_key)}) and {space}_key not in ({_listed(group[space])})"""
        )
        found |= {by_key[key] for key in rows["email_key"].to_pylist()}
    return found


def _accounts(engine: Engine, addresses: list[str]) -> set[int]:
    rows = engine.query(f"select distinct key from ids where space = 'account' and lower(id) in ({_quoted(addresses)})")
    return set(rows["key"].to_pylist())


def _stand_ins(keys: Keys, reps: set[int], known: list[dict[str, Any]]) -> dict[str, int]:
    sources = {row["key"]: row["source"] for row in known if row["space"] == "rep"}
    return {str(key): keys.key("rep", sources.get(key, ""), FORGOTTEN) for key in sorted(reps)}


def _employers(engine: Engine, contacts: set[int], accounts: set[int]) -> dict[str, int]:
    rows: pa.Table = engine.query(
        f"""select contact_key, account_key from log_contact
            where contact_key in ({_listed(contacts)}) and account_key is not null
            qualify row_number() over (partition by contact_key order by version_at desc, content_hash desc) = 1"""
    )
    rows = rows.filter(pc.invert(pc.is_in(rows["account_key"], pa.array(sorted(accounts), pa.int64()))))
    return {str(row["contact_key"]): row["account_key"] for row in rows.to_pylist()}


def _listed(keys: Iterable[int]) -> str:
    """Keys for an SQL `in`; nothing is in it where there are none."""
    return ", ".join(map(str, sorted(keys))) or "null"


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(map(sql_text, texts)) or "null"
