"""What usually comes next after a step, and whether it still comes after a silence: in words for one open chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from answerback.analysis.court.quiet import Revival
from answerback.analysis.steps.answer import Span, Steps, StepTimes
from answerback.analysis.steps.curves import StepKey
from answerback.present.explain import duration
from answerback.present.refusals import refusal_text
from answerback.present.timeline import act_words, touch_words

_HOUR = 3600
_HALF = 0.5
_SMALL, _NEARLY = 0.005, 0.95
_MOST_REVIVALS = 3


@dataclass(frozen=True, slots=True)
class LastStep:
    """The step that a chain stands at: whose it was, its kind, and how long it has been silent since."""

    seller: bool
    step: str
    silent_hours: float

    @property
    def words(self) -> str:
        """What was done last, without who did it."""
        return touch_words(self.step) if self.seller else act_words(self.step)


def going_on(steps: Steps, last: LastStep) -> list[str]:
    """What follows such a step, how soon, whether it still comes; of whom the figures are; or why none is told."""
    side, channel = "seller" if last.seller else "buyer", last.step.partition(" / ")[0].removesuffix(" (reactive)")
    own = next((each for each in steps.steps if each.key.value("side") == side and each.key.value("step") == last.step),
               None)  # fmt: skip
    if own is not None and own.why is not None:
        return [f"{_upper(refusal_text(own.why))}"]
    lines = [] if own is None else _followed(own, last)
    key = own.key if own is not None else StepKey(("side", "channel", "step"), (side, channel, last.step))
    place = steps.curves.place_of(key)
    if place < 0:
        return ["Cannot tell what usually comes next: too few stories have stood at this step."]
    lines += _still(steps, place, last)
    if steps.curves.keys[place] != key:
        lines.append(f"Too few stories have stood at this very step: the figures are those of {_group(steps, place)}.")
    return lines


def _followed(own: StepTimes, last: LastStep) -> list[str]:
    if own.ever is None:
        return []
    who = "the buyer moves" if last.seller else "the seller goes on"
    line = f"At this step {who} in {_share(own.ever)} of stories"
    if own.median_hours is not None and np.isfinite(own.median_hours.value):
        line += f", in half of those within {duration(round(own.median_hours.value * _HOUR))}"
    lines = [f"{line}."]
    if own.next_steps:
        named = act_words(own.next_steps[0][0]) if last.seller else touch_words(own.next_steps[0][0])
        lines.append(f"Most often: {named}.")
    return lines


def _still(steps: Steps, place: int, last: LastStep) -> list[str]:
    chance = steps.curves.still_comes(place, last.silent_hours)
    share, low, high = (float(each) for each in (chance.share, chance.low, chance.high))
    silent = duration(max(0, round(last.silent_hours * _HOUR)))
    if np.isnan(share):
        return [f"No story was watched for {silent} at this step, so nobody can tell whether it still goes on."]
    said = "hardly any" if share < _SMALL else "nearly all" if share > _NEARLY else one_in(share)
    goes = "goes" if said.startswith("1 ") else "go"
    limits = f" ({low:.0%} to {high:.0%})" if f"{low:.0%}" != f"{high:.0%}" else ""
    return [f"After {silent} without it {said} still {goes} on{limits}."]


def _group(steps: Steps, place: int) -> str:
    key = steps.curves.keys[place]
    if (channel := key.value("channel")) is None:
        return "every touch" if key.value("side") == "seller" else "whatever a buyer did"
    return f"every {channel.replace('_', ' ')}"


def one_in(share: float) -> str:
    """A share as people say it.

    >>> one_in(0.21), one_in(0.5), one_in(0.83), one_in(0.04)
    ('1 in 5', '1 in 2', '8 in 10', '1 in 25')
    """
    return f"1 in {round(1 / share)}" if share <= _HALF else f"{round(share * 10)} in 10"


def revived(found: Iterable[Revival]) -> list[str]:
    """Which touches were answered when a chain had gone quiet, the best first: counts, not what they bring about.

    >>> revived([Revival("call / follow_up", 40, 9, 0.1, 0.4), Revival("email", 3, 2, None, None)])
    ['called (follow-up): 9 of 40 answered']
    """
    told = [each for each in found if each.low is not None and each.came]
    told.sort(key=lambda each: (-(each.low or 0.0), each.step))
    return [f"{touch_words(each.step)}: {each.came:,} of {each.tries:,} answered" for each in told[:_MOST_REVIVALS]]


def _share(of: Span) -> str:
    return f"{of.value:.0%}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
