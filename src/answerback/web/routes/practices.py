"""Routes of practices: one's own, and those of several."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from answerback.web.pages.learning import practice, together

urlpatterns: list[URLPattern | URLResolver] = [
    path("practice/", practice.practice, name="practice"),
    path("practice/new/", practice.new, name="practice_new"),
    path("practice/<int:number>/", practice.one, name="practice_one"),
    path("practice/<int:number>/change/", practice.change, name="practice_change"),
    path("practice/<int:number>/count/", practice.count, name="practice_count"),
    path("practice/<int:number>/end/", practice.end, name="practice_end"),
    path("practice/<int:number>/show/", practice.show, name="practice_show"),
    path("practice/together/", together.together, name="together"),
    path("practice/together/<int:number>/", together.result, name="together_one"),
    path("practice/together/<int:number>/say/", together.say, name="together_say"),
]
