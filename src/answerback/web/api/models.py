"""What was taken under which key, so that a program that did not hear our answer may ask again without harm."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Taken(models.Model):
    """One record that somebody's program handed over: the key it named, a hash of what it said, our answer."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    said = models.CharField(max_length=64)
    """SHA-256 of the path and the body."""
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="one_record_a_key")]

    def __str__(self) -> str:
        return f"{self.key} at {self.at}"
