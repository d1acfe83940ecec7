"""Routes of the learning loop: debriefs, lessons, the wall, practices, talks, surveys, causes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
