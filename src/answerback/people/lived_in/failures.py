"""What those who lead write of their own: a decision that did not work, said first by whom it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from answerback.analysis.diagnose.answer import Happening
from answerback.analysis.diagnose.windows import happenings_known
from answerback.analysis.happened import since_then
from answerback.people.learning import debriefs
from answerback.people.learning.debriefs import Said, Step
from answerback.people.learning.models import Debrief, Reach
from answerback.people.lived_in.company import Company, dated
from answerback.people.lived_in.looking_back import Looked
from answerback.people.models import Person, Role

_OWN = ("own_mistake:other",)
_FOR_ALL = Said(
    lesson="What changes for the buyer is tried with a few of them, before it is everybody's.",
    serves="Before the next change I sit in on talks with buyers whom it touches, and say beforehand by what I would"
    " see that it does harm.",
    own_reasons=_OWN,
)
_FOR_STAGES = Said(
    went="I asked for the forecast by stage, week after week, and took it for what buyers had done. Deals stood further"
    " on in our books than anything that the buyer had done.",
    lesson="What I ask for is what I get. I asked for stages, and stages is what moved.",
    serves="In the next review I ask of each deal only: what did the buyer do last?",
    own_reasons=_OWN,
)
_OF_TALKS = Said(
    went="In the one-to-ones of these weeks we went through single touches. What had changed was not in them: it was"
    " the same for everybody, and we spoke of it last.",
    lesson="Before I look for it in somebody's work I look whether it is everybody's.",
    serves="The next one-to-ones begin with what all of us see, and only then come to the deal at hand.",
    own_reasons=_OWN,
)


def what_went_down(company: Company) -> Happening | None:
    """The latest known happening after which touches surely move fewer of the buyers whom it touched."""
    for each in reversed(happenings_known(company.reader)):
        found = since_then(company.reader, company.scope, each)
        if found is not None and found.high < 0.0:
            return each
    return None


def failures_of_leaders(company: Company, looked: Sequence[Looked], down: Happening | None) -> list[Debrief]:
    """A decision of the leader that did not work; and of a manager whose talks did not come to what had changed."""
    leaders, managers = (list(company.those(role).values()) for role in (Role.LEADER, Role.MANAGER))
    made = []
    if leaders and (said := _of_leader(looked, down)) is not None:
        step = "Hear five buyers myself before anything changes for them again"
        made.append(_write(company, leaders[0], said, step, company.weeks_ago(2, hour=17)))
    if managers and down is not None:
        step = "First question of every one-to-one: what do all of us see?"
        made.append(_write(company, managers[0], _OF_TALKS, step, company.weeks_ago(3, hour=16)))
    return made


def _of_leader(looked: Sequence[Looked], down: Happening | None) -> Said | None:
    if down is not None:
        went = f"It was my decision, made at my desk: {_lower(down.text)}. I asked none of those buyers first."
        return Said(went, _FOR_ALL.lesson, _FOR_ALL.serves, _OWN)
    return _FOR_STAGES if any(each.facts.ahead for each in looked) else None


def _write(company: Company, owner: Person, said: Said, step: str, at: datetime) -> Debrief:
    made = debriefs.begin_of_decision(owner, at)
    due = company.day_of(at) + timedelta(weeks=6)
    debriefs.close(made, said, [Step(step, due)], {}, at)
    debriefs.share(made, Reach.EVERYBODY, anonymous=False, now=at + timedelta(minutes=10))
    dated([made], opened_at=at)
    dated(made.steps.all(), made_at=at)
    return made


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
