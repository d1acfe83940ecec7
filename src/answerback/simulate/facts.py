"""What happened in a practice company, as columns: who is who, what sellers did, what buyers did, and why.

The model makes facts; exports write them as real systems would. A fact that no system recorded (a call from a private
phone) is here all the same, its `system` is `none`. People and things are numbered from 0 within their kind; instants
are whole seconds since 1970 (UTC); money is in minor units. The same seed and parameters give the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_INT, _TEXT, _BOOL = pa.int64(), pa.string(), pa.bool_()

SCHEMAS: MappingProxyType[str, pa.Schema] = MappingProxyType(
    {
        name: pa.schema(list(columns.items()))
        for name, columns in {
            # A seller as they were between two instants: one who changed team or name has several rows.
            "seller": {
                "seller": _INT,
                "name": _TEXT,
                "email": _TEXT,
                "manager": _INT,  # null: the leader
                "team": _TEXT,
                "role": _TEXT,  # rep, manager, leader
                "segment": _TEXT,
                "region": _TEXT,
                "time_zone": _TEXT,
                "tenure_start": _INT,
                "valid_from": _INT,  # null: always
                "valid_to": _INT,  # null: still so
            },
            "account": {
                "account": _INT,
                "name": _TEXT,
                "domain": _TEXT,
                "industry": _TEXT,
                "size_band": _TEXT,
                "region": _TEXT,
                "segment": _TEXT,
                "time_zone": _TEXT,
                "lead_source": _TEXT,
            },
            "contact": {
                "contact": _INT,
                "account": _INT,
                "name": _TEXT,
                "email": _TEXT,
                "title": _TEXT,
                "level": _TEXT,  # executive, manager, staff
                "known_from": _INT,  # null: from the beginning; else when the CRM learnt of them
            },
            "deal": {
                "deal": _INT,
                "account": _INT,
                "contact": _INT,
                "seller": _INT,  # its owner
                "name": _TEXT,
                "product_line": _TEXT,
                "amount_minor": _INT,
                "currency": _TEXT,
                "created_at": _INT,
            },
            # A field of a deal in the CRM took another value: stage, amount, owner, outcome, loss_reason, ….
            "deal_change": {"deal": _INT, "at": _INT, "field": _TEXT, "old": _TEXT, "new": _TEXT, "seller": _INT},
            "effort": {
                "effort": _INT,
                "seller": _INT,
                "account": _INT,
                "contact": _INT,
                "deal": _INT,  # null: before there was a deal
                "at": _INT,
                "kind": _TEXT,  # an EffortKind
                "purpose": _TEXT,
                "step": _TEXT,  # the step of the chain it was made at
                "origin": _TEXT,  # hand, sequence
                "template": _TEXT,  # null: none
                "evidence": _TEXT,  # captured, claimed
                "minutes": _INT,
                "thread": _INT,  # mails of one conversation bear one number; null: no mail
                "answers": _INT,  # the buyer action that it answers; null: proactive
                "system": _TEXT,  # which recorded it: mail, calendar, dialler, esign, crm; none: nobody
                "meets_at": _INT,  # of an invitation: when the meeting is
            },
            "action": {
                "action": _INT,
                "account": _INT,
                "contact": _INT,
                "deal": _INT,
                "at": _INT,
                "kind": _TEXT,  # an ActionKind
                "stance": _TEXT,  # null: the kind's own
                "evidence": _TEXT,
                "system": _TEXT,
                "thread": _INT,
                "cause": _INT,  # the truth: the effort without which it would not have come; null: nothing did
                "answers": _INT,  # the effort that its record names; null: it names none
                "objection": _TEXT,  # what the buyer objects to, where they say so
                "brings": _INT,  # the colleague whom an `introduced` brings in
            },
            "case": {"case": _INT, "account": _INT, "deal": _INT, "opened_at": _INT, "closed_at": _INT, "kind": _TEXT},
            "obstacle": {"deal": _INT, "at": _INT, "kind": _TEXT, "said_by": _TEXT, "evidence": _TEXT},
            "absence": {"seller": _INT, "from": _INT, "to": _INT},
            "assignment": {"account": _INT, "seller": _INT, "notified_at": _INT, "from": _INT, "to": _INT},
            "target": {"seller": _INT, "metric": _TEXT, "period": _TEXT, "value": _INT},
            "expense": {"seller": _INT, "period": _TEXT, "amount_minor": _INT, "currency": _TEXT},
            "happening": {"from": _INT, "to": _INT, "scope": _TEXT, "text": _TEXT},
            "conversation": {
                "seller": _INT,
                "coach": _INT,
                "at": _INT,
                "kind": _TEXT,
                "topic": _TEXT,
                "minutes": _INT,
            },
            # A mail that the CRM has as well: `event` is effort or action.
            "copy": {"event": _TEXT, "number": _INT},
            # Which system of whom was recording, from when to when.
            "coverage": {"seller": _INT, "system": _TEXT, "from": _INT, "to": _INT},
        }.items()
    }
)
"""By kind of fact, its columns."""

SYSTEMS = ("mail", "calendar", "dialler", "esign", "crm", "none")
"""What records an event: mailbox, calendar, telephone, signing service, somebody's typing, or nothing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that happened, and in whose name it is told.

    Attributes:
        company: The selling company's name.
        domain: Its mail domain.
        start: The first instant, seconds since 1970.
        end: The instant at which everything was exported.
        seed: What the facts were drawn from; exports draw what they must from it as well.
        tables: By the names of `SCHEMAS`; events in order of time.
    """

    company: str
    domain: str
    start: int
    end: int
    seed: int
    tables: Mapping[str, pa.Table]
    _read: dict[str, list[dict[str, Any]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Tables that somebody asked for row by row: a dozen exports ask for the same ones."""

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The facts of a kind, one by one; whoever gets them may change them."""
        if name not in self._read:
            self._read[name] = self.tables[name].to_pylist()
        return [row.copy() for row in self._read[name]]


def coded(codes: NDArray[Any], names: Sequence[str]) -> pa.DictionaryArray:
    """Words from their places in a list; nothing for negative places.

    >>> coded(np.array([1, -1]), ("email", "call")).to_pylist()
    ['call', None]
    """
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), list(names))


def or_null(numbers: NDArray[np.int64]) -> pa.Array:
    """Numbers; nothing for negative ones."""
    return pa.array(numbers, mask=numbers < 0)


def fact_table(name: str, columns: Mapping[str, Sequence[Any] | Any]) -> pa.Table:
    """Facts of one kind from columns (arrays or lists, equally long); a column that is not given is empty.

    >>> fact_table("absence", {"seller": [0], "from": [0], "to": [86400]}).to_pylist()
    [{'seller': 0, 'from': 0, 'to': 86400}]
    """
    schema = SCHEMAS[name]
    if unknown := columns.keys() - set(schema.names):
        raise ValueError(f"{name} has no column {', '.join(sorted(unknown))}")
    length = max((len(each) for each in columns.values()), default=0)
    arrays = [
        pa.array(columns[field.name], type=field.type) if field.name in columns else pa.nulls(length, field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)
