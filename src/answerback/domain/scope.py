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

    def holds(self, rep_key: int, at: datetime) -> bool:
        """Whether a rep is within it at an aware instant. The same as an SQL condition: `engine.scoped.within`.

        >>> day = datetime(2026, 3, 2, tzinfo=UTC)
        >>> mine = Scope("mirror", stretches=(Stretch(7, end=day),))
        >>> mine.holds(7, day), mine.holds(7, day.replace(day=1)), mine.holds(8, day.replace(day=1))
        (False, True, False)
        """
        return self.everybody or any(
            each.rep_key == rep_key
            and (each.start is None or _aware(each.start) <= at)
            and (each.end is None or at < _aware(each.end))
            for each in self.stretches
        )


def naive(at: datetime) -> datetime:
    """An instant as relations hold it: in UTC, without its zone."""
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)
