"""Every word and measure with the relations that hold it; each relation with its query, what it reads, and its rows."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.engine.catalogue import catalogue
from answerback.present.glossary import meanings, relations_without
from answerback.web.answering.asking import asked
from answerback.web.rights import Right, needs
from answerback.workspace.snapshots import read_snapshot


@needs(Right.OPERATIONS)
def definitions(request: HttpRequest) -> HttpResponse:
    """All of them."""
    known = {each.name for each in catalogue()}
    told = [{"meaning": each, "relations": [(name, name in known) for name in each.relations]} for each in meanings()]
    context = {
        "words": [each for each in told if not each["meaning"].measure],  # type: ignore[attr-defined]
        "measures": [each for each in told if each["meaning"].measure],  # type: ignore[attr-defined]
        "others": relations_without(),
    }
    return render(request, "pages/data/definitions.html", context)


@needs(Right.OPERATIONS)
def relation(request: HttpRequest, name: str) -> HttpResponse:
    """One relation."""
    found = {each.name: each for each in catalogue()}
    if name not in found:
        raise Http404
    desk, each = asked(request).desk, found[name]
    files = read_snapshot(desk.home, desk.snapshot).relations.get(name)
    context = {
        "relation": each,
        "files": files,
        "rows": f"{files.rows:,}" if files is not None else "",
        "size": sum(part.bytes for part in files.parts) if files is not None else 0,
        "reads": [(other, other in found) for other in sorted(each.reads)],
        "read_by": sorted(other.name for other in found.values() if name in other.reads),
    }
    return render(request, "pages/data/relation.html", context)
