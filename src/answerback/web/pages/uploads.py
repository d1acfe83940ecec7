"""Loading by the browser: files are dropped, told apart by what they hold, and read by the ordinary sources."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.api import open_workspace
from answerback.domain.errors import AnswerbackError
from answerback.people import audit
from answerback.present.unlocks import unlocks_of
from answerback.web.answering.asking import asked
from answerback.web.coming_in.files import Loaded, load_all, take_in
from answerback.web.coming_in.room import room
from answerback.web.rights import Right, needs
from answerback.web.running.jobs import Advance, jobs
from answerback.web.running.progress import failed_page, progress_page
from answerback.workspace.log import read_batches

KIND = "load"


@needs(Right.LOADING)
def uploads(request: HttpRequest) -> HttpResponse:
    """What is loaded, what is missing, and a place to drop files."""
    asking = asked(request)
    if request.method == "POST":
        try:
            return _taken(request)
        except AnswerbackError as error:
            messages.error(request, f"{error.what}. {error.next_step}.")
            return redirect("uploads")
    batches = read_batches(asking.desk.home)
    context = {"cards": unlocks_of(batches), "batches": len(batches), "running": jobs().of_kind(KIND)}
    return render(request, "pages/uploads.html", context)


def _taken(request: HttpRequest) -> HttpResponse:
    asking = asked(request)
    exported_at = _day(request.POST.get("exported", ""), asking.desk.today().isoformat())
    folder = room().new()
    given = request.FILES.getlist("files")
    take_in(given, folder)
    person = asking.viewer.person
    job = jobs().submit(KIND, person.pk, partial(_work, asking.desk.home.root, folder, exported_at))
    audit.note(person, "load", f"{len(given)} files")
    return redirect("upload", job.token)


def _work(home: Path, folder: Path, exported_at: datetime | None, advance: Advance) -> Loaded:
    return load_all(open_workspace(home), folder, exported_at, advance)


def _day(text: str, today: str) -> datetime | None:
    """When the files were exported; None for now, and for what is no day or has not come."""
    try:
        at = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if text < today else None


@needs(Right.LOADING)
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """How far the loading has come, and how it ended."""
    job = jobs().get(token, KIND, asked(request).viewer.person.pk)
    if job is None:
        raise Http404
    if not job.finished.is_set():
        return progress_page(request, job, _("Reading what you sent"), _("You can leave this page; it goes on."))
    if job.result is None:
        return failed_page(request, job, "uploads")
    rows = [
        {
            "batch": each,
            "non_events": ", ".join(f"{count:,} {_words(kind)}" for kind, count in each.non_events.items()),
            "records": ", ".join(f"{count:,} {_words(name)}" for name, count in each.records.items()),
        }
        for each in job.result.batches
    ]
    return render(request, "pages/uploaded.html", {"loaded": job.result, "rows": rows})


def _words(name: str) -> str:
    return name.replace("_", " ")
