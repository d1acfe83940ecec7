"""What each command does and says, the exit codes of loading, and decisions followed by the next build."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from answerback.domain.playbook_file import read_playbook
from tests.cli.terminal import Terminal, answerback

EFFORTS = """effort_id,rep_id,account_id,occurred_at,kind,reference
e1,ann,acme,2026-03-01T09:00:00Z,email,message:1@x
e2,ann,acme2,2026-03-02T09:00:00Z,email,message:2@x
"""
ACTS = """action_id,account_id,occurred_at,kind,refers_to
b1,acme,2026-03-02T10:00:00Z,replied,message:1@x
b2,acme,2026-03-04T10:00:00Z,replied,
"""
ACCOUNTS = """account_id,name,domain
acme,Acme,acme.example
acme2,Acme Two,acme.example
"""


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return written(tmp_path / "crm", effort=EFFORTS, buyer_action=ACTS, account=ACCOUNTS)


def written(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_init_writes_what_was_said_and_never_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "home")
    first = terminal(
        "init", "--own-domain", "acme.example", "--own-domain", "acme.test", "--time-zone", "Europe/Berlin"
    )
    assert first.code == 0
    assert "is ready" in first.text
    playbook = terminal.home / "playbook.toml"
    settings = read_playbook(playbook)
    assert settings.organisation.own_domains == ("acme.example", "acme.test")
    assert settings.organisation.time_zone == "Europe/Berlin"
    assert settings.privacy.outside == "known"
    playbook.write_text(playbook.read_text(encoding="utf-8") + "\n# mine\n", encoding="utf-8")
    before = playbook.read_bytes()
    again = terminal("init", "--no-ask", "--time-zone", "UTC")
    assert (again.code, playbook.read_bytes()) == (0, before)
    assert "is there already and stays as it is" in again.text


def test_load_counts_and_loading_again_changes_nothing(fresh: Terminal, tables: Path) -> None:
    first = fresh("load", tables)
    assert "Read 6 items" in first.text
    assert "6 kept as records: 2 account, 2 buyer_action" in first.text
    assert "0 rejected" in first.text
    assert "had been loaded already" in fresh("load", tables).text
    (row,) = fresh.rows("load", tables)
    assert (row["new"], row["read"], row["kept"], row["rejects"], row["non_events"]) == (False, 6, 6, 0, 0)
    assert row["read"] == row["kept"] + row["non_events"] + row["rejects"]
    lines = list(csv.reader(io.StringIO(fresh("load", tables, "--format", "csv").text)))
    assert len(lines) == 2
    assert len(fresh.rows("sources")) > 5


def test_what_was_rejected_is_said_and_strict_makes_it_an_exit_code(fresh: Terminal, tmp_path: Path) -> None:
    folder = written(tmp_path / "bad", effort=EFFORTS + "e3,ann,acme,never,email,\ne4,ann,acme,2026-03-01,telepathy,\n")
    usual = fresh("load", folder)
    assert (usual.code, "2 rejected; to see them: answerback show rejects" in usual.text) == (Exit.OK, True)
    strict = fresh("load", folder, "--strict", "--format", "json")
    assert (strict.code, strict.rows[0]["rejects"]) == (Exit.PARTLY, 2)
    fresh("build")
    rejects = fresh.rows("show", "rejects")
    assert [(row["file"], row["at"], row["field"]) for row in rejects] == [
        ("effort.csv", 3, "occurred_at"),
        ("effort.csv", 4, "kind"),
    ]
    assert not [row for row in rejects if "never" in row.values() or "telepathy" in str(row["reason"])]
    assert fresh("load", written(tmp_path / "good", effort=EFFORTS), "--strict").code == Exit.OK


def test_inspect_guesses_a_mapping_that_loads(fresh: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        "Call ID,Agent,Company,Started At,Channel\n"
        + "".join(f"c{n},ann,acme{n % 3},2026-03-{n + 1:02} 09:00,call\n" for n in range(20)),
        encoding="utf-8",
    )
    guessed = fresh("inspect", file)
    assert guessed.code == 0
    assert "[[record]]" in guessed.text
    rows = fresh.rows("inspect", file)
    assert [row["column"] for row in rows] == ["Call ID", "Agent", "Company", "Started At", "Channel"]
    mapping = tmp_path / "calls.toml"
    wrote = fresh("inspect", file, "--write", mapping)
    assert (wrote.code, mapping.exists()) == (0, True)
    assert fresh("inspect", file, "--write", mapping).code == Exit.USAGE  # never overwrites
    assert fresh("load", file, "--mapping", mapping).code == 0


def test_build_says_what_there_is(fresh: Terminal, tables: Path) -> None:
    fresh("load", tables)
    assert "2 touches, 2 buyer actions" in fresh("build").text
    assert "Nothing has changed since snapshot 000001" in fresh("build").text
    assert "Snapshot 000002" in fresh("build", "--afresh").text
    (row,) = fresh.rows("build")
    assert row == {"snapshot": "000002", "new": False, "efforts": 2, "actions": 2, "links": 2} | {
        "blocks": 1,
        "blocks_made": 0,
    }


def test_merging_two_accounts_ties_an_act_to_the_other_ones_touch(fresh: Terminal, tables: Path) -> None:
    """An act of acme could only mean acme's own touch, until somebody says that acme and acme2 are one."""
    fresh("load", tables)
    fresh("build")
    assert {row["action_id"]: row["effort_id"] for row in fresh.rows("show", "links")} == {"b1": "e1", "b2": "e1"}
    (doubtful,) = fresh.rows("show", "doubtful")
    assert {doubtful["id"], doubtful["other_id"]} == {"acme", "acme2"}
    assert fresh("decide", "merge", "acme", "acme2", "--reason", "same_company").code == 0
    assert {row["effort_id"] for row in fresh.rows("show", "links")} == {"e1"}  # not before the next build
    assert fresh("build").code == 0
    assert {row["action_id"]: row["effort_id"] for row in fresh.rows("show", "links")} == {"b1": "e1", "b2": "e2"}
    assert fresh.rows("show", "doubtful") == []
    assert len({row["account_id"] for row in fresh.rows("show", "efforts")}) == 1
    assert fresh("decide", "separate", "acme", "acme2").code == 0
    fresh("build")
    assert {row["action_id"]: row["effort_id"] for row in fresh.rows("show", "links")} == {"b1": "e1", "b2": "e1"}
    assert fresh.rows("show", "doubtful") == []  # settled


