"""The findings of all areas, each with its state, and the pages that they are on in a week."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from types import MappingProxyType
from zoneinfo import ZoneInfo

from answerback.analysis.findings.attention import Candidate, weeks_of_attention
from answerback.analysis.findings.audience import Recipient, Staff, audience, completed, read_staff
from answerback.analysis.findings.matters import joined
from answerback.analysis.findings.muting import Muting, mutings
from answerback.analysis.findings.state import State, Status, Word, fold
from answerback.analysis.findings.words import key_maker, read_words
from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding, Role
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.domain.workdays import week_of

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "changes": "answerback.analysis.detect.changes",
        "verdicts": "answerback.analysis.diagnose.finding",
        "potential": "answerback.analysis.potential.finding",
        "lift": "answerback.analysis.lift.findings",
        "increment": "answerback.analysis.increment.finding",
        "friction": "answerback.analysis.friction.raised",
        "craft": "answerback.analysis.craft.raised",
        "balls": "answerback.analysis.court.raised",
        "stages": "answerback.analysis.stages.raised",
        "trust": "answerback.analysis.trust.raised",
        "risk": "answerback.analysis.risk.raised",
        "path": "answerback.analysis.path.raised",
        "process": "answerback.analysis.process.raised",
    }
)
"""The modules that find something: each has `findings(reader, scope)`. Imported when they are asked."""
DATED = frozenset({"changes"})
"""Areas that know by themselves in which week a finding was raised; others are asked for this week and the last."""
STRICT = frozenset({"changes"})
"""Areas that can also list by e-BH."""
WEEK = timedelta(days=7)

Area = Callable[..., Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding and what stands of it."""

    finding: Finding
    state: State
    pages: Mapping[Recipient, date]
    """Whose page it may be on, and from which day."""
    muted: bool
    expired: bool

    @property
    def open(self) -> bool:
        """Whether somebody should look at it."""
        return self.state.status is Status.OPEN and not self.muted and not self.expired


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was found, and the pages of the week that is looked from."""

    findings: tuple[Standing, ...]
    """In order of their ids."""
    today: date
    """The day that it is looked from, in the organisation's time zone."""
    week: date
    """The Monday of its week."""
    shown: Mapping[Recipient, tuple[Standing, ...]]
    """What is on each page in this week."""
    staff: Staff

    def by_id(self, finding_id: str) -> Standing | None:
        """The finding of this id."""
        return next((each for each in self.findings if each.finding.finding_id == finding_id), None)


def found_by_areas(reader: Reader, scope: Scope, *, strict: bool = False) -> tuple[Finding, ...]:
    """What every area finds, each finding once, with its days; one matter is one finding."""
    found: dict[str, Finding] = {}
    for name, module in AREAS.items():
        area: Area = import_module(module).findings
        if name in DATED:
            told = area(reader, scope, strict=True) if strict and name in STRICT else area(reader, scope)
        else:
            told = this_week(area, reader, scope)
        for each in told:
            found.setdefault(each.finding_id, each)
    return tuple(completed(each, reader.playbook) for each in joined(found.values()))


def this_week(area: Area, reader: Reader, scope: Scope) -> Iterator[Finding]:
    """What an area finds as of the Monday of the reader's week, dated by whether it was there a Monday before.

    So it says the same all week, however often there is a build; what is new was raised on the Sunday, and what is not
    was raised on a Sunday before.
    """
    zone = ZoneInfo(reader.playbook.organisation.time_zone)
    monday = week_of(reader.as_of.astimezone(zone).date())
    now, before = (_as_of(reader, day, zone) for day in (monday, monday - WEEK))
    found = tuple(area(now, scope))
    known = {each.finding_id for each in area(before, scope)} if found else set()
    for each in found:
        sunday = monday - timedelta(days=8 if each.finding_id in known else 1)
        yield replace(each, raised_on=min(each.raised_on, sunday))


