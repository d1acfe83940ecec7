"""Files that came in by the browser: named safely, unpacked within bounds, told apart by their content, loaded.

Nothing is believed of a file but what it holds: its name decides nothing, an archive may neither swell beyond reason
nor write beside its folder, and what no source knows is named to whoever brought it.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from answerback.api import Workspace
from answerback.domain.errors import AnswerbackError, SourceError
from answerback.sources.files import FREE_BYTES, LARGEST_RATIO, Bomb
from answerback.sources.registry import NAMES, recognised_by
from answerback.web.running.jobs import Advance
from answerback.workspace.batches import Batch

MOST_FILES = 5_000
MOST_BYTES = 1 << 30
"""Of one upload."""
MOST_UNPACKED_BYTES = 4 << 30
_CHUNK = 1 << 20
_LONGEST_NAME = 120
_CRMS = ("salesforce", "hubspot")
_LAST = ("mailbox", "calendar")
"""Loaded last: of mail and meetings only what concerns people who are known by then may be kept."""
_UNSAFE = re.compile(r"[^\w .()@+-]", re.ASCII)


class Upload(Protocol):
    """A file as the browser sent it."""

    @property
    def name(self) -> str | None:
        """What it is called there."""
        ...

    @property
    def size(self) -> int | None:
        """Its bytes."""
        ...

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        """Its content, piece by piece."""
        ...


def safe_name(given: str) -> str:
    r"""A name that is a file's and nothing else's, whatever was given.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\mail\\all.mbox"), safe_name("..."), safe_name("a\x00b\n.eml")
    ('passwd', 'all.mbox', 'file', 'ab.eml')
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    kept = _UNSAFE.sub("", last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return (f"{stem[:_LONGEST_NAME]}{dot}{ending[:16]}" if stem else kept[:_LONGEST_NAME]) or "file"


def take_in(uploads: Iterable[Upload], folder: Path) -> None:
    """Writes uploads into a folder, each under a name of its own.

    Raises SourceError where there are none, too many, or they are too large.
    """
    given = list(uploads)
    if not given:
        raise SourceError("no file was chosen", next_step="choose one or more, then send them")
    if len(given) > MOST_FILES or sum(each.size or 0 for each in given) > MOST_BYTES:
        raise SourceError(
            f"that is more than {MOST_FILES:,} files or {MOST_BYTES >> 30} GB at once",
            next_step="send it in parts, or load it on the server with answerback load",
        )
    for each in given:
        with _free(folder, safe_name(each.name or "")).open("xb") as out:
            for chunk in each.chunks(_CHUNK):
                out.write(chunk)


def _free(folder: Path, name: str) -> Path:
    """A path in the folder that nothing has."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return path


def unpack(folder: Path) -> None:
    """Puts what lies in zip archives in their place. Raises Bomb or SourceError for one that cannot be trusted."""
    room = MOST_UNPACKED_BYTES
    for archive in [each for each in sorted(folder.iterdir()) if each.is_file() and _is_archive(each)]:
        into = _free(folder, f"{archive.stem}-unpacked")
        into.mkdir()
        try:
            with zipfile.ZipFile(archive) as members:
                room -= _unpacked(members, into, room)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise SourceError("this archive is damaged", where=archive.name, next_step="make it anew") from error
        except RuntimeError as error:  # what zipfile says of a password
            raise SourceError("this archive has a password", where=archive.name, next_step="unpack it first") from error
        archive.unlink()


def _is_archive(path: Path) -> bool:
    """A zip file that is no spreadsheet."""
    return path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)


def _unpacked(members: zipfile.ZipFile, into: Path, room: int) -> int:
    """The bytes that were written."""
    files = [each for each in members.infolist() if not each.is_dir() and _is_wanted(each.filename)]
    if len(files) > MOST_FILES:
        raise SourceError(f"an archive with more than {MOST_FILES:,} files", next_step="send it in parts")
    written = 0
    for each in files:
        target = into.joinpath(*(safe_name(part) for part in PurePosixPath(each.filename.replace("\\", "/")).parts))
        target.parent.mkdir(parents=True, exist_ok=True)
        with members.open(each) as inside, _free(target.parent, target.name).open("xb") as out:
            written += _copied(inside, out, packed=each.compress_size, room=room - written)
    return written


def _is_wanted(name: str) -> bool:
    """Not what a system adds for itself."""
    parts = [part for part in PurePosixPath(name).parts if part not in (".", "..")]
    return not any(part.startswith((".", "__MACOSX")) for part in parts)


def _copied(inside: IO[bytes], out: IO[bytes], *, packed: int, room: int) -> int:
    """The bytes that were copied. Raises Bomb as soon as they are too many, whatever the archive says of itself."""
    count = 0
    while chunk := inside.read(_CHUNK):
        count += len(chunk)
        if count > room or (count > FREE_BYTES and count > LARGEST_RATIO * max(packed, 1)):
            raise Bomb("an archive swells beyond all reason", next_step="unpack it by hand and look at it first")
        out.write(chunk)
    return count


@dataclass(frozen=True, slots=True)
class Part:
    """Files that one source reads, in a folder of their own."""

    source: str
    path: Path
    files: int


@dataclass(slots=True)
class Sorted:
    """What came in, by the sources that know it."""

    parts: list[Part] = field(default_factory=list)
    mapping: Path | None = None
    strange: list[tuple[str, str]] = field(default_factory=list)
    """Names of files that nothing knows, and why."""


def sort_out(folder: Path, into: Path) -> Sorted:
    """Tells files apart by what they hold, and moves those of each source into a folder of `into`."""
    found = Sorted()
    files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    mappings = [each for each in files if each.suffix == ".toml"]
    if len(mappings) == 1:
        found.mapping = mappings[0]
    found.strange += [(each.name, "send one mapping at a time") for each in mappings if len(mappings) > 1]
    groups: dict[str, list[Path]] = {}
    unsure: list[tuple[Path, tuple[str, ...]]] = []
    for file in (each for each in files if each.suffix != ".toml"):
        if not file.stat().st_size:
            found.strange.append((file.name, "it is empty"))
            continue
        names = _sources_of(file, folder)
        if len(names) == 1 and names[0] != "mapping":
            groups.setdefault(names[0], []).append(file)
        elif names:
            unsure.append((file, names))
        else:
            found.strange.append((file.name, "no source knows what this is"))
    _place_unsure([(file, names) for file, names in unsure if names != ("mapping",)], groups, found)
    _place_tables([file for file, names in unsure if names == ("mapping",)], groups, found)
    for name in sorted(groups, key=lambda each: (each in _LAST, NAMES.index(each))):
        found.parts.append(_moved(name, groups[name], folder, into / name))
    return found


def _sources_of(file: Path, folder: Path) -> tuple[str, ...]:
    """The source that knows a file best, or those that know it equally well; nothing where none does."""
    inside = file.relative_to(folder).parent
    if inside.name in ("cur", "new") and (folder / inside.parent / "cur").is_dir():
        return ("mailbox",)
    answers = recognised_by(file)
    surest = answers[0][1].sure
    return tuple(source.name for source, answer in answers if answer.sure == surest) if surest > 0.0 else ()


def _place_unsure(unsure: list[tuple[Path, tuple[str, ...]]], groups: dict[str, list[Path]], found: Sorted) -> None:
    """Files that could be of several sources (a table of companies): they are of the one that most others are of."""
    sizes = {name: len(files) for name, files in groups.items()}
    for file, names in unsure:
        best = max(names, key=lambda name: sizes.get(name, 0))
        if sizes.get(best):
            groups[best].append(file)
        else:
            found.strange.append((file.name, f"{' and '.join(names)} are equally sure of this; send the rest with it"))


def _place_tables(tables: list[Path], groups: dict[str, list[Path]], found: Sorted) -> None:
    """Tables that no source knows by themselves: a mapping says what they mean, or they lie beside a CRM's."""
    crm = next((each for each in _CRMS if each in groups), "")
    if found.mapping is not None and tables:
        groups["mapping"] = tables
    elif crm:
        groups[crm] += tables
    else:
        found.strange += [(each.name, "a table; a mapping has to say what its columns mean") for each in tables]


def _moved(source: str, files: list[Path], folder: Path, into: Path) -> Part:
    targets = [into / each.relative_to(folder) for each in files]
    for each, target in zip(files, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(each, target)
    return Part(source, targets[0] if len(files) == 1 else into, len(files))


@dataclass(frozen=True, slots=True)
class Loaded:
    """How an upload ended."""

    batches: tuple[Batch, ...]
    strange: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, AnswerbackError], ...]
    """Sources of which nothing could be read, and why."""


def load_all(workspace: Workspace, folder: Path, exported_at: datetime | None, advance: Advance) -> Loaded:
    """Loads a folder of uploads through the ordinary sources, and removes it."""
    try:
        advance("looking at the files", 0, 0)
        unpack(folder)
        found = sort_out(folder, folder / ".sorted")
        batches, failed = [], []
        for part in found.parts:
            try:
                batches.append(_loaded(workspace, part, found.mapping, exported_at, advance))
            except AnswerbackError as error:
                failed.append((part.source, error))
        return Loaded(tuple(batches), tuple(found.strange), tuple(failed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _loaded(
    workspace: Workspace, part: Part, mapping: Path | None, exported_at: datetime | None, advance: Advance
) -> Batch:
    return workspace.load(
        part.path,
        source="" if part.source == "mapping" else part.source,
        mapping=mapping if part.source == "mapping" else None,
        exported_at=exported_at,
        progress=lambda step: advance(part.source, step.done, step.total),
    )
