"""Real data through the command line, once for all tests: load, build, then look."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
Row = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """A workspace, and what `load` said of each path."""

    terminal: Terminal
    said: list[Row]

    def show(self, *words: str) -> list[Row]:
        return self.terminal.rows("show", *words)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Loaded]:
    """Makes a workspace, loads paths into it (each with its options) and builds."""

    def make(*loads: tuple[str | Path, ...], playbook: Path | None = None, outside: str = "all") -> Loaded:
        terminal = Terminal(tmp_path_factory.mktemp("end_to_end") / "home")
        assert terminal("init", "--no-ask", "--outside", outside).code == 0
        if playbook is not None:
            shutil.copy(playbook, terminal.home / "playbook.toml")
        said = [row for words in loads for row in terminal.rows("load", *words)]
        assert terminal("build").code == 0
        return Loaded(terminal, said)

    return make


BPI = ROOT / "examples" / "bpic2012"


@pytest.fixture(scope="session")
def from_log(shared_data: Path, loaded: Callable[..., Loaded]) -> Loaded:
    """BPI 2012 from its event log."""
    path = shared_data / "bpic2012" / "BPI_Challenge_2012.xes.gz"
    return loaded((path, "--mapping", BPI / "mapping.toml"), playbook=BPI / "playbook.toml")


@pytest.fixture(scope="session")
def from_table(shared_data: Path, loaded: Callable[..., Loaded]) -> Loaded:
    """BPI 2012 from the flat table."""
    path = shared_data / "bpic2012" / "bpic2012_events_flat.csv.gz"
    return loaded((path, "--mapping", BPI / "mapping.toml"), playbook=BPI / "playbook.toml")


@pytest.fixture(scope="session")
def events(shared_data: Path) -> list[dict[str, str]]:
    """The flat table as the standard library reads it, each case in its order."""
    with gzip.open(shared_data / "bpic2012" / "bpic2012_events_flat.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))
