"""Links by mail: the organisation's mail server, as the environment names it, and the letter. Off unless one is named.

A link lets in whoever has it, so it is in the letter and nowhere else: in no log, and in no error that is told.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from answerback.domain.errors import UsageError

SERVER, SENDER, PASSWORD_FILE = "ANSWERBACK_MAIL", "ANSWERBACK_MAIL_FROM", "ANSWERBACK_MAIL_PASSWORD_FILE"  # nosec B105 - names
WAIT_SECONDS = 10
_PORTS = {"smtp": 587, "smtps": 465}
_OWN = frozenset({"localhost", "127.0.0.1", "::1"})


def mail_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings for mail, by their names; a backend that sends nothing where no server is named.

    What is sent is encrypted on its way to the server: from the start (`smtps`), or before anything is said (`smtp`),
    but for a server on this computer. The password lies in a file, so that it is in no list of processes.

    >>> mail_of({})["EMAIL_BACKEND"].rpartition(".")[2]
    'EmailBackend'
    >>> found = mail_of({"ANSWERBACK_MAIL": "smtp://mail.example.com", "ANSWERBACK_MAIL_FROM": "a@example.com"})
    >>> found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]
    ('mail.example.com', 587, True)

    Raises UsageError where the address is none, nobody is named as the sender, or the file cannot be read.
    """
    address = environment.get(SERVER, "")
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend", "DEFAULT_FROM_EMAIL": ""}
    said = urlsplit(address)
    if said.scheme not in _PORTS or not said.hostname:
        raise UsageError(
            f"{said.scheme or address!r} is no mail server",
            where=SERVER,
            next_step="write smtp://user@host:587 or smtps://user@host:465",
        )
    if "@" not in environment.get(SENDER, ""):
        raise UsageError("nobody is named as the sender", where=SENDER, next_step="name an address of yours")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": said.hostname,
        "EMAIL_PORT": said.port or _PORTS[said.scheme],
        "EMAIL_HOST_USER": unquote(said.username or ""),
        "EMAIL_HOST_PASSWORD": _password(environment.get(PASSWORD_FILE, "")),
        "EMAIL_USE_SSL": said.scheme == "smtps",
        "EMAIL_USE_TLS": said.scheme == "smtp" and said.hostname not in _OWN,
        "EMAIL_TIMEOUT": WAIT_SECONDS,
        "DEFAULT_FROM_EMAIL": environment[SENDER],
    }


def is_on() -> bool:
    """Whether links can be sent by mail."""
    return bool(settings.DEFAULT_FROM_EMAIL)


def send_link(*, name: str, email: str, link: str, days: int) -> bool:
    """Sends somebody their link; false where the server did not take it."""
    lasts = ngettext("It can be used once, within %(n)d day.", "It can be used once, within %(n)d days.", days)
    lines = [
        _("Hello %(name)s,") % {"name": name},
        _("this link opens Answerback for you:"),
        link,
        lasts % {"n": days} + " " + _("Whoever has it can use it, so hand it on to nobody."),
        _("If you did not expect it, leave it alone: it then ends by itself."),
    ]
    letter = EmailMessage(subject=_("Your link to Answerback"), body="\n\n".join(lines) + "\n", to=[email])
    try:
        return letter.send() == 1
    except (OSError, smtplib.SMTPException):
        return False


def _password(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", where=PASSWORD_FILE, next_step="name a file that holds it"
        ) from error
