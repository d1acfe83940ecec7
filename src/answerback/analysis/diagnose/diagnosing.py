"""Is it the person or the system? The diagnosis of a change, from the efforts of a snapshot.

Known happenings are tested first, then every dimension of efforts and buyers, then what reps have in common, then what
all have in common; a person last, and only with enough efforts. Where nothing stands out, or nothing could, it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from answerback.analysis.diagnose.answer import (
    Cause,
    Counts,
    Diagnosis,
    Everybody,
    Happening,
    Person,
    Place,
    Shift,
    Slowed,
)
from answerback.analysis.diagnose.counted import WEEK, Counted, read_efforts
from answerback.analysis.diagnose.heard import heard, names_a_fall
from answerback.analysis.diagnose.mixing import BUYERS, decomposed, explaining
from answerback.analysis.diagnose.windows import Window, Windows, happenings_known, windows_of
from answerback.analysis.reader import Reader
from answerback.domain.findings import Verdict
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.onset import onset
from answerback.stats.own_shifts import left_of_reps
from answerback.stats.separate import FEWEST_GROUPS, SYSTEM_LEVEL, Separated, separate
from answerback.stats.stretch import SURELY_SLOWER, Stretch, stretch
from answerback.stats.summed import Efforts
from answerback.stats.two_times import (
    FEWEST_REPS,
    LEAST_BEFORE_PERSON,
    LEAST_NOW_PERSON,
    Name,
    Where,
)
from answerback.stats.two_times import Cause as Found

_WIDTH = 1.96
_NOTHING = Counts(0.0, 0.0, 0.0, 0.0)
_SAME_PEOPLE = frozenset({"manager", "team"})
"""A manager and their team are one by definition: that is no alias to be told apart."""


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """One window and what was found in it."""

    window: Window
    counted: Counted
    chosen: BoolArray
    efforts: Efforts
    found: Separated
    slower: Stretch | None


def diagnose(
    reader: Reader,
    scope: Scope,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    where: Mapping[str, str] | None = None,
) -> Diagnosis:  # fmt: skip
    """Whose it is that results changed: one person's, a part of the work's, the system's, or cannot be told.

    Args:
        reader: the snapshot, and from when it is looked at.
        scope: who may be looked at.
        since: the first instant of the time in question. Else the last 4, 8 and 16 weeks are tried, and the beginnings
            of known happenings.
        until: its end, excluded; else the end of the last day with an effort.
        where: only efforts with these values.

    Raises UsageError for a dimension in `where` that does not exist.
    """
    happenings = happenings_known(reader)
    windows = windows_of(reader, happenings, since=since, until=until)
    if windows is None or not windows.windows:
        return _nothing(CannotTell(Refused.BASELINE_TOO_SHORT, have=0.0, need=LEAST_BEFORE_PERSON))
    counted = read_efforts(reader, scope, start=windows.start, end=windows.end, where=where or {})
    if not counted.rep.size:
        return _nothing(CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=0.0, need=LEAST_NOW_PERSON))
    told = _strongest(counted, windows, reader)
    if not names_a_fall(told):
        return told
    left, unknown = heard(reader, scope, counted)
    if not unknown:
        return told
    told = _strongest(left, windows, reader)
    return replace(told, settle=(*unknown, *told.settle))


def _strongest(counted: Counted, windows: Windows, reader: Reader) -> Diagnosis:
    """What is told of the window in which something stands out farthest."""
    looked = (_look(counted, each, looks=len(windows.windows)) for each in windows.windows)
    best = max(looked, key=lambda each: (_strength(each), -each.window.turn))
    return _told(best, windows, reader)


def _nothing(why: CannotTell) -> Diagnosis:
    return Diagnosis(Verdict.CANNOT_TELL, None, _NOTHING, settle=(why,))


def _look(counted: Counted, window: Window, *, looks: int) -> _Looked:
    chosen = (counted.week >= window.first) & (counted.exposure > 0.0)
    slowed = _slower(counted, chosen, counted.week[chosen] >= window.turn)
    if slowed is not None and slowed.surely:  # what young efforts should weigh is not known
        chosen &= counted.age_days >= counted.waiting_days
    efforts = Efforts(
        rep=counted.rep[chosen],
        account=counted.account[chosen],
        now=counted.week[chosen] >= window.turn,
        success=counted.success[chosen],
        exposure=counted.exposure[chosen],
        week=counted.week[chosen],
        dimensions={name: level[chosen] for name, level in counted.levels.items()},
        groups=counted.groups,
        kind=None if counted.kind is None else counted.kind[chosen],
    )
    first = tuple(
        name for each in window.happenings if (name := _scope_name(each, counted)) is not None
    )  # fmt: skip
    found = separate(_whole(efforts, len(counted.rep_keys)), looks=looks, first=first)
    return _Looked(window, counted, chosen, efforts, found, slowed)


def _whole(efforts: Efforts, reps: int) -> Efforts:
    """Groups of those reps only who have efforts here: numbers of reps go as far as the last of them."""
    last = int(efforts.rep.max(initial=-1)) + 1
    return replace(efforts, groups={name: group[: min(last, reps)] for name, group in efforts.groups.items()})


def _scope_name(happening: Happening, counted: Counted) -> Name | None:
    """The level that a happening touched, where it names one that there is."""
    dimension, equals, value = happening.scope.partition("=")
    names = counted.names.get(dimension.strip(), ())
    return Name(dimension.strip(), names.index(value.strip())) if equals and value.strip() in names else None


def _slower(counted: Counted, chosen: BoolArray, now: BoolArray) -> Stretch | None:
    kind = counted.levels["kind"][chosen].astype(np.int64)
    answered = counted.lag_hours[chosen] >= 0
    return stretch(
        counted.lag_hours[chosen][answered],
        24 * counted.age_days[chosen][answered],
        24 * counted.waiting_days[chosen][answered],
        np.maximum(kind[answered], 0) * 400 + counted.waiting_days[chosen][answered],
        now[answered],
    )


def _strength(looked: _Looked) -> float:
    """How far the farthest of what was found stands out, in standard errors; 0 where nothing was found."""
    found = looked.found
    far = [abs(cause.effect / cause.error) for cause in found.causes]
    far += np.abs(found.z[found.apart]).tolist()
    if found.system is not None and found.system_changed:
        far.append(abs(found.system.mean / found.system.error))
    return max(far, default=0.0)


def _told(looked: _Looked, windows: Windows, reader: Reader) -> Diagnosis:
    found, efforts = looked.found, looked.efforts
    looks = len(windows.windows)
    counts = _counts(efforts, np.ones(efforts.now.size, dtype=np.bool_))
    with_both = int(np.isfinite(found.shifts).sum())
    enough = (found.exposure[:, 1] >= LEAST_NOW_PERSON) & (found.exposure[:, 0] >= LEAST_BEFORE_PERSON)
    mixed = decomposed(found.efforts, looked.counted.names, usual=found.usual)
    base = Diagnosis(
        Verdict.CANNOT_TELL,
        windows.period(looked.window),
        counts,
        decomposition=mixed,
        slowed=_slowed(looked.slower),
        reps=with_both,
        reps_with_enough=int(enough.sum()),
        looked_at=found.tested,
        windows=looks,
    )
    if with_both < FEWEST_REPS:
        return replace(base, settle=(CannotTell(Refused.TOO_FEW_REPS, have=float(with_both), need=float(FEWEST_REPS)),))
    own = tuple(each.name for each in reader.playbook.dimension if each.of in {"account", "deal", "contact"})
    mix = explaining(mixed, (*BUYERS, *own), looks) if mixed is not None else None
    causes = tuple(_cause(looked, cause, windows) for cause in found.causes)
    everybody, refused = _everybody(looked, windows)
    people = tuple(_person(looked, int(rep), windows) for rep in np.flatnonzero(found.apart))
    settle = [*refused, *_settling(looked, base, causes)]
    kinds = {Verdict.SEGMENT} if causes else set()
    kinds |= {Verdict.SYSTEMIC} if (everybody and everybody.changed) or (mix and not causes and not people) else set()
    kinds |= {Verdict.INDIVIDUAL} if people else set()
    verdict = Verdict.MIXED if len(kinds) > 1 else next(iter(kinds), Verdict.CANNOT_TELL)
    if verdict is Verdict.CANNOT_TELL and not refused:
        settle.insert(0, CannotTell(Refused.NOTHING_STANDS_OUT, have=_least_p(looked), need=SYSTEM_LEVEL))
    return replace(
        base,
        verdict=verdict,
        causes=causes,
        everybody=everybody,
        people=people,
        mix=mix,
        settle=tuple(settle),
        alike=tuple((cause.place, *cause.aliases) for cause in causes if cause.aliases),
    )


def _slowed(found: Stretch | None) -> Slowed | None:
    return Slowed(found.times, found.low, found.high) if found is not None and found.surely else None


def _least_p(looked: _Looked) -> float:
    found = looked.found
    return min(found.least_p, found.system.p_value if found.system is not None else 1.0)


def _counts(efforts: Efforts, of: BoolArray) -> Counts:
    def total(values: FloatArray, at: BoolArray) -> float:
        return float(values[of & at].sum())

    now = efforts.now
    return Counts(
        total(efforts.exposure, ~now),
        total(efforts.success, ~now),
        total(efforts.exposure, now),
        total(efforts.success, now),
    )


def _cause(looked: _Looked, cause: Found, windows: Windows) -> Cause:
    chosen = _rows_of(looked, cause.name)
    since = _since(looked, chosen, windows)
    aliases = tuple(_place(looked, each) for each in cause.aliases)
    place = _place(looked, cause.name)
    return Cause(
        place=place,
        shift=Shift(
            cause.effect, cause.effect - _WIDTH * cause.error, cause.effect + _WIDTH * cause.error, cause.p_value
        ),
        counts=_counts(looked.efforts, chosen),
        since=since,
        aliases=aliases,
        happening=_explained_by(looked, cause.name, cause.aliases),
        between_people=cause.where is Where.GROUP,
    )


def _rows_of(looked: _Looked, name: Name) -> BoolArray:
    level = looked.efforts.dimensions.get(name.dimension)
    if level is None:
        level = looked.efforts.groups[name.dimension][looked.efforts.rep]
    return np.asarray(level == name.level)


def _place(looked: _Looked, name: Name) -> Place:
    counted = looked.counted
    names = counted.names.get(name.dimension) or counted.group_names[name.dimension]
    return Place(name.dimension, names[name.level])


def _explained_by(looked: _Looked, name: Name, aliases: tuple[Name, ...]) -> Happening | None:
    for each in looked.window.happenings:
        if _scope_name(each, looked.counted) in {name, *aliases}:
            return each
    return None


def _since(looked: _Looked, chosen: BoolArray, windows: Windows) -> date | None:
    """The first day of the week in which it most probably began; a known happening's, where one is as probable."""
    efforts = looked.efforts
    usual, rep = looked.found.usual[looked.found.efforts.row[chosen]], efforts.rep[chosen]
    residual, weight = left_of_reps(usual, rep, efforts.success[chosen], efforts.exposure[chosen])
    found = onset(efforts.week[chosen], residual, weight, looked.counted.weeks)
    if found is None:
        return None
    for each in looked.window.happenings:
        week = (each.starts - windows.start.date()).days / 7.0
        if found.earliest - 1 <= week <= found.latest + 1:
            return each.starts
    return (windows.start + WEEK * found.week).date()


