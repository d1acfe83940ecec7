"""What would not have come anyway: on a team of which that is known, and where nothing may be told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from answerback.analysis.increment import findings
from answerback.analysis.increment.answer import Increment, Parts, Way, parts
from answerback.analysis.increment.counted import chosen, counted, moments
from answerback.analysis.increment.question import increment
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.errors import UsageError
from answerback.domain.findings import Role
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.increment import eyes, notes, rows, sentences
from calibration.worlds.company import company, world
from tests.analysis.asking import OWNER, looking, scope_of, workspace_of
from tests.analysis.incrementing import END, Team, team


@pytest.fixture(scope="module")
def made() -> Team:
    return team()


@pytest.fixture(scope="module")
def built(made: Team, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(tmp_path_factory.mktemp("increment"), made.tables)


@pytest.fixture(scope="module")
def reader(built: Workspace) -> Iterator[Reader]:
    with looking(built, END) as reader:
        yield reader


@pytest.fixture(scope="module")
def found(reader: Reader) -> Increment:
    return increment(reader, OWNER)


def adds_up(told: Parts) -> bool:
    whole = told.proof + told.plausible.value + told.anyway.value + told.unknown == told.acts
    low, high = told.plausible.low + told.anyway.high, told.plausible.high + told.anyway.low
    return whole and low == high == told.acts - told.proof - told.unknown


def test_proof_is_counted_and_the_rest_holds_the_truth(found: Increment, made: Team) -> None:
    total = found.total
    assert total.acts == made.proof + made.unnamed + made.anyway
    assert total.proof == made.proof
    assert total.plausible.low <= made.unnamed <= total.plausible.high + total.unknown
    assert total.plausible.low > made.unnamed / 2
    assert found.checks is not None
    assert found.checks.way in set(Way)


def test_four_parts_are_all_there_is_in_every_row(found: Increment) -> None:
    assert all(map(adds_up, (found.total, found.eligible, found.untouched, *(row.parts for row in found.plays))))
    assert found.untouched.acts + sum(row.parts.acts for row in found.plays) == found.total.acts
    assert found.total.unknown == sum(row.parts.unknown for row in found.plays if isinstance(row.a_touch, CannotTell))


def test_only_touches_that_no_proof_says_were_answered_can_bring_more(reader: Reader) -> None:
    asked = chosen(reader, OWNER, {})
    mail = counted(reader, asked)[0]["email"]
    answered = reader.query("""
        select count(distinct outcome.effort_key) as n from outcome join link using (effort_key)
        where outcome.play = 'email' and link.grade in ('E1', 'E2')""").to_pylist()[0]["n"]
    assert 0 < answered == mail.touches - mail.open
    assert (moments(reader, asked, ["email"], most=10**6).kind == 0).sum() == mail.open


def test_a_channel_without_threads_is_unknown_and_does_not_spoil_the_others(found: Increment) -> None:
    by_play = {row.play: row for row in found.plays}
    assert by_play["call"].a_touch == CannotTell(Refused.REACTIVE_UNKNOWN, have=0.0, need=0.9, names=("call",))
    assert not isinstance(by_play["email"].a_touch, CannotTell)
    assert found.checks is not None
    assert found.checks.reactive_known == {"call": 0.0, "email": 1.0}


def test_a_scope_sees_its_own_touches_only(reader: Reader, found: Increment) -> None:
    ann = increment(reader, scope_of(reader, "ann"))
    assert 0 < ann.total.acts < found.total.acts / 2
    assert ann.untouched.acts == 0
    same = increment(reader, OWNER, where={"rep": "ann"})
    assert same.total == ann.total
    assert increment(reader, scope_of(reader)).total.acts == 0
    with pytest.raises(UsageError):
        increment(reader, OWNER, where={"weather": "fine"})


def test_words_say_it_first(found: Increment) -> None:
    first, second = sentences(found)[:2]
    assert first.startswith(
        f"Of {found.total.acts:,} things that buyers did, {found.total.proof:,} answer a touch by pr"
    )
    assert f"No touch went before {found.untouched.acts:,}" in first
    assert second.startswith("About ")
    assert eyes(found)[-1]["kind of touch"] == "all"
    assert any(line.startswith("call: cannot tell") for line in notes(found))
    by_about = {row["about"]: row for row in rows(found) if row["about"] != "play"}
    assert by_about["total"]["acts"] == found.total.acts
    assert by_about["no_touch"]["anyway"] == found.untouched.acts


def test_findings_are_the_leaders_and_name_nobody(reader: Reader) -> None:
    told = findings(reader, OWNER)
    assert [each.first_for for each in told] == [Role.LEADER] * len(told)
    assert all(each.subject.key is None for each in told)
    assert findings(reader, scope_of(reader, "ann")) == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"at_midnight": True}, Refused.DAYS_ONLY),
        ({"accounts": 12}, Refused.TOO_FEW_TOUCHES),
        ({"accounts": 22}, Refused.TOO_FEW_ACTS),
    ],
)
def test_where_it_cannot_be_told_all_beyond_proof_is_unknown(
    changed: dict[str, int], reason: Refused, tmp_path: Path
) -> None:
    made = team(**({"accounts": 60} | changed), brings=0.05 if reason is Refused.TOO_FEW_ACTS else 0.28)  # type: ignore[arg-type]
    if reason is Refused.TOO_FEW_ACTS:
        made.tables["buyer_action"] = made.tables["buyer_action"][:40]
    with looking(workspace_of(tmp_path, made.tables), END) as reader:
        found = increment(reader, OWNER)
        assert found.reason is not None
        assert found.reason.reason is reason
        assert found.total.unknown == found.total.acts - found.total.proof
        assert "cannot tell" in " ".join(sentences(found)).lower()
        (finding,) = findings(reader, OWNER)
        assert (finding.first_for, finding.settle) == (Role.OPERATIONS, (found.reason,))


def test_touches_that_bring_nothing_beyond_proof_are_not_said_to(tmp_path: Path) -> None:
    made = team(seed=3, accounts=150)
    made.tables["buyer_action"] = [
        row for row in made.tables["buyer_action"] if row["refers_to"] or row["kind"] == "asked"
    ]
    with looking(workspace_of(tmp_path, made.tables), END) as reader:
        assert increment(reader, OWNER).total.plausible.low == 0


def test_what_is_all_by_proof_is_nobodys_news(tmp_path: Path) -> None:
    made = team(seed=3, accounts=150)
    made.tables["buyer_action"] = [row for row in made.tables["buyer_action"] if row["refers_to"]]
    with looking(workspace_of(tmp_path, made.tables), END) as reader:
        found = increment(reader, OWNER)
        assert found.reason is None
        assert found.total.proof == found.total.acts > 100
        assert [each for each in findings(reader, OWNER) if each.subject.kind == "organisation"] == []


def test_nothing_loaded_is_said_and_no_mistake(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, {"rep": [{"rep_id": "ann"}]})) as reader:
        found = increment(reader, OWNER)
        assert found.total.acts == 0
        assert sentences(found)[0].startswith("Cannot tell: nothing")
        assert findings(reader, OWNER) == ()


@pytest.mark.parametrize("scenario", ["calm", "hot", "pounce"])
def test_a_practice_company_is_not_told_more_than_the_truth(scenario: str) -> None:
    with world(company(5, reps=6, managers=2, weeks=26), scenario) as made:
        total = increment(made.reader, OWNER).total
        true = made.reader.query("""
            select count(*) filter (caused) as n from buyer_action join true_cause using (action_key)
            where counts and evidence = 'captured' and stance <> 'retreat' and not contested""").to_pylist()[0]["n"]
        assert total.proof + total.plausible.low <= true
        assert true <= total.proof + total.plausible.high + total.unknown


def test_parts_never_leave_their_bounds() -> None:
    assert parts(10, 4, 2, (9.0, -4.0, 30.0)).plausible.high == 4
    assert parts(10, 4, 2, (-3.0, -4.0, -1.0)).anyway.value == 4
    assert parts(10, 10, 0, None) == parts(10, 10, 0, (5.0, 1.0, 9.0))
