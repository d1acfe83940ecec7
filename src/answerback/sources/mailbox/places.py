"""Where mails lie below a path: mbox files, Maildirs, folders of single mails, in one another and compressed or not.

What a file is, is told from its first bytes, because mail programs seldom give names that say it. The walk follows no
symbolic links, opens nothing but ordinary files, and always takes the same order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from answerback.sources.mailbox.headers import words

HEAD_BYTES: Final = 4096
OUTLOOK_STORE: Final = b"!BDN"
OUTLOOK_MESSAGE: Final = b"\xd0\xcf\x11\xe0"
ZIP: Final = b"PK\x03\x04"
_MAILDIR: Final = frozenset({"cur", "new", "tmp"})
_MBOX_NAMES: Final = re.compile(r"\.(?:mbox|mbx|mbs|mbox\d*)$", re.IGNORECASE)
_FIELD_LINE: Final = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
_MAIL_FIELDS: Final = words(
    """
    from to cc bcc date subject received return-path message-id mime-version delivered-to sender reply-to
    in-reply-to references x-original-to envelope-to dkim-signature arc-seal authentication-results
    x-gmail-labels x-mozilla-status x-received
    """
)
_EMLX: Final = re.compile(rb"\d{1,10}[ \t]*\r?\n(?=[!-9;-~]{1,76}:)")
_SEPARATOR: Final = re.compile(rb"From (?:\S+[ \t]*\r?\n|[^\n]*\d)")


class Form(StrEnum):
    """What sort of file it is."""

    MBOX = "mbox"
    MAIL = "mail"
    EMLX = "emlx"
    OUTLOOK_STORE = "outlook_store"
    OUTLOOK_MESSAGE = "outlook_message"
    ARCHIVE = "archive"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that may hold mail."""

    path: Path
    name: str
    """Relative to what was loaded, with `/`."""
    size: int
    box: str
    """The folder that it is in: single mails of one folder are one mailbox."""
    folders: tuple[str, ...]
    """Names of the mail folders that it lies in, outermost first."""
    draft: bool = False
    """A Maildir flag says that it was never sent."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder below the path that could not be entered."""

    name: str


def form_of(head: bytes, name: str) -> Form:
    r"""What sort of file it is, from its first bytes (unpacked, as UTF-8) and, where they do not say it, its name.

    >>> form_of(b"From ann@x.example Thu Nov  1 11:19:12 2001\nTo: b@x.example\n", "Inbox")
    <Form.MBOX: 'mbox'>
    >>> form_of(b"Received: by x.example\nFrom: ann@x.example\n", "1529.M6"), form_of(b"Dear all,\n", "README")
    (<Form.MAIL: 'mail'>, <Form.OTHER: 'other'>)
    """
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    if head.startswith(OUTLOOK_STORE) or suffix in (".pst", ".ost"):
        return Form.OUTLOOK_STORE
    if head.startswith(OUTLOOK_MESSAGE):
        return Form.OUTLOOK_MESSAGE if suffix in (".msg", "") else Form.OTHER
    if head.startswith(ZIP):
        return Form.ARCHIVE
    text = head.replace(b"\0", b"").lstrip(b"\r\n")
    if _SEPARATOR.match(text):
        return Form.MBOX
    if _EMLX.match(text):
        return Form.EMLX
    if _is_header(text) or suffix == ".eml":
        return Form.MAIL
    return Form.MBOX if _MBOX_NAMES.search(suffix) else Form.OTHER


def mail_files(root: Path) -> Iterator[MailFile | Unreadable]:
    """Every ordinary file at or below a path, in the order of their names."""
    if not root.is_dir():
        yield MailFile(root, _shown(root.name), root.stat().st_size, _shown(root.name), _file_folders(root.name))
        return
    waiting: list[tuple[Path, str, tuple[str, ...]]] = [(root, "", _folder_names(root.resolve().name))]
    while waiting:
        folder, name, folders = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            yield Unreadable(name or ".")
            continue
        maildir = {"cur", "new"} <= {entry.name for entry in entries}
        below = []
        for entry in entries:
            shown = f"{name}/{_shown(entry.name)}" if name else _shown(entry.name)
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if not (maildir and entry.name == "tmp"):
                    inner = () if entry.name in _MAILDIR else _folder_names(entry.name)
                    below.append((path, shown, (*folders, *inner)))
            elif entry.is_file(follow_symlinks=False):
                yield _file(entry, shown, name, folders)
        waiting += reversed(below)


def _file(entry: os.DirEntry[str], shown: str, folder: str, folders: tuple[str, ...]) -> MailFile:
    try:
        size = entry.stat(follow_symlinks=False).st_size
    except OSError:
        size = 0  # gone since; opening it says so
    parts = folder.split("/")
    maildir = parts[-1] in ("cur", "new")
    flags = re.search(r"[:;!_]2,([A-Za-z]*)$", entry.name) if maildir else None
    return MailFile(
        path=Path(entry.path),
        name=shown,
        size=size,
        box="/".join(parts[:-1]) if maildir else folder,
        folders=(*folders, *_file_folders(entry.name)),
        draft=flags is not None and "D" in flags.group(1),
    )


def _file_folders(name: str) -> tuple[str, ...]:
    """An mbox is a folder of its own name; a single mail is none, but is never called like one either."""
    bare = re.sub(
        r"\.(?:gz|mbox|mbx|mbs|txt)$", "", re.sub(r"\.gz$", "", name, flags=re.IGNORECASE), flags=re.IGNORECASE
    )
    return (bare,) if bare else ()


def _folder_names(name: str) -> tuple[str, ...]:
    """`.Sent.2020` (Maildir++) is 2020 inside Sent; `Work.sbd` (Thunderbird) and `Work.mbox` (Apple) are Work."""
    if name.startswith("."):
        return tuple(part for part in name.split(".") if part)
    bare = re.sub(r"\.(?:sbd|mbox)$", "", name, flags=re.IGNORECASE)
    return (bare,) if bare else ()


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", errors="replace")


def _is_header(text: bytes) -> bool:
    """Whether a text begins with the header of a mail: fields throughout, one of them a mail's."""
    usual = False
    for number, line in enumerate(text.split(b"\n")[:60]):
        if not line.strip():
            return usual
        if line[:1] in b" \t" and number:
            continue
        field = _FIELD_LINE.match(line)
        if field is None:
            # A header that runs into its text without an empty line still begins with several fields.
            return usual and number > 2
        usual = usual or field.group(1).decode("ascii").lower() in _MAIL_FIELDS
    return usual
