"""A rep's own practice, for a section of their mirror."""

from __future__ import annotations

from typing import Any

from django import template

from answerback.web.answering.asking import asking_of
from answerback.web.shown.practising import current_of

register = template.Library()


@register.inclusion_tag("parts/my_practice.html", takes_context=True)
def my_practice(context: dict[str, Any]) -> dict[str, Any]:
    """What somebody practises now, with one key to count; a way to choose something where there is nothing."""
    asking = asking_of(context["request"])
    if asking is None or asking.viewer.own_key is None:
        return {"nobody": True}
    return {"shown": current_of(asking), "csrf_token": context.get("csrf_token")}
