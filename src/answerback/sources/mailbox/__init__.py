"""Mail: the reps' own mailboxes, where most efforts and most answers are.

A mail that a seller sends to somebody outside is an effort; what comes back is a buyer's act, tied to it by the ids
that mail programs write. Mails are read one at a time, a text is never kept, and every mail ends as records, as a
known non-event or as a reject. `docs/lookup/sources/mailbox.md` has the rules.
"""

from __future__ import annotations

from answerback.sources.calendar import from_mail_part
from answerback.sources.mailbox.owner import OwnerGuess, find_owner
from answerback.sources.mailbox.source import MailboxSource
from answerback.sources.mailbox.translate import CalendarReader

SOURCE = MailboxSource(from_mail_part)

__all__ = ["SOURCE", "CalendarReader", "MailboxSource", "OwnerGuess", "find_owner"]
