"""What a company is about with its buyers: one pursuit is one person at one company whom one territory works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_COLUMNS = {
    "account": np.int64,
    "contact": np.int64,
    "seat": np.int64,
    "step": np.int8,
    "touches": np.int16,  # at this step, since the buyer last moved
    "due": np.int32,  # the day from which the next touch is wanted
    "ended": np.bool_,
    "deal": np.int64,  # -1: none yet
    "sequence": np.bool_,
    "stage": np.int8,  # of the deal in the CRM; -1: no deal
    "recent": np.float32,  # touches of the last two weeks, fading
    "touched": np.int32,  # the day of the last touch
    "objection": np.int8,  # what the buyer has named as standing in the way, by place in OBJECTIONS; -1: nothing
    "last": np.bool_,  # the last touch was made: what is due next is giving up
}


class Pursuits:
    """All pursuits, as columns that grow; each of shape (count,)."""

    account: Ints
    contact: Ints
    seat: Ints
    step: NDArray[np.int8]
    touches: NDArray[np.int16]
    due: NDArray[np.int32]
    ended: NDArray[np.bool_]
    deal: Ints
    sequence: NDArray[np.bool_]
    stage: NDArray[np.int8]
    recent: NDArray[np.float32]
    touched: NDArray[np.int32]
    objection: NDArray[np.int8]
    last: NDArray[np.bool_]

    def __init__(self) -> None:
        self.count = 0
        self._room = 1024
        self._held = _empty(self._room)
        self._show()

    def open(self, account: Ints, contact: Ints, seat: Ints, *, day: int, sequence: NDArray[np.bool_]) -> Ints:
        """Begins pursuits; their numbers."""
        first, self.count = self.count, self.count + len(account)
        if self.count > self._room:
            self._room = max(2 * self._room, self.count)
            grown = _empty(self._room)
            for name, column in self._held.items():
                grown[name][:first] = column[:first]
            self._held = grown
        self._show()
        new = slice(first, self.count)
        self.account[new], self.contact[new], self.seat[new], self.sequence[new] = account, contact, seat, sequence
        self.deal[new], self.stage[new], self.due[new], self.touched[new] = -1, -1, day, day
        self.objection[new] = -1
        return np.arange(first, self.count, dtype=np.int64)

    def _show(self) -> None:
        for name, column in self._held.items():
            setattr(self, name, column[: self.count])


def _empty(room: int) -> dict[str, NDArray[Any]]:
    return {name: np.zeros(room, dtype=kind) for name, kind in _COLUMNS.items()}
