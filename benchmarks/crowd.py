"""Who opens the pages of a company on a Monday morning, and what they ask for."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

MISSES = 0.3
"""Of the requests, so many for what nobody asked for before."""
Ask = tuple[Any, str]
"""Somebody, and the address that they open."""


@dataclass(slots=True)
class Crowd:
    """Who asks, and what for.

    Attributes:
        reps, managers, leaders, operations: People with an account, each with the key that the log has for them, or 0.
        deals, findings: Of each rep by key: ids of their deals, and of the findings on their page.
        words: That somebody may look for.
        took: By what was worked out beforehand, seconds.
    """

    reps: list[tuple[Any, int]]
    managers: list[tuple[Any, int]]
    leaders: list[tuple[Any, int]]
    operations: list[tuple[Any, int]]
    deals: dict[int, list[str]]
    findings: dict[int, list[str]]
    words: list[str]
    took: dict[str, float] = field(default_factory=dict)


def gather(home: Path, only: frozenset[str]) -> Crowd:
    """Everybody with an account, and all that a running server has worked out."""
    from answerback.web.serving import Serving, prepare_django

    prepare_django(Serving(home, "127.0.0.1", 0))

    from answerback.people.models import Person, Role
    from answerback.people.practice import people_of_practice
    from answerback.web.answering.board import FINDINGS, board_of
    from answerback.web.answering.desk import desk
    from answerback.web.answering.preparing import TASKS
    from answerback.web.answering.tasks import work_out
    from answerback.web.running.practice_people import sellers_of

    at = desk()
    roster = at.roster()
    people_of_practice("A thousand people", sellers_of(at), now=datetime.now(UTC))
    took = {task.name: work_out(at, task).took for task in TASKS if not only or task.name in only}
    with at.reading() as reader:
        owned = reader.query("""
            select owner_key as key, deal_key from owned_deal
            qualify row_number() over (partition by owner_key order by hash(deal_key), deal_key) <= 20""").to_pylist()
        ids = reader.ids.of(row["deal_key"] for row in owned) if reader.ids is not None else {}
    deals: dict[int, list[str]] = defaultdict(list)
    for row in owned:
        deals[row["key"]].append(ids.get(row["deal_key"], ""))
    findings: dict[int, list[str]] = {}
    if FINDINGS.name in took:
        shown = board_of(at).gathered.shown
        findings = {to.key: [each.finding.finding_id for each in found] for to, found in shown.items() if to.key}

    def of(role: Role) -> list[tuple[Any, int]]:
        people = Person.objects.filter(appointments__role=role).order_by("pk")
        return [(each, roster.key_of(each.rep_id) or 0) for each in people]

    words = sorted({word for each in roster.members.values() for word in each.name.split() if len(word) > 2})
    return Crowd(of(Role.REP), of(Role.MANAGER), of(Role.LEADER), of(Role.OPERATIONS), deals, findings, words, took)


class Asks:
    """Requests by lot: new ones that nobody asked yet, and those that were asked before."""

    def __init__(self, crowd: Crowd, draw: random.Random) -> None:
        self._crowd, self._draw = crowd, draw
        self._known: dict[str, list[Ask]] = defaultdict(list)
        self._new: dict[str, Iterator[Ask]] = {
            "mirror": self._mirrors(),
            "chain": self._of(crowd.reps, crowd.deals, "/deals/"),
            "finding": self._of(crowd.reps + crowd.managers, crowd.findings, "/findings/"),
            "figure": self._figures(),
            "team": iter([(person, "/team/") for person, _ in self._mixed(crowd.managers)]),
            "search": self._searches(),
            "us": iter([(person, "/us/") for person, _ in crowd.leaders[:1]]),
            "data": iter([(person, at) for person, _ in crowd.operations for at in ("/data/", "/data/coverage/")]),
        }

    def next(self, kind: str) -> tuple[Ask, bool] | None:
        """A request, and whether it is new; None where nobody can ask for such a page."""
        known = self._known[kind]
        if not known or self._draw.random() < MISSES:
            made = next(self._new[kind], None)
            if made is not None:
                known.append(made)
                return made, True
        return (self._draw.choice(known), False) if known else None

    def _mirrors(self) -> Iterator[Ask]:
        """Of each rep, then over other stretches of time: none of them twice."""
        for query in ("", "?period=4-weeks", "?period=quarter", "?period=13-weeks&compare=before"):
            for person, _ in self._mixed(self._crowd.reps):
                yield person, f"/mirror/{query}"

    def _of(self, people: list[tuple[Any, int]], things: dict[int, list[str]], where: str) -> Iterator[Ask]:
        pairs = [(person, thing) for person, key in people for thing in things.get(key, ())]
        for person, thing in self._mixed(pairs):
            yield person, f"{where}{quote(thing, safe='')}/"

    def _figures(self) -> Iterator[Ask]:
        """The figures of a mirror opened: all of a rep's touches of the last weeks, then one state of them."""
        for state in ("", "on_base", "unanswered"):
            for person, _ in self._mixed(self._crowd.reps):
                said = [("where", f"rep:{person.rep_id}"), *_last_weeks(), *([("state", state)] if state else [])]
                yield person, f"/figures/on-base/?{urlencode(said)}"

    def _searches(self) -> Iterator[Ask]:
        for person, _ in self._mixed(self._crowd.reps):
            yield person, f"/search/?{urlencode({'q': self._draw.choice(self._crowd.words)[:4]})}"

    def _mixed(self, things: list[Any]) -> list[Any]:
        return self._draw.sample(things, len(things))


def _last_weeks() -> list[tuple[str, str]]:
    from answerback.web.answering.desk import desk

    today = desk().today()
    return [("from", (today - timedelta(days=90)).isoformat()), ("to", today.isoformat())]
