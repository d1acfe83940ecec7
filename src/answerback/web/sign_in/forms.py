"""The forms of signing in, as the library has them, in our words and without ways that are not there."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):  # type: ignore[misc]  # comes without types
    """Address and password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].label = _("Password")
        _plain(self)


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # comes without types
    """The password of now, and another one twice."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["oldpassword"].label = _("The password of now")
        self.fields["password1"].label = _("The new one")
        self.fields["password2"].label = _("The new one, once more")
        self.fields["password1"].help_text = _("At least twelve characters. A sentence is easy to remember.")
        _plain(self)


def _plain(form: Any) -> None:
    """Without what repeats the label, and without a way to a reset by mail, which there is not."""
    for name in ("login", "password", "oldpassword", "password1", "password2"):
        if name in form.fields:
            form.fields[name].widget.attrs.pop("placeholder", None)
    for name in ("password", "oldpassword"):
        if name in form.fields:
            form.fields[name].help_text = ""
