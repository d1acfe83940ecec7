"""The command as a process: pipes that close, full disks, Ctrl-C, odd terminals, file names that are no text."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal, started

COMMAND = [sys.executable, "-m", "answerback"]


def shell(line: str, *words: object) -> subprocess.CompletedProcess[bytes]:
    """A line of bash in which "$@" is the command; the exit code is the command's own."""
    return subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}", "bash", *COMMAND, *map(str, words)],
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "table"])
def test_whoever_reads_may_stop_reading(team: Terminal, form: str) -> None:
    ran = shell('"$@" | head -c 20', "--home", team.home, "show", "efforts", "--format", form)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert len(ran.stdout) == 20


def test_a_full_disk_under_the_answer(team: Terminal) -> None:
    ran = shell('"$@" > /dev/full', "--home", team.home, "show", "efforts", "--format", "csv")
    assert (ran.returncode, ran.stderr) == (
        Exit.NO_ROOM,
        b"error[no-room]: the answer cannot be written: No space left on device\n",
    )


def test_no_room_for_a_build_leaves_the_snapshots_as_they_were(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert started("--home", home, "init", "--no-ask").returncode == 0
    ran = shell('ulimit -f 0; "$@"', "--home", home, "build")
    assert ran.returncode == Exit.NO_ROOM, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert list((home / "snapshots").glob("*.json")) == []
    assert started("--home", home, "build").returncode == 0


def test_a_terminal_without_our_signs(team: Terminal) -> None:
    for words in (["show", "on-base"], ["doctor"], ["explain", "on-base", "rep=ann"], ["show", "nothing"]):
        ran = started("--home", team.home, *words, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert ran.returncode == (2 if words[-1] == "nothing" else 0), ran.stderr
        assert b"Traceback" not in ran.stderr
        (ran.stdout + ran.stderr).decode("ascii")


def test_a_file_name_that_is_no_text(fresh: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "effort.csv").write_bytes(b"effort_id,rep_id,occurred_at,kind\ne,r,2026-03-01,email\n")
    name = str(folder)
    for form in ("table", "json"):
        ran = started("--home", fresh.home, "load", name, "--format", form)
        assert ran.returncode == 0, ran.stderr
        assert b"caf" in ran.stdout
    assert started("--home", fresh.home, "build").returncode == 0
    assert b"caf" in started("--home", fresh.home, "show", "batches", "--format", "json").stdout
    assert started("--home", fresh.home, "load", name + "-not").returncode == Exit.BAD_INPUT


def test_ctrl_c(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert started("--home", home, "init", "--no-ask").returncode == 0
    program = (
        "import sys, time\n"
        "from answerback.cli import building\n"
        "from answerback.cli.run import run\n"
        "def wait(*_, **__):\n    print('here', flush=True); time.sleep(60)\n"
        "building.build_snapshot = wait\n"
        f"sys.exit(run(['--home', {str(home)!r}, 'build']))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (Exit.STOPPED, b"stopped; nothing half-written remains\n")


def test_while_another_builds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert started("--home", home, "init", "--no-ask").returncode == 0
    hold = (
        "import fcntl, os, sys, time\n"
        f"fd = os.open({str(home / 'build.lock')!r}, os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(fd, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        ran = started("--home", home, "build")
    finally:
        other.kill()
        other.communicate()
    assert ran.returncode == Exit.BUSY
    assert b"another build is running" in ran.stderr


def test_progress_is_on_standard_error_and_can_be_switched_off(fresh: Terminal) -> None:
    ran = started("--home", fresh.home, "build")
    assert b"Building" in ran.stderr
    assert b"Building" not in ran.stdout
    assert started("--home", fresh.home, "build", "--quiet").stderr == b""


def test_init_asks_on_a_terminal_only(tmp_path: Path) -> None:
    ran = started("--home", tmp_path / "home", "init", "--ask")
    assert ran.returncode == 0
    assert (tmp_path / "home" / "playbook.toml").exists()


def test_the_interpreter_starts_it_as_a_module_and_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from answerback.cli.run import run\n"
        "run(['--help'])\n"
        "heavy = {'duckdb', 'pyarrow', 'numpy', 'scipy', 'rich', 'sqlglot', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(sorted(heavy) and str(heavy) or 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