def _everybody(looked: _Looked, windows: Windows) -> tuple[Everybody | None, list[CannotTell]]:
    """What is common to all; refused where answers that take longer could be all there is to a fall."""
    system = looked.found.system
    if system is None:
        return None, []
    shift = Shift(system.mean, system.low, system.high, system.p_value)
    if not looked.found.system_changed:
        return Everybody(shift, changed=False), []
    slowed = looked.slower
    if slowed is not None and slowed.surely and system.mean < 0.0 <= system.high - slowed.loss:
        return Everybody(shift, changed=False), [
            CannotTell(Refused.ANSWERS_SLOWER, have=SURELY_SLOWER, need=SURELY_SLOWER)
        ]  # fmt: skip
    taken = np.zeros(looked.efforts.now.size, dtype=np.bool_)
    for cause in looked.found.causes:
        taken |= _rows_of(looked, cause.name)
    rows = ~taken & ~looked.found.apart[looked.efforts.rep]
    known = next((each for each in looked.window.happenings if each.scope in {"all", ""}), None)
    since = _since(looked, rows, windows) if rows.any() else None
    return Everybody(shift, changed=True, since=since, happening=known), []


def _person(looked: _Looked, rep: int, windows: Windows) -> Person:
    found = looked.found
    middle = found.system.mean if found.system is not None else 0.0
    own, error = float(found.shifts[rep]) - middle, float(np.sqrt(found.variances[rep]))
    chosen = looked.efforts.rep == rep
    return Person(
        rep_key=looked.counted.rep_keys[rep],
        shift=Shift(own, own - _WIDTH * error, own + _WIDTH * error, float(found.p_value[rep])),
        counts=_counts(looked.efforts, chosen),
        since=_since(looked, chosen, windows),
    )


