"""People who are known from a mail's headers alone: a contact by address, a company by domain, and that they took part.

Such a contact is a version from the beginning of time, so that whatever the CRM itself says of the same person wins.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from answerback.sources.addresses import account_id_of, clean_address, is_free_mail, registrable_domain
from answerback.sources.crm import values
from answerback.sources.crm.expressions import ITEM, Expr, always, each_outside, over_uniques, there, tokens
from answerback.sources.crm.frame import Frame
from answerback.sources.crm.rules import Rule

_NEVER: Final = Expr(
    lambda frame: pa.repeat(pa.scalar(datetime(1970, 1, 1, tzinfo=UTC), values.INSTANT), len(frame)),
)
_NEVER_DELETED: Final = ~there(ITEM)
_COMPANY: Final = over_uniques(ITEM, lambda _, address: account_id_of(address))


def _company_domain(_: Frame, address: str) -> str:
    return "" if is_free_mail(address) else registrable_domain(address)


def rep_of(frame: Frame, address: str) -> str | None:
    """Our person with this address: the CRM's own id, else the address; None for anybody else."""
    return frame.world.rep_of(clean_address(address))


def addressees(header: Expr, *, role: str, event: Expr, when: Expr, takes_part: Expr) -> tuple[Rule, ...]:
    """Rules for everybody outside who stands in one header of a mail.

    Args:
        header: The column of addresses.
        role: What standing there makes them.
        event: The mail's id.
        when: For which rows the header is read.
        takes_part: For which of them no other file says who took part.
    """
    known = {"version_at": _NEVER, "deleted": _NEVER_DELETED}
    return (
        Rule(
            record="contact",
            when=when,
            each=each_outside(header),
            once=True,
            fields={"source_id": ITEM, "email": ITEM, "account_id": _COMPANY, **known},
        ),
        Rule(
            record="account",
            when=when,
            each=each_outside(header),
            once=True,
            fields={"source_id": _COMPANY, "domain": over_uniques(ITEM, _company_domain), **known},
        ),
        Rule(
            record="participant",
            when=when & takes_part,
            each=each_outside(header),
            fields={
                "source_id": tokens(event, always(role), ITEM),
                "event_id": event,
                "contact_id": ITEM,
                "role": always(role),
            },
        ),
    )
