"""The line of a key, held against texts whose lines are known because they were written here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerback.domain.errors import MappingError, PlaybookError
from answerback.domain.kinds import EffortKind
from answerback.domain.toml_lines import Path, line_of, lines, parse
from answerback.domain.toml_mistakes import Mistake, Mistakes

# Texts that look like something else to a careless scanner.
TRICKY = ("", "#", "[x]", "[[x]]", "a = 1", "{", "}", "]", ",", "é", "\\\\", "'", '# \\" #')
SCALARS = ("1", "-0.5", "true", "1979-05-27", "1979-05-27 07:32:00Z", "07:32:00", "inf", "0xAF", '""', "''", "'#'")
MULTI = (
    '"""\na = 1\n[b]\n"""',
    "'''\n]\n# no\n'''",
    '"""one"""',
    '"""\\\n  x"""',
    '"""a""""',
    "''''a'''''",
    '"""\\""""',
)
KEYS = st.sampled_from(("a", "b-1", "C_2", "3", '"q.q"', "'l l'", '"\\u0041]"', '"# ="', "''"))
GAP = st.sampled_from(("", " ", "\t"))
BREAK = st.sampled_from(("", " ", "\n", "\n# ] , }\n", "\r\n  "))


def meaning(key: str) -> str:
    """A written key as `tomllib` reads it."""
    return next(iter(tomllib.loads(f"{key} = 1")))


@dataclass
class Writer:
    """Writes TOML and notes the line on which each path begins."""

    draw: Callable[[st.SearchStrategy[str]], str]
    text: str = ""
    known: dict[Path, int] = field(default_factory=dict)

    def note(self, path: Path) -> None:
        self.known.setdefault(path, self.text.count("\n") + 1)

    def free(self, table: Path) -> st.SearchStrategy[str]:
        def is_new(key: str) -> bool:
            return (*table, meaning(key)) not in self.known

        return KEYS.filter(is_new)

    def keys(self, table: Path, depth: int) -> Path:
        """A dotted key whose every part is new, so that no table is defined twice."""
        path = table
        for number in range(depth):
            key = self.draw(self.free(path))
            path = (*path, meaning(key))
            self.note(path)
            self.text += (self.draw(GAP) + "." + self.draw(GAP) if number else "") + key
        return path

    def pair(self, table: Path, level: int) -> None:
        path = self.keys(table, int(self.draw(st.sampled_from("112"))))
        self.text += self.draw(GAP) + "=" + self.draw(GAP)
        self.value(path, level)

    def value(self, path: Path, level: int) -> None:
        form = self.draw(st.sampled_from("sstm[{" if level else "sstm"))
        if form == "s":
            self.text += self.draw(st.sampled_from(SCALARS))
        elif form == "t":
            self.text += '"' + self.draw(st.sampled_from(TRICKY)) + '"'
        elif form == "m":
            self.text += self.draw(st.sampled_from(MULTI))
        elif form == "[":
            self.array(path, level - 1)
        else:
            self.inline(path, level - 1)

    def array(self, path: Path, level: int) -> None:
        count = int(self.draw(st.sampled_from("0123")))
        self.text += "[" + self.draw(BREAK)
        for number in range(count):
            self.note((*path, number))
            self.value((*path, number), level)
            self.text += self.draw(BREAK)
            self.text += "," if number < count - 1 or self.draw(st.sampled_from(("", ","))) else ""
            self.text += self.draw(BREAK)
        self.text += "]"

    def inline(self, path: Path, level: int) -> None:
        count = int(self.draw(st.sampled_from("012")))
        self.text += "{" + self.draw(GAP)
        for number in range(count):
            self.pair(path, level)
            self.text += self.draw(GAP) + ("," + self.draw(GAP) if number < count - 1 else "")
        self.text += "}"

    def end_line(self) -> None:
        self.text += self.draw(st.sampled_from(("\n", " # [no]\n", "\r\n", "\n\n# k = 1\n\n")))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    writer = Writer(draw)
    for _ in range(draw(st.integers(0, 3))):
        writer.pair((), 2)
        writer.end_line()
    for number in range(draw(st.integers(0, 4))):
        name, form = f"t{number}", draw(st.sampled_from(("table", "array", "sub first")))
        for element in range(draw(st.integers(1, 3)) if form == "array" else 1):
            table: Path = (name, element) if form == "array" else (name,)
            if form == "sub first":  # [t.sub] stands before [t]: the line of t is that of its own header
                writer.note((name, "sub"))
                writer.text += f"[{name}.sub]\n"
            writer.note((name,))
            writer.note(table)
            writer.text += f"[[ {name} ]]" if form == "array" else f"[{name}]"
            writer.end_line()
            for _ in range(draw(st.integers(0, 2))):
                writer.pair(table, 2)
                writer.end_line()
            if form == "array" and draw(st.booleans()):
                writer.note((*table, "sub"))
                writer.text += f"[{name}.sub]\nx = 1\n"
                writer.known[*table, "sub", "x"] = writer.text.count("\n")
    return writer.text, writer.known


def paths_in(data: object, path: Path = ()) -> set[Path]:
    """Every path of what `tomllib` read."""
    found = {path} if path else set()
    if isinstance(data, dict):
        for key, value in data.items():
            found |= paths_in(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            found |= paths_in(value, (*path, number))
    return found


@given(documents())
def test_every_path_has_the_line_it_was_written_on(document: tuple[str, dict[Path, int]]) -> None:
    text, known = document
    assert lines(text) == known
    assert set(known) == paths_in(tomllib.loads(text))


def test_a_missing_path_has_the_line_of_its_nearest_parent() -> None:
    text = "# first\n[a]\nb = 1\n"
    assert line_of(text, ("a", "no", 3)) == 2
    assert line_of(text, ("no",)) == 1


def test_line_of_refuses_what_is_no_toml() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        line_of("a = ", ("a",))


class Cup(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str
    size: Literal["small", "large"] = "small"
    kind: EffortKind = EffortKind.CALL
    filled: int = Field(0, alias="from", ge=0, le=10)
    code: str = Field("AB", pattern="^[A-Z]+$", examples=["AB"])


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cup: tuple[Cup, ...] = ()
    spare: Cup | None = None

    @model_validator(mode="after")
    def _names_differ(self) -> Table:
        seen: set[str] = set()
        found = []
        for number, cup in enumerate(self.cup):
            if cup.name in seen:
                found.append(Mistake(("cup", number, "name"), f"cup.name '{cup.name}' is used twice"))
            seen.add(cup.name)
        if found:
            raise Mistakes(found)
        return self


def mistakes(text: str) -> list[str]:
    with pytest.raises(PlaybookError) as refused:
        parse(text, Table, "table.toml", PlaybookError)
    assert refused.value.where == "table.toml"
    return refused.value.what.splitlines()


def test_a_good_text_becomes_the_model() -> None:
    assert parse('[[cup]]\nname = "x"\nfrom = 3\n', Table, "t", PlaybookError).cup[0].filled == 3


def test_all_mistakes_are_told_at_once_with_line_key_and_allowed_values() -> None:
    text = """
