"""The organisation's own sign-in service (OpenID Connect), as the environment names it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from answerback.domain.errors import UsageError

SERVICE = "service"
"""Its name in addresses: /account/oidc/service/login/callback/ is what the service has to be told."""
NAMES = ("ANSWERBACK_OIDC_ISSUER", "ANSWERBACK_OIDC_CLIENT_ID", "ANSWERBACK_OIDC_CLIENT_SECRET_FILE")


def providers_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """Allauth's settings for it; empty where none is named.

    The secret lies in a file, so that it is in no list of processes and in no log.

    >>> providers_of({})
    {}

    Raises UsageError where only a part is named, or the file cannot be read.
    """
    said = [environment.get(name, "") for name in NAMES]
    if not any(said):
        return {}
    missing = [name for name, value in zip(NAMES, said, strict=True) if not value]
    if missing:
        raise UsageError(
            f"{missing[0]} is not set", where="sign-in service", next_step=f"set all of {', '.join(NAMES)}"
        )
    issuer, client_id, file = said
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", where=NAMES[2], next_step="name a file that holds the secret"
        ) from error
    app = {
        "provider_id": SERVICE,
        "name": environment.get("ANSWERBACK_OIDC_NAME") or issuer,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
