"""Signing in, as allauth does it, with our own rules: nobody comes in whom nobody invited.

By password, or by the organisation's own sign-in service (OpenID Connect): there an address counts only where the
service says that it has verified it, and only if it has an account or an invitation that can still be taken.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from answerback.people import audit, invitations
from answerback.people.models import Person
from answerback.web.answering.desk import desk

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # comes without types
    """People are invited; there is no open door."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. An admin of your organisation can open it."),
        "email_password_mismatch": _("This address and this password do not go together."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes; nothing was changed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        del request
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # comes without types
    """The second factor, in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That is not the code of now. The app shows a new one every half minute."),
    }


class ServiceAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # comes without types
    """Who comes from the organisation's own sign-in service."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Ties who comes to their account, or makes it by their invitation; all others are turned away."""
        if sociallogin.is_existing:
            return
        email = next((each.email for each in sociallogin.email_addresses if each.verified and each.email), "")
        person = Person.objects.filter(email__iexact=email).first() if email else None
        if person is None and email:
            said = sociallogin.account.get_provider_account().get_user_data() or {}
            person = _by_invitation(email, str(said.get("name") or ""))
        if person is None:
            raise ImmediateHttpResponse(_turned_away(request))
        sociallogin.connect(request, person)
        audit.note(person, "tied to the sign-in service")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: by then everybody has an account or was turned away."""
        del request, sociallogin
        return False


def _by_invitation(email: str, name: str) -> Person | None:
    now = datetime.now(UTC)
    found = invitations.by_address(email, now=now)
    if found is None:
        return None
    return invitations.take(found, found.name or name or email, None, now=now, today=desk().today())


def _turned_away(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/not_invited.html", status=403)
