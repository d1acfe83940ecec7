"""One person's own view in words: who waits, what moved, how it was read. Acts first, rates last.

What is shown is a list of paragraphs and tables, none wider than 100 columns; `own_rows` is the same, whole, for
machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from answerback.analysis.court.mine import Waiting, WaitingList, is_cold, is_late
from answerback.analysis.court.waiting import WARM
from answerback.analysis.on_base import Cell
from answerback.analysis.own import Buyer, Moved, Touch
from answerback.domain.answers import Rate
from answerback.present.explain import duration
from answerback.present.on_base import interval_text
from answerback.present.words import cannot_tell, short

MOST_WAITING = 10
FEW = 5
MOST_MOVED = 15
_BUYER_WIDTH = 46
_BUYER_BESIDE_SUBJECT = 34
_SUBJECT_WIDTH = 26
_ACTS = {
    "answered_call": "answered the call",
    "asked": "asked you something",
    "attended": "came to the meeting",
    "called": "called",
    "complained": "complained",
    "confirmed_stage": "confirmed the stage",
    "finished_step": "did their part",
    "forwarded": "passed it on",
    "introduced": "brought in somebody",
    "inquired": "wrote to you",
    "replied": "replied",
    "opened_room": "opened the room",
    "paid": "paid",
    "referred": "referred somebody",
    "requested_offer": "asked for an offer",
    "returned_offer": "sent the offer back",
    "signed": "signed",
    "viewed_document": "looked at the document",
    "rescheduled": "wants another time",
    "accepted_meeting": "accepted to meet",
    "declined_meeting": "declined to meet",
    "unsubscribed": "wants no more mail",
}
_OTHER_NAMES = {("inquired", "invitation"): "invites you", ("replied", "refusal"): "said no"}


MOST_KINDS = 5
_ITEMS = {"mailbox": "mail", "calendar": "calendar entry"}
_LEFT_OUT = {
    "list": ("came from a mailing list", "came from mailing lists"),
    "internal": ("was among colleagues", "were among colleagues"),
    "machine": ("was sent by a program", "were sent by programs"),
    "not_ours": ("was neither from nor to you", "were neither from nor to you"),
    "no_recipient": ("went to nobody", "went to nobody"),
    "draft": ("was a draft", "were drafts"),
    "spam": ("was junk", "were junk"),
    "chat": ("was a chat", "were chats"),
    "calendar_mail": ("was a calendar mail without a meeting", "were calendar mails without a meeting"),
    "own_auto_reply": ("was an automatic reply of yours", "were automatic replies of yours"),
    "read_receipt": ("was a receipt", "were receipts"),
    "no_attendees": ("has no guests", "have no guests"),
    "no_outside_party": ("is among colleagues", "are among colleagues"),
    "from_line_in_text": ("was a line that looks like a new mail", "were lines that look like a new mail"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, a table under its title, or both."""

    text: str = ""
    title: str = ""
    table: pa.Table | None = None


def act_text(kind: str, subkind: str) -> str:
    """What a buyer did, in a few words.

    >>> act_text("inquired", "new_mail"), act_text("inquired", "invitation"), act_text("viewed_document", "")
    ('wrote to you', 'invites you', 'looked at the document')
    """
    return _OTHER_NAMES.get((kind, subkind)) or _ACTS.get(kind) or kind.replace("_", " ")


def buyer_text(buyer: Buyer, width: int = _BUYER_WIDTH) -> str:
    """Who it is: name and address, cut to a column's width.

    >>> buyer_text(Buyer("bea@x.example", "x.example", "Bea Stone")), buyer_text(Buyer("bea@x.example", "", ""), 8)
    ('Bea Stone <bea@x.example>', 'bea@x.e…')
    """
    shown = f"{buyer.name} <{buyer.contact_id}>" if buyer.name and buyer.name != buyer.contact_id else buyer.contact_id
    return _cut(shown or buyer.account_id or "somebody", width)


