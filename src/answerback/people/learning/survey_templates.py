"""The polls that there are: short, of how things are done, never of persons."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEADING, SELLING, BUYING = "leading", "selling", "buying"
"""Who answers: managers and leaders; reps; buyers."""
GROUPS = {LEADING: _("those who lead"), SELLING: _("those who sell"), BUYING: _("buyers")}
SCALE = ((1, _("not at all")), (2, _("hardly")), (3, _("in part")), (4, _("mostly")), (5, _("fully")))
AGREES = 4
"""From here on somebody agrees."""
UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One statement, to agree with more or less."""

    key: str
    text: str | Promise


@dataclass(frozen=True, slots=True)
class Template:
    """A poll: its title, who answers it, what it asks."""

    key: str
    title: str | Promise
    groups: tuple[str, ...]
    questions: tuple[Question, ...]


_READY = Template(
    "ready",
    _("Are we ready to sell the way our buyers buy?"),
    (LEADING, SELLING),
    (
        Question("path", _("I could tell the steps by which buyers like ours come to a decision.")),
        Question("ours", _("Our stages follow what the buyer does, not what we do.")),
        Question("promise", _("What we promise before the sale is what buyers get after it.")),
        Question("answer", _("A buyer who asks something has an answer within a working day.")),
        Question("failure", _("Here one can say openly what went wrong in a deal, and is helped.")),
        Question("target", _("Our targets are such that good work reaches them.")),
    ),
)
_IN_THE_WAY = Template(
    "in_the_way",
    _("Does something stand between you and your buyers?"),
    (LEADING, SELLING),
    (
        Question("tools", _("The tools help more than they hold up.")),
        Question("training", _("I was shown how to do what is asked for here, and could try it.")),
        Question("offer", _("What we offer solves what buyers want to have solved.")),
        Question("price", _("The price can be explained by what the buyer gets.")),
        Question("support", _("When a deal needs a colleague, the colleague is there in time.")),
        Question("coaching", _("The talks about my work are about the next deal, and help with it.")),
    ),
)
_CONFIDENT = Template(
    "confident",
    _("How confident are you in this decision?"),
    (BUYING,),
    (
        Question("need", _("We know what we want to have solved.")),
        Question("choice", _("We have what we need to choose.")),
        Question("own_side", _("On our own side everybody who must agree has been heard.")),
        Question("after", _("We can picture how it goes on after the decision.")),
        Question("pace", _("We are left the time that we need, and not pressed.")),
    ),
)
TEMPLATES = {each.key: each for each in (_READY, _IN_THE_WAY, _CONFIDENT)}
"""By key."""
