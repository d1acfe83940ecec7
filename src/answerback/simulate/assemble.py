"""From what the model told to facts: events in order of time, numbered anew, with names in place of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.simulate.deals import FIELDS, OUTCOME, OUTCOMES, REASON, REASONS, STAGE
from answerback.simulate.facts import SCHEMAS, SYSTEMS, Facts, coded, fact_table, or_null
from answerback.simulate.ledger import Columns, in_order, renamed
from answerback.simulate.model import Model, Told
from answerback.simulate.names import PRODUCTS
from answerback.simulate.office import office_columns
from answerback.simulate.parameters import (
    DAY,
    KIND_NAMES,
    OBJECTIONS,
    STAGES,
    STEP_NAMES,
    Kind,
    Parameters,
    Step,
)
from answerback.simulate.people import CONTACTS, CURRENCIES, account_columns, contact_columns, seller_columns
from answerback.simulate.replies import ACT, ACTS

Ints = NDArray[np.int64]

CLAIMED = SYSTEMS.index("crm")
_NO_MAILS = frozenset(
    {
        "answered_call",
        "called",
        "accepted_meeting",
        "attended",
        "returned_offer",
        "viewed_document",
        "signed",
        "declined",
    }
    | {"declined_meeting", "no_show"}
)
_MAILS = tuple(ACT[each] for each in ACTS if each not in _NO_MAILS)
_SEQUENCE = "sequence: first contact"
_PURPOSES = {Step.DISCOVER: "discovery", Step.OFFER: "proposal_follow_up", Step.CLOSE: "closing"}


@dataclass(frozen=True, slots=True)
class Story:
    """Facts, and what the model alone knew.

    Attributes:
        facts: What happened.
        chance: By effort, its probability to move its buyer.
        dropped: By act, whether its seller let it lie though it called for an answer.
        claimed: By change of a deal, whether it moved a stage on without any act of a buyer.
    """

    facts: Facts
    chance: NDArray[np.float64]
    dropped: NDArray[np.bool_]
    claimed: NDArray[np.bool_]


def simulate(parameters: Parameters) -> Story:
    """The facts of a practice company with these parameters.

    >>> story = simulate(Parameters(reps=2, managers=1, weeks=4, seed=3))
    >>> bool(story.facts.tables["effort"].num_rows > 100), story.facts.domain
    (True, 'halden.example')
    """
    return assemble(Model(parameters).tell())


def told_events(told: Told) -> tuple[Columns, Columns]:
    """Efforts and acts from the start to the end, by time, naming one another by their new numbers.

    What answers something from before the start is left out: nobody could tell what it answers.
    """
    start, end = told.worktime.start, told.worktime.start + told.parameters.days * DAY
    efforts, acts = told.efforts, told.acts
    kept_efforts, kept_acts = ((each["at"] >= start) & (each["at"] < end) for each in (efforts, acts))
    before = -1
    while before != (before := int(kept_efforts.sum() + kept_acts.sum())):
        kept_acts &= (acts["cause"] < 0) | kept_efforts[acts["cause"]]
        kept_efforts &= (efforts["answers"] < 0) | kept_acts[efforts["answers"]]
    efforts, effort_numbers = in_order(efforts, kept_efforts)
    acts, act_numbers = in_order(acts, kept_acts)
    efforts["answers"] = renamed(efforts["answers"], act_numbers)
    for name in ("cause", "answers"):
        acts[name] = renamed(acts[name], effort_numbers)
    return efforts, acts


def assemble(told: Told) -> Story:
    """The facts of a company; events after the end have not happened yet."""
    end = told.worktime.start + told.parameters.days * DAY
    efforts, acts = told_events(told)
    opened = told.courses.deals.opened.columns()
    deals, deal_numbers = in_order(opened, opened["at"] < end)
    of_pursuit = np.full(told.pursuits.count, -1, dtype=np.int64)
    of_pursuit[deals["pursuit"]] = np.arange(len(deals["pursuit"]))
    since = np.full(told.pursuits.count, end, dtype=np.int64)
    since[deals["pursuit"]] = deals["at"]
    for events in (efforts, acts):
        # Nobody can name a deal that is not in the CRM yet.
        events["deal"] = np.where(events["at"] >= since[events["pursuit"]], of_pursuit[events["pursuit"]], -1)
    kept = _changes_kept(told, deal_numbers, end)
    tables = {
        "seller": seller_columns(told.parameters, told.worktime.start),
        **_buyers(told, efforts, acts, deals),
        "effort": _efforts(told, efforts),
        "action": _actions(told, acts),
        "deal": _opened(told, deals),
        "deal_change": _changed(told, deal_numbers, kept),
        **office_columns(told, efforts, acts, deals, deal_numbers),
    }
    parameters = told.parameters
    facts = Facts(parameters.company, parameters.domain, told.worktime.start, end, parameters.seed,
                  {name: fact_table(name, tables.get(name, {})) for name in SCHEMAS})  # fmt: skip
    claimed = told.courses.deals.changes.columns()["claimed"][kept] == 1
    return Story(facts, efforts["p"], acts["dropped"], claimed)


def _buyers(told: Told, efforts: Columns, acts: Columns, deals: Columns) -> dict[str, dict[str, Any]]:
    """The companies and people who occur, the introduced ones known to the CRM only from then on."""
    introduced = acts["kind"] == ACT["introduced"]
    account = told.pursuits.account[acts["pursuit"]]
    brought = account[introduced] * CONTACTS + CONTACTS - 1
    everybody = np.concatenate([efforts["contact"], acts["contact"], brought, deals["contact"]])
    contacts, first = np.unique(everybody, return_index=True)
    companies = [told.pursuits.account[efforts["pursuit"]], account, account[introduced], deals["account"]]
    owners = np.concatenate(companies)[first]
    known = np.zeros(len(contacts), dtype=np.int64)
    order = np.argsort(acts["at"][introduced], kind="stable")[::-1]
    known[np.searchsorted(contacts, brought[order])] = acts["at"][introduced][order]
    rng = np.random.default_rng((told.parameters.seed, 1))
    return {
        "account": account_columns(told.parameters, told.buyers, np.unique(owners), told.sources),
        "contact": contact_columns(told.parameters, contacts, owners, known, rng),
    }


def _efforts(told: Told, efforts: Columns) -> dict[str, Any]:
    kind, step, system = efforts["kind"], efforts["step"], efforts["system"]
    mail = kind == int(Kind.EMAIL)
    return {
        "effort": np.arange(len(kind)),
        "seller": efforts["seller"],
        "account": told.pursuits.account[efforts["pursuit"]],
        "contact": efforts["contact"],
        "deal": or_null(efforts["deal"]),
        "at": efforts["at"],
        "kind": _named(kind, KIND_NAMES),
        "purpose": effort_purposes(efforts),
        "step": _named(step, STEP_NAMES),
        "origin": np.where(efforts["sequence"], "sequence", "hand").tolist(),
        "template": [_SEQUENCE if each else None for each in efforts["sequence"]],
        "evidence": np.where(system == CLAIMED, "claimed", "captured").tolist(),
        "minutes": efforts["minutes"],
        "thread": or_null(np.where(mail, efforts["pursuit"], -1)),
        "answers": or_null(efforts["answers"]),
        "system": _named(system, SYSTEMS),
        "meets_at": or_null(efforts["meets_at"]),
    }


def effort_purposes(efforts: Columns) -> pa.Array:
    """What each effort is for, in the words of the playbook."""
    kind, step = efforts["kind"], efforts["step"]
    names = ("first_touch", "follow_up", *_PURPOSES.values(), "proposal", "answer")
    code = np.select(
        [kind == int(Kind.PROPOSAL), efforts["answers"] >= 0, *(step == int(each) for each in _PURPOSES)],
        [names.index("proposal"), names.index("answer"), *(names.index(each) for each in _PURPOSES.values())],
        np.where(efforts["touch"] == 0, 0, 1),
    )
    return _named(code, names)


def _actions(told: Told, acts: Columns) -> dict[str, Any]:
    kind, account = acts["kind"], told.pursuits.account[acts["pursuit"]]
    mail = np.isin(kind, _MAILS)
    retreat = acts["refuses"] & (kind == ACT["replied"])
    return {
        "action": np.arange(len(kind)),
        "account": account,
        "contact": acts["contact"],
        "deal": or_null(acts["deal"]),
        "at": acts["at"],
        "kind": _named(kind, ACTS),
        "stance": ["retreat" if each else None for each in retreat],
        "evidence": np.where(acts["system"] == CLAIMED, "claimed", "captured").tolist(),
        "system": _named(acts["system"], SYSTEMS),
        "thread": or_null(np.where(mail, acts["pursuit"], -1)),
        "cause": or_null(acts["cause"]),
        "answers": or_null(acts["answers"]),
        "objection": [OBJECTIONS[each] if each >= 0 else None for each in acts["objection"]],
        "brings": or_null(np.where(kind == ACT["introduced"], account * CONTACTS + CONTACTS - 1, -1)),
    }


def _opened(told: Told, deals: Columns) -> dict[str, Any]:
    names = [f"{PRODUCTS[product]} {number + 1}" for number, product in enumerate(deals["product"])]
    days = (deals["at"] - told.worktime.start) // DAY
    return {
        "deal": np.arange(len(names)),
        "account": deals["account"],
        "contact": deals["contact"],
        "seller": _holders(told, deals["seat"], days),
        "name": names,
        "product_line": _named(deals["product"], PRODUCTS),
        "amount_minor": deals["amount_minor"],
        "currency": _named(deals["zone"], CURRENCIES),
        "created_at": deals["at"],
    }


def _changes_kept(told: Told, numbers: Ints, end: int) -> Ints:
    """The changes of deals that happened before the end, by time, as places in the order of telling."""
    changes = told.courses.deals.changes.columns()
    kept = np.flatnonzero((renamed(changes["deal"], numbers) >= 0) & (changes["at"] < end))
    return kept[np.lexsort((changes["field"][kept], changes["at"][kept]))]


def _changed(told: Told, numbers: Ints, kept: Ints) -> dict[str, Any]:
    changes = told.courses.deals.changes.columns()
    deal, at = renamed(changes["deal"], numbers), changes["at"]
    words = {STAGE: STAGES, OUTCOME: OUTCOMES, REASON: REASONS}
    field = changes["field"][kept]
    told_values = {
        name: [
            words[each][value] if value >= 0 else None for each, value in zip(field, changes[name][kept], strict=True)
        ]
        for name in ("old", "new")
    }
    holder = _holders(told, changes["seat"][kept], (at[kept] - told.worktime.start) // DAY)
    return {"deal": deal[kept], "at": at[kept], "field": _named(field, FIELDS), "seller": holder} | told_values


def _holders(told: Told, seat: Ints, day: Ints) -> Ints:
    """Who held each territory on each day; who held it at first where nobody did."""
    held = {int(each): told.staffing.holders(int(each)) for each in np.unique(day)}
    found = [int(held[int(when)][where]) for when, where in zip(day, seat, strict=True)]
    return np.array([each if each >= 0 else where for each, where in zip(found, seat, strict=True)], dtype=np.int64)


def _named(codes: NDArray[Any], names: tuple[str, ...]) -> pa.Array:
    return coded(codes, names).dictionary_decode()
