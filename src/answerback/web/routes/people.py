"""Routes of pages about people: for admins, for whoever is invited, and for oneself."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from answerback.web.pages import invited, me, own_data, sessions, to_service, tokens
from answerback.web.pages.people import audit, grouping, inviting, listing, person, reporting, visibility

urlpatterns: list[URLPattern | URLResolver] = [
    path("invited/", invited.invited, name="invited"),
    path("account/service/", to_service.to_service, name="to_service"),
    path("me/", me.me, name="me"),
    path("me/told/", me.told, name="told"),
    path("me/sessions/", sessions.sessions, name="sessions"),
    path("me/tokens/", tokens.tokens, name="tokens"),
    path("me/data/", own_data.own_data, name="own_data"),
    path("me/forget/", own_data.ask_to_be_forgotten, name="ask_to_be_forgotten"),
    path("people/", listing.people, name="people"),
    path("people/invite/", inviting.invite, name="invite"),
    path("people/invite/withdraw/", inviting.withdraw, name="withdraw_invitation"),
    path("people/reporting/", reporting.reporting, name="reporting"),
    path("people/visibility/", visibility.visibility, name="visibility"),
    path("people/groups/", grouping.groups, name="groups"),
    path("people/groups/<int:number>/", grouping.group, name="group"),
    path("people/audit/", audit.audit, name="audit"),
    path("people/<int:number>/", person.person, name="person"),
    path("people/<int:number>/password/", inviting.new_password, name="new_password"),
    path("people/<int:number>/forget/", person.forget, name="forget_person"),
]
