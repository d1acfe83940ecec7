"""Lessons: said by somebody, shared by them, used by others, thanked for. Whether one holds, the log says.

What a lesson claims does not change once it is shared: another claim is another lesson. It can be taken back, and then
nobody else reads it any more. That somebody uses it is a word in the log, on a deal; no private text goes there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from answerback.analysis.lessons.touches import Claim
from answerback.people import audit
from answerback.people.learning import seen
from answerback.people.learning.models import Debrief, Lesson, LetGo, Thanks
from answerback.people.models import Person
from answerback.workspace.deciding import Decision, decide
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry
from answerback.workspace.known import source_of, sources_knowing

MOST = 100
"""So many lessons of one person stand at a time."""
LONGEST, LONGEST_THANKS = 280, 200
"""So many characters a statement, and a word of thanks, have at most."""
USED, NOT_USED = "lesson_used", "lesson_not_used"


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody says: a sentence, and where it applies, in the log's names of kinds of touch, steps and so on."""

    statement: str
    play: str = ""
    instead_of: str = ""
    step: str = ""
    segment: str = ""
    obstacle: str = ""


def state(author: Person, said: Stated, *, now: datetime, debrief: Debrief | None = None) -> Lesson | None:
    """Keeps a lesson, its author's alone; None where it says nothing, or too many of theirs stand already."""
    statement = " ".join(said.statement.split())[:LONGEST]
    if not statement or Lesson.objects.filter(author=author, withdrawn_at=None).count() >= MOST:
        return None
    return Lesson.objects.create(
        author=author,
        debrief=debrief,
        statement=statement,
        play=said.play,
        instead_of=said.instead_of if said.instead_of != said.play else "",
        step=said.step,
        segment=said.segment,
        obstacle=said.obstacle,
        stated_at=now,
    )


@transaction.atomic
def share(author: Person, number: int, *, anonymous: bool, now: datetime) -> bool:
    """Shares a lesson of one's own with everybody, with or without one's name; False where no such one is theirs."""
    changed = Lesson.objects.filter(pk=number, author=author, withdrawn_at=None).update(
        shared_at=now, anonymous=anonymous
    )
    if changed:
        audit.note(None if anonymous else author, "lesson shared", "" if anonymous else str(number))
    return bool(changed)


@transaction.atomic
def take_back(author: Person, number: int) -> bool:
    """From now on nobody but its author reads it; what others thanked for goes."""
    nameless = Lesson.objects.filter(pk=number, anonymous=True).exists()
    changed = Lesson.objects.filter(pk=number, author=author, withdrawn_at=None).update(shared_at=None, anonymous=False)
    if changed:
        Thanks.objects.filter(lesson=number).delete()
        audit.note(None if nameless else author, "lesson taken back", "" if nameless else str(number))
    return bool(changed)


@transaction.atomic
def withdraw(author: Person, number: int, *, now: datetime) -> bool:
    """It stands no more, for its author neither."""
    nameless = Lesson.objects.filter(pk=number, anonymous=True).exists()
    changed = Lesson.objects.filter(pk=number, author=author, withdrawn_at=None).update(
        withdrawn_at=now, shared_at=None, anonymous=False
    )
    if changed:
        Thanks.objects.filter(lesson=number).delete()
        audit.note(None if nameless else author, "lesson withdrawn", "" if nameless else str(number))
    return bool(changed)


def thank(person: Person, number: int, note: str) -> bool:
    """Thanks for a lesson that served; a later word takes the place of an earlier. Nobody thanks themselves."""
    lesson = seen.lessons_shared().filter(pk=number).exclude(author=person).first()
    if lesson is None:
        return False
    said = " ".join(note.split())[:LONGEST_THANKS]
    Thanks.objects.update_or_create(lesson=lesson, person=person, defaults={"note": said})
    return True


def take_thanks_back(person: Person, number: int) -> bool:
    """Takes one's thanks back; False where there were none."""
    gone, _ = Thanks.objects.filter(lesson=number, person=person).delete()
    return bool(gone)


def let_go(person: Person, number: int) -> bool:
    """Somebody has heard that a lesson does not hold, and is not told again; False where they cannot read it."""
    lesson = seen.lesson(person, number)
    if lesson is not None:
        LetGo.objects.get_or_create(lesson=lesson, person=person)
    return lesson is not None


def claim_of(lesson: Lesson, key_of: Callable[[str], int | None], draws: Iterable[str] = ()) -> Claim:
    """What a lesson says as far as it can be refuted.

    Args:
        lesson: Which.
        key_of: The key of a rep's id in the snapshot that is read.
        draws: Names of the practices by lots that put it to the test.
    """
    author = lesson.author.rep_id if lesson.author is not None else ""
    return Claim(
        lesson_id=str(lesson.pk),
        stated_at=lesson.stated_at,
        play=lesson.play,
        instead_of=lesson.instead_of,
        step=lesson.step,
        segment=lesson.segment,
        obstacle=lesson.obstacle,
        author_key=key_of(author) if author else None,
        draws=tuple(sorted(draws)),
    )


@dataclass(frozen=True, slots=True)
class Using:
    """That somebody uses a lesson on a deal, or takes that back.

    Attributes:
        lesson: Its number.
        deal_id: The deal.
        rep_ids: The ids by which the log knows who says so.
        used: Whether they do.
    """

    lesson: int
    deal_id: str
    rep_ids: tuple[str, ...]
    used: bool = True


def use(home: Home, word: Using, *, now: datetime, said_at: datetime) -> None:
    """Writes down that somebody uses a lesson on a deal: their next touch in it is held to be made so.

    Raises UsageError where the deal's id is of several systems.
    """
    source = source_of(home, "deal", (word.deal_id,))
    actor = next((each for each in word.rep_ids if source in sources_knowing(home, "rep", each)), "")
    kind = USED if word.used else NOT_USED
    decision = Decision(source, "deal", word.deal_id, kind, value=str(word.lesson), actor=actor)
    decide(home, decision, now=now, said_at=said_at)


def used_lately(entries: Iterable[Entry], rep_ids: Collection[str]) -> Mapping[tuple[str, str], bool]:
    """What these entries of the journal say of somebody's uses: by deal and lesson, whether they use it."""
    told: dict[tuple[str, str], bool] = {}
    for each in entries:
        said = each.fields
        own = str(said.get("actor_id") or "") in rep_ids
        if said.get("subject_kind") == "deal" and said.get("kind") in (USED, NOT_USED) and own:
            told[str(said["subject_id"]), str(said.get("value") or "")] = said["kind"] == USED
    return told


def own(person: Person) -> dict[str, list[Any]]:
    """What is kept of somebody's lessons and thanks, for themselves."""
    fields = ("statement", "play", "instead_of", "step", "segment", "obstacle", "stated_at", "shared_at", "anonymous")
    thanked = Thanks.objects.filter(person=person).order_by("pk")
    return {
        "lessons": list(Lesson.objects.filter(author=person).order_by("pk").values(*fields, "withdrawn_at")),
        "thanks_for_lessons": list(thanked.values("lesson__statement", "note", "at")),
        "lessons_let_go": list(LetGo.objects.filter(person=person).order_by("pk").values("lesson__statement", "at")),
    }