[[cup]]
name = "one"
size = "smal"   # line 4
kind = 'emial'

[[cup]]         # line 7
from = 11
nmae = "two"
code = "a1"

[spare]
name = 3
"""
    assert mistakes(text) == [
        "line 4: cup.size is 'smal', did you mean small? Allowed: small, large",
        f"line 5: cup.kind is 'emial', did you mean email? Allowed: {', '.join(EffortKind)}",
        "line 7: cup.name is missing",
        "line 8: cup.from must be at most 10, not 11",
        "line 9: cup.nmae is not known here, did you mean name? Allowed: name, size, kind, from, code",
        "line 10: cup.code must look like AB, not 'a1'",
        "line 13: spare.name must be a text in quotes, not 3",
    ]


def test_mistakes_of_one_validator_keep_their_own_lines() -> None:
    text = '[[cup]]\nname = "x"\n[[cup]]\nname = "x"\n[[cup]]\n\nname = "x"\n'
    assert mistakes(text) == ["line 4: cup.name 'x' is used twice", "line 7: cup.name 'x' is used twice"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb = = 2\n", "line 2: this is not TOML: invalid value"),
        ('a = 1\n\nb = "open', "line 3: this is not TOML: "),
        ("[a]\n[a]\n", "line 2: this is not TOML: cannot declare"),
        ("cup = 3", "line 1: cup must be a list in [ ], not 3"),
        ("cup = [3]", "line 1: cup must be a table, not 3"),
        ("x = " + "[" * 100_000, "too deep"),
    ],
)
def test_what_is_broken_is_told_with_its_line(text: str, said: str) -> None:
    assert said in mistakes(text)[0]


def test_the_error_is_of_the_asked_class_and_reads_well() -> None:
    with pytest.raises(MappingError) as one:
        parse("a = 1", Table, "m.toml", MappingError)
    assert str(one.value) == ("line 1: a is not known here. Allowed: cup, spare (m.toml). Next: correct this line.")
    with pytest.raises(MappingError) as two:
        parse("a = 1\nb = 2", Table, "m.toml", MappingError)
    assert str(two.value).splitlines()[0] == "m.toml:"
    assert str(two.value).splitlines()[-1] == "Next: correct these lines."


def test_a_file_too_large_to_be_settings_is_refused() -> None:
    assert "characters" in mistakes("#" * 5_000_000)[0]
