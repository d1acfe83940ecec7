"""Who waits on a rep: from what was worked out for everybody beforehand, where that is what may be seen of them."""

from __future__ import annotations

from collections.abc import Mapping

from answerback.analysis.court.mine import WaitingList, waiting_on
from answerback.analysis.court.too_long import TooLong, too_long
from answerback.domain.scope import Scope
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.desk import Desk


def late_within(desk: Desk, scope: Scope) -> tuple[TooLong, ...]:
    """Buyers who wait too long on the reps of a scope: from what was worked out for all, where that holds."""
    late: tuple[TooLong, ...] | None = ahead(desk, Ahead.LATE)
    contesting: frozenset[int] | None = ahead(desk, Ahead.CONTESTING)
    reps = {each.rep_key for each in scope.stretches}
    known = late is not None and contesting is not None and scope.viewer_key not in contesting
    if known and late is not None and all(desk.holds_all(scope, key) for key in reps):
        return tuple(each for each in late if each.rep_key in reps)
    return desk.once(("too long", scope), lambda reader: too_long(reader, scope))


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
