"""For every number that is missing, the reason: each one reached, and never a zero in its place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.analysis.lags import play_lags
from answerback.analysis.listing import show
from answerback.analysis.on_base import Cell, on_base
from answerback.analysis.reader import Reader
from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.present.on_base import for_eyes, on_base_table
from answerback.present.words import cannot_tell, short
from tests.analysis.asking import OWNER, looking, workspace_of
from tests.analysis.team import Row

DAY = timedelta(days=1)
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODAY = MONDAY + 200 * DAY


def mails(rep: str, count: int, answered: int, *, age_days: float, after_days: float = 2) -> Iterable[tuple[str, Row]]:
    """So many mails of a rep, the same age all, the first of them answered."""
    for number in range(count):
        at = TODAY - age_days * DAY
        name = f"{rep}{number}-{age_days}"
        mail = {"effort_id": name, "rep_id": rep, "account_id": f"of {name}", "occurred_at": at.isoformat()}
        yield "effort", {**mail, "kind": "email", "reference": f"message:{name}"}
        if number < answered:
            act = {"action_id": f"b{name}", "occurred_at": (at + after_days * DAY).isoformat(), "kind": "replied"}
            yield "buyer_action", {**act, "refers_to": f"message:{name}"}


def tables_of(*parts: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    for part in parts:
        for record, row in part:
            tables.setdefault(record, []).append(row)
    return tables


def asked(folder: Path, *parts: Iterable[tuple[str, Row]], by: tuple[str, ...] = ("rep",)) -> dict[object, Cell]:
    workspace = workspace_of(folder, tables_of(*parts))
    with looking(workspace, TODAY) as reader:
        return {cell.keys.get("rep"): cell for cell in on_base(reader, OWNER, by=by).cells}


def missing(cell: Cell) -> NotEnoughData:
    assert isinstance(cell.rate, NotEnoughData)
    return cell.rate


def test_nothing_loaded_is_one_row_that_says_so(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, {"account": [{"account_id": "a"}]})
    (row,) = workspace.on_base(by=["rep", "play"]).to_arrow().to_pylist()
    assert (row["reason"], row["rate"], row["low"], row["high"]) == ("no_efforts_loaded", None, None, None)
    assert (row["rep"], row["play"], row["efforts"]) == (None, None, 0)
    assert row["reason_text"] == "cannot tell: no efforts loaded"


def test_each_reason_is_reached(tmp_path: Path) -> None:
    covered = {"channel": "email", "from": MONDAY.isoformat(), "to": TODAY.isoformat()}
    coverage = [("coverage", {**covered, "rep_id": rep}) for rep in ("few", "wide", "enough", "young", "calm")]
    call = {"effort_id": "c", "rep_id": "caller", "account_id": "a", "kind": "call"}
    cells = asked(
        tmp_path,
        coverage,
        mails("few", 2, 1, age_days=100),
        mails("wide", 40, 20, age_days=100),
        mails("enough", 300, 150, age_days=100),
        mails("young", 60, 0, age_days=0.5),
        [("effort", {**call, "occurred_at": (TODAY - 100 * DAY).isoformat()})],
    )
    assert missing(cells["few"]).reason is Reason.TOO_FEW_EFFORTS
    assert missing(cells["caller"]).reason is Reason.NOTHING_SEEN
    assert missing(cells["young"]).reason is Reason.TOO_YOUNG
    assert isinstance(cells["enough"].rate, Rate)


def test_too_wide_and_mostly_the_peers_number(tmp_path: Path) -> None:
    """Alike peers with many touches lend so much that somebody with four has next to no number of their own."""
    alike = [mails(f"peer{number}", 200, 60, age_days=100) for number in range(6)]
    cells = asked(tmp_path / "alike", mails("new", 4, 1, age_days=100), *alike)
    assert missing(cells["new"]).reason is Reason.MOSTLY_PRIOR
    different = [mails(f"peer{number}", 40, 8 * number, age_days=100) for number in range(6)]
    cells = asked(tmp_path / "different", mails("new", 5, 2, age_days=100), *different)
    assert missing(cells["new"]).reason is Reason.TOO_WIDE


def test_young_touches_of_a_play_whose_answer_times_nobody_knows(tmp_path: Path) -> None:
    cells = asked(tmp_path, mails("old", 30, 15, age_days=100), mails("young", 40, 5, age_days=3))
    reason = missing(cells["young"])
    assert (reason.reason, reason.need) == (Reason.LAG_UNKNOWN, 100)
    assert reason.have < reason.need
    assert cells["young"].matured == 0
    assert cells["young"].still_open == 35


def test_every_reason_has_its_sentence_and_its_short_form() -> None:
    for reason in Reason:
        gap = NotEnoughData(reason, have=0.5, need=0.25)
        assert cannot_tell(gap).startswith("cannot tell")
        assert short(gap)


def test_a_missing_number_is_never_a_zero(tmp_path: Path) -> None:
    parts = (mails("few", 2, 0, age_days=100), mails("many", 300, 0, age_days=100), mails("other", 1, 1, age_days=100))
    workspace = workspace_of(tmp_path, tables_of(*parts))
    answer = workspace.on_base(by=["rep"], as_of=TODAY)
    rows = {row["rep"]: row for row in answer.to_arrow().to_pylist()}
    assert (rows["few"]["rate"], rows["few"]["reason"]) == (None, "too_few_efforts")
    assert rows["many"]["reason"] is None  # here nobody answered, and that is known
    assert 0 <= rows["many"]["rate"] < 0.02
    eyes = {row["rep"]: row["on base"] for row in for_eyes(answer.answer).to_pylist()}
    assert eyes["few"] == "– too few touches"
    assert on_base_table(answer.answer) == answer.table


def test_lags_say_what_they_rest_on(tmp_path: Path) -> None:
    parts = [mails(f"r{number}", 30, 20, age_days=100, after_days=1 + number) for number in range(8)]
    workspace = workspace_of(tmp_path, tables_of(*parts, mails("late", 5, 5, age_days=100, after_days=20)))
    with looking(workspace, TODAY) as reader:
        (row,) = show(reader, OWNER, "lags").to_pylist()
        (lag,) = play_lags(reader, OWNER).values()
    assert (row["play"], row["waiting_days"], row["taken_from"], row["answers"], row["reason"]) == (
        "email",
        14,
        "email",
        160,  # those after the waiting time do not count
        None,
    )
    assert 1.5 <= row["p25_days"] <= 3.5
    assert row["p25_days"] < row["p50_days"] < row["p75_days"] < row["p95_days"] <= 9
    assert not isinstance(lag.curve, NotEnoughData)
    assert lag.curve.at([14])[0] == pytest.approx(1)


def test_a_play_with_too_few_answers_takes_the_curve_of_a_coarser_one(tmp_path: Path) -> None:
    usual = tables_of(*(mails(f"r{number}", 30, 20, age_days=100) for number in range(8)))
    for row in usual["effort"]:
        row["purpose"] = "rare" if row["rep_id"] == "r0" else "usual"
    workspace = workspace_of(tmp_path, usual)
    with looking(workspace, TODAY) as reader:
        lags = play_lags(reader, OWNER)
    assert lags["email / usual"].taken_from == "email / usual"
    assert lags["email / rare"].taken_from == "email"
    assert not isinstance(lags["email / rare"].curve, NotEnoughData)


def test_deals_are_counted_once(tmp_path: Path) -> None:
    def offer(number: int, deal: str, day: float) -> tuple[str, Row]:
        at = (MONDAY + day * DAY).isoformat()
        row = {"effort_id": f"o{number}", "rep_id": "ann", "deal_id": deal, "account_id": deal, "occurred_at": at}
        return "effort", {**row, "kind": "proposal", "about": f"offer:{deal}"}

    def back(deal: str, day: float, kind: str = "returned_offer", evidence: str = "captured") -> tuple[str, Row]:
        row = {"action_id": f"back {deal} {day}", "deal_id": deal, "account_id": deal, "kind": kind}
        return "buyer_action", {
            **row, "occurred_at": (MONDAY + day * DAY).isoformat(), "evidence": evidence, "about": f"offer:{deal}"
        }  # fmt: skip

    tables = tables_of(
        [offer(1, "twice", 0), offer(2, "twice", 5), back("twice", 8)],  # eight days after the first offer
        [offer(3, "late", 0), back("late", 40)],  # after the waiting time: late, and yet returned
        [offer(4, "no", 0), back("no", 3, "declined")],
        [offer(5, "typed in", 0), back("typed in", 3, evidence="claimed")],
        [offer(6, "silent", 0)],
    )
    with looking(workspace_of(tmp_path, tables), TODAY) as reader:
        (row,) = show(reader, OWNER, "deals").to_pylist()
    assert (row["play"], row["deals"], row["moved_forward"], row["share"]) == ("offer", 5, 2, 0.4)
    assert (row["p25_days"], row["p50_days"], row["p75_days"]) == (16.0, 24.0, 32.0)


def test_a_reader_of_nothing_answers_everything_with_nothing(tmp_path: Path) -> None:
    with looking(workspace_of(tmp_path, {"account": [{"account_id": "a"}]})) as reader:
        for what in ("efforts", "actions", "links", "outcomes", "deals", "lags", "bases", "reactive", "doubtful"):
            assert empty(reader, what)


def empty(reader: Reader, what: str) -> bool:
    return not show(reader, OWNER, what).to_pylist()
