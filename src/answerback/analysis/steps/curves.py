"""The curve of each group of spells, or of the nearest coarser group whose curve may be used.

A group too thin, or watched too briefly, takes the curve of its parent: first without what it was divided by further
(segment, …), then the same step whatever the stage, then the channel, then the side. All levels are worked out at once.
Which curve was taken is said with every answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from answerback.analysis.reader import Reader
from answerback.analysis.steps.spells import Asked, End, counts_sql
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.incidence import Spells, band, spells_of
from answerback.stats.still_comes import Ages, Chance, Watched, movers_quantile, quiet_age, still_comes, watched

_COARSER = ("play", "step", "channel", "side")
"""What is left out, one after the other, after everything else was."""
_HOUR = 3600.0
_NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class StepKey:
    """What a group has in common; a name that is not in it takes every value."""

    names: tuple[str, ...]
    values: tuple[str | None, ...]

    def value(self, name: str) -> str | None:
        """What the group has of one name; None where it has none, or takes every value."""
        return self.values[self.names.index(name)] if name in self.names else None

    def kept(self, names: Sequence[str]) -> StepKey:
        """The coarser group that is told apart by these names only."""
        left = tuple(name for name in self.names if name in names)
        return StepKey(left, tuple(self.values[self.names.index(name)] for name in left))

    @property
    def shown(self) -> str:
        """In one line: `email / follow_up, small`.

        >>> StepKey(("side", "step", "segment"), ("seller", "email", "small")).shown
        'email, small'
        >>> StepKey(("side",), ("seller",)).shown, StepKey((), ()).shown
        ('every touch', 'every step')
        """
        if not self.names:
            return "every step"
        said = [value or f"no {name}" for name, value in zip(self.names, self.values, strict=True)]
        if {"step", "play"} & {*self.names}:
            hidden = {"side", "channel"} | ({"step"} if "play" in self.names else set())
        elif "channel" in self.names:
            hidden = {"side"}
            said[self.names.index("channel")] = f"every {self.value('channel')}"
        elif "side" in self.names:
            hidden = set()
            said[self.names.index("side")] = (
                "every touch" if self.value("side") == "seller" else "everything of a buyer"
            )
        else:
            hidden = set()
        return ", ".join(word for name, word in zip(self.names, said, strict=True) if name not in hidden)


@dataclass(frozen=True, eq=False)
class StepCurves:
    """Every group's curve and its parents'. A place is a group's number in `keys`, parents included."""

    keys: tuple[StepKey, ...]
    finest: int
    """So many of the keys are the groups themselves; their parents come after them."""
    parents: tuple[tuple[int, ...], ...]
    """For each of the groups: its own place and those of its parents, the finest first."""
    watched: Watched
    below: float
    spells: Spells
    """As they were read: not cut where too few are left."""

    @cached_property
    def places(self) -> dict[StepKey, int]:
        """The place of each group and parent."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def taken(self) -> IntArray:
        """For each of the groups the place of the curve that it takes; -1 where no curve may be used."""
        chosen = [next((place for place in family if self._fits[place]), -1) for family in self.parents]
        return np.array(chosen, dtype=np.int64)

    @cached_property
    def seldom(self) -> BoolArray:
        """Which places are known to be followed by a next step less often than counts as quiet, however long one waits.

        Few next steps are no curve, but where many spells were watched for as long as nearly all next steps of a parent
        take, they say that hardly any come. Such a group is not given the curve of steps that are followed up.
        """
        found = np.zeros(len(self.keys), np.bool_)
        usable, until, long = self.watched.usable, self.watched.until, self.movers(_NEARLY_ALL).age
        _, high = band(self.watched.curves, np.arange(len(self.keys)), until)
        for family in self.parents:
            for number, place in enumerate(family):
                parent = next((each for each in family[number + 1 :] if usable[each]), -1)
                if not usable[place] and parent >= 0 and high[place] < self.below and until[place] >= long[parent]:
                    found[place] = True
        return found

    @cached_property
    def _fits(self) -> BoolArray:
        return np.asarray(self.watched.usable | self.seldom)

    @cached_property
    def quiet(self) -> Ages:
        """For each place the hours after which the next step comes with less than the playbook's chance."""
        return quiet_age(self.watched, self.below)

    def movers(self, share: float) -> Ages:
        """For each place the hours until this share of those who ever move have moved."""
        if share not in self._movers:
            self._movers[share] = movers_quantile(self.watched, share)
        return self._movers[share]

    @cached_property
    def _movers(self) -> dict[float, Ages]:
        return {}

    def why_not(self, place: int) -> CannotTell | None:
        """Why a group takes no curve, its parents' included: the reason of the coarsest. None where it takes one."""
        return None if self.taken[place] >= 0 else self.watched.why_not(self.parents[place][-1])

    def place_of(self, key: StepKey) -> int:
        """The place whose curve a step takes, also one of a group that has no spells yet; -1 where there is none."""
        for level in levels(key.names):
            place = self.places.get(key.kept(level))
            if place is not None and self._fits[place]:
                return place
        return -1

    def places_of(self, rows: pa.Table) -> IntArray:
        """The same for rows of a table with a column for each name; each sort of row is looked up once."""
        names = self.keys[0].names if self.keys else ()
        columns = zip(*(rows[name].to_pylist() for name in names), strict=True)
        found: dict[tuple[str | None, ...], int] = {}
        return np.array([_looked_up(found, self, names, values) for values in columns], dtype=np.int64)

    def still_comes(self, place: ArrayLike, hours: ArrayLike) -> Chance:
        """How probable it is that the next step still comes after so many silent hours, by the curves at places.

        Not a number where the place is -1: then it cannot be told.
        """
        where, age = np.broadcast_arrays(np.asarray(place, np.int64), np.asarray(hours, np.float64))
        known = where >= 0
        if not known.any():
            none = np.full(where.shape, np.nan)
            return Chance(none, none, none)
        told = still_comes(self.watched, np.where(known, where, 0), age)
        return Chance(*(np.where(known, each, np.nan) for each in (told.share, told.low, told.high)))

    def quiet_hours(self, place: ArrayLike) -> FloatArray:
        """The hours of silence after which the next step is improbable; 0: from the start; not a number at place -1."""
        where = np.asarray(place, np.int64)
        if not self.quiet.age.size:
            return np.full(where.shape, np.nan)
        return np.where(where >= 0, self.quiet.age[where], np.nan)


