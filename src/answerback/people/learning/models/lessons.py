"""Lessons: claims that can be refuted, and thanks of those whom they served."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Lesson(models.Model):
    """One lesson: what it says, and where it applies. What speaks for it is worked out anew at every build.

    That somebody used it is a decision in the log (`lesson_used`); its state is kept nowhere.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="lessons"
    )
    debrief = models.ForeignKey("Debrief", null=True, blank=True, on_delete=models.SET_NULL, related_name="lessons")
    statement = models.CharField(max_length=280)
    play = models.CharField(max_length=160, blank=True)
    """The kind of touch that it advises."""
    instead_of = models.CharField(max_length=160, blank=True)
    """The kind of touch that is made there else; empty: the same kind without the lesson."""
    step = models.CharField(max_length=80, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    obstacle = models.CharField(max_length=80, blank=True)
    """Where each is empty, it applies to all."""
    stated_at = models.DateTimeField()
    """What was seen before is where the lesson came from; only what comes after can bear it out."""
    shared_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    anonymous = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.statement


class Thanks(models.Model):
    """That a lesson served somebody, in their words; one each."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="thanks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["lesson", "person"], name="one_thanks_each")]

    def __str__(self) -> str:
        return f"{self.person} for lesson {self.lesson_id}"


class LetGo(models.Model):
    """That somebody who used a lesson has heard that it does not hold: they are told once."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="let_go")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["lesson", "person"], name="one_letting_go_each")]

    def __str__(self) -> str:
        return f"{self.person} of lesson {self.lesson_id}"
