"""Two worlds of known truth: a planted lesson is found, practised, recovered; a useless practice gets no credit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from answerback.analysis.lessons import Claim, Evidence, State, Suggestion, evidence, suggestions
from answerback.simulate.assemble import assemble
from answerback.simulate.model import Model
from answerback.simulate.scenarios import planned
from answerback.stats.advice import Advised
from calibration.lessons import practised_rows
from calibration.worlds.company import company, world_of
from tests.analysis.asking import OWNER


@dataclass(frozen=True)
class Seen:
    """What is seen of a world: claims that the data suggest before the practice, and the lesson after it."""

    suggested: tuple[Suggestion, ...]
    lesson: Evidence
    true: float


def seen(scenario: str) -> Seen:
    plan = planned(company(1), [scenario])
    by_lots = plan.parameters.practised
    assert by_lots is not None
    facts = assemble(Model(plan.parameters).tell()).facts
    (planted,) = plan.planted
    with world_of(plan, facts, practised_rows(plan, facts)) as world:
        claim = Claim(
            "1", world.day(by_lots.first_day), "call", "email", step="offer", obstacle="price", draws=(scenario,)
        )
        told = evidence(world.reader, OWNER, claim)
        assert told is not None
        before = replace(world.reader, as_of=claim.stated_at)
        return Seen(suggestions(before, OWNER), told, planted.more["call"] - planted.more["email"])


@pytest.fixture(scope="module")
def lesson() -> Seen:
    return seen("lesson")


@pytest.fixture(scope="module")
def drill() -> Seen:
    return seen("drill")


def about_price(found: Seen) -> list[tuple[str, str]]:
    return [
        (each.claim.play, each.claim.instead_of)
        for each in found.suggested
        if (each.claim.step, each.claim.obstacle) == ("offer", "price")
    ]


def test_the_planted_lesson_is_found_practised_and_its_effect_recovered(lesson: Seen) -> None:
    assert ("call", "email") in about_price(lesson)
    assert lesson.lesson.state is State.CONFIRMED
    for found in (lesson.lesson.found, lesson.lesson.dealt.found):
        assert isinstance(found, Advised)
        assert 0.0 < found.low < lesson.true < found.high


def test_a_useless_practice_is_not_credited(drill: Seen) -> None:
    assert about_price(drill) == []
    assert drill.lesson.state in (State.EMERGING, State.REJECTED)
    for found in (drill.lesson.found, drill.lesson.dealt.found):
        assert isinstance(found, Advised)
        assert found.low < drill.true < found.high
