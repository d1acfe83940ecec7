"""Routes of the first run, of what is loaded by the browser, of the guided tour, and of whoever watches the server."""

from __future__ import annotations

from django.urls import URLPattern, path

from answerback.web.pages import first_run, founding, guided, health, own_mailbox, uploads

urlpatterns: list[URLPattern] = [
    path("start/", first_run.first_run, name="first_run"),
    path("start/be/", first_run.be, name="be"),
    path("start/practice/", first_run.practise, name="practise"),
    path("start/mine/", own_mailbox.own_mailbox, name="own_mailbox"),
    path("start/mine/told/", own_mailbox.told, name="own_mailbox_told"),
    path("start/team/", founding.found, name="found"),
    path("load/", uploads.uploads, name="uploads"),
    path("load/<slug:token>/", uploads.upload, name="upload"),
    path("demo/", guided.tour, name="tour"),
    path("demo/<slug:step>/", guided.tour, name="tour_step"),
    path("healthz", health.health, name="health"),
]
