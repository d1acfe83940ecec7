"""Ids are strings at the doors and signed 64-bit keys inside.

A key is BLAKE2b, keyed with the workspace's secret, of (space, source, id), cut to 64 bits. Whoever has the relations
but not the secret and the owner-only string files cannot tell whose rows they are. Each id also has an independent
32-bit `check`: two ids that fell on one key would differ in it, and a build that finds such a pair refuses to publish.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.errors import WorkspaceError
from answerback.workspace.disk import create_if_absent

GLOBAL_SPACES = frozenset({"token", "email", "domain", "finding"})
"""Spaces whose ids mean the same in every source: that is how the same mail in two systems is recognised. A finding's
id is our own, whoever speaks of it."""

_SECRET_BYTES = 32
_BOTH = np.dtype([("key", "<i8"), ("check", "<i4")])


class Keys:
    """Makes keys with one workspace's secret.

    >>> keys = Keys(bytes(32))
    >>> keys.key("rep", "crm", "anna") == keys.key("rep", "crm", "anna") != keys.key("rep", "mail", "anna")
    True
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @cached_property
    def fingerprint(self) -> str:
        """A name for the secret that does not give it away."""
        return hashlib.blake2b(b"fingerprint", key=self._secret, digest_size=8).hexdigest()

    def key(self, space: str, source: str, text: str) -> int:
        """The key of one id."""
        digest = self._digests([self._prefix(space, source) + writable(text).encode()], 12)
        return int(np.frombuffer(digest, _BOTH)["key"][0])

    def hash_rows(self, rows: Sequence[bytes]) -> NDArray[np.int64]:
        """A keyed 64-bit hash of each row's canonical bytes, shape (n,)."""
        return np.frombuffer(self._digests(rows, 8), "<i8")

    def keyed(self, space: str, source: str, ids: pa.Array) -> tuple[pa.Array, pa.Table]:
        """Keys of a column of ids (nulls stay null), and a table (key, check, id) of the ids among them, each once."""
        encoded = ids.dictionary_encode()
        distinct = encoded.dictionary
        texts = pc.binary_join_element_wise(pa.scalar(self._prefix(space, source).decode()), distinct, "")
        both = np.frombuffer(self._digests(pc.cast(texts, pa.binary()).to_pylist(), 12), _BOTH)
        keys = pa.array(np.ascontiguousarray(both["key"]))
        checks = pa.array(np.ascontiguousarray(both["check"]))
        return pc.take(keys, encoded.indices), pa.table({"key": keys, "check": checks, "id": distinct})

    def marks(self, space: str, source: str, texts: Sequence[str]) -> list[str]:
        """By which each id is known again once it was forgotten: made with another secret, so no key is found by it.

        >>> keys = Keys(bytes(32))
        >>> keys.marks("rep", "crm", ["anna"]) == keys.marks("rep", "mail", ["anna"])
        False
        """
        prefix, key = self._prefix(space, source), self._secret_of_marks
        rows = [prefix + writable(text).encode() for text in texts]
        return [hashlib.blake2b(row, key=key, digest_size=16).hexdigest() for row in rows]

    @cached_property
    def _secret_of_marks(self) -> bytes:
        return hashlib.blake2b(b"forgotten", key=self._secret, digest_size=32).digest()

    def _digests(self, texts: Sequence[bytes], size: int) -> bytes:
        secret, blake2b = self._secret, hashlib.blake2b
        return b"".join([blake2b(text, key=secret, digest_size=size).digest() for text in texts])

    @staticmethod
    def _prefix(space: str, source: str) -> bytes:
        return f"{space}\0{'' if space in GLOBAL_SPACES else source}\0".encode()


def writable(text: str) -> str:
    r"""The text with half characters spelled out: no file of ours could hold them, and an id must stay like no other.

    >>> writable("ren\udce9"), writable("rené")
    ('ren\\udce9', 'rené')
    """
    return text.encode("utf-8", "backslashreplace").decode()


def make_secret(path: Path) -> None:
    """A new secret, readable by the owner only, unless there is one."""
    create_if_absent(path, secrets.token_bytes(_SECRET_BYTES))


def read_secret(path: Path) -> Keys:
    """The keys of the workspace whose secret lies here. Raises WorkspaceError where it is missing or cut short."""
    try:
        secret = path.read_bytes()
    except FileNotFoundError as error:
        raise WorkspaceError(
            "the workspace's secret is missing: its keys cannot be made",
            where=str(path),
            next_step="restore the file from a backup, or start a new workspace and load again",
        ) from error
    except PermissionError as error:
        raise WorkspaceError(
            "the workspace's secret may not be read",
            where=str(path),
            next_step="run this as the owner of the workspace",
        ) from error
    if len(secret) != _SECRET_BYTES:
        raise WorkspaceError("the workspace's secret is damaged", where=str(path), next_step="restore it from a backup")
    return Keys(secret)
