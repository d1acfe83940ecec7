"""A team begins: who it is, what managers may see of their people (there is no default), and its first admin."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from answerback.domain.errors import AnswerbackError
from answerback.domain.playbook_file import QUESTIONS, InitAnswers, write_playbook
from answerback.people import founding
from answerback.people.models import Person, Visibility
from answerback.web.answering.desk import desk
from answerback.web.rights import Right, needs
from answerback.workspace.disk import create_if_absent
from answerback.workspace.home import Home

_WHY = {each.key: each.why for each in QUESTIONS}


class FoundingForm(forms.Form):
    """What the first person says."""

    visibility = forms.ChoiceField(
        label=_("What do managers see of their people?"), choices=Visibility.choices, widget=forms.RadioSelect
    )
    organisation = forms.CharField(label=_("Your organisation"), max_length=200)
    own_domains = forms.CharField(
        label=_("Your own e-mail domains"), max_length=1000, required=False, help_text=_WHY["organisation.own_domains"]
    )
    time_zone = forms.CharField(
        label=_("Your time zone"), max_length=60, initial="UTC", help_text=_WHY["organisation.time_zone"]
    )
    outside = forms.ChoiceField(
        label=_("Whose mails and meetings may be kept?"),
        choices=(
            ("known", _("Only those with people and companies that a CRM lists; it is loaded first")),
            ("all", _("Those with everybody outside; for who loads nothing but mail and calendars")),
        ),
        initial="known",
        help_text=_WHY["privacy.outside"],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Your name"), max_length=200)
    email = forms.EmailField(label=_("Your address"), max_length=254)
    password = forms.CharField(
        label=_("A password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """A password that is none of the common ones, and settings that the playbook takes."""
        said = super().clean() or self.cleaned_data
        if "password" in said:
            try:
                validate_password(said["password"], Person(email=said.get("email", ""), name=said.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        try:
            self.playbook = write_playbook(
                InitAnswers.from_texts(
                    {
                        "organisation.own_domains": said.get("own_domains", ""),
                        "organisation.time_zone": said.get("time_zone", ""),
                        "privacy.outside": said.get("outside", ""),
                    }
                )
            )
        except AnswerbackError as error:
            self.add_error("time_zone" if "time_zone" in error.what else "own_domains", error.what)
        return said


@needs(Right.EVERYBODY)
def found(request: HttpRequest) -> HttpResponse:
    """Makes the organisation and its first admin, for whoever has the link that the server printed."""
    if not founding.is_needed():
        raise Http404
    folder = Path(settings.PEOPLE_FOLDER)
    key = (request.POST if request.method == "POST" else request.GET).get("key", "")
    if not founding.fits(folder, key):
        return render(request, "pages/founding_without.html")
    form = FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = _founded(folder, key, form)
        if person is None:
            raise Http404
        login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("uploads")
    return render(request, "pages/founding.html", {"form": form, "key": key})


def _founded(folder: Path, key: str, form: FoundingForm) -> Person | None:
    said, now, home = form.cleaned_data, datetime.now(UTC), desk().home
    founder = founding.Founder(
        organisation=said["organisation"],
        name=said["name"],
        email=said["email"],
        password=said["password"],
        visibility=Visibility(said["visibility"]),
    )
    person = founding.found(folder, key, founder, now=now, today=desk().today())
    if person is not None:
        _keep_settings(home, form.playbook)
    return person


def _keep_settings(home: Home, playbook: str) -> None:
    """Writes the playbook, where nobody has written one."""
    create_if_absent(home.playbook, playbook.encode())
