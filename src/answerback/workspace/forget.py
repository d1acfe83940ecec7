"""Forgetting a person: out of the log, the journal, what was rejected and every kept snapshot, and never loaded again.

What is to be done is written down first (`forgetting.json`, owner-only). Killed before that, nothing has begun; killed
after it, the next command finishes it before it does anything else; and then the note of it is gone, too. What stays is
one entry of marks (see `suppression`), by which every later load knows whom to leave out.

No load and no build runs meanwhile. Readers are not waited for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress as ignoring
from dataclasses import dataclass
from datetime import datetime

from answerback.domain.errors import BusyError, NotFoundError
from answerback.domain.playbook import Playbook
from answerback.engine.duckdb import Limits, engine
from answerback.engine.protocol import Engine
from answerback.workspace.access import note_use
from answerback.workspace.batches import load_alone
from answerback.workspace.disk import put_in_place, room_on, sync_folder
from answerback.workspace.erased_snapshots import SnapshotEraser
from answerback.workspace.erasing import Eraser
from answerback.workspace.home import Home, locked
from answerback.workspace.journal import compact_journal, let_go, lines_naming
from answerback.workspace.log import read_batches, read_folders, sweep
from answerback.workspace.manifests import manifest, to_json
from answerback.workspace.persons import Person, find_person, person_of
from answerback.workspace.suppression import suppress

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who was meant, what of them there was, and what of them this command cannot change."""

    person: Person
    found: dict[str, int]
    """How many, by kind."""
    left: tuple[str, ...]
    """Places that name the person and are yours to change: a line of the playbook, the name of a source."""
    done: bool
    """False: only looked at."""


def look_up(home: Home, asked: str, *, of: str = "", limits: Limits = Limits()) -> Forgotten:  # noqa: B008 - frozen
    """Who is meant, and what of them there is. Changes nothing.

    Raises NotFoundError where nobody is known so, UsageError where several are.
    """
    with engine(limits, scratch_on=home.pool) as duck:
        person = find_person(duck, home, read_batches(home), asked, of=of)
        eraser = Eraser(home, home.keys(), person, duck)
        folders = read_folders(home)
        eraser.prepare(folders)
        found = eraser.look(folders) + SnapshotEraser(home, person, duck).look()
    found["journal entries"] = lines_naming(home, [text for _, _, text in person.known_as] + list(person.addresses))
    found["lines of usage.log"] = len(_usage_lines(home, eraser))
    return Forgotten(person, _sorted(found), _left(home, eraser), done=False)


