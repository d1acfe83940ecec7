"""Whether a request comes from the very computer that serves."""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest

_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def is_from_here(request: HttpRequest) -> bool:
    """Whether it comes from this computer, and through no proxy."""
    if any(name in request.META for name in _PROXIES):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
