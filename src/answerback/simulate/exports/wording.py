"""What people write: short mails in our own words, put together from openings, matters and asks.

The texts fit the step, the product and what is objected to. A refusal says no in so many words, a question ends in a
question mark, and an answer that is neither avoids both: so a reader of replies can tell them apart, as people do. How
many of the refusals in real mail are as plain as these is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from answerback.simulate.exports.drawing import Draw

_Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a mail is about.

    Attributes:
        product: What is sold.
        buyer: The buying company's name.
        seller: The selling company's name.
        step: The step of the pursuit, `approach`, `discover`, `offer` or `close`; anything else is taken for the first.
        nth: How many mails of the seller are in this conversation before this one.
        answered: The kind of the act that a seller answers; empty where they write of themselves.
        refused: Whether that act (or this mail, if it is a buyer's) is a refusal.
        objection: What the buyer objects to; empty where they do not say.
        other: The name of a further person: who is brought in, or who stands in.
        when: A day, in words.
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


_DOES = MappingProxyType(
    {
        "Flow": "shows the energy and water use of a site hour by hour",
        "Flow Plus": "shows the energy and water use of a site hour by hour and tells you when something leaks",
        "Insight": "turns the readings of all your meters into one report a month that people do read",
    }
)
_DOES_OTHERWISE = "is what most of our customers begin with"

# Each mail takes one text of each group. {does} completes a sentence that begins with the product.
_NEW: MappingProxyType[str, tuple[_Texts, ...]] = MappingProxyType(
    {
        "approach": (
            (
                "I look after companies like {buyer} at {seller}.",
                "We have not met yet. I work for {seller}, and several of your neighbours are our customers.",
                "Energy and water are among the few costs that a site can still influence, which is why I write.",
                "From what I read, {buyer} has taken on a lot for the coming months, so I will be brief.",
            ),
            (
                "{product} {does}. Most sites find their first saving within a month.",
                "In short: {product} {does}. It goes in without interrupting anything.",
                "Our customers use {product} because it {does}. I can show you two who are about your size.",
            ),
            (
                "Would a call of fifteen minutes next week make sense?",
                "If this is on your list, a time that suits you is all I need.",
                "Is this yours, or would somebody else at {buyer} be the right person?",
                "Could I show you an example on Tuesday or Thursday?",
            ),
        ),
        "discover": (
            (
                "Thank you for the time you took.",
                "To see whether {product} suits {buyer}, I would like to know a little more.",
                "As promised, here is how others of your size went about it.",
            ),
            (
                "It comes down to three things: how many meters you have, who reads them today, and who sees the figures.",
                "A site like yours usually starts with ten meters and adds the rest after the first report.",
                "What matters most is where the readings go today: into a system, or into a spreadsheet.",
            ),
            (
                "Could you send me a list of the meters, even a rough one?",
                "Half an hour with you and whoever reads the meters would be enough. Which day suits you?",
                "Tell me what would have to come out of it for {buyer}, and I will work it out.",
            ),
        ),
        "offer": (
            (
                "I have put figures to what we talked about.",
                "Our offer for {product} is with you now.",
                "Here is what {product} would cost {buyer}, and what it should bring.",
            ),
            (
                "It covers the meters on your list, installation, and the first year. Nothing else will be added.",
                "The second page has the sum that matters: what you pay, and what a site of your size has saved.",
                "I left out everything that you said you would not use.",
            ),
            (
                "What would you change?",
                "I am glad to go through it with you. Would Wednesday suit you?",
                "If a line is unclear, call me: it is quicker than a mail.",
            ),
        ),
        "close": (
            (
                "We are nearly there, I think.",
                "Our people could start at {buyer} in the week after next.",
                "I have kept the installation date for you.",
            ),
            (
                "The contract is unchanged from what we agreed.",
                "From our side everything is ready: people, meters, and a date.",
                "Your colleagues have what they asked for, the data sheet included.",
            ),
            (
                "What is still missing on your side?",
                "Is there anything that I can do so that it can be signed this week?",
                "If somebody else has to agree, I am glad to talk to them as well.",
            ),
        ),
    }
)
_AGAIN: MappingProxyType[str, _Texts] = MappingProxyType(
    {
        "approach": (
            "My last note probably came at a bad moment, so once more in one line: {product} {does}.",
            "I wrote to you about {product} a few days ago. One figure that may help: a site of your size saved a "
            "ninth of its bill in the first year.",
            "Did my note about {product} reach you?",
            "I do not want to fill your inbox. If {product} is of no use to {buyer}, one word is enough.",
        ),
        "discover": (
            "Did you find the list of the meters?",
            "A short reminder: with the three points from my last mail I can tell you whether {product} pays for you.",
            "I have thought about {buyer} again. It may be enough to begin with the main meters.",
        ),
        "offer": (
            "Have you been able to look at the offer?",
            "If you take the offer to a meeting, I can put it on one page for you.",
            "Two customers asked about the second position of the offer, so here it is in plain words: it is the "
            "installation, and it is paid once.",
        ),
        "close": (
            "I have to give the date to somebody else on Friday, which I would not like to do. Where do you stand?",
            "Did the contract get through your purchasing department?",
            "A short word on where you stand would help me to keep our people free for you.",
        ),
    }
)
_TO_ACT: MappingProxyType[str, _Texts] = MappingProxyType(
    {
        "asked": (
            "A fair question. The answer is yes, and it is part of the price.",
            "I asked our engineers so that you get a proper answer: it works with what you have, without new cables.",
            "In short: two weeks from the order, one day on site, and one person of yours for an hour.",
        ),
        "requested_offer": (
            "Gladly. You will have the offer by tomorrow evening.",
            "Thank you, I will put it together today. If the number of sites changes, just tell me.",
        ),
        "inquired": (
            "Thank you for writing to us. {product} {does}, and I think that it is what you are looking for.",
            "Good that you ask. I can show you {product} on the screen whenever it suits you.",
        ),
        "introduced": (
            "Thank you for bringing in {other}. I will gladly begin at the beginning.",
            "Thank you, and good to meet you, {other}. {product} {does}; the rest I would rather show than write.",
        ),
        "unsubscribed": (
            "Of course. Your address is off our list as of now.",
            "Done: we will not write to you again. I am sorry for the trouble.",
        ),
        "complained": (
            "You are right, that was too much. I am sorry, and it will not happen again.",
            "I apologise. I have seen to it that you hear from us only when you ask.",
        ),
        "refused": (
            "Thank you for telling me so plainly. I will leave it at that.",
            "That is clear, and I respect it. If things change, you have my number.",
            "Thank you for your answer. One question, so that we learn from it: what made the difference?",
        ),
        "": (
            "Thank you for your answer.",
            "Good to hear from you.",
            "Thank you, that helps.",
        ),
    }
)
_TO_OBJECTION = MappingProxyType(
    {
        "price": "About the price: a site of your size has earned it back in eleven months. I attach the sum.",
        "timing": "About the time it takes: your people are needed for one hour. We do the rest.",
        "competitor": "About the other offer: please compare what installation costs in both. Ours includes it.",
        "integration": "About your own systems: readings come as a plain file every night, which any of them can load.",
        "no need": "About the need: most sites thought that they knew their figures until they saw the nights.",
    }
)

_REPLIED: MappingProxyType[str, _Texts] = MappingProxyType(
    {
        "approach": (
            "Thank you for your mail. A call is fine, Thursday after ten suits me.",
            "This is something that we talk about in the house. Send me what you have and I will read it.",
            "You may show me the example. Early in the morning is best.",
            "Interesting, I have passed it on to the people who run the site and will let you know.",
        ),
        "discover": (
            "We have eighteen meters in two buildings, and the caretaker writes the readings down once a month.",
            "The readings go into a spreadsheet that only one colleague understands. I will get you the list.",
            "Wednesday works. I will bring our engineer along.",
            "Attached is the list of our meters. The old building is missing, I will add it.",
        ),
        "offer": (
            "Thank you for the figures. I will take them to the meeting on Monday.",
            "I have read the offer, it is clear. Our finance people have a look at it now.",
            "The offer is with my manager. I will come back to you when I know more.",
        ),
        "close": (
            "Purchasing has the contract. I expect their answer in a few days.",
            "We agree in principle. The order number is what is missing.",
            "Please keep the date. I will get the signature.",
        ),
    }
)
_HESITATES = MappingProxyType(
    {
        "price": "The price is the hurdle here. Show me when it pays back and I can argue for it.",
        "timing": "Our people are busy with the move. It depends on how little work it is for us.",
        "competitor": "You should know that we have a second offer on the table.",
        "integration": "It has to work together with our building system, that is the point for our engineers.",
        "no need": "I have my doubts whether we would look at the figures, to be honest.",
    }
)
_REFUSED = MappingProxyType(
    {
        "price": (
            "The price is well above what we pay today, and we have decided against it.",
            "It costs more than it can save us. We will not take this any further.",
        ),
        "timing": (
            "Nobody here has the time for a project of this size, so we have decided not to proceed.",
            "All hands are needed for the move to the new building. We are not going to pursue this.",
        ),
        "competitor": (
            "We have decided to go with another supplier.",
            "We have signed with another vendor. It was close.",
        ),
        "integration": (
            "It would not work together with our building system, so we have decided not to go ahead.",
            "Our engineers have looked at the interfaces. This is not a fit for us.",
        ),
        "no need": (
            "We read our meters twice a year and that is enough: this is not something we need.",
            "We know our figures well enough. We are not interested.",
        ),
        "": (
            "Thank you for your mail. We are not interested.",
            "We have talked about it here. We have decided not to pursue this.",
            "No, thank you.",
        ),
    }
)
_REFUSED_KINDLY = (
    "Thank you for your patience with us.",
    "All the best for you and your colleagues.",
    "It was good of you to explain it so well.",
    "",
)
_ASKED: MappingProxyType[str, _Texts] = MappingProxyType(
    {
        "approach": (
            "Does it work with meters that are twenty years old?",
            "How long does it take until we see something?",
            "Who else in our trade uses {product}?",
        ),
        "discover": (
            "Can the readings stay on our own server?",
            "What do you need from our electricians?",
            "How many meters can {product} take?",
        ),
        "offer": (
            "Is the installation included in the second position?",
            "What happens to the price if we take three sites instead of two?",
            "Can we pay it by the month?",
        ),
        "close": (
            "When could your people start if we sign this week?",
            "Which of the two versions of the contract is the right one?",
            "Who is our contact once it runs?",
        ),
    }
)
_ASKED_ABOUT = MappingProxyType(
    {
        "price": "Is there any room in the price?",
        "timing": "Could it wait until our move is done?",
        "competitor": "What can {product} do that the others cannot?",
        "integration": "Which interfaces to a building system does {product} have?",
        "no need": "What would we do with the figures that we do not do today?",
    }
)
_SAID: MappingProxyType[str, _Texts] = MappingProxyType(
    {
        "requested_offer": (
            "Please send us an offer for {product}, for two sites to begin with.",
            "I need figures for {product} that I can show to my manager. An offer with all costs, please.",
            "We would like to have {product} in writing: meters, installation, first year.",
        ),
        "inquired": (
            "We are looking for a way to see our energy and water use by the hour and came across {product}. Please "
            "tell me what it takes.",
            "A colleague at another company told me about {product}. I would like to see it.",
            "We are comparing a few systems for our meters. Please send me what you have about {product}.",
        ),
        "introduced": (
            "I am copying in {other}, who looks after this here and has the details.",
            "{other} (in copy) will take it from here. The two of you should talk.",
            "I have told {other} about it and put the address in copy, because the decision is made there.",
        ),
        "unsubscribed": (
            "Please remove me from your list.",
            "Please take me off this list and do not mail me again.",
            "Remove me from your list, please.",
        ),
        "complained": (
            "This is the fourth mail in two weeks. Please do not mail me again.",
            "I have asked your colleagues before: please stop writing to me.",
        ),
        "auto_replied": (
            "Thank you for your message. It has been received and will be read by the person in charge.",
            "This is an automatic answer: your mail has arrived and has been given to the right department.",
        ),
        "out_of_office": (
            "Thank you for your mail. I am out of the office until {when} and will read it when I am back. In urgent "
            "cases please write to {other}.",
            "I am away until {when}. Your mail is not forwarded. {other} stands in for me.",
        ),
        "forwarded": ("This may be of interest to you.", "For you to look at, please."),
        "rescheduled": (
            "That day does not work for me after all. Could we move it to another one?",
            "Something has come up. Can we find another time?",
        ),
    }
)


def by_seller(draw: Draw, at: Situation) -> list[str]:
    """The paragraphs of a seller's mail."""
    step = at.step if at.step in _NEW else "approach"
    if at.answered:
        reaction = draw.one_of(_TO_ACT["refused" if at.refused else at.answered if at.answered in _TO_ACT else ""])
        objection = _TO_OBJECTION.get(at.objection, "")
        ended = at.refused or at.answered in ("unsubscribed", "complained")
        ask = "" if ended else draw.one_of(_NEW[step][2])
        said = [reaction, objection if not at.refused else "", ask]
    elif at.nth:
        said = [draw.one_of(_AGAIN[step]), draw.one_of(_NEW[step][2]) if draw.below(2) else ""]
    else:
        said = [draw.one_of(group) for group in _NEW[step]]
    return _filled(said, at)


