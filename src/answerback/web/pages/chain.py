"""One deal or company as it went: touches and acts in order, and whose turn it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.story import Story, story
from answerback.present.story import answer_lines, notes, rows_for_eyes
from answerback.web.asking import asked
from answerback.web.rights import Right, needs
from answerback.web.tables import table_of


@needs(Right.SELLERS)
def chain(request: HttpRequest, chain_id: str) -> HttpResponse:
    """A chain, for whoever may see somebody who worked on it."""
    asking = asked(request)
    scope = asking.scope("chain")
    told: Story = asking.desk.once(("chain", chain_id, scope), lambda reader: story(reader, scope, chain_id))
    context = {
        "told": told,
        "lines": answer_lines(told, asking.desk.as_of()),
        "table": table_of(rows_for_eyes(told)),
        "notes": notes(told),
    }
    return render(request, "pages/chain.html", context)
