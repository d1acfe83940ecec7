"""Targets, territories and lost potential of small companies of which all is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from answerback.analysis.potential.books import Period, read_deals, read_expenses, read_targets
from answerback.analysis.potential.finding import findings
from answerback.analysis.potential.lost import Books, Potential, potential
from answerback.analysis.potential.quota import Quota, quota_realism
from answerback.analysis.potential.seats import SeatAnswer, seats, what_settles
from answerback.analysis.potential.weeks import read_weeks
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.findings import FindingKind, Measure
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.compare import Compared
from answerback.stats.seat import Whose
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.territory import HANDOVER, HEIR, LEAVER, PLAYBOOK, REPS, START, WEEKS, Company

END = START + timedelta(weeks=WEEKS)


def bad_territory(rep: str, _week: int) -> float:
    return 0.08 if rep in {LEAVER, HEIR} else 0.3


def fall_of_all(_rep: str, week: int) -> float:
    return 0.3 if week < 24 else 0.15


@contextmanager
def company(folder: Path, told: Company, playbook: str = PLAYBOOK) -> Iterator[Reader]:
    with looking(workspace_of(folder, told.rows(), playbook), END) as reader:
        yield reader


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A territory in which whoever holds it fails, and targets ten times what can be won."""
    told = Company(rate=bad_territory, target=20_000_000)
    return workspace_of(tmp_path_factory.mktemp("territory"), told.rows(), PLAYBOOK)


