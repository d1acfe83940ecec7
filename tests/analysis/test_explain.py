"""Every figure opens, and what is behind it adds up to it; every verdict on a link is reached."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from answerback.analysis.explain import MOST_BEFORE, explain_effort, explain_link, explain_on_base
from answerback.analysis.listing import show
from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.answers import Rate
from answerback.domain.errors import NotFoundError, UsageError
from answerback.present.explain import tell_effort, tell_link, tell_on_base
from tests.analysis.asking import OWNER, looking, workspace_of
from tests.analysis.team import Row, write_tables

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def day(number: float) -> str:
    return (MONDAY + timedelta(days=number)).isoformat()


@pytest.mark.parametrize(
    "where", [{}, {"rep": "ann"}, {"kind": "email", "team": "south"}, {"rep": "ann", "play": "call"}]
)
def test_the_figure_is_the_tables_and_its_touches_add_up(reader: Reader, where: dict[str, str]) -> None:
    found = explain_on_base(reader, OWNER, by=(), where=where)
    table = on_base(reader, OWNER, by=tuple(where), where=where)
    assert found.answer.cells == table.cells
    states = Counter(row["state"] for row in found.rows.to_pylist())
    (cell,) = table.cells
    assert states == Counter(
        {
            state: n
            for state, n in {
                "on_base": cell.on_base,
                "answered": cell.answered,
                "unanswered": cell.unanswered,
                "open": cell.still_open,
                "unseen": cell.unseen,
            }.items()
            if n
        }
    )
    assert sum(row["efforts"] for row in reader.query(found.sql).to_pylist()) == cell.efforts
    for row in found.rows.to_pylist():
        assert (row["action_id"] is not None) == (row["state"] in ("on_base", "answered")) or row["state"] == "unseen"
    story = tell_on_base(found).story
    assert f"{cell.efforts} touches" in story
    assert "select" in story
    assert ("% of it is the peers' word" in story) == isinstance(cell.rate, Rate)


def test_a_figure_of_nothing_says_so(reader: Reader) -> None:
    found = explain_on_base(reader, OWNER, by=(), where={"play": "no such play"})
    assert "no touches fit" in tell_on_base(found).story
    assert found.rows.num_rows == 0


def test_every_effort_and_act_of_the_listings_opens(reader: Reader) -> None:
    efforts = show(reader, OWNER, "efforts").to_pylist()[::97]
    outcomes = {row["effort_id"]: row for row in show(reader, OWNER, "outcomes").to_pylist()}
    for row in efforts:
        found = explain_effort(reader, OWNER, row["effort_id"])
        assert found.effort == row
        assert found.outcome == outcomes.get(row["effort_id"])
        assert tell_effort(found).document["effort"] is not None
    links = {row["action_id"]: row for row in show(reader, OWNER, "links").to_pylist()}
    for row in show(reader, OWNER, "actions").to_pylist()[::53]:
        told = explain_link(reader, OWNER, row["action_id"])
        assert told.action == row
        assert told.link == links.get(row["action_id"])
        chosen = [each.effort_id for each in told.candidates if each.verdict.startswith("this one: ")]
        assert chosen == ([told.link["effort_id"]] if told.link else [])


@pytest.fixture(scope="module")
def puzzle(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One act, `b`, and a candidate for every verdict; and acts that answer nothing."""

    def mail(name: str, at: float, **more: Any) -> Row:
        row = {"effort_id": name, "rep_id": "ann", "account_id": "acme", "contact_id": "c", "occurred_at": day(at)}
        return {**row, "kind": "email", **more}

    tables = {
        "effort": [
            mail("taken", 10, reference="offer:1"),
            mail("resent", 8, reference="offer:1"),
            mail("stronger basis elsewhere", 11.9),
            mail("too late", -30),
            mail("after", 20),
            mail("chore", 11.5, kind="task", subkind="filing"),
            mail("other channel", 11.6, kind="call"),
            mail("registers", 11.999, kind="call", subkind="opened to register"),
            *(mail(f"call {number}", 11.7 + number / 100, kind="call") for number in range(MOST_BEFORE + 2)),
        ],
        "buyer_action": [
            {
                "action_id": "b",
                "account_id": "acme",
                "contact_id": "c",
                "occurred_at": day(12),
                "kind": "replied",
                "refers_to": "offer:1",
                "registered_by_id": "ann",
            },
            {"action_id": "opened", "account_id": "acme", "occurred_at": day(12), "kind": "opened"},
            {"action_id": "stranger", "account_id": "other", "occurred_at": day(12), "kind": "replied"},
        ],
    }
    return workspace_of(tmp_path_factory.mktemp("puzzle"), tables)


def verdicts(puzzle: Workspace, action: str) -> dict[tuple[str, str], str]:
    with looking(puzzle) as reader:
        return {(each.effort_id, each.basis): each.verdict for each in explain_link(reader, OWNER, action).candidates}


