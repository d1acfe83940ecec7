"""A verdict in sentences: whose a change is, since when, by how much, and what is said where nothing can be told."""

from __future__ import annotations

from collections.abc import Mapping

from answerback.analysis.diagnose.answer import Cause, Diagnosis, Happening, Part, Place
from answerback.analysis.diagnose.finding import size_of
from answerback.domain.findings import Verdict
from answerback.domain.refusals import Refused
from answerback.present.refusals import refusal_text

DIMENSIONS = {
    "size_band": "company size",
    "rep_region": "region of the rep",
    "cohort": "start in",
    "kind": "kind of touch",
    "play": "kind of touch",
    "lead_source": "lead source",
}


def answer_lines(told: Diagnosis, ids: Mapping[int, str]) -> list[str]:
    """Whose it is, one sentence for each part of the answer, with reps by id."""
    lines = system_lines(told, ids)
    for person in told.people:
        size = size_of(person.shift, person.counts)
        way = "more" if person.shift.good_news else "fewer"
        was = f": {percent(size.after)} like for like, {percent(size.before)} before" if size else ""
        lines.append(
            f"One person's results differ: touches of {ids.get(person.rep_key, person.rep_key)} move {way} buyers "
            f"than before since {person.since}{was}, while the others' did not change in that way."
        )
    if not lines:
        return nothing_lines(told)
    if not told.people:
        lines.append(
            "Nobody's own results differ from the others' beyond chance."
            if told.reps_with_enough
            else "Of single persons nothing can be said: nobody has enough touches."
        )
    elif not system_lines(told, ids):
        lines.append("What is common to all did not change beyond chance.")
    return lines


def system_lines(told: Diagnosis, ids: Mapping[int, str]) -> list[str]:
    """What is nobody's own: parts of the work, what is common to all, the mix. Nothing where nothing stands out."""
    lines = [cause_text(cause, ids) for cause in told.causes]
    common = told.everybody
    if common is not None and common.changed:
        lead = "The system as well" if told.causes else "The system"
        way = "more" if common.shift.good_news else "fewer"
        size = size_of(common.shift, told.counts)
        by = f", by {points(size.change)}" if size else ""
        lines.append(
            f"{lead}: everybody's touches move {way} buyers since {common.since}{by}"
            f"{_after(common.happening)}, whoever makes them."
        )
    if told.mix is not None:
        lines.append(mix_text(told.mix, alone=told.verdict is Verdict.SYSTEMIC and not (common and common.changed)))
    return lines


def nothing_lines(told: Diagnosis) -> list[str]:
    """What is said where nothing stands out, or nothing could."""
    reasons = {each.reason for each in told.settle}
    if Refused.ANSWERS_SLOWER in reasons and told.slowed is not None:
        return [
            (
                f"Cannot tell yet: answers take about {told.slowed.times:.1f} times as long as before. "
                "Fewer answers so far need not be fewer in the end."
            )
        ]
    if told.period is None or Refused.TOO_FEW_REPS in reasons:
        return [refusal_text(each) for each in told.settle[:1]]
    return [
        (
            "No change is larger than chance: neither a part of the work, nor a group, nor everybody, nor one person "
            f"changed by more than chance does since {told.period.turn}."
        )
    ]


def cause_text(cause: Cause, ids: Mapping[int, str]) -> str:
    """A part of the work, or of the organisation, that changed beside everything else."""
    way = "more" if cause.shift.good_news else "fewer"
    size = size_of(cause.shift, cause.counts)
    was = f": {percent(size.after)} of like touches, {percent(size.before)} before" if size else ""
    also = "".join(
        f" (the same touches: {place_text(each.dimension, value_text(each, ids))})" for each in cause.aliases[:2]
    )
    where = place_text(cause.place.dimension, value_text(cause.place, ids))
    if cause.between_people:
        return (
            f"A part of the organisation: touches of those with {where}{also} move {way} buyers "
            f"since {cause.since}{was}, "
            "the others' do not."
        )
    return (
        f"The system, in one part: touches where {where}{also} move {way} buyers since {cause.since}"
        f"{_after(cause.happening)}{was}. It is so for each rep's own touches there, beside their others."
    )


def mix_text(part: Part, *, alone: bool) -> str:
    """What a change of mix did; `alone`: nothing else changed."""
    way = "took" if part.change < 0.0 else "added"
    end = " Equal touches move as many buyers as before." if alone else ""
    lead = "The mix, not the results" if alone else "The mix as well"
    return (
        f"{lead}: {percent(part.share_now)} of the touches now go where {place_text(part.dimension, part.most)}, "
        f"{percent(part.share_before)} before. That {way} {points(part.change)} "
        f"{'off' if part.change < 0.0 else 'to'} the rate.{end}"
    )


def _after(happening: Happening | None) -> str:
    return f', the time of "{happening.text}"' if happening is not None else ""


def value_text(place: Place, ids: Mapping[int, str]) -> str:
    """The value of a place, managers by id."""
    if isinstance(place.value, int) and place.dimension == "manager":
        return ids.get(place.value, str(place.value))
    return str(place.value)


def place_text(dimension: object, value: object) -> str:
    """A place in words.

    >>> place_text("size_band", "51-500")
    'company size is 51-500'
    """
    return f"{DIMENSIONS.get(str(dimension), str(dimension).replace('_', ' '))} is {value}"


def scope_text(scope: str) -> str:
    """Whom a happening touched, in words; empty for everybody.

    >>> scope_text("segment=middle"), scope_text("all")
    ('segment is middle', '')
    """
    name, equals, value = scope.partition("=")
    return place_text(name.strip(), value.strip()) if equals else ""


def percent(value: object, digits: int = 0) -> str:
    """A share in percent; empty for none.

    >>> percent(0.125), percent(0.125, 1), percent(None)
    ('12 %', '12.5 %', '')
    """
    return f"{value * 100:.{digits}f} %" if isinstance(value, float) else ""


def points(change: float) -> str:
    """A difference of shares.

    >>> points(0.066)
    '+6.6 points'
    """
    shown = f"{change * 100:+.1f}"
    return f"{shown if shown.strip('+-0.') else '0.0'} points".replace("-", "\u2212")
