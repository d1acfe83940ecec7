"""Routes of the learning loop: debriefs, lessons, the wall, practices, talks, surveys, causes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from answerback.web.pages.learning import surveys

urlpatterns: list[URLPattern | URLResolver] = [
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/<int:number>/", surveys.survey, name="survey"),
    path("surveys/<int:number>/link/", surveys.buyer_link, name="buyer_link"),
    path("s/<str:key>/", surveys.buyer_survey, name="buyer_survey"),
]
