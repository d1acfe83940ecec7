"""Which right each page demands. A page that states none is shown to nobody.

A right says what somebody must be to ask at all; whose rows they then see is the one door's business
(`people.access.visible_to`). Who lacks a right is told that there is no such page.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum, auto
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch

from answerback.people.models import Role
from answerback.web.answering.asking import Asking, asking_of


class Right(StrEnum):
    """What somebody must be."""

    EVERYBODY = auto()
    """Signed in or not."""
    TOKEN = auto()
    """Programs, by a token: `web.api` asks for it. No session opens these routes."""
    SIGNED_IN = auto()
    REP = auto()
    """Somebody whose own touches are in the log."""
    MANAGER = auto()
    LEADER = auto()
    OPERATIONS = auto()
    ADMIN = auto()
    LOADING = auto()
    """Operations and admins: who may bring in what systems export."""
    OVERSIGHT = auto()
    """Managers, leaders and operations."""
    POOLED = auto()
    """Leaders and operations: who is shown sums over everybody."""
    POLLING = auto()
    """Leaders, operations and enablement: who puts a poll."""
    LEADING = auto()
    """Managers and leaders: who has people report to them."""
    SELLERS = auto()
    """Reps, managers and leaders."""
    SEARCHING = auto()
    """Reps, managers, leaders and operations."""
    PRACTISING = auto()
    """Reps, managers, leaders and enablement: who practises, or proposes what several might."""


HELD_BY: dict[Right, frozenset[Role]] = {
    Right.REP: frozenset({Role.REP, Role.MANAGER}),
    Right.MANAGER: frozenset({Role.MANAGER}),
    Right.LEADER: frozenset({Role.LEADER}),
    Right.OPERATIONS: frozenset({Role.OPERATIONS}),
    Right.ADMIN: frozenset({Role.ADMIN}),
    Right.LOADING: frozenset({Role.OPERATIONS, Role.ADMIN}),
    Right.OVERSIGHT: frozenset({Role.MANAGER, Role.LEADER, Role.OPERATIONS}),
    Right.POOLED: frozenset({Role.LEADER, Role.OPERATIONS}),
    Right.POLLING: frozenset({Role.LEADER, Role.OPERATIONS, Role.ENABLEMENT}),
    Right.LEADING: frozenset({Role.MANAGER, Role.LEADER}),
    Right.SELLERS: frozenset({Role.REP, Role.MANAGER, Role.LEADER}),
    Right.PRACTISING: frozenset({Role.REP, Role.MANAGER, Role.LEADER, Role.ENABLEMENT}),
    Right.SEARCHING: frozenset({Role.REP, Role.MANAGER, Role.LEADER, Role.OPERATIONS}),
}
"""Which roles a right comes with."""
OF_OTHERS: dict[str, Right] = {
    "account_login": Right.EVERYBODY,
    "account_logout": Right.SIGNED_IN,
    "account_reauthenticate": Right.SIGNED_IN,
    "account_change_password": Right.SIGNED_IN,
    "account_set_password": Right.SIGNED_IN,
    "account_inactive": Right.EVERYBODY,
    "account_signup": Right.EVERYBODY,
    "mfa_authenticate": Right.EVERYBODY,
    "mfa_trust": Right.EVERYBODY,
    "mfa_reauthenticate": Right.SIGNED_IN,
    "mfa_index": Right.SIGNED_IN,
    "mfa_activate_totp": Right.SIGNED_IN,
    "mfa_deactivate_totp": Right.SIGNED_IN,
    "mfa_view_recovery_codes": Right.SIGNED_IN,
    "mfa_generate_recovery_codes": Right.SIGNED_IN,
    "mfa_download_recovery_codes": Right.SIGNED_IN,
    "openid_connect_callback": Right.EVERYBODY,
    "socialaccount_login_cancelled": Right.EVERYBODY,
}
"""Pages that come with the library for accounts, by the name of their route. Its other pages are shown to nobody."""

View = Callable[..., HttpResponse]


def needs(right: Right) -> Callable[[View], View]:
    """States the right that a page demands."""

    def stated(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return view

    return stated


def right_of(match: ResolverMatch) -> Right | None:
    """The right that a route demands; None where nobody stated one."""
    stated: Right | None = getattr(match.func, "right", None)
    return stated if stated is not None else OF_OTHERS.get(match.url_name or "")


def holds(right: Right, asking: Asking | None) -> bool:
    """Whether somebody has a right."""
    if right is Right.EVERYBODY:
        return True
    if asking is None:
        return False
    return right is Right.SIGNED_IN or asking.viewer.is_a(*HELD_BY[right])


class RightsMiddleware:
    """Lets nobody through whom the page's right does not let in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response, as the layers below made it."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Before any view: no stated right, or one that is not held, and there is no such page."""
        del view, args, kwargs
        match = request.resolver_match
        right = right_of(match) if match is not None else None
        if right is None:
            raise Http404
        if right in (Right.EVERYBODY, Right.TOKEN):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not holds(right, asking_of(request)):
            raise Http404
        return None
