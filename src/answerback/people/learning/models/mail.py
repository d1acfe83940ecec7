"""Digests by mail: who wants which, and what was sent, so that nothing goes out twice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class MailChoice(models.Model):
    """What somebody wants by mail, and when not. Without a row: nothing."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice")
    mirror = models.BooleanField(default=False)
    """The Monday mirror."""
    agenda = models.BooleanField(default=False)
    """The agenda of the week's talks."""
    quiet_from = models.TimeField(default="18:00")
    quiet_to = models.TimeField(default="08:00")
    """Between these, by the organisation's clock, nothing is sent."""

    def __str__(self) -> str:
        return f"mail of {self.person}"


class MailSent(models.Model):
    """One digest of one week to one person: written before it is handed over, so that it never goes twice."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    week = models.DateField()
    """Its Monday."""
    begun_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    """None: it was begun, and whether it went is not known; it is not tried again."""

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind", "week"], name="one_mail_a_week")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.week} to {self.person}"
