"""Routes of talks, their calendar files, and what was said in them one would do."""

from __future__ import annotations

from django.urls import URLPattern, path

from answerback.web.pages.learning import calendar_files, leading, peers, talk, talks

urlpatterns: list[URLPattern] = [
    path("talks/", talks.listing, name="talks"),
    path("talks/plan/", talks.plan, name="plan_talk"),
    path("talks/<int:number>/", talk.talk, name="talk"),
    path("talks/<int:number>/say/", talk.say, name="say_in_talk"),
    path("talks/<int:number>/sides/", peers.sides, name="sides"),
    path("talks/<int:number>/talk.ics", calendar_files.of_talk, name="talk_file"),
    path("talks/rhythms/<int:number>/end/", talks.end_rhythm, name="end_rhythm"),
    path("talks/rhythms/<int:number>/talks.ics", calendar_files.of_rhythm, name="rhythm_file"),
    path("team/mine/", leading.own, name="own_part"),
    path("commitments/<int:number>/", talks.commitment, name="commitment"),
]
