"""One command line run inside this process: its exit code and all that it wrote."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answerback.cli.run import run


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON on standard output."""
        assert self.code in (0, 4), self.err
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


def answerback(*words: str | Path) -> Ran:
    """Runs `answerback` with these words."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(word) for word in words])
        out.flush()
    written = out.buffer
    assert isinstance(written, io.BytesIO)
    return Ran(int(code), written.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Terminal:
    """A person in front of one workspace."""

    home: Path

    def __call__(self, *words: str | Path) -> Ran:
        return answerback("--home", self.home, "--quiet", *words)

    def rows(self, *words: str | Path) -> list[dict[str, Any]]:
        """The answer as JSON."""
        return self(*words, "--format", "json").rows


def started(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The same in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "ANSWERBACK_HOME"}
    return subprocess.run(
        [sys.executable, "-m", "answerback", *map(str, words)],
        env=kept | environment,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
