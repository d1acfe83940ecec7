"""What stands of one's own on the mirror and in its digest: buyers who wait, and the latest act of each who moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from answerback.analysis.court.mine import Waiting, is_late
from answerback.analysis.own import Touch
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


def latest_of_each(touches: Iterable[Touch]) -> list[Touch]:
    """Of each buyer who moved the touch that moved them last; touches come with the latest first."""
    latest: dict[str, Touch] = {}
    for each in touches:
        if each.state == "on_base":
            latest.setdefault(each.buyer.contact_id or each.buyer.account_id, each)
    return list(latest.values())
