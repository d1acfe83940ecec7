"""`answerback findings`: what somebody should look at this week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.findings.audience import Recipient
from answerback.analysis.findings.gathering import Gathered, Standing, gather
from answerback.analysis.findings.naming import Names, read_names
from answerback.analysis.reader import Reader, keys_of, reading
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.domain.errors import NotFoundError
from answerback.domain.findings import Role
from answerback.present.findings import finding_rows, headline, story, sure_text
from answerback.workspace.access import note_use, owner_scope

MOST_STORIES = 6
"""So many are told in full; the table has all."""


def show_findings(settings: Settings, *, everything: bool, person: str, strict: bool) -> None:
    """The week's findings, or all that were found.

    Raises NotFoundError where `person` is neither a role nor anybody's id.
    """
    workspace = settings.workspace()
    scope = owner_scope("findings")
    note_use(workspace.home, scope.purpose, person, now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        key = _person(reader, person)
        gathered = gather(reader, replace(scope, viewer_key=key) if key is not None else scope, strict=strict)
        wanted = _wanted(gathered, person, key)
        told = _told(gathered, wanted, everything=everything)
        efforts = reader.snapshot.relations["outcome"].rows
        people = {to.key for to in gathered.shown if to.key is not None}
        names = read_names(reader, [each.finding for each in told], people)
    shown_to = _shown_to(gathered, wanted, names)
    answer = [_answer(gathered, wanted, everything=everything, efforts=efforts)]
    answer += [line for each in told[:MOST_STORIES] for line in _story(each, names)]
    tell(
        settings,
        finding_rows(told, names, shown_to),
        answer,
        tables=[Shown(_for_eyes(told, names, shown_to))] if told else [],
        notes=NOTES if told else (),
    )


def _person(reader: Reader, person: str) -> int | None:
    """The key of a person by their id; None for a role or for everybody."""
    if not person or person in set(Role):
        return None
    found = keys_of(reader, "rep", person)
    if not found:
        roles = ", ".join(Role)
        raise NotFoundError(f"there is nobody {person!r}", where="--for", next_step=f"name one of {roles}, or an id")
    return int(found[0])


def _wanted(gathered: Gathered, person: str, key: int | None) -> frozenset[Recipient]:
    """Whose pages are asked for."""
    pages = {*gathered.shown, *(to for each in gathered.findings for to in each.pages)}
    if key is not None:
        return frozenset(to for to in pages if to.key == key)
    return frozenset(to for to in pages if not person or to.role == person)


def _told(gathered: Gathered, wanted: frozenset[Recipient], *, everything: bool) -> list[Standing]:
    """What is told, the newest first: never in an order of people."""
    if everything:
        last = gathered.today
        found: Iterable[Standing] = (
            each for each in gathered.findings if any(to in wanted and day <= last for to, day in each.pages.items())
        )
    else:
        found = {each.finding.finding_id: each for to in wanted for each in gathered.shown.get(to, ())}.values()
    return sorted(
        found,
        key=lambda each: (
            not each.open,
            -each.finding.raised_on.toordinal(),
            each.finding.play,
            each.finding.finding_id,
        ),
    )


def _shown_to(gathered: Gathered, wanted: frozenset[Recipient], names: Names) -> dict[str, str]:
    """By finding: on whose pages it is this week."""
    found: dict[str, list[str]] = {}
    for to, page in gathered.shown.items():
        if to in wanted:
            who = f"{to.role} {names.id_of('rep', to.key)}" if to.key is not None else str(to.role)
            for each in page:
                found.setdefault(each.finding.finding_id, []).append(who)
    return {finding_id: ", ".join(pages) for finding_id, pages in found.items()}


def _answer(gathered: Gathered, wanted: frozenset[Recipient], *, everything: bool, efforts: int) -> str:
    if not efforts:
        return "No touches are loaded, so there is nothing to find. Load a mailbox, a calendar or a CRM; then build."
    told = _told(gathered, wanted, everything=everything)
    if everything:
        opened = sum(each.open for each in told)
        return f"{_things(len(told))} found so far, {opened} of them open." if told else NOTHING
    if told:
        good = sum(each.finding.good_news for each in told)
        news = f", {good} of them good news" if good else ""
        return f"Week of {gathered.week}: {_things(len(told))} to look at{news}."
    count = sum(each.open for each in _told(gathered, wanted, everything=True))
    if not count:
        return NOTHING
    return f"Nothing new in the week of {gathered.week}. {_things(count)} from before: answerback findings --all"


NOTHING = (
    "Nothing was found that anybody should look at. What is too early to tell: answerback changes. "
    "What is not loaded: answerback doctor."
)


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count:,} things"


NOTES = (
    "The newest first; nobody is ranked. A finding on a person is the rep's alone for the first working days.",
    "Open one: answerback explain finding ID. Say what became of it: answerback decide done ID (or dismiss, ...).",
)


def _story(each: Standing, names: Names) -> list[str]:
    first, *rest = story(each, names)
    return ["", f"{each.finding.finding_id}  {first}", *(f"  {line}" for line in rest)]


def _for_eyes(told: list[Standing], names: Names, shown_to: dict[str, str]) -> pa.Table:
    rows = [
        {
            "id": each.finding.finding_id,
            "about": names.subject(each.finding.subject),
            "what": headline(each.finding),
            "since": str(each.finding.since or ""),
            "raised": str(each.finding.raised_on),
            "how sure": sure_text(each.finding),
            "shown to": shown_to.get(each.finding.finding_id, ""),
            "others from": str(each.finding.others_from or "nobody else"),
            "standing": _standing(each),
        }
        for each in told
    ]
    return pa.Table.from_pylist(rows)


def _standing(each: Standing) -> str:
    if each.expired:
        return "forgotten"
    return "muted" if each.muted else str(each.state.status)
