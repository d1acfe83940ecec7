"""Short polls: what was answered is kept as counts, who has answered as hashes, and nothing joins the two."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Survey(models.Model):
    """One poll, made from a template, put to one audience over some days."""

    template = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    opens_on = models.DateField()
    closes_on = models.DateField()
    """The day after its last."""
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title


class SurveyCount(models.Model):
    """How many gave one answer to one question. No row is one person, so no order tells any."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="counts")
    group = models.CharField(max_length=20)
    """Of leaders, of the front line, or of buyers."""
    question = models.CharField(max_length=40)
    value = models.PositiveSmallIntegerField()
    """From 1 to 5."""
    n = models.PositiveIntegerField(default=0)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "group", "question", "value"], name="one_count_an_answer")
        ]

    def __str__(self) -> str:
        return f"{self.n} of {self.group}: {self.question}={self.value}"


class SurveyTaken(models.Model):
    """That somebody has answered, as a hash that means something within this survey alone; without a time."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="taken")
    mark = models.CharField(max_length=64)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["survey", "mark"], name="one_answer_each")]

    def __str__(self) -> str:
        return f"taken: survey {self.survey_id}"
