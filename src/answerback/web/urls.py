"""Every route, and the page behind it. Rights are stated at the pages (`web.rights`)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from answerback.web.pages import (
    chain,
    event,
    evidence,
    finding,
    happenings,
    home,
    lookback,
    marking,
    mirror,
    saying,
    team,
    us,
)

handler403 = "answerback.web.trouble.not_proven"
handler404 = "answerback.web.trouble.not_found"
handler500 = "answerback.web.trouble.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("mirror/", mirror.mirror, name="mirror"),
    path("mirror/<path:rep_id>/", mirror.mirror_of, name="mirror_of"),
    path("marks/", marking.mark_ball, name="mark"),
    path("findings/<slug:finding_id>/", finding.finding, name="finding"),
    path("findings/<slug:finding_id>/say/", saying.say_of_finding, name="say"),
    path("findings/<slug:finding_id>/chart.<slug:form>", finding.chart, name="finding_chart"),
    path("figures/on-base/", evidence.figure, name="figure"),
    path("events/<path:event_id>/contest/", marking.contest_record, name="contest"),
    path("events/<path:event_id>/", event.event, name="event"),
    path("deals/<path:chain_id>/", chain.deal, name="deal"),
    path("companies/<path:chain_id>/", chain.company, name="company"),
    path("marks/chain/", chain.mark_in_chain, name="mark_in_chain"),
    path("team/", team.team, name="team"),
    path("us/", us.us, name="us"),
    path("us/chart.<slug:form>", us.us_chart, name="us_chart"),
    path("lookback/", lookback.lookback, name="lookback"),
    path("happenings/", happenings.happenings, name="happenings"),
    path("happenings/decide/", happenings.decide, name="happening_decide"),
    path("", include("answerback.web.routes.data")),
    path("", include("answerback.web.routes.people")),
    path("", include("answerback.web.routes.starting")),
    path("", include("answerback.web.routes.learning")),
    path("api/v1/", include("answerback.web.api.routes")),
    path("account/", include("allauth.account.urls")),
    path("account/", include("allauth.mfa.urls")),
    path("account/", include("allauth.socialaccount.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