def forget(
    home: Home,
    asked: str,
    *,
    playbook: Playbook,
    now: datetime,
    of: str = "",
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Forgotten:
    """Forgets a person for good, and says what was removed.

    Raises NotFoundError where nobody is known so, UsageError where several are, BusyError while a load or build runs.
    """
    with locked(home, "build"), locked(home, "load"):
        _finish(home, now=now, limits=limits)
        closed = compact_journal(home, playbook, now=now, take=load_alone)
        let_go(home, now=now, kept_seconds=-math.inf, closed=closed)  # what is kept for readers names people, too
        with engine(limits, scratch_on=home.pool) as duck:
            person = find_person(duck, home, read_batches(home), asked, of=of)
            eraser = _begin(home, person, duck)
            found = eraser.look(read_folders(home)) + SnapshotEraser(home, person, duck).look()
            found["lines of usage.log"] = len(_usage_lines(home, eraser))
            _erase(home, eraser, duck, now=now)
            _end(home)
            left = _left(home, eraser)
    told = ", ".join(f"{count} {what}" for what, count in _sorted(found).items())
    note_use(home, "forget", told, now=now)
    return Forgotten(person, _sorted(found), left, done=True)


def finish_forgetting(home: Home, *, now: datetime, limits: Limits = Limits()) -> bool:  # noqa: B008 - frozen
    """Finishes what a killed command began. False: there was nothing to finish. Only for who holds the build lock."""
    if not home.forgetting.exists():
        return False
    with locked(home, "load"):
        return _finish(home, now=now, limits=limits)


def finish_if_idle(home: Home, *, now: datetime) -> None:
    """The same for who holds no lock. Where a load, a build or the forgetting itself is running, that will do it."""
    if home.forgetting.exists():
        with ignoring(BusyError), locked(home, "build"):
            finish_forgetting(home, now=now)


def _finish(home: Home, *, now: datetime, limits: Limits) -> bool:
    if not home.forgetting.exists():
        return False
    with manifest(home.forgetting, form=_FORMAT) as said:
        stated = dict(said)
    asked = [tuple(each) for each in stated.get("asked", ())]
    with engine(limits, scratch_on=home.pool) as duck:
        if "person" in stated:
            eraser = Eraser(home, home.keys(), person_of(stated["person"]), duck)
            eraser.prepare(read_folders(home), stated["attributes"])
            _erase(home, eraser, duck, now=now)
        for number, (space, source, own) in enumerate(asked, 1):  # a load learned of these
            with ignoring(NotFoundError):
                person = find_person(duck, home, read_batches(home), f"{source}:{own}", of=space)
                _erase(home, _begin(home, person, duck, asked[number:]), duck, now=now)
    _end(home)
    return True


def _end(home: Home) -> None:
    with room_on(home.root):
        home.forgetting.unlink(missing_ok=True)
        sync_folder(home.root)


def _begin(home: Home, person: Person, duck: Engine, asked: Sequence[tuple[str, ...]] = ()) -> Eraser:
    """Writes down what is to be done: from here on it will be."""
    eraser = Eraser(home, home.keys(), person, duck)
    attributes = eraser.prepare(read_folders(home))
    with room_on(home.root):
        said = {"person": person.to_dict(), "attributes": attributes, "asked": [list(each) for each in asked]}
        put_in_place(home.forgetting, to_json(said, form=_FORMAT))
    return eraser


def _erase(home: Home, eraser: Eraser, duck: Engine, *, now: datetime) -> None:
    """Everything, in an order in which it can be done again from the start. Holds both locks."""
    suppress(home, eraser.person.marks(home.keys()), now=now)
    sweep(home, older_than_seconds=-math.inf, now=now)  # nobody loads: what no manifest lists is nobody's
    for folder in read_folders(home):
        eraser.rewrite(folder)
    sweep(home, older_than_seconds=-math.inf, now=now)
    SnapshotEraser(home, eraser.person, duck).rewrite()
    _sweep_drafts(home)
    if lines := _usage_lines(home, eraser):
        kept = home.usage.read_text("utf-8").splitlines(keepends=True)
        put_in_place(home.usage, "".join(eraser.told(line) if line in lines else line for line in kept).encode())


def _sweep_drafts(home: Home) -> None:
    for folder in (home.log, home.snapshots, home.journal, home.root):
        for path in folder.glob(".*.draft"):
            path.unlink(missing_ok=True)


def _usage_lines(home: Home, eraser: Eraser) -> set[str]:
    if not home.usage.exists():
        return set()
    return {line for line in home.usage.read_text("utf-8").splitlines(keepends=True) if eraser.told(line) != line}


def _left(home: Home, eraser: Eraser) -> tuple[str, ...]:
    lines = home.playbook.read_text("utf-8").splitlines() if home.playbook.exists() else []
    found = [
        f"{home.playbook.name}, line {number}" for number, line in enumerate(lines, 1) if eraser.told(line) != line
    ]
    sources = {name for batch in read_batches(home) for name in (batch.source, batch.ids_of)}
    return (*found, *(f"a source is called {name}" for name in sorted(sources) if eraser.told(name) != name))


def _sorted(found: Counter[str]) -> dict[str, int]:
    return {what: count for what, count in sorted(found.items()) if count}
