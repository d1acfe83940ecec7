"""Salesforce's ids: 15 characters whose case matters, or 18 of which the last three spell the case out.

Exports mix both forms, so all become the long one. The first three characters name the object (its key prefix).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.crm.expressions import Expr
from answerback.sources.crm.frame import Frame, plain

CONTACT: Final = "003"
LEAD: Final = "00Q"
ACCOUNT: Final = "001"
DEAL: Final = "006"
USER: Final = "005"
QUEUE: Final = "00G"

_SHORT: Final = r"^[A-Za-z0-9]{15}$"
_SUFFIX: Final = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)


def long_ids(column: pa.Array) -> pa.Array:
    """Ids of 15 characters with their three check characters; anything else as it stands.

    Each check character stands for five characters of the id: bit n says that the n-th of them is a capital.

    >>> long_ids(pa.array(["0015500000Xyy06", "0015500000Xyy06AAB", "42", None])).to_pylist()
    ['0015500000Xyy06AAB', '0015500000Xyy06AAB', '42', None]
    """
    short = pc.fill_null(pc.match_substring_regex(column, _SHORT), False)
    if not pc.any(short).as_py():
        return column
    chosen = column.filter(short)
    letters = np.asarray(chosen.to_numpy(zero_copy_only=False), dtype="S15").view(np.uint8).reshape(-1, 3, 5)
    capital = (letters >= ord("A")) & (letters <= ord("Z"))
    check = _SUFFIX[(capital * np.array([1, 2, 4, 8, 16])).sum(axis=2)]
    suffix = pa.array(np.ascontiguousarray(check).view("S3").ravel().astype(str))
    return pc.replace_with_mask(column, short, pc.binary_join_element_wise(chosen, suffix, ""))


def ident(*names: str) -> Expr:
    """The first of these columns that has something in it, as a long id."""
    columns = [plain(name) for name in names]
    return Expr(lambda frame: pc.coalesce(*(long_ids(frame.text(name)) for name in columns)))


def ident_of(prefixes: tuple[str, ...], *names: str) -> Expr:
    """The same where it is the id of one of these objects; else nothing."""

    def of(frame: Frame) -> pa.Array:
        column = ident(*names).of(frame)
        wanted = pc.is_in(pc.utf8_slice_codeunits(column, 0, 3), value_set=pa.array(prefixes))
        return pc.if_else(wanted, column, pa.scalar(None, pa.string()))

    return Expr(of)


def owner(*names: str) -> Expr:
    """The id of a person of ours: any id but a queue's, since exports may hide what it starts with."""

    def of(frame: Frame) -> pa.Array:
        column = ident(*names).of(frame)
        queue = pc.fill_null(pc.starts_with(column, QUEUE), False)
        return pc.if_else(queue, pa.scalar(None, pa.string()), column)

    return Expr(of)
