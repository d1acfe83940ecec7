"""Every remark reached once, with the weight it deserves; and nothing to remark where nothing is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from answerback.analysis.doctor import GAP_DAYS, MOST_GROUPS, Remark, Weight, examine
from answerback.api import Workspace, open_workspace
from tests.analysis.asking import OWNER, looking, workspace_of
from tests.analysis.team import PLAYBOOK, Row, write_tables

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def day(number: float) -> str:
    return (MONDAY + timedelta(days=number)).isoformat()


def remarks(workspace: Workspace) -> list[Remark]:
    with looking(workspace) as reader:
        return examine(reader, OWNER)


def said(workspace: Workspace) -> dict[str, Weight]:
    return {f"{each.about}: {each.what}": each.weight for each in remarks(workspace)}


def mail(name: str, at: float, **more: object) -> Row:
    return {"effort_id": name, "rep_id": "ann", "account_id": "acme", "occurred_at": day(at), "kind": "email", **more}


HEALTHY: dict[str, list[Row]] = {
    "rep": [{"rep_id": "ann", "name": "Ann"}],
    "deal": [{"deal_id": "d", "account_id": "acme"}],
    "effort": [mail("e", 0, reference="message:1", deal_id="d")],
    "buyer_action": [
        {"action_id": "b", "account_id": "acme", "occurred_at": day(1), "kind": "replied", "refers_to": "message:1"}
    ],
}


def test_nothing_to_remark(tmp_path: Path) -> None:
    assert remarks(workspace_of(tmp_path, HEALTHY)) == []


def test_no_touches(tmp_path: Path) -> None:
    deals = [{"deal_id": f"d{number}", "account_id": "a" if number else ""} for number in range(3)]
    assert said(workspace_of(tmp_path, {"deal": deals})) == {
        "touches: 3 deals but no touches were loaded: no rate can be told": Weight.MISSING,
        "deals: 1 of 3 deals have no account": Weight.NOTE,
    }


def test_no_acts_no_deals_and_no_play(tmp_path: Path) -> None:
    found = said(workspace_of(tmp_path, {"effort": [mail("e", 0), mail("v", 1, kind="visit", purpose="p")]}))
    assert found == {
        "buyer actions: no act of a buyer was loaded": Weight.MISSING,
        "coverage: answers to 1 of 1 touches could not have been recorded": Weight.MISSING,
        **{f"{each}: no {each} is loaded": Weight.MISSING for each in ("email", "calendar", "call")},
        "deals: no deals are loaded": Weight.MISSING,
        "playbook: 1 touches fit no play": Weight.NOTE,
    }


def test_rejects_are_wrong_and_notes_are_notes(tmp_path: Path) -> None:
    tables = {**HEALTHY, "account": [{"account_id": "acme", "colour": "red"}]}
    tables["effort"] = [*tables["effort"], *(mail(f"x{number}", 1, kind="telepathy") for number in range(3))]
    found = remarks(workspace_of(tmp_path, tables))
    assert [(each.weight, each.about) for each in found] == [
        (Weight.WRONG, "effort.csv"),
        (Weight.NOTE, "account.csv"),
    ]
    assert found[0].what.startswith("3 × ")
    assert found[0].what.endswith(" in kind")
    assert found[1].what.startswith("unknown_column in colour")


def test_very_many_kinds_of_reject_are_cut_and_counted(tmp_path: Path) -> None:
    wide = {f"column_{number}": "x" for number in range(MOST_GROUPS + 5)}
    found = remarks(workspace_of(tmp_path, {**HEALTHY, "account": [{"account_id": "acme", **wide}]}))
    assert len(found) == MOST_GROUPS + 1
    assert found[-1].what == "5 more like these"


def test_nothing_kept_and_strangers(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, HEALTHY, PLAYBOOK + '\n[privacy]\noutside = "known"\n')
    box = tmp_path / "one.eml"
    box.write_bytes(
        b"From: ann@seller.example\r\nTo: someone@elsewhere.example\r\nDate: Mon, 5 Jan 2026 09:00:00 +0000\r\n"
        b"Message-ID: <q@seller.example>\r\n\r\nHello\r\n"
    )
    workspace.load(box, options={"owner": "ann@seller.example"})
    workspace.build()
    found = said(workspace)
    (strangers,) = [what for what in found if "with nobody known" in what]
    assert "1 mails or meetings" in strangers
    assert found[strangers] is Weight.MISSING
    (nothing,) = [what for what in found if "nothing of it became a record" in what]
    assert found[nothing] is Weight.WRONG


def test_clocks(tmp_path: Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    tables: dict[str, list[Row]] = {
        **HEALTHY,
        "effort": [mail("e", 5, reference="message:1"), mail("f", 0, occurred_at=ahead)],
        "attribute": [{"subject_kind": "event", "subject_id": "e", "name": "date_repaired", "value": "yes"}],
    }
    found = said(workspace_of(tmp_path, tables))
    assert found["clocks: 1 events lie after the build"] is Weight.WRONG
    assert found["clocks: 1 answers are dated before what they answer"] is Weight.WRONG
    assert found["clocks: 1 mails had a wrong date, taken from their way instead"] is Weight.NOTE


def test_what_is_not_covered_and_what_it_would_unlock(tmp_path: Path) -> None:
    coverage = [{"rep_id": "ann", "channel": "email", "from": day(0), "to": day(3)}]
    tables = {**HEALTHY, "coverage": coverage, "effort": [*HEALTHY["effort"], mail("late", 10)]}
    found = said(workspace_of(tmp_path, tables))
    assert found["coverage: answers to 1 of 2 touches could not have been recorded"] is Weight.MISSING
    assert {"calendar: no calendar is loaded", "call: no call is loaded"} < set(found)
    assert not [what for what in found if what.startswith("email")]


def test_reps_without_a_touch(tmp_path: Path) -> None:
    reps = [{"rep_id": f"r{number}", "name": "x"} for number in range(7)]
    found = said(workspace_of(tmp_path, {**HEALTHY, "rep": [*HEALTHY["rep"], *reps]}))
    assert found == {"reps: 7 reps without a touch: r0, r1, r2, r3, r4 …": Weight.MISSING}
    one = said(workspace_of(tmp_path / "one", {**HEALTHY, "rep": [*HEALTHY["rep"], reps[0]]}))
    assert one == {"reps: 1 rep without a touch: r0": Weight.MISSING}


def test_duplicates_and_doubtful_identities(tmp_path: Path) -> None:
    tables = {
        **HEALTHY,
        "account": [{"account_id": name, "domain": "acme.example"} for name in ("acme", "acme2")],
    }
    workspace = workspace_of(tmp_path, tables)
    workspace.load(
        write_tables(tmp_path / "box", {"effort": [mail("again", 0, reference="message:1")]}),
        source="box",
        ids_of="crm",
    )
    workspace.build()
    assert said(workspace) == {
        "duplicates: 1 events came from two systems and count once": Weight.NOTE,
        "identity: 1 pairs of records may be one company": Weight.NOTE,
    }


def test_a_silent_mailbox_is_told_where_it_was_loaded(tmp_path: Path) -> None:
    gap = GAP_DAYS + 30
    tables = {**HEALTHY, "effort": [*HEALTHY["effort"], mail("again", gap)]}
    found = said(workspace_of(tmp_path / "loaded", tables))
    assert found == {f"mailbox of ann: silent from {day(1)[:10]} to {day(gap)[:10]}": Weight.NOTE}
    days = [
        {"rep_id": "ann", "channel": "email", "from": day(a), "to": day(b)} for a, b in ((0, 5), (gap - 1, gap + 9))
    ]
    found = said(workspace_of(tmp_path / "not loaded", {**tables, "coverage": days}))
    assert not [what for what in found if "silent" in what]


def test_very_many_silent_stretches_are_cut(tmp_path: Path) -> None:
    mails = [mail(f"m{number}", (number - 30) * (GAP_DAYS + 1)) for number in range(25)]
    found = remarks(workspace_of(tmp_path, {**HEALTHY, "effort": mails}))
    silent = [each for each in found if "silent" in each.what]
    assert len(silent) == 21
    assert silent[-1].what == "4 more silent stretches"


def test_the_weightiest_come_first(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "home", create=True)
    bad = {"effort": [mail("x", 1, kind="telepathy")], "account": [{"account_id": "a", "colour": "red"}]}
    workspace.load(write_tables(tmp_path / "crm", bad), source="crm")
    workspace.build()
    weights = [each.weight for each in remarks(workspace)]
    assert weights == sorted(weights, key=list(Weight).index)
    assert set(weights) == set(Weight)