def test_a_refusal_turns_moved_forward_into_answered_and_back(fresh: Terminal, tables: Path) -> None:
    fresh("load", tables)
    fresh("build")

    def state() -> str:
        return {row["effort_id"]: str(row["state"]) for row in fresh.rows("show", "outcomes")}["e2"]

    fresh("decide", "merge", "acme", "acme2")
    fresh("build")
    assert state() == "on_base"
    assert fresh("decide", "refusal", "b2").code == 0
    fresh("build")
    assert state() == "answered"
    assert fresh("decide", "not_refusal", "b2").code == 0
    fresh("build")
    assert state() == "on_base"


def test_of_two_decisions_in_a_row_the_later_stands(fresh: Terminal, tables: Path) -> None:
    fresh("load", tables)
    fresh("decide", "merge", "acme", "acme2")
    for last, state in (("refusal", "answered"), ("not_refusal", "on_base"), ("refusal", "answered")):
        for kind in ("not_refusal", "refusal", last):
            assert fresh("decide", kind, "b2").code == 0
        fresh("build")
        assert {row["effort_id"]: row["state"] for row in fresh.rows("show", "outcomes")}["e2"] == state


def test_a_contested_touch_is_left_out_until_it_is_settled(fresh: Terminal, tables: Path) -> None:
    fresh("load", tables)
    fresh("build")

    def touches() -> int:
        return sum(int(str(row["efforts"])) for row in fresh.rows("show", "on-base", "--by", "rep"))

    assert touches() == 2
    assert fresh("decide", "contest", "e1", "--reason", "not_mine").code == 0
    assert touches() == 2  # not before the next build
    fresh("build")
    assert touches() == 1
    for what in ("on-base", "outcomes", "efforts"):
        assert "Contested, and left out until that is settled: 1." in fresh("show", what).text
    (row,) = fresh.rows("show", "contests")
    assert (row["event_id"], row["event_type"], row["state"]) == ("e1", "effort", "contested")
    assert "It is contested" in fresh("explain", "effort", "e1").text
    assert fresh("decide", "upheld", "e1").code == 0
    fresh("build")
    assert touches() == 2
    assert "Contested" not in fresh("show", "on-base").text
    assert "An answer to it is contested" not in fresh("explain", "effort", "e1").text
    assert fresh("decide", "contest", "b1").code == 0
    fresh("build")
    assert "It is contested" in fresh("explain", "link", "b1").text
    assert "An answer to it is contested" in fresh("explain", "effort", "e1").text
    assert fresh("decide", "void", "b1").code == 0
    assert fresh("decide", "void", "e1").code == 0
    fresh("build")
    assert touches() == 1
    assert fresh("explain", "effort", "e1").code == Exit.NOT_FOUND
    assert {row["state"] for row in fresh.rows("show", "contests")} == {"void"}


