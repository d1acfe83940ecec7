"""One's own mailbox in the browser: read on this computer, for whoever sits at it, and forgotten again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.court.mine import Waiting, is_cold, is_late
from answerback.analysis.own import Touch
from answerback.api.own import Answer, Owner, answer_of, mailbox_in, vanishing_home
from answerback.domain.errors import AnswerbackError
from answerback.engine.protocol import Limits
from answerback.present.own import act_text, reading_text
from answerback.web.coming_in.files import take_in, unpack
from answerback.web.coming_in.nearby import is_from_here
from answerback.web.coming_in.room import room
from answerback.web.rights import Right, needs
from answerback.web.running.jobs import Advance, Job, jobs
from answerback.web.running.progress import failed_page, progress_page
from answerback.web.shown.figures import rates_of, shares_of
from answerback.workspace.batches import Batch

KIND = "mine"
_SESSION = "own-mailbox"
MOST_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Read:
    """What was told of a mailbox, and whose it is."""

    owner: Owner
    answer: Answer


@needs(Right.EVERYBODY)
def own_mailbox(request: HttpRequest) -> HttpResponse:
    """A place to drop a mailbox; only at the computer that serves."""
    if not is_from_here(request):
        raise Http404
    if request.method != "POST":
        return render(request, "pages/own_mailbox.html")
    try:
        folder = room().new()
        take_in(request.FILES.getlist("files"), folder)
        options = {name: request.POST[name].strip() for name in ("own",) if request.POST.get(name, "").strip()}
        options |= {"replies": "read"} if request.POST.get("replies") else {}
        job = jobs().submit(KIND, 0, partial(_work, folder, request.POST.get("owner", "").strip(), options))
    except AnswerbackError as error:
        messages.error(request, f"{error.what}. {error.next_step}.")
        return redirect("own_mailbox")
    request.session[_SESSION] = job.token
    return redirect("own_mailbox_told")


@needs(Right.EVERYBODY)
def told(request: HttpRequest) -> HttpResponse:
    """What it says; for the browser that sent it, and gone half an hour later or when asked."""
    job = _own_job(request)
    if request.method == "POST":
        jobs().drop(job)
        request.session.pop(_SESSION, None)
        messages.success(request, _("It is forgotten: nothing of your mailbox is kept."))
        return redirect("first_run")
    if not job.finished.is_set():
        note = _("It is read in memory and in a folder that is removed at the end.")
        return progress_page(request, job, _("Reading your mailbox"), note)
    if not isinstance(job.result, Read):
        return failed_page(request, job, "own_mailbox")
    return render(request, "pages/own_mailbox_told.html", _context(job.result))


def _own_job(request: HttpRequest) -> Job:
    job = jobs().get(request.session.get(_SESSION, ""), KIND, 0) if is_from_here(request) else None
    if job is None:
        raise Http404
    return job


def _work(folder: Path, owner: str, options: dict[str, str], advance: Advance) -> Read:
    """Reads, and removes what came in."""
    try:
        unpack(folder)
        (first, *others) = sorted(folder.iterdir())
        mailbox = mailbox_in(folder if others else first, owner, options)
        now = datetime.now(UTC)
        with vanishing_home(now, within=room().path) as home:
            answer = answer_of(mailbox, home, now=now, as_of=None, limits=Limits(threads=1), on_step=advance)
        return Read(mailbox.owner, answer)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _context(read: Read) -> dict[str, object]:
    waits, moved = read.answer.waits, read.answer.moved
    known = [each for each in waits.rows if each.written_before]
    new = [each for each in waits.rows if not each.written_before]
    warm = [each for each in known if not is_cold(each, waits.as_of)]
    latest: dict[str, Touch] = {}
    for each in moved.touches:
        if each.state == "on_base":
            latest.setdefault(each.buyer.contact_id, each)
    return {
        "owner": read.owner,
        "as_of": read.answer.as_of,
        "old": read.answer.old,
        "waiting": len(known),
        "turns": list(_turns(warm, waits.as_of)),
        "cold": list(_turns([each for each in known if is_cold(each, waits.as_of)], waits.as_of)),
        "new": list(_turns(new, waits.as_of)),
        "span": (moved.start, moved.end),
        "efforts": moved.count,
        "moved": len(latest),
        "forward": [{"touch": each, "did": act_text(each.kind, each.subkind)} for each in latest.values()][:MOST_SHOWN],
        "shares": shares_of(moved.states),
        "rates": rates_of(moved.rates),
        "read": [_reading(each) for each in read.answer.batches],
    }


def _reading(batch: Batch) -> str:
    counts = {"read": batch.read, "kept": batch.kept, "rejects": batch.rejects}
    return reading_text(batch.source_kind, **counts, non_events=batch.non_events)


def _turns(rows: list[Waiting], as_of: datetime) -> Iterator[dict[str, object]]:
    for each in rows:
        yield {"row": each, "did": act_text(each.kind, each.subkind), "late": is_late(each, as_of)}
