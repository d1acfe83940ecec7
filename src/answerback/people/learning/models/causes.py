"""The board of causes of a systemic finding: each candidate looked at, by whom, with the test that would settle it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CauseName(models.TextChoices):
    """Where a systemic failure can come from."""

    STRATEGY = "strategy", _("Strategy")
    MARKET = "market", _("Market")
    OFFERING = "offering", _("Offering")
    PRICE = "price", _("Price")
    TRAINING = "training", _("Training")
    TOOLS = "tools", _("Tools")
    SUPPORT = "support", _("Support")
    COACHING = "coaching", _("Coaching")
    EXPECTATIONS = "expectations", _("Expectations")
    HIRING = "hiring", _("Hiring")


class CauseState(models.TextChoices):
    """What was found out about a cause."""

    OPEN = "open", _("Not looked at yet")
    LOOKED_AT = "looked_at", _("Being looked at")
    HOLDS = "holds", _("It is part of it")
    DOES_NOT = "does_not", _("It is not")
    CANNOT_TELL = "cannot_tell", _("Cannot be told")


class CauseBoard(models.Model):
    """That somebody has taken a systemic finding on: who, until when."""

    finding_id = models.CharField(max_length=40, unique=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="boards"
    )
    due_on = models.DateField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    """When it first had an owner and a day."""
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"causes of {self.finding_id}"


class Cause(models.Model):
    """One candidate cause on a board."""

    board = models.ForeignKey(CauseBoard, on_delete=models.CASCADE, related_name="causes")
    name = models.CharField(max_length=20, choices=CauseName)
    state = models.CharField(max_length=20, choices=CauseState, default=CauseState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    test = models.CharField(max_length=300, blank=True)
    """What would settle it."""
    due_on = models.DateField(null=True, blank=True)
    done = models.CharField(max_length=300, blank=True)
    """What was done, and what came of it."""
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["board", "name"], name="one_row_a_cause")]

    def __str__(self) -> str:
        return self.get_name_display()
