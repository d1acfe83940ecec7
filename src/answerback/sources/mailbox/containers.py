"""Taking the mails out of one file, each only as far as its beginning, whatever the file's encoding and line ends.

UTF-16 (mail saved by Windows programs), byte-order marks and lines that end in a bare CR are made plain while reading.
A file that ends in the middle gives its whole mails and then one `truncated`; one that is no mail gives a note.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from answerback.domain.errors import SourceError
from answerback.domain.reading import NonEvent, Note, Place, Reject
from answerback.sources.files import Bomb, Truncated, opened, text_encoding
from answerback.sources.mailbox.mbox import MOST_BYTES, Mbox
from answerback.sources.mailbox.places import HEAD_BYTES, OUTLOOK_MESSAGE, OUTLOOK_STORE, ZIP, Form, MailFile, form_of

Read = Callable[[int], bytes]

_NOT_READ: Final = {
    Form.OUTLOOK_STORE: "an Outlook data file: export its folders as mbox or .eml, or convert it with readpst",
    Form.OUTLOOK_MESSAGE: "an Outlook message: save it as .eml",
    Form.ARCHIVE: "an archive: unpack it first",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """The beginning of one mail, and where it lies."""

    place: Place
    content: bytes
    cut: bool
    """Whether there is more of it than `content`."""
    file: MailFile
    box: str


Taken = Mail | NonEvent | Note | Reject


def mails_in(file: MailFile, *, alone: bool, progress: list[int]) -> Iterator[Taken]:
    """The mails of a file, in order.

    Args:
        file: The file.
        alone: Whether it is all that is loaded: what cannot be read then is an error, not a reject.
        progress: Its first element is kept at the bytes of the file that were used so far.

    Raises SourceError where `alone` and nothing of the file can be read.
    """
    given = False
    try:
        with opened(file.path) as (buffered, stream):
            # read1 gives what there is; read would throw away the good start of a damaged file.
            for taken in _taken(file, _plain(buffered.read1), alone=alone):
                given = given or isinstance(taken, Mail)
                progress[0] = stream.consumed
                yield taken
    except Bomb as error:
        if alone and not given:
            raise
        yield Reject(Place(file.name, 0), "bomb", hint=error.what)
    except Truncated:
        yield Reject(Place(file.name, 0), "truncated", hint="the compressed file ends early or is damaged")
    except SourceError:
        if alone:
            raise
        yield Reject(Place(file.name, 0), "unreadable", hint="a file that may be read")
    except OSError as error:
        if alone and not given:
            raise SourceError(
                "the file cannot be read", where=file.name, next_step="check the disk and the rights"
            ) from error
        yield Reject(Place(file.name, 0), "unreadable", hint="a file that may be read")


def refuse_foreign(file: MailFile) -> None:
    """Raise SourceError where a file is of a form that holds mail but cannot be read, such as an Outlook data file."""
    form = form_of(head_of(file), file.name)
    if form in _NOT_READ:
        raise _cannot_be_read(file, form)


def _cannot_be_read(file: MailFile, form: Form) -> SourceError:
    what, _, step = _NOT_READ[form].partition(": ")
    return SourceError(f"this is {what}, which cannot be read", where=file.name, next_step=step)


def head_of(file: MailFile) -> bytes:
    """The first bytes of a file, unpacked and in UTF-8; empty where it cannot be read."""
    try:
        with opened(file.path) as (buffered, _):
            return _plain(buffered.read1)(HEAD_BYTES)
    except (SourceError, Truncated, OSError):
        return b""


def _taken(file: MailFile, read: Read, *, alone: bool) -> Iterator[Taken]:
    head = read(HEAD_BYTES)
    again = _Again(head, read)
    form = form_of(head, file.name)
    if form is Form.MBOX:
        yield from _from_mbox(file, again)
    elif form in (Form.MAIL, Form.EMLX):
        content = again.up_to(MOST_BYTES + 1)
        if form is Form.EMLX:
            content = content[content.find(b"\n") + 1 :]
        yield Mail(Place(file.name, 1), content[:MOST_BYTES], len(content) > MOST_BYTES, file, file.box)
    elif form is Form.OTHER and alone:
        raise SourceError(
            "this is no mail", where=file.name, next_step="give an mbox, a Maildir, an .eml or a folder of them"
        )
    elif form is Form.OTHER:
        yield Note(file.name, "not_a_mail", hint="an mbox, a Maildir or single mails")
    elif alone:
        raise _cannot_be_read(file, form)
    else:
        yield Reject(Place(file.name, 0), form.value, hint=_NOT_READ[form])


def _from_mbox(file: MailFile, read: Read) -> Iterator[Taken]:
    mbox = Mbox(read)
    count = 0
    for count, piece in enumerate(mbox, start=1):
        yield Mail(Place(file.name, count), piece.content, piece.cut, file, file.name)
    if mbox.truncated:
        yield Reject(Place(file.name, count + 1), "truncated", hint="the file ends in the middle of this mail")
    if mbox.stray_lines:
        yield NonEvent("from_line_in_text", mbox.stray_lines)


class _Again:
    """A reader whose first bytes were looked at and are given once more."""

    def __init__(self, head: bytes, read: Read) -> None:
        self._head = head
        self._read = read

    def __call__(self, count: int) -> bytes:
        head, self._head = self._head, b""
        return head or self._read(count)

    def up_to(self, most: int) -> bytes:
        """The next `most` bytes, fewer only at the end."""
        parts: list[bytes] = []
        room = most
        while room > 0:
            part = self(room)
            if not part:
                break
            parts.append(part)
            room -= len(part)
        return b"".join(parts)[:most]


def _plain(read: Read) -> Read:
    """The reader of UTF-8 with usual line ends over whatever the file has."""
    head = read(HEAD_BYTES)
    again: Read = _Again(head, read)
    if head.startswith((OUTLOOK_STORE, OUTLOOK_MESSAGE, ZIP)):
        return again  # their zeros would be taken for UTF-16
    encoding = text_encoding(head)
    # A hole of zeros behind a short header is no UTF-16: there, every other byte is zero from the first letters on.
    if encoding == "utf-16" or (encoding.startswith("utf-16") and head[:8].count(0) == len(head[:8]) // 2):
        return _transcoding(again, encoding)
    if head.startswith(codecs.BOM_UTF8):
        return _Again(head.removeprefix(codecs.BOM_UTF8) or b"\n", read)
    if b"\r" in head and b"\n" not in head:
        return lambda count: again(count).replace(b"\r", b"\n")
    return again


def _transcoding(read: Read, encoding: str) -> Read:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def transcoded(count: int) -> bytes:
        while True:
            raw = read(count)
            text = decoder.decode(raw, final=not raw)
            if text or not raw:
                return text.encode("utf-8", errors="replace")

    return transcoded
