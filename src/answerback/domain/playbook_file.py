"""Reading and writing `playbook.toml`.

One packaged file, `default_playbook.toml`, is both the default values and the commented text that a new organisation
begins with, so the two cannot part. A section that an organisation's file leaves out keeps its default. Mistakes are
told all at once, with line, key and allowed values; nothing is ever half read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from answerback.domain.errors import PlaybookError
from answerback.domain.playbook import Playbook
from answerback.domain.public_holidays import mistake_in
from answerback.domain.toml_lines import line_of, lines, parse, refuse
from answerback.domain.toml_mistakes import Mistake, mistakes_of

TEMPLATE: Final = "default_playbook.toml"


@dataclass(frozen=True, slots=True)
class Question:
    """One of the few questions that `answerback init` asks; the rest of the playbook has defaults that do."""

    key: str
    """The setting it fills: its path in the file, with dots."""
    prompt: str
    why: str
    """Why it matters, in a sentence or two."""
    default: str
    """The answer of who just presses Enter."""
    later: str
    """How to change it afterwards."""
    choices: Mapping[str, str] | None = None
    """The allowed answers and what each means; None: any text."""


QUESTIONS: Final = (
    Question(
        key="organisation.own_domains",
        prompt="Your own e-mail domains (several with spaces between)",
        why="They tell sellers from buyers: whoever writes from them is one of you, everybody else is outside. "
        "If you sell from a free-mail address, leave this empty and list the address under [[rep]] afterwards.",
        default="",
        later="own_domains under [organisation] in playbook.toml; then load your mail and calendars again",
    ),
    Question(
        key="organisation.time_zone",
        prompt="Your time zone",
        why="Weeks, months and quarters begin at midnight there, and times without a zone are read as of there.",
        default="UTC",
        later="time_zone under [organisation] in playbook.toml; then build again",
    ),
    Question(
        key="privacy.outside",
        prompt="Whose mails and meetings may be kept",
        why="Mailboxes hold more than sales. With a CRM, only what concerns its people and companies needs to be kept.",
        default="known",
        later="outside under [privacy] in playbook.toml; then load your mail and calendars again",
        choices={
            "known": "only with people and companies that a CRM or your own table of contacts lists; load that first",
            "all": "with everybody outside your own domains; choose this if mail or calendars are all you load",
        },
    ),
)
"""What `answerback init` asks, in this order."""


@dataclass(frozen=True, slots=True)
class InitAnswers:
    """The answers to `QUESTIONS`."""

    own_domains: tuple[str, ...] = ()
    time_zone: str = "UTC"
    outside: str = "known"

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> InitAnswers:
        """Answers as they were typed, by the questions' keys; an empty or missing one is the default.

        >>> InitAnswers.from_texts({"organisation.own_domains": "acme.example, acme.test", "privacy.outside": ""})
        InitAnswers(own_domains=('acme.example', 'acme.test'), time_zone='UTC', outside='known')
        """
        domains, zone, outside = (texts.get(each.key, "").strip() or each.default for each in QUESTIONS)
        return cls(tuple(domains.replace(",", " ").split()), zone, outside)


@cache
def default_text() -> str:
    """The packaged playbook as text: every setting at its default, with comments."""
    return (files("answerback.domain") / TEMPLATE).read_text(encoding="utf-8")


@cache
def default_playbook() -> Playbook:
    """The playbook of an organisation that has written none.

    >>> [play.name for play in default_playbook().play if not play.counts]
    ['task']
    """
    return parse(default_text(), Playbook, TEMPLATE, PlaybookError)


def playbook_at(path: Path) -> Playbook:
    """What an organisation has written there, or the default one where it has written none.

    Raises PlaybookError for a file that is none.

    >>> playbook_at(Path("nowhere")) == default_playbook()
    True
    """
    return read_playbook(path) if path.exists() else default_playbook()


def read_playbook(path: Path) -> Playbook:
    """The playbook in a file. A section that is missing keeps its default, the plays among them.

    Raises PlaybookError where the file is missing or not readable, is no TOML, or holds anything that is not allowed:
    one line for each mistake, with the file's line, the key and the allowed values.
    """
    return playbook_from(_text(path), str(path))


def playbook_of_snapshot(text: str) -> Playbook:
    """The playbook that a snapshot was made by, as JSON. A setting that is no longer known is left out.

    >>> playbook_of_snapshot('{"version": 1, "court": {"quiet_below": 0.3, "of_old": true}}').court.quiet_below
    0.3
    """
    stated = json.loads(text)
    try:
        return Playbook.model_validate_json(text)
    except ValidationError as error:
        for each in error.errors():
            if each["type"] == "extra_forbidden":
                _leave_out(stated, each["loc"])
    return Playbook.model_validate_json(json.dumps(stated))


def _leave_out(stated: Any, place: tuple[int | str, ...]) -> None:
    for name in place[:-1]:
        stated = stated[name]
    del stated[place[-1]]


def playbook_from(text: str, where: str = "playbook.toml") -> Playbook:
    r"""The playbook in a text; `where` names it in errors.

    >>> playbook = playbook_from('[organisation]\ntime_zone = "Europe/Berlin"')
    >>> playbook.organisation.time_zone, playbook.play == default_playbook().play
    ('Europe/Berlin', True)
    """
    stated = parse(text, Playbook, where, PlaybookError)
    given = {name: getattr(stated, name) for name in stated.model_fields_set}
    kept = {name: getattr(default_playbook(), name) for name in Playbook.model_fields if name not in given}
    if unknown := list(_unknown_holidays(stated)):
        raise refuse(text, unknown, where, PlaybookError)
    try:
        return Playbook.model_validate(given | kept)  # anew: what is stated must agree with the defaults too
    except ValidationError as refused:
        raise refuse(text, mistakes_of(refused, Playbook, given), where, PlaybookError) from refused


def _unknown_holidays(stated: Playbook) -> Iterator[Mistake]:
    """Codes of public holidays that nobody knows. Asked of a person's file alone: the library is slow to begin with."""
    places = [("organisation", stated.organisation.holidays)]
    places += [("rep", each.holidays) for each in stated.rep]
    for number, (section, code) in enumerate(places):
        if code and (said := mistake_in(code)):
            path = (section, "holidays") if section == "organisation" else (section, number - 1, "holidays")
            yield Mistake(path, f"{section}.holidays {said}")


