"""The telephone system's export: calls as the dialler lists them, meetings as the conference service does, and seats.

The dialler lists each call once, whoever rang. A call of ours that somebody picked up has the instant at which they
did. A buyer who picks up and says no has the disposition that the agent gave the call. Who joined a meeting and who did
not come is known to the conference service, by the meeting's UID. `mapping.toml` says what the columns mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from answerback.simulate.exports.addressbook import AddressBook
from answerback.simulate.exports.directory import Directory, Row
from answerback.simulate.exports.invitations import invitations
from answerback.simulate.exports.places import seat_of
from answerback.simulate.exports.salesforce_ids import record_id
from answerback.simulate.exports.seats import write_seats
from answerback.simulate.exports.sheets import drawn, local, stamped, write_packaged, write_sheet
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import call_id

_INBOUND = 10_000_000
"""Calls of buyers are numbered from here on, ours below. No other system knows these numbers."""
_UNANSWERED = (("No answer", 22), ("No answer", 26), ("Voicemail", 38), ("Busy", 3))
"""What comes of a call that nobody picks up, and after how many seconds at least it ends."""
_SAID = {"retreat": "Not interested", "neutral": "Call back later", "advance": "Interested"}
"""By stance, what the agent noted of a talk; `Connected` where the facts say none."""
_IN_CALLS = frozenset({"answered_call", "called", "declined"})
_IN_MEETINGS = frozenset({"attended", "no_show"})


def write_telephony(facts: Facts, folder: Path) -> list[Path]:
    """Writes `telephony/` with `calls.csv`, `meetings.csv`, `seats.csv` and `mapping.toml`; the files written.

    Raises ValueError where the dialler is said to have recorded what no dialler can.
    """
    book, place = Directory.of(facts), folder / "telephony"
    calls = sorted([*_outbound(book), *_inbound(book)], key=lambda row: (row["at"], row["Call ID"]))
    meetings = sorted(_meetings(book), key=lambda row: (row["at"], row["Session ID"]))
    written = [
        write_sheet(place / f"{name}.csv", columns, ({each: row[each] for each in columns} for row in rows))
        for name, columns, rows in (("calls", _CALLS, calls), ("meetings", _MEETINGS, meetings))
    ]
    written += [
        write_seats(book, "dialler", place / "seats.csv"),
        write_packaged(place / "mapping.toml", "telephony.toml"),
    ]
    return stamped(written, facts.end)


_CALLS = (
    "Call ID", "Direction", "Agent", "Agent email", "Customer", "Customer email", "Customer number", "Company",
    "Opportunity ID", "Started", "Answered", "Answered at", "Ended", "Talk seconds", "Handling minutes", "Disposition",
    "Note", "Dialled by", "Script", "Tag", "Callback of",
)  # fmt: skip
_MEETINGS = (
    "Session ID", "Meeting UID", "Topic", "Host", "Host email", "Invitee", "Invitee email", "Company",
    "Opportunity ID", "Scheduled start", "Scheduled end", "Status", "Joined", "Closed",
)  # fmt: skip


def _recorded(book: Directory) -> dict[int, dict[str, Row]]:
    """What the dialler recorded of how our calls went: by effort, the acts by their kind."""
    found: dict[int, dict[str, Row]] = {}
    for row in book.facts.rows("action"):
        if row["system"] != "dialler" or row["kind"] == "called" or row["kind"] in _IN_MEETINGS:
            continue
        effort = book.efforts.get(row["answers"], {})
        if row["kind"] not in _IN_CALLS or (effort.get("system"), effort.get("kind")) != ("dialler", "call"):
            raise ValueError(f"action {row['action']}: a dialler cannot record this {row['kind']}")
        found.setdefault(row["answers"], {})[row["kind"]] = row
    return found


def _outbound(book: Directory) -> Iterator[Row]:
    """Calls of ours, and what came of each."""
    recorded, seed = _recorded(book), book.facts.seed
    for row in book.facts.rows("effort"):
        if row["system"] != "dialler":
            continue
        acts = recorded.get(row["effort"], {})
        picked, refused = acts.get("answered_call"), acts.get("declined")
        unanswered, seconds = _UNANSWERED[drawn(len(_UNANSWERED), "unanswered", row["effort"], seed)]
        rang = row["at"] + seconds + drawn(seconds, "rang", row["effort"], seed)
        end = refused["at"] if refused else picked["at"] + _talk(book, row, row["effort"]) if picked else rang
        act = refused or picked
        yield {
            **_call(book, row, book.sellers[row["seller"]], picked["at"] if picked else None, end),
            "Call ID": call_id(row["effort"], seed),
            "Direction": "outbound",
            "Handling minutes": row["minutes"],
            "Disposition": _said(act) if act else unanswered,
            "Note": act["objection"] if act else "",
            "Dialled by": "power dialler" if row["origin"] == "sequence" else "agent",
            "Script": row["template"],
            "Tag": row["purpose"],
            "Callback of": "",
        }


def _said(act: Row) -> str:
    return "Do not call" if act["kind"] == "declined" else _SAID.get(act["stance"], "Connected")


def _inbound(book: Directory) -> Iterator[Row]:
    """Calls of buyers, each to the seller who knows their company."""
    for row in book.facts.rows("action"):
        if (row["system"], row["kind"]) != ("dialler", "called"):
            continue
        effort = book.efforts.get(row["answers"], {})
        rung = (effort.get("system"), effort.get("kind")) == ("dialler", "call")
        agent = book.sellers[effort["seller"]] if effort else book.who_knows(row["account"], row["at"], row["deal"])
        end = row["at"] + _talk(book, row, -1 - row["action"])
        yield {
            **_call(book, row, agent or {}, row["at"], end),
            "Call ID": call_id(_INBOUND + row["action"], book.facts.seed),
            "Direction": "inbound",
            "Handling minutes": -(-(end - row["at"]) // 60),
            "Disposition": _said(row),
            "Note": row["objection"],
            "Dialled by": "",
            "Script": "",
            "Tag": "",
            "Callback of": call_id(row["answers"], book.facts.seed) if rung else "",
        }


def _talk(book: Directory, row: Row, number: int) -> int:
    """Seconds of talk: somewhat less than what the call took of the agent's time."""
    longest = 60 * (row.get("minutes") or 6)
    return max(longest * (50 + drawn(46, "talk", number, book.facts.seed)) // 100, 20)


def _call(book: Directory, row: Row, agent: Row, picked: int | None, end: int) -> Row:
    """The columns that calls of both directions have alike; `picked` is when somebody picked up."""
    contact, account = book.contacts.get(row["contact"], {}), book.accounts.get(row["account"], {})
    zone = agent.get("time_zone")
    return {
        "at": row["at"],
        "Agent": agent.get("name"),
        "Agent email": agent.get("email"),
        "Customer": contact.get("name"),
        "Customer email": contact.get("email"),
        "Customer number": seat_of(row["account"], account.get("time_zone")).telephone(row["contact"]),
        "Company": account.get("name"),
        "Opportunity ID": "" if row["deal"] is None else record_id("Opportunity", row["deal"], book.facts.seed),
        "Started": local(row["at"], zone),
        "Answered": "no" if picked is None else "yes",
        "Answered at": local(picked, zone),
        "Ended": local(end, zone),
        "Talk seconds": 0 if picked is None else end - picked,
    }


def _meetings(book: Directory) -> Iterator[Row]:
    """Who came to a meeting and who did not, one row each."""
    facts = book.facts
    invited = {each.effort["effort"]: each for each in invitations(facts, AddressBook(facts))[0]}
    for row in facts.rows("action"):
        if row["system"] != "dialler" or row["kind"] not in _IN_MEETINGS:
            continue
        meeting = invited.get(row["answers"])
        host = book.sellers[meeting.effort["seller"]] if meeting else book.who_knows(row["account"], row["at"]) or {}
        contact, account = book.contacts.get(row["contact"], {}), book.accounts.get(row["account"], {})
        came, zone = row["kind"] == "attended", host.get("time_zone")
        yield {
            "at": row["at"],
            "Session ID": f"S-{row['action']:08d}",
            "Meeting UID": meeting.uid if meeting else "",
            "Topic": meeting.title if meeting else f"{facts.company} / {account.get('name') or contact.get('name')}",
            "Host": host.get("name"),
            "Host email": host.get("email"),
            "Invitee": contact.get("name"),
            "Invitee email": contact.get("email"),
            "Company": account.get("name"),
            "Opportunity ID": "" if row["deal"] is None else record_id("Opportunity", row["deal"], facts.seed),
            "Scheduled start": local(meeting.starts if meeting else None, zone),
            "Scheduled end": local(meeting.ends if meeting else None, zone),
            "Status": "joined" if came else "no show",
            "Joined": local(row["at"], zone) if came else "",
            "Closed": local(_closed(book, row, meeting.ends if meeting else row["at"] + 1800), zone),
        }


def _closed(book: Directory, row: Row, planned: int) -> int:
    """When the last person left: at once where the guest had not come, else some minutes before or after the end."""
    if row["kind"] == "no_show":
        return int(row["at"])
    return max(planned - 600 + drawn(1200, "closed", row["action"], book.facts.seed), int(row["at"]) + 120)
