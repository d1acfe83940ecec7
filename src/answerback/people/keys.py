"""Keys that are handed out once and kept only as a hash: in links, and for programs.

They are drawn from 256 bits of chance, so a plain hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_key(prefix: str = "") -> str:
    """A key that nobody can guess.

    >>> new_key("ab_")[:3], len(new_key()) >= 43
    ('ab_', True)
    """
    return prefix + secrets.token_urlsafe(_BYTES)


def hashed(key: str) -> str:
    """What is kept of a key.

    >>> len(hashed("a key"))
    64
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
