"""Forms that people fill in. What they say is checked here, and changed nowhere but in `people`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from answerback.analysis.roster import Roster
from answerback.people import invitations
from answerback.people.invitations import Invited
from answerback.people.models import Person, Role, Visibility
from answerback.people.tokens import MOST_DAYS
from answerback.web.sign_in import mail

_OBJECTIONS = {
    "here": ("email", _("Somebody with this address has an account.")),
    "taken": ("rep_id", _("Somebody else is known by this id.")),
    "idle": ("roles", _("Choose at least one role.")),
}


def rep_choices(roster: Roster, *, taken: set[str] = frozenset()) -> list[tuple[str, str]]:  # type: ignore[assignment]
    """Everybody in the log by name, but for those who have an account."""
    free = [each for each in roster.members.values() if each.rep_id not in taken]
    named = [(each.rep_id, _called(each.name, each.rep_id)) for each in free]
    return [("", str(_("Nobody: sells nothing and leads nobody"))), *sorted(named, key=lambda pair: pair[1].lower())]


def _called(name: str, rep_id: str) -> str:
    return rep_id if name == rep_id else f"{name} ({rep_id})"


class InviteForm(forms.Form):
    """Whom an admin invites, and as what."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    rep_id = forms.ChoiceField(
        label=_("Who they are in the data"),
        required=False,
        help_text=_("Touches under this id become their page. Leave it empty for whoever sells nothing."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, roster: Roster, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if mail.is_on():
            self.fields["send"] = forms.BooleanField(
                label=_("Send them the link by mail"), required=False, help_text=_("Else it is shown to you, once.")
            )
        taken = set(Person.objects.exclude(rep_id="").values_list("rep_id", flat=True))
        self.fields["rep_id"].choices = rep_choices(roster, taken=taken)  # type: ignore[attr-defined]

    def who(self) -> Invited:
        """Whom the form names."""
        said = self.cleaned_data
        roles = tuple(Role(each) for each in said.get("roles", ()))
        return Invited(said.get("email", ""), said.get("name", ""), roles, said.get("rep_id", ""))

    def clean(self) -> dict[str, Any]:
        """What was said, unless they cannot be invited so."""
        objection = invitations.objection_to(self.who())
        if objection and not self.errors:
            self.add_error(*_OBJECTIONS[objection])
        return self.cleaned_data


class PasswordForm(forms.Form):
    """Who somebody is, and a password of their own."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters. A sentence is easy to remember."),
    )
    again = forms.CharField(
        label=_("Password, once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, email: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._email = email

    def clean(self) -> dict[str, Any]:
        """What was said, if the password is good enough and twice the same."""
        said = self.cleaned_data
        password = said.get("password", "")
        if password:
            try:
                validate_password(password, Person(email=self._email, name=said.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        if password and said.get("again") and password != said["again"]:
            self.add_error("again", _("The two are not the same."))
        return said


class VisibilityForm(forms.Form):
    """What managers see of their people. Nothing is chosen beforehand."""

    visibility = forms.ChoiceField(choices=Visibility.choices, widget=forms.RadioSelect, label=_("What managers see"))


class TokenForm(forms.Form):
    """A new token for a program."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    writes = forms.ChoiceField(
        label=_("What it may do"),
        choices=[("", _("Read what you see yourself")), ("write", _("Read, and write touches and acts down"))],
        required=False,
    )
    days = forms.TypedChoiceField(
        label=_("It ends after"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (MOST_DAYS - 1, _("a year"))],
    )


class GroupForm(forms.Form):
    """A group of reps whose sums a manager sees."""

    manager = forms.ModelChoiceField(label=_("Manager"), queryset=Person.objects.none())
    name = forms.CharField(label=_("What the group is called"), max_length=80)
    rep_ids = forms.MultipleChoiceField(
        label=_("Who is in it"), widget=forms.CheckboxSelectMultiple, choices=(), required=False
    )

    def __init__(self, roster: Roster, *args: Any, managers: list[Person], **more: Any) -> None:
        super().__init__(*args, **more)
        found = Person.objects.filter(pk__in=[each.pk for each in managers]).order_by("name")
        self.fields["manager"].queryset = found  # type: ignore[attr-defined]
        self.fields["rep_ids"].choices = rep_choices(roster)[1:]  # type: ignore[attr-defined]


class MembersForm(forms.Form):
    """Who is in a group from today on."""

    rep_ids = forms.MultipleChoiceField(
        label=_("Who is in it"), widget=forms.CheckboxSelectMultiple, choices=(), required=False
    )

    def __init__(self, roster: Roster, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["rep_ids"].choices = rep_choices(roster)[1:]  # type: ignore[attr-defined]


class KnownAsForm(forms.Form):
    """By which id the log knows somebody."""

    rep_id = forms.ChoiceField(label=_("Who they are in the data"), required=False)

    def __init__(self, roster: Roster, person: Person, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        others = Person.objects.exclude(rep_id="").exclude(pk=person.pk)
        choices = rep_choices(roster, taken=set(others.values_list("rep_id", flat=True)))
        if person.rep_id and person.rep_id not in dict(choices):
            choices.append((person.rep_id, person.rep_id))
        self.fields["rep_id"].choices = choices  # type: ignore[attr-defined]


MOST_BACK = timedelta(days=3660)
"""So far back a reporting line may begin."""


class SinceForm(forms.Form):
    """From which day reporting lines hold."""

    since = forms.DateField(label=_("They report to them since"), widget=forms.DateInput(attrs={"type": "date"}))
