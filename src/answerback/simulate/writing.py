"""Writes a practice company into a folder: its data as real systems or as plain records, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from answerback.simulate.assemble import Story, assemble
from answerback.simulate.dirt import dirtied
from answerback.simulate.draft import drafted, must_be_free
from answerback.simulate.exports.calendar import write_calendars
from answerback.simulate.exports.esign import write_esign
from answerback.simulate.exports.folder import write_folder
from answerback.simulate.exports.guide import write_guide
from answerback.simulate.exports.mail import write_mailboxes
from answerback.simulate.exports.office import write_office
from answerback.simulate.exports.salesforce import write_salesforce
from answerback.simulate.exports.telephony import write_telephony
from answerback.simulate.facts import Facts
from answerback.simulate.model import Model
from answerback.simulate.parameters import Parameters
from answerback.simulate.scenarios import Plan, planned
from answerback.simulate.truth import write_truth

OnStep = Callable[[str, int, int], None]
"""Told what is being done, how much is done and how much there is."""


class Form(StrEnum):
    """What a practice company is written as."""

    EXPORTS = "exports"
    FOLDER = "folder"


_EXPORTS: dict[str, Callable[[Facts, Path], object]] = {
    "salesforce": write_salesforce,
    "office": write_office,
    "mail": write_mailboxes,
    "calendar": write_calendars,
    "telephony": write_telephony,
    "esign": write_esign,
}


def write_company(
    folder: Path,
    parameters: Parameters,
    scenarios: Sequence[str] = (),
    *,
    form: Form = Form.EXPORTS,
    misspecified: bool = False,
    on_step: OnStep = lambda _what, _done, _total: None,
) -> tuple[Plan, Story]:
    """Simulates a company and writes it; what was planned, and what happened.

    Raises UsageError where the folder holds something already.
    """
    must_be_free(folder)
    plan = planned(parameters, scenarios, misspecified=misspecified)
    steps = ["people and buyers", *(_EXPORTS if form is Form.EXPORTS else ["records"]), "truth"]
    on_step(steps[0], 0, len(steps))
    story = assemble(Model(plan.parameters).tell())
    if "dirty" in scenarios:
        story, dirt = dirtied(story)
        plan.planted = [replace(each, more=dirt) if each.scenario == "dirty" else each for each in plan.planted]
    with drafted(folder) as draft:
        for done, name in enumerate(steps[1:-1], start=1):
            on_step(name, done, len(steps))
            if form is Form.EXPORTS:
                _EXPORTS[name](story.facts, draft)
            else:
                write_folder(story.facts, draft / name)
        write_guide(story.facts, draft)
        on_step(steps[-1], len(steps) - 1, len(steps))
        write_truth(story, plan.parameters, scenarios, plan.planted, draft / "truth")
    return plan, story
