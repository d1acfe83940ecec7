"""Writes docs/lookup/cli.md from the commands themselves: every command, argument and option, and the exit codes.

Run it after a change in `answerback.cli`; a test fails until the page is current.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import typer.main

from answerback.analysis.dimensions import COLUMNS, PERIODS
from answerback.analysis.listing import LISTINGS
from answerback.cli.app import app
from answerback.domain.errors import Exit

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lookup" / "cli.md"

INTRODUCTION = """\
# Command line

<!-- Written by scripts/write_cli_docs.py: change answerback.cli, then run it. -->

```text
answerback [OPTIONS] COMMAND [ARGUMENTS]
```

Answers go to standard output, progress and errors to standard error. An error is one sentence with a code; each code
has a section in [Errors](errors.md).

## Options of every command

They may stand anywhere on the line.
"""

FORMS = """
## Forms of output

| `--format` | what is written |
|---|---|
| `table` | for eyes: shares as percent, the first 200 rows |
| `json` | an array of objects; instants as `2026-03-01T09:30:00Z`, absent values as `null` |
| `csv` | with a header; what a spreadsheet would run as a formula begins with a quote mark |
| `parquet` | one file, with types; send it to a file |

Keys never change their meaning; new ones may be added at the end.

| answer | keys |
|---|---|
| `show links` | `action_id, effort_id, basis, grade, lag_seconds` |
| `show outcomes` | `effort_id, rep_id, account_id, play, occurred_at, reactive, state, answered_at, action_id`, \
then more |
| `show on-base` | the groupings in the order of `--by`, then `efforts, on_base, answered, still_open, unseen, \
matured, rate, low, high, reason`, then more |
| `findings` | `finding_id, kind, level, subject_kind, subject, subject_name, measure, play, where, direction, \
good_news, since, raised_on, before, after, change, low, high, unit, sure_by, sure, verdict, efforts, answers, \
first_for, others_from, expires, next_step, episode, status, until, reason, shown_to, muted, expired, headline, story, \
cannot_tell, cannot_tell_text, caution, evidence_where, details`; `where`, `evidence_where`, \
`details` are JSON as text |
| `explain finding` | one object: `finding` (keys as above), `definition`, and where it rests on one `figure` with \
`definition, sql, figures, efforts` |
| `lookback` | `week, finding_id, kind, subject_kind, subject, measure, play, direction, verdict, since, raised_on, \
weeks_late, first_for, others_from, sure_by, sure, touches_before, moved_before, touches_then, moved_then, \
touches_after, moved_after, bearing, happening, next_step, headline`; `bearing` is borne_out, \
not_borne_out or cannot_tell |
"""

CODES: Final = MappingProxyType(
    {
        Exit.OK: "Done.",
        Exit.BUG: "A promise of the product was broken, or there is a bug. Nothing was published.",
        Exit.USAGE: "The command's words, a mapping or the playbook do not fit together.",
        Exit.BAD_INPUT: "Something could not be read at all.",
        Exit.PARTLY: "Done, with a rest: rejects, if `load --strict` asked; after `forget`, what is yours to change.",
        Exit.BUSY: "Somebody else is building in this workspace, or somebody is being forgotten.",
        Exit.NOT_FOUND: "No such workspace, snapshot, record or figure.",
        Exit.NO_ROOM: "The disk is full, or the folder may not be written.",
        Exit.STOPPED: "You pressed Ctrl-C. Nothing half-written remains.",
    }
)

_HIDDEN = frozenset({"--help", "--install-completion", "--show-completion"})


def page() -> str:
    """The whole page."""
    group: Any = typer.main.get_command(app)
    parts = [INTRODUCTION, *_options(group), FORMS, _shown(), "\n## Commands\n"]
    for name, command in group.commands.items():
        parts += _command(name, command)
    parts += ["\n## Exit codes\n\n| code | name | when |\n|---|---|---|\n"]
    parts += [f"| {int(code)} | {code.name.lower()} | {meaning} |\n" for code, meaning in CODES.items()]
    parts += [COMPLETION]
    return "".join(parts)


COMPLETION = """
## Completion

```sh
answerback --install-completion
```

teaches your shell (bash, zsh or fish) to complete commands and options; `--show-completion` prints what it would
install.
"""


def _shown() -> str:
    rows = "".join(f"| `{each.name}` | {each.meaning} |\n" for each in LISTINGS)
    dimensions = ", ".join(f"`{name}`" for name in (*COLUMNS, *PERIODS))
    return (
        "\n## What `show` can list\n\n| name | rows |\n|---|---|\n"
        "| `on-base` | how many efforts moved a buyer, and the rate or why there is none |\n"
        f"{rows}\n`--by` and `--where` of `on-base` take {dimensions}, and what the playbook lists under "
        "`[[dimension]]`.\n"
    )


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = " ".join(_usage(each) for each in command.params if each.param_type_name == "argument")
    yield f"\n### {name}\n\n{command.help}\n\n```text\n{f'answerback {name} {arguments}'.strip()}\n```\n"
    described = [each for each in command.params if each.param_type_name == "argument" and each.help]
    if described:
        yield "\n| argument | meaning |\n|---|---|\n"
        yield from (f"| `{each.name}` | {_cell(each.help)} |\n" for each in described)
    yield from _options(command)


def _usage(argument: Any) -> str:
    shown = argument.name.upper() + ("…" if argument.nargs == -1 or argument.multiple else "")
    return shown if argument.required else f"[{shown}]"


def _options(command: Any) -> Iterator[str]:
    options = [
        each for each in command.params if each.param_type_name == "option" and not _HIDDEN.intersection(each.opts)
    ]
    if options:
        yield "\n| option | meaning |\n|---|---|\n"
    for each in options:
        names = ", ".join(f"`{name}`" for name in (*each.opts, *each.secondary_opts))
        words = [str(word) for word in type(each.default)] if isinstance(each.default, StrEnum) else []
        allowed = f" One of {', '.join(f'`{word}`' for word in words)}." if words else ""
        usual = "" if not each.default or isinstance(each.default, bool) else f" `{each.default}` where it is left out."
        variable = f" Also: the variable `{each.envvar}`." if each.envvar else ""
        yield f"| {names} | {_cell(each.help)}{allowed}{usual}{variable} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
