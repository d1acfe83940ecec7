"""A poll that is over. Where records speak to a question, an answer follows from somebody's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from answerback.people.learning import surveys
from answerback.people.learning.models import Survey, Talk, TalkKind
from answerback.people.learning.survey_templates import SELLING
from answerback.people.lived_in.company import Company
from answerback.people.models import Person, Role

TEMPLATE = "in_the_way"
OPENED_WEEKS_AGO = 5
DAYS = 14
_QUESTIONS = ("tools", "training", "offer", "price", "support", "coaching")
_AGREES = 4
_PRICE, _OFFER = frozenset({"price"}), frozenset({"no need", "integration"})


@dataclass(frozen=True, slots=True)
class Polling:
    """Puts a poll and lets everybody answer it.

    Attributes:
        company: Whose.
        objections: By the key of a rep, in how many deals buyers named which obstacle, the most frequent first.
        talks: The talks that took place.
    """

    company: Company
    objections: Mapping[int, Mapping[str, int]]
    talks: tuple[Talk, ...]

    def hold(self) -> Survey | None:
        """The poll, closed by now."""
        company = self.company
        leaders = list(company.those(Role.LEADER).values())
        opened = company.day_of(company.weeks_ago(OPENED_WEEKS_AGO))
        made = surveys.put(leaders[0], TEMPLATE, opened, DAYS) if leaders else None
        if made is None:
            return None
        for place, (key, person) in enumerate(company.people.items()):
            group = surveys.group_of(person.roles_on(opened), made)
            if group:
                said = self._said(key, person, group, place)
                surveys.answer(person, made, group, said, opened + timedelta(days=1))
        return made

    def _said(self, key: int, person: Person, group: str, place: int) -> dict[str, int]:
        """What one person says. On what records say nothing of, every other one agrees: it speaks for nothing."""
        said = {name: _AGREES - (place + turn) % 2 for turn, name in enumerate(_QUESTIONS)}
        if group == SELLING:
            named = list(self.objections.get(key, {}))
            if named:
                said["price"] = _agrees(named, _PRICE)
                said["offer"] = _agrees(named, _OFFER)
            said["coaching"] = min(5, 1 + self._talks_lately(person) // 2)
        return said

    def _talks_lately(self, person: Person) -> int:
        since = self.company.weeks_ago(OPENED_WEEKS_AGO + 8)
        until = self.company.weeks_ago(OPENED_WEEKS_AGO)
        return sum(
            each.person_id == person.pk and each.kind == TalkKind.ONE_TO_ONE and since <= each.planned_at < until
            for each in self.talks
        )


def _agrees(named: Sequence[str], kinds: frozenset[str]) -> int:
    """How far somebody agrees that something is in nobody's way, by how often it was: named most, they hardly do.

    >>> _agrees(["price", "timing", "no need", "competitor"], frozenset({"price"}))
    2
    >>> _agrees(["timing", "competitor", "no need", "price"], frozenset({"price"})), _agrees([], frozenset())
    (5, 5)
    """
    place = next((place for place, kind in enumerate(named) if kind in kinds), len(named))
    return min(2 + place, 5) if named else 5
