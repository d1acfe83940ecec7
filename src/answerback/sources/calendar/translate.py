"""From a component to what the workspace is handed: kept with its records, a known non-event, or a reject.

Here the playbook decides what may enter at all: sensitive meetings, excluded people and labels, and outside parties
whom nobody knows leave no trace but a count. Every component ends in exactly one of the three ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from answerback.domain.errors import UsageError
from answerback.domain.reading import Also, Item, Kept, NonEvent, Place, Reading, Reject
from answerback.sources.addresses import (
    Sellers,
    clean_address,
    host_of,
    is_free_mail,
    registrable_domain,
)
from answerback.sources.calendar.acts import Sides, Window, acts_in, sides_of
from answerback.sources.calendar.components import Calendar, Component
from answerback.sources.calendar.meetings import (
    Line,
    Unreadable,
    labels_of,
    lines_of,
    meeting_of,
    people_of,
    sensitivity_of,
)
from answerback.sources.calendar.records import Identities

WINDOW_DAYS: Final = (400, 60)
"""How far back and ahead of the export the meetings of a series are looked up."""
MOST_WINDOW_DAYS: Final = 3660

OPTIONS: Final = frozenset({"own", "owner", "window_days"})

_OTHER_COMPONENTS: Final = {
    "VTODO": "to_do",
    "VJOURNAL": "journal",
    "VFREEBUSY": "free_busy",
    "VALARM": "alarm",
}


@dataclass(frozen=True, slots=True)
class Translated:
    """What became of a component, the records that come with it, and the reps whose calendar it shows."""

    item: Kept | NonEvent | Reject
    also: Also | None = None
    reps: frozenset[str] = frozenset()

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is handed over, identities first."""
        return (self.also, self.item) if self.also else (self.item,)


class Translator:
    """A load's settings, and the people already seen in it.

    Raises UsageError at an option that does not exist or has no such value.
    """

    def __init__(self, reading: Reading) -> None:
        unknown = sorted(set(reading.options) - OPTIONS)
        if unknown:
            raise UsageError(
                f"the calendar source has no option {unknown[0]}",
                where="--set",
                next_step=f"choose among {', '.join(sorted(OPTIONS))}",
            )
        self._owner = reading.options.get("owner", "")
        own = reading.options.get("own", "").replace(",", " ").split()
        self._sellers = Sellers.from_playbook(reading.playbook, [*own, *([self._owner] if self._owner else [])])
        self._reading = reading
        back, ahead = _window_days(reading.options.get("window_days", ""))
        self._window = Window(reading.exported_at - timedelta(days=back), reading.exported_at + timedelta(days=ahead))
        self._floating = ZoneInfo(reading.playbook.organisation.time_zone)
        self._gate = _Gate.of(reading)
        self._identities = Identities()

    def owner_of(self, calendar: Calendar, file_name: str) -> str:
        """The rep whose calendar this is; empty where nothing says it.

        The option `owner`, else the address in X-WR-CALNAME, else the one that the file is named after. Where no seller
        is named anywhere, the address in the calendar is taken for the seller's own.
        """
        for name in (self._owner, calendar.name, file_name.removesuffix(".gz").rpartition(".")[0]):
            address = clean_address(name)
            if address and (rep := self._sellers_in(calendar).rep_of(address)):
                return rep
        return ""

    def translate(self, component: Component, place: Place, *, owner: str = "", sender: str = "") -> Translated:
        """What becomes of one component."""
        if component.name != "VEVENT":
            return Translated(NonEvent(_OTHER_COMPONENTS.get(component.name, "other_component")))
        if component.flaw:
            hint = "the component has no end" if component.flaw == "truncated" else "a component of ordinary size"
            return Translated(Reject(place, component.flaw, "VEVENT", hint))
        if not component.has("ATTENDEE"):
            return Translated(NonEvent("no_attendees"))
        try:
            return self._meeting(component, place, owner, sender)
        except Unreadable as error:
            return Translated(Reject(place, error.reason, error.name, error.hint))

    def _meeting(self, component: Component, place: Place, owner: str, sender: str) -> Translated:
        lines = lines_of(component)
        people = people_of(lines, self._sellers_in(component.calendar))
        addresses = [each.address for each in ((people[0],) if people[0] else ()) + people[1]]
        if closed := self._gate.closed_to(lines, addresses):
            return Translated(NonEvent(closed))
        meeting = meeting_of(lines, people, calendar=component.calendar, floating=self._floating)
        sides = sides_of(meeting, owner, self._window, sender)
        if isinstance(sides, NonEvent):
            return Translated(sides)
        if not self._gate.knows_any(sides):
            return Translated(NonEvent("unknown_outside_party"))
        records = acts_in(sides)
        if isinstance(records, NonEvent):
            return Translated(records)
        found = self._identities.of(sides.everybody)
        reps = frozenset(each.rep for each in sides.everybody if each.rep)
        return Translated(Kept(place, records), Also(found) if found else None, reps)

    def _sellers_in(self, calendar: Calendar) -> Sellers:
        named = self._sellers.by_address or self._sellers.own_domains
        address = "" if named else clean_address(calendar.name)
        return Sellers({address: address}) if address else self._sellers


@dataclass(frozen=True, slots=True)
class _Gate:
    """What the playbook keeps out."""

    reading: Reading
    addresses: frozenset[str]
    domains: frozenset[str]
    labels: frozenset[str]
    sensitivity: frozenset[str]

    @classmethod
    def of(cls, reading: Reading) -> _Gate:
        privacy = reading.playbook.privacy
        addresses = {clean_address(each) for each in privacy.exclude_addresses}
        domains = {host_of(each) for each in privacy.exclude_addresses if not clean_address(each)}
        return cls(
            reading,
            frozenset(addresses - {""}),
            frozenset(domains - {""}),
            frozenset(each.casefold() for each in privacy.exclude_labels),
            frozenset(each.casefold() for each in privacy.exclude_sensitivity),
        )

    def closed_to(self, lines: list[Line], addresses: list[str]) -> str:
        """The kind of non-event that a closed meeting is; empty where it may come in."""
        if sensitivity_of(lines) & self.sensitivity:
            return "sensitive"
        if labels_of(lines) & self.labels or any(self._excluded(each) for each in addresses):
            return "excluded"
        return ""

    def knows_any(self, sides: Sides) -> bool:
        """Whether one outside party is a known contact, or works for a known account."""
        if self.reading.playbook.privacy.outside == "all":
            return True
        return any(self._known(each.address) for each in sides.outside)

    def _known(self, address: str) -> bool:
        if self.reading.knows("email", address):
            return True
        domain = registrable_domain(address)
        return bool(domain) and not is_free_mail(address) and self.reading.knows("domain", domain)

    def _excluded(self, address: str) -> bool:
        host = host_of(address)
        return address in self.addresses or any(host == each or host.endswith(f".{each}") for each in self.domains)


def _window_days(text: str) -> tuple[int, int]:
    """`back/ahead` in whole days; the default where nothing is given.

    >>> _window_days("365/30"), _window_days("")
    ((365, 30), (400, 60))
    """
    if not text:
        return WINDOW_DAYS
    parts = text.split("/")
    if len(parts) != 2 or not all(
        each.isascii() and each.isdigit() and int(each) <= MOST_WINDOW_DAYS for each in parts
    ):
        raise UsageError(
            "window_days is not two numbers of days",
            where="--set window_days",
            next_step=f"write it like 400/60, at most {MOST_WINDOW_DAYS} each",
        )
    return int(parts[0]), int(parts[1])
