"""Routes of debriefs and of the wall."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from answerback.web.pages.learning import debrief_sharing, debriefs, wall

urlpatterns: list[URLPattern | URLResolver] = [
    path("debriefs/", debriefs.list_of_own, name="debriefs"),
    path("debriefs/begin/", debriefs.begin, name="debrief_begin"),
    path("debriefs/held/", debriefs.held, name="debrief_held"),
    path("debriefs/<int:number>/", debriefs.debrief, name="debrief"),
    path("debriefs/<int:number>/share/", debrief_sharing.share, name="debrief_share"),
    path("debriefs/<int:number>/words/", debrief_sharing.reword, name="debrief_reword"),
    path("wall/", wall.wall_page, name="wall"),
]
