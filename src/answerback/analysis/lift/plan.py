"""The plan of a practice as its record says it: what is measured, against how long a past, and how the lots were drawn.

A lot is the SHA-256 of the seed and the rep's id, so anybody can draw it again by hand:
`printf '42:ann' | sha256sum`. Who has the lower lots starts now. The order in which people are named does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from answerback.analysis.lift.weeks import EARLIER_WEEKS, RECENT_WEEKS

NOW, LATER = "now", "later"
METRICS = ("on_base",)
BASELINE_WEEKS = EARLIER_WEEKS + RECENT_WEEKS


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fixed before, but for kind of touch and days, which the record has fields for."""

    metric: str
    baseline_weeks: int = BASELINE_WEEKS
    draw: str = ""
    """The name of the draw that this rep was part of; empty where no lots were drawn."""
    seed: int | None = None

    @property
    def text(self) -> str:
        """As the field `metric` of the record holds it.

        >>> Plan("on_base", draw="a1", seed=42).text
        'on_base baseline=12w draw=a1 seed=42'
        """
        seed = "" if self.seed is None else f" seed={self.seed}"
        return f"{self.metric} baseline={self.baseline_weeks}w" + (f" draw={self.draw}" if self.draw else "") + seed


def plan_of(text: str) -> Plan:
    """A plan from the field `metric`; what is not said is as usual.

    >>> plan_of("on_base baseline=12w draw=a1 seed=42") == Plan("on_base", draw="a1", seed=42)
    True
    >>> plan_of("replies a week").metric
    'replies a week'
    """
    words = text.split()
    said = dict(word.split("=", 1) for word in words if "=" in word)
    metric = " ".join(word for word in words if "=" not in word)
    weeks, seed = said.get("baseline", "").removesuffix("w"), said.get("seed", "")
    baseline = int(weeks) if weeks.isdecimal() else BASELINE_WEEKS
    return Plan(metric, baseline, said.get("draw", ""), int(seed) if seed.isdecimal() else None)


def lots(reps: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Who starts now and who later: pairs of rep and arm, the lowest lot first. Half start now, or one fewer.

    >>> lots(["ann", "ben", "cleo", "dara"], 42) == lots(["dara", "cleo", "ben", "ann"], 42)
    True
    """
    order = sorted(set(reps), key=lambda rep: (hashlib.sha256(f"{seed}:{rep}".encode()).hexdigest(), rep))
    return [(rep, NOW if place < len(order) // 2 else LATER) for place, rep in enumerate(order)]


def draw_name(reps: Sequence[str], seed: int, starts: str) -> str:
    """A short name for a draw, the same for the same people, seed and start.

    >>> len(draw_name(["ann", "ben"], 42, "2026-03-02"))
    8
    """
    return hashlib.sha256("\n".join([str(seed), starts, *sorted(set(reps))]).encode()).hexdigest()[:8]
