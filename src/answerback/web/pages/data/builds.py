"""Builds: from which loads and which version the figures come, when, what each relation holds; and build now."""

from __future__ import annotations

import threading

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.listing import Log, batch_table
from answerback.domain.errors import UsageError
from answerback.engine.catalogue import catalogue
from answerback.people import audit
from answerback.web.answering.asking import Asking, asked
from answerback.web.rights import Right, needs
from answerback.web.running.jobs import jobs
from answerback.web.running.working import build_apart
from answerback.web.shown.tables import table_of
from answerback.workspace.log import read_batches
from answerback.workspace.snapshots import Snapshot, all_snapshots

KIND = "build"
MOST_BUILDS = 10
MOST_LOADS = 50


@needs(Right.OPERATIONS)
def builds(request: HttpRequest) -> HttpResponse:
    """The builds that are kept, and the newest from its loads to its rows."""
    asking = asked(request)
    if request.method == "POST":
        return _build_now(request, asking)
    home = asking.desk.home
    kept = all_snapshots(home)
    newest = kept[-1]
    batches = tuple(read_batches(home))
    used = [each for each in batches if each.batch_id in set(newest.batches)]
    loads = batch_table(Log(home, tuple(used))).drop_columns(["batch_id"])
    latest = loads.slice(max(0, loads.num_rows - MOST_LOADS))
    known = {each.name for each in catalogue()}
    context = {
        "newest": newest,
        "builds": [_told(each, kept) for each in reversed(kept[-MOST_BUILDS:])],
        "waiting": len(batches) - len(used),
        "loads": table_of(latest),
        "load_count": len(used),
        "relations": [
            {"name": name, "known": name in known, "rows": f"{files.rows:,}"}
            for name, files in sorted(newest.relations.items())
        ],
        "building": jobs().busy(KIND),
    }
    return render(request, "pages/data/builds.html", context)


def _told(each: Snapshot, kept: list[Snapshot]) -> dict[str, object]:
    before = next((other for other in kept if other.number == each.number - 1), None)
    return {
        "snapshot": each,
        "loads": len(each.batches),
        "new_loads": len(set(each.batches) - set(before.batches)) if before is not None else None,
        "touches": f"{each.relations['effort'].rows:,}",
        "acts": f"{each.relations['buyer_action'].rows:,}",
    }


def _build_now(request: HttpRequest, asking: Asking) -> HttpResponse:
    root, person = asking.desk.home.root, asking.viewer.person
    if not jobs().busy(KIND):
        try:
            jobs().submit(KIND, person.pk, lambda _advance: build_apart(root, (), threading.Event()))
        except UsageError as error:
            messages.error(request, f"{error.what}. {error.next_step}.")
            return redirect("data_builds")
        audit.note(person, "build")
    messages.success(request, _("A build has begun. Pages show the one before until it is there."))
    return redirect("data_builds")
