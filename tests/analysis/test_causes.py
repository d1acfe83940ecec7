"""Causes weighed: what was planted speaks for its cause, what stayed as it was does not; too little says so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from answerback.analysis.causes.weighing import LEAST_PEOPLE, Sign, Weighed, weigh_causes
from answerback.analysis.reader import Reader
from answerback.domain.refusals import Refused
from answerback.present.causes import AGAINST, FOR, OF, OPEN, TESTS, said_of
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

START, TURN, WEEKS = datetime(2025, 1, 6, 9, tzinfo=UTC), datetime(2025, 7, 7, 9, tzinfo=UTC), 39
SINCE, TODAY = TURN.date(), date(2025, 10, 6)
OLD, NEW = tuple(f"r{number}" for number in range(5)), tuple(f"n{number}" for number in range(3))


def tables(*, planted: bool) -> dict[str, list[Row]]:
    """Eight reps, three of whom come after the turn; buyers, talks and obstacles, which change then where planted."""
    chance = random.Random(5)
    made: dict[str, list[Row]] = {name: [] for name in ("effort", "buyer_action", "obstacle", "conversation")}
    for week in range(WEEKS):
        monday = START + timedelta(weeks=week)
        later = monday >= TURN and planted
        for rep in (*OLD, *(NEW if later else ())):
            for touch in range(6):
                made["effort"].append(_effort(f"{rep}-{week}-{touch}", rep, monday + timedelta(hours=touch), later))
        for number in range(5 if not later else 1):
            made["buyer_action"].append(_came(f"a-{week}-{number}", monday + timedelta(hours=number)))
        for number in range(4):
            price = chance.random() < (0.7 if later else 0.2)
            made["obstacle"].append(_obstacle(f"o-{week}-{number}", week, "price" if price else "timing", monday))
        for rep in OLD[: 1 if later else 4]:
            talk = {"source_id": f"t-{week}-{rep}", "rep_id": rep, "coach_id": "boss", "kind": "one_to_one"}
            made["conversation"].append(talk | {"occurred_at": text(monday)})
    reps = [{"rep_id": rep, "tenure_start": "2020-01-01T00:00:00Z"} for rep in OLD]
    reps += [{"rep_id": rep, "tenure_start": text(TURN)} for rep in NEW]
    accounts = [{"account_id": f"c{number}", "segment": "small" if number % 2 else "large"} for number in range(12)]
    deals = [{"deal_id": f"d{week}", "account_id": "c1", "owner_id": OLD[week % 5]} for week in range(WEEKS)]
    return made | {"rep": [*reps, {"rep_id": "boss"}], "account": accounts, "deal": deals}


def _effort(name: str, rep: str, at: datetime, later: bool) -> Row:
    number = hash_of(name) % 12
    if later and number % 2 == 0 and hash_of(f"x{name}") % 3:
        number += 1  # since then more of the touches go to small companies
    row: dict[str, Any] = {"source_id": name, "rep_id": rep, "account_id": f"c{number}", "kind": "email"}
    return row | {"occurred_at": text(at), "origin": "hand", "evidence": "captured"}


def _came(name: str, at: datetime) -> Row:
    return {
        "source_id": name,
        "account_id": f"c{hash_of(name) % 12}",
        "kind": "inquired",
        "occurred_at": text(at),
        "evidence": "captured",
    }


def _obstacle(name: str, week: int, kind: str, at: datetime) -> Row:
    return {"source_id": name, "deal_id": f"d{week}", "occurred_at": text(at), "kind": kind, "said_by": "buyer"}


def hash_of(name: str) -> int:
    return random.Random(name).randrange(10**6)


@pytest.fixture(scope="module", params=[True, False], ids=["planted", "as it was"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, dict[Sign, Weighed]]:
    workspace = workspace_of(tmp_path_factory.mktemp("causes"), tables(planted=request.param))
    with looking(workspace) as reader:
        return request.param, {each.sign: each for each in weigh_causes(reader, OWNER, SINCE)}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("quiet"), tables(planted=False))) as reader:
        yield reader


def test_what_was_planted_speaks_for_its_cause_and_nothing_else_does(told: tuple[bool, dict[Sign, Weighed]]) -> None:
    planted, found = told
    stances = {sign: said_of(each, today=TODAY).stance for sign, each in found.items()}
    changed = {Sign.PRICE_NAMED, Sign.UNPROMPTED, Sign.TALKS, Sign.NEW_PEOPLE, Sign.NEW_BUYERS} if planted else set()
    assert {sign for sign, stance in stances.items() if stance == FOR} == changed
    if not planted:
        assert stances[Sign.NEW_PEOPLE] == AGAINST


def test_counts_are_those_of_the_two_times(told: tuple[bool, dict[Sign, Weighed]]) -> None:
    planted, found = told
    (before, weeks_before), (since, weeks_since) = found[Sign.TALKS].counts
    assert (before / weeks_before, since / weeks_since) == (4.0, 1.0 if planted else 4.0)
    assert [of for _, of in found[Sign.PRICE_NAMED].counts] == [26 * 4.0, 13 * 4.0]


def test_weeks_before_anything_was_loaded_are_no_weeks_in_which_nothing_happened(quiet: Reader) -> None:
    early = START + timedelta(weeks=8)
    found = {each.sign: each for each in weigh_causes(quiet, OWNER, early.date())}
    (before, weeks_before), (since, weeks_since) = found[Sign.TALKS].counts
    assert (before / weeks_before, weeks_before) == (4.0, 7.0)  # the first week is loaded from nine o'clock on
    assert since / weeks_since == 4.0


def test_of_trainings_nothing_is_recorded_and_that_is_said(told: tuple[bool, dict[Sign, Weighed]]) -> None:
    said = said_of(told[1][Sign.TRAININGS], today=TODAY)
    assert (said.cause, said.stance) == ("training", OPEN)
    assert "no records of this kind were loaded: trainings" in said.text


def test_two_weeks_after_the_turn_it_is_too_early(quiet: Reader) -> None:
    found = weigh_causes(quiet, OWNER, date(2025, 9, 22))
    assert {each.refused.reason for each in found if each.refused} == {Refused.NOT_OVER}
    assert len(found) == len(Sign)


def test_of_fewer_than_five_people_no_sum_is_made(quiet: Reader) -> None:
    assert len(OLD) == LEAST_PEOPLE
    found = weigh_causes(quiet, scope_of(quiet, *OLD[:4]), SINCE)
    assert {each.refused.reason for each in found if each.refused} == {Refused.TOO_FEW_REPS}
    assert len(found) == len(Sign)
    assert set(OLD) < set(rep_keys(quiet))


def test_each_comparison_speaks_of_a_cause() -> None:
    assert set(OF.values()) < set(TESTS)
    assert set(OF) == set(Sign)
