"""Mailboxes and calendars read by the ordinary sources, and what the facts say should come of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from answerback.domain.playbook import Playbook
from answerback.domain.reading import Reading
from answerback.simulate.exports.calendar import write_calendars
from answerback.simulate.exports.mail import write_mailboxes
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import meeting_uid, message_id
from answerback.sources.registry import by_name
from tests.sources.readings import Loaded, take

Row = dict[str, Any]
Event = tuple[object, ...]

AS_MAIL_SHOWS = {
    "requested_offer": ("asked", None),
    "declined": ("replied", "retreat"),
    "complained": ("replied", "retreat"),
}
"""Acts whose kind no mail shows, and what a reader of replies makes of them."""


@dataclass(frozen=True)
class Office:
    """The exports of some facts in a folder, and what was read of them."""

    folder: Path
    mail: Loaded
    calendar: Loaded

    def events(self) -> Counter[Event]:
        """What came of it."""
        rows = [row for each in (self.mail, self.calendar) for row in each.records["effort"]]
        acts = [row for each in (self.mail, self.calendar) for row in each.records["buyer_action"]]
        ids = Counter(row["source_id"] for row in (*rows, *acts))
        assert set(ids.values()) == {1}, "one event came twice"
        return Counter(_found(row) for row in (*rows, *acts))


def loaded(facts: Facts, folder: Path, *, read_replies: bool = True) -> Office:
    """The facts written and read again."""
    write_mailboxes(facts, folder)
    write_calendars(facts, folder)
    reps = [{"email": each[-1], "aliases": each[:-1]} for each in _addresses(facts).values()]
    playbook = Playbook.model_validate(
        {
            "organisation": {"own_domains": [facts.domain]},
            "privacy": {"outside": "all", "read_replies": read_replies},
            "rep": reps,
        }
    )
    reading = Reading(playbook, datetime.fromtimestamp(facts.end, UTC))
    mail, calendar = (
        take(list(by_name(source).read(folder / place, reading)))
        for source, place in (("mailbox", "mail"), ("calendar", "calendar"))
    )
    return Office(folder, mail, calendar)


def told_events(facts: Facts, *, read_replies: bool = True) -> Counter[Event]:
    """What the facts say of mails and meetings, where sources cannot see it with what they see instead."""
    wanted = _Wanted(facts, read_replies)
    rows = [wanted.effort(row) for row in facts.rows("effort") if row["system"] in ("mail", "calendar")]
    rows += [wanted.action(row) for row in facts.rows("action") if row["system"] in ("mail", "calendar")]
    return Counter(rows)


class _Wanted:
    def __init__(self, facts: Facts, read_replies: bool) -> None:
        self._facts, self._read_replies = facts, read_replies
        self._address = {row["contact"]: row["email"] for row in facts.rows("contact")}
        self._domain = {row["account"]: row["domain"] for row in facts.rows("account")}
        self._rep = {seller: each[-1] for seller, each in _addresses(facts).items()}
        self._efforts = {row["effort"]: row for row in facts.rows("effort")}
        self._acts = {row["action"]: row for row in facts.rows("action")}

    def effort(self, row: Row) -> Event:
        answered = self._acts[row["answers"]] if row["answers"] is not None else None
        return (
            row["at"], row["kind"], None, self._address[row["contact"]], self._domain[row["account"]], row["evidence"],
            self._rep[row["seller"]], row["origin"] if row["kind"] == "email" else None, self._ours(row),
            self._theirs(answered) if answered is not None else None,
        )  # fmt: skip

    def action(self, row: Row) -> Event:
        kind, stance = AS_MAIL_SHOWS.get(row["kind"], (row["kind"], row["stance"]))
        if row["kind"] == "introduced" and (row["answers"] is None or self._was_there(row, row["brings"])):
            kind = "replied"  # who is new can only be told where the mail that is answered is named
        if row["system"] == "mail" and not self._read_replies:
            kind, stance = ("replied" if kind == "asked" else kind), None
        answered = self._efforts[row["answers"]] if row["answers"] is not None else None
        return (
            row["at"], kind, stance, self._address[row["contact"]], self._domain[row["account"]], row["evidence"],
            None, None, self._theirs(row) if row["system"] == "mail" else None,
            self._ours(answered) if answered is not None and kind != "inquired" else None,
        )  # fmt: skip

    def _was_there(self, act: Row, person: object) -> bool:
        """Whether somebody was on the mails that an act answers, or wrote it."""
        effort = self._efforts[act["answers"]]
        while person not in (act["contact"], effort["contact"]) and effort["answers"] is not None:
            act = self._acts[effort["answers"]]
            if person == act["brings"]:
                return True
            if act["answers"] is None:
                return bool(person == act["contact"])
            effort = self._efforts[act["answers"]]
        return person in (act["contact"], effort["contact"])

    def _ours(self, row: Row) -> str:
        number, seed, domain = row["effort"], self._facts.seed, self._facts.domain
        if row["kind"] == "meeting":
            return f"meeting:{meeting_uid(number, seed, domain)}"
        return f"message:{message_id('effort', number, seed, domain)}"

    def _theirs(self, row: Row) -> str:
        return f"message:{message_id('action', row['action'], self._facts.seed, self._domain[row['account']])}"


def _found(row: Row) -> Event:
    named = str(row.get("refers_to", "")).split()
    return (
        int(row["occurred_at"].timestamp()), row["kind"], row.get("stance"), row["contact_id"], row["account_id"],
        row["evidence"], row.get("rep_id"), row.get("origin"), row.get("reference"), named[-1] if named else None,
    )  # fmt: skip


def _addresses(facts: Facts) -> dict[int, list[str]]:
    """By seller, every address they had, the last one at the end."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in sorted(facts.rows("seller"), key=lambda row: row["valid_from"] or 0):
        found[row["seller"]] = [each for each in found[row["seller"]] if each != row["email"]] + [row["email"]]
    return found
