"""What somebody says of an ending: sentences for each way, step and obstacle, put together as the chain bears them.

A sentence stands here under what must be true of the chain for it to be said (`Cause`), and says nothing that the chain
could belie: no number, no day, no name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from types import MappingProxyType

from answerback.analysis.ended.facts import Facts
from answerback.analysis.trust.reasons import Ending

LONG_SILENCE_DAYS = 21
MANY_TOUCHES = 8


class Cause(StrEnum):
    """What an ending is put down to, by whom it happened to."""

    LATE = auto()
    EARLY = auto()
    PRESSED = auto()
    UNASKED = auto()
    PRICE = auto()
    TIMING = auto()
    COMPETITOR = auto()
    NO_NEED = auto()
    INTEGRATION = auto()
    UNKNOWN = auto()
    WON_LATE = auto()
    WON_AFTER_NO = auto()
    WON_BOLD = auto()
    WON_HANDED_OVER = auto()
    WON_IN_TIME = auto()
    WON = auto()


@dataclass(frozen=True, slots=True)
class Taught:
    """What an ending taught: the lesson, how it will serve, and the step that is put in place."""

    lesson: str
    serves: str
    step: str


_MEANT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "approach": ("We wanted a first talk: what they do today, and what it costs them.",),
        "discover": (
            "We wanted to learn what they need, and how they come to a decision.",
            "It was still about what they have today and what it keeps them from.",
        ),
        "offer": (
            "In our books it was at the offer, and we wanted a yes or a no to it.",
            "It stood at the offer: we wanted to hear what speaks against it.",
        ),
        "close": (
            "It stood at the last step, and we wanted to settle what was left.",
            "We took it for as good as agreed and were down to the terms.",
        ),
    }
)
_CAME: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        Ending.REFUSED: ("The answer was a no.", "They said no."),
        Ending.QUIET: ("After our last touch nothing came any more.", "It went quiet and stayed so."),
        Ending.LEFT_WAITING: ("The last word was theirs, and none of ours followed it.",),
    }
)
_TAUGHT: Mapping[Cause, tuple[Taught, ...]] = MappingProxyType(
    {
        Cause.LATE: (
            Taught(
                "A question that waits is read as an answer.",
                "I look at what waits on me before I begin anything new.",
                "Answer what waits first, every morning, for four weeks",
            ),
            Taught(
                "What they ask is their next step. Until it has an answer, nothing else of ours counts.",
                "I answer with what I know the same day, and say when the rest comes.",
                "Two lines the same day to every question, the rest with a date",
            ),
            Taught(
                "It was our turn, and we thought that it was theirs.",
                "At the end of a day I look whose turn it is in each open deal.",
                "Go through my open deals every evening: whose turn is it?",
            ),
        ),
        Cause.EARLY: (
            Taught(
                "A stage is moved by what the buyer does. Ours was moved by what we hoped.",
                "Before an offer goes out I want to have heard from them why they need it.",
                "Ask for their reason in their own words before the next offer",
            ),
            Taught(
                "An offer before the need is clear is only a price.",
                "The next offer answers a question of theirs, or it waits.",
                "Put their question on top of the next three offers",
            ),
        ),
        Cause.PRESSED: (
            Taught(
                "One touch more does not shorten their calendar.",
                "I ask for their date, and keep away until then.",
                "Agree on a date with the two deals that are quiet now",
            ),
            Taught(
                "They had said when it would fit, and we went on as if they had not.",
                "A \u201cnot now\u201d goes into the calendar with its date, and nothing goes out before it.",
                "Go through my open deals for dates that they gave me",
            ),
        ),
        Cause.UNASKED: (
            Taught(
                "Nobody decided, because nobody had asked what a decision takes there.",
                "In the second talk I ask: who else must agree, and by when do you want it settled?",
                "Ask that question in every open deal at this step",
            ),
            Taught(
                "We told them what ours does. What happens if they do nothing was never on the table.",
                "I ask what it costs them to leave things as they are, before I show anything.",
                "Write down for three deals what doing nothing costs them",
            ),
            Taught(
                "A yes has several people behind it. I knew what one of them thinks.",
                "I ask who will be asked when we are not in the room.",
                "Find out in two deals who else will be asked",
            ),
            Taught(
                "There was no day by which it had to be settled. What has no day comes to no end.",
                "I ask what happens on their side at the end of the quarter if it is still open.",
                "Ask for a day in each open deal that has none",
            ),
        ),
        Cause.PRICE: (
            Taught(
                "A price stands beside what it is compared with. I do not know what that was.",
                "When the price comes up I ask what it would have to save them, before I speak of terms.",
                "Ask in the next three offers what they compare it with",
            ),
            Taught(
                "I took \u201ctoo dear\u201d for the reason, and the talk was over. It may have been the polite one.",
                "I ask: if the price were right, would you decide today?",
                "Try that question at the next objection to the price",
            ),
            Taught(
                "The one who minds the money heard of us from a sheet of paper.",
                "I ask to be there when the price is talked about on their side.",
                "Ask in two open deals who speaks for the price there",
            ),
            Taught(
                "We talked about the price when it was our turn to. It had been on their mind from the start.",
                "I name a range early, and listen to what comes.",
                "Name a range in the next two first talks",
            ),
            Taught(
                "The offer was all or nothing, and all was too much.",
                "When the price is too high, I ask what they would leave out.",
                "Write down for one offer what could be left out",
            ),
        ),
        Cause.TIMING: (
            Taught(
                "\u201cNot now\u201d is a date that I did not ask for.",
                "I ask what has to happen first on their side, and by when.",
                "Ask for the date in the two deals that wait for a better time",
            ),
            Taught(
                "The right time was theirs to name, and we planned with ours.",
                "I ask for the day on which they want it running, and plan back from that.",
                "Write their day beside ours in every open deal",
            ),
        ),
        Cause.COMPETITOR: (
            Taught(
                "Whom they compare us with belongs into the second talk, not into the last.",
                "I ask early who else is in it, and what they like about them.",
                "Ask in every open deal who else was asked",
            ),
            Taught(
                "They had made their list of wishes with somebody else.",
                "When the list is there before me, I ask who wrote it, and whether it can still change.",
                "Look at the next list of wishes before I answer it",
            ),
        ),
        Cause.NO_NEED: (
            Taught(
                "We solved what they did not have to have solved. The first talk is there to find that out.",
                "I stop earlier: without a need of theirs there is no second talk.",
                "Close the two open deals in which no need was named",
            ),
            Taught(
                "The need was one that we had thought up for them.",
                "I ask what they tried already. Who tried nothing has no need yet.",
                "Ask in the next five first talks what was tried before",
            ),
        ),
        Cause.INTEGRATION: (
            Taught(
                "What they have stays. Ours must work beside it, and I could not say how.",
                "I ask what it must work with before I show anything.",
                "Get a page on what ours works with, and how",
            ),
            Taught(
                "The people who keep their systems running were asked last, and they said no.",
                "I ask for a talk with them before the offer.",
                "Bring somebody technical into the next two deals",
            ),
        ),
        Cause.UNKNOWN: (
            Taught(
                "I do not know why it ended, and that is the lesson: I never asked.",
                "When it ends I ask one thing: what would have had to be different?",
                "Call and ask, without wanting anything",
            ),
        ),
        Cause.WON_LATE: (
            Taught(
                "It was won although something of theirs waited. That is luck, and no way to work.",
                "I thank them for their patience, and do not ask for it again.",
                "Look each morning at what waits, in the deals that go well, too",
            ),
            Taught(
                "They waited for us once, and stayed. The next buyer may not.",
                "What goes well gets the same look in the morning as what does not.",
                "Go through the deals that go well for what waits in them",
            ),
        ),
        Cause.WON_AFTER_NO: (
            Taught(
                "A no on the way is not the last word. It was about the day, and not about us.",
                "I ask what the no is about before I put a deal away.",
                "Look again at two deals that drew back this quarter",
            ),
        ),
        Cause.WON_BOLD: (
            Taught(
                "It was more than we usually dare. Asking cost nothing.",
                "I try one of these in every month, whatever comes of it.",
                "Name one deal of that kind for the next month",
            ),
        ),
        Cause.WON_HANDED_OVER: (
            Taught(
                "It changed hands and went on, because the next one read all of it first.",
                "When I hand one over I write down what was promised, and by when.",
                "A page on what was promised, for each deal that changes hands",
            ),
        ),
        Cause.WON_IN_TIME: (
            Taught(
                "Nothing of theirs waited. That is not much to do, and it is easily lost.",
                "What waits on me comes before what I want to begin.",
                "Keep the first half hour for what waits",
            ),
            Taught(
                "They moved it on, and we were there each time when they did.",
                "I leave the pace to them, and answer at once.",
                "Keep an hour free after every offer that goes out",
            ),
            Taught(
                "There was no trick in it. Each time they asked, there was an answer.",
                "I write down what they asked, in their words. It is what the next one asks, too.",
                "A list of the questions that came in this deal, for the others",
            ),
        ),
        Cause.WON: (
            Taught(
                "What made the difference we would have to ask them. We have not yet.",
                "I ask after every order: what made you decide?",
                "Ask the last two buyers what made them decide",
            ),
            Taught(
                "It went well, and I could not say why. The next one I will not be able to repeat.",
                "I ask them while they still know: what nearly kept you from it?",
                "One call to ask what nearly kept them from it",
            ),
        ),
    }
)
_OWN: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.LATE: "own_mistake:late",
        Cause.EARLY: "own_mistake:early",
        Cause.PRESSED: "own_mistake:pressed",
        Cause.UNASKED: "own_mistake:unasked",
    }
)
OBSTACLE_OF: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.PRICE: "price",
        Cause.TIMING: "timing",
        Cause.COMPETITOR: "competitor",
        Cause.NO_NEED: "no need",
        Cause.INTEGRATION: "integration",
    }
)
"""What stood in the way, of causes that are obstacles."""
_REASONS: Mapping[str, Cause] = MappingProxyType(
    {kind: cause for cause, kind in OBSTACLE_OF.items()} | {"no decision": Cause.UNASKED, "indecision": Cause.UNASKED}
)


@dataclass(eq=False)
class Wording:
    """Says the same thing in another way each time, as long as there is one."""

    said: dict[object, int] = field(default_factory=dict)

    def cause_of(self, facts: Facts, step: str, *, won: bool) -> Cause:
        """What an ending is put down to: of what the chain bears, what was named least often before."""
        fitting = causes_won(facts) if won else causes_lost(facts, step)
        return min(fitting, key=lambda each: (self.said.get(each, 0), fitting.index(each)))

    def taught(self, cause: Cause) -> Taught:
        """The lesson of a cause."""
        return _TAUGHT[cause][self._turn(cause) % len(_TAUGHT[cause])]

    def went(self, facts: Facts, step: str, *, won: bool) -> str:
        """What was meant, and what came."""
        sentences = [self._of(_MEANT.get(step, ()), ("meant", step))]
        sentences += what_showed(facts)
        sentences.append("It was won." if won else self._of(_CAME.get(facts.way, ()), ("came", facts.way)))
        return " ".join(each for each in sentences if each)

    def _of(self, variants: tuple[str, ...], about: object) -> str:
        return variants[self._turn(about) % len(variants)] if variants else ""

    def _turn(self, about: object) -> int:
        turn = self.said.get(about, 0)
        self.said[about] = turn + 1
        return turn


def causes_lost(facts: Facts, step: str) -> list[Cause]:
    """All that a chain which ended without an order can be put down to."""
    named = [_REASONS[each] for each in (facts.reason, *facts.buyer_said) if each in _REASONS]
    found = [
        (Cause.LATE, bool(facts.missed)),
        (Cause.EARLY, facts.ahead and step in ("offer", "close")),
        (Cause.PRESSED, Cause.TIMING in named and facts.touches >= MANY_TOUCHES),
        *((each, True) for each in dict.fromkeys(named)),
    ]
    return [cause for cause, holds in found if holds] or [Cause.UNKNOWN]


def causes_won(facts: Facts) -> list[Cause]:
    """All that a chain which ended with an order can be put down to."""
    found = [
        (Cause.WON_LATE, bool(facts.missed)),
        (Cause.WON_AFTER_NO, any(each.startswith("declined") for each in facts.retreats)),
        (Cause.WON_BOLD, bool(facts.tried)),
        (Cause.WON_HANDED_OVER, facts.handovers > 0),
        (Cause.WON_IN_TIME, facts.missed == 0 and facts.acts > 1),
    ]
    return [cause for cause, holds in found if holds] or [Cause.WON]


def own_reasons(cause: Cause, facts: Facts) -> tuple[str, ...]:
    """What stood in the way as its owner sees it: their own mistake first, else what the CRM or the buyer names."""
    if cause in _OWN:
        undecided = ("indecision",) if cause is Cause.UNASKED else ()
        return (_OWN[cause], *undecided)
    return tuple(kind for kind in dict.fromkeys((facts.reason, *facts.buyer_said)) if _REASONS.get(kind) is cause)


def what_showed(facts: Facts) -> list[str]:
    """What of the chain is worth saying, in the words of whom it happened to."""
    told = [
        (facts.handovers > 0, "It changed hands on the way."),
        (facts.ahead, "Our stage was further on than anything that they had done."),
        (bool(facts.missed) and facts.missed == 1, "One thing of theirs waited longer than our own rules give."),
        ((facts.missed or 0) > 1, "More than once something of theirs waited longer than our own rules give."),
        ((facts.silence_days or 0) >= LONG_SILENCE_DAYS, "For weeks neither side said anything."),
        (facts.touches > 2 and not facts.acts, "Nothing that we sent or said brought an act of theirs."),
    ]
    return [sentence for holds, sentence in told if holds]