def _settling(looked: _Looked, base: Diagnosis, causes: tuple[Cause, ...]) -> list[CannotTell]:
    """What is not known beside the verdict, and what would settle it."""
    told = []
    found = looked.found
    if not base.reps_with_enough:
        most = float(found.exposure[:, 1].max(initial=0.0))
        told.append(CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=most, need=LEAST_NOW_PERSON))
    managers = looked.counted.groups.get("manager")
    there = 0 if managers is None else int(np.unique(managers[managers >= 0]).size)
    if there < FEWEST_GROUPS:
        told.append(CannotTell(Refused.TOO_FEW_MANAGERS, have=float(there), need=float(FEWEST_GROUPS)))
    aliases = (_alias_of(cause, looked.counted) for cause in causes)
    told.extend(CannotTell(Refused.ALIASED, names=alias) for alias in aliases if alias)
    seen = 1.0 - looked.counted.unseen[looked.window.turn :, 0].sum() / max(
        1, looked.counted.unseen[looked.window.turn :, 1].sum()
    )
    before = 1.0 - looked.counted.unseen[: looked.window.turn, 0].sum() / max(
        1, looked.counted.unseen[: looked.window.turn, 1].sum()
    )
    if seen < before - 0.1:
        told.append(CannotTell(Refused.NOT_SEEN, have=float(seen), need=float(before)))
    return told


def _alias_of(cause: Cause, counted: Counted) -> tuple[str, ...]:
    """The names that cannot be told apart, where people are among them: a manager and a cohort, a team and a tool."""
    places = [cause.place, *(each for each in cause.aliases if {each.dimension, cause.place.dimension} != _SAME_PEOPLE)]
    about_people = [each for each in places if each.dimension in counted.groups]
    if len(places) < 2 or not about_people:
        return ()
    return tuple(f"{each.dimension} {each.value}" for each in places)