def buyer_called(buyer: Buyer) -> str:
    """What a buyer is called on a page: the name, else what stands before the @ of the address, else the id.

    >>> buyer_called(Buyer("bea@x.example", "x.example", "Bea Stone")), buyer_called(Buyer("bea@x.example", "", ""))
    ('Bea Stone', 'bea')
    """
    return buyer.name or buyer.contact_id.partition("@")[0] or buyer.company or buyer.account_id or "somebody"


def waiting_parts(found: WaitingList) -> list[Part]:
    """Who waits, in the order in which they deserve an answer."""
    known = [row for row in found.rows if row.written_before]
    new = [row for row in found.rows if not row.written_before]
    warm = [row for row in known if not is_cold(row, found.as_of)]
    cold = [row for row in known if is_cold(row, found.as_of)]
    late = [row for row in warm if is_late(row, found.as_of)]
    in_time = [row for row in warm if not is_late(row, found.as_of)]
    groups = (
        (_late_title(found, len(late)), late, MOST_WAITING),
        (f"Still in time: {len(in_time):,}, the next to fall due first", in_time, MOST_WAITING),
        (f"Going cold: {len(cold):,} last heard of over {WARM.days} days ago", cold, FEW),
        (f"New to you: {len(new):,} to whom neither you nor a colleague ever wrote", new, FEW),
    )
    head = f"{_many(len(known), 'buyer')} waiting on you" if known else "Nobody you know is waiting on you"
    strangers = f", and {_many(len(new), 'person')} new to you" if new else ""
    parts = [Part(text=f"{head}{strangers}.")]
    parts += [_waiting_table(title, rows, most, found.as_of) for title, rows, most in groups if rows]
    left = _left_out(found)
    return [*parts, Part(text=left)] if left else parts


def moved_parts(found: Moved) -> list[Part]:
    """What the quarter's touches moved: the acts first, then how the others ended, then rates where there is enough."""
    span = f"from {found.start:%Y-%m-%d} to {found.end:%Y-%m-%d}"
    if not found.count:
        return [Part(text=f"No touches of yours {span}, so there is nothing to say of what they moved.")]
    forward = [each for each in found.touches if each.state == "on_base"]
    buyers = len({each.buyer.contact_id for each in forward})
    what = f"{_many(buyers, 'buyer')} moved forward" if buyers else "no buyer moved forward"
    parts = [Part(text=f"{_many(found.count, 'touch')} of yours {span}; {what}{': these' if buyers else ''}.")]
    if forward:
        parts.append(_moved_table(forward))
    parts.append(Part(text=_endings(found)))
    return [*parts, _kinds_table(found)]


def reading_text(kind: str, *, read: int, kept: int, rejects: int, non_events: Mapping[str, int]) -> str:
    """How the items of one source ended, in a sentence.

    >>> reading_text("mailbox", read=10, kept=6, rejects=1, non_events={"list": 2, "spam": 1})
    'Read 10 mails: 6 count, 2 came from mailing lists, 1 was junk, 1 could not be understood (no date, no sender, …).'
    """
    item = _ITEMS.get(kind, "item")
    said = [f"{kept:,} count"]
    known = sorted(non_events.items(), key=lambda each: (-each[1], each[0]))
    for name, count in known[:MOST_KINDS]:
        one, many = _LEFT_OUT.get(name, (f"was {name.replace('_', ' ')}", f"were {name.replace('_', ' ')}"))
        said.append(f"{count:,} {one if count == 1 else many}")
    if len(known) > MOST_KINDS:
        said.append(f"{sum(count for _, count in known[MOST_KINDS:]):,} were something else that is no touch or answer")
    if rejects:
        said.append(f"{rejects:,} could not be understood (no date, no sender, …)")
    return f"Read {_many(read, item)}: {', '.join(said)}."


def own_rows(owner: str, waits: WaitingList, found: Moved) -> pa.Table:
    """All of it as rows for machines; `section` says what a row is."""
    rows: list[dict[str, object]] = [
        {"section": "summary", "owner": owner, "as_of": waits.as_of, "from": found.start, "to": found.end}
        | {"efforts": found.count, **_counts(found.states)}
        | {"waiting": sum(row.written_before for row in waits.rows), "older": waits.older}
        | {"copied": waits.copied, "refused": waits.refused}
    ]
    rows += [_waiting_row(row, waits.as_of) for row in waits.rows]
    rows += [_touch_row(touch) for touch in found.touches]
    rows += [_play_row(cell) for cell in found.rates.cells]
    return pa.Table.from_pylist(rows, schema=ROWS)


