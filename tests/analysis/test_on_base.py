"""On-base figures held against counting by nested loops, and their identities."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from answerback.analysis.listing import show
from answerback.analysis.on_base import Cell, on_base
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.answers import NotEnoughData, Rate
from answerback.domain.errors import UsageError
from tests.analysis import oracle
from tests.analysis.asking import OWNER, looking, workspace_of
from tests.analysis.team import END, START, Row, Team, make_team, parsed, write_tables

GROUPINGS = (
    (),
    ("rep",),
    ("team",),
    ("play",),
    ("step",),
    ("segment",),
    ("region",),
    ("industry",),
    ("size_band",),
    ("tenure_band",),
    ("source",),
    ("kind",),
    ("purpose",),
    ("account",),
    ("origin",),
    ("evidence",),
    ("reactive",),
    ("week",),
    ("month",),
    ("quarter",),
    ("year",),
    ("fiscal_quarter",),
    ("fiscal_year",),
    ("lead_source",),
    ("tool",),
    ("campaign",),
    ("rep", "play"),
    ("rep", "week", "kind"),
    ("team", "lead_source", "fiscal_quarter"),
)


def rows_of(reader: Reader, what: str) -> list[Row]:
    found: list[Row] = show(reader, OWNER, what).to_pylist()
    return found


def told(team: Team, reader: Reader) -> list[Row]:
    return oracle.outcomes(team, rows_of(reader, "links"), reader.as_of)


def as_counts(cell: Cell) -> Counter[str]:
    return Counter(
        efforts=cell.efforts,
        on_base=cell.on_base,
        answered=cell.answered,
        unanswered=cell.unanswered,
        open=cell.still_open,
        unseen=cell.unseen,
        proved=cell.proved,
    )


@pytest.mark.parametrize("by", GROUPINGS, ids=",".join)
def test_every_cell_counts_what_nested_loops_count(team: Team, reader: Reader, by: tuple[str, ...]) -> None:
    wanted = oracle.cells(team, told(team, reader), by)
    found = {tuple(cell.keys[name] for name in by): as_counts(cell) for cell in on_base(reader, OWNER, by=by).cells}
    assert found == wanted
    assert len(wanted) > 1 or by in ((), ("reactive",))


def test_the_states_of_outcomes_are_those_of_nested_loops(team: Team, reader: Reader) -> None:
    wanted = {row["effort_id"]: row["state"] for row in told(team, reader)}
    assert {row["effort_id"]: row["state"] for row in rows_of(reader, "outcomes")} == wanted
    assert set(wanted.values()) == set(oracle.STATES)


@pytest.mark.parametrize("by", GROUPINGS, ids=",".join)
def test_identities(reader: Reader, by: tuple[str, ...]) -> None:
    whole = on_base(reader, OWNER, by=tuple(name for name in by if name in ("origin", "evidence"))).cells
    answer = on_base(reader, OWNER, by=by)
    for cell in answer.cells:
        parts = cell.on_base + cell.answered + cell.unanswered + cell.still_open + cell.unseen
        assert parts == cell.efforts > 0
        assert 0 <= cell.proved <= cell.on_base
        assert 0 <= cell.matured <= cell.efforts - cell.unseen
        assert cell.efforts_per_week > 0
        if isinstance(cell.rate, Rate):
            assert cell.efforts > cell.unseen
            assert isinstance(cell.proved_rate, NotEnoughData) or cell.proved_rate.raw <= cell.rate.raw  # type: ignore[operator]
    for name in ("efforts", "on_base", "answered", "unanswered", "still_open", "unseen", "proved"):
        assert sum(getattr(cell, name) for cell in answer.cells) == sum(getattr(cell, name) for cell in whole)
    assert sum(cell.matured for cell in answer.cells) == pytest.approx(sum(cell.matured for cell in whole))


def test_a_restriction_on_a_grouped_dimension_leaves_peers_as_they_are(reader: Reader) -> None:
    free = on_base(reader, OWNER, by=("rep", "kind"))
    picked = on_base(reader, OWNER, by=("rep", "kind"), where={"rep": "ann"})
    assert picked.cells == tuple(cell for cell in free.cells if cell.keys["rep"] == "ann")
    assert any(isinstance(cell.rate, Rate) and cell.rate.prior_weight > 0 for cell in picked.cells)


def test_a_restriction_on_another_dimension_says_which_touches_are_counted(team: Team, reader: Reader) -> None:
    wanted = [row for row in told(team, reader) if oracle.value_of(team, row, "team") == "south"]
    found = on_base(reader, OWNER, by=("kind",), where={"team": "south"})
    counts = {(cell.keys["kind"],): as_counts(cell) for cell in found.cells}
    assert counts == oracle.cells(team, wanted, ("kind",))


def test_an_empty_value_means_none_known(team: Team, reader: Reader) -> None:
    (cell,) = on_base(reader, OWNER, by=(), where={"segment": ""}).cells
    assert as_counts(cell) == oracle.cells(team, told(team, reader), ("segment",))[None,]
    (same,) = on_base(reader, OWNER, by=("segment",), where={"segment": ""}).cells
    assert as_counts(same) == as_counts(cell)


def test_sequences_and_typed_in_touches_stand_apart(team: Team, reader: Reader) -> None:
    rows, answer = told(team, reader), on_base(reader, OWNER, by=())
    assert answer.sequence_efforts == sum(row["origin"] == "sequence" for row in rows) > 0
    assert answer.claimed_efforts == sum(row["evidence"] == "claimed" for row in rows) > 0
    assert answer.efforts_loaded == reader.snapshot.relations["outcome"].rows >= len(rows)
    by_origin = {cell.keys["origin"]: cell.efforts for cell in on_base(reader, OWNER, by=("origin",)).cells}
    assert by_origin["sequence"] == sum(row["origin"] == "sequence" and row["evidence"] == "captured" for row in rows)


def test_what_could_not_be_seen_is_in_no_rate(reader: Reader) -> None:
    cells = {cell.keys["rep"]: cell for cell in on_base(reader, OWNER, by=("rep",), where={"kind": "call"}).cells}
    assert cells["ben"].unseen == cells["ben"].efforts > 0
    assert isinstance(cells["ben"].rate, NotEnoughData)
    assert cells["ben"].matured == 0
    assert 0 < cells["ann"].unseen < cells["ann"].efforts
    assert cells["ann"].matured <= cells["ann"].efforts - cells["ann"].unseen


def test_a_cell_without_enough_points_at_the_nearest_coarser_play(reader: Reader) -> None:
    answer = on_base(reader, OWNER, by=("rep", "play"))
    coarse = {(cell.keys["rep"], cell.keys["kind"]): cell for cell in on_base(reader, OWNER, by=("rep", "kind")).cells}
    rolled = [cell for cell in answer.cells if cell.rolled_up is not None]
    assert rolled
    for cell in rolled:
        assert isinstance(cell.rate, NotEnoughData)
        assert cell.rolled_up is not None
        name, play = cell.rolled_up_to, str(cell.keys["play"])
        assert name != play
        assert name in (play.partition(" @ ")[0], "email", "call", "proposal")
        if name == "email" and play.startswith("email"):
            exposure = coarse[cell.keys["rep"], "email"].matured
            assert cell.rolled_up.exposure <= exposure + 1e-9
    assert all(cell.rolled_up is None for cell in answer.cells if isinstance(cell.rate, Rate))


def test_rolling_up_can_be_worked_out_by_hand(tmp_path: Path) -> None:
    """Forty mails in each of two steps leave the interval too wide; eighty together do not."""
    tables = _mails(count=80, steps=True)
    workspace = workspace_of(tmp_path, tables)
    with looking(workspace) as reader:
        answer = on_base(reader, OWNER, by=("rep", "play"))
    assert {cell.keys["play"] for cell in answer.cells} == {"email / x @ opening", "email / x @ closing"}
    for cell in answer.cells:
        assert isinstance(cell.rate, NotEnoughData)
        assert cell.rolled_up_to == "email / x"
        assert cell.rolled_up is not None
        assert (cell.rolled_up.exposure, cell.rolled_up.successes) == (80, 40)


def _mails(*, count: int, steps: bool) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {"effort": [], "buyer_action": [], "deal": [], "deal_change": []}
    for number in range(count):
        deal = f"d{number}"
        at = START + timedelta(days=number)
        tables["deal"].append({"deal_id": deal, "account_id": f"a{number}"})
        stage = ("New", "Priced")[number % 2] if steps else "New"
        tables["deal_change"].append(
            {"deal_change_id": deal, "deal_id": deal, "occurred_at": START.isoformat(), "field": "stage", "new": stage}
        )
        mail = {"effort_id": f"e{number}", "rep_id": "ann", "deal_id": deal, "occurred_at": at.isoformat()}
        tables["effort"].append({**mail, "kind": "email", "purpose": "x", "reference": f"message:{number}"})
        if number % 4 < 2:
            act = {"action_id": f"b{number}", "occurred_at": (at + timedelta(days=2)).isoformat(), "kind": "replied"}
            tables["buyer_action"].append({**act, "deal_id": deal, "refers_to": f"message:{number}"})
    return tables


def test_seen_from_before_the_answer_a_touch_is_open_and_after_it_on_base(built: Workspace, team: Team) -> None:
    links = {row["effort_id"]: row for row in built.show("links").to_arrow().to_pylist()}
    acts = {row["action_id"]: parsed(row["occurred_at"]) for row in team.rows("buyer_action")}
    outcomes = built.show("outcomes", as_of=END).to_arrow().to_pylist()
    chosen = next(row for row in outcomes if row["state"] == "on_base" and row["effort_id"] in links)
    answered = acts[chosen["action_id"]]
    for as_of, state in ((answered - timedelta(seconds=1), "open"), (answered, "on_base")):
        rows = built.show("outcomes", as_of=as_of).to_arrow().to_pylist()
        assert next(row for row in rows if row["effort_id"] == chosen["effort_id"])["state"] == state


@pytest.mark.parametrize("days", [0, 30, 200, 400])
def test_any_as_of_counts_what_nested_loops_count(built: Workspace, team: Team, days: int) -> None:
    as_of = START + timedelta(days=days)
    with looking(built, as_of) as reader:
        wanted = oracle.cells(team, told(team, reader), ("rep", "kind"))
        found = on_base(reader, OWNER, by=("rep", "kind")).cells
    assert {(cell.keys["rep"], cell.keys["kind"]): as_counts(cell) for cell in found} == wanted


def test_an_unknown_dimension_names_the_known_ones(reader: Reader) -> None:
    with pytest.raises(UsageError) as refused:
        on_base(reader, OWNER, by=("colour",))
    assert "lead_source" in str(refused.value)
    assert "fiscal_quarter" in str(refused.value)
    with pytest.raises(UsageError, match="twice"):
        on_base(reader, OWNER, by=("rep", "rep"))


@pytest.mark.parametrize(
    "value", ["'", "''; drop table outcome; --", "\0", "a\0'b", "\udce9", "%", "\\", "x' or '1'='1"]
)
@pytest.mark.parametrize("name", ["rep", "play", "lead_source", "week"])
def test_a_value_is_a_value_whatever_it_holds(reader: Reader, name: str, value: str) -> None:
    for by in ((), (name,)):
        assert on_base(reader, OWNER, by=by, where={name: value}).cells == ()
    assert on_base(reader, OWNER, by=()).cells


def test_two_people_whom_two_systems_call_the_same_stay_two(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, _mails(count=4, steps=False))
    other = {"effort": [{"effort_id": "e0", "rep_id": "ann", "occurred_at": START.isoformat(), "kind": "email"}]}
    workspace.load(write_tables(tmp_path / "other", other), source="hub")
    workspace.build()
    with looking(workspace) as reader:
        cells = on_base(reader, OWNER, by=("rep",)).cells
    assert [(cell.keys["rep"], cell.efforts) for cell in cells] in ([("ann", 1), ("ann", 4)], [("ann", 4), ("ann", 1)])


def test_a_person_is_found_by_every_id_of_theirs(tmp_path: Path) -> None:
    tables = _mails(count=4, steps=False)
    tables["rep"] = [{"rep_id": "ann", "email": "ann@seller.example"}]
    workspace = workspace_of(tmp_path, tables)
    other = {"rep": [{"rep_id": "zz", "email": "Ann@Seller.example"}]}
    workspace.load(write_tables(tmp_path / "other", other), source="hub")
    workspace.build()
    with looking(workspace) as reader:
        by_one, by_other = (on_base(reader, OWNER, by=("rep",), where={"rep": each}).cells for each in ("ann", "zz"))
        (whole,) = on_base(reader, OWNER, by=(), where={"rep": "zz"}).cells
    assert by_one == by_other
    assert [cell.efforts for cell in by_one] == [4] == [whole.efforts]


def test_acts_shuffled_among_accounts_keep_their_proof_and_lose_what_is_plausible(tmp_path: Path) -> None:
    """The negative control: chance may link by contact, deal and account, never by what an act itself names."""
    honest, shuffled = make_team(3, 700), make_team(3, 700)
    rng = random.Random(1)
    acts = [*shuffled.crm["buyer_action"], *shuffled.dialler["buyer_action"]]
    places = [(row["account_id"], row.get("contact_id", "")) for row in acts]
    rng.shuffle(places)
    for row, (account, contact) in zip(acts, places, strict=True):
        row["account_id"], row["contact_id"] = account, contact
    proof, plausible = [], []
    for name, each in (("honest", honest), ("shuffled", shuffled)):
        workspace = workspace_of(tmp_path / name, {**each.crm, **_both(each)})
        bases = Counter(row["basis"] for row in workspace.show("links").to_arrow().to_pylist())
        proof.append(bases["reference"])
        found = workspace.on_base(by=()).cells[0]
        assert found.proved <= found.on_base
        plausible.append(found.on_base - found.proved)
    assert proof[0] == proof[1] > 100
    assert plausible[1] < plausible[0]


def _both(team: Team) -> dict[str, list[Row]]:
    """The tables that both sources have, as one source's."""
    return {name: team.crm.get(name, []) + team.dialler.get(name, []) for name in team.dialler}


