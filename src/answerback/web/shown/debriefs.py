"""A debrief as pages show it: what ended, what the chain showed, what stood in the way, all in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from answerback.people.learning.models import DebriefOf
from answerback.people.learning.wall import Post
from answerback.present.debriefs import facts_lines, reason_words, risk_line


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post with its words.

    Attributes:
        post: What it says.
        ended: What ended.
        company: What the deal's company is called; empty where that is not known or not to be said.
        lines: What the chain showed.
        risk: The risk that was taken; empty for none.
        own, buyer: What stood in the way, as its owner sees it, and as the buyer named it.
    """

    post: Post
    ended: str
    company: str
    lines: tuple[str, ...]
    risk: str
    own: tuple[str, ...]
    buyer: tuple[str, ...]


def shown_post(post: Post, companies: Mapping[str, str]) -> ShownPost:
    """A post in words."""
    named = dict.fromkeys((*post.buyer_reasons, *post.facts.buyer_said))
    return ShownPost(
        post=post,
        ended=str(post.of.label),
        company=companies.get(post.chain_id, "") if post.chain_id else "",
        lines=tuple(facts_lines(post.facts, won=post.of in (DebriefOf.WON, DebriefOf.CASE))),
        risk=risk_line(post.facts),
        own=tuple(reason_words(each) for each in post.own_reasons),
        buyer=tuple(reason_words(each) for each in named),
    )


def said_of(post: Post) -> ShownPost:
    """The same for its owner's own page, which has its heading."""
    return shown_post(post, {})
