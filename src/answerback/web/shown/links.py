"""Where figures lead: the address under which a number opens."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from answerback.web.answering.periods import Span


def figure_link(where: Mapping[str, str], span: Span | None = None, state: str = "") -> str:
    """The address of an on-base figure opened: its dimensions, its days, and one state where it is of one alone."""
    said = [("where", f"{name}:{value}") for name, value in where.items()]
    said += list(span.days.items()) if span is not None else []
    said += [("state", state)] if state else []
    return f"{reverse('figure')}?{urlencode(said)}"
