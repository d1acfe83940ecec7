"""Coaching talks, what was said in them between those who had them, and what somebody said they would do."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TalkKind(models.TextChoices):
    """What sort of talk it is."""

    ONE_TO_ONE = "one_to_one", _("One-to-one")
    PEER_SESSION = "peer_session", _("Among peers")
    RIDE_ALONG = "ride_along", _("Along with the rep to a buyer")
    BUYER_INTERVIEW = "buyer_interview", _("With a buyer, to listen")


class Rhythm(models.Model):
    """A talk that is meant to be held again and again."""

    class Every(models.TextChoices):
        """How often."""

        DAY = "day", _("Every working day")
        WEEK = "week", _("Every week")
        FORTNIGHT = "fortnight", _("Every other week")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rhythms_led")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rhythms")
    every = models.CharField(max_length=20, choices=Every, default=Every.WEEK)
    first_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    changed = models.PositiveIntegerField(default=0)
    """How often the invitation was changed: calendars want to know."""
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.coach} and {self.person}"


class Talk(models.Model):
    """One talk. That it took place is a record of the log; what was said stays with those who had it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=TalkKind, default=TalkKind.ONE_TO_ONE)
    coach = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="talks_led"
    )
    """Who led it; of peers nobody does."""
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="talks")
    """Whom it is for: the one who is coached, or whose case peers look at."""
    guests = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="peer_talks")
    """Peers who advise."""
    rhythm = models.ForeignKey(Rhythm, null=True, blank=True, on_delete=models.SET_NULL, related_name="talks")
    slot_at = models.DateTimeField(null=True, blank=True)
    """When its rhythm has it, wherever it was moved to; None for a talk of its own."""
    planned_at = models.DateTimeField(db_index=True)
    minutes = models.PositiveSmallIntegerField(default=30)
    topic = models.CharField(max_length=160, blank=True)
    """The kind of touch or step that it was about."""
    changed = models.PositiveIntegerField(default=0)
    held_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    lesson = models.TextField(blank=True, max_length=1000)
    """What is the lesson? In the words of whom it is for."""
    serves = models.TextField(blank=True, max_length=1000)
    """How will it serve you in winning the next deal?"""
    hardest = models.TextField(blank=True, max_length=1000)
    """Among peers: what I find hardest."""
    advice = models.TextField(blank=True, max_length=2000)
    """Among peers: what the others did."""
    will_try = models.TextField(blank=True, max_length=1000)
    """Among peers: what I will try."""
    shown = models.JSONField(default=list)
    """Ids of the touches that their owner chose to show to the others."""

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["rhythm", "slot_at"], name="one_talk_a_slot")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.planned_at}"


class TalkNote(models.Model):
    """What one of those who had a talk wrote down; the others of that talk read it, and nobody else."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=4000)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"note {self.pk} of talk {self.talk_id}"


class Held(models.TextChoices):
    """Whether something was done that somebody said they would do."""

    YES = "yes", _("It was done")
    PARTLY = "partly", _("In part")
    NO = "no", _("Not done")
    NO_LONGER = "no_longer", _("No longer useful")


class Commitment(models.Model):
    """What somebody said they would do, until when; asked after later. From a debrief or a talk."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="commitments")
    text = models.CharField(max_length=200)
    due_on = models.DateField()
    debrief = models.ForeignKey("Debrief", null=True, blank=True, on_delete=models.CASCADE, related_name="steps")
    talk = models.ForeignKey(Talk, null=True, blank=True, on_delete=models.CASCADE, related_name="commitments")
    made_at = models.DateTimeField(auto_now_add=True)
    held = models.CharField(max_length=20, choices=Held, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How it is read."""

        indexes: ClassVar = [models.Index(fields=["owner", "due_on"], name="commitment_due")]

    def __str__(self) -> str:
        return self.text
