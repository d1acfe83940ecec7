"""A finding opened, as text for a person and as one document for a machine."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.findings.explaining import FindingExplained
from answerback.domain.findings import FindingKind
from answerback.present.explain import Told, tell_on_base
from answerback.present.findings import finding_rows, story
from answerback.present.formats import plain_value

DEFINITION: Mapping[FindingKind, str] = MappingProxyType(
    {
        FindingKind.CHANGE: (
            "A rep's touches of one kind are compared with the same rep's own past, week by week, young ones weighted "
            "by the share of their answers that should have come by now. It is raised when a change is far more "
            "likely than none."
        ),
        FindingKind.VERDICT: (
            "Known happenings are tested first, then whether all changed together, then whether one stands apart from "
            "the others. Whose it is follows from what is left."
        ),
        FindingKind.SEAT: "A territory is followed through each change of rep: does whoever comes next fare the same?",
        FindingKind.QUOTA: "Each target is set against what the same touches have yielded in the past.",
        FindingKind.POTENTIAL: "What the same effort would have yielded at good rates seen for comparable work.",
        FindingKind.LIFT: (
            "Those who had it and those who had not are compared after, given how each did before; what comes back by "
            "itself after a bad time is taken off."
        ),
        FindingKind.INCREMENT: (
            "Buyers' acts after touches of one's own accord are set against the same buyers' acts at other times, and "
            "against those who were held back at random, where there are any."
        ),
        FindingKind.FRICTION: (
            "Answers by the number of the touch are set against the course that they take when nobody is pestered; "
            "refusals and opt-outs by how many touches came shortly before."
        ),
        FindingKind.POLICY: "Touches that a rule asks for are set against what buyers do after them.",
        FindingKind.RUT: "The same kind of touch, to buyers like these, without an answer, while another works.",
        FindingKind.GROOVE: "A kind of touch whose rate rose and has held since.",
        FindingKind.REPEAT: "Stories of one rep that ended: the same step and the same ending in three of five.",
        FindingKind.STRENGTH: "The kind of touch and buyer where one's own rate is surely above comparable work.",
        FindingKind.COVERAGE: (
            "Touches whose answer could not have been recorded, as a share of all; or several reps of whom one channel "
            "was not answered at all from one week on, though answers were to be expected and other touches had some; "
            "or a rep of whom no touch is seen for three weeks that are no recorded absence, while others go on."
        ),
        FindingKind.STAGE: (
            "The deals of the last half year are looked at every second week: does the CRM say a stage that no act of "
            "the buyer supports? Each owner is held against all others, and people differ a little anyway; all deals "
            "together are held against the quarters before."
        ),
        FindingKind.TRUST: (
            "Sources are held against one another: how old the newest record is, and whether two tellings of the same "
            "thing agree."
        ),
        FindingKind.RISK: (
            "What a rep tries that lies outside of what they usually do, whatever came of it; beside it what chance "
            "alone would bring."
        ),
        FindingKind.PATH: (
            "What deals ask of buyers: the channels that they choose beside those of our touches, deals as clusters; or"
            " deals in which the same was asked again before an answer, in one segment beside the others. All that was"
            " looked at is counted in."
        ),
        FindingKind.PROCESS: (
            "Stories that began in the half year before: of those that came to a thing and are decided, how many "
            "stopped there without being won, in one segment beside all others. All segments and things that were "
            "looked at are counted in."
        ),
        FindingKind.BALLS: (
            "The balls of the last quarter: how many were not answered in the playbook's time. A rep is held against "
            "all others with the same policies, and named only where the others keep them; a policy that most miss is "
            "nobody's alone."
        ),
        FindingKind.MUTED: (
            "The latest word on each finding of a kind: from five decided on, and four in five dismissed, the kind is "
            "shown to nobody until operations say done."
        ),
    }
)
"""How each kind of finding comes about."""


def tell_finding(found: FindingExplained) -> Told:
    """Its story, how it came about, what people said, and the touches behind it."""
    standing = found.standing
    finding, state = standing.finding, standing.state
    first, *rest = story(standing, found.names)
    lines = [f"{finding.finding_id}  {first}", *(f"  {line}" for line in rest), ""]
    lines += ["How it comes about", f"  {DEFINITION[finding.kind]}", "", "What stands of it"]
    stands = f"  {state.status}" + (f" since {state.since:%Y-%m-%d}" if state.since is not None else "")
    stands += f", {state.reason}" if state.reason else ""
    stands += f", until {state.until:%Y-%m-%d}" if state.until is not None else ""
    lines.append(stands)
    lines.append(f"  raised on {finding.raised_on}, first for the {finding.first_for}; {_others(finding.others_from)}")
    if finding.details:
        lines += ["", "Further figures"]
        lines += [
            f"  {name.replace('_', ' ')}: {plain_value(value)}"
            for name, value in found.names.details(finding.details).items()
        ]
    document: dict[str, object] = {
        "finding": finding_rows([standing], found.names).to_pylist()[0],
        "definition": DEFINITION[finding.kind],
    }
    rows = pa.table({})
    if found.figure is not None:
        figure = tell_on_base(found.figure)
        lines += ["", "The figure since it began, as it is seen now", "", figure.story]
        rows = figure.rows
        document["figure"] = figure.document
    return Told("\n".join(lines), rows, document)


def _others(day: object) -> str:
    return "nobody else sees it unless they are invited" if day is None else f"others see it from {day}"
