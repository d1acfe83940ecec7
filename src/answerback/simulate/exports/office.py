"""The sales office's own tables: what no system knows and somebody keeps in a spreadsheet.

Who is in which team since when, whose territory a company lies in, targets, expenses, holidays, coaching, what stood in
the way of lost deals. Companies and deals have the CRM's ids beside their names. `mapping.toml` says what it all means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from answerback.simulate.exports.directory import Directory, Row
from answerback.simulate.exports.salesforce_ids import record_id
from answerback.simulate.exports.sheets import money, stamped, utc, write_packaged, write_sheet
from answerback.simulate.facts import Facts

_ROLES = {"rep": "Sales representative", "manager": "Sales manager", "leader": "Head of sales"}
_SIGNS = {"captured": "recorded", "claimed": "typed in"}


def write_office(facts: Facts, folder: Path) -> list[Path]:
    """Writes `office/` with a table for each kind of fact that there is, and `mapping.toml`; the files written."""
    book, place = Directory.of(facts), folder / "office"
    written = []
    for name, rows_of in _TABLES.items():
        rows = list(rows_of(book))
        if rows:
            written.append(write_sheet(place / f"{name}.csv", rows[0], rows))
    return stamped([*written, write_packaged(place / "mapping.toml", "office.toml")], facts.end)


def _people(book: Directory) -> Iterator[Row]:
    """Everybody who sells, a row for each stretch of time; known by the address of today."""
    for row in sorted(book.facts.rows("seller"), key=lambda row: (row["seller"], row["valid_from"] or 0)):
        boss = book.sellers.get(row["manager"], {})
        yield {
            "Person": book.sellers[row["seller"]]["email"],
            "Name": row["name"],
            "E-mail": row["email"],
            "Role": _ROLES.get(row["role"], row["role"]),
            "Team": row["team"],
            "Manager": boss.get("name"),
            "Manager e-mail": boss.get("email"),
            "Segment": row["segment"],
            "Region": row["region"],
            "Time zone": row["time_zone"],
            "Sells since": utc(row["tenure_start"]),
            "From": utc(row["valid_from"]),
            "Until": utc(row["valid_to"]),
        }


def _territories(book: Directory) -> Iterator[Row]:
    """Whose a company was when; a company that was nobody's has a row without a person."""
    rows = book.facts.rows("assignment")
    given = {row["account"] for row in rows}
    rows += [{"account": each} for each in sorted(book.accounts.keys() - given)]
    for row in sorted(rows, key=lambda row: (row["account"], row.get("from") or 0)):
        account, seller = book.accounts[row["account"]], book.sellers.get(row.get("seller", -1), {})
        yield {
            "Company": account["name"],
            "CRM ID": record_id("Account", row["account"], book.facts.seed),
            "Domain": account["domain"],
            "Segment": account["segment"],
            "Region": account["region"],
            "Size": account["size_band"],
            "Lead source": account["lead_source"],
            "Person": seller.get("name"),
            "E-mail": seller.get("email"),
            "Told": utc(row.get("notified_at")),
            "From": utc(row.get("from")),
            "Until": utc(row.get("to")),
        }


def _stakeholders(book: Directory) -> Iterator[Row]:
    """How high in their company people are."""
    for number, row in sorted(book.contacts.items()):
        if row["email"] and (row["known_from"] is None or row["known_from"] <= book.facts.end):
            account = book.accounts.get(row["account"], {})
            yield {
                "CRM ID": record_id("Contact", number, book.facts.seed),
                "Person": row["name"],
                "E-mail": row["email"],
                "Company": account.get("name"),
                "Level": row["level"],
            }


def _targets(book: Directory) -> Iterator[Row]:
    for row in book.facts.rows("target"):
        seller, of_money = book.sellers.get(row["seller"], {}), _is_money(row["metric"])
        yield {
            "Person": seller.get("name"),
            "E-mail": seller.get("email"),
            "Metric": row["metric"],
            "Period": row["period"],
            "Target": "" if of_money else row["value"],
            "Target (money)": money(row["value"], "") if of_money else "",
        }


def _is_money(metric: str) -> bool:
    return metric.endswith(("amount", "revenue"))


def _expenses(book: Directory) -> Iterator[Row]:
    for row in book.facts.rows("expense"):
        seller = book.sellers.get(row["seller"], {})
        yield {
            "Person": seller.get("name"),
            "E-mail": seller.get("email"),
            "Period": row["period"],
            "Amount": money(row["amount_minor"], row["currency"]),
            "Currency": row["currency"],
        }


def _absences(book: Directory) -> Iterator[Row]:
    for row in book.facts.rows("absence"):
        seller = book.sellers[row["seller"]]
        yield {
            "Person": seller["name"],
            "E-mail": seller["email"],
            "From": utc(row["from"]),
            "Until": utc(row["to"]),
        }


def _happenings(book: Directory) -> Iterator[Row]:
    for row in book.facts.rows("happening"):
        yield {
            "What happened": row["text"],
            "Whom it touched": row["scope"],
            "From": utc(row["from"]),
            "Until": utc(row["to"]),
        }


def _coaching(book: Directory) -> Iterator[Row]:
    for row in book.facts.rows("conversation"):
        seller, coach = book.sellers[row["seller"]], book.sellers[row["coach"]]
        yield {
            "When": utc(row["at"]),
            "Person": seller["name"],
            "E-mail": seller["email"],
            "Coach": coach["name"],
            "Coach e-mail": coach["email"],
            "Kind": row["kind"],
            "Topic": row["topic"],
            "Minutes": row["minutes"],
        }


def _obstacles(book: Directory) -> Iterator[Row]:
    for row in book.facts.rows("obstacle"):
        yield {
            "Deal": book.deals[row["deal"]]["name"],
            "CRM ID": record_id("Opportunity", row["deal"], book.facts.seed),
            "When": utc(row["at"]),
            "What stood in the way": row["kind"],
            "Said by": row["said_by"],
            "How it is known": _SIGNS.get(row["evidence"], ""),
        }


_TABLES: dict[str, Callable[[Directory], Iterator[Row]]] = {
    "people": _people,
    "territories": _territories,
    "stakeholders": _stakeholders,
    "targets": _targets,
    "expenses": _expenses,
    "absences": _absences,
    "happenings": _happenings,
    "coaching": _coaching,
    "obstacles": _obstacles,
}
