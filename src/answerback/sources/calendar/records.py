"""The records that a meeting becomes, field by field: efforts, buyer actions, participants, attributes, identities.

Ids are made of the meeting's UID alone (and of who answered, and when), so the same meeting read from two exports is
the same record, and the later export is its later version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from answerback.domain.kinds import ActionKind, EffortKind, Evidence
from answerback.domain.reading import Record, Value
from answerback.sources.addresses import account_id_of, is_free_mail, registrable_domain
from answerback.sources.calendar.meetings import Meeting, Person
from answerback.sources.calendar.times import Moment

Fields = dict[str, Value]


def token_of(meeting: Meeting) -> str:
    """The token that an invitation bears: `meeting:UID`, or `meeting:UID#time` for one meeting of a series."""
    return f"meeting:{meeting.id}"


def tokens_of(meeting: Meeting) -> str:
    """The tokens that an answer refers to: the one meeting's, where one is meant, and the series'."""
    return f"{token_of(meeting)} meeting:{meeting.uid}" if meeting.occurrence else token_of(meeting)


def effort(meeting: Meeting, identity: str, rep: str, contact: Person | None, at: datetime, **more: Value) -> Record:
    """An effort of kind meeting. `more`: subkind, evidence and the token columns."""
    fields: Fields = {
        "source_id": identity,
        "rep_id": rep,
        "occurred_at": at,
        "kind": EffortKind.MEETING.value,
        "evidence": Evidence.CAPTURED.value,
        **_party(contact),
        **_version(meeting),
        **more,
    }
    return Record("effort", _stated(fields))


def action(
    meeting: Meeting, identity: str, kind: ActionKind, contact: Person | None, at: datetime, **more: Value
) -> Record:
    """A buyer action. `more`: subkind, evidence and the token columns."""
    fields: Fields = {
        "source_id": identity,
        "occurred_at": at,
        "kind": kind.value,
        "evidence": Evidence.CAPTURED.value,
        **_party(contact),
        **_version(meeting),
        **more,
    }
    return Record("buyer_action", _stated(fields))


def participants(meeting: Meeting, identity: str, event_type: str, people: Iterable[Person]) -> Iterator[Record]:
    """Everybody who takes part in an event, both sides."""
    for person in people:
        side: Fields = {"rep_id": person.rep} if person.rep else {"contact_id": person.address}
        yield Record(
            "participant",
            {
                "source_id": f"{identity}/{person.address}",
                "event_id": identity,
                "event_type": event_type,
                "role": person.role,
                **side,
                **_version(meeting),
            },
        )


def attribute(meeting: Meeting, identity: str, name: str, value: str, *, part: str = "") -> Record:
    """Something more known of an event. `part` tells several values of one name apart."""
    return Record(
        "attribute",
        {
            "source_id": "/".join(filter(None, (identity, name, part))),
            "subject_kind": "event",
            "subject_id": identity,
            "name": name,
            "value": value,
            **_version(meeting),
        },
    )


def meeting_starts(meeting: Meeting, identity: str, later: tuple[Moment, ...] | None) -> Iterator[Record]:
    """When the meeting itself begins, and for a series each start inside the window.

    `later` is None where the series was not followed.
    """
    if meeting.start is None:
        return
    yield attribute(meeting, identity, "meeting_start", meeting.start.text)
    if meeting.series is None:
        return
    yield attribute(meeting, identity, "series", "not_followed" if later is None else "followed")
    for each in later or ():
        if each.token != meeting.start.token:
            yield attribute(meeting, identity, "meeting_start", each.text, part=each.token)


def common_account(people: Iterable[Person]) -> Fields:
    """The account that all these outside parties share; nothing where they share none."""
    accounts = {account_id_of(person.address) for person in people}
    return {"account_id": accounts.pop()} if len(accounts) == 1 else {}


MOST_REMEMBERED: Final = 100_000


class Identities:
    """The people and companies seen in addresses, each handed over once (and again where memory had to be freed)."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def of(self, people: Iterable[Person]) -> tuple[Record, ...]:
        """The records of those not handed over before."""
        return tuple(record for person in people for record in self._of(person))

    def _of(self, person: Person) -> Iterator[Record]:
        if person.rep:
            yield from self._once("rep", person.rep, {"email": person.rep})
            return
        account = account_id_of(person.address)
        domain = registrable_domain(person.address)
        company: Fields = {"domain": domain} if domain and not is_free_mail(person.address) else {}
        yield from self._once("account", account, company)
        yield from self._once("contact", person.address, {"account_id": account, "email": person.address})

    def _once(self, record: str, identity: str, fields: Fields) -> Iterator[Record]:
        if (record, identity) in self._seen:
            return
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen.add((record, identity))
        yield Record(record, {"source_id": identity, **fields})


def _party(contact: Person | None) -> Fields:
    if contact is None:
        return {}
    return {"contact_id": contact.address, "account_id": account_id_of(contact.address)}


def _stated(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value not in {None, ""}}


def _version(meeting: Meeting) -> Fields:
    at = meeting.stamps.modified or meeting.stamps.written
    return {"version_at": at} if at else {}
