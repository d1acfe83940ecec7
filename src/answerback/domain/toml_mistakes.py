"""What is wrong with a settings file, in words a person can act on.

Pydantic says which rule was broken; this module says it in plain words with the key, the value, the allowed values and
the likely intention. Checks that look at several keys raise `Mistakes`, and each of them keeps its own place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong and the key where it shows, from the top of the file down."""

    path: Path
    text: str


class Mistakes(ValueError):
    """Several mistakes found together by one validator; their paths start at the validated model.

    >>> str(Mistakes([Mistake(("a",), "a is odd"), Mistake(("b",), "b is even")]))
    'a is odd; b is even'
    """

    def __init__(self, found: Sequence[Mistake]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(each.text for each in self.found))


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A question about the likeliest intention, or nothing.

    >>> nearest("emial", ["call", "email"]), nearest("zebra", ["call", "email"])
    (', did you mean email?', '')
    """
    close = get_close_matches(word.lower(), {each.lower(): each for each in allowed}, n=1, cutoff=0.6)
    meant = next((each for each in allowed if close and each.lower() == close[0]), "")
    return f", did you mean {meant}?" if meant else ""


def not_allowed(word: str, allowed: Sequence[str]) -> str:
    """The second half of a sentence about a value outside a closed list.

    >>> not_allowed("emial", ["call", "email"])
    "is 'emial', did you mean email? Allowed: call, email"
    """
    guess = nearest(word, allowed)
    return f"is '{word}'{guess or ', which is not known.'} Allowed: {', '.join(allowed)}"


def mistakes_of(refused: ValidationError, model: type[BaseModel], data: Mapping[str, object]) -> list[Mistake]:
    """Every mistake of a refused file, in words.

    Args:
        refused: What pydantic said.
        model: The model it was held against.
        data: What was read, to tell keys from the names of union members in pydantic's locations.
    """
    found: list[Mistake] = []
    errors = refused.errors(include_url=False)
    for each in errors:
        if each["type"] == "too_short" and any(each["loc"] == other["loc"][:-1] for other in errors):
            continue  # it is short because what it holds is wrong, which is told anyway
        path = _path_in(each["loc"], data, leaf_missing=each["type"] == "missing")
        inner = each.get("ctx", {}).get("error")
        if isinstance(inner, Mistakes):
            found += [Mistake((*path, *mistake.path), mistake.text) for mistake in inner.found]
        else:
            found.append(Mistake(path, f"{_spoken(path)} {_wrong(each, path, model)}".strip()))
    return found


def _path_in(loc: tuple[int | str, ...], data: Any, *, leaf_missing: bool) -> Path:
    path: list[str | int] = []
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        if _holds(data, part):
            data = data[part]
        elif not (last and leaf_missing):
            continue  # the name of a union's member, not a key of the file
        path.append(part)
    return tuple(path)


def _holds(data: object, part: int | str) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(data, list | tuple) and isinstance(part, int) and part < len(data)


def _spoken(path: Path) -> str:
    """The key as one would write it; which of several tables is meant is told by the line."""
    return ".".join(part for part in path if isinstance(part, str))


_SHAPES: Final = MappingProxyType(
    {
        "string_type": "must be a text in quotes",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "int_type": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "finite_number": "must be a finite number",
        "tuple_type": "must be a list in [ ]",
        "list_type": "must be a list in [ ]",
        "set_type": "must be a list in [ ]",
        "frozen_set_type": "must be a list in [ ]",
        "too_short": "must not be empty",
        "dict_type": "must be a table",
        "mapping_type": "must be a table",
        "model_type": "must be a table",
        "model_attributes_type": "must be a table",
    }
)
_BOUNDS: Final = MappingProxyType({"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"})


def _wrong(each: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    sort, context, value = each["type"], each.get("ctx", {}), each["input"]
    field = _field_at(model, path)
    if sort == "extra_forbidden":
        allowed = _names(_model_at(model, path[:-1]))
        key = str(path[-1])
        return f"is not known here{nearest(key, allowed) or '.'} Allowed: {', '.join(allowed)}"
    if sort == "missing":
        return "is missing"
    if sort in {"enum", "literal_error"}:
        return not_allowed(str(value), re.findall(r"'([^']*)'", str(context["expected"])) or [str(context["expected"])])
    if sort == "value_error":
        return str(context["error"])
    shape = _SHAPES.get(sort, "")
    if not shape and (
        bounds := [f"{_BOUNDS[name]} {_plain(limit)}" for name, limit in context.items() if name in _BOUNDS]
    ):
        shape = f"must be {' and '.join(bounds)}"
    if not shape and sort.startswith(("date", "time")):
        shape = f"must be a {'date such as 2026-01-31' if sort.startswith('date') else 'time such as 09:00:00'}"
    if not shape and field is not None and field.examples:
        shape = f"must look like {' or '.join(str(example) for example in field.examples)}"
    return shape if sort == "too_short" else f"{shape or each['msg'].lower()}, not {value!r}"


def _plain(limit: object) -> object:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    keys = [part for part in path if isinstance(part, str)]
    owner = _model_at(model, tuple(keys[:-1])) if keys else None
    return next((field for name, field in _fields(owner) if keys and name == keys[-1]), None)


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model of the table at a path, or None where the path leads to none."""
    current: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            continue
        field = next((field for name, field in _fields(current) if name == part), None)
        current = next(_models_in(field.annotation), None) if field else None
    return current


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _fields(model: type[BaseModel] | None) -> Iterator[tuple[str, FieldInfo]]:
    if model is not None:
        for name, field in model.model_fields.items():
            yield field.alias or name, field


def _names(model: type[BaseModel] | None) -> list[str]:
    return [name for name, _ in _fields(model)]
