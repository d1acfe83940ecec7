"""Lots over intended touches: never who waits for an answer, same seed same lots, no second drawing; and the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.analysis.increment.drawing import Drawing, Intended, Plan, draw_lots, read_rows
from answerback.analysis.increment.report import Report, report
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.holdout import lot_rows, lot_sentences, report_sentences
from tests.analysis.asking import OWNER, looking, scope_of, workspace_of
from tests.analysis.team import Row

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PLAN = Plan(0.125, NOW + timedelta(days=14), 5, NOW)
COMPANIES = 64


def at(days: float) -> str:
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def tables() -> dict[str, list[Row]]:
    """Companies with a mail each a month ago; the first eight asked something since, four of which had an answer."""
    reps = ("ann", "ben")
    contacts = [{"contact_id": f"p{n}", "account_id": f"a{n}"} for n in range(COMPANIES)]
    efforts = [
        {"effort_id": f"e{n}", "rep_id": reps[n % 2], "account_id": f"a{n}", "contact_id": f"p{n}",
         "occurred_at": at(-30), "kind": "email"} for n in range(COMPANIES)
    ]  # fmt: skip
    efforts += [{**efforts[n], "effort_id": f"r{n}", "occurred_at": at(-2)} for n in range(4)]
    acts = [
        {"action_id": f"b{n}", "account_id": f"a{n}", "contact_id": f"p{n}", "occurred_at": at(-5), "kind": "asked"}
        for n in range(8)
    ]
    return {"contact": contacts, "effort": efforts, "buyer_action": acts}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("holdout"), tables()), NOW) as reader:
        yield reader


def rows(**more: str) -> list[dict[str, str | None]]:
    return [
        {"rep_id": ("ann", "ben")[n % 2], "contact_id": f"p{n}", "intended_at": at(1)[:10], "kind": "email", **more}
        for n in range(COMPANIES)
    ]


def drawn(reader: Reader, given: list[Intended] | None = None, plan: Plan = PLAN, **more: object) -> Drawing:
    touches = read_rows(rows(), drawn_at=NOW)[0] if given is None else given
    return draw_lots(reader, OWNER, touches, plan, **more)  # type: ignore[arg-type]


def held(found: Drawing) -> set[str]:
    return {each.touch.contact_id for each in found.lots if each.held}


def test_nobody_who_waits_for_an_answer_is_in_a_lot(reader: Reader) -> None:
    for seed in range(20):
        found = drawn(reader, plan=replace(PLAN, seed=seed))
        assert {each.contact_id for each in found.asked} == {"p4", "p5", "p6", "p7"}
        assert len(found.lots) == COMPANIES - 4
        assert len(held(found)) in (6, 7, 8, 9)
    marked = read_rows(rows(asked_for="yes"), drawn_at=NOW)[0]
    assert not drawn(reader, marked).lots


def test_lots_depend_on_the_seed_and_not_on_the_order_of_rows(reader: Reader) -> None:
    touches = read_rows(rows(), drawn_at=NOW)[0]
    assert held(drawn(reader, touches)) == held(drawn(reader, touches[::-1]))
    assert held(drawn(reader, touches)) != held(drawn(reader, touches, replace(PLAN, seed=6)))


def test_touches_toward_one_company_share_a_lot(reader: Reader) -> None:
    twice = read_rows([*rows(), *({**row, "kind": "call", "rep_id": "ann"} for row in rows())], drawn_at=NOW)[0]
    lot: dict[int, set[bool]] = {}
    for each in drawn(reader, twice).lots:
        lot.setdefault(each.touch.unit_key, set()).add(each.held)
    assert all(len(ways) == 1 for ways in lot.values())


def test_rows_that_are_none_are_told_with_row_and_field(reader: Reader) -> None:
    bad: list[dict[str, str | None]] = [
        {"rep_id": "", "contact_id": "p9", "intended_at": at(1)},
        {"rep_id": "ann", "contact_id": "", "intended_at": at(1)},
        {"rep_id": "ann", "contact_id": "p9", "intended_at": "soon"},
        {"rep_id": "ann", "contact_id": "p9", "intended_at": at(-3)},
        {"rep_id": "ann", "contact_id": "p9", "intended_at": at(1), "overruled": "perhaps"},
        {"rep_id": "nobody", "contact_id": "p9", "intended_at": at(1)},
        {"rep_id": "ann", "contact_id": "p9", "intended_at": at(1)},
        {"rep_id": "ann", "contact_id": "p9", "intended_at": at(1)},
    ]
    touches, faults = read_rows(bad, drawn_at=NOW)
    found = drawn(reader, touches, faults=faults)
    named = [(each.row, each.field) for each in found.faults]
    assert named == [
        (2, "rep_id"), (3, "contact_id"), (4, "intended_at"), (5, "intended_at"), (6, "overruled"), (7, "rep_id"),
        (9, "contact_id"),
    ]  # fmt: skip
    assert len(found.lots) == 1
    assert [row["lot"] for row in lot_rows(found)].count("rejected") == 7


def test_whoever_is_in_a_drawing_is_not_drawn_again(reader: Reader) -> None:
    found = drawn(reader, waiting=[("contact", "p10"), ("account", "a11")])
    assert {(each.row, each.field) for each in found.faults} == {(12, "contact_id"), (13, "contact_id")}


def test_a_scope_draws_its_own_reps_only(reader: Reader) -> None:
    found = draw_lots(reader, scope_of(reader, "ann"), read_rows(rows(), drawn_at=NOW)[0], PLAN)
    assert {each.touch.rep_id for each in found.lots} <= {"ann"}


def test_words_say_how_many_wait(reader: Reader) -> None:
    first, second = lot_sentences(drawn(reader))[:2]
    assert first.startswith(f"Of {COMPANIES - 4} intended touches ")
    assert second == "4 go ahead without a lot: the buyer waits for an answer."
    assert lot_sentences(drawn(reader, []))[0].startswith("No lots were drawn")


def answered(days: float, tmp_path: Path) -> Report:
    """160 companies, every fourth held back; most of those to be touched act, one in five of those held."""
    made: dict[str, list[Row]] = {"effort": [], "buyer_action": [], "intention": []}
    for n in range(160):
        waits = n % 4 == 0
        overruled = n % 16 == 0
        made["intention"].append(
            {"intention_id": f"i{n}", "rep_id": "ann", "account_id": f"a{n}", "play": "email", "intended_at": at(1),
             "arm": "hold" if waits else "touch", "draw": "one", "share_permille": "250", "drawn_at": at(0),
             "until": at(14)}
        )  # fmt: skip
        if not waits or overruled:
            made["effort"].append(
                {"effort_id": f"e{n}", "rep_id": "ann", "account_id": f"a{n}", "occurred_at": at(1), "kind": "email"}
            )
        if n % 10 if not waits else n % 20 == 0:
            made["buyer_action"].append(
                {"action_id": f"b{n}", "account_id": f"a{n}", "occurred_at": at(3), "kind": "asked"}
            )
    with looking(workspace_of(tmp_path, made), NOW + timedelta(days=days)) as reader:
        return report(reader, OWNER)


def test_the_report_counts_as_the_lots_fell(tmp_path: Path) -> None:
    said = answered(20, tmp_path).total.said
    assert not isinstance(said, CannotTell)
    assert (said.touched, said.held, said.overruled) == (120, 40, 10)
    assert said.touched_mean == pytest.approx(112 / 120)
    assert said.held_mean == pytest.approx(8 / 40)
    assert said.value == pytest.approx(said.touched_mean - said.held_mean)
    assert said.low > 0
    assert said.on_compliers is not None
    assert said.on_compliers[0] == pytest.approx(said.value / 0.75)


def test_before_two_weeks_are_over_nothing_is_told(tmp_path: Path) -> None:
    found = answered(6, tmp_path)
    assert found.total.said == CannotTell(Refused.NOT_OVER, have=6, need=14)
    assert found.total.waiting == 160
    assert report_sentences(found)[0].startswith("Cannot tell yet")


def test_without_lots_it_says_how_to_begin(reader: Reader) -> None:
    found = report(reader, OWNER)
    assert found.total.said == CannotTell(Refused.NO_HOLDOUT, have=0, need=10)
    assert "answerback holdout draw" in report_sentences(found)[0]
