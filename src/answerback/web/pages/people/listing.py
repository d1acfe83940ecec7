"""Everybody who can sign in, and what waits for an admin."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.people import invitations, lines
from answerback.people.models import Erasure, Person, Role
from answerback.web.answering.asking import asked
from answerback.web.rights import Right, needs


@needs(Right.ADMIN)
def people(request: HttpRequest) -> HttpResponse:
    """All people by name, with their roles of today."""
    asking = asked(request)
    roster, today = asking.desk.roster(), asking.viewer.today
    everybody = Person.objects.prefetch_related("appointments").order_by("-is_active", "name", "pk")
    rows = [
        {
            "person": each,
            "roles": [Role(role).label for role in Role if role in each.roles_on(today)],
            "known": not each.rep_id or roster.key_of(each.rep_id) is not None,
        }
        for each in everybody
    ]
    with_account = {roster.key_of(row["person"].rep_id) for row in rows}  # type: ignore[attr-defined]
    context = {
        "rows": rows,
        "invited": invitations.standing(now=datetime.now(UTC)),
        "asks": Erasure.objects.select_related("person").order_by("asked_at"),
        "proposed": len(lines.proposed(roster, today)),
        "without": sum(key not in with_account for key in roster.members),
        "organisation": asking.viewer.organisation,
    }
    return render(request, "pages/people/people.html", context)
