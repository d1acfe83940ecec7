"""All that the people of a made-up company wrote, in the order in which one thing rests on another."""

from __future__ import annotations

from collections.abc import Mapping

from answerback.analysis.court.by_chain import BallsByChain
from answerback.analysis.lessons.objected import objected
from answerback.analysis.risk.attempts import Tried
from answerback.people.lived_in.after_the_order import case_looked_back_on
from answerback.people.lived_in.company import Company
from answerback.people.lived_in.failures import failures_of_leaders, what_went_down
from answerback.people.lived_in.looking_back import LookingBack
from answerback.people.lived_in.polling import Polling
from answerback.people.lived_in.practising import Practising
from answerback.people.lived_in.practising_together import practise_together
from answerback.people.lived_in.stating import Stating
from answerback.people.lived_in.talking import Talking
from answerback.people.models import Role


def live_in(company: Company, balls: BallsByChain, tried: Mapping[int, tuple[Tried, ...]]) -> None:
    """Writes all of it. What analysis needs of it lies in the journal after, for the next build.

    Args:
        company: Whose people write.
        balls: Its open and missed balls, and
        tried: the risk that was taken, both of everybody and as pages have them.
    """
    looking_back = LookingBack(company, balls, tried)
    looked = tuple(looking_back.all_of_them())
    case_looked_back_on(company, looking_back)
    failures_of_leaders(company, looked, what_went_down(company))
    Stating(company, looked).all_of_them()
    talks = tuple(Talking(company).all_of_them())
    practising = Practising(company, talks)
    alone = {each.person_id for each in practising.begin_all()}
    practise_together(company, practising.peers() | alone)
    Polling(company, objected(company.reader, company.those(Role.REP)), talks).hold()
