"""Person or system over a workspace: what was planted is named, and nobody is where nothing was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from answerback.analysis.diagnose.answer import Diagnosis, Place
from answerback.analysis.diagnose.counted import read_efforts
from answerback.analysis.diagnose.diagnosing import diagnose
from answerback.analysis.diagnose.finding import found_in
from answerback.analysis.diagnose.levels import Levels, levels
from answerback.analysis.diagnose.maturity import curves
from answerback.analysis.lags import play_lags
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.findings import Role, Verdict
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.diagnosis import tell_diagnosis, tell_levels
from answerback.stats.lag import LagCurve
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.selling import END, PLAYBOOK, START, TURN, Touch, sold

LATER = END + timedelta(days=40)
"""Everything has had its waiting time."""


def usual(touch: Touch) -> float:
    """Every rep their own rate, every segment its own, and bad leads."""
    rate = 0.22 + 0.01 * touch.rep + (0.08 if touch.segment == "large" else 0.0)
    return rate * (0.35 if touch.source == "bought list" else 1.0)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(tmp_path_factory.mktemp("calm"), sold(usual), PLAYBOOK)


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A segment answers less since its prices rose."""
    risen = {"from": "2026-07-06T00:00:00Z", "to": "", "scope": "segment=middle", "text": "prices rise"}
    tables = sold(
        lambda touch: usual(touch) * (0.35 if touch.late and touch.segment == "middle" else 1.0), happening=risen
    )
    return workspace_of(tmp_path_factory.mktemp("priced"), tables, PLAYBOOK)


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One rep falls."""
    tables = sold(lambda touch: usual(touch) * (0.12 if touch.late and touch.rep == 4 else 1.0))
    return workspace_of(tmp_path_factory.mktemp("fallen"), tables, PLAYBOOK)


@contextmanager
def seen(workspace: Workspace) -> Iterator[Reader]:
    with looking(workspace, LATER) as reader:
        yield reader


def told(workspace: Workspace) -> Diagnosis:
    with seen(workspace) as reader:
        return diagnose(reader, OWNER)


def test_where_nothing_happened_it_cannot_tell(calm: Workspace) -> None:
    with seen(calm) as reader:
        found = diagnose(reader, OWNER)
        assert found.verdict is Verdict.CANNOT_TELL
        assert Refused.NOTHING_STANDS_OUT in {each.reason for each in found.settle}
        assert not found.causes
        assert not found.people
        assert not found_in(found, today=reader.as_of.date())
        standing = levels(reader, OWNER)
    assert isinstance(standing, Levels)
    assert not any(each.outside for each in standing.standings)


def test_a_segment_is_named_with_what_is_known_to_have_happened(priced: Workspace) -> None:
    found = told(priced)
    assert found.verdict is Verdict.SEGMENT
    assert not found.people
    cause = found.causes[0]
    assert cause.place == Place("segment", "middle")
    assert not cause.shift.good_news
    assert cause.shift.low < np.log(0.28) < cause.shift.high  # of the odds, a rate falling to .35 times
    assert cause.happening is not None
    assert cause.happening.text == "prices rise"
    assert cause.since == TURN.date()
    assert found.period is not None
    assert found.period.turn == TURN.date()
    assert "prices rise" in tell_diagnosis(found, {}).answer[0]
    leaders = found_in(found, today=date(2026, 12, 1))
    assert [(each.verdict, each.first_for, dict(each.where)) for each in leaders] == [
        (Verdict.SEGMENT, Role.LEADER, {"segment": "middle"})
    ]


def test_a_person_is_named_to_themselves_first_and_by_key(fallen: Workspace) -> None:
    with seen(fallen) as reader:
        found = diagnose(reader, OWNER)
        keys = rep_keys(reader)
    assert found.verdict is Verdict.INDIVIDUAL
    assert not found.causes
    assert [each.rep_key for each in found.people] == [keys["rep4"]]
    person = found.people[0]
    assert person.counts.efforts_now >= 80
    assert person.since is not None
    assert abs((person.since - TURN.date()).days) <= 7
    (finding,) = found_in(found, today=date(2026, 12, 1))
    assert finding.first_for is Role.REP
    assert finding.subject.key == keys["rep4"]
    assert finding.subject.name == ""
    assert finding.size is not None
    assert finding.size.low < finding.size.change < finding.size.high < 0.0
    assert "no sole basis" in tell_diagnosis(found, {}).notes[-1]


def test_the_finding_of_a_person_is_the_same_a_week_later(fallen: Workspace) -> None:
    ids = set()
    for as_of in (END - timedelta(days=7), END + timedelta(days=1)):
        with looking(fallen, as_of) as reader:
            ids |= {each.finding_id for each in found_in(diagnose(reader, OWNER), today=as_of.date())}
    assert len(ids) == 1


def test_the_time_in_question_can_be_given(priced: Workspace) -> None:
    with seen(priced) as reader:
        before = diagnose(reader, OWNER, since=TURN - timedelta(weeks=10), until=TURN - timedelta(weeks=2))
        after = diagnose(reader, OWNER, since=TURN)
        one = diagnose(reader, OWNER, since=TURN, where={"segment": "small"})
    assert before.verdict is Verdict.CANNOT_TELL
    assert after.verdict is Verdict.SEGMENT
    assert after.windows == 1
    assert one.verdict is Verdict.CANNOT_TELL
    assert one.counts.efforts_now < after.counts.efforts_now / 2


def test_parts_of_the_change_add_up(priced: Workspace) -> None:
    found = told(priced).decomposition
    assert found is not None
    assert found.rate + found.mix == pytest.approx(found.change, abs=1e-12)
    assert found.before + found.change == pytest.approx(found.now)


def test_a_scope_of_few_says_that_they_are_few(fallen: Workspace) -> None:
    with seen(fallen) as reader:
        scope = scope_of(reader, "rep3", "rep4")
        found = diagnose(reader, scope)
        assert found.verdict is Verdict.CANNOT_TELL
        assert found.settle == (CannotTell(Refused.TOO_FEW_REPS, 2.0, 5.0),)
        assert levels(reader, scope) == CannotTell(Refused.TOO_FEW_REPS, 2.0, 5.0)
        assert found.counts.efforts_now <= 2 * 16 * 16  # theirs alone


def test_before_there_was_a_baseline_it_says_so(calm: Workspace) -> None:
    for as_of in (START - timedelta(days=3), START + timedelta(weeks=5)):
        with looking(calm, as_of) as reader:
            found = diagnose(reader, OWNER)
            assert found.verdict is Verdict.CANNOT_TELL
            assert found.settle[0].reason is Refused.BASELINE_TOO_SHORT
            assert tell_diagnosis(found, {}).answer[0].startswith("Cannot tell")


def test_efforts_are_those_of_the_rates(calm: Workspace) -> None:
    with looking(calm, END) as reader:
        counted = read_efforts(reader, OWNER, start=START, end=END, where={})
        rows = reader.query(f"""
            select rep_key, count(*) as n, count(*) filter (proved_at <= {reader.instant}) as proved,
                   count(*) filter (epoch({reader.instant}) - epoch(occurred_at) >= waiting_seconds) as full_wait
            from outcome where occurred_at < {reader.instant} group by all""").to_pylist()
        lags, quick = play_lags(reader, OWNER), curves(reader)
    assert len(rows) == len(counted.rep_keys)
    for row in rows:
        mine = counted.rep == counted.rep_keys.index(row["rep_key"])
        assert mine.sum() == row["n"]
        assert (counted.exposure[mine] == 1.0).sum() >= row["full_wait"]
        assert (
            row["proved"] - 12 <= counted.success[mine].sum() <= row["proved"]
        )  # those of the last hours wait for a day
    for play, lag in lags.items():
        assert isinstance(lag.curve, LagCurve)
        assert np.array_equal(quick[play].share, lag.curve.share)


def test_other_buyers_are_the_mix_and_nobody_s_fault(tmp_path: Path) -> None:
    found = told(workspace_of(tmp_path, sold(usual, listed=0.6), PLAYBOOK))
    assert found.verdict is Verdict.SYSTEMIC
    assert not found.people
    assert not found.causes
    assert found.mix is not None
    assert (found.mix.dimension, found.mix.most) == ("lead_source", "bought list")
    assert found.mix.change < -0.03
    assert found.everybody is not None
    assert not found.everybody.changed
    (finding,) = found_in(found, today=date(2026, 12, 1))
    assert finding.details["cause"] == "mix"
    assert finding.first_for is Role.LEADER
    assert tell_diagnosis(found, {}).answer[0].startswith("The mix, not the results")


def test_slower_answers_are_no_fall(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, sold(usual, slower=4.0), PLAYBOOK)
    found = None
    for as_of in (TURN + timedelta(weeks=4), END):
        with looking(workspace, as_of) as reader:
            found = diagnose(reader, OWNER)
        assert not found.people
        assert not found.causes
        assert found.everybody is None or not found.everybody.changed, as_of
    assert found is not None
    assert found.slowed is not None
    assert 2.0 < found.slowed.times < 6.0


def test_a_fall_of_all_is_the_system_s(tmp_path: Path) -> None:
    tables = sold(lambda touch: usual(touch) * (0.5 if touch.late else 1.0))
    found = told(workspace_of(tmp_path, tables, PLAYBOOK))
    assert found.verdict is Verdict.SYSTEMIC
    assert found.everybody is not None
    assert found.everybody.changed
    assert not found.people
    assert found.everybody.since is not None
    assert found_in(found, today=date(2026, 12, 1))[0].subject.kind == "organisation"


def test_levels_are_told_in_order_of_names_and_not_of_rates(calm: Workspace) -> None:
    with seen(calm) as reader:
        standing = levels(reader, OWNER)
        ids = {key: rep for rep, key in rep_keys(reader).items()}
    assert isinstance(standing, Levels)
    said = tell_levels(standing, ids)
    assert said.rows["rep"].to_pylist() == [f"rep{number}" for number in range(9)]
    assert "what chance does" in said.answer[0]
