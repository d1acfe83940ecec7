"""Routes of lessons, and of the sheet before a call."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from answerback.web.pages.learning import lessons, prep

urlpatterns: list[URLPattern | URLResolver] = [
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/new/", lessons.lesson_new, name="lesson_new"),
    path("lessons/use/", lessons.lesson_use, name="lesson_use"),
    path("lessons/<int:number>/", lessons.lesson, name="lesson"),
    path("lessons/<int:number>/do/", lessons.lesson_do, name="lesson_do"),
    path("prep/deals/<path:deal_id>/", prep.prep, name="prep"),
]
