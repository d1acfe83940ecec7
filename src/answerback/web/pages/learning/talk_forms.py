"""Forms of talks: when, with whom, about what; what was said, and by when somebody will do what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from answerback.people.learning.commitments import LONGEST
from answerback.people.learning.models import Rhythm, TalkKind
from answerback.people.models import Person

MINUTES = ((15, _("15 minutes")), (30, _("half an hour")), (45, _("45 minutes")), (60, _("an hour")))
FARTHEST = timedelta(days=366)
"""So far from today a talk can be planned, and so far ahead a commitment reach."""


class TimeForm(forms.Form):
    """When a talk is, by the organisation's clock."""

    at = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = forms.TypedChoiceField(label=_("How long"), choices=MINUTES, coerce=int, initial=30)

    def __init__(self, *given: Any, now: datetime, **more: Any) -> None:
        super().__init__(*given, **more)
        self._now = now

    def clean_at(self) -> datetime:
        """Not years from now."""
        at: datetime = self.cleaned_data["at"]
        if abs(at - self._now) > FARTHEST:
            raise forms.ValidationError(_("That is more than a year from today."))
        return at


class CoachedForm(TimeForm):
    """A talk of two."""

    field_order = ("other", "kind", "at", "minutes")
    other = forms.ModelChoiceField(label=_("With whom"), queryset=Person.objects.none())
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[(each.value, each.label) for each in (TalkKind.ONE_TO_ONE, TalkKind.RIDE_ALONG)],
    )

    def __init__(self, *given: Any, others: QuerySet[Person], now: datetime, **more: Any) -> None:
        super().__init__(*given, now=now, **more)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]


class RhythmForm(TimeForm):
    """A talk that comes again and again."""

    field_order = ("other", "every", "at", "minutes")
    other = forms.ModelChoiceField(label=_("With whom"), queryset=Person.objects.none())
    every = forms.ChoiceField(label=_("How often"), choices=Rhythm.Every.choices, initial=Rhythm.Every.WEEK)

    def __init__(self, *given: Any, others: QuerySet[Person], now: datetime, **more: Any) -> None:
        super().__init__(*given, now=now, **more)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]
        self.fields["at"].label = _("The first time")


class PeersForm(TimeForm):
    """A talk among peers on a case of one's own."""

    field_order = ("guests", "topic", "at", "minutes")
    guests = forms.ModelMultipleChoiceField(
        label=_("Whom I ask"), queryset=Person.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    topic = forms.ChoiceField(label=_("The kind of touch that it is about"), required=False)

    def __init__(
        self, *given: Any, others: QuerySet[Person], kinds: list[tuple[str, str]], now: datetime, **more: Any
    ) -> None:
        super().__init__(*given, now=now, **more)
        self.fields["guests"].queryset = others  # type: ignore[attr-defined]
        self.fields["topic"].choices = [("", _("none in particular")), *kinds]  # type: ignore[attr-defined]


class TopicForm(forms.Form):
    """What a talk was about, once it has taken place."""

    topic = forms.ChoiceField(label=_("It was about"), required=False)

    def __init__(self, *given: Any, topics: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["topic"].choices = [("", _("nothing in particular")), *topics]  # type: ignore[attr-defined]


class CommitmentForm(forms.Form):
    """What somebody will do, and by when."""

    text = forms.CharField(label=_("I will …"), max_length=LONGEST)
    due_on = forms.DateField(label=_("By"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *given: Any, today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self._today = today

    def clean_due_on(self) -> date:
        """A day that can still come."""
        day: date = self.cleaned_data["due_on"]
        if not self._today <= day <= self._today + FARTHEST:
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return day


class WordsForm(forms.Form):
    """The questions of a talk; each may stay empty."""

    def __init__(self, *given: Any, questions: dict[str, tuple[Any, int]], **more: Any) -> None:
        super().__init__(*given, **more)
        for name, (label, longest) in questions.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=longest, widget=forms.Textarea(attrs={"rows": 3})
            )


class NoteForm(forms.Form):
    """Something to write down."""

    text = forms.CharField(
        label=_("A note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "id": "id_note"}),  # what one commits oneself to is `text`, too
    )
