"""Forms of practices: what somebody wants to try, a change of mind, and what several might try."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.analysis.lift.fixing import next_monday
from answerback.analysis.lift.practised import Kind
from answerback.people.learning.group_practices import Proposed
from answerback.people.learning.practices import (
    FEWEST_WEEKS,
    LONGEST,
    LONGEST_WHY,
    MOST_A_WEEK,
    MOST_WEEKS,
    Chosen,
)
from answerback.present.plays import play_text
from answerback.present.practices import baseline_text
from answerback.present.spoken import day_text

MONDAYS_AHEAD = 6
ALL = "all"
"""What stands for all touches in a form: an empty choice is none."""


def _dose() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Touches a week in the new way"),
        min_value=1,
        max_value=MOST_A_WEEK,
        initial=5,
        help_text=gettext_lazy("About so many; fewer that are made as intended are worth more than many."),
    )


def _weeks() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("For how many weeks"), min_value=FEWEST_WEEKS, max_value=MOST_WEEKS, initial=6
    )


def _what() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("The small change"),
        max_length=LONGEST,
        help_text=gettext_lazy("One thing that you do differently, so small that you know whether you did it."),
    )


def _apart(choices: list[tuple[str, str]], kept: Iterable[str | None]) -> list[tuple[str, str]]:
    """Without kinds that hold nothing but the one before them, said less exactly; those that were chosen stay.

    >>> _apart([("offer @ x", "Offer (at step x): 3 of 9"), ("offer", "Offer: 3 of 9"), ("mail", "Mail: 1 of 9")], ())
    [('offer @ x', 'Offer (at step x): 3 of 9'), ('mail', 'Mail: 1 of 9')]
    """
    said: set[tuple[str, str]] = set()
    found = []
    for value, text in choices:
        name, _, counts = text.partition(": ")
        if (name, counts) not in said or value in kept:
            found.append((value, text))
        said.add((name.partition(" (")[0], counts))
    return found


class PracticeForm(forms.Form):
    """What somebody wants to practise."""

    what = _what()
    play = forms.ChoiceField(
        label=gettext_lazy("Measured on"),
        help_text=gettext_lazy("Where the change should show. Beside each kind of touch stand your last 12 weeks."),
    )
    dose = _dose()
    weeks = _weeks()
    why = forms.CharField(
        label=gettext_lazy("Why this one (for yourself; may stay empty)"),
        max_length=LONGEST_WHY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *given: Any, kinds: Iterable[Kind], **more: Any) -> None:
        super().__init__(*given, **more)
        kept = (self.data.get("play"), (self.initial or {}).get("play"))
        choices = [(each.play or ALL, f"{play_text(each.play)}: {baseline_text(each)}") for each in kinds]
        self.fields["play"].choices = _apart(choices, kept)  # type: ignore[attr-defined]

    def chosen(self) -> Chosen:
        """What the form says."""
        said = self.cleaned_data
        play = "" if said["play"] == ALL else said["play"]
        return Chosen(said["what"], play, said["dose"], said["weeks"], said["why"])


class ChangeForm(forms.Form):
    """A change of mind after it was fixed."""

    dose = _dose()
    weeks = _weeks()
    why = forms.CharField(label=gettext_lazy("Why (may stay empty)"), max_length=LONGEST_WHY, required=False)


class TogetherForm(forms.Form):
    """What somebody proposes that several practise."""

    what = _what()
    play = forms.ChoiceField(label=gettext_lazy("Measured on"))
    dose = _dose()
    weeks = forms.IntegerField(
        label=gettext_lazy("For how many weeks"),
        min_value=FEWEST_WEEKS,
        max_value=6,
        initial=6,
        help_text=gettext_lazy("Half begin at once, the others so many weeks later."),
    )
    starts_on = forms.TypedChoiceField(label=gettext_lazy("Lots are drawn on"), coerce=date.fromisoformat)

    def __init__(self, *given: Any, plays: Iterable[str], today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        kinds = [(each, play_text(each)) for each in plays if each]
        self.fields["play"].choices = [(ALL, _("All touches")), *kinds]  # type: ignore[attr-defined]
        first = next_monday(today)
        mondays = [first + timedelta(weeks=week) for week in range(MONDAYS_AHEAD)]
        self.fields["starts_on"].choices = [(str(each), day_text(each)) for each in mondays]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = str(mondays[1])

    def proposed(self) -> Proposed:
        """What the form says."""
        said = self.cleaned_data
        play = "" if said["play"] == ALL else said["play"]
        return Proposed(said["what"], play, said["dose"], said["weeks"], said["starts_on"])
