"""`answerback mine`: one person's mailbox and calendar, read on this computer into a workspace that is gone at the end.

The workspace lies in a folder of the system's temporary place that only its owner may enter. It is removed however the
command ends: with an answer, an error, Ctrl-C or a polite kill. Nothing is written anywhere else.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from types import FrameType
from typing import TextIO

from answerback.analysis.court.mine import WaitingList, waiting_on
from answerback.analysis.own import Moved, looked_at_from, moved, rep_key_of, takes_part
from answerback.analysis.reader import reading
from answerback.cli.output import put
from answerback.cli.progress import Advance, progress
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import SourceError, UsageError
from answerback.domain.playbook import Organisation, Playbook, Privacy, Seller
from answerback.domain.playbook_file import default_playbook
from answerback.domain.reading import Progress, Source
from answerback.engine.protocol import Limits
from answerback.present.own import Part, moved_parts, own_rows, reading_text, waiting_parts
from answerback.sources.addresses import clean_address, is_free_mail, registrable_domain
from answerback.sources.calendar import SOURCE as CALENDAR
from answerback.sources.calendar import from_mail_part
from answerback.sources.mailbox import MailboxSource, OwnerGuess, find_owner
from answerback.workspace.access import owner_scope
from answerback.workspace.batches import Batch, LoadRequest, load
from answerback.workspace.build import build
from answerback.workspace.home import Home, create_home

OPTIONS = {
    "own": "your colleagues' domains and your own other addresses; else everybody at your own domain is a colleague",
    "lists": "skip (mailing lists are left out) or keep (they are mail like any other)",
    "replies": "read (replies are read in memory, to tell a question or a refusal; only that one word is kept)",
    "subjects": "show (the subject beside each buyer who waits)",
}
WIDTH = 100
PREFIX = "answerback-mine-"
ONE_DAY_SECONDS = 86_400
NEARLY_AS_MANY = 0.6
"""A second candidate with at least this share of the first one's mails makes it unclear whose mailbox it is."""
ON_MOST = 0.5
"""Somebody who is on fewer of the mails is not their owner."""


Loads = list[tuple[Source, dict[str, str]]]
"""Sources, each with the options it gets."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is, and how that is known."""

    address: str
    why: str
    named: bool = False
    """Said, not guessed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is told."""

    as_of: datetime
    old: bool
    """Looked at from the end of an old export."""
    waits: WaitingList
    moved: Moved
    batches: tuple[Batch, ...]


def show_mine(settings: Settings, path: Path, owner: str, options: dict[str, str]) -> None:
    """Reads the mailbox, says who waits and what moved, and forgets everything.

    Raises UsageError where it is not clear whose mailbox it is, SourceError where nothing can be read.
    """
    for name in options:
        if name not in (*OPTIONS, "owner"):
            known = "; ".join(f"{each}: {meaning}" for each, meaning in OPTIONS.items())
            raise UsageError(f"there is no option {name!r}", where="--set", next_step=f"use one of {known}")
    if not path.exists():
        raise SourceError("there is no such file or folder", where=str(path), next_step="check the path")
    sources = _sources(path)
    who = _owner(path, owner or options.get("owner", ""), mail=any(each.name == "mailbox" for each in sources))
    playbook = _playbook(who.address, options)
    if settings.format is Format.TABLE:
        _say_whose(who, playbook)
    lists = {"lists": options["lists"]} if "lists" in options else {}
    loads = [(each, {"owner": who.address} | (lists if each.name == "mailbox" else {})) for each in sources]
    answer = _answer(settings, path, loads, who, playbook)
    if settings.format is not Format.TABLE:
        put(settings, own_rows(who.address, answer.waits, answer.moved))
        _farewell(settings, sys.stderr)
    else:
        _tell(settings, answer)
        _farewell(settings, sys.stdout)


def _tell(settings: Settings, answer: Answer) -> None:
    seen = f"\nSeen from {answer.as_of:%Y-%m-%d %H:%M} UTC"
    print(f"{seen}, the end of this mailbox." if answer.old else f"{seen}.")
    for part in (*waiting_parts(answer.waits), *moved_parts(answer.moved)):
        _show(settings, part)
    print()
    for batch in answer.batches:
        counts = {"read": batch.read, "kept": batch.kept, "rejects": batch.rejects}
        print(fill(reading_text(batch.source_kind, **counts, non_events=batch.non_events), WIDTH))


def _answer(settings: Settings, path: Path, sources: Loads, owner: Owner, playbook: Playbook) -> Answer:
    """Reads, links and asks, in a workspace that is gone when the answer is there."""
    now = datetime.now(UTC)
    limits = Limits(threads=settings.threads, memory=settings.memory)
    with _vanishing_home(now) as home:
        batches = []
        for source, options in sources:
            # One name for both, so that a meeting in the calendar and in a mail is one, and a person has one id.
            request = LoadRequest(source, path, "mailbox", "mailbox", playbook, now, None, None, options)
            with progress(settings, f"Reading {path.name} ({source.name})") as advance:
                batches.append(load(home, request, _telling(advance)))
        with progress(settings, "Linking") as advance:
            build(home, playbook, now=now, limits=limits, on_step=advance)
        with reading(home, limits=limits, as_of=now) as reader:
            key = rep_key_of(reader, owner.address)
            if key is None or (owner.named and not takes_part(reader, key)):
                raise UsageError(
                    f"none of these mails is between {owner.address} and somebody outside",
                    where="--owner",
                    next_step="name the mailbox's owner, and say which domains are your own: --set own=DOMAIN",
                )
            as_of, old = (settings.as_of, False) if settings.as_of else looked_at_from(reader, key, now)
            then, scope = replace(reader, as_of=as_of), owner_scope("mine")
            return Answer(as_of, old, waiting_on(then, scope, key), moved(then, scope, key), tuple(batches))


