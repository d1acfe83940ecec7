"""Whose court the ball is in after an event of a chain: the side that acted last waits for the other.

A refusal ends the exchange: after it nobody owes anything. Two kinds of it do not: somebody who does not come to a
meeting, or declines a time, has not said no to the matter, so the seller's turn is to find another; and whoever
complains is owed an answer.
"""

from __future__ import annotations

from enum import StrEnum

from answerback.domain.kinds import ActionKind, Stance


class Side(StrEnum):
    """Who did something."""

    SELLER = "seller"
    BUYER = "buyer"


class Court(StrEnum):
    """Whose turn it is."""

    SELLER = "seller"
    BUYER = "buyer"
    NOBODY = "nobody"


STILL_OWED: frozenset[ActionKind] = frozenset({ActionKind.NO_SHOW, ActionKind.DECLINED_MEETING, ActionKind.COMPLAINED})
"""Refusals after which it is the seller's turn all the same."""


def court_after(side: Side, *, kind: str = "", stance: str | None = None) -> Court:
    """Whose turn it is after an event that hands the ball over.

    Args:
        side: Who did it.
        kind: Of a buyer's act, its kind.
        stance: Of a buyer's act, whether it moved forward, neither way, or back.

    >>> court_after(Side.SELLER).value, court_after(Side.BUYER, kind="asked", stance="neutral").value
    ('buyer', 'seller')
    >>> court_after(Side.BUYER, kind="declined", stance="retreat").value
    'nobody'
    >>> court_after(Side.BUYER, kind="no_show", stance="retreat").value
    'seller'
    """
    if side is Side.SELLER:
        return Court.BUYER
    ends = stance == Stance.RETREAT and kind not in STILL_OWED
    return Court.NOBODY if ends else Court.SELLER


def ends_it_sql(kind: str, stance: str) -> str:
    """The same as an SQL condition on a buyer's act: after it nobody owes anything.

    >>> ends_it_sql("a.kind", "a.stance")
    "(a.stance = 'retreat' and a.kind not in ('complained', 'declined_meeting', 'no_show'))"
    """
    owed = ", ".join(f"'{each}'" for each in sorted(STILL_OWED))
    return f"({stance} = '{Stance.RETREAT}' and {kind} not in ({owed}))"
