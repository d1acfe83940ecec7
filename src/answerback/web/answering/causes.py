"""What the records say of the candidate causes of what went down for many at once; asked once for a snapshot."""

from __future__ import annotations

from datetime import date

from answerback.analysis.causes.weighing import Weighed, weigh_causes
from answerback.domain.scope import Scope
from answerback.web.answering.desk import Desk


def weighed_since(desk: Desk, since: date) -> tuple[Weighed, ...]:
    """Each comparison of the time since a day with the time before: over everybody, and of nobody in particular."""
    everybody = Scope("causes", everybody=True)
    found: tuple[Weighed, ...] = desk.once(("causes", since), lambda reader: weigh_causes(reader, everybody, since))
    return found
