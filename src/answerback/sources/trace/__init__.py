"""Exchange message traces: who wrote to whom and when, for a whole organisation, without anybody's mailbox.

A trace has no In-Reply-To, so its answers rest on the contact alone; its message ids join it to mailboxes and CRMs that
say more. `SOURCE` is the connector; what a row becomes is in `rows`, as data.
"""

from __future__ import annotations

from typing import Final

from answerback.domain.reading import Source
from answerback.sources.crm.rules import Dialect
from answerback.sources.crm.source import CrmSource
from answerback.sources.trace.rows import TRACE

DIALECT: Final = Dialect(
    name="trace",
    objects=(TRACE,),
    lookups={},
    needs_sellers=True,
    dropped_prefix="exchange|office365|o365",
    dropped_suffix=r"\d*",
    by_columns=True,
    next_step="export the trace with MessageId, SenderAddress, RecipientAddress, Received and Status",
)


class Trace(CrmSource):
    """The connector."""

    name = "trace"
    meaning = "an Exchange message trace as CSV (Get-MessageTrace, or a report of the admin centre)"
    dialect = DIALECT


SOURCE: Final[Source] = Trace()
