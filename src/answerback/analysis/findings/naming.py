"""The ids and names behind the keys in findings, looked up last: until then findings are pseudonymous."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from answerback.analysis.reader import Reader, ids_of
from answerback.domain.findings import Finding, Subject

SPACES = {"rep": "rep", "manager": "rep", "account": "account", "contact": "contact", "deal": "deal"}
"""By sort of subject or dimension: the space of its ids."""


@dataclass(frozen=True, slots=True)
class Names:
    """Ids and names by space and key."""

    ids: Mapping[tuple[str, int], str]
    called: Mapping[tuple[str, int], str]

    def id_of(self, kind: str, key: int) -> str:
        """The id of a person or company; its key where there is none."""
        return self.ids.get((SPACES.get(kind, kind), key), str(key))

    def name_of(self, kind: str, key: int) -> str:
        """What they are called; else the id."""
        return self.called.get((SPACES.get(kind, kind), key)) or self.id_of(kind, key)

    def subject(self, subject: Subject) -> str:
        """Whom or what a finding is about."""
        if subject.kind == "organisation":
            return "everybody"
        return subject.name if subject.key is None else self.name_of(subject.kind, subject.key)

    def where(self, where: Mapping[str, str]) -> dict[str, str]:
        """Dimensions and values, people and companies by id."""
        return {
            name: self.id_of(name, int(value)) if name in SPACES and _is_key(value) else value
            for name, value in where.items()
        }

    def details(self, details: Mapping[str, object]) -> dict[str, object]:
        """Further figures, reps by id."""
        reps = details.get("reps")
        named = {"reps": [self.id_of("rep", each) for each in reps]} if isinstance(reps, tuple) else {}
        return {**details, **named}


def reps_of(finding: Finding) -> tuple[int, ...]:
    """The keys of the reps that a finding speaks of beside its subject."""
    reps = finding.details.get("reps")
    return reps if isinstance(reps, tuple) else ()


def _is_key(value: str) -> bool:
    return value.removeprefix("-").isdecimal()


def read_names(reader: Reader, findings: Iterable[Finding], more: Iterable[int] = ()) -> Names:
    """The names of everybody that these findings speak of, and of `more` reps by key."""
    wanted: dict[str, set[int]] = {"rep": set(more)}
    for each in findings:
        if each.subject.key is not None:
            wanted.setdefault(SPACES.get(each.subject.kind, each.subject.kind), set()).add(each.subject.key)
        wanted["rep"].update(reps_of(each))
        for name, value in (*each.where.items(), *each.evidence.where.items()):
            if name in SPACES and _is_key(value):
                wanted.setdefault(SPACES[name], set()).add(int(value))
    ids: dict[tuple[str, int], str] = {}
    called: dict[tuple[str, int], str] = {}
    for space, keys in wanted.items():
        if not keys:
            continue
        ids |= {(space, key): found for key, found in ids_of(reader, keys, space).items()}
        chosen = ", ".join(str(key) for key in sorted(keys))
        if space in ("rep", "account"):
            for row in reader.query(
                f"select {space}_key as key, min(name) as name from names_{space} "
                f"where {space}_key in ({chosen}) and name is not null group by all"
            ).to_pylist():
                called[space, row["key"]] = row["name"]
    return Names(ids, called)
