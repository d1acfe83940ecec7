"""Facts as the canonical folder: one CSV file for each record of the log, as `answerback load DIR` reads it.

People and companies are named by their addresses and domains, as the other exports name them, and events bear the
tokens that systems give them. What no system recorded is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from answerback.simulate.exports.sheets import utc
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import call_id, meeting_uid, message_id, offer_id

CHANNELS = {"mail": "email", "calendar": "calendar", "dialler": "call", "esign": "offer"}
"""By system, the channel of answers that it shows."""

Row = dict[str, Any]


def write_folder(facts: Facts, folder: Path) -> list[Path]:
    """Writes `<record>.csv` for each record there is any of; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for record, rows in Records(facts).all():
        if rows:
            path = folder / f"{record}.csv"
            columns = {name: pa.array([row[name] for row in rows], type=_type(rows, name)) for name in rows[0]}
            pa_csv.write_csv(pa.table(columns), path, pa_csv.WriteOptions(quoting_style="needed"))
            written.append(path)
    return written


class Records:
    """Facts as records of the log, by the ids of this export."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        # Who changed their address goes by the newest one.
        self._sellers = {row["seller"]: row for row in facts.rows("seller")}
        self._domain = {row["account"]: row["domain"] for row in facts.rows("account")}
        self._address = {row["contact"]: row["email"] for row in facts.rows("contact")}
        self._efforts = facts.rows("effort")
        self._acts = facts.rows("action")

    def all(self) -> Iterable[tuple[str, list[Row]]]:
        """By record, its rows."""
        for record, fact, row in self._plain():
            yield record, [row(each) for each in self._facts.rows(fact)]
        yield (
            "attribute",
            [
                {
                    "subject_kind": "account",
                    "subject_id": row["domain"],
                    "name": "lead_source",
                    "value": row["lead_source"],
                }
                for row in self._facts.rows("account")
            ],
        )
        efforts = [self.effort(row) for row in self._efforts if row["system"] != "none"]
        acts = [self.action(row) for row in self._acts if row["system"] != "none"]
        for copied in self._facts.rows("copy"):
            # The same mail by the id of the other system; its token says that it is the same.
            if copied["event"] == "effort":
                effort = self.effort(self._efforts[copied["number"]])
                efforts.append(effort | {"effort_id": f"crm-{effort['effort_id']}"})
            else:
                act = self.action(self._acts[copied["number"]])
                acts.append(act | {"action_id": f"crm-{act['action_id']}"})
        yield "effort", efforts
        yield "buyer_action", acts

    def effort(self, row: Row) -> Row:
        """An effort, with the token by which its system knows it."""
        answered = row["answers"]
        return {
            "effort_id": f"e{row['effort']}",
            "rep_id": self.rep(row["seller"]),
            **self._parties(row),
            "occurred_at": stamp(row["at"]),
            "kind": row["kind"],
            "purpose": row["purpose"],
            "origin": row["origin"],
            "template": row["template"],
            "evidence": row["evidence"],
            "minutes": row["minutes"],
            "reference": self.effort_token(row),
            "refers_to": None if answered is None else self.act_token(self._acts[answered]),
        }

    def action(self, row: Row) -> Row:
        """A buyer action, with what it names."""
        answered = row["answers"]
        return {
            "action_id": f"a{row['action']}",
            **self._parties(row),
            "occurred_at": stamp(row["at"]),
            "kind": row["kind"],
            "stance": row["stance"],
            "evidence": row["evidence"],
            "reference": self.act_token(row),
            "refers_to": None if answered is None else self.effort_token(self._efforts[answered]),
        }

    def effort_token(self, row: Row) -> str | None:
        """The token of what a seller made; None where its system gives none."""
        number, seed = row["effort"], self._facts.seed
        if row["system"] == "mail":
            return f"message:{message_id('effort', number, seed, self._facts.domain)}"
        if row["system"] == "calendar":
            return f"meeting:{meeting_uid(number, seed, self._facts.domain)}"
        if row["system"] == "dialler" or (row["system"] == "crm" and row["kind"] == "call"):
            return f"call:{call_id(number, seed)}"
        return f"offer:{offer_id(number, seed)}" if row["system"] == "esign" else None

    def act_token(self, row: Row) -> str | None:
        """The token of a buyer's mail; None for what is no mail."""
        if row["system"] != "mail":
            return None
        return f"message:{message_id('action', row['action'], self._facts.seed, self._domain[row['account']])}"

    def rep(self, seller: int | None) -> str | None:
        """A seller's id."""
        return None if seller is None else str(self._sellers[seller]["email"])

    def _parties(self, row: Row) -> Row:
        return {
            "account_id": self._domain[row["account"]],
            "contact_id": self._address[row["contact"]],
            "deal_id": deal_id(row["deal"]),
        }

    def _plain(self) -> list[tuple[str, str, Callable[[Row], Row]]]:
        """Records that are facts by other names: record, fact, how one becomes the other."""
        return [
            ("rep", "seller", self._rep_row),
            ("account", "account", self._account_row),
            ("contact", "contact", self._contact_row),
            ("deal", "deal", self._deal_row),
            ("deal_change", "deal_change", lambda row: {
                "deal_id": deal_id(row["deal"]), "occurred_at": stamp(row["at"]), "field": row["field"],
                "old": row["old"], "new": row["new"], "actor_id": self.rep(row["seller"])}),
            ("absence", "absence", lambda row: {"rep_id": self.rep(row["seller"]), **_span(row)}),
            ("assignment", "assignment", lambda row: {
                "account_id": self._domain[row["account"]], "rep_id": self.rep(row["seller"]),
                "notified_at": stamp(row["notified_at"]), **_span(row)}),
            ("case", "case", lambda row: {
                "case_id": f"c{row['case']}", "account_id": self._domain[row["account"]],
                "deal_id": deal_id(row["deal"]),
                "opened_at": stamp(row["opened_at"]), "closed_at": stamp(row["closed_at"]), "kind": row["kind"]}),
            ("obstacle", "obstacle", lambda row: {
                "deal_id": deal_id(row["deal"]), "occurred_at": stamp(row["at"]), "kind": row["kind"],
                "said_by": row["said_by"], "evidence": row["evidence"]}),
            ("target", "target", lambda row: {
                "rep_id": self.rep(row["seller"]), "metric": row["metric"], "period": row["period"],
                "value": row["value"]}),
            ("expense", "expense", lambda row: {
                "rep_id": self.rep(row["seller"]), "period": row["period"], "amount_minor": row["amount_minor"],
                "currency": row["currency"]}),
            ("happening", "happening", lambda row: {**_span(row), "scope": row["scope"], "text": row["text"]}),
            ("conversation", "conversation", lambda row: {
                "rep_id": self.rep(row["seller"]), "coach_id": self.rep(row["coach"]), "occurred_at": stamp(row["at"]),
                "kind": row["kind"], "topic": row["topic"], "minutes": row["minutes"]}),
            ("coverage", "coverage", lambda row: {
                "rep_id": self.rep(row["seller"]), "channel": CHANNELS[row["system"]], **_span(row)}),
        ]  # fmt: skip

    def _rep_row(self, row: Row) -> Row:
        return {
            "rep_id": self.rep(row["seller"]),
            "name": row["name"], "email": row["email"], "manager_id": self.rep(row["manager"]),
            "team": row["team"], "role": row["role"], "segment": row["segment"], "region": row["region"],
            "tenure_start": stamp(row["tenure_start"]), "valid_from": stamp(row["valid_from"]),
            "valid_to": stamp(row["valid_to"]),
        }  # fmt: skip

    def _account_row(self, row: Row) -> Row:
        same = ("name", "domain", "industry", "size_band", "region", "segment")
        return {"account_id": row["domain"], **{name: row[name] for name in same}}

    def _contact_row(self, row: Row) -> Row:
        same = ("name", "email", "title", "level")
        return {
            "contact_id": row["email"],
            "account_id": self._domain[row["account"]],
            **{name: row[name] for name in same},
        }

    def _deal_row(self, row: Row) -> Row:
        same = ("name", "product_line", "amount_minor", "currency")
        return {
            "deal_id": deal_id(row["deal"]),
            "account_id": self._domain[row["account"]],
            "owner_id": self.rep(row["seller"]),
            **{name: row[name] for name in same},
            "created_at": stamp(row["created_at"]),
        }


def stamp(at: int | None) -> str | None:
    """An instant as text.

    >>> stamp(0)
    '1970-01-01T00:00:00Z'
    """
    return utc(at) or None


def deal_id(number: int | None) -> str | None:
    """A deal's id in this export."""
    return None if number is None else f"d{number}"


def _span(row: Row) -> Row:
    return {"from": stamp(row["from"]), "to": stamp(row["to"])}


def _type(rows: list[Row], name: str) -> pa.DataType:
    return pa.int64() if any(isinstance(row[name], int) for row in rows) else pa.string()
