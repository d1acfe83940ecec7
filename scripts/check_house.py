"""The rules of the house that no ready-made linter holds.

Sizes of modules and functions, where the clock may be read, what the two lowest floors may import, what a module may be
called, and what the header of a relation must declare. Run without arguments it looks at `src/answerback`; it prints
one line per breach (`path:line: what, and what to do`) and ends with exit code 1 if there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MOST_LINES_IN_MODULE = 400
MOST_LINES_IN_FUNCTION = 50

# The doors: here a run begins, so here the present time is read; everything below is handed it as `as_of`.
DOORS = frozenset({"api", "cli", "web", "worker"})
CLOCKS = frozenset(
    {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time", "time.time_ns"},
)

# What a floor may import besides the standard library and the project itself.
ALLOWED_IMPORTS = {
    "domain": frozenset({"holidays", "pydantic", "pydantic_core"}),
    "stats": frozenset({"numpy", "scipy"}),
}

EMPTY_NAMES = frozenset({"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"})

HEADER_FIELDS = ("key", "unit", "look-back", "look-forward")
REBUILD_UNITS = frozenset({"month", "account", "whole"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Breach(NamedTuple):
    """One place that breaks a rule, and what to do about it."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def check(package: Path) -> list[Breach]:
    """All breaches in the package's modules and relations, by path and line."""
    breaches: list[Breach] = []
    for path in sorted(package.rglob("*.py")):
        breaches += check_module(path, path.read_text(encoding="utf-8"), path.relative_to(package).parts)
    for path in sorted(package.rglob("*.sql")):
        breaches += check_relation(path, path.read_text(encoding="utf-8"))
    return sorted(breaches)


def check_module(path: Path, text: str, place: tuple[str, ...]) -> Iterator[Breach]:
    """Breaches in one module.

    Args:
        path: Where the module lies, for the report.
        text: Its source.
        place: Its path inside the package, in parts: `("stats", "shift.py")`.
    """
    name = path.stem
    if not EMPTY_NAMES.isdisjoint(name.strip("_").split("_")):
        yield Breach(path, 1, f"a module named {name!r} says nothing: name it after what it holds")
    lines = len(text.splitlines())
    if lines > MOST_LINES_IN_MODULE and "migrations" not in place:  # those are written by Django
        yield Breach(path, lines, f"{lines} lines; a module has at most {MOST_LINES_IN_MODULE}: divide it by subject")
    floor = place[0].removesuffix(".py")
    tree = ast.parse(text, filename=str(path))
    names = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield from _check_function(path, node)
        elif isinstance(node, ast.ExceptHandler):
            yield from _check_handler(path, node)
        elif isinstance(node, ast.Call) and floor not in DOORS:
            yield from _check_call(path, node, names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _check_import(path, node, floor)


def check_relation(path: Path, text: str) -> Iterator[Breach]:
    """Breaches in one relation: its leading comment declares key, rebuild unit, look-back and look-forward."""
    header = _header(text)
    # A field reads `name: value` and ends at the middle dot or the end of its line.
    found = dict(re.findall(r"(?:^|·)\s*([a-z-]+):[ \t]*([^·\n]*)", header, flags=re.MULTILINE))
    for field in HEADER_FIELDS:
        if not found.get(field, "").strip():
            yield Breach(path, 1, f"the comment on top does not declare '{field}:'; write 'none' where there is none")
    unit = found.get("unit", "").strip()
    if unit and unit.split()[0] not in REBUILD_UNITS:
        yield Breach(path, 1, f"rebuild unit {unit!r} is none of {', '.join(sorted(REBUILD_UNITS))}")


def _header(text: str) -> str:
    """The comment lines before the first other line, without their dashes."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.lstrip("-").strip())
    return "\n".join(lines)


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: `{"dt": "datetime", "now": "time.time"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _check_function(path: Path, node: Function) -> Iterator[Breach]:
    first = node.lineno
    docstring = ast.get_docstring(node, clean=False)
    spoken = node.body[0].end_lineno or first if docstring is not None else first
    said = spoken - node.body[0].lineno + 1 if docstring is not None else 0
    lines = (node.end_lineno or first) - first + 1 - said  # explaining oneself is free
    if lines > MOST_LINES_IN_FUNCTION:
        advice = f"a function has at most {MOST_LINES_IN_FUNCTION}, its docstring aside: take out a step and name it"
        yield Breach(path, first, f"{node.name} has {lines} lines; {advice}")


def _check_handler(path: Path, node: ast.ExceptHandler) -> Iterator[Breach]:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    if any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in caught):
        yield Breach(path, node.lineno, "this catches every error, bugs included: name the errors that are expected")


def _check_call(path: Path, node: ast.Call, names: dict[str, str]) -> Iterator[Breach]:
    called = ast.unparse(node.func)
    head, _, rest = called.partition(".")
    meant = f"{names.get(head, head)}.{rest}" if rest else names.get(head, head)
    if any(f".{meant}".endswith(f".{clock}") for clock in CLOCKS):
        doors = ", ".join(sorted(DOORS))
        yield Breach(path, node.lineno, f"{called}() reads the clock: take `as_of` as an argument (doors: {doors})")


def _check_import(path: Path, node: ast.Import | ast.ImportFrom, floor: str) -> Iterator[Breach]:
    if floor not in ALLOWED_IMPORTS:
        return
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or "answerback"]
    for module in modules:
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names | ALLOWED_IMPORTS[floor] | {"answerback"}:
            allowed = " and ".join(sorted(ALLOWED_IMPORTS[floor]))
            yield Breach(path, node.lineno, f"{floor} imports {top}; besides the standard library it has {allowed}")


def main() -> int:
    """Check this project; the exit code."""
    root = Path(__file__).resolve().parents[1]
    package = root / "src" / "answerback"
    breaches = check(package)
    for breach in breaches:
        print(breach._replace(path=breach.path.relative_to(root)))
    modules, relations = (len(list(package.rglob(f"*.{ending}"))) for ending in ("py", "sql"))
    print(f"{modules} modules and {relations} relations looked at, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
