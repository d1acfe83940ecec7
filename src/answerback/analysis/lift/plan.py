"""The plan of a practice as its record says it: what is measured, against how long a past, and how the lots were drawn.

A lot is the SHA-256 of the seed and an id, so anybody can draw it again by hand: `printf '42:ann' | sha256sum`. Of reps
who start now or later, the lower half starts now. Of two ways of doing a thing, a first character from 0 to 7 is the
new way: for a company that of `seed:company`, for a rep's weeks that of `seed:rep:Monday`. The order in which people
are named does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import quote, unquote

from answerback.analysis.lift.weeks import EARLIER_WEEKS, RECENT_WEEKS
from answerback.stats.ab import dealt
from answerback.stats.switchback import by_week, switching_points

NOW, LATER = "now", "later"
METRICS = ("on_base",)
BASELINE_WEEKS = EARLIER_WEEKS + RECENT_WEEKS
SHOWN_BY = ("template", "subkind", "purpose", "kind", "play")
"""What of a recorded touch may show which way it was made."""
WORTH = 0.05
"""The least difference that one would want to see, where the plan names none; a share from 0 to 1."""
BY_COMPANY = "by company"
_WEEKS = "weeks:"
_NEW, _USUAL = "n", "u"


class Design(StrEnum):
    """How lots are drawn."""

    STARTS = "starts"
    """Some reps start now, the others later."""
    PER_ACCOUNT = "per-account"
    """Each company gets one of two ways, from all who take part, as long as the trial lasts."""
    SWITCHBACK = "switchback"
    """Each rep goes one of two ways in some weeks and the other in others."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing a thing: what people call it, and by what a recorded touch shows it, such as `template:intro`.

    >>> Way("short subject", "template:intro").text, Way.of("call%20first").name
    ('short%20subject/template%3Aintro', 'call first')
    """

    name: str
    shown_by: str = ""

    @property
    def text(self) -> str:
        """As the plan's text holds it."""
        return quote(self.name, safe="") + (f"/{quote(self.shown_by, safe='')}" if self.shown_by else "")

    @classmethod
    def of(cls, text: str) -> Way:
        """The way that a plan's text speaks of."""
        name, _, shown = text.partition("/")
        return cls(unquote(name), unquote(shown))

    def shown(self, touch: Mapping[str, object]) -> bool:
        """Whether a touch shows this way.

        >>> Way("a", "template:x").shown({"template": "x"}), Way("a").shown({"template": "x"})
        (True, False)
        """
        field, _, value = self.shown_by.partition(":")
        return bool(field) and touch.get(field) == value


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fixed before, but for kind of touch and days, which the record has fields for."""

    metric: str
    baseline_weeks: int = BASELINE_WEEKS
    draw: str = ""
    """The name of the draw that this rep was part of; empty where no lots were drawn."""
    seed: int | None = None
    design: Design = Design.STARTS
    usual: Way = Way("")
    new: Way = Way("")
    """The two ways, of a design that compares two."""
    wash_out: int = 0
    """Weeks right after a switch that do not count."""
    worth: float = WORTH

    @property
    def text(self) -> str:
        """As the field `metric` of the record holds it.

        >>> Plan("on_base", draw="a1", seed=42).text
        'on_base baseline=12w draw=a1 seed=42'
        """
        said = {"baseline": f"{self.baseline_weeks}w", "draw": self.draw}
        said |= {"seed": "" if self.seed is None else str(self.seed)}
        if self.design is not Design.STARTS:
            said |= {"design": str(self.design), "usual": self.usual.text, "new": self.new.text}
            said |= {"wash_out": f"{self.wash_out}w", "worth": f"{self.worth:g}"}
        return " ".join([self.metric, *(f"{name}={value}" for name, value in said.items() if value)])


def plan_of(text: str) -> Plan:
    """A plan from the field `metric`; what is not said is as usual.

    >>> plan_of("on_base baseline=12w draw=a1 seed=42") == Plan("on_base", draw="a1", seed=42)
    True
    >>> plan_of("replies a week").metric
    'replies a week'
    >>> trial = Plan("on_base", 12, "a1", 7, Design.SWITCHBACK, Way("mail"), Way("call", "kind:call"), 1, 0.1)
    >>> plan_of(trial.text) == trial
    True
    """
    words = text.split()
    said = dict(word.split("=", 1) for word in words if "=" in word)
    design = said.get("design", "")
    return Plan(
        " ".join(word for word in words if "=" not in word),
        _whole(said.get("baseline", "").removesuffix("w"), BASELINE_WEEKS),
        said.get("draw", ""),
        int(said["seed"]) if said.get("seed", "").isdecimal() else None,
        Design(design) if design in set(Design) else Design.STARTS,
        Way.of(said.get("usual", "")),
        Way.of(said.get("new", "")),
        _whole(said.get("wash_out", "").removesuffix("w"), 0),
        _share(said.get("worth", "")),
    )


def _whole(text: str, usual: int) -> int:
    return int(text) if text.isdecimal() else usual


def _share(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdecimal() and 0.0 < float(text) <= 1.0 else WORTH


def lots(reps: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Who starts now and who later: pairs of rep and arm, the lowest lot first. Half start now, or one fewer.

    >>> lots(["ann", "ben", "cleo", "dara"], 42) == lots(["dara", "cleo", "ben", "ann"], 42)
    True
    """
    order = sorted(set(reps), key=lambda rep: (hashlib.sha256(f"{seed}:{rep}".encode()).hexdigest(), rep))
    return [(rep, NOW if place < len(order) // 2 else LATER) for place, rep in enumerate(order)]


def weeks_arm(rep: str, seed: int, first: date, *, weeks: int, wash_out: int) -> str:
    """The arm of a rep whose ways are switched: a letter for each week, n for the new way and u for the usual one.

    Args:
        rep: Their id.
        seed: Of the draw.
        first: The Monday on which it begins.
        weeks: How long it lasts; four times the wash-out at least.
        wash_out: Weeks right after a switch that do not count: between switches lie at least so many.

    >>> weeks_arm("ann", 42, date(2026, 3, 2), weeks=8, wash_out=1)
    'weeks:nnuunuuu'
    """
    mondays = [first + timedelta(weeks=int(week)) for week in switching_points(weeks, wash_out)]
    new = by_week([[dealt(f"{rep}:{monday}", seed) for monday in mondays]], weeks, wash_out)[0]
    return _WEEKS + "".join(_NEW if each else _USUAL for each in new.tolist())


def new_weeks(arm: str) -> list[bool]:
    """Which weeks go the new way, by an arm; none where it is of another design.

    >>> new_weeks("weeks:uun"), new_weeks("now")
    ([False, False, True], [])
    """
    return [each == _NEW for each in arm.removeprefix(_WEEKS)] if arm.startswith(_WEEKS) else []


def draw_name(reps: Sequence[str], seed: int, starts: str) -> str:
    """A short name for a draw, the same for the same people, seed and start.

    >>> len(draw_name(["ann", "ben"], 42, "2026-03-02"))
    8
    """
    return hashlib.sha256("\n".join([str(seed), starts, *sorted(set(reps))]).encode()).hexdigest()[:8]
