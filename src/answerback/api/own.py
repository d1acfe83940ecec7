"""One person's mailbox and calendar, read on this computer into a workspace that is gone at the end.

The command line (`answerback mine`) and the pages ask the same question here. The workspace lies in a folder that only
its owner may enter; nothing is written anywhere else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from answerback.analysis.court.mine import WaitingList, waiting_on
from answerback.analysis.own import Moved, looked_at_from, moved, rep_key_of, takes_part
from answerback.analysis.reader import reading
from answerback.domain.errors import SourceError, UsageError
from answerback.domain.playbook import Organisation, Playbook, Privacy, Seller
from answerback.domain.playbook_file import default_playbook
from answerback.domain.reading import Progress, Source
from answerback.engine.protocol import Limits
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
PREFIX = "answerback-mine-"
ONE_DAY_SECONDS = 86_400
NEARLY_AS_MANY = 0.6
"""A second candidate with at least this share of the first one's mails makes it unclear whose mailbox it is."""
ON_MOST = 0.5
"""Somebody who is on fewer of the mails is not their owner."""

OnStep = Callable[[str, int, int], None]
"""Told what is being done, how much is done and how much there is; a total of 0 is not known."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is, and how that is known."""

    address: str
    why: str
    named: bool = False
    """Said, not guessed."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What is read, whose it is, and by which settings."""

    path: Path
    loads: tuple[tuple[Source, dict[str, str]], ...]
    """Sources, each with the options it gets."""
    owner: Owner
    playbook: Playbook


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is told."""

    as_of: datetime
    old: bool
    """Looked at from the end of an old export."""
    waits: WaitingList
    moved: Moved
    batches: tuple[Batch, ...]


def mailbox_in(path: Path, owner: str, options: dict[str, str]) -> Mailbox:
    """What lies there and whose it is.

    Raises UsageError where it is not clear whose it is or an option is none, SourceError where it is neither mail nor
    calendar.
    """
    for name in options:
        if name not in (*OPTIONS, "owner"):
            known = "; ".join(f"{each}: {meaning}" for each, meaning in OPTIONS.items())
            raise UsageError(f"there is no option {name!r}", where="--set", next_step=f"use one of {known}")
    if not path.exists():
        raise SourceError("there is no such file or folder", where=str(path), next_step="check the path")
    sources = _sources(path)
    who = _owner(path, owner or options.get("owner", ""), mail=any(each.name == "mailbox" for each in sources))
    lists = {"lists": options["lists"]} if "lists" in options else {}
    loads = tuple((each, {"owner": who.address} | (lists if each.name == "mailbox" else {})) for each in sources)
    return Mailbox(path, loads, who, _playbook(who.address, options))


def answer_of(
    mailbox: Mailbox, home: Home, *, now: datetime, as_of: datetime | None, limits: Limits, on_step: OnStep
) -> Answer:
    """Reads, links and asks, in a workspace that whoever calls removes."""
    batches, path, owner = [], mailbox.path, mailbox.owner
    for source, options in mailbox.loads:
        # One name for both, so that a meeting in the calendar and in a mail is one, and a person has one id.
        request = LoadRequest(source, path, "mailbox", "mailbox", mailbox.playbook, now, None, None, options)
        telling = partial(_reading, on_step, f"Reading {path.name} ({source.name})")
        batches.append(load(home, request, telling))
    build(
        home, mailbox.playbook, now=now, limits=limits, on_step=lambda _, done, total: on_step("Linking", done, total)
    )
    with reading(home, limits=limits, as_of=now) as reader:
        key = rep_key_of(reader, owner.address)
        if key is None or (owner.named and not takes_part(reader, key)):
            raise UsageError(
                f"none of these mails is between {owner.address} and somebody outside",
                where="--owner",
                next_step="name the mailbox's owner, and say which domains are your own: --set own=DOMAIN",
            )
        seen_from, old = (as_of, False) if as_of else looked_at_from(reader, key, now)
        then, scope = replace(reader, as_of=seen_from), owner_scope("mine")
        return Answer(seen_from, old, waiting_on(then, scope, key), moved(then, scope, key), tuple(batches))


def _reading(on_step: OnStep, what: str, step: Progress) -> None:
    on_step(what, step.done, step.total)


def _linking(on_step: OnStep, _what: str, done: int, total: int) -> None:
    on_step("Linking", done, total)


@contextmanager
def vanishing_home(now: datetime, *, within: Path | None = None) -> Iterator[Home]:
    """A workspace for a while, in a folder that only the owner may enter; gone at the end of the block.

    Args:
        now: What our own runs left that were killed without a word is removed once it is a day old.
        within: The folder in which it is made; the system's temporary place, unless said.
    """
    _sweep(now)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=within) as folder:
        yield create_home(Path(folder) / "home")


def _sweep(now: datetime) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            found = folder.lstat()
        except FileNotFoundError:
            continue
        if found.st_uid == os.getuid() and now.timestamp() - found.st_mtime > ONE_DAY_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


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
