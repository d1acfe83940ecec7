"""What stands of one's own on the mirror and in its digest: buyers who wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from answerback.analysis.court.mine import Waiting, is_late
from answerback.present.own import act_text, buyer_called


def turn_shown(each: Waiting, as_of: datetime) -> dict[str, Any]:
    """A buyer who waits: who, of which company, what they did, and whether it is late."""
    return {
        "row": each,
        "who": buyer_called(each.buyer),
        "company": each.buyer.company or each.buyer.account_id,
        "did": act_text(each.kind, each.subkind),
        "late": is_late(each, as_of),
    }
