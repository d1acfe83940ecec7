"""For which days a rep's calendar could be seen: from the first to the last stamp in it, never a meeting's own time.

The files of one folder are one calendar: exports of several years, or a folder with one file for every meeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from answerback.domain.reading import Also, Record
from answerback.sources.calendar.components import Component
from answerback.sources.calendar.times import EARLIEST

_STAMP: Final = re.compile(r"(?ia)(?:DTSTAMP|LAST-MODIFIED|CREATED)\s*(?:;[^:]*)?:\s*(\d{8}T\d{6}Z)\s*")


def stamps_in(component: Component) -> list[datetime]:
    """When the component was made, changed and written, as far as that is stated in UTC."""
    found = (_STAMP.fullmatch(line) for line in component.lines)
    instants = (_instant(each[1]) for each in found if each)
    return [each for each in instants if each and each >= EARLIEST]


@dataclass(slots=True)
class _Span:
    first: datetime
    last: datetime
    known_last: datetime | None = None
    """The last stamp that is not later than the export itself: a clock that runs wild proves nothing."""


class Seen:
    """The spans of a reading, by folder and rep."""

    def __init__(self, exported_at: datetime) -> None:
        self._exported_at = exported_at
        self._spans: dict[tuple[str, str], _Span] = {}

    def note(self, folder: str, rep: str, stamps: list[datetime]) -> None:
        """Something with these stamps lay in the rep's calendar."""
        if not stamps:
            return
        span = self._spans.setdefault((folder, rep), _Span(stamps[0], stamps[0]))
        for each in stamps:
            span.first, span.last = min(span.first, each), max(span.last, each)
            if each <= self._exported_at:
                span.known_last = max(span.known_last or each, each)

    def records(self) -> Iterator[Also]:
        """One coverage record a folder and rep; its end is the second after the last stamp."""
        for (_folder, rep), span in sorted(self._spans.items()):
            end = (span.known_last or span.last) + timedelta(seconds=1)
            yield Also((Record("coverage", {"rep_id": rep, "channel": "calendar", "from": span.first, "to": end}),))


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