def warnings_of(path: Path) -> list[str]:
    """What a readable playbook allows and its owner probably does not mean: `line 12: …`.

    Raises PlaybookError as `read_playbook` does.
    """
    text = _text(path)
    return [f"line {line_of(text, each.path)}: {each.text}" for each in playbook_from(text, str(path)).warnings()]


def write_playbook(answers: InitAnswers) -> str:
    """The text of a new playbook: the commented defaults with the answers filled in.

    Raises PlaybookError where an answer is not allowed; its message names the setting and what would be.

    >>> text = write_playbook(InitAnswers(own_domains=("acme.example",), outside="all"))
    >>> playbook_from(text).organisation.own_domains, playbook_from(text).privacy.outside
    (('acme.example',), 'all')
    """
    filled = {
        ("organisation", "own_domains"): "[" + ", ".join(_quoted(each) for each in answers.own_domains) + "]",
        ("organisation", "time_zone"): _quoted(answers.time_zone),
        ("privacy", "outside"): _quoted(answers.outside),
    }
    written = default_text().split("\n")
    known = lines(default_text())
    for path, value in filled.items():
        written[known[path] - 1] = f"{path[-1]} = {value}"
    text = "\n".join(written)
    playbook_from(text, "the new playbook")
    return text


def _quoted(text: str) -> str:
    """A TOML string on one line. JSON's escapes are TOML's, but for DEL, which JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        step = "run `answerback init`, which writes one"
        raise PlaybookError("there is no playbook", where=str(path), next_step=step) from error
    except OSError as error:
        step = "check that it is a file and that you may read it"
        raise PlaybookError("the playbook cannot be read", where=str(path), next_step=step) from error
    except UnicodeDecodeError as error:
        step = "save it as UTF-8"
        raise PlaybookError("the playbook is not written in UTF-8", where=str(path), next_step=step) from error
