"""The CRM's opportunities: as they stand, and what became of them row by row.

Salesforce keeps two histories. One holds stage, amount and close date as they were after each save, beginning with how
the opportunity was entered. The other holds every other field that is tracked; a change of owner comes in two rows, one
with ids and one with names. How a deal ended is no field of its own: it follows from the stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from answerback.simulate.exports.directory import Row
from answerback.simulate.exports.salesforce_org import Org, api_time
from answerback.simulate.exports.sheets import day, drawn, money
from answerback.simulate.parameters import DAY

PROBABILITIES = {
    "Qualification": (10, "Pipeline"),
    "Discovery": (25, "Pipeline"),
    "Proposal": (60, "Best Case"),
    "Negotiation": (80, "Commit"),
    "Closed Won": (100, "Closed"),
    "Closed Lost": (0, "Omitted"),
}
"""What the CRM makes of a stage: probability of a sale in percent, and the forecast it counts in."""
FIELDS = {"loss_reason": "Loss_Reason__c", "competitor": "Competitor__c"}
_IN_HISTORY = frozenset({"stage", "amount", "close_date"})
_OF_THE_STAGE = frozenset({"outcome"})


@dataclass(frozen=True, slots=True)
class State:
    """A deal after a save."""

    at: int
    by: int
    stage: str
    amount_minor: int | None
    close_day: str


def states(org: Org, deal: Row) -> list[State]:
    """A deal as it was entered, and then after each save that changed its stage, amount or close date."""
    changes = [row for row in org.book.changes.get(deal["deal"], []) if row["field"] in _IN_HISTORY]
    found = [_entered(org, deal, changes)]
    for save in _saves(changes):
        state = found[-1]
        for change in save:
            state = _changed(org, deal, state, change)
        if replace(state, at=found[-1].at, by=found[-1].by) != found[-1]:
            found.append(state)
    return found


def _saves(changes: list[Row]) -> Iterator[list[Row]]:
    """Changes of one instant were made in one go, unless one undoes another."""
    save: list[Row] = []
    for row in changes:
        if save and (row["at"] != save[0]["at"] or row["field"] in {each["field"] for each in save}):
            yield save
            save = []
        save.append(row)
    if save:
        yield save


def _entered(org: Org, deal: Row, changes: list[Row]) -> State:
    """The first state: what each field was before it changed first, or was set to when the deal was entered."""
    first: dict[str, str | None] = {}
    for row in changes:
        set_then = row["old"] is None and row["at"] <= deal["created_at"]
        first.setdefault(row["field"], row["new"] if set_then else row["old"])
    amount = first.get("amount")
    planned = deal["created_at"] + (60 + drawn(60, "planned", deal["deal"], org.seed)) * DAY
    return State(
        deal["created_at"],
        deal["seller"],
        first.get("stage") or next(iter(PROBABILITIES)),
        deal["amount_minor"] if amount is None else int(amount),
        first.get("close_date") or day(planned),
    )


def _changed(org: Org, deal: Row, state: State, change: Row) -> State:
    by = deal["seller"] if change["seller"] is None else change["seller"]
    after = replace(state, at=change["at"], by=by)
    if change["field"] == "amount":
        return replace(after, amount_minor=None if change["new"] is None else int(change["new"]))
    if change["field"] == "close_date":
        return replace(after, close_day=change["new"])
    # The CRM sets the close date to the day on which a deal is closed.
    closed = PROBABILITIES.get(change["new"], ("", ""))[1] in {"Closed", "Omitted"}
    zone = org.book.sellers[by]["time_zone"]
    return replace(after, stage=change["new"], close_day=day(change["at"], zone) if closed else after.close_day)


def opportunities(org: Org) -> Iterator[Row]:
    """Every deal as it stands at the end."""
    for number, deal in sorted(org.book.deals.items()):
        rows = org.book.changes.get(number, [])
        path = states(org, deal)
        state = path[-1]
        moved = max((each.at for each, before in zip(path[1:], path, strict=False) if each.stage != before.stage),
                    default=deal["created_at"])  # fmt: skip
        outcome = next((row for row in reversed(rows) if row["field"] == "outcome"), None)
        ended = None if outcome is None else outcome["new"]
        owner = next((int(row["new"]) for row in reversed(rows) if row["field"] == "owner"), deal["seller"])
        last = rows[-1] if rows else None
        account = org.book.accounts.get(deal["account"], {})
        yield {
            "Id": org.id("Opportunity", number),
            "AccountId": org.id("Account", deal["account"]),
            "ContactId": org.id("Contact", deal["contact"]),
            "Name": deal["name"],
            "Type": "New Business",
            "LeadSource": account.get("lead_source"),
            "Product_Line__c": deal["product_line"],
            **_standing(deal, state),
            "IsClosed": ended in {"won", "lost"},
            "IsWon": ended == "won",
            "LastStageChangeDate": api_time(outcome["at"] if outcome is not None else moved),
            "OwnerId": org.id("User", owner),
            **org.stamps(
                deal["created_at"], deal["seller"], changed=last["at"] if last else None,
                changed_by=last["seller"] if last else None,
            ),
        }  # fmt: skip


def _standing(deal: Row, state: State) -> Row:
    chance, forecast = PROBABILITIES.get(state.stage, (50, "Pipeline"))
    currency = deal["currency"]
    expected = None if state.amount_minor is None else state.amount_minor * chance // 100
    return {
        "StageName": state.stage,
        "Amount": money(state.amount_minor, currency),
        "ExpectedRevenue": money(expected, currency),
        "CurrencyIsoCode": currency,
        "Probability": chance,
        "ForecastCategoryName": forecast,
        "CloseDate": state.close_day,
    }


def history(org: Org) -> Iterator[Row]:
    """`OpportunityHistory`: one row for the entry of a deal and one for each save, in order of time."""
    rows = [(state, deal) for deal in org.book.deals.values() for state in states(org, deal)]
    # By time alone: rows of one instant stay in the order in which they were saved.
    rows.sort(key=lambda pair: pair[0].at)
    for place, (state, deal) in enumerate(rows):
        yield {
            "Id": org.id("OpportunityHistory", place),
            "OpportunityId": org.id("Opportunity", deal["deal"]),
            **_standing(deal, state),
            "CreatedDate": api_time(state.at),
            "CreatedById": org.id("User", state.by),
            "SystemModstamp": api_time(state.at),
            "IsDeleted": False,
        }


def field_history(org: Org) -> Iterator[Row]:
    """`OpportunityFieldHistory`: that a deal was entered, and changes of the fields that the other history lacks."""
    told: list[tuple[int, int, int, str, str, str, str]] = []
    for number, deal in sorted(org.book.deals.items()):
        told.append((deal["created_at"], number, deal["seller"], "created", "Text", "", ""))
        for row in org.book.changes.get(number, []):
            by = deal["seller"] if row["seller"] is None else row["seller"]
            told += [(row["at"], number, by, *cells) for cells in _cells(org, row)]
    told.sort(key=lambda each: each[0])
    for place, (at, number, by, field, kind, old, new) in enumerate(told):
        yield {
            "Id": org.id("OpportunityFieldHistory", place),
            "OpportunityId": org.id("Opportunity", number),
            "Field": field,
            "DataType": kind,
            "OldValue": old,
            "NewValue": new,
            "CreatedDate": api_time(at),
            "CreatedById": org.id("User", by),
            "IsDeleted": False,
        }


def _cells(org: Org, change: Row) -> Iterator[tuple[str, str, str, str]]:
    """Field, type, old and new value of the rows that a change leaves."""
    field, old, new = change["field"], change["old"], change["new"]
    if field in _IN_HISTORY | _OF_THE_STAGE:
        return
    if field != "owner":
        yield FIELDS.get(field, f"{field.title()}__c"), "DynamicEnum", old or "", new or ""
        return
    people = [None if each is None else int(each) for each in (old, new)]
    ids = [org.id("User", each) for each in people]
    names = ["" if each is None else org.book.sellers[each]["name"] or "" for each in people]
    yield "Owner", "EntityId", ids[0], ids[1]
    yield "Owner", "Text", names[0], names[1]
