"""What could not be read: grouped by file, field and reason; then each place. Never what stood there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.listing import Log, note_table, reject_table
from answerback.analysis.loaded import RejectGroup, reject_groups, rejects_of
from answerback.web.answering.asking import asked
from answerback.web.rights import Right, needs
from answerback.web.shown.tables import table_of
from answerback.workspace.log import read_batches

MOST_GROUPS = 100
MOST_PLACES = 500


@needs(Right.OPERATIONS)
def rejects(request: HttpRequest) -> HttpResponse:
    """The groups; or the places of one."""
    home = asked(request).desk.home
    log = Log(home, tuple(read_batches(home)))
    found = reject_table(log)
    if "file" in request.GET:
        file, field, reason = (request.GET.get(name, "") for name in ("file", "field", "reason"))
        places = rejects_of(found, file, field, reason)
        if not places.num_rows:
            raise Http404
        context: dict[str, Any] = {
            "group": RejectGroup(file, field, reason, places["hint"][0].as_py() or "", places.num_rows),
            "places": table_of(places.select(["batch_id", "at"]).rename_columns(["load", "row"]), MOST_PLACES),
        }
        return render(request, "pages/data/reject_places.html", context)
    groups = reject_groups(found)
    context = {
        "count": found.num_rows,
        "read": sum(batch.read for batch in log.batches),
        "groups": [{"group": each, "query": _query(each)} for each in groups[:MOST_GROUPS]],
        "left_out": max(0, len(groups) - MOST_GROUPS),
        "notes": reject_groups(note_table(log)),
    }
    return render(request, "pages/data/rejects.html", context)


def _query(each: RejectGroup) -> str:
    return urlencode({"file": each.file, "field": each.field, "reason": each.reason})