def test_what_an_account_states_of_segment_and_region_goes_before_its_reps(tmp_path: Path) -> None:
    tables = _mails(count=6, steps=False)
    tables["rep"] = [{"rep_id": "ann", "segment": "small", "region": "north"}]
    tables["account"] = [
        {"account_id": "a0", "segment": "large"},
        {"account_id": "a1", "region": "south", "industry": "rail", "size_band": "xl"},
    ]
    workspace = workspace_of(tmp_path, tables)
    with looking(workspace) as reader:
        told = {
            name: {cell.keys[name]: cell.efforts for cell in on_base(reader, OWNER, by=(name,)).cells}
            for name in ("segment", "region", "industry", "size_band")
        }
        (large,) = on_base(reader, OWNER, by=("rep",), where={"segment": "large"}).cells
    assert told["segment"] == {"large": 1, "small": 5}
    assert told["region"] == {"south": 1, "north": 5}
    assert told["industry"] == {"rail": 1, None: 5}
    assert told["size_band"] == {"xl": 1, None: 5}
    assert large.efforts == 1


def test_until_when_answers_were_recorded_is_the_end_of_what_was_loaded_not_of_a_waiting_time(tmp_path: Path) -> None:
    until = START + timedelta(days=300)
    tables = _mails(count=4, steps=False)
    tables["coverage"] = [{"coverage_id": "c", "channel": "email", "from": START.isoformat(), "to": until.isoformat()}]
    workspace = workspace_of(tmp_path, tables)
    for as_of, told in ((until + timedelta(days=1), until), (until, None)):
        with looking(workspace, as_of) as reader:
            assert on_base(reader, OWNER, by=()).recorded_until == told
