"""Debriefs in words: what a chain showed until it ended, what stood in the way, and where two accounts of it differ.

It speaks of the task, these buyers and this step; never of the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from answerback.analysis.ended.facts import OTHER, Facts
from answerback.analysis.trust.reasons import Ending
from answerback.present.timeline import act_words

OBSTACLES: Mapping[str, str] = MappingProxyType(
    {
        "price": "the price",
        "timing": "the wrong time",
        "competitor": "another supplier",
        "no need": "no need for it",
        "integration": "a poor fit with what they have",
        "indecision": "no decision on their side",
        OTHER: "something else",
    }
)
"""What can stand in the way on the buyer's side, by the kind that the log has."""
OWN_MISTAKES: Mapping[str, str] = MappingProxyType(
    {
        "own_mistake:late": "we answered too late, or not at all",
        "own_mistake:people": "we spoke with too few of those who decide",
        "own_mistake:early": "we made an offer before the need was clear",
        "own_mistake:unasked": "we did not ask what it takes to decide",
        "own_mistake:pressed": "we pressed where the buyer needed time",
        "own_mistake:other": "another mistake of ours",
    }
)
"""Our own mistakes, which the log has as one kind."""
TRIED: Mapping[str, str] = MappingProxyType(
    {
        "new_market": "a market in which nobody had been touched for a year",
        "larger": "a deal larger than nine in ten of one's own before",
        "large": "a deal larger than nine in ten of everybody's before",
        "higher": "somebody above the level that is usual for a first touch",
        "new_line": "a first deal in a line of products",
    }
)
"""Risk that was taken, whatever came of it."""
_KINDS: Mapping[str, str] = MappingProxyType(
    {**OBSTACLES, "own_mistake": "a mistake of our own", "no decision": "no decision", "objection": "an objection"}
)
KNOWN_KINDS = frozenset(_KINDS)
"""Reasons that name nobody: what else a system has as a reason may be anything."""
_WAYS: Mapping[str, str] = MappingProxyType(
    {
        Ending.REFUSED: "The last word was the buyer's no.",
        Ending.QUIET: "After the last touch the buyer did nothing more.",
        Ending.LEFT_WAITING: "The last thing was the buyer's, and no touch followed it.",
    }
)


_ACKNOWLEDGED: Mapping[str, str] = MappingProxyType(
    {
        "lost": "{work} and it ended without the order. That is a disappointment."
        " What it can still give is what it taught.",
        "no_decision": "{work} and no decision came. Nobody said no, and nobody said yes: that disappoints, too."
        " What it can still give is what it taught.",
        "won": "{work} and it was won. What made the difference is soon forgotten: two minutes for it.",
        "case": "The case is closed. Two minutes for what would have kept it from arising.",
        "practice": "It did not work out as it was meant. That is a result as well: two minutes for what it taught.",
        "decision": "It did not work. Said first by whom it belongs to, it lets others say theirs.",
    }
)


def acknowledged(of: str, facts: Facts) -> str:
    """What a debrief says before it asks.

    >>> acknowledged("no_decision", Facts(touches=9, days=73))[:66]
    'It took 9 touches over 73 days, and no decision came. Nobody said '
    """
    over = f" over {_count(facts.days, 'day')}" if facts.days else ""
    work = f"It took {_count(facts.touches + facts.by_sequence, 'touch')}{over}," if facts.touches else "It is over,"
    return _ACKNOWLEDGED[of].format(work=work)


def reason_words(kind: str) -> str:
    """What stood in the way, in words.

    >>> reason_words("own_mistake:late"), reason_words("no need"), reason_words("loading_dock")
    ('we answered too late, or not at all', 'no need for it', 'loading dock')
    """
    return OWN_MISTAKES.get(kind) or _KINDS.get(kind) or kind.replace("_", " ")


def reasons_words(kinds: Iterable[str]) -> str:
    """Several of them, as one half of a sentence.

    >>> reasons_words(["price", "timing", "own_mistake:early"])
    'the price; the wrong time; we made an offer before the need was clear'
    """
    return "; ".join(dict.fromkeys(reason_words(each) for each in kinds))


def facts_lines(facts: Facts, *, won: bool = False) -> list[str]:
    """What the chain showed, acts first.

    >>> facts_lines(Facts(touches=9, answered=3, acts=4, forward=1, missed=2, way="the buyer went quiet"))[0]
    '9 touches by hand; the buyer acted 4 times. 3 of the touches were answered, 1 act moved it forward.'
    """
    lines = []
    if facts.touches or facts.acts:
        lines.append(_exchange(facts))
    if facts.missed:
        lines.append(f"{_count(facts.missed, 'act')} of the buyer waited longer than the playbook gives, or for good.")
    elif facts.missed == 0 and facts.acts:
        lines.append("No act of the buyer was left waiting longer than the playbook gives.")
    if facts.silence_days:
        open_for = f"Open for {_count(facts.days, 'day')}; the" if facts.days is not None else "The"
        lines.append(f"{open_for} longest silence lasted {_count(facts.silence_days, 'day')}.")
    if stage := _stage(facts):
        lines.append(stage)
    if facts.retreats and not won:
        said = ", ".join(dict.fromkeys(act_words(each, "retreat") for each in facts.retreats))
        lines.append(f"How the buyer drew back: {said}.")
    if facts.way in _WAYS and not won:
        lines.append(_WAYS[facts.way])
    if facts.handovers:
        lines.append(f"It changed hands {_times(facts.handovers)}.")
    return lines