_INSTANT = pa.timestamp("us", "UTC")
ROWS = pa.schema(
    [("section", pa.string()), ("owner", pa.string())]
    + [(name, pa.string()) for name in ("contact_id", "contact_name", "account_id", "kind", "subkind", "action_id")]
    + [("action_at", _INSTANT), ("effort_id", pa.string()), ("effort_at", _INSTANT)]
    + [("lag_seconds", pa.int64()), ("grade", pa.string()), ("since", _INSTANT), ("due_at", _INSTANT)]
    + [("late", pa.bool_()), ("times", pa.int64()), ("answers_touch", pa.bool_()), ("subject", pa.string())]
    + [("play", pa.string())]
    + [(name, pa.int64()) for name in ("efforts", "on_base", "answered", "unanswered", "still_open", "unseen")]
    + [(name, pa.float64()) for name in ("rate", "low", "high")]
    + [("reason", pa.string()), ("reason_text", pa.string())]
    + [("as_of", _INSTANT), ("from", _INSTANT), ("to", _INSTANT)]
    + [(name, pa.int64()) for name in ("waiting", "older", "copied", "refused")]
)
"""The columns of `own_rows`; `docs/do/your-own-mailbox.md` says what each means."""


def _waiting_row(row: Waiting, as_of: datetime) -> dict[str, object]:
    return (
        {"section": "waiting" if row.written_before else "new_person", **_who(row.buyer)}
        | {"kind": row.kind, "subkind": row.subkind or None, "action_id": row.action_id, "action_at": row.last_at}
        | {"since": row.since, "due_at": row.due_at, "late": is_late(row, as_of), "times": row.times}
        | {"answers_touch": row.answers_touch, "subject": row.subject or None}
    )


def _touch_row(touch: Touch) -> dict[str, object]:
    return (
        {"section": "moved" if touch.state == "on_base" else "answered", **_who(touch.buyer)}
        | {"kind": touch.kind, "subkind": touch.subkind or None, "action_id": touch.action_id}
        | {"action_at": touch.answered_at, "effort_id": touch.effort_id, "effort_at": touch.occurred_at}
        | {"play": touch.play, "lag_seconds": touch.lag_seconds, "grade": touch.grade}
    )


def _play_row(cell: Cell) -> dict[str, object]:
    row: dict[str, object] = {"section": "play", "play": cell.keys["play"], "efforts": cell.efforts}
    row |= {"on_base": cell.on_base, "answered": cell.answered, "unanswered": cell.unanswered}
    row |= {"still_open": cell.still_open, "unseen": cell.unseen}
    if isinstance(cell.rate, Rate):
        return row | {"rate": cell.rate.rate, "low": cell.rate.low, "high": cell.rate.high}
    return row | {"reason": str(cell.rate.reason), "reason_text": cannot_tell(cell.rate)}


def _who(buyer: Buyer) -> dict[str, object]:
    return {
        "contact_id": buyer.contact_id,
        "contact_name": buyer.name or None,
        "account_id": buyer.account_id or None,
    }


def _counts(states: dict[str, int]) -> dict[str, object]:
    return {("still_open" if state == "open" else state): count for state, count in states.items()}


def _late_title(found: WaitingList, count: int) -> str:
    hours = dict.fromkeys(f"{limit.total_seconds() / 3600:g}" for limit in found.limits)
    return f"Late: {count:,} without an answer for over {' to '.join(hours)} hours, the longest first"


