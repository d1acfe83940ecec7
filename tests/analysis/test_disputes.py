"""Contested events: in the rep's own view, in nobody else's, and as before once settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.analysis.court.mine import contesting, waiting_on, waiting_on_each
from answerback.analysis.disputes import left_out
from answerback.analysis.doctor import examine
from answerback.analysis.explain import explain_effort, explain_link, explain_on_base
from answerback.analysis.lags import play_lags
from answerback.analysis.listing import show
from answerback.analysis.on_base import OnBase, on_base
from answerback.analysis.own import moved
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.answers import NotEnoughData
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import START, Row, text, write_tables

END = START + timedelta(days=60)


def world(*decisions: Row) -> dict[str, list[Row]]:
    """Ten mails of ann and ten of ben, each to a company of its own; all are answered after two days but ben's."""
    tables: dict[str, list[Row]] = {"effort": [], "buyer_action": [], "decision": list(decisions)}
    for rep in ("ann", "ben"):
        for number in range(10):
            made = START + timedelta(days=number)
            of = {"account_id": f"{rep}-a{number}", "contact_id": f"{rep}-c{number}", "deal_id": f"{rep}-d{number}"}
            mail = {"effort_id": f"{rep}{number}", "rep_id": rep, "occurred_at": text(made), "kind": "email", **of}
            tables["effort"].append({**mail, "reference": f"message:{rep}{number}"})
            if rep == "ann":
                act = {"action_id": f"act{number}", "refers_to": f"message:{rep}{number}", "kind": "asked", **of}
                tables["buyer_action"].append({**act, "occurred_at": text(made + timedelta(days=2))})
    return tables


def said(kind: str, event: str, day: int = 30) -> Row:
    at = text(START + timedelta(days=day))
    about = {"subject_kind": "event", "subject_id": event}
    return {"decision_id": f"{kind}-{event}", **about, "kind": kind, "occurred_at": at}


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ann contests her touch 0 and the act that answers her touch 1; of her touch 2 it was settled that it is right."""
    decisions = (said("contest", "ann0"), said("contest", "act1"), said("contest", "ann2"), said("upheld", "ann2", 31))
    return workspace_of(tmp_path_factory.mktemp("disputed"), world(*decisions))


@pytest.fixture
def reader(disputed: Workspace) -> Iterator[Reader]:
    with looking(disputed, END) as reader:
        yield reader


def own(reader: Reader, rep: str) -> Scope:
    """A rep's view of themselves."""
    return replace(scope_of(reader, rep), viewer_key=rep_keys(reader)[rep])


def touches(answer: OnBase) -> tuple[int, int, int]:
    """Counted, on base, left out."""
    (cell,) = answer.cells
    return cell.efforts, cell.on_base, answer.contested_efforts


def test_figures_of_everybody_else_leave_contested_touches_out_and_say_how_many(reader: Reader) -> None:
    for scope in (OWNER, scope_of(reader, "ann"), scope_of(reader, "ann", "ben"), own(reader, "ben")):
        whole = replace(scope, stretches=scope_of(reader, "ann").stretches) if not scope.everybody else scope
        assert touches(on_base(reader, whole, by=("rep",), where={"rep": "ann"})) == (8, 8, 2)


def test_the_reps_own_view_keeps_them(reader: Reader) -> None:
    mine = own(reader, "ann")
    assert touches(on_base(reader, mine, by=("rep",))) == (10, 10, 0)
    assert touches(on_base(reader, mine.only(rep_keys(reader)["ann"]), by=())) == (10, 10, 0)
    everything = replace(OWNER, viewer_key=rep_keys(reader)["ann"])
    assert {cell.keys["rep"]: cell.efforts for cell in on_base(reader, everything, by=("rep",)).cells} == {
        "ann": 10,
        "ben": 10,
    }


def test_left_out_are_those_that_would_have_fitted(reader: Reader) -> None:
    for where, missing in (({"account": "ann-a0"}, 1), ({"account": "ann-a1"}, 1), ({"account": "ann-a2"}, 0)):
        answer = on_base(reader, OWNER, by=(), where=where)
        assert (sum(cell.efforts for cell in answer.cells), answer.contested_efforts) == (1 - missing, missing)
    assert on_base(reader, OWNER, by=(), where={"rep": "ben"}).contested_efforts == 0
    with_origin = on_base(reader, OWNER, by=("origin",), where={"origin": "sequence"})
    assert with_origin.contested_efforts == 0


def test_lists_leave_them_out_too(reader: Reader) -> None:
    mine = own(reader, "ann")
    for what, column, gone in (
        ("efforts", "effort_id", {"ann0"}),
        ("outcomes", "effort_id", {"ann0", "ann1"}),
        ("links", "effort_id", {"ann0", "ann1"}),
        ("actions", "action_id", {"act1"}),
    ):
        everything = set(show(reader, mine, what)[column].to_pylist())
        for scope in (OWNER, scope_of(reader, "ann")):
            seen = set(show(reader, scope, what)[column].to_pylist()) & everything
            # Of an act that answers a contested touch only the owner, who sees every act, has a row.
            unlinked = {"act0"} if what == "actions" and not scope.everybody else set()
            assert everything - seen == gone | unlinked
            assert left_out(reader, scope, what) == len(gone)
        assert left_out(reader, mine, what) == 0
    assert left_out(reader, OWNER, "deals") == 0


