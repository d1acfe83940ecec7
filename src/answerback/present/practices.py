"""Practices in plain words: what was fixed, how far it is, and at its end what came of it.

Words speak of the task. Before the end no rate is told: a rate that is looked at every day is sure to look good once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from answerback.analysis.craft.plays import Rut
from answerback.analysis.lift.plan import WORTH
from answerback.analysis.lift.practices import Lottery
from answerback.analysis.lift.practised import Answer, Kind, Outcome
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.lift import points
from answerback.present.plays import play_text
from answerback.present.refusals import refusal_text
from answerback.present.spoken import day_text, spoken
from answerback.present.words import counted

_NO_POINT = 0.5
"""Less than half a point is none, as it is told."""


def headline(outcome: Outcome) -> str:
    """The answer in two or three words."""
    return _HEADLINES[outcome.answer]


_HEADLINES: Mapping[Answer, str] = {
    Answer.WORKED: "It worked, as far as one person's weeks can show",
    Answer.DID_NOT: "It did not bring enough to matter",
    Answer.CANNOT_TELL: "Cannot tell yet",
}


def outcome_lines(outcome: Outcome) -> list[str]:
    """What came of a practice: the acts, the change, what would have come anyway, and what would settle it."""
    lines: list[str] = []
    if outcome.alone is not None:
        alone, change = outcome.alone, outcome.alone.change
        lines.append(
            f"{counted(round(alone.answers), 'touch', 'touches')} of {round(alone.efforts)} moved a buyer:"
            f" {change.after * 100:.0f} %, after {change.before * 100:.0f} % in the weeks before."
        )
        lines.append(_anyway(outcome))
        lines.append(_left(outcome))
    lines += _settled(outcome)
    if outcome.beside:
        named = " and ".join(each.replace("_", "-").replace("=", ": ") for each in outcome.beside)
        lines.append(f"In the same weeks began: {named}. What came may be its doing as well.")
    return [each for each in lines if each]


def _anyway(outcome: Outcome) -> str:
    alone = outcome.alone
    if alone is None:
        return ""
    change = alone.change
    back = max(0.0, change.rebound) * 100
    said = f"After weeks like those, about {back:.0f} points come back by themselves" if back >= _NO_POINT else ""
    if alone.others:
        way = f"{'rose' if change.drift >= 0 else 'fell'} by {abs(change.drift) * 100:.0f}"
        if abs(change.drift) * 100 < _NO_POINT:
            way = "stayed where they were"
        moved = f"{alone.others} others who began with nothing {way}"
        return f"{said}; {moved}." if said else f"{moved[:1].upper()}{moved[1:]}."
    nobody = "there were too few others in the same weeks to take a change of the market away"
    return f"{said}; {nobody}." if said else f"{nobody[:1].upper()}{nobody[1:]}."


def _left(outcome: Outcome) -> str:
    if outcome.alone is None:
        return ""
    change = outcome.alone.change
    between = f"between {_more_or_fewer(change.low)} and {_more_or_fewer(change.high)}"
    return f"What is left, in points: {_more_or_fewer(change.beyond)}, somewhere {between}."


def _more_or_fewer(share: float) -> str:
    """Points in words: a minus is easily overlooked.

    >>> _more_or_fewer(0.13), _more_or_fewer(-0.1159)
    ('13.0 more', '11.6 fewer')
    """
    return f"{abs(share) * 100:.1f} {'fewer' if share < 0.0 else 'more'}"


def _settled(outcome: Outcome) -> list[str]:
    if outcome.answer is Answer.WORKED:
        return ["By chance alone so much is left less than once in forty times."]
    if outcome.answer is Answer.DID_NOT:
        return [f"Whatever it brings is most likely less than {WORTH * 100:.0f} points. That is worth knowing, too."]
    if outcome.alone is None:
        said = spoken(refusal_text(outcome.refused)) if outcome.refused is not None else ""
        return [said, _more_text(outcome)] if outcome.more else [said]
    rebound = outcome.refused is not None and outcome.refused.reason is Refused.WITHIN_REBOUND
    first = "So far it cannot be told from what comes back by itself." if rebound else ""
    return [first, _more_text(outcome)]


def _more_text(outcome: Outcome) -> str:
    if outcome.more is None:
        return (
            "More touches of one person alone would not settle it: the weeks before leave too much open. A practice of"
            " several, drawn by lot, could."
        )
    return f"About {counted(outcome.more, 'more touch', 'more touches')} made like that would tell."


def plan_lines(kind: Kind, *, dose: int, weeks: int, starts: date, baseline_weeks: int) -> list[str]:
    """What is fixed when a practice begins, and what it can show at all.

    >>> said = plan_lines(Kind("", 60, 58.0, 9), dose=8, weeks=6, starts=date(2026, 3, 2), baseline_weeks=12)
    >>> said[0]
    'Measured: all touches, how many of them move a buyer, by proof.'
    >>> said[2]
    'It begins on 2 March 2026 and ends on 12 April 2026; the answer comes on 13 April 2026.'
    """
    ends = starts + timedelta(weeks=weeks)
    measured = play_text(kind.play)
    rise = kind.least_rise(float(dose * weeks))
    last = day_text(ends - timedelta(days=1))
    return [
        f"Measured: {measured[:1].lower()}{measured[1:]}, how many of them move a buyer, by proof.",
        f"Compared with the {baseline_weeks} weeks before: {baseline_text(kind)}.",
        f"It begins on {day_text(starts)} and ends on {last}; the answer comes on {day_text(ends)}.",
        f"About {counted(dose * weeks, 'touch', 'touches')} in all. {_reach(rise)}",
    ]


def baseline_text(kind: Kind) -> str:
    """The weeks before in counts.

    >>> baseline_text(Kind("", 60, 58.0, 9)), baseline_text(Kind("", 0, 0.0, 0))
    ('9 of 60 touches moved a buyer, as it stands now', 'no touches')
    """
    if not kind.touches:
        return "no touches"
    return f"{kind.moved} of {counted(kind.touches, 'touch', 'touches')} moved a buyer, as it stands now"


def _reach(rise: float | None) -> str:
    if rise is None:
        return "There is too little before to compare with: the answer would be that it cannot be told."
    return (
        f"With so many, a rise of {rise * 100:.0f} points would show four times in five at best;"
        " of a smaller one it may stay open whether it worked."
    )


def progress_text(done: int, of: int, until: date) -> str:
    """How far it is; no rate.

    >>> progress_text(9, 24, date(2026, 3, 12))
    '9 of about 24 touches made as intended; too early to tell until 12 March 2026'
    """
    return (
        f"{done} of about {counted(of, 'touch', 'touches')} made as intended; too early to tell until {day_text(until)}"
    )


def change_text(change: Mapping[str, object]) -> str:
    """A change of mind after it was fixed.

    >>> change_text({"on": "2026-03-12", "weeks": 8, "dose": 4})
    'On 12 March 2026 it became 8 weeks and 4 touches a week; judged is what was fixed before'
    """
    return (
        f"On {day_text(date.fromisoformat(str(change['on'])))} it became"
        f" {counted(int(str(change['weeks'])), 'week', 'weeks')} and"
        f" {counted(int(str(change['dose'])), 'touch', 'touches')} a week; judged is what was fixed before"
    )


def rut_reason(rut: Rut) -> str:
    """Why the other kind of touch is worth trying, in counts."""
    buyers = f" to {rut.group.segment} buyers" if rut.group.segment else ""
    return (
        f"{rut.answers} of your {counted(rut.touches, 'touch', 'touches')} of this kind{buyers} moved one in the last"
        f" year; of everybody's of the other kind about {rut.other_rate * 100:.0f} % do. Observed, not tried."
    )


def instead_text(play: str, other: str, segment: str = "") -> str:
    """The small change: one kind of touch in the place of another.

    >>> instead_text("email / first_touch", "call / first_touch", "small")
    'Call, a first touch, instead of mail, a first touch (small buyers)'
    """
    usual = play_text(play)
    buyers = f" ({segment} buyers)" if segment else ""
    return f"{play_text(other)}, instead of {usual[:1].lower()}{usual[1:]}{buyers}"


def group_lines(lottery: Lottery) -> list[str]:
    """What came of a practice of several, by lot: nobody is named, and nobody's own figures are told."""
    drawn, refused = lottery.drawn, lottery.refused
    sides = f"{len(lottery.now)} started at once, {len(lottery.later)} later; lots decided who."
    if drawn is None or (refused is not None and refused.reason is not Refused.WITHIN_REBOUND):
        return [sides, spoken(_why_not(lottery, refused))]
    before, after = f"{drawn.before * 100:.0f} %", f"{drawn.after * 100:.0f} %"
    moved = f"Of those who started, {before} of touches moved a buyer before and {after} since"
    anyway = f"without it, it would have been {(drawn.before + drawn.anyway) * 100:.0f} %"
    low, high = points(lottery.low), points(lottery.high)
    return [
        sides,
        f"{moved}; {anyway}.",
        f"The difference is {points(drawn.effect.value)} points, between {low} and {high}.",
    ]


def group_headline(lottery: Lottery) -> str:
    """The answer of a practice of several in a few words."""
    if lottery.refused is not None or lottery.drawn is None:
        return "Cannot tell yet" if not lottery.over else "Cannot tell whether it helped"
    return "It helped" if lottery.helped else "It made it worse"


def _why_not(lottery: Lottery, refused: CannotTell | None) -> str:
    if refused is None or refused.reason is Refused.NOTHING_STANDS_OUT:
        return "What was seen is what chance does."
    today = lottery.ends - timedelta(days=refused.need - refused.have)
    return refusal_text(refused, today=today)
