"""What goes on beside the pages, for the Data page and wherever figures are waited for."""

from __future__ import annotations

from django import template

from answerback.web.running.working import Status, status

register = template.Library()


@register.inclusion_tag("parts/working.html")
def working() -> dict[str, Status]:
    """A sentence on what is built, judged, waiting or in trouble; nothing where all is done."""
    return {"status": status()}