def test_an_act_is_not_said_to_answer_a_contested_touch(reader: Reader) -> None:
    answered = {row["action_id"]: row["effort_id"] for row in show(reader, OWNER, "actions").to_pylist()}
    assert (answered["act0"], answered["act2"]) == (None, "ann2")


def test_every_count_of_a_listing_agrees(reader: Reader) -> None:
    mine = own(reader, "ann")
    for scope, acts, mails, deals in ((OWNER, 9, 19, 18), (mine, 10, 10, 10)):
        assert sum(show(reader, scope, "bases")["actions"].to_pylist()) == acts
        assert sum(show(reader, scope, "reactive")["efforts"].to_pylist()) == mails
        assert sum(show(reader, scope, "deals")["deals"].to_pylist()) == deals


def test_curves_are_everybodys_and_leave_them_out_whoever_looks(reader: Reader) -> None:
    lags = [play_lags(reader, scope) for scope in (own(reader, "ann"), OWNER)]
    mine, everybody = ({name: str(lag.curve) for name, lag in each.items()} for each in lags)
    assert mine == everybody
    (lag,) = lags[0].values()
    assert isinstance(lag.curve, NotEnoughData)
    assert lag.curve.have == 8


def test_what_is_named_by_its_id_opens_for_whoever_may_see_it(reader: Reader) -> None:
    """Else nobody could settle it."""
    for scope in (OWNER, scope_of(reader, "ann"), own(reader, "ann")):
        opened = explain_effort(reader, scope, "ann0")
        assert opened.effort["effort_id"] == "ann0"
        assert opened.effort["contested"]
        assert opened.outcome is not None
        link = explain_link(reader, scope, "act1")
        assert link.link is not None
        assert link.action["contested"]
    with pytest.raises(NotFoundError):
        explain_effort(reader, scope_of(reader, "ben"), "ann0")


def test_a_figure_opens_to_what_it_counts(reader: Reader) -> None:
    rows = explain_on_base(reader, OWNER, by=(), where={"rep": "ann"}).rows["effort_id"].to_pylist()
    assert sorted(rows) == [f"ann{number}" for number in range(2, 10)]


def test_own_touches_of_the_quarter(reader: Reader) -> None:
    key = rep_keys(reader)["ann"]
    for scope, count in ((own(reader, "ann"), 10), (OWNER, 8)):
        found = moved(reader, scope, key)
        assert (found.count, len(found.touches)) == (count, count)


def test_who_waits_on_a_rep(reader: Reader) -> None:
    key = rep_keys(reader)["ann"]
    for scope, count in ((own(reader, "ann"), 10), (OWNER, 9)):
        assert len(waiting_on(reader, scope, key).rows) == count


def test_who_waits_on_each_is_what_others_see(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = waiting_on_each(reader, OWNER)
    assert {key: found[key] for key in found} == {key: waiting_on(reader, OWNER, key) for key in found}
    assert len(found[keys["ann"]].rows) == 9
    assert keys["ann"] in contesting(reader)
    assert keys["ben"] not in contesting(reader)


def test_contests_are_listed_for_the_owner_and_for_whose_they_are(reader: Reader) -> None:
    wanted = [("act1", "buyer_action", "contested", "ann"), ("ann0", "effort", "contested", "ann")]
    for scope, seen in (
        (OWNER, wanted),
        (own(reader, "ann"), wanted),
        (own(reader, "ben"), []),
        (scope_of(reader, "ann"), []),
    ):
        rows = show(reader, scope, "contests").to_pylist()
        assert [(row["event_id"], row["event_type"], row["state"], row["rep_id"]) for row in rows] == seen
    with_before = replace(reader, as_of=datetime(2025, 1, 1, tzinfo=UTC))
    assert show(with_before, OWNER, "contests").num_rows == 0


def test_operations_are_told_what_waits_to_be_settled(reader: Reader) -> None:
    (told,) = (each for each in examine(reader, OWNER) if each.about == "contests")
    assert told.what.startswith("2 contested records wait")
    assert "contests" not in {each.about for each in examine(reader, own(reader, "ann"))}


def test_settled_as_wrong_it_is_gone_for_everybody_and_settled_as_right_it_is_back(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, world(said("contest", "ann0"), said("contest", "act1")))
    settled = {"decision": [said("void", "ann0", 40), said("void", "act1", 40)]}
    workspace.load(write_tables(tmp_path / "void", settled), source="crm")
    workspace.build()
    with looking(workspace, END) as reader:
        for scope in (OWNER, own(reader, "ann")):
            assert touches(on_base(reader, scope, by=(), where={"rep": "ann"})) == (9, 8, 0)
            efforts = show(reader, scope, "efforts")["effort_id"].to_pylist()
            assert "ann0" not in efforts
            assert "ann1" in efforts
            states = {(row["event_id"], row["state"]) for row in show(reader, scope, "contests").to_pylist()}
            assert ("ann0", "void") in states
        answered = {row["action_id"]: row for row in show(reader, OWNER, "actions").to_pylist()}
        assert (answered["act0"]["effort_id"], answered["act1"]["counts"]) == (None, False)
    upheld = {"decision": [said("upheld", "ann0", 50), said("upheld", "act1", 50)]}
    workspace.load(write_tables(tmp_path / "upheld", upheld), source="crm")
    workspace.build()
    with looking(workspace, END) as reader:
        assert touches(on_base(reader, OWNER, by=(), where={"rep": "ann"})) == (10, 10, 0)
        assert show(reader, OWNER, "contests").num_rows == 0