@pytest.fixture(scope="module")
def falling(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Everybody's touches move half as many from week 24 on; deals and targets are as before, and the number is hit."""
    told = Company(rate=fall_of_all, target=200_000, assigned=False)
    return workspace_of(tmp_path_factory.mktemp("falling"), told.rows(), PLAYBOOK)


def test_the_weeks_hold_what_was_told(territory: Workspace) -> None:
    rows = Company(rate=bad_territory).rows()
    answered = {row["refers_to"].removeprefix("message:") for row in rows["buyer_action"]}
    with looking(territory, END) as reader:
        weeks, keys = read_weeks(reader, OWNER), rep_keys(reader)
        made, moved = weeks.by_rep(weeks.efforts), weeks.by_rep(weeks.success)
        for rep, key in keys.items():
            (place,) = np.flatnonzero(weeks.reps == key)
            own = [row["effort_id"] for row in rows["effort"] if row["rep_id"] == rep]
            assert made[place] == len(own)
            # Of the youngest a part is not counted yet.
            assert 0 <= sum(each in answered for each in own) - moved[place] <= 2
        assert weeks.first_day == START.date()
        assert weeks.last_day == (END - timedelta(days=3)).date()


def test_the_seat_is_named_where_whoever_holds_it_fails(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        (found,) = _seats(reader)
        keys = rep_keys(reader)
        assert [each.rep_key for each in found.holders] == [keys[LEAVER], keys[HEIR]]
        assert found.holders[1].start == HANDOVER.date()
        assert found.accounts == 8
        assert found.whose is Whose.SEAT
        assert found.holders[0].rate < 0.15
        assert found.holders[0].peers > 0.2


def test_a_seat_is_shown_to_who_may_see_all_of_its_holders(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        weeks, until = read_weeks(reader, OWNER), END.date()
        both = seats(reader, weeks, scope_of(reader, LEAVER, HEIR), until=until)
        assert not isinstance(both, CannotTell)
        assert len(both) == 1
        assert seats(reader, weeks, scope_of(reader, HEIR), until=until) == ()


def test_a_usual_territory_is_no_seat_also_where_nobody_assigned_it(tmp_path: Path) -> None:
    with company(tmp_path, Company(assigned=False)) as reader:
        (found,) = _seats(reader)
        assert [each.rep_key for each in found.holders] == [rep_keys(reader)[name] for name in (LEAVER, HEIR)]
        assert found.whose is Whose.CANNOT_TELL
        assert what_settles(found).reason in {Refused.NOTHING_STANDS_OUT, Refused.TOO_FEW_EFFORTS_NOW}


def test_who_fails_alone_is_no_seat(tmp_path: Path) -> None:
    told = Company(rate=lambda rep, _week: 0.05 if rep == LEAVER else 0.3)
    with company(tmp_path, told) as reader:
        (found,) = _seats(reader)
        assert found.whose is not Whose.SEAT


def _seats(reader: Reader) -> tuple[SeatAnswer, ...]:
    found = seats(reader, read_weeks(reader, OWNER), OWNER, until=END.date())
    assert not isinstance(found, CannotTell)
    return found


def _quota(reader: Reader, **changes: object) -> Quota | CannotTell:
    books = replace(Books.of(reader, OWNER), **changes)  # type: ignore[arg-type]
    return quota_realism(books.weeks, books.deals, books.targets, OWNER, until=END.date(), currency="EUR")


def test_targets_out_of_reach_and_in_reach(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        found = _quota(reader)
        assert isinstance(found, Quota)
        assert found.out_of_reach is True
        assert (found.period.label, found.held, found.likely_at_good_rate) == ("2026Q3", 9, 0)
        assert found.before is not None
        assert found.before.label == "2026Q2"
        targets = read_targets(reader)
        easy = _quota(reader, targets=tuple(replace(each, value=50_000) for each in targets))
        assert isinstance(easy, Quota)
        assert easy.out_of_reach is False
        assert easy.missed is None or easy.missed.missing > 0.0


def test_what_was_missed_is_what_the_parts_add_up_to(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        found = _quota(reader)
        assert isinstance(found, Quota)
        assert found.missed is not None
        assert found.missed.parts[:, 0].sum() == pytest.approx(found.missed.missing)
        missing = sum((each.target_before or 0) - (each.reached_before or 0) for each in found.reps)
        assert found.missed.missing == pytest.approx(missing)
        amounts = dict(zip(found.missed.names, found.missed.parts[:, 0].tolist(), strict=True))
        assert amounts["target"] > 0.8 * found.missed.missing


def test_targets_say_why_they_cannot_be_judged(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        books = Books.of(reader, OWNER)
        none = _quota(reader, targets=())
        assert isinstance(none, CannotTell)
        assert none.reason is Refused.NO_RECORDS
        few = _quota(reader, targets=books.targets[:4])
        assert isinstance(few, CannotTell)
        assert few.reason is Refused.TOO_FEW_REPS
        nothing_won = replace(books.deals, won=np.zeros_like(books.deals.won))
        without = _quota(reader, deals=nothing_won)
        assert isinstance(without, CannotTell)
        assert without.reason is Refused.TOO_FEW_DEALS


def test_targets_of_moved_touches_need_no_deal(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        targets = tuple(replace(each, metric="on_base", value=30) for each in read_targets(reader))
        found = _quota(reader, targets=targets)
        assert isinstance(found, Quota)
        assert found.metric == "on_base"
        chances = {each.rep_key: each.chance for each in found.reps}
        keys = rep_keys(reader)
        assert chances[keys[HEIR]] < 0.1
        assert min(chances[keys[rep]] for rep in REPS) > 0.5


def test_amounts_without_a_rate_are_not_added(tmp_path: Path) -> None:
    with company(tmp_path, Company(currency="USD")) as reader:
        found = _quota(reader)
        assert isinstance(found, CannotTell)
        assert (found.reason, found.names) == (Refused.NO_EXCHANGE_RATE, ("USD",))
        lost = potential(reader, OWNER, Books.of(reader, OWNER), until=END.date())
        assert isinstance(lost, Potential)
        assert lost.figure(Measure.DEAL_VALUE).compared == CannotTell(
            Refused.NO_EXCHANGE_RATE, have=0.0, need=1.0, names=("USD",)
        )
        assert lost.worth is None
        assert isinstance(lost.hit, CannotTell)


def test_rates_and_targets_of_the_playbook_are_used(tmp_path: Path) -> None:
    playbook = (
        PLAYBOOK
        + """
[[rate]]
currency = "USD"
on = 2026-01-01
rate = 0.5
[[target]]
metric = "won_amount"
period = "2026Q3"
value = 77
rep = "ann@us.example"
"""
    )
    with company(tmp_path, Company(currency="USD"), playbook) as reader:
        deals = read_deals(reader)
        assert deals.no_rate == ()
        stated = {row["deal_key"]: row["amount_minor"] for row in reader.query("select * from deal").to_pylist()}
        assert deals.worth.sum() == pytest.approx(sum(stated.values()) / 2, abs=len(stated))
        own = {(each.rep_key, each.period.label): each.value for each in read_targets(reader)}
        assert own[rep_keys(reader)["ann"], "2026Q3"] == 77
        assert own[rep_keys(reader)["ann"], "2026Q2"] == 1_300_000


def test_potential_is_lost_though_the_number_is_hit(falling: Workspace) -> None:
    with looking(falling, END) as reader:
        books = Books.of(reader, OWNER)
        now = Period("now", (START + timedelta(weeks=24)).date(), END.date())
        found = potential(reader, OWNER, books, until=END.date(), now=now)
        assert isinstance(found, Potential)
        moved = found.figure(Measure.ON_BASE)
        assert isinstance(moved.compared, Compared)
        assert moved.claimed
        assert moved.compared.low < -0.5 < moved.compared.high
        assert moved.lost is not None
        # Nine reps, twelve touches, twelve weeks, fifteen points less.
        assert moved.lost.low < 9 * 12 * 12 * 0.15 < moved.lost.high
        others = (Measure.WIN_RATE, Measure.DEAL_VALUE, Measure.EFFORTS_PER_WIN, Measure.EXPENSE_PER_WIN)
        assert not any(found.figure(each).claimed for each in others)
        assert found.figure(Measure.MARGIN).compared == CannotTell(Refused.NO_RECORDS, names=("margin_minor",))
        assert found.worth is not None
        assert 0.0 < found.worth.low < found.worth.value < found.worth.high


def test_the_last_quarter_with_targets_is_looked_at_by_itself(falling: Workspace) -> None:
    at = datetime(2026, 7, 6, tzinfo=UTC)
    with looking(falling, at) as reader:
        books = Books.of(reader, OWNER)
        assert books.until(reader) <= date(2026, 7, 7)
        found = potential(reader, OWNER, books, until=books.until(reader))
        assert isinstance(found, Potential)
        assert found.now.label == "2026Q2"
        assert found.hit is True
        assert found.wanted == 10 * 200_000
        assert not any(each.claimed for each in found.figures)


def test_a_short_past_is_no_past(falling: Workspace) -> None:
    with looking(falling, END) as reader:
        now = Period("early", date(2026, 2, 2), date(2026, 3, 30))
        found = potential(reader, OWNER, Books.of(reader, OWNER), until=END.date(), now=now)
        assert isinstance(found, CannotTell)
        assert found.reason is Refused.TOO_SOON


def test_expenses_of_whole_months_are_added(falling: Workspace) -> None:
    with looking(falling, END) as reader:
        assert read_expenses(reader, date(2026, 4, 1), date(2026, 7, 1)) == 10 * 3 * 50_000
        assert read_expenses(reader, date(2026, 4, 20), date(2026, 6, 10)) == 10 * 1 * 50_000
        assert isinstance(read_expenses(reader, date(2020, 1, 1), date(2020, 2, 1)), CannotTell)


def test_findings_are_a_leaders_first_and_of_everybody_only(territory: Workspace) -> None:
    with looking(territory, END) as reader:
        found = findings(reader, OWNER)
        kinds = {each.kind for each in found}
        assert {FindingKind.SEAT, FindingKind.QUOTA} <= kinds
        assert {each.first_for for each in found} == {"leader"}
        assert len({each.finding_id for each in found}) == len(found)
        assert findings(reader, scope_of(reader, "ann")) == ()
        again = findings(reader, OWNER)
        assert [each.finding_id for each in again] == [each.finding_id for each in found]
