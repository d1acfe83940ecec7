"""The people of a practice company's workspace: once it is built, everybody in it has an account and a history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from answerback.analysis.lift.practised import Outcome
from answerback.people.learning.causes import is_for_board
from answerback.people.learning.models import Practice
from answerback.people.lived_in.board import Stances, begin_board
from answerback.people.lived_in.company import Company
from answerback.people.lived_in.living import live_in
from answerback.people.lived_in.practising import conclude
from answerback.people.models import Organisation
from answerback.people.practice import Seller, people_of_practice
from answerback.present.causes import said_of
from answerback.simulate.envelope import envelope_in
from answerback.web.answering.beforehand import TASKS, Ahead
from answerback.web.answering.board import board_of
from answerback.web.answering.causes import weighed_since
from answerback.web.answering.desk import Desk
from answerback.web.answering.practising import judged_of
from answerback.web.answering.tasks import work_out, worked


def settle(desk: Desk, *, now: datetime) -> Organisation | None:
    """Makes the people of a practice company and what they wrote, once; None where it is nobody's practice company.

    All of it or nothing. What of it belongs in the log lies in the journal, for the build that comes next.
    """
    envelope = envelope_in(desk.home.root)
    if envelope is None:
        return None
    known = Organisation.objects.first()
    if known is not None:
        return known if known.practice else None
    sellers = sellers_of(desk)
    if not sellers:
        return None
    with transaction.atomic():
        known = Organisation.objects.select_for_update().first()
        if known is not None:  # somebody else was quicker
            return known if known.practice else None
        made = people_of_practice(envelope.company, sellers, now=now)
        history(desk)
    return made


def is_deserted(desk: Desk) -> bool:
    """Whether this is a practice company whose people have not come in yet: they do with the first page."""
    return envelope_in(desk.home.root) is not None and not Organisation.objects.exists()


def sellers_of(desk: Desk) -> list[Seller]:
    """Who is in the log, and whom they report to."""
    roster = desk.roster()
    return [
        Seller(each.rep_id, each.name, each.email, roster.id_of(each.manager_key)) for each in roster.members.values()
    ]


def history(desk: Desk) -> None:
    """What the people of a practice company wrote before anybody looks in; the log's part of it waits for a build."""
    with desk.reading() as reader:
        company = Company(desk.home, reader, desk.roster(), desk.zone)
        live_in(company, *(_everybody(desk, each) for each in (Ahead.BALLS, Ahead.RISK)))


def _everybody(desk: Desk, what: Ahead) -> Any:
    """What pages have worked out of everybody, now where it is not yet, and kept for them."""
    task = TASKS[what]
    return (worked(desk, task) or work_out(desk, task)).made


def go_on(desk: Desk) -> None:
    """What rests on what was judged: what became of practices that are over, and the causes of what went down for many.

    All of it or nothing, once for a snapshot, in a practice company alone.
    """
    done = ("practice company goes on", desk.snapshot)
    if desk.kept(done) or not Organisation.objects.filter(practice=True).exists():
        return
    with transaction.atomic():
        conclude_what_is_over(desk)
        begin_boards(desk)
    desk.keep(done, True)


def conclude_what_is_over(desk: Desk) -> None:
    """What became of practices that are over."""
    with desk.reading() as reader:
        company = Company(desk.home, reader, desk.roster(), desk.zone)
        over = Practice.objects.filter(ended_at=None, ends_on__lte=company.today).select_related("person")
        for each in over:
            conclude(company, each, _outcome(desk, each))


def _outcome(desk: Desk, practice: Practice) -> Outcome | None:
    """What came of a practice, as its page says."""
    judged, key = judged_of(desk), desk.roster().key_of(practice.person.rep_id)
    return judged.own.get((key, practice.play, practice.starts_on)) if judged is not None and key is not None else None


def begin_boards(desk: Desk) -> None:
    """What a practice company's leader takes on once findings are judged: the causes of what went down for many."""
    today = desk.today()
    for standing in board_of(desk).gathered.findings:
        if not standing.open or not is_for_board(standing.finding):
            continue
        since = standing.finding.since or standing.finding.raised_on
        said: dict[str, set[str]] = {}
        for each in weighed_since(desk, since):
            told = said_of(each, today=today)
            said.setdefault(told.cause, set()).add(told.stance)
        stances = [Stances(cause, frozenset(found)) for cause, found in said.items()]
        begin_board(standing.finding, stances, today, desk.zone)