def risk_line(facts: Facts) -> str:
    """The risk that was taken, apart from what came of it; empty for none.

    >>> risk_line(Facts(tried=("new_line", "large")))
    "A first deal in a line of products; a deal larger than nine in ten of everybody's before."
    """
    said = "; ".join(TRIED.get(each, each.replace("_", " ")) for each in facts.tried or ())
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def difference(own: Iterable[str], named: Iterable[str], facts: Facts) -> str:
    """Where the seller's account and the buyer's differ, in a sentence.

    Args:
        own: What stood in the way as the seller sees it.
        named: What the buyer named, as the seller heard it.
        facts: What records say, the buyer's part among it.

    >>> difference(["price"], [], Facts(buyer_said=("timing",)))
    'You name the price; the buyer named the wrong time. What did the buyer say in their own words?'
    >>> difference(["price"], ["price"], Facts())
    'Both accounts name the price.'
    >>> difference(["own_mistake:late"], [], Facts())
    'What the buyer would say is not known: nobody has heard it, and no record has it.'
    """
    mine = {_kind(each) for each in own}
    theirs = {_kind(each) for each in (*named, *facts.buyer_said)}
    if not theirs:
        return "What the buyer would say is not known: nobody has heard it, and no record has it."
    if not mine:
        return f"The buyer named {_listed(theirs)}. Your own account says that you do not know yet."
    both = mine & theirs
    if mine == theirs:
        return f"Both accounts name {_listed(both)}."
    if both:
        return f"Both accounts name {_listed(both)}; {_only(mine - theirs, theirs - mine)}."
    return f"You name {_listed(mine)}; the buyer named {_listed(theirs)}. What did the buyer say in their own words?"


def closing_reason(own: Iterable[str], facts: Facts) -> str:
    """What the CRM has as the closing reason, and whether the debrief says the same; empty where it has none.

    >>> closing_reason(["timing"], Facts(reason="price"))
    'The CRM has as the closing reason: the price. This debrief does not name it.'
    """
    if not facts.reason:
        return ""
    line = f"The CRM has as the closing reason: {reason_words(facts.reason)}."
    mine = {_kind(each) for each in own}
    if not mine or _kind(facts.reason) in mine:
        return line
    return f"{line} This debrief does not name it."


def _kind(reason: str) -> str:
    """A reason as the log compares it; that no decision came and that they could not decide are one."""
    kind = reason.partition(":")[0]
    return "indecision" if kind == "no decision" else kind


def _only(mine: set[str], theirs: set[str]) -> str:
    said = [f"you add {_listed(mine)}"] if mine else []
    if theirs:
        said.append(f"the buyer adds {_listed(theirs)}")
    return ", ".join(said)


def _listed(kinds: set[str]) -> str:
    """Reasons in one phrase.

    >>> _listed({"timing", "price", "own_mistake"})
    'a mistake of our own, the price and the wrong time'
    """
    *most, last = (reason_words(each) for each in sorted(kinds))
    return f"{', '.join(most)} and {last}" if most else last


def _exchange(facts: Facts) -> str:
    sequence = f" and {facts.by_sequence} by a sequence" if facts.by_sequence else ""
    moved = f"{_count(facts.forward, 'act')} moved it forward" if facts.forward else "none moved it forward"
    answered = f"{facts.answered} of the touches {'was' if facts.answered == 1 else 'were'} answered"
    acted = f"the buyer acted {_times(facts.acts)}" if facts.acts else "no act of the buyer is recorded"
    line = f"{_count(facts.touches, 'touch')} by hand{sequence}; {acted}."
    return f"{line} {answered[:1].upper()}{answered[1:]}, {moved}." if facts.acts else line


def _stage(facts: Facts) -> str:
    if not facts.typed_in:
        return f"What the buyer did supported {facts.backed}." if facts.backed else ""
    if facts.ahead:
        return f"The CRM said {facts.typed_in}; what the buyer did supported {facts.backed or 'no stage yet'}."
    return f"The CRM said {facts.typed_in}, and what the buyer did supported it." if facts.backed else (
        f"The CRM said {facts.typed_in}."
    )  # fmt: skip


def _count(n: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("ch") else f"{what}s"
    return f"{n:,} {what if n == 1 else plural}"


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")
