"""Routes of search and of the data's own pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from answerback.web.pages import search
from answerback.web.pages.data import builds, coverage, definitions, doubts, overview, rejects

urlpatterns: list[URLPattern] = [
    path("search/", search.search_page, name="search"),
    path("data/", overview.overview, name="data"),
    path("data/coverage/", coverage.coverage, name="data_coverage"),
    path("data/rejects/", rejects.rejects, name="data_rejects"),
    path("data/identities/", doubts.identities, name="data_identities"),
    path("data/contests/", doubts.contests, name="data_contests"),
    path("data/fields/", overview.fields, name="data_fields"),
    path("data/definitions/", definitions.definitions, name="data_definitions"),
    path("data/definitions/<slug:name>/", definitions.relation, name="data_relation"),
    path("data/builds/", builds.builds, name="data_builds"),
]
