"""Sending the digests that are due: on the first working hours of the week, to those who want them, each once."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from answerback.domain.workdays import week_of
from answerback.people.learning import digests
from answerback.people.learning.digests import Digest
from answerback.people.learning.models import MailChoice
from answerback.web.answering.desk import Desk, NothingBuilt, NotReady
from answerback.web.mailing.contents import contents_of
from answerback.web.mailing.letters import letter
from answerback.web.sign_in import mail

_log = logging.getLogger(__name__)
LATE_DAYS = 2
"""A Monday's digest that could not go on Monday goes until Wednesday, and no later."""


@dataclass(frozen=True, slots=True)
class Posted:
    """How many letters went, and how many the server did not take."""

    sent: int = 0
    refused: int = 0


RETRY = timedelta(minutes=10)
"""A server that cannot be reached is left alone for so long."""


class Post:
    """Sends what is due whenever it is asked; leaves a server that cannot be reached alone for a while."""

    def __init__(self) -> None:
        self._not_before: datetime | None = None

    def look(self, desk: Desk, now: datetime) -> Posted:
        """What went now."""
        if self._not_before is not None and now < self._not_before:
            return Posted()
        try:
            self._not_before = None
            return post_due(desk, now)
        except (OSError, smtplib.SMTPException) as error:
            self._not_before = now + RETRY
            _log.warning("the mail server cannot be reached: %s", type(error).__name__)
            return Posted()


def is_on() -> bool:
    """Whether there is a mail server, and an address under which links lead to the pages."""
    return mail.is_on() and bool(settings.PUBLIC_ADDRESS)


def post_due(desk: Desk, now: datetime) -> Posted:
    """Sends what is due now.

    A recipient whom the server refuses does not hold up the others, and is not tried again.

    Raises OSError or SMTPException where the server cannot be reached: nothing was begun then, or one letter at most.
    """
    clock = now.astimezone(desk.zone)
    if not is_on() or clock.weekday() > LATE_DAYS:
        return Posted()
    week = week_of(clock.date())
    due = [
        (choice, digest)
        for digest in Digest
        for choice in digests.wanting(digest, week)
        if not digests.is_quiet(choice, clock.time())
    ]
    if not due:
        return Posted()
    with get_connection() as server:
        return _all(desk, due, server, now)


def _all(desk: Desk, due: list[tuple[MailChoice, Digest]], server: BaseEmailBackend, now: datetime) -> Posted:
    week = week_of(now.astimezone(desk.zone).date())
    sent = refused = 0
    for choice, digest in due:
        try:
            contents = contents_of(desk, choice.person, digest)
        except (NotReady, NothingBuilt):
            continue
        begun = digests.begin(choice.person, digest, week)
        if begun is None or contents is None:  # nothing stands in it: written down, so that no week is asked twice
            continue
        made = letter(choice.person, contents, settings.PUBLIC_ADDRESS)
        made.connection = server
        try:
            made.send()
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, ValueError) as error:
            _log.warning("a digest was not taken: %s", type(error).__name__)  # the address stays out of the log
            refused += 1
            continue
        digests.went(begun, now)
        sent += 1
    return Posted(sent, refused)
