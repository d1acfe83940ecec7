"""Routes of the learning loop: debriefs, lessons, the wall, practices, talks, surveys, causes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from answerback.web.pages.learning import causes, mails, surveys

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("answerback.web.routes.lessons")),
    path("", include("answerback.web.routes.talks")),
    path("", include("answerback.web.routes.debriefs")),
    path("", include("answerback.web.routes.practices")),
    path("findings/<slug:finding_id>/causes/", causes.causes, name="causes"),
    path("findings/<slug:finding_id>/causes/say/", causes.say_of_cause, name="say_of_cause"),
    path("me/mail/", mails.mails, name="mails"),
    path("mail/end/<str:key>/", mails.end_mails, name="end_mails"),
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/<int:number>/", surveys.survey, name="survey"),
    path("surveys/<int:number>/link/", surveys.buyer_link, name="buyer_link"),
    path("s/<str:key>/", surveys.buyer_survey, name="buyer_survey"),
]
