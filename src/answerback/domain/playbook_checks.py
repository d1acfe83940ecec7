"""What the settings of a playbook must be and agree on, beyond the type of each.

Checks of one value raise ValueError with the second half of a sentence ("must be …"). Checks of several values give
`Mistake`s, each with the key where it shows, so that the file's line can be named. Warnings are of the same form: what
is allowed and probably not meant.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from datetime import date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from answerback.domain.kinds import CHANNELS, DEFAULT_STANCE, NEVER_COUNTED, ActionKind, EffortKind, Stance
from answerback.domain.toml_mistakes import Mistake, Mistakes, Path, nearest, not_allowed

if TYPE_CHECKING:
    from answerback.domain.playbook import Play, Playbook, Policy, Shift

_DOMAIN: Final = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_](?:[\w-]*[^\W_])?")
_ADDRESS: Final = re.compile(r"[^\s@<>\",;()]+@[^\s@<>\",;()]+")
_COUNTED: Final = tuple(kind.value for kind in ActionKind if kind not in NEVER_COUNTED)
CONDITIONS: Final = ("kind", "subkind", "purpose", "step", "reactive", "origin")
"""The fields of a play that an effort must fit."""
TAKEN_NAMES: Final = frozenset(("rep", "team", "play", "step", "source", "kind")) | frozenset(
    ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
)
"""What figures can be grouped by without any playbook."""


def settle(found: Iterable[Mistake]) -> None:
    """Raise `Mistakes` if there are any."""
    if each := list(found):
        raise Mistakes(each)


def domain(value: object) -> object:
    """An internet domain in lower case.

    >>> domain("Acme.example")
    'acme.example'
    """
    if not isinstance(value, str):
        return value
    bare = value.strip().lower().rstrip(".")
    if not _DOMAIN.fullmatch(bare):
        ending = bare.rpartition("@")[2].removeprefix("*.").removeprefix("https://").removeprefix("www.").split("/")[0]
        meant = f", did you mean {ending}?" if _DOMAIN.fullmatch(ending) else ""
        raise ValueError(f"is '{value}', which is not a domain such as acme.com{meant}")
    return bare


def address(value: object) -> object:
    """An e-mail address.

    >>> address(" Ann@acme.example ")
    'Ann@acme.example'
    """
    if isinstance(value, str) and not _ADDRESS.fullmatch(value.strip()):
        raise ValueError(f"is '{value}', which is not an address such as ann@acme.com")
    return value.strip() if isinstance(value, str) else value


def time_zone(value: object) -> object:
    """A name of the IANA time zone database.

    >>> time_zone("Europe/Berlin")
    'Europe/Berlin'
    """
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        guess = nearest(value, sorted(available_timezones()))
        raise ValueError(f"is '{value}', which is no time zone such as Europe/Berlin{guess}") from None


def time_zone_or_none(value: object) -> object:
    """The same, or nothing: the organisation's."""
    return time_zone(value) if value != "" else value


def time_of_day(value: object) -> object:
    """A time without zone, as TOML writes it or in quotes.

    >>> time_of_day("09:00"), time_of_day(time(9, 30))
    (datetime.time(9, 0), datetime.time(9, 30))
    """
    try:
        read = time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    if not isinstance(read, time) or read.tzinfo is not None:
        raise ValueError(f"is {value!r}, which is not a time such as 09:00:00")
    return read


def day(value: object) -> object:
    """A date, as TOML writes it or in quotes.

    >>> day("2026-01-31")
    datetime.date(2026, 1, 31)
    """
    try:
        read = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    if not isinstance(read, date) or isinstance(read, datetime):
        raise ValueError(f"is {value!r}, which is not a date such as 2026-01-31")
    return read


def counted_kind(value: object) -> object:
    """A kind of buyer action that counts: an open, a click, an automatic reply never does.

    >>> counted_kind("replied")
    'replied'
    """
    if isinstance(value, str) and value in NEVER_COUNTED:
        raise ValueError(f"is '{value!s}', which never counts as an act of a buyer. Allowed: {', '.join(_COUNTED)}")
    if isinstance(value, str) and value not in _COUNTED:
        raise ValueError(not_allowed(value, _COUNTED))
    return value


