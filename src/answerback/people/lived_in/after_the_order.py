"""The debrief of a service case: what came after an order, looked back on by whoever won it."""

from __future__ import annotations

from datetime import timedelta

from answerback.analysis.ended.endings import Ended, Ends
from answerback.analysis.ended.facts import Facts
from answerback.people.learning import debriefs
from answerback.people.learning.debriefs import Ending, Said, Step
from answerback.people.learning.models import Debrief, DebriefOf, Reach
from answerback.people.lived_in.company import Company, dated
from answerback.people.lived_in.looking_back import DUE_DAYS, LookingBack
from answerback.people.models import Role

_SAID = Said(
    went="The order was not the end of it for them: afterwards they needed help, and it took a case until they had it.",
    lesson="For them an order is where it begins. For me it was where it ended.",
    serves="With the next order I name a day on which I ask them what does not work yet.",
    unknown=frozenset({"own", "buyer"}),
)
_OWN_STEP = "Call after the next order, before they have to call us"
_MANAGER_S_STEP = "Agree with service that whoever won the order hears of a case"


def case_looked_back_on(company: Company, looking_back: LookingBack) -> Debrief | None:
    """The debrief of a case of lately, by whoever in the order of names has one of which there is something to tell.

    It is shared with whom they report to, who is named for the step that is not a rep's to take. None without a case.
    """
    first: tuple[int, Ended, Facts] | None = None
    for key in company.those(Role.REP):
        for each in looking_back.endings(key):
            if each.ends is not Ends.CASE:
                continue
            found = key, each, looking_back.facts(each)
            first = first or found
            if found[2].touches or found[2].acts:
                return _write(company, *found)
    return _write(company, *first) if first is not None else None


def _write(company: Company, key: int, case: Ended, facts: Facts) -> Debrief:
    owner, manager = company.people[key], company.manager_of(key)
    opened = company.working(company.day_of(case.ended_at), 1, 8, 20)
    closed = opened + timedelta(minutes=2)
    due = company.day_of(closed) + timedelta(days=DUE_DAYS)
    steps = [Step(_OWN_STEP, due), *([Step(_MANAGER_S_STEP, due, manager)] if manager is not None else [])]
    made = debriefs.begin(owner, Ending(DebriefOf.CASE, case.deal_id, case.ended_at))
    debriefs.close(made, _SAID, steps, facts.values(), closed)
    debriefs.share(made, Reach.MANAGER, anonymous=False, now=closed + timedelta(hours=1))
    dated([made], opened_at=opened)
    dated(made.steps.all(), made_at=closed)
    return made
