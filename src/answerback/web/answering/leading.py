"""What those who lead heard first hand, of all of them: worked out beside the pages, once a week."""

from __future__ import annotations

from answerback.analysis.leading.first_hand import Leaders, leaders
from answerback.web.answering.desk import Desk
from answerback.web.answering.tasks import Stands, Task, worked

LEADING = Task("leading", leaders, Stands.RESTING)
"""As the worker knows it."""


def leading_of(desk: Desk) -> Leaders | None:
    """All who lead; None while it is being worked out."""
    found = worked(desk, LEADING)
    return None if found is None else found.made
