"""Every reason for which a row or mail is rejected, or a file noted, has its section.

The reasons are collected from the code: what is handed to a parameter or assigned to a variable called `reason` or
`flaw`, wherever sources and workspace do so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from answerback.sources.mailbox.places import Form

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PAGE = ROOT / "docs" / "lookup" / "rejects.md"
NAMES = {"reason", "flaw"}

# Reasons that are made from other words when they are needed.
FORMS = {form.value for form in Form} - {"mbox", "mail", "emlx", "other"}  # files of mail that nobody can read
CODES = {"source", "bomb", "not_a_calendar"}  # an error of one file of a folder is a reject
# Called a reason, and of something else: why a mail's date was repaired.
OTHERS = {"far_from_received"}

Places = dict[tuple[str, str], int]


def trees() -> dict[str, ast.Module]:
    """The modules that can reject something, by their dotted names."""
    paths = [SOURCE / "answerback" / "domain" / "reading.py"]
    for floor in ("sources", "workspace"):
        paths += sorted((SOURCE / "answerback" / floor).rglob("*.py"))
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


def _arguments(node: ast.AST) -> list[str]:
    """The positional arguments with which a class or function is called."""
    if isinstance(node, ast.ClassDef):
        made = next((each for each in node.body if getattr(each, "name", "") == "__init__"), None)
        if made is not None:
            return _arguments(made)
        fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
        return [each.id for each in fields if isinstance(each, ast.Name)]
    if isinstance(node, ast.FunctionDef):
        return [each.arg for each in node.args.args if each.arg not in {"self", "cls"}]
    return []


def places(modules: dict[str, ast.Module]) -> Places:
    """At which position what is called takes a reason, by module and name."""
    found: Places = {}
    for module, tree in modules.items():
        for node in ast.walk(tree):
            at = next((at for at, name in enumerate(_arguments(node)) if name in NAMES), None)
            if at is not None and isinstance(node, ast.ClassDef | ast.FunctionDef):
                found[module, node.name] = at
    return found


def _taken(call: ast.Call, module: str, imported: dict[str, str], known: Places) -> Iterator[ast.expr]:
    """The arguments of a call that are reasons."""
    yield from (each.value for each in call.keywords if each.arg in NAMES)
    name = ast.unparse(call.func).rpartition(".")[2]
    at = known.get((module, name), known.get((imported.get(name, ""), name)))
    if at is None and isinstance(call.func, ast.Attribute):  # a method of something made elsewhere
        at = next((place for (_, other), place in known.items() if other == name), None)
    if at is not None and at < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args):
        yield call.args[at]


def _assigned(node: ast.Assign | ast.AnnAssign) -> Iterator[ast.expr]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        yield from (value for part, value in pairs if value and ast.unparse(part).rpartition(".")[2] in NAMES)


def _words(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _words(value.body)
        yield from _words(value.orelse)


def reasons() -> dict[str, str]:
    """Each reason, and one module that gives it."""
    modules = trees()
    known = places(modules)
    found: dict[str, str] = {}
    for module, tree in modules.items():
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        imported = {each.asname or each.name: node.module or "" for node in imports for each in node.names}
        for node in ast.walk(tree):
            values: list[ast.expr] = []
            if isinstance(node, ast.Call):
                values += _taken(node, module, imported, known)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                values += _assigned(node)
            found |= {word: module for value in values for word in _words(value)}
    return found


def sections() -> list[str]:
    return re.findall(r"^### `(\w+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_scan_finds_what_is_known_to_be_there() -> None:
    found = reasons()
    assert {"bad_time", "missing", "not_allowed", "truncated", "bad_json", "unclosed_quote", "masked"} <= set(found)
    assert len(found) > 20


def test_every_reason_is_one_word_or_some_with_underscores() -> None:
    odd = {word: module for word, module in reasons().items() if not re.fullmatch(r"[a-z]+(_[a-z]+)*", word)}
    assert odd == {}


def test_every_reason_has_its_section_and_no_section_is_left_over() -> None:
    wanted = {word: module for word, module in reasons().items() if word not in OTHERS}
    wanted |= dict.fromkeys(FORMS | CODES, "made when needed")
    without = {word: module for word, module in wanted.items() if word not in sections()}
    assert without == {}, "write a section into docs/lookup/rejects.md"
    assert set(sections()) - set(wanted) == set(), "nothing gives these reasons any more"


def test_sections_stand_once_and_in_order() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        found = re.findall(r"^### `(\w+)`$", part, flags=re.MULTILINE)
        assert found == sorted(set(found))
