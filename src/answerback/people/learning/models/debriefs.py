"""Debriefs: a chain that ended or a practice that failed, looked at by whom it happened to."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DebriefOf(models.TextChoices):
    """What ended."""

    LOST = "lost", _("A deal that was lost")
    NO_DECISION = "no_decision", _("A deal that ended without a decision")
    WON = "won", _("A deal that was won")
    CASE = "case", _("A service case")
    PRACTICE = "practice", _("A practice that did not work")
    DECISION = "decision", _("A decision of mine that did not work")


class Reach(models.TextChoices):
    """Who may read something beside its owner."""

    NOBODY = "nobody", _("Nobody else")
    MANAGER = "manager", _("The manager whom I report to")
    EVERYBODY = "everybody", _("Everybody here: the wall")


class Debrief(models.Model):
    """One debrief. It is its owner's alone until they share it, and theirs again when they take that back."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="debriefs")
    of = models.CharField(max_length=20, choices=DebriefOf)
    chain_id = models.CharField(max_length=320, blank=True, db_index=True)
    """The deal, or for a service case its company or deal; empty for a practice or a decision."""
    practice = models.ForeignKey("Practice", null=True, blank=True, on_delete=models.CASCADE, related_name="debriefs")
    ended_at = models.DateTimeField()
    opened_at = models.DateTimeField(auto_now_add=True)
    went = models.TextField(blank=True, max_length=2000)
    """What was meant, and what came."""
    lesson = models.TextField(blank=True, max_length=1000)
    """What is the lesson?"""
    serves = models.TextField(blank=True, max_length=1000)
    """How will it serve you in winning the next deal?"""
    own_reasons = models.JSONField(default=list)
    """Kinds of obstacles, our own mistakes among them, as the owner sees it."""
    buyer_reasons = models.JSONField(default=list)
    """Kinds of obstacles that the buyer named to the owner."""
    unknown = models.JSONField(default=list)
    """Names of the questions that were answered with "I do not know"."""
    facts = models.JSONField(default=dict)
    """What the chain showed when the debrief was closed, as counts and kinds: no name, day or amount."""
    closed_at = models.DateTimeField(null=True, blank=True)
    reach = models.CharField(max_length=20, choices=Reach, default=Reach.NOBODY)
    shared_at = models.DateTimeField(null=True, blank=True)
    anonymous = models.BooleanField(default=False)
    """On the wall without its owner, company, days and amounts."""

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "of", "chain_id", "ended_at"],
                condition=~models.Q(chain_id=""),
                name="one_debrief_an_ending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_of_display()} ({self.pk})"
