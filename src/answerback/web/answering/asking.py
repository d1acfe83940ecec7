"""One request's question: who asks, of which snapshot, from which day, within which scope. Made once per request."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from answerback.analysis.findings.gathering import Standing
from answerback.domain.scope import Scope
from answerback.people import audit
from answerback.people.access import GroupSeen, Viewer, evidence_for, groups_for, pooled_for, viewer_of, visible_to
from answerback.people.models import known_as
from answerback.web.answering.desk import Desk, desk


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and at which desk."""

    viewer: Viewer
    desk: Desk

    def scope(self, purpose: str) -> Scope:
        """Whose rows they may see."""
        return visible_to(self.viewer, purpose, self.desk.zone)

    def pooled(self, purpose: str) -> Scope | None:
        """Everybody's rows for sums that name nobody, if they may see such."""
        return pooled_for(self.viewer, purpose)

    def groups(self, purpose: str) -> tuple[GroupSeen, ...]:
        """The groups of which they are shown sums, where managers see groups."""
        return groups_for(self.viewer, purpose, self.desk.roster().key_of)

    def evidence(self, standing: Standing, purpose: str) -> Scope:
        """Whose rows behind a finding they may see."""
        return evidence_for(self.viewer, standing, purpose, self.desk.zone)

    def looked_at(self, key: int | None, page: str) -> None:
        """Writes down that they looked at somebody's page: that person sees it, by whichever id it was."""
        if key is None or key == self.viewer.own_key:
            return
        roster = self.desk.roster()
        if rep_id := known_as(roster.ids_of(key)) or roster.id_of(key):
            audit.looked(self.viewer.person, rep_id, page, self.viewer.today)


def asking_of(request: HttpRequest) -> Asking | None:
    """Who asks; None for whoever has not signed in."""
    if not request.user.is_authenticated:
        return None
    made: Asking | None = getattr(request, "asking", None)
    if made is None:
        at = desk()
        made = Asking(viewer_of(request.user, at.roster().key_of, at.today()), at)
        request.asking = made  # type: ignore[attr-defined]
    return made


def asked(request: HttpRequest) -> Asking:
    """Who asks, on a page that only those see who signed in."""
    found = asking_of(request)
    if found is None:
        raise TypeError("this page lets in people who have not signed in")
    return found