def by_buyer(draw: Draw, kind: str, at: Situation) -> list[str]:
    """The paragraphs of a buyer's mail: `kind` is that of the act."""
    step = at.step if at.step in _REPLIED else "approach"
    if at.refused and kind not in ("unsubscribed", "complained"):
        said = [draw.one_of(_REFUSED.get(at.objection, _REFUSED[""])), draw.one_of(_REFUSED_KINDLY)]
    elif kind == "asked":
        said = [_ASKED_ABOUT.get(at.objection) or draw.one_of(_ASKED[step])]
    elif kind in _SAID:
        said = [draw.one_of(_SAID[kind]), _HESITATES.get(at.objection, "") if kind == "introduced" else ""]
    else:
        said = [_HESITATES.get(at.objection) or draw.one_of(_REPLIED[step])]
    return _filled(said, at)


_SUBJECTS: MappingProxyType[str, _Texts] = MappingProxyType(
    {
        "approach": (
            "{product} for {buyer}",
            "Energy and water at {buyer}",
            "A question about your meters",
            "Your energy figures, hour by hour",
            "An idea for {buyer}",
        ),
        "discover": ("Next steps with {product}", "What we need for {buyer}", "{product}: how others did it"),
        "offer": ("Offer: {product} for {buyer}", "Figures for {product}", "What {product} costs, and what it brings"),
        "close": ("{product}: contract and date", "Starting with {product} at {buyer}", "Installation at {buyer}"),
        "inquired": ("Question about {product}", "{product} for our sites", "Looking for a system for our meters"),
        "unsubscribed": ("Unsubscribe", "unsubscribe", "Unsubscribe please"),
        "meeting": ("{product}: a first look with {buyer}", "{product} for {buyer}", "{seller} and {buyer}: {product}"),
    }
)


def subject(draw: Draw, what: str, at: Situation) -> str:
    """A subject: `what` is a step, `inquired`, `unsubscribed` or `meeting`."""
    return _filled([draw.one_of(_SUBJECTS.get(what, _SUBJECTS["approach"]))], at)[0]


def _filled(texts: list[str], at: Situation) -> list[str]:
    words = {
        "product": at.product,
        "does": _DOES.get(at.product, _DOES_OTHERWISE),
        "buyer": at.buyer,
        "seller": at.seller,
        "other": at.other or "my colleague",
        "when": at.when,
    }
    return [text.format_map(words) for text in texts if text]
