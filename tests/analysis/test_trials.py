"""Two ways of doing a thing, dealt by lot: what is planted is found, what is not is not; lots are those of the hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from answerback.analysis.lift.answers import Lifts, lifts
from answerback.analysis.lift.findings import findings
from answerback.analysis.lift.plan import weeks_arm
from answerback.analysis.lift.practices import versions
from answerback.analysis.lift.trial_lots import lots_of
from answerback.analysis.lift.trials import Foreseen, Measured, Tried, foreseen, least_to_show, trials_of, tried
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.lift import notes, rows, sentences
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.trying import (
    CALL_EFFECT,
    COMPANIES,
    END,
    ENDS,
    MAIL_EFFECT,
    REPS,
    SEEDS,
    STARTS,
    WEEKS,
    mail_template,
    new_way,
    new_weeks,
    tables,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(tmp_path_factory.mktemp("trials"), tables())


@pytest.fixture(scope="module")
def reader(built: Workspace) -> Iterator[Reader]:
    with looking(built, END) as reader:
        yield reader


@pytest.fixture(scope="module")
def found(reader: Reader) -> Lifts:
    return lifts(reader, OWNER, "practice")


def of(found: Lifts, draw: str) -> Tried:
    return next(each for each in found.trials if each.trial.draw == draw)


def measured(found: Lifts, draw: str) -> Measured:
    told = of(found, draw).measured
    assert told is not None
    return told


def test_a_better_way_is_found_with_what_it_brings(found: Lifts) -> None:
    told = of(found, "subject")
    assert told.over
    assert told.better
    # One company in nine strays, so the lots bring that much less than the way does.
    strays = sum((mail_template(each) == "short") != new_way("subject", each) for each in COMPANIES) / len(COMPANIES)
    assert 0.05 < strays < 0.2
    assert measured(found, "subject").low < MAIL_EFFECT * (1 - 2 * strays) < measured(found, "subject").high


def test_rates_are_those_of_loops_over_the_records(found: Lifts) -> None:
    data = tables()
    answered = {each["refers_to"] for each in data["buyer_action"]}
    for side, rate in ((True, measured(found, "subject").new), (False, measured(found, "subject").usual)):
        own = [
            each["reference"] in answered
            for each in data["effort"]
            if each["kind"] == "email" and each["template"] and new_way("subject", each["account_id"]) == side
        ]
        assert rate == pytest.approx(sum(own) / len(own))
    dealt = [new_way("subject", each) for each in {e["account_id"] for e in data["effort"] if e["template"]}]
    assert measured(found, "subject").units == (sum(dealt), len(dealt) - sum(dealt))


def test_lots_that_change_nothing_are_given_no_credit(found: Lifts) -> None:
    told = of(found, "nothing")
    assert told.refused is not None
    assert told.refused.reason is Refused.NOTHING_STANDS_OUT
    assert not told.better
    assert measured(found, "nothing").low < 0.0 < measured(found, "nothing").high


def test_a_way_switched_by_week_is_found_beside_each_reps_own_rate(found: Lifts) -> None:
    told = of(found, "hours")
    assert told.better
    assert measured(found, "hours").low < CALL_EFFECT < measured(found, "hours").high
    counted = sum(now[week] == now[week - 1] for now in map(new_weeks, REPS) for week in range(1, WEEKS))
    assert sum(measured(found, "hours").units) == counted
    assert sorted(told.trial.new_weeks) == sorted(tuple(new_weeks(rep)) for rep in REPS)


def test_whether_lots_were_kept_to_is_told_from_templates(found: Lifts) -> None:
    kept = sum((mail_template(each) == "short") == new_way("subject", each) for each in COMPANIES) / len(COMPANIES)
    assert of(found, "subject").kept == pytest.approx(kept, abs=0.01)
    assert of(found, "nothing").kept is None
    unkept = of(found, "unkept")
    assert unkept.refused is not None
    assert unkept.refused.reason is Refused.NOT_KEPT_TO
    assert 0.3 < unkept.refused.have < 0.7


def test_what_was_not_fixed_before_cannot_be_told(found: Lifts) -> None:
    refused = of(found, "late").refused
    assert refused == CannotTell(Refused.NOT_FROZEN, have=9.0, need=0.0, names=("on_base",))


def test_before_the_first_day_there_is_nothing_and_early_looks_are_wide(built: Workspace) -> None:
    with looking(built, STARTS - timedelta(days=1)) as before:
        told = of(lifts(before, OWNER, "practice"), "subject")
        assert told.measured is None
        assert told.refused == CannotTell(Refused.NOT_OVER, have=0.0, need=84.0)
    with looking(built, STARTS + timedelta(days=10)) as early:
        seen = lifts(early, OWNER, "practice")
        told = of(seen, "nothing")
        assert (told.days_done, told.over) == (10, False)
        assert told.refused is not None
        assert told.refused.reason is Refused.NOT_OVER
        assert told.measured is not None
        assert told.measured.low < told.measured.effect.low
        assert "look again from 2026-03-16" in " ".join(sentences(seen, {}))


def test_no_look_on_the_way_credits_lots_that_change_nothing(built: Workspace) -> None:
    for week in range(2, WEEKS, 3):
        with looking(built, STARTS + timedelta(weeks=week)) as then:
            trial = next(each for each in trials_of(versions(then, OWNER)) if each.draw == "nothing")
            assert tried(then, OWNER, trial).refused is not None


def test_lots_are_those_of_the_hand(reader: Reader) -> None:
    trial = next(each for each in trials_of(versions(reader, OWNER)) if each.draw == "subject")
    for lot in lots_of(reader, OWNER, trial, COMPANIES):
        assert lot.new == new_way("subject", lot.company)
        assert lot.way == ("short" if lot.new else "long")
    (person,) = lots_of(reader, OWNER, trial, ["c5-1"])  # a person has the lot of their company
    assert (person.company, person.known, person.new) == ("c5", True, new_way("subject", "c5"))
    (nobody,) = lots_of(reader, OWNER, trial, ["newco"])
    assert (nobody.company, nobody.known, nobody.new) == ("newco", False, new_way("subject", "newco"))
    keys = rep_keys(reader)
    listed = {each.company for each in lots_of(reader, OWNER, trial, rep=keys["r0"])}
    assert listed <= set(COMPANIES)
    hours = next(each for each in trials_of(versions(reader, OWNER)) if each.draw == "hours")
    lots = lots_of(reader, OWNER, hours, rep=keys["r3"])
    assert [each.new for each in lots] == new_weeks("r3")
    assert [each.week for each in lots] == [STARTS.date() + timedelta(weeks=week) for week in range(WEEKS)]
    said = "weeks:" + "".join("n" if each else "u" for each in new_weeks("r3"))
    assert weeks_arm("r3", SEEDS["hours"], STARTS.date(), weeks=WEEKS, wash_out=1) == said


def test_how_much_would_show_is_told_from_the_weeks_before(built: Workspace) -> None:
    with looking(built, STARTS - timedelta(days=2)) as before:
        for trial in trials_of(versions(before, OWNER)):
            if trial.draw in {"subject", "hours"}:
                told = foreseen(before, OWNER, trial)
                assert isinstance(told, Foreseen)
                assert isinstance(told.told, Measured)
                assert 0.04 < least_to_show(told.told) < 0.3
                assert told.ends <= STARTS.date()


def test_a_scope_sees_the_trials_of_its_reps(reader: Reader) -> None:
    own = lifts(reader, scope_of(reader, "r0"), "practice")
    assert {each.trial.reps for each in own.trials} == {(rep_keys(reader)["r0"],)}
    assert of(own, "hours").refused == CannotTell(Refused.TOO_FEW_REPS, have=1.0, need=4.0)
    assert not lifts(reader, scope_of(reader), "practice").trials


def test_a_trial_is_no_practice_that_somebody_began(found: Lifts) -> None:
    assert not found.rows
    assert not found.alone
    assert not found.draws


def test_words_say_the_answer_first_and_how_many_more_it_takes(found: Lifts) -> None:
    said = {each.split("(")[0].strip(): each for each in sentences(found, {})}
    assert "'short' moves more buyers than 'long'." in said["Trial subject"]
    assert "companies went as their lot said." in said["Trial subject"]
    assert "cannot tell 'b' from 'a'." in said["Trial nothing"]
    assert "weeks of a rep." in said["Trial hours"]
    assert "the lots were not kept to" in said["Trial unkept"]
    assert any("not known how far the lots were kept to" in each for each in notes(found))
    machine = {each["what"]: each for each in rows(found, {})}
    assert machine["subject"]["answer"] == "new_way"
    assert machine["nothing"]["reason"] == "nothing_stands_out"


def test_findings_tell_trials_that_are_over_or_sure(reader: Reader) -> None:
    told = {each.subject.name: each for each in findings(reader, OWNER)}
    assert told["subject"].good_news
    assert told["subject"].next_step == "go_the_new_way"
    assert told["subject"].since == STARTS.date()
    assert told["nothing"].direction == ""
    assert told["nothing"].settle
    assert told["subject"].raised_on == ENDS.date()
