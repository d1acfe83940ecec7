"""The findings of the week, and on whose pages they are. Judged in the background, arranged as soon as they are.

What somebody says of a finding counts at once: words that no build has moved into the log yet are folded in from the
journal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from answerback.analysis.findings.audience import Recipient, read_staff
from answerback.analysis.findings.contributors import Contributors, contributors, tells_of_few
from answerback.analysis.findings.gathering import Clock, Gathered, Standing, arranged, first_loaded, found_by_areas
from answerback.analysis.findings.naming import Names, read_names
from answerback.analysis.findings.state import Word
from answerback.analysis.findings.words import SPACE, key_maker, read_words
from answerback.analysis.reader import Reader
from answerback.analysis.roster import Roster
from answerback.domain.findings import Finding, Role
from answerback.domain.scope import Scope
from answerback.people.access import LEAST_CONTRIBUTORS, POOLED_ROLES, Viewer, admits
from answerback.people.models import Role as Held
from answerback.people.models import Visibility
from answerback.web.answering.desk import Desk, NotReady
from answerback.web.answering.tasks import Stands, Task, worked


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a snapshot, and whose touches are in the figures of what is about no person."""

    findings: tuple[Finding, ...]
    behind: Mapping[str, Contributors]


@dataclass(frozen=True, slots=True)
class Board:
    """All that was found, with names."""

    gathered: Gathered
    names: Names
    behind: Mapping[str, Contributors]

    def figures_for(self, viewer: Viewer, known: Scope, standing: Standing) -> bool:
        """Whether somebody is told the figures of a finding.

        Who is shown sums is told none from which fewer than five people could be made out, alone or by taking away
        whose own rows (`known`) they see.
        """
        if not viewer.is_a(*POOLED_ROLES) and viewer.chosen != Visibility.GROUPS:
            return True
        seen = frozenset(each.rep_key for each in known.stretches)
        return not tells_of_few(standing.finding.finding_id, self.behind, known=seen, least=LEAST_CONTRIBUTORS)

    def page_of(self, viewer: Viewer, role: Role) -> tuple[Standing, ...]:
        """What is on somebody's page this week, in one of their roles."""
        found = self.gathered.shown.get(_recipient(viewer, role), ())
        return tuple(each for each in found if admits(viewer, each))

    def earlier_of(self, viewer: Viewer, role: Role) -> tuple[Standing, ...]:
        """What was on their page before, or waits for attention: open, and not on it this week."""
        to, now = _recipient(viewer, role), self.page_of(viewer, role)
        return tuple(
            each
            for each in self.gathered.findings
            if each.open and each not in now and to in each.pages and each.pages[to] <= self.gathered.today
            if admits(viewer, each)
        )

    def seen_by(self, viewer: Viewer, finding_id: str) -> Standing | None:
        """A finding that somebody may open; None as well where there is none: nobody learns which."""
        found = self.gathered.by_id(finding_id)
        if found is None or not admits(viewer, found):
            return None
        mine = {_recipient(viewer, role) for role in roles_of(viewer)}
        return found if any(to in mine and day <= self.gathered.today for to, day in found.pages.items()) else None


_ROLES = {
    Held.REP: Role.REP,
    Held.MANAGER: Role.MANAGER,
    Held.LEADER: Role.LEADER,
    Held.OPERATIONS: Role.OPERATIONS,
}


def roles_of(viewer: Viewer) -> tuple[Role, ...]:
    """The roles in which somebody is shown findings. Who leads people has a mirror of their own, too."""
    held = {_ROLES[each] for each in viewer.roles if each in _ROLES}
    if Role.MANAGER in held:
        held.add(Role.REP)
    return tuple(role for role in Role if role in held)


def _recipient(viewer: Viewer, role: Role) -> Recipient:
    personal = role in (Role.REP, Role.MANAGER)
    return Recipient(role, viewer.own_key if personal else None)


def _judged(reader: Reader, scope: Scope) -> Judged:
    found = found_by_areas(reader, scope)
    return Judged(found, contributors(reader, scope, found))


FINDINGS = Task("findings", _judged, Stands.WEEK)
"""The judging of the newest snapshot as of this week. Takes seconds to minutes."""


def board_of(desk: Desk) -> Board:
    """What stands of the findings now. Raises NotReady while they are worked out."""
    judged = worked(desk, FINDINGS)
    if judged is None:
        raise NotReady
    found: Judged = judged.made
    pending = _pending(desk)
    spoken = tuple((each.kind, each.occurred_at) for each in _flat(pending))
    key = ("board", FINDINGS.key(desk), judged.at, desk.today(), spoken)
    made: Board | None = desk.kept(key)
    if made is None:
        with desk.reading() as reader:
            made = _named(_board(reader, found, pending), desk.roster())
        desk.keep(key, made)
    return made


def _named(board: Board, roster: Roster) -> Board:
    """The same, reps called as the roster calls them, whichever of their ids a finding knows."""
    called = {("rep", key): member.name for key, member in roster.members.items()}
    return replace(board, names=Names(board.names.ids, {**board.names.called, **called}))


def _board(reader: Reader, judged: Judged, pending: Mapping[int, tuple[Word, ...]]) -> Board:
    said = dict(read_words(reader))
    for key, words in pending.items():
        said[key] = (*said.get(key, ()), *words)
    now = max([reader.as_of, *(each.occurred_at.replace(tzinfo=UTC) for each in _flat(pending))])
    clock = Clock(now, ZoneInfo(reader.playbook.organisation.time_zone), first_loaded(reader))
    if reader.as_of < now:  # words of today on data of last month: the page's day stays that of the data
        clock = Clock(reader.as_of, clock.zone, clock.loaded_on)
        said = {key: tuple(_not_after(each, clock.naive) for each in words) for key, words in said.items()}
    gathered = arranged(judged.findings, said, key_maker(reader.home), read_staff(reader), clock)
    people = {to.key for to in gathered.shown if to.key is not None}
    names = read_names(reader, [each.finding for each in gathered.findings], people)
    return Board(gathered, names, judged.behind)


def _not_after(word: Word, at: datetime) -> Word:
    return word if word.occurred_at <= at else Word(word.kind, at, word.until, word.reason, word.value)


def _pending(desk: Desk) -> dict[int, tuple[Word, ...]]:
    """Words on findings that no build has moved into the log yet, by the finding's key."""
    key_of = key_maker(desk.home)
    found: dict[int, list[Word]] = defaultdict(list)
    for entry in desk.noted("decision"):
        said = entry.fields
        if said.get("subject_kind") == SPACE:
            found[key_of(str(said["subject_id"]))].append(
                Word(
                    kind=str(said["kind"]),
                    occurred_at=_naive(str(said["occurred_at"])),
                    until=_naive(str(said["until"])) if said.get("until") else None,
                    reason=str(said.get("reason") or ""),
                    value=str(said.get("value") or ""),
                )
            )
    return {key: tuple(words) for key, words in found.items()}


def _naive(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _flat(words: Mapping[int, tuple[Word, ...]]) -> list[Word]:
    return [each for key in sorted(words) for each in words[key]]
