"""People who are known from a mail's headers alone: a contact by address, a company by domain, and that they took part.

Such a contact is a version from the beginning of time, so that whatever the CRM itself says of the same person wins.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.crm import values
from answerback.sources.crm.expressions import ITEM, Expr, always, each_outside, over_uniques, there, tokens
from answerback.sources.crm.frame import Frame
from answerback.sources.crm.rules import Rule

_NEVER: Final = Expr(
    lambda frame: pa.repeat(pa.scalar(datetime(1970, 1, 1, tzinfo=UTC), values.INSTANT), len(frame)),
)
_NEVER_DELETED: Final = ~there(ITEM)


def _company(frame: Frame, address: str) -> str | None:
    party = frame.world.party(address)
    return party.company if party else None


def _company_domain(frame: Frame, address: str) -> str | None:
    party = frame.world.party(address)
    return party.domain if party else None


_COMPANY: Final = over_uniques(ITEM, _company)


def rep_of(part: Expr) -> Expr:
    """Our person with an address: the CRM's own id, else the address; empty for anybody else."""

    def of(frame: Frame) -> Any:
        codes = pc.dictionary_encode(part.of(frame))
        parties = frame.world.parties_of(codes.dictionary.to_pylist())
        return pa.array([each.rep if each else None for each in parties], pa.string()).take(codes.indices)

    return Expr(of)


def addressees(header: Expr, *, role: str, event: Expr, when: Expr, takes_part: Expr) -> tuple[Rule, ...]:
    """Rules for everybody outside who stands in one header of a mail.

    Args:
        header: The column of addresses.
        role: What standing there makes them.
        event: The mail's id.
        when: For which rows the header is read.
        takes_part: For which of them no other file says who took part.
    """
    listed = each_outside(header)
    known = {"version_at": _NEVER, "deleted": _NEVER_DELETED}
    return (
        Rule(
            record="contact",
            when=when,
            each=listed,
            once=True,
            fields={"source_id": ITEM, "email": ITEM, "account_id": _COMPANY, **known},
        ),
        Rule(
            record="account",
            when=when,
            each=listed,
            once=True,
            fields={"source_id": _COMPANY, "domain": over_uniques(ITEM, _company_domain), **known},
        ),
        Rule(
            record="participant",
            when=when & takes_part,
            each=listed,
            fields={
                "source_id": tokens(event, always(role), ITEM),
                "event_id": event,
                "contact_id": ITEM,
                "role": always(role),
            },
        ),
    )
