"""Did it help? On a team of which that is known, and against loops over its records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from answerback.analysis.lift.answers import Lifts, Row, lifts
from answerback.analysis.lift.findings import findings
from answerback.analysis.lift.plan import LATER as LATER_ARM
from answerback.analysis.lift.plan import NOW as NOW_ARM
from answerback.analysis.lift.plan import lots
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.errors import UsageError
from answerback.domain.findings import FindingKind, Role
from answerback.domain.refusals import Refused
from answerback.present.lift import eyes, notes, rows, sentences
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.lifting import END, LOTS_IN, NEW, PEER_IN, REPS, TRAINED, TRAINED_IN, at, tables


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(tmp_path_factory.mktemp("lift"), tables())


@pytest.fixture(scope="module")
def reader(built: Workspace) -> Iterator[Reader]:
    with looking(built, END) as reader:
        yield reader


def row(found: Lifts, what: str, by: int | None = None) -> Row:
    return next(each for each in found.rows if (each.what, each.by) == (what, by))


def test_a_training_that_helped_is_told_with_what_it_did(reader: Reader) -> None:
    judged = row(lifts(reader, OWNER, "training"), "training").judged
    assert judged.helped
    assert judged.lift is not None
    assert judged.lift.effect.low < 0.3 < judged.lift.effect.high
    assert judged.lift.treated == 6
    # Nobody to compare with are the manager, and the one who began to practise in that week.
    assert judged.lift.untreated == 13


def test_rates_are_those_of_loops_over_the_records(reader: Reader) -> None:
    judged = row(lifts(reader, OWNER, "training"), "training").judged
    data = tables()
    answered = {each["refers_to"] for each in data["buyer_action"]}

    def mean(first: int, last: int) -> float:
        rates = []
        for rep in TRAINED:
            own = [
                each["reference"] in answered
                for each in data["effort"]
                if each["rep_id"] == rep
                and first <= (datetime.fromisoformat(each["occurred_at"]) - at(0, 0)).days // 7 < last
            ]
            rates.append(sum(own) / len(own))
        return sum(rates) / len(rates)

    assert judged.lift is not None
    assert judged.lift.before == pytest.approx(mean(TRAINED_IN - 4, TRAINED_IN))
    assert judged.lift.after == pytest.approx(mean(TRAINED_IN + 1, TRAINED_IN + 7))
    assert judged.efforts == 6 * 36


def test_what_everybody_has_cannot_be_told(reader: Reader) -> None:
    refused = row(lifts(reader, OWNER, "conversation"), "one_to_one").judged.refused
    assert refused is not None
    assert refused.reason is Refused.NOBODY_UNTREATED


@pytest.mark.parametrize(("kind", "reason"), [("ride_along", Refused.TOO_FEW_TREATED), ("workshop", Refused.NOT_OVER)])
def test_three_reps_and_weeks_that_are_not_over_cannot_be_told(reader: Reader, kind: str, reason: Refused) -> None:
    judged = row(lifts(reader, OWNER, "conversation"), kind).judged
    assert judged.refused is not None
    assert judged.refused.reason is reason


def test_a_tool_that_changed_nothing_is_not_called_a_lift(reader: Reader) -> None:
    found = lifts(reader, OWNER, "tool")
    assert {each.what for each in found.rows} == {"tool=new"}  # what held from the start was given to nobody
    assert row(found, "tool=new").judged.refused is not None


def test_one_rep_who_rose_stands_beside_what_would_have_come_back(reader: Reader) -> None:
    keys = rep_keys(reader)
    own = [each for what, each in lifts(reader, OWNER, "conversation").alone if what == "peer_session"]
    assert [each.rep_key for each in own] == [keys[NEW]]
    assert own[0].refused is None
    assert own[0].change.rise > 0.4
    assert 0.0 < own[0].change.rebound < 0.3
    assert own[0].change.beyond < own[0].change.rise


def test_each_coach_is_asked_about(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = lifts(reader, OWNER, "training")
    assert row(found, "training", keys["boss"]).judged.helped
    assert {each.by for each in found.rows} == {None, keys["boss"]}


def test_a_draw_is_told_as_the_lots_fell(reader: Reader) -> None:
    good = next(each for each in lifts(reader, OWNER, "practice").draws if each.draw == "good")
    assert good.over
    assert good.helped
    assert good.drawn is not None
    assert good.low is not None
    assert good.low < 0.35 < (good.high or 0)
    assert good.drawn.p_value < 0.05
    assert (len(good.now), len(good.later), good.seed) == (5, 5, 7)


def test_a_plan_changed_after_it_began_is_shown_and_not_followed(reader: Reader) -> None:
    good = next(each for each in lifts(reader, OWNER, "practice").draws if each.draw == "good")
    assert good.changed_on == (at(LOTS_IN + 2).date(),)
    assert good.ends == at(LOTS_IN + 6).date()
    assert any("changed after it began, on" in line for line in sentences(lifts(reader, OWNER, "practice"), {}))


def test_what_was_not_fixed_before_cannot_be_told(reader: Reader) -> None:
    late = next(each for each in lifts(reader, OWNER, "practice").draws if each.draw == "late")
    assert late.refused is not None
    assert late.refused.reason is Refused.NOT_FROZEN
    assert late.refused.have == 7
    assert late.drawn_again


def test_before_the_end_the_interval_is_wider_and_nothing_early_is_called_final(built: Workspace) -> None:
    with looking(built, at(LOTS_IN + 2, 12)) as early:
        good = next(each for each in lifts(early, OWNER, "practice").draws if each.draw == "good")
    assert (good.weeks_done, good.weeks, good.over) == (2, 6, False)
    assert good.drawn is not None
    assert good.low is not None
    assert good.low < good.drawn.effect.low


def test_before_it_begins_there_is_a_date(built: Workspace) -> None:
    with looking(built, at(LOTS_IN - 1, 12)) as before:
        found = lifts(before, OWNER, "practice")
    good = next(each for each in found.draws if each.draw == "good")
    assert good.refused is not None
    assert good.refused.reason is Refused.NOT_OVER
    assert any(f"look again from {good.ends}" in line for line in sentences(found, {}))


def test_a_practice_without_lots_is_compared_like_a_talk(reader: Reader) -> None:
    found = lifts(reader, OWNER, "practice")
    assert row(found, "all touches").judged.reps == 1


def test_a_rep_sees_what_is_theirs(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = lifts(reader, scope_of(reader, NEW), "conversation")
    assert {each.rep_key for _, each in found.alone} == {keys[NEW]}
    assert {each.what for each in found.rows} == {"one_to_one", "peer_session"}
    assert not lifts(reader, scope_of(reader), "conversation").rows


def test_findings_are_what_is_sure(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = findings(reader, OWNER)
    assert {each.kind for each in found} == {FindingKind.LIFT}
    about = {(each.subject.kind, each.subject.name, each.subject.key) for each in found}
    assert ("conversation", "training", None) in about
    assert ("coach", "training", keys["boss"]) in about
    assert ("practice", "good", None) in about
    own = next(each for each in found if each.subject.key == keys[NEW])
    assert (own.first_for, own.good_news, own.since) == (Role.REP, True, at(PEER_IN).date())
    assert own.others_from == date(2025, 10, 13) + timedelta(weeks=7, days=3)  # two working days lie between
    assert isinstance(own.details["anyway"], float)
    assert len({each.finding_id for each in found}) == len(found)
    assert not [each for each in found if each.where.get("tool")]


def test_kinds_and_reps_and_plays_can_be_picked(reader: Reader) -> None:
    picked = lifts(reader, OWNER, "conversation", {"kind": "peer_session", "rep": NEW})
    assert {each.what for each in picked.rows} == {"peer_session"}
    assert not lifts(reader, OWNER, "conversation", {"coach": NEW}).rows
    nothing = lifts(reader, OWNER, "training", {"play": "call"})
    assert all(each.judged.lift is None for each in nothing.rows)
    for of, where in (("weather", {}), ("training", {"team": "north"})):
        with pytest.raises(UsageError):
            lifts(reader, OWNER, of, where)


def test_words_say_the_answer_and_what_it_rests_on(reader: Reader) -> None:
    found = lifts(reader, OWNER, "conversation")
    names = {key: name for name, key in rep_keys(reader).items()}
    said = sentences(found, names)
    assert any(line.startswith("training: it helped. Rates rose by") for line in said)
    assert any("everybody had it at the same time" in line for line in said)
    assert any(line.startswith(f"{NEW}, peer-session in the week of 2025-10-13: from") for line in said)
    assert any("no sole basis" in line for line in notes(found))
    shown = [eyes(each) for each in rows(found, names)]
    assert {"it helped", "cannot tell", "more than comes back"} <= {str(each["answer"]) for each in shown}


def test_lots_are_the_same_in_any_order_and_by_hand() -> None:
    drawn = lots(REPS, 42)
    assert drawn == lots(tuple(reversed(REPS)), 42)
    assert [arm for _, arm in drawn] == [NOW_ARM] * 10 + [LATER_ARM] * 10
    first = min(REPS, key=lambda rep: hashlib.sha256(f"42:{rep}".encode()).hexdigest())
    assert drawn[0][0] == first
    assert len([arm for _, arm in lots(REPS[:5], 1) if arm == NOW_ARM]) == 2


def test_without_any_records_that_is_said(tmp_path: Path) -> None:
    bare = {name: each for name, each in tables().items() if name not in {"conversation", "practice", "attribute"}}
    bare["effort"], bare["buyer_action"] = bare["effort"][:50], []
    with looking(workspace_of(tmp_path, bare), END) as reader:
        for of in ("conversation", "training", "tool", "practice"):
            found = lifts(reader, OWNER, of)
            assert found.refused is not None
            assert found.refused.reason is Refused.NO_RECORDS
            assert sentences(found, {})[0].startswith("Cannot tell: no records of this kind")
        assert findings(reader, OWNER) == ()
