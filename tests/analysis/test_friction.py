"""Friction on small teams: every touch counted again by nested loops; who is named, who is not, and for whose eyes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from answerback.analysis.friction import findings, friction_of
from answerback.analysis.friction.asked_too_often import MANY, _others_quantile
from answerback.analysis.friction.touches import ANSWERED, FORBADE, NOTHING, REFUSED, Touches, read_touches
from answerback.analysis.reader import Reader
from answerback.domain.findings import FindingKind, Role, Verdict
from answerback.domain.refusals import CannotTell, Refused
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "declined", "unsubscribed", "complained"]
aim = ["replied"]
waiting_days = 14
seen_on = ["email"]
[[policy]]
name = "buyer waits"
after = ["replied"]
within_hours = 24
"""
REPS = tuple(f"r{number}" for number in range(8))


def company(seed: int, *, pesters: str = "", harm: float = 0.0) -> dict[str, list[Row]]:
    """Buyers who are mailed every week until they answer or five mails are out; by `pesters` every day, eight times."""
    rng = Random(seed)
    tables: dict[str, list[Row]] = {"rep": [], "account": [], "contact": [], "effort": [], "buyer_action": []}
    tables["rep"] = [{"rep_id": rep} for rep in REPS]
    coverage = {
        "rep_id": "",
        "channel": "email",
        "from": text(START - timedelta(days=9)),
        "to": text(START + timedelta(days=300)),
    }
    tables["coverage"] = [coverage]
    number = 0
    for rep in REPS:
        for buyer in range(60):
            company_id, person = f"a{rep}{buyer}", f"c{rep}{buyer}"
            tables["account"].append({"account_id": company_id, "name": company_id})
            tables["contact"].append({"contact_id": person, "account_id": company_id})
            at = START + timedelta(days=rng.randrange(50, 160), seconds=rng.randrange(30_000))
            chance = rng.betavariate(1, 6)
            close = rep == pesters
            for touch in range(8 if close else 5):
                number += 1
                effort = {"effort_id": f"e{number}", "rep_id": rep, "account_id": company_id, "contact_id": person}
                mail = {"kind": "email", "occurred_at": text(at), "reference": f"message:{number}@s.example"}
                tables["effort"].append(effort | mail)
                forbids = rng.random() < (harm if close and touch + 1 >= MANY else 0.01)
                act = "unsubscribed" if forbids else "replied" if rng.random() < chance else ""
                if act:
                    answer = {"action_id": f"b{number}", "contact_id": person, "account_id": company_id, "kind": act}
                    when = {"occurred_at": text(at + timedelta(hours=5)), "refers_to": mail["reference"]}
                    tables["buyer_action"].append(answer | when)
                    break
                at += timedelta(days=1 if close else 7, seconds=rng.randrange(3000))
    return tables


@pytest.fixture(scope="module")
def pester(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def] # a reader
    workspace = workspace_of(tmp_path_factory.mktemp("pester"), company(3, pesters="r2", harm=0.15), PLAYBOOK)
    with looking(workspace, START + timedelta(days=260)) as reader:
        yield reader


