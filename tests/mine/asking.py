"""One run of the command inside this process: its exit code and what it wrote."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from answerback.cli.run import run

Rows = dict[str, list[dict[str, Any]]]


def ask(path: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["mine", str(path), *words, "--quiet"])
        out.flush()
    written = out.buffer
    assert isinstance(written, io.BytesIO)
    return code, written.getvalue().decode(), err.getvalue()


def rows(path: Path, *words: str) -> Rows:
    """The answer as rows by section, absent values left out."""
    code, out, err = ask(path, *words, "--format", "json")
    assert code == 0, err
    found: Rows = {}
    for row in json.loads(out):
        found.setdefault(row["section"], []).append({name: value for name, value in row.items() if value is not None})
    return found
