"""Where people's own data lie: SQLite beside the workspace, or PostgreSQL for teams."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from answerback.domain.errors import UsageError


def database_of(address: str, folder: Path) -> dict[str, Any]:
    """Django's settings for a database.

    Args:
        address: Empty for SQLite, else postgresql://user:password@host:port/name.
        folder: Where the SQLite file lies.

    Raises UsageError for another kind of address.

    >>> database_of("", Path("people"))["ENGINE"], database_of("postgresql://ann@db:5433/sales", Path())["NAME"]
    ('django.db.backends.sqlite3', 'sales')
    """
    if not address:
        options = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "people.sqlite3", "OPTIONS": options}
    said = urlsplit(address)
    if said.scheme not in ("postgresql", "postgres"):
        raise UsageError(
            f"{said.scheme or address!r} is no database that people's data can lie in",
            where="ANSWERBACK_DATABASE",
            next_step="leave it empty for SQLite, or write postgresql://user:password@host:port/name",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": said.path.lstrip("/"),
        "USER": unquote(said.username or ""),
        "PASSWORD": unquote(said.password or ""),
        "HOST": said.hostname or "",
        "PORT": str(said.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
