"""The app as Django knows it."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """What people learn, and from whom."""

    name = "answerback.people.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"
