"""The signing service's export: what happened to every envelope, one event a row, and who could send envelopes when.

An envelope is an offer: it is sent, looked at, signed, sent back with changes or declined. `mapping.toml` says what the
columns mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from answerback.simulate.exports.directory import Directory, Row
from answerback.simulate.exports.salesforce_ids import record_id
from answerback.simulate.exports.seats import write_seats
from answerback.simulate.exports.sheets import money, stamped, utc, write_packaged, write_sheet
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import offer_id

SENT = "Sent"
EVENTS = {
    "viewed_document": "Viewed",
    "signed": "Signed",
    "returned_offer": "Returned with changes",
    "declined": "Declined",
}
"""By kind of a buyer's act, what the service calls it."""
_COLUMNS = (
    "Event ID", "Envelope ID", "Event", "Time (UTC)", "Subject", "Document", "Sender", "Sender email", "Recipient",
    "Recipient email", "Company", "Opportunity ID", "Amount", "Currency", "Template", "Sent by", "Reason", "Purpose",
    "Preparation minutes",
)  # fmt: skip


def write_esign(facts: Facts, folder: Path) -> list[Path]:
    """Writes `esign/` with `envelopes.csv`, `seats.csv` and `mapping.toml`; the files written.

    Raises ValueError where the service is said to have recorded what is no event of an envelope.
    """
    book, place = Directory.of(facts), folder / "esign"
    rows = sorted([*_sent(book), *_happened(book)], key=lambda row: (row["at"], row["order"], row["number"]))
    cells = (
        {"Event ID": f"EV-{count:07d}", **{each: row.get(each) for each in _COLUMNS[1:]}}
        for count, row in enumerate(rows, 1)
    )
    written = [
        write_sheet(place / "envelopes.csv", _COLUMNS, cells),
        write_seats(book, "esign", place / "seats.csv"),
        write_packaged(place / "mapping.toml", "esign.toml"),
    ]
    return stamped(written, facts.end)


def _sent(book: Directory) -> Iterator[Row]:
    """Envelopes that went out."""
    for row in book.facts.rows("effort"):
        if row["system"] != "esign":
            continue
        if row["kind"] != "proposal":
            raise ValueError(f"effort {row['effort']}: a signing service sends no {row['kind']}")
        yield {
            **_event(book, row, row),
            "order": 0,
            "number": row["effort"],
            "Event": SENT,
            "Template": row["template"],
            "Sent by": "automation" if row["origin"] == "sequence" else "user",
            "Purpose": row["purpose"],
            "Preparation minutes": row["minutes"],
        }


def _happened(book: Directory) -> Iterator[Row]:
    """What recipients did with them. One whose envelope nobody knows has no number and no sender."""
    for row in book.facts.rows("action"):
        if row["system"] != "esign":
            continue
        effort = book.efforts.get(row["answers"])
        if row["kind"] not in EVENTS or (effort and effort["system"] != "esign"):
            raise ValueError(f"action {row['action']}: a signing service cannot record this {row['kind']}")
        yield {
            **_event(book, row, effort),
            "order": 1,
            "number": row["action"],
            "Event": EVENTS[row["kind"]],
            "Reason": row["objection"],
        }


def _event(book: Directory, row: Row, offer: Row | None) -> Row:
    """The columns that all events have; `offer` is the effort that sent the envelope, if that is known."""
    facts = book.facts
    sender = book.sellers[offer["seller"]] if offer else {}
    contact, account = book.contacts.get(row["contact"], {}), book.accounts.get(row["account"], {})
    deal = book.deals.get(row["deal"], {})
    amount = book.amount_at(deal["deal"], offer["at"] if offer else row["at"]) if deal else None
    return {
        "at": row["at"],
        "Envelope ID": offer_id(offer["effort"], facts.seed) if offer else "",
        "Time (UTC)": utc(row["at"]),
        "Subject": f"{facts.company}: offer for {account.get('name') or contact.get('name')}",
        "Document": f"Offer {deal['product_line'] or deal['name']}.pdf" if deal else "Offer.pdf",
        "Sender": sender.get("name"),
        "Sender email": sender.get("email"),
        "Recipient": contact.get("name"),
        "Recipient email": contact.get("email"),
        "Company": account.get("name"),
        "Opportunity ID": record_id("Opportunity", deal["deal"], facts.seed) if deal else "",
        "Amount": money(amount, deal.get("currency")),
        "Currency": deal.get("currency"),
    }