def play_mistakes(play: Play) -> Iterator[Mistake]:
    """What is wrong within one play."""
    for field in ("answered_by", "aim"):
        kinds: tuple[ActionKind, ...] = getattr(play, field)
        yield from _repeated(kinds, f"play.{field}", (field,))
    for at, kind in enumerate(play.aim):
        if kind not in play.answered_by:
            yield Mistake(("aim", at), f"play.aim names {kind}, which answered_by of '{play.name}' does not")


def policy_mistakes(policy: Policy) -> Iterator[Mistake]:
    """What is wrong within one policy."""
    for field in ("after", "subkinds", "steps", "settled_by"):
        yield from _repeated(getattr(policy, field), f"policy.{field}", (field,))
    given = [name for name in ("within_hours", "within_minutes") if getattr(policy, name) is not None]
    if len(given) != 1:
        said = "both within_hours and within_minutes" if given else "neither within_hours nor within_minutes"
        yield Mistake((given[-1],) if given else (), f"policy '{policy.name}' has {said}; it needs one of them")
    elif policy.within_seconds == 0:
        yield Mistake((given[0],), f"policy.{given[0]} is less than a second")


def playbook_mistakes(playbook: Playbook) -> Iterator[Mistake]:
    """What the sections of a playbook contradict each other in."""
    for section in ("play", "stage", "dimension", "policy"):
        names = (each.name.casefold() for each in getattr(playbook, section))
        yield from _repeated(names, f"{section}.name", (section,), ("name",))
    rates = ((rate.currency, rate.on.isoformat()) for rate in playbook.rate)
    yield from _repeated(rates, "rate", ("rate",))
    rules = ((rule.kind.value, rule.subkind or "") for rule in playbook.stance)
    yield from _repeated(rules, "stance", ("stance",))
    targets = ((each.metric, each.period, each.rep, each.team) for each in playbook.target)
    yield from _repeated(targets, "target", ("target",))
    yield from _shift_mistakes(playbook.organisation.working_hours, ("organisation",))
    for at, seller in enumerate(playbook.rep):
        yield from _shift_mistakes(seller.working_hours, ("rep", at))
    yield from _seller_mistakes(playbook)
    yield from _retreats_aimed_at(playbook)
    for at, rate in enumerate(playbook.rate):
        if rate.currency == playbook.organisation.currency:
            yield Mistake(
                ("rate", at, "currency"), f"rate.currency is {rate.currency}, the organisation's own currency"
            )
    for at, target in enumerate(playbook.target):
        if bool(target.rep) == bool(target.team):
            yield Mistake(("target", at), "target needs either a rep or a team")
    for at, dimension in enumerate(playbook.dimension):
        if dimension.name in TAKEN_NAMES:
            text = f"dimension.name is {dimension.name}, by which figures can be grouped anyway; take another name"
            yield Mistake(("dimension", at, "name"), text)
    if any(later <= earlier for earlier, later in pairwise(playbook.tenure_months)):
        yield Mistake(("tenure_months",), "tenure_months must rise, such as [6, 24]")


def playbook_warnings(playbook: Playbook) -> Iterator[Mistake]:
    """What is allowed and probably not meant."""
    for at, play in enumerate(playbook.play):
        for earlier in playbook.play[:at]:
            if all(getattr(earlier, name) in {None, getattr(play, name)} for name in CONDITIONS):
                text = f"play '{play.name}' is never used: '{earlier.name}' comes first and fits all its efforts"
                yield Mistake(("play", at), text)
                break
        for number, channel in enumerate(play.seen_on):
            if channel not in CHANNELS:
                text = (
                    f"play.seen_on names {channel}, which no source of this product reports{nearest(channel, CHANNELS)}"
                )
                yield Mistake(("play", at, "seen_on", number), text)
        steps = {stage.step or stage.name for stage in playbook.stage}
        if play.step is not None and play.step not in steps:
            yield Mistake(("play", at, "step"), f"play.step is '{play.step}', which no stage stands for")
    yield from _policy_warnings(playbook)
    for kind in EffortKind:
        if not any(play.kind in {None, kind} for play in playbook.play):
            yield Mistake(("play",), f"no play is for efforts of kind {kind}: they are shown, never linked or rated")


