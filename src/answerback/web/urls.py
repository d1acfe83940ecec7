"""Every route, and the page behind it. Rights are stated at the pages (`web.rights`)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from answerback.web.pages import chain, data, finding, first_run, home, marking, me, mirror, team, us

handler404 = "answerback.web.trouble.not_found"
handler500 = "answerback.web.trouble.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("mirror/", mirror.mirror, name="mirror"),
    path("mirror/<path:rep_id>/", mirror.mirror_of, name="mirror_of"),
    path("marks/", marking.mark_ball, name="mark"),
    path("findings/<slug:finding_id>/", finding.finding, name="finding"),
    path("deals/<path:chain_id>/", chain.chain, name="deal"),
    path("companies/<path:chain_id>/", chain.chain, name="company"),
    path("team/", team.team, name="team"),
    path("us/", us.us, name="us"),
    path("data/", data.data, name="data"),
    path("me/", me.me, name="me"),
    path("start/", first_run.first_run, name="first_run"),
    path("start/be/", first_run.be, name="be"),
    path("api/v1/", include("answerback.web.api.routes")),
    path("account/", include("allauth.account.urls")),
    path("account/", include("allauth.mfa.urls")),
    path("account/", include("allauth.usersessions.urls")),
]
