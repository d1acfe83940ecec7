"""Practices: one small change at a time. The plan that is judged is a record of the log; here is what goes with it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Ended(models.TextChoices):
    """What became of a practice."""

    HABIT = "habit", _("It is a habit now")
    DROPPED = "dropped", _("Dropped")


class GroupPractice(models.Model):
    """A practice that several take up, of whom lots decide who starts now and who later."""

    what = models.CharField(max_length=200)
    play = models.CharField(max_length=160, blank=True)
    lesson = models.ForeignKey("Lesson", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    starts_on = models.DateField()
    weeks = models.PositiveSmallIntegerField(default=6)
    dose = models.PositiveSmallIntegerField(default=5)
    draw = models.CharField(max_length=40, blank=True)
    """The name of the draw in the log; empty until lots were drawn."""
    drawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.what


class Joining(models.Model):
    """That somebody takes part in a practice of several, by their own wish."""

    group = models.ForeignKey(GroupPractice, on_delete=models.CASCADE, related_name="joined")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "person"], name="one_joining_each")]

    def __str__(self) -> str:
        return f"{self.person} in {self.group_id}"


class Practice(models.Model):
    """One rep's practice, theirs alone. Once frozen, what is judged does not change."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practices")
    what = models.CharField(max_length=200)
    """The small change, in the rep's words."""
    why = models.CharField(max_length=400, blank=True)
    play = models.CharField(max_length=160, blank=True)
    """The kind of touch that it is measured on; empty: all."""
    metric = models.CharField(max_length=40, default="on_base")
    lesson = models.ForeignKey("Lesson", null=True, blank=True, on_delete=models.SET_NULL, related_name="practices")
    finding_id = models.CharField(max_length=40, blank=True)
    group = models.ForeignKey(GroupPractice, null=True, blank=True, on_delete=models.SET_NULL, related_name="practices")
    arm = models.CharField(max_length=10, blank=True)
    dose = models.PositiveSmallIntegerField(default=5)
    """So many touches a week are meant to be made in the new way."""
    starts_on = models.DateField()
    ends_on = models.DateField()
    """The day after its last."""
    baseline = models.JSONField(default=dict)
    """The figures before, as they stood when it was frozen: efforts, answers, and from when to when."""
    frozen_at = models.DateTimeField(null=True, blank=True)
    record_id = models.CharField(max_length=80, blank=True)
    """The id of its record in the log."""
    shown_to_manager = models.BooleanField(default=False)
    """Whether its owner lets the manager whom they report to see it, for their talks; taken back at any time."""
    changes = models.JSONField(default=list)
    """Changes of mind after it was frozen: on which day, for how many weeks, which dose, and why. None is judged by."""
    ended_as = models.CharField(max_length=20, choices=Ended, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(ended_at=None), name="one_practice_at_a_time")
        ]

    def __str__(self) -> str:
        return self.what


class PracticeDay(models.Model):
    """How many touches of a day were made as intended, by the rep's own word."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    done = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["practice", "day"], name="one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.practice_id} on {self.day}: {self.done}"
