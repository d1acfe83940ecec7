"""What people write: short mails put together from the sentences of `texts`, to fit the step and what is answered."""

from __future__ import annotations

from dataclasses import dataclass

from answerback.simulate.exports import texts
from answerback.simulate.exports.drawing import Draw


@dataclass(frozen=True, slots=True)
class Situation:
    """What a mail is about.

    Attributes:
        product: What is sold.
        buyer: The buying company's name.
        seller: The selling company's name.
        step: The step of the pursuit, `approach`, `discover`, `offer` or `close`; anything else is taken for the first.
        nth: How many mails the seller wrote at this step of the conversation before.
        answered: The kind of the act that a seller answers; empty where they write of themselves.
        refused: Whether that act (or this mail, if it is a buyer's) is a refusal.
        objection: What the buyer objects to; empty where they do not say.
        other: The name of a further person: who is brought in, or who stands in.
        when: A day, in words.
        said: What the answered mail says: the sentence as it stands in `texts`.
    """

    product: str
    buyer: str
    seller: str
    step: str = "approach"
    nth: int = 0
    answered: str = ""
    refused: bool = False
    objection: str = ""
    other: str = ""
    when: str = ""
    said: str = ""


def by_seller(draw: Draw, at: Situation) -> list[str]:
    """The paragraphs of a seller's mail."""
    step = at.step if at.step in texts.NEW else "approach"
    if at.said in texts.ANSWERS:
        said = [draw.one_of(texts.TO_ACT[""]) if draw.below(2) else "", texts.ANSWERS[at.said]]
    elif at.answered:
        ended = at.refused or at.answered in ("unsubscribed", "complained")
        said = [draw.one_of(texts.TO_ACT["refused"] if at.refused else texts.TO_ACT.get(at.answered, texts.TO_ACT[""]))]
        if not ended:
            said += [texts.TO_OBJECTION.get(at.objection, ""), draw.one_of(texts.NEW[step][2])]
    elif at.nth:
        said = [draw.one_of(texts.AGAIN[step]), draw.one_of(texts.NEW[step][2]) if draw.below(2) else ""]
    else:
        said = [draw.one_of(group) for group in texts.NEW[step]]
    return _filled(said, at)


def by_buyer(draw: Draw, kind: str, at: Situation) -> tuple[list[str], str]:
    """The paragraphs of a buyer's mail, and what to give as `said` to the answer: `kind` is that of the act."""
    step = at.step if at.step in texts.REPLIED else "approach"
    if at.refused and kind not in ("unsubscribed", "complained"):
        said = [draw.one_of(texts.REFUSED.get(at.objection, texts.REFUSED[""])), draw.one_of(texts.REFUSED_KINDLY)]
    elif kind == "asked":
        said = [texts.ASKED_ABOUT.get(at.objection) or draw.one_of(texts.ASKED[step])[0]]
    elif kind in texts.SAID:
        said = [draw.one_of(texts.SAID[kind]), texts.HESITATES.get(at.objection, "") if kind == "introduced" else ""]
    else:
        said = [texts.HESITATES.get(at.objection) or draw.one_of(texts.REPLIED[step])[0]]
    return _filled(said, at), said[0]


def subject(draw: Draw, what: str, at: Situation) -> str:
    """A subject: `what` is a step, `inquired`, `unsubscribed` or `meeting`."""
    return _filled([draw.one_of(texts.SUBJECTS.get(what, texts.SUBJECTS["approach"]))], at)[0]


def _filled(sentences: list[str], at: Situation) -> list[str]:
    words = {
        "product": at.product,
        "does": texts.DOES.get(at.product, texts.DOES_OTHERWISE),
        "buyer": at.buyer,
        "seller": at.seller,
        "other": at.other or "my colleague",
        "when": at.when,
    }
    # A sentence may end with a name that has a stop of its own, and begin with one that is written small.
    filled = [each.format_map(words).replace("..", ".") for each in sentences if each]
    return [f"{each[0].upper()}{each[1:]}" for each in filled]
