"""A scope as SQL: the one condition by which a query keeps to what somebody may see."""

from __future__ import annotations

from answerback.domain.scope import Scope, Stretch
from answerback.engine.literals import sql_instant


def within(scope: Scope, rep: str, at: str) -> str:
    """The scope as one SQL condition, in brackets, on a column of rep keys and one of instants.

    >>> within(Scope("mirror", stretches=(Stretch(7),)), "rep_key", "occurred_at")
    '((rep_key = 7))'
    >>> within(Scope("nothing"), "rep_key", "occurred_at"), within(Scope("all", everybody=True), "a", "b")
    ('false', 'true')
    """
    if scope.everybody:
        return "true"
    parts = [_stretch(each, rep, at) for each in scope.stretches]
    return f"({' or '.join(parts)})" if parts else "false"


def _stretch(each: Stretch, rep: str, at: str) -> str:
    terms = [f"{rep} = {int(each.rep_key)}"]
    if each.start is not None:
        terms.append(f"{at} >= {sql_instant(each.start)}")
    if each.end is not None:
        terms.append(f"{at} < {sql_instant(each.end)}")
    return f"({' and '.join(terms)})"
