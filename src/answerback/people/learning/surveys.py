"""Polls: put, answered once each, and told in sums of at least five, once nobody can answer any more.

What somebody answered is counted and forgotten: there is no row of it, so neither order nor time can tie it to anybody.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.crypto import salted_hmac

from answerback.people import audit
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.people.learning.models import Survey, SurveyCount, SurveyTaken
from answerback.people.learning.survey_templates import (
    AGREES,
    BUYING,
    LEADING,
    SCALE,
    SELLING,
    TEMPLATES,
    UNKNOWN,
    Question,
    Template,
)
from answerback.people.models import Person, Role
from answerback.stats.compare import Compared, shares
from answerback.stats.intervals import Interval, wilson

MOST_OPEN = 3
"""So many polls are open at a time: more are not answered."""
DAYS = (7, 14, 28)
"""How long one may last."""
LINKS_A_DAY = 20
"""So many links for buyers somebody makes in a day."""
_SALT = "a buyer's link to a poll"
_VALUES = frozenset({UNKNOWN, *(value for value, _ in SCALE)})


@dataclass(frozen=True, slots=True)
class Told:
    """What one group said to one question: how many agree, of how many who know."""

    agree: int
    know: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Line:
    """One question: what each group said, the gap between those who lead and those who sell, and the poll before."""

    question: Question
    groups: tuple[tuple[str, Told | None], ...]
    gap: Compared | None
    """Those who sell less those who lead."""
    before: tuple[tuple[str, Told], ...] = ()


def put(person: Person, template: str, today: date, days: int) -> Survey | None:
    """Puts a poll from today on; None where there is no such template, one of it is open, or too many are."""
    known = TEMPLATES.get(template)
    now_open = open_ones(today)
    if known is None or days not in DAYS or len(now_open) >= MOST_OPEN:
        return None
    if any(each.template == template for each in now_open):
        return None
    made = Survey.objects.create(
        template=template,
        title=str(known.title),
        opens_on=today,
        closes_on=today + timedelta(days=days),
        made_by=person,
    )
    audit.note(person, "poll put", str(made.pk))
    return made


def open_ones(today: date) -> list[Survey]:
    """Polls that can be answered today, the oldest first."""
    found = Survey.objects.filter(opens_on__lte=today, closes_on__gt=today, template__in=TEMPLATES)
    return list(found.order_by("opens_on", "pk"))


def closed_ones(today: date) -> QuerySet[Survey]:
    """Polls that are over, the newest first."""
    return Survey.objects.filter(closes_on__lte=today, template__in=TEMPLATES).order_by("-closes_on", "-pk")


def found(number: int) -> Survey | None:
    """The poll of a number."""
    return Survey.objects.filter(pk=number, template__in=TEMPLATES).first()


def template_of(survey: Survey) -> Template:
    """What it asks."""
    return TEMPLATES[survey.template]


def group_of(roles: frozenset[Role], survey: Survey) -> str:
    """As whose word somebody's answer counts; empty where the poll is not for them."""
    asked = template_of(survey).groups
    if roles & {Role.LEADER, Role.MANAGER}:
        return LEADING if LEADING in asked else ""
    return SELLING if Role.REP in roles and SELLING in asked else ""


def has_answered(person: Person, survey: Survey) -> bool:
    """Whether somebody has answered."""
    return SurveyTaken.objects.filter(survey=survey, mark=_mark(survey, f"person {person.pk}")).exists()


def answer(person: Person, survey: Survey, group: str, said: dict[str, int], today: date) -> bool:
    """Counts somebody's answers; False where they have answered already or the poll is not open."""
    return _count(survey, group, said, _mark(survey, f"person {person.pk}"), today)


def link_for_buyer(person: Person, survey: Survey, today: date, now: datetime) -> str:
    """The key of a link with which a buyer answers once, without a name; empty where it cannot be made."""
    if BUYING not in template_of(survey).groups or not survey.opens_on <= today < survey.closes_on:
        return ""
    if audit.times_lately(person, "link for a buyer", now) >= LINKS_A_DAY:
        return ""
    audit.note(person, "link for a buyer", str(survey.pk))
    return signing.dumps([survey.pk, secrets.token_urlsafe(9)], salt=_SALT)


