"""Who waits on a rep: from what was worked out for everybody beforehand, where that is what may be seen of them."""

from __future__ import annotations

from collections.abc import Mapping

from answerback.analysis.court.mine import WaitingList, waiting_on
from answerback.domain.scope import Scope
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.desk import Desk


def waiting_on_rep(desk: Desk, scope: Scope, rep_key: int) -> WaitingList:
    """The buyers who wait on a rep, within a scope that is about this rep.

    What was worked out for everybody holds where the scope has all that the rep did, and where they contest nothing:
    a contested event is in its rep's own view alone. Else it is worked out now.
    """
    waits: Mapping[int, WaitingList] | None = ahead(desk, Ahead.WAITS)
    contesting: frozenset[int] | None = ahead(desk, Ahead.CONTESTING)
    if waits is not None and contesting is not None and rep_key in waits:
        own = scope.viewer_key == rep_key
        if desk.holds_all(scope, rep_key) and not (own and rep_key in contesting):
            return waits[rep_key]
    return desk.once(("waiting", scope, rep_key), lambda reader: waiting_on(reader, scope, rep_key))
