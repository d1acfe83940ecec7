"""Person or system: what was planted is named, what was not is not, and each step alone does what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from answerback.stats.alias import one_partition, overlap
from answerback.stats.arrays import FloatArray
from answerback.stats.between import unlike_groups
from answerback.stats.contrast import Contrasts, contrasts, dimension, widen
from answerback.stats.onset import onset
from answerback.stats.own_shifts import fitted
from answerback.stats.separate import separate
from answerback.stats.special import logistic
from answerback.stats.standard import together
from answerback.stats.stretch import Stretch, stretch
from answerback.stats.summed import Efforts, summed
from answerback.stats.two_times import Name, Where
from calibration.separate import SHAPES, TRUTHS, Team, drawn, scored, verdict_of

# ------------------------------------------------------------------------------------------------ how often it is right


def error(share: float, teams: int) -> float:
    """Three standard errors of a share."""
    return 3.0 * float(np.sqrt(max(share * (1.0 - share), 0.02) / teams))


@pytest.mark.parametrize(
    ("planted", "efforts", "least"),
    [
        ("nothing", 5, 0.92),
        ("nothing", 20, 0.92),
        ("all, -.7", 5, 0.89),
        ("all, -.7", 20, 0.90),
        ("all, -.3", 20, 0.86),
        ("one segment, -1.2", 5, 0.85),
        ("one segment, -1.2", 20, 0.92),
        ("3 of 30 reps, -1.5", 20, 0.52),
    ],
)
def test_verdicts_are_right_at_least_as_often_as_published(planted: str, efforts: int, least: float) -> None:
    team, right, _ = TRUTHS[planted]
    score = scored(replace(team, efforts=efforts), 60, seed=4)
    assert score.share(right) >= least - error(least, 60), score.verdicts


def test_with_five_efforts_a_week_a_person_is_never_named() -> None:
    team, _, _ = TRUTHS["3 of 30 reps, -1.5"]
    assert scored(replace(team, efforts=5), 60, seed=4).named == 0


@pytest.mark.parametrize(
    "shape",
    [
        "bad leads from 15 to 50 %, nobody changes",
        "companies differ and change (sd .7): nothing",
        "rates of 5 %: nothing",
    ],
)
def test_nobody_is_named_where_nobody_changed(shape: str) -> None:
    score = scored(SHAPES[shape], 60, seed=4)
    # A tenth of the teams may hold one falsely named, as the false discovery rate says.
    assert score.false / 60 <= 0.1, score.verdicts
    assert score.share("cannot tell") >= 0.85 - error(0.85, 60), score.verdicts


def test_a_manager_s_team_is_no_person_and_no_system() -> None:
    score = scored(SHAPES["one manager's 6 reps -.7"], 40, seed=4)
    assert sum(n for verdict, n in score.verdicts.items() if "manager" in verdict) >= 24
    assert sum(n for verdict, n in score.verdicts.items() if verdict == "person") <= 4


# ------------------------------------------------------------------------------------------------------ what must hold


def some_team(**changes: object) -> Efforts:
    return drawn(replace(Team(accounts=40, **changes), efforts=20), default_rng(8))  # type: ignore[arg-type]


def test_the_order_of_efforts_and_the_numbers_of_reps_and_companies_say_nothing() -> None:
    efforts = some_team(segment=-1.2)
    found = separate(efforts)
    rng = default_rng(1)
    order, other = rng.permutation(efforts.rep.size), rng.permutation(efforts.reps)
    again = separate(
        Efforts(
            rep=other[efforts.rep][order],
            account=(efforts.account.max() - efforts.account)[order],
            now=efforts.now[order],
            success=efforts.success[order],
            exposure=efforts.exposure[order],
            week=efforts.week[order],
            dimensions={name: level[order] for name, level in efforts.dimensions.items()},
            groups={name: group[np.argsort(other)] for name, group in efforts.groups.items()},
        )
    )
    assert [each.name for each in again.causes] == [each.name for each in found.causes] == [Name("segment", 1)]
    assert again.causes[0].effect == pytest.approx(found.causes[0].effect)
    assert again.shifts[other] == pytest.approx(found.shifts)
    assert found.system is not None
    assert again.system is not None
    assert again.system.mean == pytest.approx(found.system.mean)


def test_a_number_for_each_kind_of_effort_saves_time_and_changes_nothing() -> None:
    efforts = some_team(segment=-1.2)
    kind = together([efforts.rep, *reversed(list(efforts.dimensions.values()))], efforts.rep.size)
    given, found = separate(replace(efforts, kind=kind)), separate(efforts)
    assert [each.name for each in given.causes] == [each.name for each in found.causes]
    assert found.causes
    np.testing.assert_allclose(given.z, found.z, atol=1e-8)
    np.testing.assert_allclose(given.usual[given.efforts.row], found.usual[found.efforts.row], atol=1e-8)


def test_answers_dealt_anew_among_efforts_show_nothing() -> None:
    efforts = some_team(segment=-1.2, person=-1.5)
    rng, named = default_rng(3), 0
    for _ in range(20):
        dealt = replace(efforts, success=rng.permutation(efforts.success))
        named += verdict_of(separate(dealt)) != "cannot tell"
    assert named <= 5


def test_two_changes_at_once_are_both_named() -> None:
    found = separate(drawn(replace(SHAPES["two segments of 5, -1.2 and +.8"], efforts=40), default_rng(2)))
    assert {each.name.level: np.sign(each.effect) for each in found.causes} == {1: -1.0, 2: 1.0}
    assert not found.system_changed
    assert not found.apart.any()


def test_what_is_known_to_have_happened_is_tested_by_itself() -> None:
    efforts = drawn(Team(segments=12, segment=-0.75, reps=20), default_rng(5))
    told = separate(efforts, first=(Name("segment", 1),))
    plain = separate(efforts)
    assert told.causes
    assert told.causes[0].name == Name("segment", 1)
    assert not plain.causes or plain.causes[0].p_value > told.causes[0].p_value


def test_a_dimension_that_is_each_rep_s_own_is_compared_between_reps() -> None:
    efforts = some_team(manager=-1.2)
    territory = efforts.groups["manager"][efforts.rep]
    found = separate(replace(efforts, dimensions={**efforts.dimensions, "territory": territory}))
    assert found.unseparable == ("territory",)
    assert found.causes[0].where is Where.GROUP
    names = {found.causes[0].name, *found.causes[0].aliases}
    assert names == {Name("manager", 0), Name("territory", 0)}  # which of them it is cannot be told


def test_two_names_for_one_part_are_both_told() -> None:
    efforts = some_team(segment=-1.2)
    size = 2 - efforts.dimensions["segment"]
    found = separate(replace(efforts, dimensions={**efforts.dimensions, "size_band": size}))
    assert found.causes[0].name == Name("segment", 1)
    assert found.causes[0].aliases == (Name("size_band", 1),)
    assert found.tested == separate(efforts).tested


def test_four_reps_are_no_system() -> None:
    found = separate(drawn(Team(reps=4, managers=2, system=-2.0), default_rng(1)))
    assert found.system is None
    assert not found.system_changed
    assert not found.apart.any()


def test_one_rep_one_effort_and_no_answers_at_all() -> None:
    one = np.array([0])
    efforts = Efforts(one, one, one > 0, np.array([0.0]), np.array([1.0]), one, {"segment": one}, {"manager": one})
    found = separate(efforts)
    assert not found.causes
    assert found.system is None
    silent = some_team()
    found = separate(replace(silent, success=np.zeros(silent.rep.size)))
    assert verdict_of(found) == "cannot tell"


def test_a_young_team_says_nothing() -> None:
    efforts = some_team(system=-1.5)
    found = separate(replace(efforts, exposure=np.where(efforts.now, 0.0, 1.0), success=efforts.success * ~efforts.now))
    assert verdict_of(found) == "cannot tell"


# ----------------------------------------------------------------------------------------------------- its single steps


def segments(efforts: Efforts) -> Contrasts:
    """How each segment changed, where all efforts are usually answered alike."""
    whole = summed(efforts)
    level = {"segment": dimension(whole, whole.dimensions["segment"])}
    fit = fitted(whole, np.zeros(whole.cell.size))
    found = contrasts(whole, fit, level)
    widen(whole, fit, level, found)
    return found["segment"]


def logistic_by_hand(efforts: Efforts, level: int) -> float:
    """The contrast again as a regression with a column for everything: reps, reps by time, level, level by time."""
    rep, now = efforts.rep, efforts.now.astype(float)
    inside = (efforts.dimensions["segment"] == level).astype(float)
    columns = [rep == each for each in range(efforts.reps)] + [(rep == each) * now for each in range(efforts.reps)]
    design = np.stack([*columns, inside, inside * now], axis=1).astype(float)
    beta = np.zeros(design.shape[1])
    for _ in range(30):
        p = logistic(design @ beta)
        weight = efforts.exposure * p * (1 - p)
        step = np.linalg.solve(
            (design * weight[:, None]).T @ design + 1e-8 * np.eye(beta.size),
            design.T @ (efforts.success - efforts.exposure * p),
        )
        beta += step
    return float(beta[-1])


def test_a_contrast_is_the_interaction_of_a_regression_with_every_rep_s_own_change() -> None:
    efforts = drawn(Team(reps=12, segments=2, segment=-0.5, efforts=60), default_rng(6))
    found = segments(efforts)
    by_hand = logistic_by_hand(efforts, 1)
    assert found.effect[1] == pytest.approx(by_hand, abs=0.05)
    assert abs(by_hand) < 4 * found.error[1] + 0.5
    assert found.effect[0] == pytest.approx(-found.effect[1])


def test_companies_that_hang_together_widen_the_error_of_a_part() -> None:
    rng = default_rng(4)
    wrong: Mapping[str, list[bool]] = {"companies": [], "each for itself": []}
    for _ in range(60):
        efforts = drawn(Team(accounts=6, heat=1.0, mood=1.2, wobble=0.0, segments=2), rng)
        for name, account in (("companies", efforts.account), ("each for itself", np.arange(efforts.rep.size))):
            wrong[name].append(bool(segments(replace(efforts, account=account)).p_value.min() < 0.05))
    assert np.mean(wrong["companies"]) <= 0.05 + error(0.05, 60)


def test_one_who_stands_far_out_makes_no_group() -> None:
    rng, named = default_rng(2), 0
    for _ in range(60):
        effects = rng.normal(0.0, 0.3, 30)
        effects[0] = -4.0
        found = unlike_groups([np.arange(30) % 5], effects, np.full(30, 0.09), seed=1)
        named += found[0].p_value <= 0.02
    assert named <= 4


def test_groups_of_two_are_not_compared() -> None:
    assert unlike_groups([np.array([0, 0, 1, 1, 2, 2])], np.zeros(6), np.ones(6)) == []


def test_names_for_one_set() -> None:
    level = np.array([0, 0, 1, 2])
    assert overlap(level == 0, np.array([5, 5, 1, 1]), np.ones(4))[5] == 1.0
    assert not one_partition(level, np.array([0, 0, 1, 1]))


def answers(rng: Generator, times: float) -> tuple[FloatArray, Stretch]:
    """Lags of 600 answers in hours, the last 200 of a later time, and what is said of them."""
    lag = rng.lognormal(np.log(40.0), 1.1, 600) * np.where(np.arange(600) >= 400, times, 1.0)
    came = lag < 336
    whole, now = np.full(600, 336), np.arange(600) >= 400
    found = stretch(
        lag[came].astype(np.int64), whole[came], whole[came], np.zeros(int(came.sum()), np.int64), now[came]
    )
    assert found is not None
    return lag, found


def test_answers_that_take_longer_are_seen_and_their_loss_is_told() -> None:
    rng = default_rng(1)
    surely = [answers(rng, 1.0)[1].surely for _ in range(60)]
    assert np.mean(surely) <= 0.02 + error(0.02, 60)
    lag, found = answers(rng, 2.5)
    assert found.surely
    assert found.low < 2.5 < found.high
    lost = np.log(np.mean(lag[400:] < 336) / np.mean(lag[400:] / 2.5 < 336))
    assert found.loss < lost < 0.0


def test_too_few_answers_say_nothing_of_their_times() -> None:
    ten, later = np.full(10, 24), np.arange(10) >= 5
    assert stretch(ten, ten * 14, ten * 14, np.zeros(10, int), later) is None


def test_the_week_of_a_change_is_found() -> None:
    rng = default_rng(3)
    week = np.repeat(np.arange(30), 100)
    rate = np.where(week >= 21, 0.15, 0.3)
    found = [
        onset(week, (rng.random(3000) < rate) - rate.mean(), np.full(3000, rate.mean() * (1 - rate.mean())), 30)
        for _ in range(40)
    ]
    assert all(each is not None for each in found)
    assert np.mean([each is not None and abs(each.week - 21) <= 1 for each in found]) >= 0.85
    assert np.mean([each is not None and each.earliest <= 21 <= each.latest for each in found]) >= 0.8
    assert onset(np.zeros(3, int), np.zeros(3), np.ones(3), 1) is None
