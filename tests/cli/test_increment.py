"""`answerback increment` and `holdout`, as they are typed."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal


def test_a_small_team_is_told_why_not(team: Terminal) -> None:
    text = team("increment").text
    assert text.startswith("Of ")
    assert "cannot tell" in text
    (total, *_) = [row for row in team("--format", "json", "increment").rows if row["about"] == "total"]
    assert total["acts"] == total["proof"] + total["plausible"] + total["anyway"] + total["unknown"]


def test_nothing_loaded_is_a_sentence(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    ran = fresh("increment")
    assert (ran.code, ran.text[:12]) == (0, "Cannot tell:")
    assert fresh("holdout", "report").text.startswith("Cannot tell: 0 touches were held back")


def test_lots_are_written_down_and_not_drawn_twice(fresh: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    folder.mkdir()
    (folder / "effort.csv").write_text(
        "effort_id,rep_id,account_id,occurred_at,kind\n"
        + "".join(f"e{n},ann,a{n},2026-03-0{1 + n % 9}T09:00:00Z,email\n" for n in range(40)),
        encoding="utf-8",
    )
    for words in (["load", str(folder)], ["build"]):
        assert fresh(*words).code == 0
    file = tmp_path / "plan.csv"
    lines = "".join(f"ann,a{n},2026-04-02\n" for n in range(40))
    file.write_text(f"rep_id,account_id,intended_at\n{lines},,\n", encoding="utf-8")
    asked = ("--as-of", "2026-04-01", "holdout", "draw", str(file), "--seed", "3")
    out = fresh(*asked, "--write", str(tmp_path / "lots.csv")).text
    assert out.startswith("Of 40 intended touches 3")
    assert "Row 42, rep_id: it is missing." in out
    assert (tmp_path / "lots.csv").read_text(encoding="utf-8").count(",hold,") in (4, 5)
    assert "No lots were drawn" in fresh(*asked).text
    assert fresh("build").code == 0
    assert "No lots were drawn" in fresh(*asked).text
    assert fresh("--as-of", "2026-04-03", "holdout", "report").text.startswith("Cannot tell yet: 2 of the 14 days")
    later = fresh("--as-of", "2026-04-20", "--format", "json", "holdout", "report").rows[0]
    assert (later["companies"], later["reason"]) == (40, "no_holdout")


def test_a_file_without_its_columns_is_refused(fresh: Terminal, tmp_path: Path) -> None:
    assert fresh("build").code == 0
    file = tmp_path / "plan.csv"
    file.write_text("who,when\n", encoding="utf-8")
    ran = fresh("holdout", "draw", str(file))
    assert ran.code == 2
    assert "has no column rep_id" in ran.err
