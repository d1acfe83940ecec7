"""How long the next step takes after each step of a chain, whether it ever comes, and when it probably will not."""

from answerback.analysis.steps.answer import Steps, StepTimes, steps_of
from answerback.analysis.steps.curves import StepCurves, StepKey, quiet_ages
from answerback.analysis.steps.opened import StepExplained, explain_step
from answerback.analysis.steps.spells import DIMENSIONS, Asked

__all__ = [
    "DIMENSIONS",
    "Asked",
    "StepCurves",
    "StepExplained",
    "StepKey",
    "StepTimes",
    "Steps",
    "explain_step",
    "quiet_ages",
    "steps_of",
]
