"""Builds: what the figures come from, when, how long it took, what it changed, when the next one is; and build now."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.listing import Log, batch_table
from answerback.domain.errors import UsageError
from answerback.engine.catalogue import catalogue
from answerback.people import audit
from answerback.present.builds import changes
from answerback.web.answering.asking import Asking, asked
from answerback.web.rights import Right, needs
from answerback.web.running.jobs import jobs
from answerback.web.running.working import build_apart, is_at_work, status
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
    kinds = {each.batch_id: each.source_kind for each in batches}
    context = {
        "newest": newest,
        "builds": [_told(each, kept, kinds) for each in reversed(kept[-MOST_BUILDS:])],
        "waiting": len(batches) - len(used),
        "loads": table_of(latest),
        "load_count": len(used),
        "relations": [
            {"name": name, "known": name in known, "rows": f"{files.rows:,}"}
            for name, files in sorted(newest.relations.items())
        ],
        "building": jobs().busy(KIND),
        "by_itself": is_at_work(),
        "next_at": status().next_at,
    }
    return render(request, "pages/data/builds.html", context)


def _told(each: Snapshot, kept: list[Snapshot], kinds: Mapping[str, str]) -> dict[str, object]:
    before = next((other for other in kept if other.number == each.number - 1), None)
    return {
        "snapshot": each,
        "loads": len(each.batches),
        "changed": changes(each, before, kinds) if before is not None else [],
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
