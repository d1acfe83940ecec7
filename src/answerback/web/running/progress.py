"""The page of a job that is being done: how far it has come, and it looks again by itself, without JavaScript."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.web.running.jobs import Job

AGAIN_SECONDS = 2


def progress_page(request: HttpRequest, job: Job, title: str, note: str) -> HttpResponse:
    """How far a job has come."""
    context = {"job": job, "title": title, "note": note, "seconds": AGAIN_SECONDS}
    response = render(request, "pages/progress.html", context)
    response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


def failed_page(request: HttpRequest, job: Job, back: str) -> HttpResponse:
    """Why a job came to nothing, and the way back."""
    return render(request, "pages/failed.html", {"job": job, "back": back})
