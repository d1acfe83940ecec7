"""A real mail server on this computer that keeps what it was given."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings

from answerback.web.sign_in.mail import mail_of


class Letters:
    """What a server was given, and what it does not take."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        """Of each that was taken, who sent it and to whom."""
        self.unknown = ""
        """An address that it does not know."""
        self.refuses = False
        """Whether it takes nothing today."""

    async def handle_RCPT(  # noqa: N802 - theirs
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether it takes a recipient."""
        del server, session, options
        if address == self.unknown:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        """What it does with a letter."""
        del server, session
        if self.refuses:
            return "554 not today"
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        return "250 taken"


@contextmanager
def mail_server(settings: LazySettings) -> Iterator[Letters]:
    """The server, named in the settings as it would be in the environment."""
    found = Letters()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(found, hostname="127.0.0.1", port=port)
    server.start()
    named = {"ANSWERBACK_MAIL": f"smtp://127.0.0.1:{port}", "ANSWERBACK_MAIL_FROM": "answerback@halden.example"}
    for name, value in mail_of(named).items():
        setattr(settings, name, value)
    try:
        yield found
    finally:
        server.stop()
