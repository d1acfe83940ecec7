"""The sheet before a call in words: what buyers like these say there, what moved others', what to try."""

from __future__ import annotations

from answerback.analysis.lessons.matching import Place
from answerback.analysis.lessons.usual import Said, Usual, Works
from answerback.present.plays import play_text
from answerback.present.timeline import act_words

_MOST = 3


def place_text(place: Place) -> str:
    """Where the deal stands.

    >>> place_text(Place("offer", "small", "price"))
    'at the offer step, small buyers, after the objection "price"'
    """
    said = [f"at the {place.step.replace('_', ' ')} step"] if place.step else []
    said += [f"{place.segment.replace('_', ' ')} buyers"] if place.segment else []
    said += [f'after the objection "{place.obstacle.replace("_", " ")}"'] if place.obstacle else []
    return ", ".join(said)


def objection_lines(usual: Usual) -> list[str]:
    """What stood in the way there, the most frequent first.

    >>> objection_lines(Usual("offer", "", 182, (Said("no need", 11, 7),), ()))
    ['no need: in 11 of 182 deals']
    """
    return [f"{each.what.replace('_', ' ')}: {_deals(each, usual)}" for each in usual.objections[:_MOST]]


def act_lines(usual: Usual) -> list[str]:
    """What buyers did there, the most frequent first.

    >>> act_lines(Usual("offer", "", 182, (), (Said("asked", 34, 12),)))
    ['the buyer asked something: in 34 of 182 deals']
    """
    return [f"the buyer {act_words(each.what)}: {_deals(each, usual)}" for each in usual.acts[:_MOST]]


def works_lines(found: tuple[Works, ...]) -> list[str]:
    """Which kinds of touch moved others' buyers there; counts first.

    >>> works_lines((Works("call", 844, 317, 12),))
    ['Call: 317 buyers moved after 844 touches (12 people)']
    """
    return [
        f"{play_text(each.play)}: {each.moved:,} buyers moved after {each.touches:,} touches ({each.people} people)"
        for each in found[:_MOST]
    ]


def to_try(place: Place, usual: Usual | None, found: tuple[Works, ...], lesson: str) -> list[str]:
    """What to try: the lesson that fits; else what moved others' buyers most often; and what to be ready for.

    >>> to_try(Place("offer", "small", "price"), None, (), "Call instead of writing.")
    ['Call instead of writing.', 'Ask where "price" stands now: it was the last thing named in the way.']
    >>> to_try(Place("offer"), None, (Works("call", 844, 317, 12), Works("email", 700, 190, 12)), "")
    ['Call: there it moved buyers most often.']
    """
    told = [lesson] if lesson else []
    if not lesson and len(found) > 1:
        told.append(f"{play_text(found[0].play)}: there it moved buyers most often.")
    if place.obstacle:
        told.append(f'Ask where "{_spaced(place.obstacle)}" stands now: it was the last thing named in the way.')
    elif usual is not None and usual.objections:
        told.append(f'Be ready for "{_spaced(usual.objections[0].what)}": it is named most often there.')
    return told


def _deals(each: Said, usual: Usual) -> str:
    of = f" of {usual.deals:,}" if usual.deals >= each.deals else ""
    return f"in {each.deals:,}{of} deals"


def _spaced(name: str) -> str:
    return name.replace("_", " ")