@pytest.mark.parametrize("kind", ["contest", "upheld", "void"])
def test_only_an_event_can_be_contested(fresh: Terminal, tables: Path, kind: str) -> None:
    fresh("load", tables)
    for strange in ("acme", "nobody"):
        refused = fresh("decide", kind, strange)
        assert (refused.code, "no effort or buyer action" in refused.err) == (Exit.NOT_FOUND, True)
    two = fresh("decide", kind, "e1", "e2")
    assert (two.code, f"{kind} takes one id" in two.err) == (Exit.USAGE, True)


def test_whose_id_is_meant_is_found_out_or_asked(fresh: Terminal, tables: Path, tmp_path: Path) -> None:
    fresh("load", tables)
    other = written(tmp_path / "hub", account="account_id,name\nacme,Another\nzeta,Zeta\n")
    fresh("load", other, "--source", "hub")
    asked = fresh("decide", "merge", "acme", "acme2")
    assert asked.code == 0  # only one system has both
    both = fresh("decide", "merge", "acme", "zeta")
    assert both.code == 0
    unclear = written(tmp_path / "third", account="account_id,name\nacme,A\nzeta,Z\n")
    fresh("load", unclear, "--source", "third")
    refused = fresh("decide", "merge", "acme", "zeta")
    assert (refused.code, "name one of hub, third" in refused.err) == (Exit.USAGE, True)
    assert fresh("decide", "merge", "acme", "zeta", "--source", "hub").code == 0
    apart = fresh("decide", "merge", "acme2", "zeta")
    assert (apart.code, "ids of different systems" in apart.err) == (Exit.USAGE, True)


def test_explain_opens_a_figure_and_a_link(team: Terminal) -> None:
    figure = team("explain", "on-base", "rep=ann", "kind=email").text
    for part in ("What it is", "What it counts", "The query", "select", "The touches"):
        assert part in figure
    (document,) = team("explain", "on-base", "rep=ann", "--format", "json").rows
    assert list(document) == ["definition", "sql", "figures", "efforts"]
    assert document["figures"][0]["efforts"] == len(document["efforts"])
    (link,) = team("explain", "link", "b2", "--format", "json").rows
    assert (link["link"]["effort_id"], link["link"]["grade"]) == ("e2", "E1")
    assert link["candidates"][0]["verdict"].startswith("this one")
    assert "The touch: email" in team("explain", "effort", "e2").text


def test_the_figure_of_an_earlier_day(team: Terminal) -> None:
    early = team.rows("show", "on-base", "--by", "rep", "--as-of", "2026-02-01")
    late = team.rows("show", "on-base", "--by", "rep")
    assert 0 < sum(row["efforts"] for row in early) < sum(row["efforts"] for row in late)
    (nothing,) = team.rows("show", "on-base", "--by", "rep", "--as-of", "2020-01-01")
    assert nothing["reason"] == "no_efforts_loaded"


def test_mine_reads_one_mail(tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_bytes(
        b"From: Bea <bea@buyer.example>\r\nTo: ann@seller.example\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n"
        b"Message-ID: <1@buyer.example>\r\nSubject: a question\r\n\r\nHello\r\n"
    )
    ran = answerback("mine", mail, "--owner", "ann@seller.example", "--quiet", "--format", "json")
    assert ran.code == 0, ran.err
    assert "bea@buyer.example" in {row["contact_id"] for row in ran.rows}
