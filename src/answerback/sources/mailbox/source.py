"""The mailbox as a source: what it recognises, and how a load runs through its files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final

from answerback.domain.errors import SourceError
from answerback.domain.reading import Item, Place, Progress, Reading, Recognition, Reject
from answerback.sources.mailbox.containers import Mail, head_of, mails_in, refuse_foreign
from answerback.sources.mailbox.places import Form, MailFile, Unreadable, form_of, mail_files
from answerback.sources.mailbox.translate import CalendarReader, Translator

_PEEKED: Final = 20
_MAILS_PER_PROGRESS: Final = 1000
_MAIL_FORMS: Final = frozenset({Form.MBOX, Form.MAIL, Form.EMLX})


class MailboxSource:
    """Mail as people have it on disk: mbox, Maildir, `.eml`, folders of these, gzip of any of them.

    `read_calendar` is asked what invitations and answers to them say; without it they are counted as `calendar_mail`.
    """

    name: ClassVar[str] = "mailbox"
    meaning: ClassVar[str] = "mail: mbox, Maildir, .eml, folders of these, gzip of any of them"

    def __init__(self, read_calendar: CalendarReader | None = None) -> None:
        self._read_calendar = read_calendar

    def recognise(self, path: Path) -> Recognition:
        """Whether this path holds mail; looks at the first kilobytes of at most twenty files."""
        if not path.exists():
            return Recognition(0.0, "there is no such file")
        if not path.is_dir():
            return _recognised(path)
        if (path / "cur").is_dir() and (path / "new").is_dir():
            return Recognition(0.97, "a Maildir: it has cur and new")
        files = [file for file in islice(mail_files(path), _PEEKED) if isinstance(file, MailFile)]
        mails = sum(form_of(head_of(file), file.name) in _MAIL_FORMS for file in files)
        if not mails:
            return Recognition(0.0, "none of its first files is mail")
        return Recognition(0.3 + 0.6 * mails / len(files), f"{mails} of its first {len(files)} files are mail")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Every mail in the path, one at a time, then people and the days seen.

        Raises SourceError where nothing can be read, or nothing says who sells; UsageError for a wrong option.
        """
        if not path.exists():
            raise SourceError("there is no such file", where=str(path), next_step="check the path")
        alone = not path.is_dir()
        for file in mail_files(path) if alone else ():
            if isinstance(file, MailFile):
                refuse_foreign(file)  # before anybody is asked whose it is
        translator = Translator(reading, self._read_calendar)
        total = sum(file.size for file in mail_files(path) if isinstance(file, MailFile))
        done, count = 0, 0
        for file in mail_files(path):
            if isinstance(file, Unreadable):
                yield Reject(Place(file.name, 0), "unreadable", hint="a folder that may be read")
                continue
            used = [0]
            for taken in mails_in(file, alone=alone, progress=used):
                if not isinstance(taken, Mail):
                    yield taken
                    continue
                yield from translator.items(taken)
                count += 1
                if count % _MAILS_PER_PROGRESS == 0:
                    yield Progress(min(done + used[0], total), total)
            done += file.size
        yield from translator.finish()
        yield Progress(total, total)


def _recognised(path: Path) -> Recognition:
    file = next(mail_files(path))
    if not isinstance(file, MailFile):
        return Recognition(0.0, "it cannot be read")
    form = form_of(head_of(file), file.name)
    sure, why = {
        Form.MBOX: (0.95, "it begins like an mbox"),
        Form.MAIL: (0.9, "it begins with the header of a mail"),
        Form.EMLX: (0.9, "it begins like a mail of Apple Mail"),
        # Ours to refuse, because we can say the way round.
        Form.OUTLOOK_STORE: (0.9, "an Outlook data file"),
        Form.OUTLOOK_MESSAGE: (0.5, "an Outlook message"),
    }.get(form, (0.0, "it does not begin like mail"))
    return Recognition(sure, why)