def _telling(advance: Advance) -> Callable[[Progress], None]:
    return lambda step: advance("", step.done, step.total)


@contextmanager
def _vanishing_home(now: datetime) -> Iterator[Home]:
    """A workspace for a while, in a folder that only the owner may enter; gone at the end, however that comes."""
    _sweep(now)
    with _polite_kills(), tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        yield create_home(Path(folder) / "home")


def _sweep(now: datetime) -> None:
    """Removes what our own runs left that were killed without a word, once they are a day old."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            found = folder.lstat()
        except FileNotFoundError:
            continue
        if found.st_uid == os.getuid() and now.timestamp() - found.st_mtime > ONE_DAY_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _polite_kills() -> Iterator[None]:
    """Makes a request to end (SIGTERM, a closed terminal) an exception, so that what must be removed is."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, leave) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sources(path: Path) -> list[Source]:
    """The sources that the path is for. Raises SourceError where it is neither mail nor calendar."""
    mailbox = MailboxSource(from_mail_part)
    found: list[Source] = [each for each in (mailbox, CALENDAR) if each.recognise(path).sure > 0]
    if path.is_file():  # one file is one thing
        found = sorted(found, key=lambda each: -each.recognise(path).sure)[:1]
    if not found:
        raise SourceError(
            "this is neither a mailbox nor a calendar",
            where=str(path),
            next_step="give an mbox, a Maildir, an .ics file or a folder of them",
        )
    return found


def _owner(path: Path, named: str, *, mail: bool) -> Owner:
    """Whose mailbox it is. Raises UsageError where nobody said and it is not clear."""
    if named:
        address = clean_address(named)
        if not address:
            raise UsageError("the owner is not an address", where="--owner", next_step="write it as name@domain")
        return Owner(address, "as you said", named=True)
    guesses = find_owner(path) if mail else []
    if not guesses:
        raise UsageError("nothing says whose this is", where=path.name, next_step="name yourself: --owner ADDRESS")
    first, *others = guesses
    rival = next((each for each in others if each.reason == first.reason), None)
    alone = rival is None or rival.mails < NEARLY_AS_MANY * first.mails
    on_most = first.reason != "is on most mails" or first.mails >= ON_MOST * first.looked_at
    if alone and on_most:
        return Owner(first.address, f"{first.reason}, {first.mails:,} of {first.looked_at:,} looked at")
    raise UsageError(
        f"it is not clear whose mailbox this is: {_candidates(guesses)}",
        where=path.name,
        next_step=f"name yourself: --owner {first.address}",
    )


def _candidates(guesses: list[OwnerGuess]) -> str:
    return ", ".join(f"{each.address} ({each.mails:,} of {each.looked_at:,} mails)" for each in guesses[:3])


def _playbook(owner: str, options: dict[str, str]) -> Playbook:
    """The default playbook with this person as its one known seller."""
    own = options.get("own", "").replace(",", " ").split()
    aliases = tuple(dict.fromkeys(address for each in own if (address := clean_address(each)) and address != owner))
    domains = tuple(each for each in own if "@" not in each)
    if not own and (domain := registrable_domain(owner)) and not is_free_mail(owner):
        domains = (domain,)
    shown, read = options.get("subjects", ""), options.get("replies", "")
    for name, value, allowed in (("subjects", shown, "show"), ("replies", read, "read")):
        if value not in ("", allowed):
            raise UsageError(
                f"{name} can only be {allowed}", where=f"--set {name}", next_step="write it so or leave it out"
            )
    changed = {
        "organisation": Organisation(own_domains=domains),
        "rep": (Seller(email=owner, aliases=aliases),),
        "privacy": Privacy(outside="all", keep_subjects=bool(shown), read_replies=bool(read)),
    }
    return Playbook.model_validate(
        {name: getattr(default_playbook(), name) for name in Playbook.model_fields} | changed
    )


def _say_whose(who: Owner, playbook: Playbook) -> None:
    domains = playbook.organisation.own_domains
    print(f"The mailbox of {who.address} ({who.why}).")
    if domains:
        print(f"Everybody at {' and '.join(domains)} counts as a colleague.")
    print("If that is wrong: --owner ADDRESS, --set own=DOMAIN.", flush=True)


def _show(settings: Settings, part: Part) -> None:
    print()
    if part.table is not None:
        put(settings, part.table, title=part.title)
    if part.text:
        print(fill(part.text, WIDTH))
    sys.stdout.flush()


def _farewell(settings: Settings, stream: TextIO) -> None:
    if settings.format is Format.TABLE or not settings.quiet:
        print("Nothing was stored: all that was kept while working has been removed again.", file=stream)
