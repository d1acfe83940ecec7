"""The look-back: a planted fall is raised when it could be known, and judged right; later data change nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from answerback.analysis.lookback.bearing import Bearing
from answerback.analysis.lookback.replaying import Lookback, lookback
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.findings import Role
from tests.analysis.asking import OWNER, looking, rep_keys, workspace_of
from tests.analysis.team import PLAYBOOK, Row, text

START = datetime(2025, 9, 1, tzinfo=UTC)
"""A Monday."""
WEEKS, FELL, CUT = 38, 24, 33
REPS = ("ann", "ben", "cleo", "dara", "eve", "finn")
WEEKLY = 16


def team(weeks: int, *, falls: bool) -> dict[str, list[Row]]:
    """Mails of six reps, 40 % answered after a day or so; ann's fall to 5 % in a week, if anything falls."""
    dice = random.Random(5)
    end = START + timedelta(weeks=weeks)
    tables: dict[str, list[Row]] = {"effort": [], "buyer_action": [], "rep": [], "coverage": []}
    for rep in REPS:
        tables["rep"].append({"rep_id": rep, "name": rep.title(), "manager_id": "bea"})
        tables["coverage"].append({"rep_id": rep, "channel": "email", "from": text(START), "to": text(end)})
    for number in range(WEEKS * len(REPS) * WEEKLY):
        week, rep = number // (len(REPS) * WEEKLY), REPS[number % len(REPS)]
        made = START + timedelta(weeks=week, days=dice.randrange(5), seconds=dice.randrange(30_000, 60_000))
        lag = timedelta(hours=dice.expovariate(1 / 30))
        rate = 0.05 if falls and rep == "ann" and week >= FELL else 0.4
        answered = dice.random() < rate
        of = {"account_id": f"a{number}", "contact_id": f"c{number}"}
        if made < end:
            mail = {"effort_id": f"e{number}", "rep_id": rep, "occurred_at": text(made), "kind": "email", **of}
            tables["effort"].append({**mail, "reference": f"message:{number}"})
        if answered and made + lag < end:
            act = {"action_id": f"b{number}", "occurred_at": text(made + lag), "kind": "replied", **of}
            tables["buyer_action"].append({**act, "refers_to": f"message:{number}"})
    return tables


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(tmp_path_factory.mktemp("year"), team(WEEKS, falls=True), PLAYBOOK)


@pytest.fixture(scope="module")
def reader(year: Workspace) -> Iterator[Reader]:
    with looking(year, START + timedelta(weeks=WEEKS)) as reader:
        yield reader


@pytest.fixture(scope="module")
def whole(reader: Reader) -> Lookback:
    """All weeks, looked back on from the end."""
    return lookback(reader, OWNER)


def raised(found: Lookback) -> list[tuple[str, date, date | None]]:
    return [(each.finding.finding_id, each.finding.raised_on, each.finding.since) for each in found.raised]


@pytest.mark.slow
def test_the_fall_is_raised_for_the_rep_within_weeks_and_borne_out(reader: Reader, whole: Lookback) -> None:
    found = whole
    falls = [each for each in found.raised if each.finding.subject.key == rep_keys(reader)["ann"]]
    assert len(falls) == 1
    (fall,) = falls
    began = (START + timedelta(weeks=FELL)).date()
    assert fall.finding.since is not None
    assert abs(fall.finding.since - began) <= timedelta(weeks=2)
    assert timedelta(weeks=1) <= fall.finding.raised_on - began <= timedelta(weeks=7)
    assert (fall.bearing, fall.finding.direction, fall.finding.first_for) == (Bearing.BORNE_OUT, "fall", Role.REP)
    assert fall.finding.others_from is not None
    assert fall.finding.others_from > fall.finding.raised_on
    assert fall.week.weekday() == 0
    assert fall.week > fall.finding.raised_on
    assert found.weeks == WEEKS


def test_nobody_else_is_named(reader: Reader, whole: Lookback) -> None:
    others = [each for each in whole.raised if each.finding.subject.key != rep_keys(reader)["ann"]]
    assert [each.finding.subject for each in others if each.finding.subject.kind == "rep"] == []


def test_seen_from_earlier_the_same_was_raised_until_then(reader: Reader, whole: Lookback) -> None:
    cut = START + timedelta(weeks=CUT)
    part = lookback(replace(reader, as_of=cut), OWNER)
    assert raised(part) == [each for each in raised(whole) if each[1] < cut.date()]
    assert raised(part)


def test_data_that_came_later_change_nothing_before(reader: Reader, whole: Lookback, tmp_path: Path) -> None:
    """A workspace to which only the first weeks were ever loaded raised the same by then."""
    cut = START + timedelta(weeks=CUT)
    early = workspace_of(tmp_path, team(CUT, falls=True), PLAYBOOK)
    with looking(early, cut) as then:
        part = lookback(then, OWNER)
        names = {key: name for name, key in rep_keys(then).items()}
        known = [(names.get(each.finding.subject.key or 0), each.finding.raised_on) for each in part.raised]
    names = {key: name for name, key in rep_keys(reader).items()}
    before = [
        (names.get(each.finding.subject.key or 0), each.finding.raised_on)
        for each in whole.raised
        if each.finding.raised_on < cut.date()
    ]
    assert known == before
    assert known


def test_it_keeps_to_the_time_that_is_asked_for(reader: Reader) -> None:
    found = lookback(reader, OWNER, since=START, until=START + timedelta(weeks=FELL))
    assert (found.weeks, found.raised) == (FELL, ())


def test_where_nothing_happened_nobody_is_named(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, team(WEEKS, falls=False), PLAYBOOK), START + timedelta(weeks=WEEKS)) as calm:
        assert lookback(calm, OWNER).raised == ()


def test_without_touches_there_is_nothing_to_look_back_on(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, {"rep": [{"rep_id": "ann"}]})) as empty:
        found = lookback(empty, OWNER)
    assert (found.touches, found.weeks, found.raised) == (0, 0, ())
