"""Whose word a rate borrows: the peers of a cell, and what they say.

Peers are the cells of the same kind of touch, in the same segment and tenure band; where these are of too few people,
the cells of the same kind of touch. What they say is worked out from all of them, whoever is asking: so a rep's own
page and the team's show one figure. Fewer than five people say nothing, and a rate then stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.counting import Counts, Key
from answerback.stats.prior import PeerPrior, peer_prior

FEWEST_PEERS = 5
"""People that a group must hold to say anything of one of them."""
TOUCH = ("play", "kind", "step", "purpose", "origin", "evidence", "reactive", "source")
"""Dimensions that tell kinds of touch apart: what differs in one of them is no peer."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The narrow and the wide peer group of each cell, in order of the cells."""

    narrow: list[Key]
    wide: list[Key]


def groups_of(by: tuple[str, ...], keys: list[Key], counts: Counts) -> Groups:
    """Kind of touch with the segment and tenure band that most of a cell's efforts have; and kind of touch alone."""
    tally: list[dict[tuple[object, object], int]] = [{} for _ in keys]
    for cell, peer, n in zip(counts.cell.tolist(), counts.peer, counts.n.tolist(), strict=True):
        tally[cell][peer] = tally[cell].get(peer, 0) + n
    places = [number for number, name in enumerate(by) if name in TOUCH]
    wide: list[Key] = [tuple(key[place] for place in places) for key in keys]
    narrow: list[Key] = [
        (*touch, *max(sorted(each.items(), key=str), key=lambda item: item[1])[0])
        for touch, each in zip(wide, tally, strict=True)
    ]
    return Groups(narrow, wide)


class Peers:
    """What every group of a population says; built once, asked for each cell."""

    def __init__(
        self,
        by: tuple[str, ...],
        keys: list[Key],
        groups: Groups,
        *,
        success: NDArray[np.float64],
        exposure: NDArray[np.float64],
    ) -> None:
        self._success, self._exposure = success, exposure
        rep = by.index("rep")
        self._members: dict[tuple[str, Key], list[int]] = {}
        people: dict[tuple[str, Key], set[object]] = {}
        for number, key in enumerate(keys):
            for place in (("narrow", groups.narrow[number]), ("wide", groups.wide[number])):
                self._members.setdefault(place, []).append(number)
                people.setdefault(place, set()).add(key[rep])
        self._enough = {place for place, names in people.items() if len(names) >= FEWEST_PEERS}
        self._said: dict[tuple[str, Key], PeerPrior] = {}

    def group(self, narrow: Key, wide: Key) -> tuple[str, Key] | None:
        """The nearest group that holds enough people."""
        places = (("narrow", narrow), ("wide", wide))
        return next((place for place in places if place in self._enough), None)

    def say(self, place: tuple[str, Key]) -> PeerPrior:
        """What a group says of one of its members."""
        if place not in self._said:
            chosen = np.array(self._members[place])
            self._said[place] = peer_prior(self._success[chosen], self._exposure[chosen])
        return self._said[place]


def by_group(peers: Peers, groups: Groups) -> Mapping[tuple[str, Key] | None, list[int]]:
    """The cells that ask the same group; under None those that nobody can speak for."""
    asked: dict[tuple[str, Key] | None, list[int]] = {}
    for number, (narrow, wide) in enumerate(zip(groups.narrow, groups.wide, strict=True)):
        asked.setdefault(peers.group(narrow, wide), []).append(number)
    return asked