OF_OPEN_CHAINS = ("side", "channel", "step", "segment")


def quiet_ages(reader: Reader, scope: Scope, *, by: tuple[str, ...] = OF_OPEN_CHAINS) -> StepCurves:
    """The curves by which it is judged whether an open chain has gone quiet: of each step in each segment.

    They are pooled over everybody in the organisation: how soon a next step comes is no fact about a person.
    """
    return curves_by(Asked(reader, scope, by))


def curves_by(asked: Asked) -> StepCurves:
    """The curves of any groups of spells."""
    return curves_from(asked.reader.query(counts_sql(asked)), asked.by, below=asked.reader.playbook.court.quiet_below)


def curves_from(rows: pa.Table, by: tuple[str, ...], *, below: float) -> StepCurves:
    """The curves from counts of spells: columns of `by`, `ended`, `seconds`, `n`."""
    values = zip(*(rows[name].to_pylist() for name in by), strict=True) if by else ((),) * rows.num_rows
    places: dict[tuple[str | None, ...], int] = {}
    own = np.array([places.setdefault(each, len(places)) for each in values], dtype=np.int64)
    keys = {StepKey(by, each): place for each, place in places.items()}
    finest = len(keys)
    families = [[place] for place in range(finest)]
    for level in levels(by)[1:]:
        for key, place in list(keys.items())[:finest]:
            families[place].append(keys.setdefault(key.kept(level), len(keys)))
    depth = len(families[0]) if families else 0
    above = np.array(families, dtype=np.int64).reshape(finest, depth)
    spells = spells_of(
        above[own].T.ravel(),
        np.tile(rows["seconds"].to_numpy() / _HOUR, depth),
        np.tile(rows["ended"].to_numpy(), depth),
        np.tile(rows["n"].to_numpy(), depth),
        groups=len(keys),
        ends=int(max(End)),
    )
    return StepCurves(
        keys=tuple(keys),
        finest=finest,
        parents=tuple(tuple(dict.fromkeys(family)) for family in families),
        watched=watched(spells),
        below=below,
        spells=spells,
    )


def levels(by: Iterable[str]) -> list[tuple[str, ...]]:
    """The names that groups and each of their parents are told apart by, the finest first.

    >>> levels(("side", "channel", "step", "segment"))
    [('side', 'channel', 'step', 'segment'), ('side', 'channel', 'step'), ('side', 'channel'), ('side',)]
    >>> levels(("segment",)), levels(())
    ([('segment',), ()], [()])
    """
    names = tuple(by)
    found = [names]
    left = tuple(name for name in names if name in _COARSER)
    while True:
        if left != found[-1]:
            found.append(left)
        inner = [name for name in _COARSER if name in left]
        if not inner or left == ("side",):
            return found
        left = tuple(name for name in left if name != inner[0])


def _looked_up(
    found: dict[tuple[str | None, ...], int], of: StepCurves, names: tuple[str, ...], values: tuple[str | None, ...]
) -> int:
    if values not in found:
        found[values] = of.place_of(StepKey(names, values))
    return found[values]
