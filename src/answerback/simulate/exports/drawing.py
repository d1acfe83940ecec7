"""Choices that an export makes among equals (a wording, a mail program), drawn from the seed and the thing's own name.

They do not depend on the order in which things are written, so one mail more in the facts changes no other mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A few choices for one thing, always the same for the same seed and name.

    >>> draw = Draw(7, "effort", 12)
    >>> draw.one_of("abc"), draw.one_of("abc"), draw.below(100)
    ('b', 'a', 45)
    """

    __slots__ = ("_left",)

    def __init__(self, seed: int, *name: object) -> None:
        said = " ".join(map(str, (seed, *name)))
        self._left = int.from_bytes(hashlib.blake2b(said.encode(), digest_size=32).digest(), "big")

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        self._left, chosen = divmod(self._left, bound)
        return chosen

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely as the others."""
        return choices[self.below(len(choices))]

    def hexadecimal(self, digits: int) -> str:
        """So many hexadecimal digits."""
        return f"{self.below(16**digits):0{digits}x}"