def test_touches_are_those_of_nested_loops(reader: Reader) -> None:
    told = read_touches(reader, OWNER)
    rows = reader.query(
        f"""select effort_key, coalesce(contact_key, account_key) as unit, epoch(occurred_at) as t from outcome
        where evidence = 'captured' and not reactive and not contested and occurred_at <= {reader.instant}"""
    ).to_pylist()
    acts = reader.query(
        f"""select action_key, coalesce(contact_key, account_key) as unit, epoch(occurred_at) as t, kind, stance
        from buyer_action where counts and not contested and evidence = 'captured'
          and occurred_at <= {reader.instant}"""
    ).to_pylist()
    assert {row["effort_key"] for row in rows if row["unit"]} == set(told.effort.tolist())
    place = {key: number for number, key in enumerate(told.effort.tolist())}
    for row in rows[:300]:
        n = place[row["effort_key"]]
        before = [act["t"] for act in acts if act["unit"] == row["unit"] and act["t"] < row["t"]]
        run = [
            each for each in rows
            if each["unit"] == row["unit"] and (each["t"], each["effort_key"]) <= (row["t"], row["effort_key"])
            and each["t"] > max(before, default=-1)
        ]  # fmt: skip
        assert told.number[n] == len(run)
        assert told.pace[n] == sum(each["t"] >= row["t"] - 14 * 86_400 for each in run)
        later = [each["t"] for each in rows if each["unit"] == row["unit"]
                 and (each["t"], each["effort_key"]) > (row["t"], row["effort_key"])]  # fmt: skip
        following = [act for act in acts if act["unit"] == row["unit"] and act["t"] >= row["t"]]
        act = min(following, key=lambda each: (each["t"], result_of(each), each["action_key"]), default=None)
        came = act is not None and act["t"] - row["t"] <= 14 * 86_400 and act["t"] < min(later, default=np.inf)
        assert told.result[n] == (result_of(act) if came and act is not None else NOTHING)


def result_of(act: Row) -> int:
    """What an act is."""
    if act["kind"] in ("unsubscribed", "complained"):
        return FORBADE
    return REFUSED if act["stance"] == "retreat" else ANSWERED


def test_who_touches_daily_and_harms_is_named_and_nobody_else(pester: Reader) -> None:
    answer = friction_of(pester, OWNER)
    (named,) = [each for each in answer.reps if each.named]
    assert named.rep_key == rep_keys(pester)["r2"]
    assert named.forbade > 3 * named.expected
    assert len(named.action_keys) == len(named.effort_keys) == min(named.forbade, 20)
    (found,) = findings(pester, OWNER, answer)
    assert (found.kind, found.verdict, found.first_for) == (FindingKind.FRICTION, Verdict.INDIVIDUAL, Role.REP)
    assert found.size is not None
    assert found.size.low > 1
    assert found.settle


def test_touching_daily_without_harm_is_no_finding(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, company(5, pesters="r2", harm=0.01), PLAYBOOK)
    with looking(workspace, START + timedelta(days=260)) as reader:
        answer = friction_of(reader, OWNER)
        own = next(each for each in answer.reps if each.rep_key == rep_keys(reader)["r2"])
        assert own.p_pace < 1e-6
        assert not any(each.named for each in answer.reps)
        assert findings(reader, OWNER, answer) == ()


def test_a_scope_shows_its_own_reps_alone_and_the_same_figures(pester: Reader) -> None:
    all_of = {each.rep_key: each for each in friction_of(pester, OWNER).reps}
    scope = scope_of(pester, "r2", "r3")
    seen = friction_of(pester, scope)
    assert {each.rep_key for each in seen.reps} == {rep_keys(pester)[rep] for rep in ("r2", "r3")}
    assert all(all_of[each.rep_key] == each for each in seen.reps)
    assert all(each.kind is FindingKind.FRICTION for each in findings(pester, scope, seen))


def test_few_runs_are_refused_first_of_all(pester: Reader) -> None:
    curve = friction_of(pester, OWNER).curve
    assert isinstance(curve, CannotTell)
    assert curve.reason is Refused.TOO_FEW_SEQUENCES


def test_nothing_loaded(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, {"rep": [{"rep_id": "r0"}]}, PLAYBOOK)) as reader:
        answer = friction_of(reader, OWNER)
        assert (answer.touches, answer.reps, answer.sequences) == (0, (), ())
        assert findings(reader, OWNER, answer) == ()
        assert isinstance(read_touches(reader, OWNER), Touches)


def test_what_three_quarters_of_the_others_stay_below() -> None:
    rng = np.random.default_rng(1)
    for size in (5, 6, 7, 30):
        share = rng.random(size).round(1)
        assert _others_quantile(share) == pytest.approx([np.quantile(np.delete(share, n), 0.75) for n in range(size)])
