"""`answerback build` and `decide`."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from answerback.cli.deciding import CLOSE_QUIET, OF_BALLS, OF_FINDINGS, decide_on_ball, decide_on_finding, named_as_ball
from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import UsageError
from answerback.engine.opening import EngineChoice, EngineName
from answerback.workspace.deciding import Decision, decide
from answerback.workspace.known import source_of

_PAIRS = ("merge", "separate")
_WORDS = ("refusal", "not_refusal", "contest", "upheld", "void")
"""What can be said of an event: that a reply was a no; that its record is wrong, and how that was settled."""
_KINDS = ("account", "contact", "deal", "rep")
"""What can be merged or separated."""


def build_snapshot(settings: Settings, engine: str, master: str, *, afresh: bool) -> None:
    """Builds, and says what there is now."""
    choice = engine_choice(engine, master)
    workspace = settings.workspace()
    with progress(settings, "Building") as advance:
        built = workspace.build(engine=choice, afresh=afresh, on_step=advance)
    rows = {name: file.rows for name, file in built.snapshot.relations.items()}
    if settings.format is not Format.TABLE:
        summary = {"snapshot": built.snapshot.name, "new": built.new}
        summary |= {"efforts": rows["effort"], "actions": rows["buyer_action"], "links": rows["link"]}
        summary |= {"blocks": len(built.snapshot.blocks), "blocks_made": len(built.made)}
        put(settings, pa.Table.from_pylist([summary]))
        return
    if not built.new:
        print(f"Nothing has changed since snapshot {built.snapshot.name}.")
        return
    print(f"Snapshot {built.snapshot.name}: {rows['effort']:,} touches, {rows['buyer_action']:,} buyer actions,")
    print(
        f"  {rows['link']:,} of which answer a touch, {rows['registration']:,} work items that merely register an act."
    )
    if len(built.made) < len(built.snapshot.blocks):
        print(f"  Of {len(built.snapshot.blocks)} blocks of months, {len(built.made)} had changed and were made again.")
    if not rows["effort"]:
        print("  No touches were loaded, so no rate can be told. Load a mailbox, a calendar or a CRM's activities.")
    print("Next: answerback show on-base, answerback doctor")


def engine_choice(engine: str, master: str) -> EngineChoice:
    """The engine that was named. Raises UsageError for one that there is not, and for a master that nobody follows.

    >>> engine_choice("spark", "spark://host:7077").master
    'spark://host:7077'
    """
    names = [name.value for name in EngineName]
    if engine not in names:
        raise UsageError(f"there is no engine {engine!r}", where="--engine", next_step="use " + " or ".join(names))
    choice = EngineChoice(EngineName(engine), master)
    if master and choice.name is not EngineName.SPARK:
        raise UsageError(f"{engine} runs on this machine", where="--master", next_step="add --engine spark")
    return choice


_KNOWN = tuple(dict.fromkeys((*_PAIRS, *_WORDS, *OF_BALLS, CLOSE_QUIET, "pester", *OF_FINDINGS)))


def _of_turns_or_findings(
    settings: Settings, kind: str, subject: str, *, of: str, source: str, reason: str, until: str
) -> bool:
    """Takes a word on whose turn it is, or on a finding; false where it is neither."""
    if kind == CLOSE_QUIET:
        from answerback.cli.quieting import close_quiet

        close_quiet(settings, subject, before=until, reason=reason)
        return True
    spaces = named_as_ball(settings, subject, of) if kind in OF_BALLS else ()
    if spaces or (kind in OF_BALLS and kind not in OF_FINDINGS):
        decide_on_ball(settings, kind, subject, spaces, source=source, reason=reason, until=until)
        return True
    if kind in OF_FINDINGS:
        decide_on_finding(settings, kind, subject, reason=reason, until=until)
        return True
    return False


def write_decision(
    settings: Settings, kind: str, subject: str, other: str, *, of: str, source: str, reason: str, until: str = ""
) -> None:
    """Appends one decision to the journal; the next build follows it."""
    if not other and _of_turns_or_findings(settings, kind, subject, of=of, source=source, reason=reason, until=until):
        return
    if until:
        raise UsageError(f"{kind} takes no day", where="--until", next_step="leave it out, or use wait_until")
    if kind == "pester":
        from answerback.cli.frictions import mark_policy

        mark_policy(settings, subject)
        return
    if kind not in _PAIRS + _WORDS:
        raise UsageError(
            f"there is no decision {kind!r}",
            next_step="use one of " + ", ".join(_KNOWN),
        )
    if (kind in _PAIRS) != bool(other):
        raise UsageError(
            f"{kind} takes {'two ids' if kind in _PAIRS else 'one id'}", next_step="see answerback decide -h"
        )
    if kind in _PAIRS and of not in _KINDS:
        raise UsageError(f"{kind} knows no {of!r}", where="--of", next_step="use one of " + ", ".join(_KINDS))
    if subject == other:
        raise UsageError(f"{subject!r} is named twice", next_step="name two different ids")
    workspace = settings.workspace()
    space = "event" if kind in _WORDS else of
    whose = source_of(workspace.home, space, (subject, other) if other else (subject,), source)
    said = Decision(whose, space, subject, kind, other=other, reason=reason)
    decide(workspace.home, said, now=datetime.now(UTC))
    print("Written down. It takes effect with the next: answerback build")
