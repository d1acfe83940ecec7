"""Options of the whole program, wherever they stand; wrong words; help and completion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerback import __version__
from answerback.cli.app import app
from answerback.domain.errors import Exit
from tests.cli.terminal import Ran, Terminal, answerback, started

COMMANDS = (
    "init",
    "inspect",
    "load",
    "sources",
    "build",
    "serve",
    "worker",
    "backup",
    "restore",
    "show",
    "explain",
    "sql",
    "decide",
    "forget",
    "doctor",
    "mine",
    "rehearse",
    "simulate",
    "demo",
    "balls",
    "chain",
    "steps",
    "path",
    "process",
    "stages",
    "trust",
    "risk",
    "findings",
    "changes",
    "diagnose",
    "lift",
    "increment",
    "friction",
    "patterns",
    "lookback",
    "placebo",
    "practice",
    "holdout",
)
JUDGING = (
    ["findings"],
    ["changes"],
    ["diagnose"],
    ["lift"],
    ["increment"],
    ["friction"],
    ["patterns"],
    ["lookback"],
    ["placebo", "--draws", "1"],
    ["holdout", "report"],
    ["practice", "way"],
    ["balls"],
    ["path"],
    ["process"],
    ["stages"],
    ["trust"],
    ["risk"],
    ["steps"],
)
NEEDS_A_WORKSPACE = (
    ["load", "."],
    ["build"],
    ["show", "links"],
    ["show", "on-base"],
    ["explain", "on-base"],
    ["explain", "link", "x"],
    ["explain", "stage", "x"],
    ["explain", "process", "a", "b"],
    ["chain", "x"],
    ["path", "x"],
    ["explain", "ball", "x"],
    ["sql", "select 1"],
    ["decide", "refusal", "x"],
    ["decide", "not_a_ball", "x"],
    ["forget", "x"],
    ["doctor"],
    *JUDGING,
)


def is_an_error(ran: Ran, code: int) -> None:
    """One sentence on standard error, nothing on standard output, no stack trace."""
    assert ran.code == code, ran.err
    assert ran.out == b""
    assert ran.err.startswith(("error[", "Usage: "))
    assert "Traceback" not in ran.err
    assert ran.err.endswith("\n")


def test_every_command_is_tested_here() -> None:
    single = [str(each.callback.__name__) for each in app.registered_commands if each.callback]
    assert sorted([*single, *(str(each.name) for each in app.registered_groups)]) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(command: str, option: str) -> None:
    ran = answerback(command, option)
    assert ran.code == 0
    assert f"answerback {command}" in ran.text
    assert ran.err == ""


def test_help_and_version() -> None:
    assert all(f"\n  {command} " in answerback("--help").text for command in COMMANDS)
    for words in (["--version"], ["show", "--version"]):
        ran = answerback(*words)
        assert (ran.code, ran.text) == (0, f"answerback {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--home", "HOME", "--format", "json", "show", "links"],
        ["show", "--home", "HOME", "--format=json", "links"],
        ["show", "links", "--format", "json", "--home=HOME"],
        ["show", "links", "--quiet", "--format", "json", "--home", "HOME", "--threads", "1", "--memory=1GB"],
    ],
)
def test_options_may_stand_anywhere(team: Terminal, words: list[str]) -> None:
    ran = answerback(*(word.replace("HOME", str(team.home)) for word in words))
    assert ran.rows == team.rows("show", "links") != []


def test_the_environment_names_the_workspace(team: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANSWERBACK_HOME", str(team.home))
    assert answerback("show", "links", "--format", "json").rows == team.rows("show", "links")
    assert (
        answerback("show", "links", "--home", tmp_path / "nothing").code == Exit.NOT_FOUND
    )  # the option stands over it


@pytest.mark.parametrize("words", NEEDS_A_WORKSPACE, ids=" ".join)
def test_without_a_workspace(nowhere: Terminal, words: list[str]) -> None:
    ran = nowhere(*words)
    is_an_error(ran, Exit.NOT_FOUND)
    assert "answerback init" in ran.err
    assert not nowhere.home.exists()


@pytest.mark.parametrize(
    "words", [words for words in NEEDS_A_WORKSPACE if words[0] not in ("load", "build")], ids=" ".join
)
def test_nothing_built_yet(fresh: Terminal, words: list[str]) -> None:
    ran = fresh(*words)
    is_an_error(ran, Exit.NOT_FOUND)


def test_an_empty_workspace_answers_with_nothing(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    assert "Cannot tell: no efforts loaded" in fresh("show", "on-base").text
    (row,) = fresh.rows("show", "on-base")
    assert (row["efforts"], row["rate"], row["reason"]) == (0, None, "no_efforts_loaded")
    for what in (
        "efforts",
        "actions",
        "links",
        "outcomes",
        "deals",
        "lags",
        "coverage",
        "bases",
        "reactive",
        "doubtful",
    ):
        assert fresh.rows("show", what) == []
        assert fresh("show", what).text == f"no {what}\n"
    assert [row["about"] for row in fresh.rows("doctor")] == ["touches", "deals"]
    assert fresh.rows("sql", "select count(*) as n from effort") == [{"n": 0}]
    assert "no touches fit" in fresh("explain", "on-base").text
    for words in JUDGING:
        ran = fresh(*words)
        assert ran.code == 0, (words, ran.err)
        assert re.search(r"[Nn]o |[Nn]othing|Cannot tell", ran.text), (words, ran.text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "Missing argument"),
        (["nothing"], "No such command"),
        (["show", "nothing"], "there is nothing called 'nothing' to show"),
        (["show", "links", "--format", "xml"], "--format"),
        (["show", "links", "--format"], "--format needs a value"),
        (["show", "links", "--as-of", "yesterday"], "'yesterday' is no date or time (--as-of)"),
        (["show", "links", "--as-of", "0001-01-01T00:00:00+14:00"], "is no date or time (--as-of)"),
        (["show", "links", "--as-of", "9999-12-31"], "is no time of this trade"),
        (["load", ".", "--exported-at", "x"], "(--exported-at)"),
        (["load", ".", "--set", "x"], "'x' is not of the form name=value (--set)"),
        (["show", "on-base", "--where", "rep"], "(--where)"),
        (["show", "on-base", "--where", "rep=a", "--where", "rep=b"], "rep is given twice"),
        (["show", "on-base", "--by", "colour"], "there is no dimension 'colour'"),
        (["show", "on-base", "--by", "rep,rep"], "named twice"),
        (["show", "links", "--threads", "-1"], "--threads"),
        (["show", "links", "--threads", "x"], "--threads"),
        (["show", "links", "--memory", "much"], "memory 'much'"),
        (["show", "links", "--threads", "99999999999999999999"], "--threads"),
        (["explain", "weather"], "there is nothing called 'weather' to explain"),
        (["explain", "link"], "explain takes the id of a buyer action"),
        (["explain", "effort", "a", "b"], "explain takes the id of an effort"),
        (["explain", "on-base", "rep"], "not of the form name=value"),
        (["explain", "process", "email"], "what came first and what came next"),
        (["process", "--by", "colour"], "events have no 'colour'"),
        (["process", "--where", "moon=full"], "chains have no 'moon'"),
        (["path", "--where", "moon=full"], "deals have no 'moon'"),
        (["path", "d1", "--where", "segment=x"], "one deal is told as it is"),
        (["sql", "selec"], "syntax error"),
        (["sql", ""], "only one SELECT"),
        (["decide", "marry", "a", "b"], "there is no decision 'marry'"),
        (["decide", "merge", "a"], "merge takes two ids"),
        (["decide", "refusal", "a", "b"], "refusal takes one id"),
        (["decide", "merge", "a0", "a1", "--of", "weather"], "merge knows no 'weather'"),
        (["decide", "merge", "a0", "a0"], "named twice"),
        (["init", "--time-zone", "Mars/Olympus", "--home", "new"], "time_zone"),
        (["init", "--outside", "some", "--home", "new"], "outside"),
    ],
)
def test_wrong_words(team: Terminal, words: list[str], said: str) -> None:
    ran = team(*words)
    is_an_error(ran, Exit.USAGE)
    assert said in ran.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["load", "no-such-file"], Exit.BAD_INPUT, "no such file"),
        (["load", ".", "--mapping", "none.toml"], Exit.USAGE, "none.toml"),
        (["worker", "--build-at", "noon"], Exit.USAGE, "is no time of the day"),
        (["inspect", "no-such-file"], Exit.BAD_INPUT, "no-such-file"),
        (["show", "links", "--snapshot", "99"], Exit.NOT_FOUND, "there is no snapshot 99"),
        (["show", "links", "--snapshot", "soon"], Exit.NOT_FOUND, "there is no snapshot soon"),
        (["show", "links", "--snapshot", "2001-01-01"], Exit.NOT_FOUND, "there is no snapshot 2001-01-01"),
        (["explain", "link", "b999999"], Exit.NOT_FOUND, "there is no buyer action 'b999999'"),
        (["explain", "effort", "'"], Exit.NOT_FOUND, "there is no effort"),
        (["decide", "merge", "a0", "nobody"], Exit.NOT_FOUND, "there is no account 'nobody'"),
        (["decide", "refusal", "b103", "--source", "moon"], Exit.NOT_FOUND, "of moon; small_team has one"),
    ],
)
def test_what_is_not_there(team: Terminal, words: list[str], code: int, said: str) -> None:
    ran = team(*words)
    is_an_error(ran, code)
    assert said.replace("small_team", "folder") in ran.err


WORDS = st.one_of(
    st.sampled_from(
        [*COMMANDS, "links", "on-base", "efforts", "--by", "--where", "rep=ann", "rep", "--set", "--names"]
    ),
    st.sampled_from(
        ["--format", "json", "--as-of", "--snapshot", "--threads", "--memory", "--quiet", "--", "-", "=", ""]
    ),
    st.text(max_size=6).filter(lambda text: "\0" not in text),
    st.text("-=',;\"\udce9\x1b[", max_size=4),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=5))
def test_no_words_end_in_a_stack_trace(team: Terminal, words: list[str]) -> None:
    """Odd words end in an answer or in a sentence. (`init` and `mine` may write or take long: they are left out.)"""
    if {"init", "mine", "decide", "load", "build", "--install-completion"} & set(words):
        return
    ran = team(*words)
    assert ran.code in {code for code in Exit if code is not Exit.BUG}
    assert "Traceback" not in ran.err
    if ran.code:
        assert re.match(r"error\[|Usage: ", ran.err) or ran.out  # no words at all: the help


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    ran = started(_ANSWERBACK_COMPLETE=f"source_{shell}")
    assert ran.returncode == 0, ran.stderr
    assert b"ANSWERBACK_COMPLETE" in ran.stdout
    asked = {"_ANSWERBACK_COMPLETE": f"complete_{shell}", "COMP_WORDS": "answerback sh", "COMP_CWORD": "1"}
    done = started(**asked, _TYPER_COMPLETE_ARGS="answerback sh", _TYPER_COMPLETE_FISH_ACTION="get-args")
    assert b"show" in done.stdout
