"""Every error and exit code has its section, and says there what the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from answerback.domain.errors import AnswerbackError, Exit

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "lookup" / "errors.md"


def classes() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Each class of the product: its name, its bases, and what its body sets `code` and `exit_code` to."""
    for path in sorted((ROOT / "src" / "answerback").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                said = {}
                for each in node.body:
                    if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                        name = ast.unparse(each.targets[0] if isinstance(each, ast.Assign) else each.target)
                        if name in {"code", "exit_code"}:
                            said[name] = ast.unparse(each.value).strip("'\"")
                yield node.name, [ast.unparse(base).rpartition(".")[2] for base in node.bases], said


def errors() -> dict[str, str]:
    """The exit code's name of each error code, as inherited."""
    known = {"AnswerbackError": {"code": "error", "exit_code": AnswerbackError.exit_code.name}}
    waiting = [each for each in classes() if each[0] != "AnswerbackError"]
    found = True
    while found:
        found = False
        for name, bases, said in waiting:
            base = next((base for base in bases if base in known), "")
            if base and name not in known:
                known[name] = known[base] | {key: value.rpartition(".")[2] for key, value in said.items()}
                found = True
    return {each["code"]: each["exit_code"] for each in known.values()}


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_error_has_its_section_and_no_section_is_left_over() -> None:
    assert set(sections()) - {"Exit codes"} == set(errors())
    assert len(errors()) >= 10


def test_each_section_names_the_exit_code() -> None:
    told = {code: re.findall(r"^Exit code (\d)\.$", text, flags=re.MULTILINE) for code, text in sections().items()}
    del told["Exit codes"]
    assert told == {code: [str(Exit[name].value)] for code, name in errors().items()}


def test_the_table_of_exit_codes_is_complete() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| .+ \|$", sections()["Exit codes"], flags=re.MULTILINE)
    assert rows == [(str(each.value), each.name.lower()) for each in Exit]
