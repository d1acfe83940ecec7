"""What somebody says as a lesson: a sentence, and where it applies, in the words that the log has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.analysis.lessons.vocabulary import Vocabulary
from answerback.people.learning.lessons import LONGEST, LONGEST_THANKS, Stated
from answerback.present.debriefs import OBSTACLES
from answerback.present.plays import play_text

_CHOSEN = ("step", "segment", "obstacle", "play", "instead_of")


class LessonForm(forms.Form):
    """A lesson."""

    statement = forms.CharField(
        label=gettext_lazy("The lesson, as a sentence that can turn out to be wrong"),
        help_text=gettext_lazy(
            "Of the task, not of a person: “After an objection to the price, call instead of writing.”"
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    step = forms.ChoiceField(label=gettext_lazy("At the step"), required=False)
    segment = forms.ChoiceField(label=gettext_lazy("With buyers of the sort"), required=False)
    obstacle = forms.ChoiceField(label=gettext_lazy("After the objection"), required=False)
    play = forms.ChoiceField(label=gettext_lazy("It advises this kind of touch"), required=False)
    instead_of = forms.ChoiceField(
        label=gettext_lazy("Instead of"),
        help_text=gettext_lazy(
            "With both kinds named, every touch shows by itself whether it was made so. Else it counts where somebody"
            " says “I used this” on a deal."
        ),
        required=False,
    )

    def __init__(self, *given: Any, known: Vocabulary, **more: Any) -> None:
        super().__init__(*given, **more)
        obstacles = sorted({*known.obstacles, *(each for each in OBSTACLES if each != "other")})
        self._offer("step", known.steps, _("every step"))
        self._offer("segment", known.segments, _("every sort"))
        self._offer("obstacle", obstacles, _("none, or any"))
        for name, none in (("play", _("any")), ("instead_of", _("the same without the lesson"))):
            self._offer(name, known.plays, none, plays=True)

    def _offer(self, name: str, values: Iterable[str], none: str, *, plays: bool = False) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", none), *((each, play_text(each) if plays else _spaced(each)) for each in values)]

    def clean(self) -> dict[str, Any]:
        """It says where it applies, and does not advise a kind of touch instead of itself."""
        said = super().clean() or self.cleaned_data
        if not any(said.get(name) for name in _CHOSEN):
            self.add_error(None, _("Say where it applies: a step, a sort of buyers, an objection, or a kind of touch."))
        if said.get("instead_of") and not said.get("play"):
            self.add_error("play", _("Which kind of touch does it advise instead?"))
        if said.get("play") and said.get("play") == said.get("instead_of"):
            self.add_error("instead_of", _("That is the kind it advises."))
        return said

    def said(self) -> Stated:
        """What was said."""
        return Stated(self.cleaned_data["statement"], **{name: self.cleaned_data[name] for name in _CHOSEN})


class ThanksForm(forms.Form):
    """A word of thanks."""

    note = forms.CharField(label=gettext_lazy("A word, if you like"), max_length=LONGEST_THANKS, required=False)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
