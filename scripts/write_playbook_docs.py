"""Writes docs/lookup/playbook.md from the model of the playbook and its default file.

What a setting means is said once, under its field in `answerback.domain.playbook`; its type, limits and default come
from the model itself. Run it after a change of either; a test fails until the page is current.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from answerback.domain import playbook as shape
from answerback.domain.kinds import CHANNELS, DEFAULT_STANCE, NEVER_COUNTED, ActionKind, EffortKind
from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import default_text

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lookup" / "playbook.md"

INTRODUCTION = """\
# Playbook

<!-- Written by scripts/write_playbook_docs.py: change answerback.domain.playbook or the default file, then run it. -->

`playbook.toml` in the workspace folder holds all settings of an organisation. `answerback init` writes it; a section
that is missing keeps its default. [Write a playbook](../do/write-a-playbook.md) says where to begin.

A mistake stops the command before anything is done. Every mistake is told at once, with its line, the key, what is
wrong and what is allowed. What is allowed but probably not meant is warned of: a play that another one hides, a kind
of effort without a play, a channel that no source reports.
"""


def page() -> str:
    """The whole page."""
    meanings = _meanings()
    schema = Playbook.model_json_schema(by_alias=True)
    parts = [INTRODUCTION, "## At the top of the file\n", _table("Playbook", _top(schema), meanings)]
    for name, field in schema["properties"].items():
        if section := _reference(field):
            many = "items" in field
            parts.append(f"## `{'[[' if many else '['}{name}{']]' if many else ']'}`\n")
            parts.append(_about(section, many, meanings))
            parts.append(_table(section, schema["$defs"][section], meanings, schema["$defs"]))
    shift = schema["$defs"]["Shift"]
    parts.append("## A shift in `working_hours`\n")
    parts += [_about("Shift", False, meanings), _table("Shift", shift, meanings, schema["$defs"])]
    parts += list(_lists())
    parts.append(
        "## The default file\n\nThis is what holds where you say nothing, and what `answerback init` writes.\n"
    )
    parts.append(f"```toml\n{default_text()}```")
    return "\n".join(parts) + "\n"


def _lists() -> Iterator[str]:
    yield "## Words to choose from\n"
    yield f"**Kinds of effort**: {_listed(EffortKind)}.\n"
    yield f"**Channels**, for `seen_on`: {_listed(CHANNELS)}.\n"
    yield "**Buyer acts**, for `answered_by`, `aim`, `requires` and `after`, by their usual stance:\n"
    for stance in dict.fromkeys(DEFAULT_STANCE.values()):
        kinds = [kind for kind in ActionKind if DEFAULT_STANCE[kind] is stance and kind not in NEVER_COUNTED]
        yield f"- {stance}: {_listed(kinds)}"
    never = [kind for kind in ActionKind if kind in NEVER_COUNTED]
    yield f"\nKept for reference and never counted, so not allowed here: {_listed(never)}.\n"


def _listed(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _about(section: str, many: bool, meanings: Mapping[str, Mapping[str, str]]) -> str:
    said = meanings[section][""]
    return f"{said}\n\nAny number of these tables, in order.\n" if many else f"{said}\n"


def _table(
    section: str,
    schema: Mapping[str, Any],
    meanings: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Any] | None = None,
) -> str:
    required = schema.get("required", [])
    rows = ["| setting | what it is | default | meaning |", "|---|---|---|---|"]
    for name, field in schema["properties"].items():
        default = "needed" if name in required else _value(field.get("default"))
        rows.append(f"| `{name}` | {_kind(field, known or {})} | {default} | {meanings[section][name]} |")
    return "\n".join(rows) + "\n"


def _value(default: Any) -> str:
    if default is None:
        return "none"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _kind(field: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """A field's type and limits, in words."""
    if "$ref" in field:
        target = known[_reference(field)]
        return _kind(target, known) if "enum" in target else "tables, see below"
    if "anyOf" in field:
        return _kind(next(each for each in field["anyOf"] if each.get("type") != "null"), known)
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        words = [word for word in field["enum"] if word not in NEVER_COUNTED]
        return "buyer act" if "replied" in words else "one of " + _listed(json.dumps(word) for word in words)
    if field.get("type") == "array":
        inner = _kind(field["items"], known)
        return inner if inner.startswith("tables") else f"list: {inner}"
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    said = {"date": "date", "time": "time"}.get(field.get("format", ""), names.get(field.get("type", ""), ""))
    bounds = {"exclusiveMinimum": "more than", "minimum": "from", "exclusiveMaximum": "less than", "maximum": "to"}
    for limit, word in bounds.items():
        said += f" {word} {field[limit]:g}" if limit in field else ""
    return said + (f" such as `{field['examples'][0]}`" if "examples" in field else "")


def _reference(field: Mapping[str, Any]) -> str:
    target = field.get("$ref") or field.get("items", {}).get("$ref", "")
    return str(target).removeprefix("#/$defs/")


def _top(schema: Mapping[str, Any]) -> dict[str, Any]:
    single = {name: field for name, field in schema["properties"].items() if not _reference(field)}
    return {"properties": single}


def _meanings() -> dict[str, dict[str, str]]:
    """By model and by field's name in the file: the text below the field; under "", the model's own."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(shape)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        texts = found[node.name] = {"": _flat(ast.get_docstring(node) or "")}
        for field, said in zip(node.body, node.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                name = {"start": "from", "end": "to"}.get(field.target.id, field.target.id)
                spoken = isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant)
                texts[name] = _flat(str(said.value.value)) if spoken else ""  # type: ignore[attr-defined]
    return found


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
