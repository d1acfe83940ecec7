"""Whose rows somebody may see, and for what purpose. Every analysis function with rows about people demands one.

A Scope has two makers: the owner of a workspace's folder (`workspace.access.owner_scope`, whose use is logged), and,
where people sign in, the one function that knows who may see whom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """A rep between two instants (aware, or naive in UTC), the second excluded; None means without end."""

    rep_key: int
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be seen: everybody, or these stretches of these reps."""

    purpose: str
    everybody: bool = False
    stretches: tuple[Stretch, ...] = ()
    viewer_key: int | None = None
    """The rep who looks, where a rep does: events that they contest stay in their own view, and in nobody else's."""

    def only(self, rep_key: int, start: datetime | None = None, end: datetime | None = None) -> Scope:
        """The part of this scope that is about one rep between two instants, the second excluded.

        >>> Scope("mirror", stretches=(Stretch(7), Stretch(8))).only(7).stretches
        (Stretch(rep_key=7, start=None, end=None),)
        >>> Scope("mirror", stretches=(Stretch(8),)).only(7).stretches
        ()
        """
        own = (
            (Stretch(rep_key),) if self.everybody else tuple(each for each in self.stretches if each.rep_key == rep_key)
        )
        cut = (Stretch(rep_key, _latest(each.start, start), _earliest(each.end, end)) for each in own)
        return replace(self, everybody=False, stretches=tuple(cut))

    def condition(self, rep: str, at: str) -> str:
        """The scope as one SQL condition, in brackets, on a column of rep keys and one of instants.

        >>> Scope("mirror", stretches=(Stretch(7),)).condition("rep_key", "occurred_at")
        '((rep_key = 7))'
        >>> Scope("nothing").condition("rep_key", "occurred_at"), Scope("all", everybody=True).condition("a", "b")
        ('false', 'true')
        """
        if self.everybody:
            return "true"
        parts = []
        for each in self.stretches:
            terms = [f"{rep} = {int(each.rep_key)}"]
            if each.start is not None:
                terms.append(f"{at} >= {_literal(each.start)}")
            if each.end is not None:
                terms.append(f"{at} < {_literal(each.end)}")
            parts.append(f"({' and '.join(terms)})")
        return f"({' or '.join(parts)})" if parts else "false"


def _literal(at: datetime) -> str:
    """An instant as relations hold it: naive, in UTC."""
    utc = at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)
    return f"timestamp '{utc.isoformat(' ', 'seconds')}'"


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)
