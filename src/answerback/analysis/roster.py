"""Who is in the snapshot: every rep's key, ids, name, team and manager; and until when it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from answerback.analysis.reader import Reader


@dataclass(frozen=True, slots=True)
class Member:
    """A rep, manager or leader as the log knows them at the instant that is looked from."""

    key: int
    rep_id: str
    """One of their ids: an address, where one is; else the first in the alphabet."""
    name: str
    """What they are called; else the id."""
    email: str
    """Empty where no system gave one."""
    team: str
    role: str
    manager_key: int | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody, by key and by each of their ids."""

    members: Mapping[int, Member]
    keys: Mapping[str, int]

    def key_of(self, rep_id: str) -> int | None:
        """The key of an id; None where nobody has it."""
        return self.keys.get(rep_id)

    def ids_of(self, key: int) -> list[str]:
        """All ids of a key, in order of the alphabet."""
        return sorted(each for each, known in self.keys.items() if known == key)

    def called(self, key: int) -> str:
        """What somebody is called."""
        member = self.members.get(key)
        return member.name if member is not None else "somebody"

    def id_of(self, key: int | None) -> str:
        """The id of a key; empty where nobody has it."""
        member = self.members.get(key) if key is not None else None
        return member.rep_id if member is not None else ""

    def led_by(self, key: int) -> list[Member]:
        """Who reports to somebody as the log has it, by name."""
        return sorted((each for each in self.members.values() if each.manager_key == key), key=lambda each: each.name)


def read_roster(reader: Reader) -> Roster:
    """Everybody of whom a rep record is known by the reader's instant."""
    rows = reader.query(f"""
        with latest as (
            select rep_key, team, role, manager_key,
                   row_number() over (partition by rep_key order by valid_from desc) as place
            from rep where valid_from <= {reader.instant}
        ),
        named as (
            select coalesce(same.canonical_key, ids.key) as key, ids.id
            from ids left join same_as as same on same.key = ids.key where ids.space = 'rep'
        ),
        called as (
            select coalesce(same.canonical_key, names_rep.rep_key) as key, min(name) as name, min(email) as email
            from names_rep left join same_as as same on same.key = names_rep.rep_key group by all
        )
        select named.key, named.id, called.name, called.email, latest.team, latest.role, latest.manager_key
        from named join latest on latest.rep_key = named.key and latest.place = 1
        left join called on called.key = named.key
        order by named.key, named.id not like '%@%', named.id""").to_pylist()
    members: dict[int, Member] = {}
    keys: dict[str, int] = {}
    for row in rows:
        keys.setdefault(row["id"], row["key"])
        members.setdefault(
            row["key"],
            Member(
                key=row["key"],
                rep_id=row["id"],
                name=row["name"] or row["id"],
                email=row["email"] or "",
                team=row["team"] or "",
                role=row["role"] or "",
                manager_key=row["manager_key"],
            ),
        )
    return Roster(members, keys)


def span_of_events(reader: Reader) -> tuple[datetime, datetime]:
    """When anything happened first and last; twice when the snapshot was built, where nothing did."""
    (row,) = reader.query("""
        with event as (
            select occurred_at from effort union all select occurred_at from buyer_action
        )
        select min(occurred_at) as first, max(occurred_at) as last from event""").to_pylist()
    if row["last"] is None:
        return reader.snapshot.built_at, reader.snapshot.built_at
    return row["first"].replace(tzinfo=UTC), row["last"].replace(tzinfo=UTC)
