"""Calendars as their owners' program exports them: one `.ics` file a seller, with the meetings that they called.

The answers of guests stand in the meetings with the instants at which they were given, as Exchange keeps them. Meetings
among colleagues (a coach's one-to-one) are there as well, as they are in every calendar.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from answerback.simulate.exports import ical
from answerback.simulate.exports.addressbook import AddressBook, recorded_spans
from answerback.simulate.exports.invitations import Invitation, attendee_lines, invitations
from answerback.simulate.facts import Facts

_ASKED_AHEAD = 4 * 86_400
"""Seconds between the invitation to a one-to-one and the talk."""


def write_calendars(facts: Facts, folder: Path) -> list[Path]:
    """Writes `calendar/<address>.ics` for each rep and manager; the files.

    The files bear the instant of the export as their time of change.
    """
    book, place = AddressBook(facts), folder / "calendar"
    place.mkdir(parents=True, exist_ok=True)
    called: dict[int, list[Invitation]] = defaultdict(list)
    for each in invitations(facts, book)[0]:
        called[each.effort["seller"]].append(each)
    talks = _talks(facts, book)
    until = recorded_spans(facts, "calendar")
    written = []
    for seller in book.mailbox_owners:
        exported = min(facts.end, max((to for _, to in until.get(seller, ())), default=facts.end))
        owner = book.seller(seller, facts.end)
        years = [owner.local(at).year for at in (facts.start, facts.end)]
        components = [ical.zone_definition(owner.zone, years[0], years[1] + 1)]
        meetings = sorted([*called[seller], *talks[seller]], key=lambda each: (each.effort["at"], each.uid))
        for each in meetings:
            # All of a calendar is at its owner's clock.
            own = replace(each, organiser=replace(each.organiser, zone=owner.zone))
            components.append(own.component(exported, list(attendee_lines(own))))
        path = place / f"{book.mailbox_name(seller)}.ics"
        path.write_bytes(ical.calendar("PUBLISH", components, name=owner.address).encode())
        os.utime(path, (facts.end, facts.end))
        written.append(path)
    return written


def _talks(facts: Facts, book: AddressBook) -> dict[int, list[Invitation]]:
    """By seller, the one-to-ones with their coach that fall into the time that their calendar recorded."""
    spans = recorded_spans(facts, "calendar")
    found: dict[int, list[Invitation]] = defaultdict(list)
    for number, row in enumerate(facts.rows("conversation")):
        if row["coach"] is None or row["coach"] == row["seller"]:
            continue
        coach, seller = book.seller(row["coach"], row["at"]), book.seller(row["seller"], row["at"])
        asked = row["at"] - _ASKED_AHEAD
        effort = {"at": asked, "meets_at": row["at"], "evidence": "captured"}
        guests = ((seller, "ACCEPTED", asked + 1200),)
        title = f"One-to-one {coach.first_name} / {seller.first_name}"
        talk = Invitation(effort, f"talk-{facts.seed}-{number}@{facts.domain}", title, coach, guests)
        for owner in (row["coach"], row["seller"]):
            if any(start <= asked and row["at"] <= end for start, end in spans.get(owner, [(facts.start, facts.end)])):
                found[owner].append(talk)
    return found