def behind_link(key: str, today: date) -> tuple[Survey, str] | None:
    """The open poll that a link leads to, and the link's own mark; None for any other text, and once it has closed."""
    try:
        number, once = signing.loads(key, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    survey = found(number)
    if survey is None or not survey.opens_on <= today < survey.closes_on:
        return None
    return survey, _mark(survey, f"link {once}")


def is_used(survey: Survey, mark: str) -> bool:
    """Whether somebody has answered by a link."""
    return SurveyTaken.objects.filter(survey=survey, mark=mark).exists()


def answer_by_link(survey: Survey, mark: str, said: dict[str, int], today: date) -> bool:
    """Counts a buyer's answers; False where the link was used before."""
    return _count(survey, BUYING, said, mark, today)


def results(survey: Survey, today: date) -> list[Line] | None:
    """What was said, question by question; None as long as somebody can still answer.

    A group with fewer than five answers is left out, and nothing is told of all groups together: no group can be
    worked out from the rest. Nor can one answer from two states of one poll: there is one, the last.
    """
    if today < survey.closes_on:
        return None
    counted = _counted(survey)
    earlier = closed_ones(survey.opens_on).filter(template=survey.template).exclude(pk=survey.pk).first()
    before = _counted(earlier) if earlier is not None else {}
    told = []
    for question in template_of(survey).questions:
        groups = tuple((group, counted.get((group, question.key))) for group in template_of(survey).groups)
        past = tuple((group, before[group, question.key]) for group, _ in groups if (group, question.key) in before)
        told.append(Line(question, groups, _gap(dict(groups)), past))
    return told


def widest_gap(lines: list[Line]) -> Line | None:
    """Where those who lead and those who sell surely see it most differently; None where no difference is sure.

    As many differences are looked at as there are questions, so each interval is the wider (Bonferroni).
    """
    sure = [each for each in lines if each.gap is not None and each.gap.sure]
    return max(sure, key=lambda each: abs(each.gap.change) if each.gap else 0.0, default=None)


def _gap(groups: dict[str, Told | None]) -> Compared | None:
    leading, selling = groups.get(LEADING), groups.get(SELLING)
    if leading is None or selling is None or not leading.know or not selling.know:
        return None
    looked_at = max(len(each.questions) for each in TEMPLATES.values())
    return shares((leading.agree, leading.know), (selling.agree, selling.know), coverage=1.0 - 0.05 / looked_at)


def _counted(survey: Survey) -> dict[tuple[str, str], Told]:
    """By group and question; groups with fewer than five answers are not there."""
    by_value: dict[tuple[str, str], dict[int, int]] = {}
    rows = survey.counts.values_list("group", "question", "value").annotate(all=Sum("n"))
    for group, question, value, n in rows:
        by_value.setdefault((group, question), {})[value] = n
    told = {}
    for key, values in by_value.items():
        if sum(values.values()) >= LEAST_CONTRIBUTORS:
            know = sum(n for value, n in values.items() if value != UNKNOWN)
            agree = sum(n for value, n in values.items() if value >= AGREES)
            told[key] = Told(agree, know, wilson(agree, know) if know else None)
    return told


def _count(survey: Survey, group: str, said: dict[str, int], mark: str, today: date) -> bool:
    asked = template_of(survey)
    if group not in asked.groups or not survey.opens_on <= today < survey.closes_on:
        return False
    values = {each.key: said.get(each.key, UNKNOWN) for each in asked.questions}
    if strange := set(values.values()) - _VALUES:
        raise ValueError(f"no answer of the scale: {min(strange)}")
    try:
        with transaction.atomic():
            SurveyTaken.objects.create(survey=survey, mark=mark)
            rows = [SurveyCount(survey=survey, group=group, question=key, value=n) for key, n in values.items()]
            SurveyCount.objects.bulk_create(rows, ignore_conflicts=True)  # others may count at this moment
            chosen = reduce(or_, (Q(question=key, value=n) for key, n in values.items()))
            SurveyCount.objects.filter(chosen, survey=survey, group=group).update(n=F("n") + 1)
    except IntegrityError:
        return False
    return True


def _mark(survey: Survey, who: str) -> str:
    return salted_hmac(f"poll {survey.pk}", who, algorithm="sha256").hexdigest()