def _waiting_table(title: str, rows: Sequence[Waiting], most: int, as_of: datetime) -> Part:
    shown = rows[:most]
    subjects = any(row.subject for row in shown)
    columns: dict[str, list[object]] = {
        "buyer": [buyer_text(row.buyer, _BUYER_BESIDE_SUBJECT if subjects else _BUYER_WIDTH) for row in shown],
        "what they did": [_waiting_act(row) for row in shown],
        "since": [f"{row.since:%Y-%m-%d}" for row in shown],
        "waiting": [duration(round((as_of - row.since).total_seconds())) for row in shown],
        "wrote": [row.times for row in shown],
    }
    if subjects:
        del columns["since"]
        columns["about"] = [_cut(row.subject, _SUBJECT_WIDTH) for row in shown]
    return Part(title=title, table=pa.table(columns), text=_more(len(rows) - len(shown)))


def _waiting_act(row: Waiting) -> str:
    said = act_text(row.kind, row.subkind)
    return f"{said} to your touch" if row.answers_touch and said == "replied" else said


def _moved_table(forward: Sequence[Touch]) -> Part:
    """One row per buyer, with their latest act; they are in the order of these."""
    latest: dict[str, Touch] = {}
    times: dict[str, int] = {}
    for each in forward:
        latest.setdefault(each.buyer.contact_id, each)
        times[each.buyer.contact_id] = times.get(each.buyer.contact_id, 0) + 1
    shown = list(latest.values())[:MOST_MOVED]
    columns = {
        "buyer": [buyer_text(each.buyer) for each in shown],
        "last did": [act_text(each.kind, each.subkind) for each in shown],
        "on": [f"{each.answered_at:%Y-%m-%d}" for each in shown],
        "after": [duration(each.lag_seconds) for each in shown],
        "evidence": ["proof" if each.grade in ("E1", "E2") else "plausible" for each in shown],
        "touches": [times[each.buyer.contact_id] for each in shown],
    }
    return Part(table=pa.table(columns), text=_more(len(latest) - len(shown)))


def _endings(found: Moved) -> str:
    """How the touches ended, in a sentence."""
    states = found.states
    said = [f"{states['on_base']:,} moved a buyer forward"]
    wording = {
        "answered": "were answered otherwise",
        "unanswered": "got no answer in time",
        "open": "are too young to tell",
        "unseen": "went where no answer could have been recorded",
    }
    said += [f"{states[state]:,} {words}" for state, words in wording.items() if states[state]]
    sentence = f"Of the {_many(found.count, 'touch')}, {_listed(said)}."
    apart = [
        f"{count:,} {why}"
        for count, why in (
            (found.rates.sequence_efforts, "sent by a tool"),
            (found.rates.claimed_efforts, "that no system recorded"),
        )
        if count
    ]
    return f"{sentence} Not among them: {_listed(apart)}." if apart else sentence


def _kinds_table(found: Moved) -> Part:
    cells = found.rates.cells
    columns: dict[str, list[object]] = {
        "kind of touch": [_cut(str(cell.keys["play"]), 34) for cell in cells],
        "touches": [cell.efforts for cell in cells],
        "moved forward": [cell.on_base for cell in cells],
        "rate (95 % interval)": [
            interval_text(cell.rate) if isinstance(cell.rate, Rate) else short(cell.rate) for cell in cells
        ],
    }
    notes = ["Touches marked (reactive) answer a buyer who wrote first."] if any(
        "(reactive)" in str(cell.keys["play"]) for cell in cells
    ) else []  # fmt: skip
    return Part(title="By kind of touch", table=pa.table(columns), text=" ".join(notes))


def _left_out(found: WaitingList) -> str:
    """What the list does not hold, in a sentence; empty where it holds all."""
    said = []
    if found.older:
        said.append(f"{found.older:,} whose last word is more than {found.oldest.days} days old")
    if found.copied:
        said.append(f"{found.copied:,} who only sent you a copy")
    if found.refused:
        said.append(f"{found.refused:,} whose last word was a no")
    return f"Not listed: {_listed(said)}." if said else ""


def _more(count: int) -> str:
    return f"… and {count:,} more; --format json has them all" if count > 0 else ""


_PLURALS = {"person": "people", "touch": "touches", "calendar entry": "calendar entries"}


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else _PLURALS.get(noun, noun + 's')}"


def _listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them.

    >>> _listed(["a", "b", "c"]), _listed(["a"])
    ('a, b and c', 'a')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
