"""`answerback forget`: who is meant, what there is of them, and after a yes it is gone."""

from __future__ import annotations

import sys

import pyarrow as pa
import typer

from answerback.cli.output import put
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import Exit, UsageError
from answerback.present.plain import plain
from answerback.workspace.forget import Forgotten

_COLUMNS = pa.schema([("what", pa.string()), ("count", pa.int64()), ("state", pa.string())])


def forget_person(settings: Settings, asked: str, *, of: str, dry_run: bool, yes: bool) -> Exit:
    """Says who is meant, asks, forgets, and says what was removed.

    Raises UsageError where nobody can be asked and `--yes` was not given.
    """
    if of not in ("", "contact", "rep"):
        raise UsageError(f"there is no {of!r}", where="--of", next_step="say contact or rep")
    workspace = settings.workspace()
    seen = workspace.forget(asked, of=of, only_look=True)
    if dry_run:
        _say_who(seen)
        _report(settings, seen)
        return Exit.OK
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                "nobody can be asked whether this is the right person",
                where="--yes",
                next_step="add --yes, or --dry-run",
            )
        _say_who(seen)
        typer.confirm("Forget this person for good?", abort=True, err=True)
    done = workspace.forget(asked, of=of)
    _report(settings, done)
    return Exit.PARTLY if done.left else Exit.OK


def _say_who(seen: Forgotten) -> None:
    """On standard error: the answer itself is for whoever reads it later, and need not name them once more."""
    person = seen.person
    for space, source, own in person.known_as:
        print(f"{space} {plain(own)} of {source}", file=sys.stderr)
    also = [*person.names, *person.addresses]
    if also:
        print(f"known as {plain(', '.join(also))}", file=sys.stderr)


def _report(settings: Settings, told: Forgotten) -> None:
    state = "removed" if told.done else "found"
    rows = [{"what": what, "count": count, "state": state} for what, count in told.found.items()]
    rows += [{"what": place, "count": 1, "state": "yours to change"} for place in told.left]
    table = pa.Table.from_pylist(rows, schema=_COLUMNS)
    later = "; they are not loaded from now on" if told.done else ""
    put(settings, table, empty=f"nothing of this person was stored{later}")
    if settings.format is Format.TABLE and told.done:
        print("Forgotten. Figures follow with the next: answerback build")
    for place in told.left:
        print(f"still named in {plain(place)}: change that yourself", file=sys.stderr)
