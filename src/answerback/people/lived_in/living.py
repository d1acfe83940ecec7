"""All that the people of a made-up company wrote, in the order in which one thing rests on another."""

from __future__ import annotations

from answerback.analysis.court.by_chain import balls_by_chain
from answerback.analysis.lessons.objected import objected
from answerback.analysis.risk.by_key import attempts_by_key
from answerback.people.lived_in.company import Company
from answerback.people.lived_in.failures import failures_of_leaders, what_went_down
from answerback.people.lived_in.looking_back import LookingBack
from answerback.people.lived_in.polling import Polling
from answerback.people.lived_in.practising import Practising
from answerback.people.lived_in.stating import Stating
from answerback.people.lived_in.talking import Talking
from answerback.people.models import Role


def live_in(company: Company) -> None:
    """Writes all of it. What analysis needs of it lies in the journal after, for the next build."""
    reader, scope = company.reader, company.scope
    looked = tuple(LookingBack(company, balls_by_chain(reader, scope), attempts_by_key(reader, scope)).all_of_them())
    failures_of_leaders(company, looked, what_went_down(company))
    Stating(company, looked).all_of_them()
    talks = tuple(Talking(company).all_of_them())
    Practising(company, talks).begin_all()
    Polling(company, objected(reader, company.those(Role.REP)), talks).hold()