def _as_of(reader: Reader, monday: date, zone: ZoneInfo) -> Reader:
    return replace(reader, as_of=midnight(monday, zone))


def gather(reader: Reader, scope: Scope, *, strict: bool = False) -> Gathered:
    """Everything found, what stands of it, and what is on each page in the reader's week."""
    found = found_by_areas(reader, scope, strict=strict)
    return arranged(
        found,
        read_words(reader),
        key_maker(reader.home),
        read_staff(reader),
        Clock(reader.as_of, ZoneInfo(reader.playbook.organisation.time_zone), first_loaded(reader)),
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """From when it is looked, and since when there was anybody to look."""

    as_of: datetime
    zone: ZoneInfo
    loaded_on: date | None = None
    """The day of the first load: nothing was on a page before. None: taken to have run all the time."""

    @property
    def today(self) -> date:
        """The day that it is in the organisation's time zone."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def naive(self) -> datetime:
        """The instant as the log has it."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None)


def first_loaded(reader: Reader) -> date | None:
    """The day of the first load, unless it is looked from before."""
    loaded = min((batch.loaded_at for batch in reader.batches), default=reader.as_of)
    return loaded.date() if loaded <= reader.as_of else None


def arranged(
    found: Iterable[Finding],
    words: Mapping[int, tuple[Word, ...]],
    key_of: Callable[[str], int],
    staff: Staff,
    clock: Clock,
) -> Gathered:
    """Findings, what was said of them, and who looks when, put together; pure."""
    muted = mutings(words, key_of, clock.naive)
    ours = {each.finding_id: each for each in found}
    ours |= {each.finding.finding_id: each.finding for each in muted}
    said = {finding_id: words.get(key_of(finding_id), ()) for finding_id in ours}
    standings = []
    for finding_id, finding in sorted(ours.items()):
        if finding.raised_on > clock.today:
            continue
        state = fold(said[finding_id], clock.naive)
        pages = audience(finding, state, staff)
        standings.append(
            Standing(finding, state, pages, _muted(finding, muted, clock.naive), _expired(finding, clock.today))
        )
    week = week_of(clock.today)
    return Gathered(tuple(standings), clock.today, week, _pages(standings, said, muted, clock, week), staff)


def _pages(
    standings: list[Standing],
    said: Mapping[str, tuple[Word, ...]],
    muted: tuple[Muting, ...],
    clock: Clock,
    week: date,
) -> Mapping[Recipient, tuple[Standing, ...]]:
    """What is on each page in this week, after all that was on it in the weeks before."""
    by_id = {each.finding.finding_id: each for each in standings}
    candidates: dict[Recipient, list[Candidate]] = {}
    for each in standings:
        for recipient, day in each.pages.items():
            if day <= clock.today:
                new_on = max(day, clock.loaded_on) if clock.loaded_on is not None else day
                candidates.setdefault(recipient, []).append(Candidate(each.finding, new_on))

    def closed(finding: Finding, monday: date) -> bool:
        at = min(datetime.combine(monday + timedelta(days=7), time.min), clock.naive)
        return (
            fold(said[finding.finding_id], at).status is not Status.OPEN
            or _muted(finding, muted, at)
            or _expired(finding, monday)
        )

    shown = {
        recipient: weeks_of_attention(found, recipient.role, week, closed).get(week, [])
        for recipient, found in candidates.items()
    }
    return {
        recipient: tuple(by_id[one.finding.finding_id] for one in page)
        for recipient, page in sorted(shown.items(), key=lambda item: _order(item[0]))
        if page
    }


def _order(recipient: Recipient) -> tuple[int, bool, int]:
    return list(Role).index(recipient.role), recipient.key is None, recipient.key or 0


def _muted(finding: Finding, muted: tuple[Muting, ...], at: datetime) -> bool:
    return any(each.kind == finding.kind and each.holds(at) for each in muted)


def _expired(finding: Finding, today: date) -> bool:
    return finding.expires is not None and finding.expires <= today
