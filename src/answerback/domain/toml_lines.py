"""Reading a TOML file into a model, with errors that name the line.

The standard library reads TOML but forgets where it stood. `line_of` finds a key's line again by a small scan of a
text that `tomllib` has already accepted. `parse` checks a text against a pydantic model and reports every mistake at
once, one a line: the line, the key, what is wrong and what would be allowed.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from answerback.domain.errors import AnswerbackError
from answerback.domain.toml_mistakes import Mistake, mistakes_of

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

LARGEST: Final = 4 * 1024 * 1024
"""Characters. A larger file is not a settings file."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS: Final = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")
_AT_LINE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


def line_of(text: str, path: Path) -> int:
    r"""The line (from 1) on which a key, table or array element of a TOML text begins.

    A table's line is that of its header. Where the path does not exist, the line of its nearest existing parent.
    Raises `tomllib.TOMLDecodeError` where the text is no TOML.

    >>> text = "[a]\nb = [\n  1,\n  {c = 2},\n]\n[[d]]\n[[d]]\n"
    >>> [line_of(text, path) for path in (("a",), ("a", "b", 0), ("a", "b", 1, "c"), ("d", 1), ("d", 1, "no"))]
    [1, 3, 4, 7, 7]
    """
    tomllib.loads(text)
    return _nearest(lines(text), path)


def lines(text: str) -> dict[Path, int]:
    r"""The line (from 1) of every key, table and array element of a text that `tomllib` accepts.

    >>> lines("a.b = 1\n")
    {('a',): 1, ('a', 'b'): 1}
    """
    return _Scan(text).run()


def parse(text: str, model: type[M], where: str, error: type[AnswerbackError]) -> M:
    r"""A TOML text as the model.

    Args:
        text: The file's text.
        model: What it should be. A validator that looks at several keys raises `toml_mistakes.Mistakes`.
        where: The file's name, for the message.
        error: The class of error to raise, such as PlaybookError; its message has one line per mistake.

    >>> from answerback.domain.errors import PlaybookError
    >>> class Tea(BaseModel, extra="forbid"):
    ...     minutes: int
    >>> parse("minutes = 3", Tea, "tea.toml", PlaybookError).minutes
    3
    >>> try:
    ...     parse("# mine\nminuets = 3", Tea, "tea.toml", PlaybookError)
    ... except PlaybookError as refused:
    ...     print(refused.what)
    line 1: minutes is missing
    line 2: minuets is not known here, did you mean minutes? Allowed: minutes
    """
    data = _loaded(text, where, error)
    try:
        return model.model_validate(data)
    except ValidationError as refused:
        found = mistakes_of(refused, model, data)
    raise _refusal(found, lines(text), where, error)


def refuse(text: str, mistakes: list[Mistake], where: str, error: type[AnswerbackError]) -> AnswerbackError:
    """The error that names each mistake with its line, for checks that a model alone cannot make."""
    return _refusal(mistakes, lines(text), where, error)


def _loaded(text: str, where: str, error: type[AnswerbackError]) -> Mapping[str, object]:
    if len(text) > LARGEST:
        raise error(
            f"a settings file of {len(text):,} characters", where=where, next_step="check that it is the right one"
        )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        said = str(broken)
        found = _AT_LINE.search(said)
        line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
        reason = _AT_LINE.sub("", said)
        step = "text stands in quotes, a list in [ ], a comment after #"
        raise error(
            f"line {line}: this is not TOML: {reason[:1].lower()}{reason[1:]}", where=where, next_step=step
        ) from broken
    except RecursionError as broken:
        raise error("its lists lie too deep inside each other", where=where, next_step="flatten them") from broken


def _refusal(
    mistakes: list[Mistake], known: Mapping[Path, int], where: str, error: type[AnswerbackError]
) -> AnswerbackError:
    placed = sorted((_nearest(known, each.path), number, each) for number, each in enumerate(mistakes))
    said = dict.fromkeys(f"line {line}: {each.text}" for line, _, each in placed)
    step = "correct this line" if len(said) == 1 else "correct these lines"
    return error("\n".join(said), where=where, next_step=step)


def _nearest(known: Mapping[Path, int], path: Path) -> int:
    for length in range(len(path), 0, -1):
        if path[:length] in known:
            return known[path[:length]]
    return 1


class _Scan:
    """One pass over an accepted text, left to right. It judges nothing: what it meets is known to be well formed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._found: dict[Path, int] = {}
        self._implied: set[Path] = set()
        self._last: dict[Path, int] = {}
        """The number of the newest element of each array of tables."""

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip():
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._found

    def _header(self) -> Path:
        line = self._line()
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        keys = self._keys()
        self._skip()
        self._at += 2 if many else 1
        table = self._walk((), keys[:-1], line)
        table = (*table, keys[-1])
        if many:
            self._mark(table, line)
            self._last[table] = self._last.get(table, -1) + 1
            table = (*table, self._last[table])
        if table in self._implied:  # a header below, such as [a.b], has named it before its own
            self._implied.remove(table)
            self._found[table] = line
        self._mark(table, line)
        return table

    def _walk(self, table: Path, keys: list[str], line: int) -> Path:
        for key in keys:
            table = (*table, key)
            if table not in self._found:
                self._implied.add(table)
            self._mark(table, line)
            if table in self._last:
                table = (*table, self._last[table])
        return table

    def _pair(self, table: Path) -> None:
        line = self._line()
        keys = self._keys()
        path = self._walk(table, keys, line)
        self._skip()
        self._at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip()
            raw = self._string() or self._take(_BARE_KEY)
            keys.append(tomllib.loads(f"key = {raw}")["key"] if raw[:1] in "\"'" else raw)
            self._skip()
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        opening = self._text[self._at]
        if opening == "[":
            self._at += 1
            number = 0
            while self._more("]"):
                self._mark((*path, number), self._line())
                self._value((*path, number))
                number += 1
        elif opening == "{":
            self._at += 1
            while self._more("}"):
                self._pair(path)
        elif not self._string():
            self._take(_SCALAR)

    def _more(self, closing: str) -> bool:
        """Whether another element follows; the comma before it or the closing bracket is used up."""
        self._skip()
        if self._text[self._at] == ",":
            self._at += 1
            self._skip()
        if self._text[self._at] == closing:
            self._at += 1
            return False
        return True

    def _string(self) -> str:
        for form in _STRINGS:
            if match := form.match(self._text, self._at):
                self._at = match.end()
                return match[0]
        return ""

    def _take(self, form: re.Pattern[str]) -> str:
        match = form.match(self._text, self._at)
        if match is None:  # pragma: no cover - tomllib has accepted the text
            raise ValueError(f"the scanner lost its way in line {self._line()}")
        self._at = match.end()
        return match[0]

    def _skip(self) -> bool:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at < len(self._text)

    def _mark(self, path: Path, line: int) -> None:
        self._found.setdefault(path, line)

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1 if self._at else 1