def _policy_warnings(playbook: Playbook) -> Iterator[Mistake]:
    steps = {stage.step or stage.name for stage in playbook.stage}
    for at, policy in enumerate(playbook.policy):
        if sooner := next((each for each in playbook.policy if each is not policy and _covers(each, policy)), None):
            text = (
                f"policy '{policy.name}' is never the first to be missed: '{sooner.name}' asks for no less and sooner"
            )
            yield Mistake(("policy", at), text)
        for number, step in enumerate(policy.steps):
            if step not in steps:
                yield Mistake(
                    ("policy", at, "steps", number), f"policy.steps names '{step}', which no stage stands for"
                )
        for number, word in enumerate(policy.settled_by):
            if doubt := _settles_nothing(word):
                yield Mistake(("policy", at, "settled_by", number), f"policy.settled_by names {word}, {doubt}")
        nights = policy.within_minutes is not None and policy.working_time
        if nights and not playbook.organisation.working_hours:
            text = f"policy '{policy.name}' gives minutes, and no working_hours are stated: it runs at night too"
            yield Mistake(("policy", at, "within_minutes"), text)


def _covers(one: Policy, other: Policy) -> bool:
    """Whether whoever misses the other has missed the one before, or at the same instant and named first."""
    wider = set(one.after) >= set(other.after) and all(
        not getattr(one, field) or (getattr(other, field) and set(getattr(one, field)) >= set(getattr(other, field)))
        for field in ("subkinds", "steps")
    )
    # What settles the one must settle the other too, or the other may be open when the one is done.
    harder = not other.settled_by or (bool(one.settled_by) and set(one.settled_by) <= set(other.settled_by))
    earlier = one.clock in {other.clock, "act"}
    same_time = one.working_time == other.working_time or other.working_time
    return wider and harder and earlier and same_time and one.within_seconds < other.within_seconds


def _settles_nothing(word: str) -> str:
    kinds = [kind.value for kind in EffortKind if kind is not EffortKind.TASK]
    if word == EffortKind.TASK:
        return "which reaches no buyer and so settles nothing"
    if word in {kind.value for kind in ActionKind}:
        return f"which is an act of a buyer; kinds of effort are {', '.join(kinds)}"
    guess = nearest(word, kinds)
    return f"which is no kind of effort{guess} Efforts with this purpose will do" if guess and word not in kinds else ""


def _repeated(values: Iterable[Hashable], what: str, before: Path, after: Path = ()) -> Iterator[Mistake]:
    seen: set[Hashable] = set()
    for at, value in enumerate(values):
        if value in seen:
            shown = " ".join(part for part in value if part) if isinstance(value, tuple) else value
            yield Mistake((*before, at, *after), f"{what} '{shown}' is there twice")
        seen.add(value)


def _shift_mistakes(shifts: tuple[Shift, ...], before: Path) -> Iterator[Mistake]:
    taken: list[tuple[str, time, time]] = []
    for at, shift in enumerate(shifts):
        place = (*before, "working_hours", at)
        end = shift.end if shift.end != time() else time.max
        if end <= shift.start:
            text = f"working_hours from {shift.start:%H:%M} to {shift.end:%H:%M}: a shift ends after it begins"
            yield Mistake(place, f"{text}; one that passes midnight is written as two")
        for weekday in shift.days:
            if any(weekday == other and shift.start < until and since < end for other, since, until in taken):
                yield Mistake(place, f"working_hours overlap on {weekday}")
            taken.append((weekday, shift.start, end))


def _seller_mistakes(playbook: Playbook) -> Iterator[Mistake]:
    seen: set[str] = set()
    for at, seller in enumerate(playbook.rep):
        for place, written in ((("email",), seller.email), *((("aliases",), alias) for alias in seller.aliases)):
            if written.casefold() in seen:
                yield Mistake(("rep", at, *place), f"rep.{place[0]} '{written}' is there twice")
            seen.add(written.casefold())


def _retreats_aimed_at(playbook: Playbook) -> Iterator[Mistake]:
    ruled = {rule.kind: (at, rule.stance) for at, rule in enumerate(playbook.stance) if rule.subkind is None}
    for at, play in enumerate(playbook.play):
        for number, kind in enumerate(play.aim):
            rule, stance = ruled.get(kind, (-1, DEFAULT_STANCE[kind]))
            if stance is Stance.RETREAT and rule >= 0:
                text = f"stance makes {kind} a step back of the buyer, but play '{play.name}' aims at it"
                yield Mistake(("stance", rule), text)
            elif stance is Stance.RETREAT:
                yield Mistake(("play", at, "aim", number), f"play.aim names {kind}, which is a step back of the buyer")
