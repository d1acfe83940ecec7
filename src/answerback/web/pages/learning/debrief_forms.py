"""The forms of a debrief: its questions, each of which may be answered with "I do not know"; whom it is shared with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from answerback.people.learning.commitments import LONGEST
from answerback.people.learning.debriefs import QUESTIONS, Said, Step
from answerback.people.learning.models import Debrief, Reach
from answerback.people.models import Person
from answerback.present.debriefs import OBSTACLES, OWN_MISTAKES

STEPS = 3
"""So many steps can be put in place at a time."""
A_WEEK = timedelta(days=7)
LONGEST_AHEAD = timedelta(days=366)
_UNKNOWN = [(each, _("I do not know")) for each in QUESTIONS]


def _asked(label: Any, length: int, rows: int = 3, help_text: Any = "") -> forms.CharField:
    box = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=length, required=False, widget=box, help_text=help_text)


def _ticked(label: Any, choices: Any) -> forms.MultipleChoiceField:
    boxes = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=list(choices.items()), required=False, widget=boxes)


class WordsForm(forms.Form):
    """The text of a debrief."""

    went = _asked(_("What was meant, and what came?"), 2000, 2)
    lesson = _asked(_("What is the lesson?"), 1000)
    serves = _asked(_("How will it serve you in winning the next deal?"), 1000)


class DebriefForm(WordsForm):
    """All questions of a debrief."""

    own_reasons = _ticked(_("What stood in the way, as you see it?"), OBSTACLES)
    own_mistakes = _ticked(_("Mistakes of our own"), OWN_MISTAKES)
    buyer_reasons = _ticked(_("What did the buyer say stood in the way?"), OBSTACLES)
    unknown = forms.MultipleChoiceField(choices=_UNKNOWN, required=False)

    def __init__(self, *given: Any, today: date, near: Iterable[Person] = (), **more: Any) -> None:
        super().__init__(*given, **more)
        self._today = today
        self._near = {str(each.pk): each for each in near}
        people = [("", _("You")), *((key, each.name) for key, each in self._near.items())]
        for number in range(1, STEPS + 1):
            text = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields[f"step_{number}"] = forms.CharField(
                label=_("What"), max_length=LONGEST, required=False, widget=text
            )
            self.fields[f"due_{number}"] = forms.DateField(
                label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}), initial=today + A_WEEK
            )
            self.fields[f"who_{number}"] = forms.ChoiceField(label=_("Who"), choices=people, required=False)

    @property
    def names_others(self) -> bool:
        """Whether there is anybody else to name for a step."""
        return bool(self._near)

    @property
    def step_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The fields of each step: what, who, and by when."""
        rows = range(1, STEPS + 1)
        return [(self[f"step_{number}"], self[f"who_{number}"], self[f"due_{number}"]) for number in rows]

    def clean(self) -> dict[str, Any]:
        """A step has a day after today and within a year."""
        said = super().clean() or self.cleaned_data
        for number in range(1, STEPS + 1):
            name, due = f"due_{number}", said.get(f"due_{number}")
            if not said.get(f"step_{number}") or name in self.errors:
                continue
            if due is None or not self._today < due <= self._today + LONGEST_AHEAD:
                self.add_error(name, _("Choose a day after today and within a year."))
        return said

    def said(self) -> Said:
        """What it says; a question that has an answer is not unknown."""
        found = self.cleaned_data
        own = (*found["own_reasons"], *found["own_mistakes"])
        answered = {
            "own": own,
            "buyer": found["buyer_reasons"],
            "lesson": found["lesson"],
            "serves": found["serves"],
            "steps": self.steps(),
        }
        return Said(
            went=found["went"],
            lesson=found["lesson"],
            serves=found["serves"],
            own_reasons=own,
            buyer_reasons=tuple(found["buyer_reasons"]),
            unknown=frozenset(each for each in found["unknown"] if not answered[each]),
        )

    def steps(self) -> tuple[Step, ...]:
        """The steps put in place."""
        found = self.cleaned_data
        rows = [[found[f"{name}_{number}"] for name in ("step", "due", "who")] for number in range(1, STEPS + 1)]
        return tuple(Step(text, due, self._near.get(who)) for text, due, who in rows if text and due is not None)


FIELD_OF = {"own": "own_reasons", "buyer": "buyer_reasons", "lesson": "lesson", "serves": "serves", "steps": "step_1"}
"""Where it is told that a question has no answer yet."""


def kept_so_far(debrief: Debrief) -> dict[str, Any]:
    """What an open debrief says, for its form."""
    own = list(debrief.own_reasons)
    return {
        "went": debrief.went,
        "lesson": debrief.lesson,
        "serves": debrief.serves,
        "own_reasons": [each for each in own if each in OBSTACLES],
        "own_mistakes": [each for each in own if each in OWN_MISTAKES],
        "buyer_reasons": list(debrief.buyer_reasons),
        "unknown": list(debrief.unknown),
    }


class ShareForm(forms.Form):
    """Who may read it."""

    reach = forms.ChoiceField(label=_("Who may read it?"), choices=Reach.choices, widget=forms.RadioSelect)
    anonymous = forms.BooleanField(
        label=_("On the wall without my name"),
        required=False,
        help_text=_("Your name, the company and the day are left out. No amount is ever shown."),
    )
