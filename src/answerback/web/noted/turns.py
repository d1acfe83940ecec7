"""Who waits on somebody now: what a build found, and what was said of it since, either way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from answerback.analysis.court.mine import Waiting, WaitingList, urgency


@dataclass(frozen=True, slots=True)
class Off:
    """A buyer who is off the list, and the acts on which a word must be taken back to have them on it again."""

    row: Waiting
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turns:
    """Who waits, most worth an answer first, and who would, had nobody said that they do not."""

    waiting: tuple[Waiting, ...]
    off: tuple[Off, ...]

    def undoing(self, event_id: str) -> tuple[str, ...]:
        """The acts on which a word is to be taken back so that this one waits again; none where it is not off."""
        return next((each.events for each in self.off if event_id in (each.row.action_id, *each.events)), ())


def turns_of(found: WaitingList, words: Mapping[str, str]) -> Turns:
    """Who waits, with what was said since the last build.

    Args:
        found: Who waits by the snapshot, and who would but for what was said by then.
        words: The last word since, by the id of an act (`marks.words_on_acts`).
    """
    waiting, off = [], []
    for row in found.rows:
        if words.get(row.action_id, _UNDO) == _UNDO:
            waiting.append(row)
        else:
            off.append(Off(row, (row.action_id,)))
    for each in found.aside:
        fresh = () if words.get(each.row.action_id, _UNDO) == _UNDO else (each.row.action_id,)
        standing = {event for event in each.said_of if words.get(event) != _UNDO} | {*fresh}
        if standing:
            off.append(Off(each.row, tuple(sorted(standing))))
        else:
            waiting.append(each.row)
    waiting.sort(key=lambda row: urgency(row, found.as_of))
    return Turns(tuple(waiting), tuple(off))


_UNDO = "undo"