def test_each_verdict_is_reached(puzzle: Workspace) -> None:
    found = verdicts(puzzle, "b")
    assert found["taken", "reference"] == "this one: the latest that it can answer, on the strongest basis"
    assert found["taken", "contact"] == "this one, also on this basis"
    assert found["resent", "reference"] == "no: a later one fits as well"
    assert found["stronger basis elsewhere", "contact"] == "no: a stronger basis ties the act to another"
    assert found["after", "account"] == "no: it was made after the act"
    assert found["registers", "contact"] == "no: a work item that registers the act"
    assert found["call 9", "contact"] == "no: replied cannot answer the play call"
    assert ("too late", "contact") not in found  # so long before that eight others were nearer


def test_verdicts_on_a_quieter_account(tmp_path: Path) -> None:
    base = {"rep_id": "ann", "account_id": "acme"}
    tables = {
        "effort": [
            {**base, "effort_id": "old", "occurred_at": day(-30), "kind": "email"},
            {**base, "effort_id": "chore", "occurred_at": day(11), "kind": "task"},
        ],
        "buyer_action": [{"action_id": "b", "account_id": "acme", "occurred_at": day(12), "kind": "replied"}],
    }
    workspace = workspace_of(tmp_path, tables)
    assert verdicts(workspace, "b") == {
        ("chore", "account"): "no: the play chore does not count",
        ("old", "account"): "no: it had waited longer than its play may",
    }
    with looking(workspace) as reader:
        told = tell_link(explain_link(reader, OWNER, "b"))
    assert "It answers no touch." in told.story


def test_the_one_taken_is_shown_however_many_lie_between(tmp_path: Path) -> None:
    base = {"rep_id": "ann", "account_id": "acme"}
    mails = [{**base, "effort_id": "asked", "occurred_at": day(0), "kind": "email"}]
    calls = [
        {**base, "effort_id": f"c{n}", "occurred_at": day(1 + n / 10), "kind": "call"} for n in range(MOST_BEFORE * 2)
    ]
    act = {"action_id": "b", "account_id": "acme", "occurred_at": day(5), "kind": "replied"}
    workspace = workspace_of(tmp_path, {"effort": mails + calls, "buyer_action": [act]})
    found = verdicts(workspace, "b")
    assert found["asked", "account"].startswith("this one")
    assert len(found) == MOST_BEFORE + 1


def test_acts_that_answer_nothing_say_why(puzzle: Workspace) -> None:
    with looking(puzzle) as reader:
        never, alone = (tell_link(explain_link(reader, OWNER, each)).story for each in ("opened", "stranger"))
    assert "an act of this kind never counts" in never
    assert "No touch shares anything with it." in alone


def test_before_it_happened_an_act_cannot_be_explained(puzzle: Workspace) -> None:
    with looking(puzzle, MONDAY + timedelta(days=11)) as reader:
        with pytest.raises(NotFoundError):
            explain_link(reader, OWNER, "b")
        with pytest.raises(NotFoundError):
            explain_effort(reader, OWNER, "after")
        assert explain_effort(reader, OWNER, "taken").acts.num_rows == 0


@pytest.mark.parametrize("name", ["nothing", "'", "'; drop table link; --", "\0", ""])
def test_what_does_not_exist_is_not_found(puzzle: Workspace, name: str) -> None:
    with looking(puzzle) as reader:
        for explain in (explain_effort, explain_link):
            with pytest.raises(NotFoundError):
                explain(reader, OWNER, name)


def test_an_id_of_two_systems_must_be_told_apart(tmp_path: Path) -> None:
    one = {"effort_id": "e", "rep_id": "ann", "occurred_at": day(0), "kind": "email"}
    workspace = workspace_of(tmp_path, {"effort": [one]})
    workspace.load(write_tables(tmp_path / "hub", {"effort": [{**one, "kind": "call"}]}), source="hub")
    workspace.build()
    with looking(workspace) as reader:
        with pytest.raises(UsageError, match="several sources have effort 'e'"):
            explain_effort(reader, OWNER, "e")
        assert explain_effort(reader, OWNER, "e", "hub").effort["kind"] == "call"
        assert explain_effort(reader, OWNER, "e", "crm").effort["kind"] == "email"
        with pytest.raises(NotFoundError):
            explain_effort(reader, OWNER, "e", "elsewhere")


def test_a_mail_in_two_systems_opens_by_either_id(tmp_path: Path) -> None:
    one = {"rep_id": "ann", "occurred_at": day(0), "kind": "email", "reference": "message:1@x"}
    workspace = workspace_of(tmp_path, {"effort": [{**one, "effort_id": "crm-1"}]})
    workspace.load(write_tables(tmp_path / "box", {"effort": [{**one, "effort_id": "box-1"}]}), source="box")
    workspace.build()
    with looking(workspace) as reader:
        assert explain_effort(reader, OWNER, "crm-1").effort == explain_effort(reader, OWNER, "box-1").effort
        assert show(reader, OWNER, "efforts").num_rows == 1
